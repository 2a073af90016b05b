//! What the model has seen of files: the texts that its edits are matched against.
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes of texts are kept for a session; what was seen longest ago goes first.
pub const MAX_SEEN_BYTES: usize = 64 * 1024 * 1024;
/// How many files are kept for a session.
pub const MAX_SEEN_FILES: usize = 2_000;

/// The texts of one session, shared by its turns. They are not stored: after a restart an edit
/// is matched against the file as it is.
#[derive(Debug, Default)]
pub struct Seen {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    texts: HashMap<PathBuf, Entry>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    text: Arc<str>,
    at: u64,
}

impl Seen {
    /// The model has seen this text of a file, or is told that the file holds it.
    pub fn note(&self, path: &Path, text: &Arc<str>) {
        let mut inner = self.lock();
        inner.forget(path);
        if text.len() > MAX_SEEN_BYTES {
            return;
        }
        while inner.bytes + text.len() > MAX_SEEN_BYTES || inner.texts.len() >= MAX_SEEN_FILES {
            inner.forget_oldest();
        }
        inner.clock += 1;
        inner.bytes += text.len();
        let at = inner.clock;
        let text = Arc::clone(text);
        inner.texts.insert(path.to_owned(), Entry { text, at });
    }

    /// What the model last saw of a file.
    pub fn get(&self, path: &Path) -> Option<Arc<str>> {
        let inner = self.lock();
        inner.texts.get(path).map(|entry| Arc::clone(&entry.text))
    }

    /// The files that the model saw last, the last one first, at most `count`.
    pub fn latest(&self, count: usize) -> Vec<PathBuf> {
        let inner = self.lock();
        let mut paths = inner.texts.iter().collect::<Vec<_>>();
        paths.sort_unstable_by_key(|(_, entry)| std::cmp::Reverse(entry.at));
        let paths = paths.into_iter().take(count);
        paths.map(|(path, _)| path.clone()).collect()
    }

    /// The file is gone.
    pub fn forget(&self, path: &Path) {
        self.lock().forget(path);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn forget(&mut self, path: &Path) {
        if let Some(entry) = self.texts.remove(path) {
            self.bytes -= entry.text.len();
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self.texts.iter().min_by_key(|(_, entry)| entry.at);
        match oldest.map(|(path, _)| path.clone()) {
            Some(path) => self.forget(&path),
            None => self.bytes = 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::{MAX_SEEN_BYTES, MAX_SEEN_FILES, Seen};

    #[test]
    fn the_last_text_of_a_file_is_kept() {
        let seen = Seen::default();
        let path = Path::new("/project/a");
        assert_eq!(seen.get(path), None);
        seen.note(path, &Arc::from("one"));
        seen.note(path, &Arc::from("two"));
        assert_eq!(seen.get(path).as_deref(), Some("two"));
        seen.note(Path::new("/project/b"), &Arc::from("b"));
        seen.note(Path::new("/project/c"), &Arc::from("c"));
        let latest = seen.latest(2);
        assert_eq!(latest, [Path::new("/project/c"), Path::new("/project/b")]);
        seen.forget(path);
        assert_eq!(seen.get(path), None);
    }

    #[test]
    fn what_was_seen_longest_ago_goes_first() {
        let seen = Seen::default();
        let name = |n: usize| format!("/project/{n}");
        for n in 0..=MAX_SEEN_FILES {
            seen.note(Path::new(&name(n)), &Arc::from("x"));
        }
        assert_eq!(seen.get(Path::new(&name(0))), None);
        assert!(seen.get(Path::new(&name(1))).is_some());
        seen.note(
            Path::new("/project/big"),
            &Arc::from("x".repeat(MAX_SEEN_BYTES)),
        );
        assert_eq!(seen.get(Path::new(&name(MAX_SEEN_FILES))), None);
        assert!(seen.get(Path::new("/project/big")).is_some());
        seen.note(
            Path::new("/project/big"),
            &Arc::from("x".repeat(MAX_SEEN_BYTES + 1)),
        );
        assert_eq!(seen.get(Path::new("/project/big")), None);
    }
}
