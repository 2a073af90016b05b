//! How the source is laid out: first lines, lengths, and the walls between the crates.
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::programs::root;

/// No file is longer, in lines.
const LONGEST: usize = 500;

/// Where our source is.
const FOLDERS: &[&str] = &[
    "protocol/src",
    "protocol/tests",
    "server",
    "tests",
    "xtask",
    "editors",
];

/// Folders in which nothing is written by hand.
const NOT_OURS: &[&str] = &["node_modules", "dist", "out", "_meta"];

/// What source ends with, and how a file of it opens: by saying what it is for.
const OPENINGS: &[(&str, &[&str])] = &[
    ("rs", &["//! "]),
    ("ts", &["/** ", "/**\n", "// "]),
    ("tsx", &["/** ", "/**\n", "// "]),
    ("js", &["/** ", "/**\n", "// "]),
    ("mjs", &["/** ", "/**\n", "// ", "#!"]),
    ("css", &["/* ", "/**\n"]),
    ("lua", &["-- ", "--- ", "---@"]),
];

/// Which of our crates each may build on, tests aside.
const WALLS: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("server/crates/llm", &[]),
    ("server/crates/edit", &[]),
    ("server/crates/keys", &[]),
    ("server/crates/store", &[]),
    ("server/crates/script", &[]),
    ("server/crates/mcp", &[]),
    ("server/crates/sandbox", &[]),
    ("server/crates/shell", &[]),
    ("server/crates/web", &[]),
    ("server/crates/database", &[]),
    ("server/crates/container", &[]),
    ("server/crates/agent", &["aside-llm", "aside-edit"]),
    (
        "server/crates/tools",
        &[
            "aside-agent",
            "aside-edit",
            "aside-index",
            "aside-web",
            "aside-container",
            "aside-database",
            "aside-sandbox",
            "aside-shell",
        ],
    ),
];

/// The only folders whose files may name the editor framework.
const LSP_FOLDERS: &[&str] = &["server/src/lsp", "tests/bench", "xtask"];

/// Checks all of it. The error names every finding.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&root().join(folder), &mut files)?;
    }
    files.sort();
    for file in &files {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(root()).unwrap_or(file);
        check_file(name, &text, &mut findings);
    }
    for (folder, allowed) in WALLS {
        check_wall(folder, allowed, &mut findings)?;
    }
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} files, {} findings", files.len(), findings.len());
    anyhow::ensure!(findings.is_empty(), "{} findings", findings.len());
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !NOT_OURS.iter().any(|folder| name == *folder) {
                collect(&path, files)?;
            }
        } else if openings(&path).is_some() {
            files.push(path);
        }
    }
    Ok(())
}

/// How a file of source opens; of others there is no saying.
fn openings(path: &Path) -> Option<&'static [&'static str]> {
    let extension = path.extension()?.to_str()?;
    let known = OPENINGS.iter().find(|(known, _)| *known == extension);
    known.map(|(_, openings)| *openings)
}

fn check_file(name: &Path, text: &str, findings: &mut Vec<String>) {
    let shown = name.display();
    let openings = openings(name).unwrap_or_default();
    if !openings.iter().any(|opening| text.starts_with(opening)) {
        findings.push(format!(
            "{shown}: it does not open with what it is for ({})",
            openings.join(", ").escape_debug()
        ));
    }
    let count = text.lines().count();
    if count > LONGEST {
        findings.push(format!("{shown}: {count} lines, {LONGEST} at most"));
    }
    let is_lsp = LSP_FOLDERS.iter().any(|folder| name.starts_with(folder));
    for (number, line) in text.lines().enumerate() {
        let line_number = number + 1;
        let is_comment = line.trim_start().starts_with("//");
        if !is_lsp && !is_comment && (line.contains("tower_lsp") || line.contains("lsp_types")) {
            findings.push(format!(
                "{shown}:{line_number}: only server/src/lsp uses the editor framework"
            ));
        }
        if line.trim_start().starts_with(concat!("#[", "ignore")) {
            findings.push(format!("{shown}:{line_number}: no test is ignored"));
        }
    }
}

/// A crate's manifest names no crate of ours but those it may build on.
fn check_wall(folder: &str, allowed: &[&str], findings: &mut Vec<String>) -> anyhow::Result<()> {
    let manifest = root().join(folder).join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut is_dependencies = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_dependencies = line.starts_with("[dependencies");
            continue;
        }
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if is_dependencies && name.starts_with("aside-") && !allowed.contains(&name) {
            findings.push(format!("{folder}/Cargo.toml: it may not build on {name}"));
        }
    }
    Ok(())
}
