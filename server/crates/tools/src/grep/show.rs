//! What a search found, as text.
use std::fmt::Write as _;

use super::hits::Found;
use super::search::Query;
use crate::text::{MAX_OUTPUT_BYTES, count};

/// `path:line:text` for matches, `path-line-text` for the lines around them, `--` where lines
/// are left out in between.
pub(super) fn show(found: &Found, pattern: &str, query: &Query) -> String {
    let mut out = String::new();
    let mut left = query.limit;
    let mut more = found.is_full();
    'files: for (index, hits) in found.files.values().enumerate() {
        if query.context > 0 && index > 0 {
            out.push_str("--\n");
        }
        for line in &hits.lines {
            if out.len() > MAX_OUTPUT_BYTES || (left == 0 && line.matches) {
                more = true;
                break 'files;
            }
            left -= usize::from(line.matches);
            if line.gap {
                out.push_str("--\n");
            }
            let mark = if line.matches { ':' } else { '-' };
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "{}{mark}{}{mark}{}",
                hits.display, line.number, line.text
            );
        }
    }
    if found.files.is_empty() {
        let _ = writeln!(
            out,
            "[No line matches `{pattern}`. Files that git ignores and binary files are not searched.]"
        );
    }
    if more {
        let _ = writeln!(
            out,
            "[{} shown; there may be more. Narrow pattern, path or glob, or raise limit.]",
            count(query.limit - left, "match", "matches"),
        );
    }
    // A full search skips files, so then the number would say nothing.
    if found.unread > 0 && !found.is_full() {
        let _ = writeln!(
            out,
            "[{} too large or not readable, so not searched.]",
            count(found.unread, "file", "files")
        );
    }
    if found.stopped {
        let _ = writeln!(
            out,
            "[Stopped after many files. Give a path to search less.]"
        );
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}
