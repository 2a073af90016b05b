//! `cargo xtask order`: which functions a turn runs, so that the linker puts them side by side.
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::programs::{find_or_install, root, run, target};

/// What `server/build.rs` reads.
const ORDER: &str = "server/link/order.txt";

/// Builds the release with its names, runs the demo under a profiler that counts every call, and
/// writes down the functions in the order of their first calls.
pub(crate) fn write() -> anyhow::Result<()> {
    let valgrind = find_or_install(&["valgrind"], "valgrind")?;
    let folder = target().join("order");
    println!("building the release with its names; this takes some minutes");
    let mut build = Command::new("cargo");
    build
        .args(["build", "--release", "--package", "aside", "--target-dir"])
        .arg(&folder)
        .env("ASIDE_LINK_ORDER", "record")
        .current_dir(root());
    run(&mut build)?;
    let program = folder.join("release/aside");
    let profiles = folder.join("profiles");
    if profiles.exists() {
        std::fs::remove_dir_all(&profiles)?;
    }
    std::fs::create_dir_all(&profiles)?;
    let mut demo = Command::new(valgrind);
    demo.args(["--tool=callgrind", "--trace-children=yes", "--demangle=no"])
        .arg("--trace-children-skip=*/sh,*/bash,*/bwrap,*/git")
        .arg(format!(
            "--callgrind-out-file={}",
            profiles.join("%p").display()
        ))
        .arg(&program)
        .arg("demo");
    run(&mut demo)?;
    let known = defined(&program)?;
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for profile in sorted(&profiles)? {
        let text = std::fs::read(&profile)?;
        for name in String::from_utf8_lossy(&text).lines().filter_map(called) {
            if known.contains(name) && seen.insert(name.to_owned()) {
                order.push(name.to_owned());
            }
        }
    }
    anyhow::ensure!(!order.is_empty(), "the profile names no function");
    std::fs::write(root().join(ORDER), order.join("\n") + "\n")?;
    println!("{ORDER}: {} functions", order.len());
    Ok(())
}

/// The function that a line of a profile introduces: `fn=(12) name` or `cfn=(12) name`, with `'2`
/// and so on behind a name that calls itself.
fn called(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('c').unwrap_or(line);
    let (_, name) = rest.strip_prefix("fn=(")?.split_once(") ")?;
    Some(name.split_once('\'').map_or(name, |(name, _)| name))
}

/// The functions that the program itself has.
fn defined(program: &Path) -> anyhow::Result<HashSet<String>> {
    let nm = find_or_install(&["nm"], "binutils")?;
    let output = Command::new(nm)
        .arg("--defined-only")
        .arg(program)
        .output()
        .context("cannot run nm")?;
    anyhow::ensure!(output.status.success(), "nm failed: {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    let symbols = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (kind, name) = (words.nth(1)?, words.next()?);
        matches!(kind, "t" | "T" | "w" | "W").then(|| name.to_owned())
    });
    Ok(symbols.collect())
}

/// The profiles, the first process first.
fn sorted(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str()?.parse().ok());
        found.insert(number.unwrap_or(u32::MAX), path);
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn functions_are_found_in_a_profile() {
        assert_eq!(called("fn=(12) main"), Some("main"));
        assert_eq!(called("cfn=(3) _ZN4core3fmtE'2"), Some("_ZN4core3fmtE"));
        assert_eq!(called("fn=(12)"), None);
        assert_eq!(called("calls=1 2"), None);
    }
}
