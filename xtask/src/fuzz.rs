//! `cargo xtask fuzz`: random input for everything that reads text from outside.
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::programs::{cargo, find, root, run as run_program, target};

/// The targets; each is a file of its name in `fuzz/targets`.
const TARGETS: &[&str] = &[
    "v4a",
    "unified",
    "blocks",
    "edit_file",
    "merge",
    "sse",
    "shell",
];

/// An input that takes longer than this, in seconds, is a finding.
const MAX_SECONDS: u32 = 10;

/// Runs each target for so many seconds. The error names every target that found something, and
/// where the input is.
pub(crate) fn run(seconds: u32) -> anyhow::Result<()> {
    let rustup = find(&["rustup"])
        .context("fuzzing needs a nightly compiler, and there is no rustup to run one")?;
    check_nightly(&rustup)?;
    let tools = target().join("tools");
    if !tools.join("bin/cargo-fuzz").is_file() {
        let tools = tools.to_string_lossy();
        cargo(&["install", "cargo-fuzz", "--locked", "--root", &tools])?;
    }
    let mut findings = Vec::new();
    for name in TARGETS {
        println!("\n== {name}");
        if let Err(error) = run_one(&rustup, name, seconds) {
            let folder = artifacts(name);
            findings.push(format!(
                "{name}: {error:#}; inputs are in {}",
                folder.display()
            ));
        }
    }
    anyhow::ensure!(findings.is_empty(), "{}", findings.join("\n"));
    println!("\n{} targets, no findings", TARGETS.len());
    Ok(())
}

fn check_nightly(rustup: &Path) -> anyhow::Result<()> {
    let mut version = Command::new(rustup);
    run_program(version.args(["run", "nightly", "rustc", "--version"]))
        .context("fuzzing needs a nightly compiler: `rustup toolchain install nightly`")
}

fn run_one(rustup: &Path, name: &str, seconds: u32) -> anyhow::Result<()> {
    let corpus = folder(name).join("corpus");
    for folder in [&corpus, &artifacts(name)] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut path = std::ffi::OsString::from(target().join("tools/bin"));
    if let Some(old) = std::env::var_os("PATH") {
        path.push(":");
        path.push(old);
    }
    let mut fuzz = Command::new(rustup);
    fuzz.args(["run", "nightly", "cargo", "fuzz", "run"])
        .args(["--fuzz-dir", "fuzz", "--target-dir"])
        .arg(target().join("fuzz/build"))
        .arg(name)
        .arg(corpus)
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={MAX_SECONDS}"))
        .arg(format!("-artifact_prefix={}/", artifacts(name).display()))
        .arg("-print_final_stats=1")
        .arg("-verbosity=0")
        .env("PATH", path);
    let dictionary = root().join(format!("fuzz/dictionaries/{name}.txt"));
    if dictionary.is_file() {
        fuzz.arg(format!("-dict={}", dictionary.display()));
    }
    run_program(&mut fuzz)
}

fn folder(name: &str) -> std::path::PathBuf {
    target().join("fuzz").join(name)
}

/// Where inputs that were found are put.
fn artifacts(name: &str) -> std::path::PathBuf {
    folder(name).join("artifacts")
}
