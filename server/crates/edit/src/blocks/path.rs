//! The file that a block is for, from the lines above it.
use std::collections::VecDeque;

/// How many lines above a block are looked at.
const MAX_LINES_ABOVE: usize = 12;
/// Names of files that are known as such without a dot or a slash.
const KNOWN_NAMES: &[&str] = &[
    "BUILD",
    "CHANGELOG",
    "CODEOWNERS",
    "Dockerfile",
    "Gemfile",
    "Jenkinsfile",
    "Justfile",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "Procfile",
    "README",
    "Rakefile",
    "Vagrantfile",
    "WORKSPACE",
    "justfile",
    "makefile",
];

/// Languages that are written as files are.
const KNOWN_LANGUAGES: &[&str] = &[
    "asp.net", "next.js", "node.js", "react.js", "vb.net", "vue.js",
];

/// The lines since the last block, without what is in fences that hold no block.
#[derive(Debug, Default)]
pub(super) struct Above<'a> {
    lines: VecDeque<Line<'a>>,
    /// The fence that is open.
    fence: Option<Fence>,
}

#[derive(Debug, Clone, Copy)]
enum Line<'a> {
    Text(&'a str),
    /// What stands behind the fence's mark.
    Fence(&'a str),
}

#[derive(Debug, Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    /// How many lines were above it.
    above: usize,
}

impl<'a> Above<'a> {
    /// A line that belongs to no block.
    pub(super) fn push(&mut self, line: &'a str) {
        if line.trim().is_empty() {
            return;
        }
        let Some((mark, length, info)) = fence(line) else {
            self.keep(Line::Text(line));
            return;
        };
        match self.fence {
            Some(open) if open.mark == mark && length >= open.length && info.is_empty() => {
                self.lines.truncate(open.above);
                self.fence = None;
            }
            Some(_) => self.keep(Line::Text(line)),
            None => {
                self.fence = Some(Fence {
                    mark,
                    length,
                    above: self.lines.len(),
                });
                self.keep(Line::Fence(info));
            }
        }
    }

    fn keep(&mut self, line: Line<'a>) {
        self.lines.push_back(line);
        if self.lines.len() > MAX_LINES_ABOVE {
            self.lines.pop_front();
            if let Some(fence) = &mut self.fence {
                fence.above = fence.above.saturating_sub(1);
            }
        }
    }

    /// A block has been read; a fence around it may go on.
    pub(super) fn block(&mut self) {
        self.lines.clear();
        if let Some(fence) = &mut self.fence {
            fence.above = 0;
        }
    }

