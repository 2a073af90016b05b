//! What the file keeps of its own where a model writes it anew.
use crate::diff::line_edits;
use crate::lines::{Endings, in_the_manner_of, lines, split_bom, with_endings};

/// A whole new text as it is put in the place of `old`: with its byte-order mark, its line endings
/// and the line endings at its end, of which a fenced text tells nothing. Empty lines and white
/// space at line ends, which small models copy badly, also stay, unless nothing else changes.
pub fn in_place_of(old: &str, new: &str) -> String {
    let (bom, body) = split_bom(old);
    let new = split_bom(new).1;
    if body.is_empty() {
        return in_the_manner_of(old, new);
    }
    let tail = &body[body.trim_end_matches(['\n', '\r']).len()..];
    let new = without_noise(&with_endings(body, "\n"), &with_endings(new, "\n"));
    let stem = new.trim_end_matches(['\n', '\r']);
    match Endings::of(body) {
        Endings::None => format!("{bom}{stem}"),
        Endings::Uniform(_) => in_the_manner_of(old, &format!("{stem}{tail}")),
        Endings::Mixed(most) => {
            let new = with_endings(&format!("{stem}{tail}"), "\n");
            format!("{bom}{}", as_mixed(body, &new, most))
        }
    }
}

/// The new text, without changes of nothing but white space at line ends and empty lines where there
/// are others, too. Both have LF only.
fn without_noise(old: &str, new: &str) -> String {
    let stem = new.trim_end_matches('\n');
    let tail = &old[old.trim_end_matches('\n').len()..];
    let new = format!("{stem}{tail}");
    let trimmed = |text: &str| {
        let lines = text
            .split('\n')
            .map(|line| line.trim_end_matches([' ', '\t']));
        lines.collect::<Vec<_>>().join("\n")
    };
    let (own, given) = (trimmed(old), trimmed(&new));
    let mut edits = line_edits(&own, &given);
    edits.retain(|edit| {
        let is_noise = own[edit.bytes.clone()].trim().is_empty() && edit.new_text.trim().is_empty();
        !is_noise
    });
    if edits.is_empty() {
        return new;
    }
    let (old, new) = (
        lines(old).collect::<Vec<_>>(),
        lines(&new).collect::<Vec<_>>(),
    );
    let mut out = String::new();
    let mut done = 0;
    for edit in &edits {
        let end = edit.end_line.min(old.len()).max(edit.start_line);
        let new_end = edit.new_end_line.min(new.len()).max(edit.new_start_line);
        out.push_str(&old[done..edit.start_line].concat());
        out.push_str(&new[edit.new_start_line..new_end].concat());
        done = end;
    }
    out.push_str(&old[done..].concat());
    out
}

/// Lines that stay keep their own endings; others get those that most have.
fn as_mixed(old: &str, new: &str, most: &str) -> String {
    let plain = with_endings(old, "\n");
    let own = lines(old).collect::<Vec<_>>();
    if own.len() != lines(&plain).count() {
        return with_endings(new, most);
    }
    let mut out = String::with_capacity(old.len());
    let mut done = 0;
    for edit in line_edits(&plain, new) {
        let end = edit.end_line.min(own.len()).max(edit.start_line);
        out.push_str(&own[done..edit.start_line].concat());
        out.push_str(&with_endings(&edit.new_text, most));
        done = end;
    }
    out.push_str(&own[done..].concat());
    out
}
