//! Words after quoting and expansion: known characters, globs, and what is not known.
mod braces;

use crate::bounds::MAX_WORDS;

/// A part of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A character that is not quoted: braces, tildes and globs mean what they mean.
    Bare(char),
    /// A character that stands for itself.
    Quoted(char),
    /// A character of an expanded variable: only globs mean something.
    Expanded(char),
    /// Where the words of an expanded variable are split.
    Gap,
    /// Quotes around nothing: the word is there though it is empty.
    Nothing,
    /// Any text.
    Unknown,
    /// Any text, and any number of words.
    UnknownWords,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    units: Vec<Unit>,
    raw: String,
}

impl Word {
    pub(crate) fn known(text: &str) -> Self {
        Self {
            units: text.chars().map(Unit::Quoted).collect(),
            raw: text.to_owned(),
        }
    }

    /// A word that may be any text and any number of words.
    pub(crate) fn unknown(raw: &str) -> Self {
        Self {
            units: vec![Unit::UnknownWords],
            raw: raw.to_owned(),
        }
    }

    /// Something beneath the path that the word is; only some of it if `is_narrow`.
    pub(crate) fn beneath(&self, is_narrow: bool) -> Self {
        let mut units = self.units.clone();
        let pattern = if is_narrow { "/found*found" } else { "/*" };
        units.extend(pattern.chars().map(Unit::Bare));
        Self {
            units,
            raw: format!("{}/**", self.raw),
        }
    }

    /// The word as it is written.
    pub(crate) fn raw(&self) -> &str {
        &self.raw
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The text, where no part is a glob or unknown. A tilde at the start is expanded by the
    /// caller.
    pub(crate) fn literal(&self) -> Option<String> {
        if self.is_glob() {
            return None;
        }
        self.units
            .iter()
            .filter(|unit| **unit != Unit::Nothing)
            .map(|unit| unit.char())
            .collect()
    }

    /// The pattern that the word is, where it is a glob and nothing of it is unknown.
    pub(crate) fn pattern(&self) -> Option<String> {
        if !self.is_glob() {
            return None;
        }
        self.units
            .iter()
            .filter(|unit| **unit != Unit::Nothing)
            .map(|unit| unit.char())
            .collect()
    }

    /// Whether the word starts with what may become a home folder.
    pub(crate) fn starts_with_tilde(&self) -> bool {
        self.units.first() == Some(&Unit::Bare('~'))
    }

    /// The known text that the word starts with.
    pub(crate) fn prefix(&self) -> String {
        self.units
            .iter()
            .filter(|unit| **unit != Unit::Nothing)
            .map_while(|unit| unit.char())
            .take_while(|c| !is_glob_start(*c) || !self.is_glob())
            .collect()
    }

    /// The text for people: as far as it is known, else as it is written; a question mark is
    /// before what may be any text.
    pub(crate) fn shown(&self) -> String {
        match self.literal() {
            Some(text) => text,
            None if self.depends() && !self.raw.starts_with('?') => format!("?{}", self.raw),
            None => self.raw.clone(),
        }
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.literal().is_some_and(|literal| literal == text)
    }

    /// Whether the word is a pattern that becomes the names of files.
    pub(crate) fn is_glob(&self) -> bool {
        self.units.iter().any(|unit| match unit {
            Unit::Bare(c) | Unit::Expanded(c) => is_glob_start(*c),
            Unit::Quoted(_) | Unit::Gap | Unit::Nothing => false,
            Unit::Unknown | Unit::UnknownWords => false,
        })
    }

    /// Whether the word is another one each time: it has a part that is not known, or a variable
    /// of which no more is known than a pattern.
    fn depends(&self) -> bool {
        let is_pattern = |unit: &Unit| matches!(unit, Unit::Expanded(c) if is_glob_start(*c));
        self.is_unknown() || self.units.iter().any(is_pattern)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.units
            .iter()
            .any(|unit| matches!(unit, Unit::Unknown | Unit::UnknownWords))
    }

    /// Whether the word may become an option though it is not known to: names of files may start
    /// with a dash too.
    pub(crate) fn may_become_option(&self) -> bool {
        if self.literal().is_some() {
            return false;
        }
        match self.units.iter().find(|unit| **unit != Unit::Nothing) {
            None => false,
            Some(Unit::Unknown | Unit::UnknownWords) => true,
            Some(first) => first.char().is_some_and(|c| c == '-' || is_glob_start(c)),
        }
    }

    /// The word without its first `count` characters, which are known.
    pub(crate) fn without(&self, count: usize) -> Self {
        let mut left = count;
        let units = self
            .units
            .iter()
            .filter(|unit| {
                let is_skipped = left > 0 && unit.char().is_some();
                left -= usize::from(is_skipped);
                !is_skipped
            })
            .copied()
            .collect();
        Self {
            units,
            raw: self.raw.clone(),
        }
    }

    /// The word as the value of a variable or option: a tilde at its start means the home
    /// folder, and braces and globs mean nothing.
    pub(crate) fn as_value(&self) -> Self {
        let mut units = self.units.clone();
        for unit in units.iter_mut().skip(1) {
            if let Unit::Bare(c) | Unit::Expanded(c) = *unit {
                *unit = Unit::Quoted(c);
            }
        }
        Self {
            units,
            raw: self.raw.clone(),
        }
    }
}

impl Unit {
    /// The character, where it is known.
    pub(crate) fn char(self) -> Option<char> {
        match self {
            Unit::Bare(c) | Unit::Quoted(c) | Unit::Expanded(c) => Some(c),
            Unit::Gap | Unit::Nothing | Unit::Unknown | Unit::UnknownWords => None,
        }
    }
}

/// Whether a glob may start with `c`. Extended globs start with one of `?*+@!(`.
fn is_glob_start(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | '(')
}

/// The words that one written word becomes: braces first, then the gaps of variables. One that
/// becomes too many is unknown.
pub(crate) fn split(units: Vec<Unit>, raw: &str) -> Vec<Word> {
    let Some(alternatives) = braces::expand(units) else {
        return vec![Word::unknown(raw)];
    };
    let mut words = Vec::new();
    for units in alternatives {
        for part in units.split(|unit| *unit == Unit::Gap) {
            if !part.is_empty() {
                words.push(Word {
                    units: part.to_vec(),
                    raw: raw.to_owned(),
                });
            }
        }
        if words.len() > MAX_WORDS {
            return vec![Word::unknown(raw)];
        }
    }
    words
}
