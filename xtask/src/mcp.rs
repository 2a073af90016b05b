//! The servers of the Model Context Protocol that nobody here wrote: installed, and the tests run
//! against them.
use std::path::{Path, PathBuf};

use crate::mocks::{run_tests, venv};
use crate::node;
use crate::programs::{once, target};
use crate::steps::Outcome;

/// The packages of npm.
const NPM: &[&str] = &[
    "@modelcontextprotocol/server-everything@2026.8.31",
    "@modelcontextprotocol/server-filesystem@2026.8.31",
    "@modelcontextprotocol/server-memory@2026.8.31",
    "@modelcontextprotocol/server-sequential-thinking@2026.8.31",
];

/// The packages of PyPI.
const PYPI: &[&str] = &[
    "mcp-server-fetch==2026.10.24",
    "mcp-server-git==2026.10.19",
    "mcp-server-time==2026.10.19",
];

/// Tells the tests where they are.
const VARIABLE: &str = "ASIDE_MCP_SERVERS";

/// The tests that drive them, as cargo is asked for them.
const TESTS: &[&str] = &[
    "test",
    "--package",
    "aside-mcp",
    "--test",
    "servers",
    "real::",
];

/// Those that have a scripted model call them through the whole program.
const TURNS: &[&str] = &[
    "test",
    "--package",
    "aside-tests",
    "--test",
    "e2e",
    "mcp_servers::",
];

/// Those that have a client use Aside's own tools.
const CLIENTS: &[&str] = &[
    "test",
    "--package",
    "aside-tests",
    "--test",
    "e2e",
    "mcp_clients::",
];

/// Installs the servers where they are missing, and runs the tests against them.
pub(crate) fn run() -> Outcome {
    match servers() {
        Ok(folder) => {
            let variables: &[(&str, &Path)] = &[(VARIABLE, &folder)];
            let ran = run_tests(TESTS, variables);
            ran.and_then(|()| run_tests(TURNS, variables))
                .and_then(|()| run_tests(CLIENTS, variables))
                .into()
        }
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    }
}

/// The folder of the servers, which are installed where they are missing.
pub(crate) fn servers() -> anyhow::Result<PathBuf> {
    let folder = target().join("mcp");
    // Other versions than these are installed anew.
    let wanted = [NPM, PYPI].concat().join("\n");
    once(&folder, &wanted, || {
        let npm = folder.join("npm");
        std::fs::create_dir_all(&npm)?;
        node::install(&npm, NPM)?;
        venv(&folder.join("pypi"), PYPI)
    })?;
    Ok(folder)
}
