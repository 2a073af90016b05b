//! The open documents, as the editor shows them.
//!
//! [`Documents`] follows `didOpen`, `didChange`, `didSave` and `didClose`. It never gives out a
//! text that may differ from the editor's: where a change cannot be followed, the document is
//! out of sync until the editor sends its whole text again.
mod document;
mod encoding;
mod error;
mod expectation;
mod history;
mod journal;
mod on_disk;
mod replaced;
mod uri;

#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aside_agent::host::Replaced;
use tokio::sync::watch;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

pub use document::Document;
pub use encoding::PositionEncoding;
use error::Desync;
pub use error::DocumentError;
pub use expectation::Expectation;
use history::Watch;
pub use history::{History, MAX_STATES, Reached, State};
use journal::Journal;
pub use journal::MAX_JOURNAL;
use on_disk::FileStamp;
pub use uri::{path_to_uri, uri_to_path};

/// How many documents are followed at once.
pub const MAX_OPEN_DOCUMENTS: usize = 16_384;
/// The longest document that is followed, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024 * 1024;
/// The length of all followed documents together, in bytes. What they were when they were last
/// saved is shared with them, so only what changed since comes on top.
pub const MAX_TOTAL_BYTES: usize = 512 * 1024 * 1024;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentLimits {
    /// How many documents are followed at once.
    pub documents: usize,
    /// The longest document, in bytes. Of a longer one only its name and version are kept.
    pub document_bytes: usize,
    /// The length of all together, in bytes.
    pub total_bytes: usize,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self {
            documents: MAX_OPEN_DOCUMENTS,
            document_bytes: MAX_DOCUMENT_BYTES,
            total_bytes: MAX_TOTAL_BYTES,
        }
    }
}

/// The open documents. All methods take `&self`, hold a lock for the moment only, and give
/// snapshots.
#[derive(Debug)]
pub struct Documents {
    limits: DocumentLimits,
    inner: Mutex<Inner>,
    /// The revision of the latest change; whoever waits for a document wakes by it.
    latest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    encoding: PositionEncoding,
    documents: HashMap<String, Followed>,
    /// By number; as many as edits are under way.
    watches: HashMap<u64, Watch>,
    total_bytes: usize,
    revision: u64,
}

/// A document and how it became what it is.
#[derive(Debug)]
struct Followed {
    document: Document,
    journal: Journal,
}

impl Default for Documents {
    fn default() -> Self {
        Self::new()
    }
}

impl Documents {
    /// None are open; positions are counted in UTF-16 until [`Self::set_encoding`].
    pub fn new() -> Self {
        Self::with_limits(DocumentLimits::default())
    }

