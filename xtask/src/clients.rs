//! The clients that are written in TypeScript: their packages, lints, types, unit tests and builds.
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::node;
use crate::programs::{fetch, find_or_install, root, run};
use crate::steps::Outcome;

/// Their folders, each after those that it needs.
pub(crate) const FOLDERS: &[&str] = &["editors/webview", "editors/vscode", "editors/vscode/e2e"];

/// What each of them is checked by.
const CHECK: &str = "check";

/// Holds the lock file that the packages beside it were installed from.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Lints, formats and types of all of them.
pub(crate) fn check() -> Outcome {
    if let Err(error) = install() {
        return Outcome::NotRun(format!("{error:#}"));
    }
    FOLDERS
        .iter()
        .try_for_each(|folder| script(folder, CHECK))
        .into()
}

/// Installs the packages of all of them, as their lock files say.
pub(crate) fn install() -> anyhow::Result<()> {
    for folder in FOLDERS {
        install_one(&root().join(folder))?;
    }
    Ok(())
}

fn install_one(folder: &Path) -> anyhow::Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    let installed = folder.join(INSTALLED);
    if std::fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let mut install = npm()?;
    install
        .args(["ci", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder);
    fetch(&mut install)?;
    std::fs::write(&installed, wanted)
        .with_context(|| format!("cannot write {}", installed.display()))
}

/// Runs a script of a folder's `package.json`.
pub(crate) fn script(folder: &str, name: &str) -> anyhow::Result<()> {
    let mut command = npm()?;
    command
        .args(["run", "--silent", name, "--prefix"])
        .arg(root().join(folder));
    run(&mut command)
}

/// npm, run by the Node that all of this is tried with.
pub(crate) fn npm() -> anyhow::Result<Command> {
    let npm = find_or_install(&["npm"], "npm")?;
    let mut command = Command::new(npm);
    command.env("PATH", node::path(&node::pinned()?)?);
    Ok(command)
}
