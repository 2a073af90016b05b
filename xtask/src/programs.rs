//! Other programs: run in the repository, found, and got where they are missing.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;

/// How long is waited before what failed to get something is run again.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];

/// What apt-get does itself against bad moments: it asks a server again, and waits for the lock
/// that an update of the machine may hold.
const APT_PATIENCE: [&str; 4] = ["-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=120"];

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    // The crate lies directly below it.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Where builds and what checks need are put.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Runs cargo in the repository.
pub(crate) fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments);
    run(&mut command)
}

/// Runs a program in the repository, and fails unless it ends with code 0.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command
        .current_dir(root())
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{shown}` cannot be started"))?;
    anyhow::ensure!(status.success(), "`{shown}` ended with {status}");
    Ok(())
}

/// Has `install` fill a folder, unless it did so before with what is `wanted` now. What was broken
/// off is done again.
pub(crate) fn once(
    folder: &Path,
    wanted: &str,
    install: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    install()?;
    std::fs::write(&done, wanted).with_context(|| format!("cannot write {}", done.display()))
}

/// Runs a program that gets something from elsewhere, and again where it fails: the servers and
/// the network have bad moments that are soon over.
pub(crate) fn fetch(command: &mut Command) -> anyhow::Result<()> {
    for pause in PAUSES {
        let Err(error) = run(command) else {
            return Ok(());
        };
        println!("{error:#}; once more in {} s", pause.as_secs());
        std::thread::sleep(pause);
    }
    run(command)
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let parts = std::iter::once(name).chain(command.get_args());
    let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
    parts.join(" ")
}

/// Finds a program in the search path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .find_map(|name| find_all(name).into_iter().next())
}

/// All programs of this name in the search path, the one that is started first.
pub(crate) fn find_all(name: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .filter(|candidate| candidate.is_file())
        .collect()
}

/// Finds a program, or installs the Debian package that has it. The error says why it cannot.
pub(crate) fn find_or_install(names: &[&str], package: &str) -> anyhow::Result<PathBuf> {
    if let Some(found) = find(names) {
        return Ok(found);
    }
    install(package).with_context(|| format!("{} is missing", names[0]))?;
    find(names).with_context(|| format!("{package} has no {}", names[0]))
}

/// Installs a Debian package. The error says why it cannot.
pub(crate) fn install(package: &str) -> anyhow::Result<()> {
    let apt =
        find(&["apt-get"]).with_context(|| format!("there is no apt-get to install {package}"))?;
    // Without root this fails, and says so.
    fetch(
        Command::new(&apt)
            .args(APT_PATIENCE)
            .args(["update", "--quiet"]),
    )?;
    let install = ["install", "--yes", "--no-install-recommends", package];
    fetch(
        Command::new(&apt)
            .args(APT_PATIENCE)
            .args(install)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
