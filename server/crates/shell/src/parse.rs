//! The syntax tree of a script, and whether it can be trusted.
//!
//! The grammar is more lenient than Bash: it takes carriage returns for spaces, joins no words
//! over continued lines, and passes over what it cannot place. So every byte between its tokens
//! is looked at again: what Bash would read in another way makes the script one that is not
//! understood.
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::bounds::MAX_PARSE_STEPS;

/// The tree of `text`. `None` if the parser cannot be made or takes too long.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_bash::LANGUAGE.into())
        .ok()?;
    let mut steps = 0;
    let mut progress = |_: &ParseState| {
        steps += 1;
        if steps > MAX_PARSE_STEPS {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    parser.parse_with_options(
        &mut |offset, _| bytes.get(offset..).unwrap_or_default(),
        None,
        Some(options),
    )
}

/// Whether `text` has characters that a terminal or a reader takes for something else: control
/// characters but tab and line feed, and those that turn the direction of writing.
pub(crate) fn has_deceiving_characters(text: &str) -> bool {
    text.chars().any(|c| match c {
        '\t' | '\n' => false,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    })
}

/// Whether Bash reads `text` as `tree` has it.
pub(crate) fn is_sound(tree: &Tree, text: &str) -> bool {
    let root = tree.root_node();
    if root.has_error() || ends_with_backslash(text) {
        return false;
    }
    let mut end = 0;
    let mut is_sound = true;
    for_each_leaf(root, &mut |leaf| {
        let gap = text.get(end..leaf.start_byte()).unwrap_or("?");
        is_sound &= leaf.start_byte() < end
            || is_blank(gap, end == 0)
            || is_within_text(&leaf)
            || (gap.trim_matches([' ', '\t']) == "-" && leaf.kind() == "<<" && gap.len() > 2);
        is_sound &= is_leaf_sound(&leaf, text);
        end = end.max(leaf.end_byte());
    });
    is_sound && is_blank(text.get(end..).unwrap_or("?"), true)
}

/// Calls `visit` with each node that is opaque, in the order of the text.
fn for_each_leaf<'t>(root: Node<'t>, visit: &mut impl FnMut(Node<'t>)) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if !cursor.goto_first_child() {
            visit(node);
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}

fn ends_with_backslash(text: &str) -> bool {
    text.len() - text.trim_end_matches('\\').len() & 1 == 1
}

/// Whether nothing but blanks is between two tokens. A continued line joins words unless there
/// is another blank.
fn is_blank(gap: &str, is_edge: bool) -> bool {
    if gap.is_empty() {
        return true;
    }
    let rest = gap.replace("\\\n", "");
    (!rest.is_empty() || is_edge) && rest.chars().all(|c| matches!(c, ' ' | '\t' | '\n'))
}

/// Whether the gap before `leaf` is text of a string or here-document, which is read from the
/// text itself and not from tokens.
fn is_within_text(leaf: &Node<'_>) -> bool {
    let mut node = *leaf;
    for _ in 0..2 {
        let Some(parent) = node.parent() else {
            return false;
        };
        match parent.kind() {
            "string" | "heredoc_body" => return true,
            _ => node = parent,
        }
    }
    matches!(
        leaf.kind(),
        "heredoc_end" | "heredoc_body" | "heredoc_content"
    )
}

fn is_leaf_sound(leaf: &Node<'_>, text: &str) -> bool {
    let Some(raw) = text.get(leaf.byte_range()) else {
        return false;
    };
    // Within strings, the grammar takes blanks into the next token.
    let raw = raw.trim_start_matches([' ', '\t', '\n']);
    match leaf.kind() {
        "comment" => is_comment(leaf.start_byte(), text),
        "raw_string" | "ansi_c_string" | "heredoc_end" => true,
        "heredoc_start" => is_delimiter(raw),
        "string_content" | "heredoc_content" => !has_expansion(raw, false),
        "heredoc_body" => true,
        _ => !has_expansion(raw, true),
    }
}

/// A comment starts a word.
fn is_comment(start: usize, text: &str) -> bool {
    match text.as_bytes().get(..start).and_then(<[u8]>::last) {
        None => true,
        Some(before) => b" \t\n;&|()".contains(before),
    }
}

/// Whether the end of a here-document is written in a way that leaves no doubt.
fn is_delimiter(raw: &str) -> bool {
    let inner = match raw.as_bytes() {
        [b'\'', .., b'\''] | [b'"', .., b'"'] if raw.len() > 2 => &raw[1..raw.len() - 1],
        [b'\\', ..] => &raw[1..],
        _ => raw,
    };
    !inner.is_empty()
        && inner
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '!'))
}

/// Whether `raw` has an expansion that the tree does not show.
pub(crate) fn has_expansion(raw: &str, has_processes: bool) -> bool {
    let bytes = raw.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        match byte {
            b'\\' => at += 1,
            b'`' => return raw.len() > 1,
            b'$' if raw.len() > 1 && (b"({[".contains(&next) || is_name_byte(next)) => {
                return !matches!(raw, "$(" | "${" | "$((" | "$[");
            }
            b'<' | b'>' if has_processes && next == b'(' => return !matches!(raw, "<(" | ">("),
            _ => {}
        }
        at += 1;
    }
    false
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_@*#?-$!".contains(&byte)
}
