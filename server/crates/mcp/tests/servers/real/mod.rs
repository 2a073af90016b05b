//! Servers that nobody here wrote.
//!
//! They run where `ASIDE_MCP_SERVERS` names the folder they are installed in, which is what
//! `cargo xtask mcp` and `cargo xtask test` see to.
mod everything;
mod npm;
mod pypi;

use std::path::PathBuf;

use aside_mcp::ServerConfig;

use crate::common::stdio;

/// Names the folder with `npm` and `pypi` in it.
const SERVERS: &str = "ASIDE_MCP_SERVERS";

/// The folder of the servers, or `None` after a word about it.
fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(SERVERS);
    if folder.is_none() {
        eprintln!("not run: {test} ({SERVERS} is not set)");
    }
    folder.map(PathBuf::from)
}

/// A server of npm, by its program.
fn npm(test: &str, program: &str, args: &[&str]) -> Option<ServerConfig> {
    let program = folder(test)?.join("npm/node_modules/.bin").join(program);
    Some(stdio("server", &program, args))
}

/// A server of PyPI, by its program.
fn pypi(test: &str, program: &str, args: &[&str]) -> Option<ServerConfig> {
    let program = folder(test)?.join("pypi/bin").join(program);
    Some(stdio("server", &program, args))
}
