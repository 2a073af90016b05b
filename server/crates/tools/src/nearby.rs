//! What a path that does not exist may have meant.
use std::path::Path;

use aside_agent::host::WorkspacePath;
use aside_agent::tool::{ToolContext, ToolError};

use crate::blocking::{self, Stop};
use crate::walk;

/// How many files and folders are looked at.
const MAX_VISITED: usize = 20_000;
/// How many paths are named.
const MAX_NAMED: usize = 3;
/// Longer names are not compared letter by letter.
const MAX_NAME_CHARS: usize = 64;
/// The distance of names that are the same but for upper and lower case.
const SAME: usize = 0;

/// The error for a file or folder that does not exist: names similar ones, or says `otherwise`.
pub(crate) async fn missing(
    path: &WorkspacePath,
    context: &ToolContext,
    otherwise: &'static str,
) -> ToolError {
    let Ok(scopes) = walk::scopes(context.files.as_ref(), None) else {
        return ToolError(format!("{} does not exist. {otherwise}", path.display()));
    };
    let (wanted, display) = (path.absolute().to_owned(), path.display().to_owned());
    let named = blocking::run(&context.cancel, move |stop| {
        Ok(similar(&scopes, &wanted, stop))
    });
    match named.await {
        Ok(named) if !named.is_empty() => ToolError(format!(
            "{display} does not exist. Did you mean {}?",
            named.join(" or ")
        )),
        Ok(_) | Err(_) => ToolError(format!("{display} does not exist. {otherwise}")),
    }
}

/// Paths whose name is like the wanted one, the likest first, and among those near ones.
fn similar(scopes: &[WorkspacePath], wanted: &Path, stop: &Stop) -> Vec<String> {
    let Some(name) = wanted.file_name() else {
        return Vec::new();
    };
    let name = name.to_string_lossy().to_lowercase();
    let mut found = Vec::new();
    let mut visited = 0;
    for scope in scopes {
        let entries = walk::walk(scope.absolute())
            .sort_by_file_name(Ord::cmp)
            .build();
        for entry in entries.filter_map(Result::ok) {
            visited += 1;
            if stop.is_set() || visited > MAX_VISITED {
                break;
            }
            let other = entry.file_name().to_string_lossy().to_lowercase();
            let Some(far) = distance(&name, &other) else {
                continue;
            };
            let is_near = entry.path().parent() == wanted.parent();
            // A name that is only similar counts in the same folder alone.
            if entry.depth() > 0 && (far == SAME || is_near) {
                let relative = walk::below(scope.absolute(), entry.path());
                found.push((far, !is_near, walk::display(scope, relative)));
            }
        }
    }
    found.sort();
    found.truncate(MAX_NAMED);
    found.into_iter().map(|(_, _, display)| display).collect()
}

/// How many letters differ; none where names have little in common.
fn distance(wanted: &str, other: &str) -> Option<usize> {
    if wanted == other {
        return Some(SAME);
    }
    let (wanted, other) = (
        wanted.chars().collect::<Vec<_>>(),
        other.chars().collect::<Vec<_>>(),
    );
    let allowed = wanted.len() / 4 + 1;
    if wanted.len().max(other.len()) > MAX_NAME_CHARS
        || wanted.len().abs_diff(other.len()) > allowed
    {
        return None;
    }
    // The edit distance, two letters that changed places being one edit; row by row of its table.
    let mut before: Vec<usize> = Vec::new();
    let mut above = (0..=other.len()).collect::<Vec<_>>();
    for (at, letter) in wanted.iter().enumerate() {
        let mut row = vec![at + 1; other.len() + 1];
        for (to, other_letter) in other.iter().enumerate() {
            let change = above[to] + usize::from(letter != other_letter);
            row[to + 1] = change.min(row[to] + 1).min(above[to + 1] + 1);
            let swapped =
                at > 0 && to > 0 && *letter == other[to - 1] && wanted[at - 1] == *other_letter;
            if swapped {
                row[to + 1] = row[to + 1].min(before[to - 1] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|far| *far <= allowed)
}
