//! Looking for words in what was said and in titles.
use rusqlite::{Transaction, params};

use crate::error::Result;
use crate::sessions::page_limit;
use crate::thread::Store;

/// How many words of a query count.
pub const MAX_WORDS: usize = 32;

/// How many words of a message a hit shows.
const SNIPPET_WORDS: u32 = 24;

/// What a title that fits is worth beside a message that does.
const TITLE_LEAD: f64 = 100.0;

pub(crate) const MESSAGES: &str = "SELECT items.session_id, items.id, sessions.title, \
     snippet(message_index, 0, '', '', '…', ?3), -message_index.rank \
     FROM message_index JOIN items ON items.position = message_index.rowid \
     JOIN sessions ON sessions.id = items.session_id \
     WHERE message_index MATCH ?1 AND NOT EXISTS (SELECT 1 FROM turns \
     WHERE turns.id = items.turn_id AND turns.rewound_by IS NOT NULL) \
     ORDER BY message_index.rank LIMIT ?2";
pub(crate) const TITLES: &str = "SELECT session_id, (SELECT items.id FROM items \
     WHERE items.session_id = title_index.session_id ORDER BY position LIMIT 1), \
     title, title, -rank + ?3 FROM title_index WHERE title_index MATCH ?1 ORDER BY rank LIMIT ?2";

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
    /// before messages; at most `limit`, 1 to [`crate::MAX_PAGE`]. What was rewound is left out.
    /// No character of the query means anything but itself; only the first [`MAX_WORDS`] words
    /// count.
    pub async fn search(&self, query: &str, limit: u32) -> Result<Vec<Hit>> {
        let Some(wanted) = expression(query) else {
            return Ok(Vec::new());
        };
        let limit = page_limit(limit);
        self.call(move |db| {
            db.reading(|tx, _| {
                let mut hits = hits(tx, TITLES, params![wanted, limit, TITLE_LEAD])?;
                hits.extend(self::hits(
                    tx,
                    MESSAGES,
                    params![wanted, limit, SNIPPET_WORDS],
                )?);
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
            snippet: row.get(3)?,
            score: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The query in FTS5's language: each word a string, and the beginning of a word. None where there
/// is no letter or digit to look for.
fn expression(query: &str) -> Option<String> {
    let words = query
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(MAX_WORDS)
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" "))
}
