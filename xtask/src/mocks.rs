//! The model servers that nobody here wrote: installed, and the tests run against them.
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::node;
use crate::programs::{fetch, find_all, install, root, run as run_program, target};
use crate::steps::Outcome;

/// The package of npm, and its version.
const AIMOCK: (&str, &str) = ("@copilotkit/aimock", "1.43.0");

/// The package of PyPI, and its version.
const LLMOCK: (&str, &str) = ("llmock", "0.2.2");

/// Tells the tests where `aimock` is.
const AIMOCK_VARIABLE: &str = "ASIDE_TEST_AIMOCK";

/// Tells the tests where `llmock` is.
const LLMOCK_VARIABLE: &str = "ASIDE_TEST_LLMOCK";

/// The tests that drive them, as cargo is asked for them.
const TESTS: &[&str] = &[
    "test",
    "--package",
    "aside-tests",
    "--test",
    "e2e",
    "mocks::",
];

/// How many run at once: most of their time is waiting.
const THREADS: &str = "--test-threads=4";

/// Installs the servers where they are missing, and runs the tests against them.
pub(crate) fn run() -> Outcome {
    let servers = aimock().and_then(|aimock| Ok((aimock, llmock()?)));
    match servers {
        Ok((aimock, llmock)) => {
            let variables: [(&str, &Path); 2] =
                [(AIMOCK_VARIABLE, &aimock), (LLMOCK_VARIABLE, &llmock)];
            run_tests(TESTS, &variables).into()
        }
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    }
}

/// Installs the one from npm, and gives its program.
fn aimock() -> anyhow::Result<PathBuf> {
    let (name, version) = AIMOCK;
    let folder = folder(&format!("aimock-{version}"))?;
    // The narrower of its two programs, which is told everything by flags and over HTTP.
    let program = folder.join("node_modules/.bin/llmock");
    if program.is_file() {
        return Ok(program);
    }
    node::install(&folder, &[&format!("{name}@{version}")])?;
    anyhow::ensure!(program.is_file(), "{name} has no program `llmock`");
    Ok(program)
}

/// Installs the one from PyPI, and gives its program.
fn llmock() -> anyhow::Result<PathBuf> {
    let (name, version) = LLMOCK;
    let folder = folder(&format!("llmock-{version}"))?;
    let program = folder.join("bin/llmock");
    if program.is_file() {
        return Ok(program);
    }
    venv(&folder, &[&format!("{name}=={version}")])?;
    anyhow::ensure!(program.is_file(), "{name} has no program `llmock`");
    Ok(program)
}

/// Makes an environment of Python with these packages, as `name==version`.
pub(crate) fn venv(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    run_program(Command::new(python()?).args(["-m", "venv"]).arg(folder))?;
    let mut install = Command::new(folder.join("bin/python"));
    install
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .args(packages);
    fetch(&mut install)
}

/// A Python that can make environments with pip in them; Debian's own needs a package for that.
fn python() -> anyhow::Result<PathBuf> {
    let whole = || {
        find_all("python3")
            .into_iter()
            .find(|python| has_venv(python))
    };
    if let Some(python) = whole() {
        return Ok(python);
    }
    install("python3-venv")?;
    whole().context("no python3 here can make virtual environments")
}

fn has_venv(python: &Path) -> bool {
    let mut command = Command::new(python);
    command
        .args(["-c", "import ensurepip, venv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn folder(name: &str) -> anyhow::Result<PathBuf> {
    let folder = target().join("mocks").join(name);
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// Runs tests with these variables. An error where one fails, or where fewer ran than there are.
pub(crate) fn run_tests(tests: &[&str], variables: &[(&str, &Path)]) -> anyhow::Result<()> {
    let count = |lines: &[String]| lines.iter().filter(|line| line.ends_with(": test")).count();
    let there = count(&cargo(tests, &["--", "--list"], &[])?);
    anyhow::ensure!(there > 0, "there are no such tests");
    let lines = cargo(tests, &["--", THREADS], variables)?;
    let ran = lines
        .iter()
        .filter(|line| line.ends_with(" ... ok"))
        .count();
    anyhow::ensure!(ran == there, "only {ran} of {there} tests ran");
    Ok(())
}

/// Runs cargo on the tests, shows what it says, and gives the lines of its output.
fn cargo(
    tests: &[&str],
    arguments: &[&str],
    variables: &[(&str, &Path)],
) -> anyhow::Result<Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    println!("$ cargo {} {}", tests.join(" "), arguments.join(" "));
    let mut child = Command::new(cargo)
        .args(tests)
        .args(arguments)
        .envs(variables.iter().copied())
        .env("PATH", node::path(&node::node()?)?)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let stdout = child.stdout.take().context("cargo has no output")?;
    let mut lines = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line = line.context("the output of cargo cannot be read")?;
        println!("{line}");
        lines.push(line);
    }
    let status = child.wait().context("cargo cannot be waited for")?;
    anyhow::ensure!(status.success(), "the tests ended with {status}");
    Ok(lines)
}
