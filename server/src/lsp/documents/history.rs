//! What becomes of a document while an edit of it is under way.
use std::sync::Arc;

use ropey::Rope;

use super::document::Document;

/// How many states of a document are kept while an edit is under way. Of more, the first and
/// the latest ones are.
pub const MAX_STATES: usize = 256;

/// A document as it was after a change.
#[derive(Debug, Clone)]
pub struct State {
    /// The editor's number for it; `None` for a file on disk.
    pub version: Option<i32>,
    /// The number here.
    pub revision: Option<u64>,
    /// Its text.
    pub text: Rope,
}

impl State {
    fn of(document: &Document) -> Option<Self> {
        Some(Self {
            version: Some(document.version()),
            revision: Some(document.revision()),
            text: document.text().ok()?.clone(),
        })
    }
}

/// A state that held what an edit was to make.
#[derive(Debug, Clone)]
pub struct Reached {
    /// That state.
    pub state: State,
    /// The text right before it.
    pub before: Rope,
}

/// The states of one document since it was first looked at.
#[derive(Debug, Clone)]
pub struct History {
    /// What the edit was computed from.
    pub first: Rope,
    /// What came after it, oldest first.
    pub later: Vec<State>,
    /// The first state that held what the edit was to make.
    pub reached: Option<Reached>,
    /// Whether the text is not known any more.
    pub is_lost: bool,
    /// Whether the document was closed.
    pub is_closed: bool,
    /// How often anything happened to the document.
    pub changes: u64,
}

impl History {
    /// Of a document that holds `first`.
    pub fn new(first: Rope) -> Self {
        Self {
            first,
            later: Vec::new(),
            reached: None,
            is_lost: false,
            is_closed: false,
            changes: 0,
        }
    }

    /// The text now, as far as it is known.
    pub fn last(&self) -> &Rope {
        self.later.last().map_or(&self.first, |state| &state.text)
    }

    /// Whether the document was changed, be it that the text is again what it was at first: an
    /// edit for the first version is refused all the same.
    pub fn moved_on(&self) -> bool {
        self.is_lost || !self.later.is_empty()
    }

    /// Adds a state.
    pub fn push(&mut self, state: State, meant: &str) {
        if self.reached.is_none() && is_same(&state.text, meant) {
            self.reached = Some(Reached {
                before: self.last().clone(),
                state: state.clone(),
            });
        }
        self.is_lost = false;
        self.is_closed = false;
        if self.later.len() >= MAX_STATES {
            self.later.remove(0);
        }
        self.later.push(state);
    }
}

/// Compares lengths first: nearly always they differ.
fn is_same(rope: &Rope, text: &str) -> bool {
    rope.len_bytes() == text.len() && *rope == text
}

/// Collects a document's states.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) key: String,
    meant: Arc<str>,
    pub(super) history: History,
}

impl Watch {
    pub(super) fn new(key: String, first: Rope, meant: Arc<str>) -> Self {
        Self {
            key,
            meant,
            history: History::new(first),
        }
    }

    pub(super) fn closed(&mut self) {
        self.history.changes += 1;
        self.history.is_closed = true;
    }

    pub(super) fn see(&mut self, document: &Document) {
        self.history.changes += 1;
        match State::of(document) {
            Some(state) => self.history.push(state, &self.meant),
            None => self.history.is_lost = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_latest_states_are_kept() {
        let mut watch = Watch::new("k".to_owned(), Rope::from_str("first"), "3".into());
        for revision in 1..=1000 {
            let state = State {
                version: None,
                revision: Some(revision),
                text: Rope::from_str(&revision.to_string()),
            };
            let meant = Arc::clone(&watch.meant);
            watch.history.push(state, &meant);
        }
        let history = watch.history;
        assert_eq!(history.first, "first");
        assert_eq!(history.later.len(), MAX_STATES);
        assert_eq!(*history.last(), "1000");
        assert_eq!(history.reached.and_then(|it| it.state.revision), Some(3));
    }
}
