//! `cargo xtask bench`: builds what is measured in release mode and measures it.
use std::process::Command;

use crate::programs::{cargo, find_or_install, run as run_program, target};

/// Builds the server, the bare one and the bench, each by itself so that none shapes another,
/// and runs the bench.
pub(crate) fn run(rounds: u32, only: Option<&str>) -> anyhow::Result<()> {
    // What searching is compared with.
    find_or_install(&["rg"], "ripgrep")?;
    cargo(&["build", "--release", "--package", "aside"])?;
    cargo(&["build", "--release", "--package", "aside-floor"])?;
    cargo(&["build", "--release", "--package", "aside-bench"])?;
    let folder = target().join("release");
    let mut bench = Command::new(folder.join("aside-bench"));
    bench
        .env("ASIDE_BIN", folder.join("aside"))
        .env("ASIDE_FLOOR_BIN", folder.join("aside-floor"))
        .arg(rounds.to_string());
    bench.args(only);
    run_program(&mut bench)
}
