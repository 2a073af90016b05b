//! What a person who works on Aside runs daily.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "commands for people, which run the repository's own tools"
)]
mod bench;
mod clients;
mod codegen;
#[cfg(unix)]
mod containers;
mod databases;
mod fuzz;
mod house;
mod mcp;
mod mocks;
mod model;
mod neovim;
mod node;
mod order;
mod programs;
mod steps;
mod test;
mod vscode;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::steps::Outcome;

/// What a person who works on Aside runs daily.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs everything that checks the repository, and gets what it needs.
    Test,
    /// Shows the program at work against a recorded model.
    Demo,
    /// Refreshes the files that are generated from the wire types.
    Codegen,
    /// Measures the release build beside a bare server, and prints a table.
    Bench {
        /// How often each thing is measured; the table shows medians.
        #[arg(long, default_value_t = 7)]
        rounds: u32,
        /// Only measures long answers against short ones, in all wire formats.
        #[arg(long, conflicts_with = "search")]
        long: bool,
        /// Only measures searching 50,000 files, beside ripgrep.
        #[arg(long)]
        search: bool,
    },
    /// Gives random input to everything that reads text from outside.
    Fuzz {
        /// How many seconds each target runs.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Writes down which functions a turn runs, so that a release has them side by side in memory.
    Order,
    /// Only checks how the source is laid out: lengths, first lines, walls between crates.
    House,
    /// Lets a real model mend one-line bugs, and counts them.
    Model(model::Arguments),
    /// Only runs the tests against an engine of containers, and gets Podman.
    #[cfg(unix)]
    Containers,
    /// Only runs the tests against servers of databases, and gets these.
    Databases,
    /// Only runs the tests against model servers that others wrote, and gets these.
    Mocks,
    /// Only runs the tests against MCP servers that others wrote, and gets these.
    Mcp,
    /// Only runs the tests of the Neovim plugin in Neovim, and gets that.
    Neovim(neovim::Arguments),
    /// Only runs the tests of the VS Code extension in VS Code, and gets that.
    Vscode(vscode::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Test => test::run(),
        Command::Demo => programs::cargo(&["run", "--release", "--package", "aside", "--", "demo"]),
        Command::Codegen => codegen::run(),
        Command::Bench {
            rounds,
            long,
            search,
        } => {
            let only = match (long, search) {
                (true, _) => Some("long"),
                (_, true) => Some("search"),
                (false, false) => None,
            };
            bench::run(rounds, only)
        }
        Command::Fuzz { seconds } => fuzz::run(seconds),
        Command::Order => order::write(),
        Command::House => house::check(),
        Command::Model(arguments) => model::run(&arguments),
        #[cfg(unix)]
        Command::Containers => ended(containers::run()),
        Command::Databases => ended(databases::run()),
        Command::Mocks => ended(mocks::run()),
        Command::Mcp => ended(mcp::run()),
        Command::Neovim(arguments) => ended(neovim::run(&arguments)),
        Command::Vscode(arguments) => ended(vscode::run(&arguments)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn ended(outcome: Outcome) -> anyhow::Result<()> {
    match outcome {
        Outcome::Passed => Ok(()),
        Outcome::Failed(reason) | Outcome::NotRun(reason) | Outcome::NotAsked(reason) => {
            Err(anyhow::Error::msg(reason))
        }
    }
}
