//! `sed`, `awk` and `yq`: programs with a small language of their own.
use super::options::{Order, Spec, sort};
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What they do with their arguments.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "sed" | "gsed" => Some(sed(walker, arguments)),
        "awk" | "gawk" | "mawk" | "nawk" => Some(awk(walker, arguments)),
        _ => None,
    }
}

fn sed(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "efl",
        long: &["expression", "file", "line-length"],
    };
    let given = sort(arguments, spec, Order::Mixed);
    let mut scripts = given.values(&["e", "expression"]);
    let files = given.values(&["f", "file"]);
    let mut operands = given.operands.as_slice();
    if scripts.is_empty()
        && files.is_empty()
        && let Some((script, rest)) = operands.split_first()
    {
        scripts.push(script.clone());
        operands = rest;
    }
    for file in &files {
        walker.read(file, Reach::Itself);
    }
    let in_place = given.has(&["i", "I", "in-place"]);
    for word in operands {
        walker.read(word, Reach::Itself);
        if in_place {
            walker.write(word, Reach::Itself);
        }
    }
    let is_plain = files.is_empty()
        && given.is_certain
        && scripts.iter().all(|script| {
            script
                .literal()
                .is_some_and(|text| !text.is_empty() && is_plain_sed(&text))
        });
    match (is_plain, in_place) {
        (false, _) => Scope::Anything,
        (true, true) => Scope::Listed,
        (true, false) => Scope::Reads,
    }
}

/// Whether a script has only commands that print, delete and replace. Others write files or run
/// commands.
fn is_plain_sed(script: &str) -> bool {
    let mut rest = script;
    loop {
        rest = rest.trim_start_matches([' ', ';', '\n', '{', '}']);
        if rest.is_empty() {
            return true;
        }
        let Some(after) = after_address(rest) else {
            return false;
        };
        let after = after.trim_start_matches([' ', '!', '{']);
        let Some(command) = after.chars().next() else {
            return false;
        };
        let after = &after[command.len_utf8()..];
        let next = match command {
            'p' | 'd' | 'D' | 'P' | 'q' | 'Q' | '=' | 'n' | 'N' | 'h' | 'H' | 'g' | 'G' | 'x' => {
                Some(after.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            's' | 'y' => after_replacement(after),
            _ => None,
        };
        match next {
            Some(next) if next.is_empty() || next.starts_with([' ', ';', '\n', '}']) => rest = next,
            _ => return false,
        }
    }
}

/// What comes after the lines that a command is for: numbers, `$`, and `/…/`.
fn after_address(text: &str) -> Option<&str> {
    let mut rest = text;
    for _ in 0..2 {
        if let Some(pattern) = rest.strip_prefix('/') {
            rest = after_delimiter(pattern, '/')?.trim_start_matches('I');
        } else {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "$~+".contains(c));
        }
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => break,
        }
    }
    Some(rest)
}

/// What comes after `/a/b/flags`, where no flag writes or runs.
fn after_replacement(text: &str) -> Option<&str> {
    let delimiter = text.chars().next()?;
    if delimiter.is_alphanumeric() || matches!(delimiter, '\\' | '\n' | ';' | ' ') {
        return None;
    }
    let rest = after_delimiter(&text[delimiter.len_utf8()..], delimiter)?;
    let rest = after_delimiter(rest, delimiter)?;
    Some(rest.trim_start_matches(|c: char| c.is_ascii_digit() || "gpIi".contains(c)))
}

fn after_delimiter(text: &str, delimiter: char) -> Option<&str> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            // What is in brackets may hold the delimiter, in some places and not in others.
            '[' if text[at..]
                .find(']')
                .is_some_and(|end| text[at..at + end].contains(delimiter)) =>
            {
                return None;
            }
            '\n' => return None,
            '\\' => {
                chars.next();
            }
            c if c == delimiter => return Some(&text[at + c.len_utf8()..]),
            _ => {}
        }
    }
    None
}

fn awk(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "FvfiEl",
        long: &[
            "field-separator",
            "assign",
            "file",
            "include",
            "exec",
            "load",
        ],
    };
    let given = sort(arguments, spec, Order::Strict);
    let files = given.values(&["f", "file", "E", "exec"]);
    for file in &files {
        walker.read(file, Reach::Itself);
    }
    let script = given.operands.first().filter(|_| files.is_empty());
    for word in given.operands.iter().skip(usize::from(files.is_empty())) {
        walker.read(word, Reach::Itself);
    }
    let takes_more = given
        .names()
        .any(|name| !matches!(name, "F" | "v" | "field-separator" | "assign"));
    let text = script.and_then(Word::literal);
    let is_plain = text.is_some_and(|text| {
        ![
            "system", "getline", "|", ">", "@", "close", "fflush", "ENVIRON",
        ]
        .iter()
        .any(|part| text.contains(part))
    });
    if is_plain && !takes_more && given.is_certain {
        return Scope::Reads;
    }
    Scope::Anything
}
