//! Random documents, edits and typing.
use std::ops::Range;

use aside_edit::lines::lines;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngSeed};

/// Words of a document; few, so that lines repeat.
const WORDS: [&str; 6] = ["", "a", "b", "}", "é", "\u{1f600}z"];
const ENDINGS: [&str; 3] = ["\n", "\r\n", "\r"];
/// The first of the characters that only the user types, each once.
const USER: u32 = 0x4e00;
/// The first of the characters that only edits write, each once.
const AGENT: u32 = 0xac00;

/// Cases that are the same in every run, unless `PROPTEST_CASES` asks for more or fewer.
pub fn config(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    Config {
        cases: asked.and_then(|cases| cases.parse().ok()).unwrap_or(cases),
        rng_seed: RngSeed::Fixed(20_260_701),
        failure_persistence: None,
        ..Config::default()
    }
}

/// A document: lines of few words with one ending or all of them, with or without a last one.
pub fn document() -> impl Strategy<Value = String> {
    let line = (0..WORDS.len(), 0..ENDINGS.len());
    (vec(line, 0..14), 0..5_usize, any::<bool>(), any::<bool>()).prop_map(
        |(words, mixed, is_ended, bom)| {
            let mut text = String::new();
            if bom && words.len() == 7 {
                text.push('\u{feff}');
            }
            let count = words.len();
            for (index, (word, ending)) in words.into_iter().enumerate() {
                text.push_str(WORDS[word]);
                if index + 1 < count || is_ended {
                    text.push_str(ENDINGS.get(mixed).copied().unwrap_or(ENDINGS[ending]));
                }
            }
            text
        },
    )
}

/// A document whose lines are all different.
pub fn distinct_document() -> impl Strategy<Value = String> {
    (0..14_usize, any::<bool>()).prop_map(|(count, is_ended)| {
        let text = (0..count).map(|n| format!("l{n}\n")).collect::<String>();
        match is_ended {
            true => text,
            false => text.trim_end_matches('\n').to_owned(),
        }
    })
}

/// One line operation of an edit.
#[derive(Debug, Clone)]
pub struct LineOp {
    at: usize,
    removed: usize,
    added: Vec<usize>,
}

/// An edit: a few line operations, each on the result of those before it.
pub fn edit() -> impl Strategy<Value = Vec<LineOp>> {
    let op = (0..20_usize, 0..3_usize, vec(0..WORDS.len() * 2, 0..3));
    vec(
        op.prop_map(|(at, removed, added)| LineOp { at, removed, added }),
        1..4,
    )
}

/// One change of the user's, in characters.
#[derive(Debug, Clone)]
pub struct Typing {
    at: usize,
    removed: usize,
    kind: usize,
}

impl Typing {
    /// Whether only a line ending is typed.
    pub fn is_bare(&self) -> bool {
        self.kind == 1
    }
}

/// What the user types, one after the other.
pub fn typing(most: usize) -> impl Strategy<Value = Vec<Typing>> {
    let one = (any::<u16>(), 0..6_usize, 0..8_usize);
    vec(
        one.prop_map(|(at, removed, kind)| Typing {
            at: usize::from(at),
            removed: removed.saturating_sub(2),
            kind,
        }),
        0..=most,
    )
}

/// Gives out characters that are nowhere else.
#[derive(Debug, Default)]
pub struct Tags {
    user: u32,
    agent: u32,
}

impl Tags {
    fn user(&mut self) -> char {
        self.user += 1;
        char::from_u32(USER + self.user).unwrap_or_default()
    }

    fn agent(&mut self) -> char {
        self.agent += 1;
        char::from_u32(AGENT + self.agent).unwrap_or_default()
    }

    /// The text that an edit makes of `text`. Some of the lines that it writes are like those
    /// that were there.
    pub fn edit(&mut self, text: &str, ops: &[LineOp]) -> String {
        let mut all = lines(text).map(str::to_owned).collect::<Vec<_>>();
        for op in ops {
            let start = op.at % (all.len() + 1);
            let end = (start + op.removed).min(all.len());
            let added = op.added.iter().map(|&word| match WORDS.get(word) {
                Some(word) => format!("{word}\n"),
                None => format!("{}\n", self.agent()),
            });
            let added = added.collect::<Vec<_>>();
            all.splice(start..end, added);
        }
        // Inside the text, each line has an ending.
        let last = all.len().saturating_sub(1);
        for line in &mut all[..last] {
            if !line.ends_with(['\n', '\r']) {
                line.push('\n');
            }
        }
        all.concat()
    }

    /// What one change of the user's replaces in `text`, in bytes, and with what.
    pub fn typed(&mut self, text: &str, typing: &Typing) -> (Range<usize>, String) {
        let mut places = text.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
        places.push(text.len());
        let first = typing.at % places.len();
        let last = (first + typing.removed).min(places.len() - 1);
        let range = places[first]..places[last];
        let tag = self.user();
        let typed = match typing.kind {
            0 => String::new(),
            1 => "\n".to_owned(),
            2 | 3 => format!("{tag}\n"),
            4 => format!("\n{tag}"),
            5 => format!("{tag}\r\n{}", self.user()),
            _ => tag.to_string(),
        };
        (range, typed)
    }
}

/// The characters that only the user types, as they are in a text.
pub fn users(text: &str) -> Vec<char> {
    text.chars().filter(|&char| is_users(char)).collect()
}

/// Whether only the user types this.
pub fn is_users(char: char) -> bool {
    (USER..AGENT).contains(&u32::from(char))
}

/// Whether only edits write this.
pub fn is_agents(char: char) -> bool {
    (AGENT..AGENT + 0x1000).contains(&u32::from(char))
}

/// Whether `part` is in `whole`, in this order, with anything between.
pub fn is_within(part: impl Iterator<Item = char>, whole: &str) -> bool {
    let mut whole = whole.chars();
    let mut part = part;
    part.all(|char| whole.any(|other| other == char))
}
