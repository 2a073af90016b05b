//! The open documents, as the editor shows them.
//!
//! [`Documents`] follows `didOpen`, `didChange`, `didSave` and `didClose`. It never gives out a
//! text that may differ from the editor's: where a change cannot be followed, the document is
//! out of sync until the editor sends its whole text again.
mod document;
mod encoding;
mod error;
mod uri;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

pub use document::Document;
pub use encoding::PositionEncoding;
use error::Desync;
pub use error::{DocumentError, WaitExpired};
pub use uri::{path_to_uri, uri_to_path};

/// How many documents are followed at once.
pub const MAX_OPEN_DOCUMENTS: usize = 16_384;
/// The longest document that is followed, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024 * 1024;
/// The length of all followed documents together, in bytes.
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
    documents: HashMap<String, Document>,
    total_bytes: usize,
    revision: u64,
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
            inner.total_bytes -= old.len();
            tracing::warn!(uri = %old.uri(), "a document was opened twice");
        }
        self.store(inner, key, document)
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
        let Some(mut document) = inner.documents.remove(&key) else {
            return Err(DocumentError::NotOpen { uri: uri.clone() });
        };
        inner.total_bytes -= document.len();
        document.apply(version, changes, encoding);
        self.store(inner, key, document)
    }

    /// The document was saved as it is.
    ///
    /// # Errors
    ///
    /// `NotOpen`.
    pub fn saved(&self, uri: &Url) -> Result<(), DocumentError> {
        match self.lock().documents.get_mut(&key(uri)) {
            Some(document) => {
                document.saved();
                Ok(())
            }
            None => Err(DocumentError::NotOpen { uri: uri.clone() }),
        }
    }

    /// Follows a document no longer.
    ///
    /// # Errors
    ///
    /// `NotOpen`.
    pub fn close(&self, uri: &Url) -> Result<(), DocumentError> {
        let mut inner = self.lock();
        let Some(document) = inner.documents.remove(&key(uri)) else {
            return Err(DocumentError::NotOpen { uri: uri.clone() });
        };
        inner.total_bytes -= document.len();
        let revision = inner.next_revision();
        drop(inner);
        self.latest.send_replace(revision);
        Ok(())
    }

    /// The document of a URI, however it is percent-encoded.
    pub fn get(&self, uri: &Url) -> Option<Document> {
        self.lock().documents.get(&key(uri)).cloned()
    }

    /// The document that shows this file: opened by this very path, else by another path to the
    /// same file through symbolic links.
    pub fn find(&self, path: &Path) -> Option<Document> {
        let inner = self.lock();
        let named = path_to_uri(path).and_then(|uri| inner.documents.get(&key(&uri)));
        named
            .or_else(|| {
                let mut all = inner.documents.values();
                all.find(|document| document.real_path() == Some(path))
            })
            .cloned()
    }

    /// All open documents, sorted by URI.
    pub fn all(&self) -> Vec<Document> {
        let mut all: Vec<Document> = self.lock().documents.values().cloned().collect();
        all.sort_by(|a, b| a.uri().cmp(b.uri()));
        all
    }

    /// Waits until `check` finds in the document what it looks for. It is given the document as
    /// it is now and again after each change of it; `None` while it is not open.
    ///
    /// # Errors
    ///
    /// `WaitExpired` after `limit`.
    pub async fn wait_for<T>(
        &self,
        uri: &Url,
        limit: Duration,
        mut check: impl FnMut(Option<&Document>) -> Option<T>,
    ) -> Result<T, WaitExpired> {
        let search = async {
            // Subscribed before the first look, so that no change falls between the two.
            let mut latest = self.latest.subscribe();
            let mut seen = None;
            loop {
                let document = self.get(uri);
                let now = document.as_ref().map(Document::revision);
                if seen != Some(now) {
                    seen = Some(now);
                    if let Some(found) = check(document.as_ref()) {
                        return found;
                    }
                }
                if latest.changed().await.is_err() {
                    // Cannot be: the sender lives in `self`. The time limit would end it.
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::time::timeout(limit, search)
            .await
            .map_err(|_elapsed| WaitExpired {
                uri: uri.clone(),
                limit_ms: limit.as_millis(),
            })
    }

    /// Puts a changed document back in its place, within the limits, and wakes who waits for it.
    fn store(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        key: String,
        mut document: Document,
    ) -> Result<(), DocumentError> {
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
        inner.documents.insert(key, document);
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