    /// The nearest path; in the nearest line of text also one among other words.
    pub(super) fn path(&self) -> Option<String> {
        let mut is_nearest = true;
        for line in self.lines.iter().rev() {
            let found = match line {
                Line::Fence(info) => from_info(info),
                Line::Text(text) => {
                    let among = || if is_nearest { among_words(text) } else { None };
                    let found = whole_line(text).or_else(among);
                    is_nearest = false;
                    found
                }
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// A fence's mark, its length and what follows.
pub(crate) fn fence(line: &str) -> Option<(char, usize, &str)> {
    let line = line.trim();
    let mark = line
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let length = line.len() - info.len();
    // What has a further mark behind is code in a line.
    let is_fence = length >= 3 && !info.contains('`');
    is_fence.then_some((mark, length, info.trim()))
}

/// The path that a fence's info string names beyond doubt: as no language is named.
pub(crate) fn surely_in_info(info: &str) -> Option<String> {
    let path = from_info(info)?;
    let is_language = KNOWN_LANGUAGES
        .iter()
        .any(|it| path.eq_ignore_ascii_case(it));
    let stem = path.trim_start_matches('.');
    let is_class =
        stem.len() < path.len() && !stem.contains(['.', '/', '\\']) && info.contains('{');
    (is_like_a_path(&path) && !is_language && !is_class).then_some(path)
}

/// The path that a line is and nothing else, beyond doubt: a title or a word in bold is none.
pub(crate) fn surely_whole_line(line: &str) -> Option<String> {
    let path = whole_line(line).filter(|path| is_like_a_path(path))?;
    let first = path.split_whitespace().next().unwrap_or(&path);
    let is_title =
        path.contains(char::is_whitespace) && !line.contains('`') && !first.contains('/');
    let is_pair = line.trim_start().starts_with(['#', '*', '_'])
        && !line.contains('`')
        && !has_extension(&path)
        && !is_known(&path);
    (!is_title && !is_pair).then_some(path)
}

/// `rust src/x.rs`, `src/x.rs`, `rust:src/x.rs`, `rust title="src/x.rs"`.
fn from_info(info: &str) -> Option<String> {
    let words = info.split_whitespace().rev();
    let mut values = words.map(|word| match word.split_once('=') {
        Some((_, value)) => value.trim_matches(['"', '\'']),
        None => word,
    });
    values.find_map(|word| {
        let word = word.trim_matches(['{', '}', '(', ')', '"', '\'']);
        let (head, tail) = word.split_once(':').unwrap_or(("", word));
        // A drive of Windows is no language.
        let word = if head.len() > 1 { tail } else { word };
        (is_path(word) && word.contains(['.', '/', '\\'])).then(|| word.to_owned())
    })
}

/// A line that is a path and nothing else, but for markup.
fn whole_line(line: &str) -> Option<String> {
    let mut text = line.trim();
    let mut is_marked = false;
    for mark in ["- ", "* ", "+ "] {
        text = text.strip_prefix(mark).unwrap_or(text);
    }
    if text.starts_with('#') {
        is_marked = true;
        text = text.trim_start_matches('#');
    }
    text = without_label(text.trim());
    loop {
        let bare = ["**", "__", "`", "\"", "'", "*"]
            .into_iter()
            .find_map(|mark| text.strip_prefix(mark)?.strip_suffix(mark));
        let Some(bare) = bare else {
            let short = text.strip_suffix(':');
            match short {
                Some(short) => text = short.trim_end(),
                None => break,
            }
            continue;
        };
        is_marked = true;
        text = without_label(bare.trim());
    }
    let has_space = text.contains(char::is_whitespace);
    let is_whole = match (is_marked, has_space) {
        (true, false) => is_path(text),
        // A title may have a dot or a slash, but seldom an extension at its end.
        (true, true) => is_path(text) && has_extension(text),
        (false, false) => is_path(text) && is_like_a_path(text),
        (false, true) => {
            let first = text.split_whitespace().next().unwrap_or(text);
            is_path(text) && first.contains('/') && has_extension(text)
        }
    };
    is_whole.then(|| text.to_owned())
}

/// `File: src/x.rs`.
fn without_label(text: &str) -> &str {
    ["file:", "path:", "filename:", "file path:", "filepath:"]
        .into_iter()
        .find_map(|label| {
            let (head, tail) = text.split_at_checked(label.len())?;
            head.eq_ignore_ascii_case(label).then_some(tail.trim())
        })
        .unwrap_or(text)
}

/// The only path among the words of a line: one in backticks, else any.
fn among_words(line: &str) -> Option<String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let mut quoted = quoted.filter(|text| is_path(text) && is_like_a_path(text));
    if let Some(path) = quoted.next() {
        return quoted.all(|other| other == path).then(|| path.to_owned());
    }
    let words = line
        .split_whitespace()
        .map(|word| word.trim_matches(['*', '"', '\'', '(', ')', ',', ':', ';', '.']));
    let mut words = words.filter(|word| word.contains('/') && has_extension(word));
    let path = words.next()?;
    let is_only = is_path(path) && words.all(|other| other == path);
    is_only.then(|| path.to_owned())
}

/// Whether a text can be a path at all.
fn is_path(text: &str) -> bool {
    let has_name = text.chars().any(char::is_alphanumeric);
    let is_clean = !text.contains(['\0', '<', '>', '|', '"', '`', '*', '?', '\t'])
        && !text.contains("://")
        && !text.ends_with(['.', '/', '\\', ',', ';', '!', ':']);
    has_name && is_clean
}

/// Whether a word is more like a path than like a word.
fn is_like_a_path(text: &str) -> bool {
    text.contains('/') || text.contains('\\') || has_extension(text) || is_known(text)
}

/// Whether the last part of a path is a name that is known without a dot.
fn is_known(text: &str) -> bool {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    KNOWN_NAMES.contains(&name)
}

/// Whether the last part of a path has a dot, and letters or digits behind it.
fn has_extension(text: &str) -> bool {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let Some((_, extension)) = name.rsplit_once('.') else {
        return false;
    };
    let is_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    extension.chars().any(|char| char.is_ascii_alphabetic()) && extension.chars().all(is_word)
}
