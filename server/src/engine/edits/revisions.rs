//! Which revision of its document held each edit, so that the user's changes since are known
//! exactly as they were typed.
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::limits::MAX_REVISIONS;

/// The revisions of edits that this server made.
#[derive(Debug, Default)]
pub struct Revisions {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    by_edit: HashMap<String, u64>,
    oldest_first: VecDeque<String>,
}

impl Revisions {
    /// The revision that held exactly the text that an edit made; of a file that is not open
    /// there is none.
    pub fn remember(&self, edit_id: &str, revision: Option<u64>) {
        let mut inner = self.lock();
        let Some(revision) = revision else {
            inner.by_edit.remove(edit_id);
            return;
        };
        if inner.by_edit.insert(edit_id.to_owned(), revision).is_none() {
            inner.oldest_first.push_back(edit_id.to_owned());
        }
        while inner.oldest_first.len() > MAX_REVISIONS {
            if let Some(oldest) = inner.oldest_first.pop_front() {
                inner.by_edit.remove(&oldest);
            }
        }
    }

    /// The revision of an edit, where it is known.
    pub fn of(&self, edit_id: &str) -> Option<u64> {
        self.lock().by_edit.get(edit_id).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_REVISIONS, Revisions};

    #[test]
    fn the_newest_revisions_are_remembered() {
        let revisions = Revisions::default();
        let id = |n: usize| format!("edit-{n}");
        for n in 0..=MAX_REVISIONS {
            revisions.remember(&id(n), Some(n as u64));
        }
        assert_eq!(revisions.of(&id(0)), None);
        assert_eq!(revisions.of(&id(1)), Some(1));
        revisions.remember(&id(1), Some(7));
        assert_eq!(revisions.of(&id(1)), Some(7));
        revisions.remember(&id(1), None);
        assert_eq!(revisions.of(&id(1)), None);
    }
}
