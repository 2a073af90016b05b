//! The command line.
mod args;
mod ask;
mod attach;
mod audit;
mod auth;
mod context;
mod demo;
mod doctor;
mod edits;
mod elicit;
mod failure;
mod hidden;
mod interrupts;
mod launcher;
mod lsp;
mod mcp;
mod models;
mod permission;
mod run;
mod sessions;
mod terminal;
mod tokens;
mod tools;
mod trust;
mod undo;
mod usage;

pub use args::{Cli, Command};
pub use context::environment;
pub use failure::Failure;
pub use hidden::MAX_LINE_BYTES as MAX_HIDDEN_BYTES;
pub use launcher::{ARGUMENT as LAUNCHER_ARGUMENT, become_if_asked as become_launcher};

use std::process::ExitCode;

/// Exit codes, as the help says.
pub mod exit {
    /// Done.
    pub const DONE: u8 = 0;
    /// Failed.
    pub const FAILED: u8 = 1;
    /// Wrong usage.
    pub const USAGE: u8 = 2;
    /// The model, or a permission that nobody gave, refused.
    pub const REFUSED: u8 = 3;
    /// Cancelled by Ctrl-C.
    pub const CANCELLED: u8 = 130;
}

/// Runs a command to its exit code.
pub fn main(cli: Cli) -> ExitCode {
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    match cli.command {
        Command::Lsp(args) => lsp::lsp(args),
        Command::Run(args) => on_runtime(run::run(args)),
        Command::Sessions(args) => on_runtime(sessions::sessions(args)),
        Command::Edits(args) => on_runtime(edits::edits(args)),
        Command::Undo(args) => on_runtime(undo::undo(args)),
        Command::Auth(args) => on_runtime(auth::auth(args)),
        Command::Models(args) => on_runtime(models::models(args)),
        Command::Tokens(args) => on_runtime(tokens::tokens(args)),
        Command::Usage(args) => on_runtime(usage::usage(args)),
        Command::Permission(args) => on_runtime(permission::permission(args)),
        Command::Tools(args) => on_runtime(tools::tools(args)),
        Command::Mcp(args) => on_runtime(mcp::mcp(args)),
        Command::Trust(args) => on_runtime(trust::trust(args)),
        Command::Audit(args) => on_runtime(audit::audit(args)),
        Command::Doctor(args) => on_runtime(doctor::doctor(args)),
        Command::Demo(args) => on_runtime(demo::demo(args)),
    }
}

/// One thread is enough for what Aside does, and starts faster and smaller than many.
fn on_runtime(command: impl Future<Output = Result<u8, Failure>>) -> Result<u8, Failure> {
    let runtime = runtime()?;
    let code = runtime.block_on(command);
    // A blocking read of the terminal must not hold the process up.
    runtime.shutdown_background();
    code
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_stack_size(BLOCKING_STACK_BYTES)
        .build()
        .map_err(|error| Failure::failed(format!("the runtime cannot start: {error}")))
}

/// Stack of a thread for blocking work; regular expressions and diffs need little.
const BLOCKING_STACK_BYTES: usize = 1024 * 1024;
