//! Aside: the AI agent that lives beside your editor.
//!
//! `aside lsp` serves an editor, `aside run` works without one; both are fronts of the same
//! engine.
mod audit;
mod cli;
mod clock;
mod columns;
mod engine;
mod hooks;
mod host;
mod keys;
mod logs;
mod lsp;
mod mcp;
mod memory;
mod own_file;
mod redact;
mod seen;
mod settings;
mod trust;
mod wire;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cli::become_launcher();
    cli::main(cli::Cli::parse())
}
