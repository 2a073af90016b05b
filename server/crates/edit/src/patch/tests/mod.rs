//! Patches and what comes out of them.
mod places;
mod signs;
mod text;
mod unified;
mod v4a;

use super::{Applied, FileChange, HunkPatch, Patch, apply, parse};

/// A patch in short: what is done to which file, and each hunk's head.
fn shown(text: &str) -> String {
    match parse(text) {
        Err(error) => format!("{}: {error}\n", error.problem.code()),
        Ok(patch) => show(&patch),
    }
}

fn show(patch: &Patch) -> String {
    let mut out = format!("{}\n", patch.dialect.as_str());
    for file in &patch.files {
        let head = format!("{} (line {})", file.path, file.line);
        match &file.kind {
            FileChange::Add { content } => out.push_str(&format!("add {head} {content:?}\n")),
            FileChange::Delete => out.push_str(&format!("delete {head}\n")),
            FileChange::Update { move_to, hunks } => {
                let to = move_to.as_ref().map(|to| format!(" -> {to}"));
                out.push_str(&format!("update {head}{}\n", to.unwrap_or_default()));
                for hunk in hunks {
                    out.push_str(&show_hunk(hunk));
                }
            }
        }
    }
    out
}

fn show_hunk(hunk: &HunkPatch) -> String {
    let mut out = format!("  @@ line {}", hunk.line);
    if !hunk.anchors.is_empty() {
        out.push_str(&format!(" anchors {:?}", hunk.anchors));
    }
    if let Some(hint) = hunk.hint {
        out.push_str(&format!(" hint {hint}"));
    }
    if hunk.end_of_file {
        out.push_str(" end");
    }
    out.push('\n');
    for line in &hunk.lines {
        let note = if line.lacks_newline {
            " (no newline)"
        } else {
            ""
        };
        out.push_str(&format!("  |{}{note}\n", line.text));
    }
    out
}

/// The hunks of the only file of a patch.
fn hunks(patch: &str) -> Vec<HunkPatch> {
    let parsed = parse(patch).unwrap_or_else(|error| panic!("{error}\n{patch}"));
    match parsed.files.into_iter().next().map(|file| file.kind) {
        Some(FileChange::Update { hunks, .. }) => hunks,
        other => panic!("{other:?}"),
    }
}

/// Applies what stands between the update's header and the envelope's end.
fn applied(body: &str, before: &str) -> Result<Applied, super::PatchRefusal> {
    let patch = format!("*** Begin Patch\n*** Update File: x\n{body}*** End Patch\n");
    apply(&hunks(&patch), before)
}

fn check(body: &str, before: &str, after: &str) {
    match applied(body, before) {
        Ok(applied) => assert_eq!(applied.text, after, "{body}"),
        Err(refusal) => panic!("{refusal}\n{body}"),
    }
}

fn refused(body: &str, before: &str, code: &str) {
    match applied(body, before) {
        Ok(applied) => panic!("{body}\nmade {:?}", applied.text),
        Err(refusal) => assert_eq!(refusal.reason.code(), code, "{body}"),
    }
}
