//! Node and its packages.
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::programs::{fetch, find_all, find_or_install, target};

/// The oldest that all of what is run by it takes: major and minor number.
const OLDEST: (u32, u32) = (20, 15);

/// The version that is installed where there is none, or an older one, as Debian 12 has.
const VERSION: &str = "24.21.0";

/// Installs packages, as `name@version`, into a folder of their own.
pub(crate) fn install(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let npm = find_or_install(&["npm"], "npm")?;
    let mut install = Command::new(npm);
    install
        .args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ])
        .arg("--prefix")
        .arg(folder)
        .args(packages);
    fetch(&mut install)
}

/// A Node that is new enough: one of the search path, else one from npm.
pub(crate) fn node() -> anyhow::Result<PathBuf> {
    if let Some(node) = find_all("node").into_iter().find(|node| is_new(node)) {
        return Ok(node);
    }
    pinned()
}

/// The Node that npm has under `VERSION`, whatever the search path has.
pub(crate) fn pinned() -> anyhow::Result<PathBuf> {
    let machine = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        (system, processor) => anyhow::bail!(
            "npm has no Node {VERSION} for this machine; install {}.{} or later ({system}, {processor})",
            OLDEST.0,
            OLDEST.1
        ),
    };
    let name = format!("node-{machine}");
    let folder = target().join("node");
    let node = folder.join(format!("node_modules/{name}/bin/node"));
    if !node.is_file() {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        install(&folder, &[&format!("{name}@{VERSION}")])?;
    }
    anyhow::ensure!(is_new(&node), "{} does not run", node.display());
    Ok(node)
}

/// The search path with this Node first: npm's programs are started by its name.
pub(crate) fn path(node: &Path) -> anyhow::Result<OsString> {
    let folder = node.parent().context("node is in no folder")?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let rest = std::env::split_paths(&path);
    let folders = std::iter::once(folder.to_owned()).chain(rest);
    Ok(std::env::join_paths(folders)?)
}

fn is_new(node: &Path) -> bool {
    let Ok(said) = Command::new(node).arg("--version").output() else {
        return false;
    };
    let said = String::from_utf8_lossy(&said.stdout);
    let mut numbers = said
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version >= OLDEST
}
