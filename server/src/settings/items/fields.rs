//! Reading the fields of one entry, and gathering all that is wrong with them.
use serde_json::{Map, Value as Json};

use super::super::value::{MAX_TEXT_BYTES, quoted};
use super::{Found, Item};

/// A table of settings while it is read.
pub struct Fields<'a> {
    name: &'a str,
    table: &'a Map<String, Json>,
    known: Vec<&'static str>,
    problems: Vec<(String, String)>,
}

impl<'a> Fields<'a> {
    /// The table of that name.
    pub fn new(name: &'a str, table: &'a Map<String, Json>) -> Self {
        Self {
            name,
            table,
            known: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The whole table, where its fields are another's to read.
    pub fn table(&self) -> &'a Map<String, Json> {
        self.table
    }

    /// The value, whatever it is.
    pub fn json(&mut self, field: &'static str) -> Option<&'a Json> {
        self.known.push(field);
        self.table.get(field)
    }

    /// A text that must be there.
    pub fn text(&mut self, field: &'static str) -> String {
        match self.text_if_any(field) {
            Some(text) => text,
            None => {
                if !self.table.contains_key(field) {
                    self.wrong(field, "is missing".to_owned());
                }
                String::new()
            }
        }
    }

    /// A text that may be there. Lines may be broken, since commands may be scripts.
    pub fn text_if_any(&mut self, field: &'static str) -> Option<String> {
        let json = self.json(field)?;
        match json {
            Json::String(text) if is_text(text) => Some(text.trim().to_owned()),
            Json::String(text) => {
                let reason = format!(
                    "must be a text of at most {MAX_TEXT_BYTES} bytes without control characters, not {}",
                    quoted(text)
                );
                self.wrong(field, reason);
                None
            }
            _ => {
                self.wrong(field, "must be a text".to_owned());
                None
            }
        }
    }

    /// One of these words, which must be there.
    pub fn word(&mut self, field: &'static str, words: &[&'static str]) -> &'static str {
        let text = self.text(field);
        let found = words.iter().find(|word| **word == text);
        if found.is_none() && !text.is_empty() {
            let reason = format!("must be one of {}, not {}", words.join(", "), quoted(&text));
            self.wrong(field, reason);
        }
        found.copied().unwrap_or_default()
    }

    /// One of these words, which may be there.
    pub fn word_if_any(
        &mut self,
        field: &'static str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        match self.table.contains_key(field) {
            true => Some(self.word(field, words)),
            false => {
                self.known.push(field);
                None
            }
        }
    }

    /// A number within bounds that may be there.
    pub fn number(&mut self, field: &'static str, min: u64, max: u64) -> Option<u64> {
        let json = self.json(field)?;
        let number = json.as_u64().filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.wrong(field, format!("must be a whole number from {min} to {max}"));
        }
        number
    }

    /// Yes or no; no where nothing is said.
    pub fn switch(&mut self, field: &'static str) -> bool {
        match self.json(field) {
            None => false,
            Some(Json::Bool(value)) => *value,
            Some(_) => {
                self.wrong(field, "must be true or false".to_owned());
                false
            }
        }
    }

    /// Notes what is wrong with a field.
    pub fn wrong(&mut self, field: &str, reason: String) {
        self.problems
            .push((format!("{}.{field}", self.name), reason));
    }

    /// The entry, unless anything was wrong: half an entry may do more than was meant.
    pub fn finish(mut self, item: Item) -> Vec<Found> {
        for field in self.table.keys() {
            if !self.known.contains(&field.as_str()) {
                let name = quoted(&format!("{}.{field}", self.name));
                self.problems
                    .push((name, "is no setting of such an entry".to_owned()));
            }
        }
        if self.problems.is_empty() {
            return vec![Ok((self.name.to_owned(), item))];
        }
        self.problems.into_iter().map(Err).collect()
    }

    /// What was wrong; this, if nothing was noted yet.
    pub fn fail(mut self, field: &str, reason: &str) -> Vec<Found> {
        if self.problems.is_empty() {
            self.wrong(field, reason.to_owned());
        }
        self.problems.into_iter().map(Err).collect()
    }

    /// The entry where its fields were another's to read.
    pub fn finish_unread(self, item: Item) -> Vec<Found> {
        if self.problems.is_empty() {
            return vec![Ok((self.name.to_owned(), item))];
        }
        self.problems.into_iter().map(Err).collect()
    }
}

/// Whether it is a text that may be shown and run.
pub fn is_text(text: &str) -> bool {
    let is_fine = |char: char| !char.is_control() || matches!(char, '\n' | '\t' | '\r');
    !text.trim().is_empty() && text.len() <= MAX_TEXT_BYTES && text.chars().all(is_fine)
}