    /// The same, with other limits.
    pub fn with_limits(limits: DocumentLimits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
            latest: watch::Sender::new(0),
        }
    }

    /// What the columns of this connection count; to be called before documents are opened.
    pub fn set_encoding(&self, encoding: PositionEncoding) {
        self.lock().encoding = encoding;
    }

    /// What the columns of this connection count.
    pub fn encoding(&self) -> PositionEncoding {
        self.lock().encoding
    }

    /// Follows a document. One that is open already is opened afresh.
    ///
    /// # Errors
    ///
    /// `TooMany`: it is not followed at all. `OutOfSync`: it is too large, so only its name and
    /// version are followed, and its text is unknown until the editor sends a shorter one.
    pub fn open(&self, uri: Url, version: i32, text: &str) -> Result<(), DocumentError> {
        let key = key(&uri);
        {
            let inner = self.lock();
            let is_new = !inner.documents.contains_key(&key);
            if is_new && inner.documents.len() >= self.limits.documents {
                let limit = self.limits.documents;
                return Err(DocumentError::TooMany { uri, limit });
            }
        }
        // The text is measured first: no rope is built only to be thrown away. It is built, and
        // the disk asked for symbolic links, outside the lock.
        let is_large = text.len() > self.limits.document_bytes;
        let kept = if is_large { "" } else { text };
        let mut document = Document::new(uri, version, kept);
        if is_large {
            document.give_up(Desync::TooLarge {
                bytes: text.len(),
                limit: self.limits.document_bytes,
            });
        }
        let mut inner = self.lock();
        if let Some(old) = inner.documents.remove(&key) {
            inner.total_bytes -= old.document.len();
            tracing::warn!(uri = %old.document.uri(), "a document was opened twice");
        }
        let journal = Journal::new(0);
        self.store(inner, key, Followed { document, journal }, None)
    }

    /// Applies the changes of one `didChange`, in order.
    ///
    /// # Errors
    ///
    /// `NotOpen`, or `OutOfSync` while the text is unknown: a change could not be followed, and
    /// no whole text has come since.
    pub fn change(
        &self,
        uri: &Url,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Result<(), DocumentError> {
        let mut inner = self.lock();
        let key = key(uri);
        let encoding = inner.encoding;
        let Some(mut followed) = inner.documents.remove(&key) else {
            return Err(DocumentError::NotOpen { uri: uri.clone() });
        };
        inner.total_bytes -= followed.document.len();
        let replaced = followed.document.apply(version, changes, encoding);
        self.store(inner, key, followed, replaced)
    }

    /// The document was saved as it is.
    ///
    /// # Errors
    ///
    /// `NotOpen`.
    pub fn saved(&self, uri: &Url) -> Result<(), DocumentError> {
        // The disk is asked outside the lock.
        let file = uri_to_path(uri).and_then(|path| FileStamp::of(&path));
        match self.lock().documents.get_mut(&key(uri)) {
            Some(followed) => {
                followed.document.saved(file);
                Ok(())
            }
            None => Err(DocumentError::NotOpen { uri: uri.clone() }),
        }
    }

    /// The editor said that it changed this revision of a document, and has told of no change. It
    /// may tell of none any more: Neovim 0.11 does not of a buffer that was changed while no server
    /// ran. That is so until it tells of one, or opens the document anew.
    pub fn doubt(&self, uri: &Url, revision: u64) {
        let mut inner = self.lock();
        let followed = inner.documents.get_mut(&key(uri));
        if let Some(followed) = followed.filter(|it| it.document.revision() == revision) {
            followed.document.doubt();
        }
    }

    /// Follows a document no longer.
    ///
    /// # Errors
    ///
    /// `NotOpen`.
    pub fn close(&self, uri: &Url) -> Result<(), DocumentError> {
        let mut inner = self.lock();
        let key = key(uri);
        let Some(followed) = inner.documents.remove(&key) else {
            return Err(DocumentError::NotOpen { uri: uri.clone() });
        };
        inner.total_bytes -= followed.document.len();
        for watch in inner.watches.values_mut().filter(|it| it.key == key) {
            watch.closed();
        }
        let revision = inner.next_revision();
        drop(inner);
        self.latest.send_replace(revision);
        Ok(())
    }

    /// The document of a URI, however it is percent-encoded.
    pub fn get(&self, uri: &Url) -> Option<Document> {
        let inner = self.lock();
        let followed = inner.documents.get(&key(uri))?;
        Some(followed.document.clone())
    }

    /// The document that shows this file: opened by this very path, else by another path to the
    /// same file through symbolic links.
    pub fn find(&self, path: &Path) -> Option<Document> {
        let inner = self.lock();
        let named = path_to_uri(path).and_then(|uri| inner.documents.get(&key(&uri)));
        named
            .or_else(|| {
                let mut all = inner.documents.values();
                all.find(|followed| followed.document.real_path() == Some(path))
            })
            .map(|followed| followed.document.clone())
    }

    /// All open documents, sorted by URI.
    pub fn all(&self) -> Vec<Document> {
        let inner = self.lock();
        let mut all: Vec<Document> = inner
            .documents
            .values()
            .map(|followed| followed.document.clone())
            .collect();
        drop(inner);
        all.sort_by(|a, b| a.uri().cmp(b.uri()));
        all
    }

    /// How the document became what it is at revision `to` since revision `from`, in order;
    /// `None` where that is no longer known.
    pub fn changes_between(&self, uri: &Url, from: u64, to: u64) -> Option<Vec<Replaced>> {
        let inner = self.lock();
        let followed = inner.documents.get(&key(uri))?;
        followed.journal.between(from, to)
    }

    /// Puts a changed document back in its place, within the limits, and wakes who waits for it.
    fn store(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        key: String,
        mut followed: Followed,
        replaced: Option<Vec<Replaced>>,
    ) -> Result<(), DocumentError> {
        let document = &mut followed.document;
        let bytes = document.len();
        if bytes > self.limits.document_bytes {
            let limit = self.limits.document_bytes;
            document.give_up(Desync::TooLarge { bytes, limit });
        } else if inner.total_bytes + bytes > self.limits.total_bytes {
            let limit = self.limits.total_bytes;
            document.give_up(Desync::NoRoom { limit });
        }
        let revision = inner.next_revision();
        document.touch(revision);
        inner.total_bytes += document.len();
        let outcome = document.text().map(|_| ());
        match (replaced, &outcome) {
            (Some(replaced), Ok(())) => followed.journal.record(revision, replaced),
            (Some(_), Err(_)) | (None, _) => followed.journal.lose(revision),
        }
        for watch in inner.watches.values_mut().filter(|it| it.key == key) {
            watch.see(document);
        }
        inner.documents.insert(key, followed);
        drop(inner);
        self.latest.send_replace(revision);
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn next_revision(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }
}

/// One name for all spellings of a URI: editors differ in what they percent-encode.
fn key(uri: &Url) -> String {
    uri_to_path(uri)
        .and_then(|path| path_to_uri(&path))
        .map_or_else(|| uri.as_str().to_owned(), String::from)
}
