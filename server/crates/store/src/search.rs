//! Looking for words in what was said and in titles.
use rusqlite::{Transaction, params};

use crate::error::Result;
use crate::sessions::page_limit;
use crate::thread::Store;

/// How many words of a query count.
pub const MAX_WORDS: usize = 32;

/// Of how many messages with the words of a query the best are found: the newest.
pub const MAX_RANKED: u32 = 5_000;

/// Among how many items, the newest, a text is found that is not in the index: one of a script
/// without spaces.
pub const MAX_SCANNED: u32 = 20_000;

/// How many words of a message a hit shows.
const SNIPPET_WORDS: u32 = 24;

/// How much of a message a hit shows at most, in characters: what is between two words may be long.
const SNIPPET_CHARS: usize = 300;

/// How many characters a hit shows before a text that is not in the index.
const LEAD_CHARS: u32 = 20;

/// What a title that fits is worth beside a message that does.
const TITLE_LEAD: f64 = 100.0;

/// All texts of a list are in the column.
macro_rules! has_all {
    ($column:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM json_each(?3) AS part WHERE ifnull(instr(lower(",
            $column,
            "), part.value), 0) = 0)"
        )
    };
}

/// What was not rewound.
macro_rules! is_said {
    () => {
        "NOT EXISTS (SELECT 1 FROM turns WHERE turns.id = items.turn_id \
         AND turns.rewound_by IS NOT NULL)"
    };
}

/// The first message of the session of a title.
macro_rules! first_item {
    () => {
        concat!(
            "(SELECT items.id FROM items WHERE items.session_id = title_index.session_id AND ",
            is_said!(),
            " ORDER BY position LIMIT 1)"
        )
    };
}

/// ?1 the words, ?2 how many, ?3 the texts, ?4 the length of a snippet, ?5 how many are looked at.
pub(crate) const MESSAGES: &str = concat!(
    "SELECT items.session_id, items.id, sessions.title, \
     snippet(message_index, 0, '', '', '…', ?4), -message_index.rank \
     FROM message_index JOIN items ON items.position = message_index.rowid \
     JOIN sessions ON sessions.id = items.session_id \
     WHERE message_index MATCH ?1 AND message_index.rowid > ifnull((SELECT rowid \
     FROM message_index WHERE message_index MATCH ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?5), 0) AND ",
    is_said!(),
    " AND ",
    has_all!("body"),
    " ORDER BY message_index.rank LIMIT ?2"
);
/// ?1 the first text, ?2 how many, ?3 the texts, ?4 the characters before the first, ?5 how many
/// are looked at.
pub(crate) const SCANNED: &str = concat!(
    "SELECT items.session_id, items.id, sessions.title, \
     iif(instr(lower(body), ?1) > ?4 + 1, '…', '') || \
     substr(body, max(1, instr(lower(body), ?1) - ?4), 3 * ?4), 1.0 \
     FROM message_index JOIN items ON items.position = message_index.rowid \
     JOIN sessions ON sessions.id = items.session_id \
     WHERE message_index.rowid > (SELECT max(position) FROM items) - ?5 AND ",
    is_said!(),
    " AND ",
    has_all!("body"),
    " ORDER BY message_index.rowid DESC LIMIT ?2"
);
/// ?1 the words, ?2 how many, ?3 the texts, ?4 what a title is worth.
pub(crate) const TITLES: &str = concat!(
    "SELECT session_id, ",
    first_item!(),
    ", title, title, -rank + ?4 FROM title_index WHERE title_index MATCH ?1 AND ",
    has_all!("title"),
    " ORDER BY rank LIMIT ?2"
);
/// ?2 how many, ?3 the texts, ?4 what a title is worth.
pub(crate) const TITLES_SCANNED: &str = concat!(
    "SELECT session_id, ",
    first_item!(),
    ", title, title, ?4 FROM title_index WHERE ?1 IS NOT NULL AND ",
    has_all!("title"),
    " ORDER BY rowid DESC LIMIT ?2"
);

/// A message or a title with the words that were looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The session.
    pub session_id: String,
    /// The message; where it is the title, the session's first, which it mostly names; none where
    /// nothing was said yet.
    pub item_id: Option<String>,
    /// The session's title.
    pub title: String,
    /// Some words around the first of those that were looked for.
    pub snippet: String,
    /// The greater the better.
    pub score: f64,
}

impl Store {
    /// Messages and titles in which all words of the query begin some word, the best first, titles
    /// before messages; at most `limit`, 1 to [`crate::MAX_PAGE`]. A word of one letter is a word
    /// of its own, and one of a script without spaces is found anywhere. What was rewound is left
    /// out. No character of the query means anything but itself; only the first [`MAX_WORDS`] words
    /// count.
    pub async fn search(&self, query: &str, limit: u32) -> Result<Vec<Hit>> {
        let wanted = Wanted::new(query);
        let limit = page_limit(limit);
        self.call(move |db| {
            db.reading(|tx, _| {
                let texts = &wanted.texts_json;
                let mut hits = match (&wanted.expression, wanted.texts.first()) {
                    (None, None) => return Ok(Vec::new()),
                    (Some(words), _) => {
                        let mut hits = hits(tx, TITLES, params![words, limit, texts, TITLE_LEAD])?;
                        let of_messages = params![words, limit, texts, SNIPPET_WORDS, MAX_RANKED];
                        hits.extend(self::hits(tx, MESSAGES, of_messages)?);
                        hits
                    }
                    (None, Some(first)) => {
                        let of_titles = params![first, limit, texts, TITLE_LEAD];
                        let mut hits = hits(tx, TITLES_SCANNED, of_titles)?;
                        let of_messages = params![first, limit, texts, LEAD_CHARS, MAX_SCANNED];
                        hits.extend(self::hits(tx, SCANNED, of_messages)?);
                        hits
                    }
                };
                // Those that are worth the same stay in their order.
                hits.sort_by(|a, b| b.score.total_cmp(&a.score));
                hits.truncate(limit as usize);
                Ok(hits)
            })
        })
        .await
    }
}

fn hits(tx: &Transaction<'_>, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Result<Vec<Hit>> {
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| {
        Ok(Hit {
            session_id: row.get(0)?,
            item_id: row.get(1)?,
            title: row.get(2)?,
            snippet: cut(row.get(3)?),
            score: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn cut(mut snippet: String) -> String {
    if let Some((end, _)) = snippet.char_indices().nth(SNIPPET_CHARS) {
        snippet.truncate(end);
        snippet.push('…');
    }
    snippet
}

/// What is looked for.
struct Wanted {
    /// Words in FTS5's language, where there are any.
    expression: Option<String>,
    /// Texts that are found anywhere.
    texts: Vec<String>,
    /// The same as JSON.
    texts_json: String,
}

impl Wanted {
    fn new(query: &str) -> Self {
        let words = query
            .split(|letter: char| letter.is_whitespace() || letter.is_control())
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .take(MAX_WORDS);
        let mut kept: Vec<&str> = Vec::new();
        for word in words {
            if !kept.contains(&word) {
                kept.push(word);
            }
        }
        let (texts, words): (Vec<&str>, Vec<&str>) = kept
            .into_iter()
            .partition(|word| word.chars().any(is_unspaced));
        let words: Vec<String> = words.into_iter().map(phrase).collect();
        // As SQLite's own `lower`, which knows ASCII.
        let texts: Vec<String> = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
        // There is no control character in them.
        let quoted = texts.iter();
        let quoted = quoted.map(|text| text.replace('\\', "\\\\").replace('"', "\\\""));
        let quoted: Vec<String> = quoted.map(|text| format!("\"{text}\"")).collect();
        Self {
            expression: (!words.is_empty()).then(|| words.join(" ")),
            texts_json: format!("[{}]", quoted.join(",")),
            texts,
        }
    }
}

/// A word in FTS5's language: a string, which begins a word. With one letter nearly every word would
/// begin, and reading all of them takes seconds.
fn phrase(word: &str) -> String {
    let letters = word.chars().filter(|letter| letter.is_alphanumeric());
    let beginning = if letters.count() > 1 { "*" } else { "" };
    format!("\"{}\"{beginning}", word.replace('"', "\"\""))
}

/// Whether a letter is of a script that has no spaces between its words: Thai to Lao, Burmese, Khmer,
/// kana and Chinese characters. The index takes a whole sentence of them for one word.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{312f}'
        | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}
