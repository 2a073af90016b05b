//! Which revision of its document held each edit, so that the user's changes since are known
//! exactly as they were typed.
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aside_store::EditRow;

use crate::engine::limits::MAX_REVISIONS;

/// The revisions of edits that this server made.
#[derive(Debug, Default)]
pub struct Revisions {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    by_edit: HashMap<String, Known>,
    oldest_first: VecDeque<String>,
}

#[derive(Debug)]
struct Known {
    /// The hash of the text that the edit made: another server may have amended it since.
    text: Option<String>,
    revision: u64,
}

impl Revisions {
    /// The revision that held exactly the text that an edit made; of a file that is not open
    /// there is none.
    pub fn remember(&self, edit: &EditRow, revision: Option<u64>) {
        let mut inner = self.lock();
        let Some(revision) = revision else {
            inner.by_edit.remove(&edit.id);
            return;
        };
        let text = edit.post_image.clone();
        let known = Known { text, revision };
        if inner.by_edit.insert(edit.id.clone(), known).is_none() {
            inner.oldest_first.push_back(edit.id.clone());
        }
        while inner.oldest_first.len() > MAX_REVISIONS {
            if let Some(oldest) = inner.oldest_first.pop_front() {
                inner.by_edit.remove(&oldest);
            }
        }
    }

    /// The revision that held the text of an edit, where it is known.
    pub fn of(&self, edit: &EditRow) -> Option<u64> {
        let inner = self.lock();
        let known = inner.by_edit.get(&edit.id)?;
        (known.text == edit.post_image).then_some(known.revision)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{EditRow, MAX_REVISIONS, Revisions};

    fn edit(id: usize, text: &str) -> EditRow {
        EditRow {
            id: format!("edit-{id}"),
            post_image: Some(text.to_owned()),
            ..EditRow::default()
        }
    }

    #[test]
    fn the_newest_revisions_are_remembered() {
        let revisions = Revisions::default();
        for id in 0..=MAX_REVISIONS {
            revisions.remember(&edit(id, "a"), Some(id as u64));
        }
        assert_eq!(revisions.of(&edit(0, "a")), None);
        assert_eq!(revisions.of(&edit(1, "a")), Some(1));
        revisions.remember(&edit(1, "a"), Some(7));
        assert_eq!(revisions.of(&edit(1, "a")), Some(7));
        revisions.remember(&edit(1, "a"), None);
        assert_eq!(revisions.of(&edit(1, "a")), None);
    }

    #[test]
    fn a_revision_is_of_one_text() {
        let revisions = Revisions::default();
        revisions.remember(&edit(1, "a"), Some(3));
        assert_eq!(revisions.of(&edit(1, "amended")), None);
        assert_eq!(revisions.of(&edit(1, "a")), Some(3));
    }
}
