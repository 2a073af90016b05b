//! What the user did to the agent's edits, for the model to know.
use std::sync::{Arc, Mutex, PoisonError};

/// How many bytes of notes wait at most; the oldest go first.
pub const MAX_NOTES_BYTES: usize = 16 * 1024;

/// Notes that wait for the next request to the model. Clones are the same list.
///
/// They are stored by whoever adds them. A turn that takes them puts them into the record that
/// the model is told with ([`crate::item::Replay::notes`]), and emits that record before it asks.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    waiting: Arc<Mutex<Vec<String>>>,
}

impl Notes {
    /// Adds a note: whole sentences.
    pub fn add(&self, note: String) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(note);
        while waiting.len() > 1 && waiting.iter().map(String::len).sum::<usize>() > MAX_NOTES_BYTES
        {
            waiting.remove(0);
        }
    }

    /// Takes all that waits, one note a line.
    pub fn take(&self) -> Option<String> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let notes = std::mem::take(&mut *waiting);
        (!notes.is_empty()).then(|| notes.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NOTES_BYTES, Notes};

    #[test]
    fn notes_are_taken_once_and_the_newest_stay() {
        let notes = Notes::default();
        assert_eq!(notes.take(), None);
        notes.add("one".to_owned());
        notes.clone().add("two".to_owned());
        assert_eq!(notes.take().as_deref(), Some("one\ntwo"));
        assert_eq!(notes.take(), None);
        notes.add("old".to_owned());
        notes.add("x".repeat(MAX_NOTES_BYTES));
        assert_eq!(notes.take().map(|text| text.len()), Some(MAX_NOTES_BYTES));
    }
}
