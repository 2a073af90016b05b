//! Places where a model leaves out what it means to stay: what it calls a whole file is none then.
use std::collections::HashMap;

use crate::lines::{content, lines, split_bom};

/// How many words a comment may have that tells of code by its first or last words.
const MAX_TOLD_WORDS: usize = 10;
/// How many it may have where its first word is one that other comments begin with, too.
const MAX_SHORT_WORDS: usize = 4;

/// What opens and closes comments that stand on a line of their own.
const COMMENTS: &[(&str, &str)] = &[
    ("{/*", "*/}"),
    ("/**", "*/"),
    ("/*", "*/"),
    ("<!--", "-->"),
    ("{{!--", "--}}"),
    ("{#", "#}"),
    ("{-", "-}"),
    ("(*", "*)"),
    ("<%#", "%>"),
    ("--[[", "]]"),
    ("\"\"\"", "\"\"\""),
    ("'''", "'''"),
    ("///", ""),
    ("//", ""),
    ("#", ""),
    ("--", ""),
    (";", ""),
    ("%", ""),
    ("'", ""),
    ("\"", ""),
    ("!", ""),
    ("* ", ""),
    ("REM ", ""),
    ("rem ", ""),
    ("dnl ", ""),
    ("[", "]"),
    ("(", ")"),
    ("<", ">"),
];

/// What is left out is some of these.
const CODE: &[&str] = &[
    "class",
    "classes",
    "code",
    "component",
    "components",
    "content",
    "contents",
    "file",
    "fields",
    "function",
    "functions",
    "implementation",
    "implementations",
    "imports",
    "lines",
    "logic",
    "method",
    "methods",
    "module",
    "program",
    "script",
    "section",
    "sections",
    "tests",
    "text",
];
/// Comments about code that is left out begin with these, and others seldom.
const REST: &[&str] = &["rest", "remainder", "remaining"];
/// And with these, as others do.
const KEPT: &[&str] = &[
    "existing",
    "previous",
    "other",
    "unchanged",
    "same",
    "original",
    "keep",
];
/// Or they end with these.
const ENDS: &[&str] = &[
    "unchanged",
    "not changed",
    "no changes",
    "omitted",
    "omitted for brevity",
    "the same",
    "as before",
    "as is",
    "as it is",
    "as they are",
    "goes here",
    "stays here",
];
/// Words that say nothing here.
const FILLERS: &[&str] = &["the", "all", "your", "my", "and", "then", "here", "with"];

/// A line that stands for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elision<'a> {
    /// Where it is in the new text, from 1.
    pub line: usize,
    /// It, without the white space around it.
    pub text: &'a str,
}

/// The first line of `new` that stands for lines that are left out, such as `// ... existing code
/// ...` or `...`, and that `old` has not as often. In a text that replaces nothing, only one that
/// speaks of code that is there.
pub fn elision<'a>(old: &str, new: &'a str) -> Option<Elision<'a>> {
    let old = split_bom(old).1;
    let mut known: HashMap<&str, usize> = HashMap::new();
    for line in lines(old) {
        let line = content(line).trim();
        if kind(line).is_some() || line.ends_with(':') {
            *known.entry(line).or_default() += 1;
        }
    }
    let mut before = "";
    for (number, line) in lines(split_bom(new).1).enumerate() {
        let line = content(line).trim();
        let Some(kind) = kind(line) else {
            if !line.is_empty() {
                before = line;
            }
            continue;
        };
        let above = std::mem::replace(&mut before, line);
        match known.get_mut(line) {
            Some(count) if *count > 0 => {
                *count -= 1;
                continue;
            }
            Some(_) | None => {}
        }
        let is_meant = match kind {
            Kind::Told => true,
            Kind::Dots => !old.trim().is_empty(),
            // In Python it is the body of what has none; lazy answers write it for bodies that
            // are there.
            Kind::Bare => {
                let is_stub = above.ends_with(':') && !known.contains_key(above);
                !old.trim().is_empty() && !is_stub
            }
        };
        if is_meant {
            return Some(Elision {
                line: number + 1,
                text: line,
            });
        }
    }
    None
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Dots, and nothing else on the line.
    Bare,
    /// A comment that is, or begins with, dots.
    Dots,
    /// A comment that says what is left out.
    Told,
}

/// What a line, without the white space around it, stands for.
fn kind(line: &str) -> Option<Kind> {
    if line.is_empty() {
        return None;
    }
    let bare = without_dots(line);
    if bare.starts != 0 && bare.text.is_empty() {
        return Some(Kind::Bare);
    }
    // Three dots and a word are code in some languages.
    if bare.starts != 0 && line[bare.starts..].starts_with(char::is_whitespace) {
        return Some(told(bare.text).unwrap_or(Kind::Bare));
    }
    let (open, close) = COMMENTS.iter().find(|(open, close)| {
        line.strip_prefix(open)
            .is_some_and(|rest| rest.ends_with(close))
    })?;
    let body = line.strip_prefix(open)?.strip_suffix(close)?;
    let body = body.trim_matches(|c: char| c.is_whitespace() || "#/*-=!".contains(c));
    let body = body
        .strip_prefix(['(', '['])
        .and_then(|body| body.strip_suffix([')', ']']))
        .unwrap_or(body);
    let dots = without_dots(body.trim());
    if let Some(told) = told(dots.text) {
        return Some(told);
    }
    let is_comment = !matches!(*open, "[" | "(" | "<" | "\"" | "'" | "!" | "* ");
    (dots.starts != 0 && is_comment).then_some(Kind::Dots)
}

struct Dotted<'a> {
    /// How many bytes of dots are at the beginning.
    starts: usize,
    text: &'a str,
}

/// A text without the dots at its ends; fewer than three at the beginning are none.
fn without_dots(text: &str) -> Dotted<'_> {
    let rest = text.trim_start_matches(['.', '…']);
    let dots = &text[..text.len() - rest.len()];
    let is_elided = dots.contains('…') || dots.len() >= 3;
    let inner = if is_elided { rest } else { text };
    Dotted {
        starts: if is_elided { dots.len() } else { 0 },
        text: inner.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '…')),
    }
}

/// Whether words say that code is left out.
fn told(text: &str) -> Option<Kind> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    if words.is_empty() || words.len() > MAX_TOLD_WORDS {
        return None;
    }
    let first = words.iter().find(|word| !FILLERS.contains(word)).copied();
    let first = first.unwrap_or_default();
    let has_code = words.iter().any(|word| CODE.contains(word));
    let begins = |known: &[&str]| known.contains(&first);
    let joined = words.join(" ");
    let ends = ENDS.iter().any(|end| {
        joined
            .strip_suffix(end)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
    });
    let is_short = words.len() <= MAX_SHORT_WORDS;
    let is_told = (begins(REST) && (has_code || ends))
        || (begins(KEPT) && is_short && has_code)
        || (has_code && ends)
        || (ends
            && words.len() < MAX_SHORT_WORDS
            && !begins(&["is", "are"])
            && joined != "the same");
    is_told.then_some(Kind::Told)
}
