//! The syntax tree of a script, and whether it can be trusted.
//!
//! The grammar is more lenient than Bash: it takes carriage returns for spaces, joins no words
//! over continued lines, and passes over what it cannot place. So every byte between its tokens
//! is looked at again: what Bash would read in another way makes the script one that is not
//! understood.
use std::borrow::Cow;
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::bounds::{MAX_PARSE_STEPS, MAX_TREE_DEPTH};

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
    let spared = spared(text);
    let bytes = spared.as_bytes();
    parser.parse_with_options(
        &mut |offset, _| bytes.get(offset..).unwrap_or_default(),
        None,
        Some(options),
    )
}

/// The text as the grammar may see it. Behind an opening brace its scanner asks the C library
/// whether a character is a digit, which reads where it must not for those beyond U+00FF: there is
/// something of the same length in their place.
fn spared(text: &str) -> Cow<'_, str> {
    let mut is_after_brace = false;
    let mut spared = String::new();
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_after_brace && c > '\u{ff}' {
            spared.push_str(&text[end..at]);
            spared.extend(std::iter::repeat_n('x', c.len_utf8()));
            end = at + c.len_utf8();
        }
        is_after_brace = c == '{' || is_after_brace && (c.is_ascii_digit() || c == '.');
    }
    if end == 0 {
        return Cow::Borrowed(text);
    }
    spared.push_str(&text[end..]);
    Cow::Owned(spared)
}

/// Whether the grammar is not shown the text as it is.
pub(crate) fn is_hidden_from_grammar(text: &str) -> bool {
    matches!(spared(text), Cow::Owned(_))
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
pub(crate) fn is_sound<'t>(tree: &'t Tree, text: &'t str) -> bool {
    if tree.root_node().has_error() || ends_with_backslash(text) {
        return false;
    }
    let mut cursor = tree.walk();
    let mut path = Vec::new();
    let mut gaps = Gaps {
        text,
        end: 0,
        before: Vec::new(),
        has_line_end: false,
    };
    loop {
        let node = cursor.node();
        path.push((node.id(), node.kind()));
        if path.len() > MAX_TREE_DEPTH {
            return false;
        }
        if cursor.goto_first_child() {
            continue;
        }
        if !gaps.is_sound_before(node, &path) || !is_leaf_sound(&node, text) {
            return false;
        }
        path.pop();
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return is_blank(text.get(gaps.end..).unwrap_or("?"), true);
            }
            path.pop();
        }
    }
}

/// What is between the tokens of a text.
struct Gaps<'t> {
    text: &'t str,
    /// Where the last token ended.
    end: usize,
    /// The nodes around the last token that is no comment, and the token.
    before: Vec<(usize, &'t str)>,
    /// Whether a line ended since.
    has_line_end: bool,
}

impl<'t> Gaps<'t> {
    /// Whether what is before `leaf` is for Bash what it is for the grammar. `path` are the nodes
    /// around the leaf, and the leaf.
    fn is_sound_before(&mut self, leaf: Node<'_>, path: &[(usize, &'t str)]) -> bool {
        let (start, end) = (leaf.start_byte(), leaf.end_byte());
        let gap = self.text.get(self.end..start).unwrap_or_default();
        let is_text_kind = |kind: &str| matches!(kind, "string" | "heredoc_body");
        let around: Vec<&str> = path.iter().rev().map(|(_, kind)| *kind).take(3).collect();
        let is_text = match around.as_slice() {
            [kind, ..] if kind.starts_with("heredoc_") => true,
            [_, parent, ..] if is_text_kind(parent) => self.is_within(path, 2),
            // Expansions in strings begin with the blanks before them.
            [kind, _, outer] => {
                is_text_kind(outer) && kind.starts_with(['$', '`']) && self.is_within(path, 3)
            }
            _ => false,
        };
        let is_dash = gap.len() > 2 && gap.trim_matches([' ', '\t']) == "-" && leaf.kind() == "<<";
        if !(is_text || is_dash || start < self.end || is_blank(gap, self.end == 0)) {
            return false;
        }
        self.end = self.end.max(end);
        self.has_line_end |= !is_text && gap.replace("\\\n", "").contains('\n');
        if leaf.kind() == "comment" {
            return true;
        }
        if self.has_line_end && !self.may_end_line(path) {
            return false;
        }
        self.has_line_end = false;
        if gap.is_empty() && is_redirect(leaf.kind()) && self.ends_with_descriptor(start) {
            return false;
        }
        let is_process = leaf.kind() == "("
            && self
                .before
                .last()
                .is_some_and(|(_, kind)| matches!(*kind, "<" | ">"));
        if gap.is_empty() && is_process {
            return false;
        }
        self.before.clear();
        self.before.extend_from_slice(path);
        // In strings, tokens begin with the blanks before them.
        let raw = self.text.get(start..end).unwrap_or_default();
        is_text || !raw.starts_with([' ', '\t', '\n', '\r'])
    }

    /// Whether the last token is in the node that is so many from the end of `path`, so that what
    /// is between is in it too. The first token of a here-document comes after nothing.
    fn is_within(&self, path: &[(usize, &'t str)], count: usize) -> bool {
        path.iter().rev().nth(count - 1).is_some_and(|node| {
            node.1 == "heredoc_body" || self.before.iter().any(|before| before == node)
        })
    }

    /// Whether the last token is a number or `{name}`, which the grammar took for a word, though
    /// it is part of the redirection that comes next.
    fn ends_with_descriptor(&self, start: usize) -> bool {
        let is_word = self
            .before
            .last()
            .is_some_and(|(_, kind)| matches!(*kind, "word" | "number" | "}"));
        let before = self.text.get(..start).unwrap_or_default();
        let word = before
            .rsplit([' ', '\t', '\n', ';', '|', '&', '(', ')'])
            .next()
            .unwrap_or_default();
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        is_word && (is_number || word.starts_with('{') && word.ends_with('}'))
    }

    /// Whether a line may end between the last token and the one at `path`. Where it may not, the
    /// grammar took the end of a line for a blank, and the next command for more arguments.
    fn may_end_line(&self, path: &[(usize, &'t str)]) -> bool {
        let shared = self
            .before
            .iter()
            .zip(path)
            .take_while(|(before, after)| before == after)
            .last();
        let Some((_, (_, shared))) = shared else {
            return true;
        };
        let last = self
            .before
            .last()
            .map(|(_, kind)| *kind)
            .unwrap_or_default();
        let before = self.before.iter().rev().nth(1);
        match *shared {
            "program"
            | "compound_statement"
            | "do_group"
            | "if_statement"
            | "elif_clause"
            | "else_clause"
            | "case_statement"
            | "case_item"
            | "subshell"
            | "while_statement"
            | "command_substitution"
            | "process_substitution"
            | "array" => true,
            "for_statement" | "c_style_for_statement" => last != "in" && last != "for",
            "list" | "pipeline" | "test_command" | "binary_expression" => {
                matches!(last, "&&" | "||" | "|" | "|&")
            }
            "function_definition" => before.is_some_and(|(_, kind)| *kind == *shared),
            "heredoc_redirect" | "redirected_statement" => last.starts_with("heredoc_"),
            _ => false,
        }
    }
}

fn is_redirect(kind: &str) -> bool {
    matches!(
        kind,
        "<" | ">" | ">>" | "&>" | "&>>" | "<&" | ">&" | ">|" | "<<" | "<<-" | "<<<" | "<&-" | ">&-"
    )
}

fn ends_with_backslash(text: &str) -> bool {
    (text.len() - text.trim_end_matches('\\').len()) & 1 == 1
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

fn is_leaf_sound(leaf: &Node<'_>, text: &str) -> bool {
    let Some(raw) = text.get(leaf.byte_range()) else {
        return false;
    };
    // Within strings, the grammar takes blanks into the next token.
    let raw = raw.trim_start_matches([' ', '\t', '\n']);
    match leaf.kind() {
        "comment" => is_comment(leaf.start_byte(), text),
        "if" | "then" | "else" | "elif" | "fi" | "do" | "done" | "case" | "esac" | "for"
        | "while" | "until" | "in" | "select" | "function" => stands_alone(leaf, text),
        "raw_string" | "heredoc_end" => true,
        "ansi_c_string" => has_one_end(raw.trim_start_matches("$'"), b'\''),
        "heredoc_start" => is_delimiter(raw),
        "string_content" => !has_expansion(raw, false) && !has_quote(raw, b'"'),
        "heredoc_content" => !has_expansion(raw, false),
        "heredoc_body" => true,
        _ => !has_expansion(raw, true),
    }
}

/// Whether the only quote that ends `raw` is its last byte.
fn has_one_end(raw: &str, quote: u8) -> bool {
    raw.strip_suffix(char::from(quote))
        .is_some_and(|inner| !has_quote(inner, quote) && !ends_with_backslash(inner))
}

/// Whether `raw` has the quote without a backslash before it.
fn has_quote(raw: &str, quote: u8) -> bool {
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            byte if byte == quote => return true,
            _ => {}
        }
    }
    false
}

/// Whether a keyword is a word of its own.
fn stands_alone(leaf: &Node<'_>, text: &str) -> bool {
    let bytes = text.as_bytes();
    let before = bytes.get(..leaf.start_byte()).and_then(<[u8]>::last);
    let after = bytes.get(leaf.end_byte());
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| b" \t\n;&|()<>`".contains(byte));
    is_edge(before) && is_edge(after)
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
