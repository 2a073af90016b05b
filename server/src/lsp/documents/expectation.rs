//! Following one document while an edit of it is under way.
use std::sync::Arc;
use std::time::Duration;

use ropey::Rope;
use tower_lsp::lsp_types::Url;

use super::history::{History, Watch};
use super::{Documents, key};

/// Keeps the states of one document from the moment it is made until it is dropped.
#[derive(Debug)]
pub struct Expectation<'a> {
    documents: &'a Documents,
    number: u64,
}

impl Documents {
    /// Follows a document while an edit of it is under way that is to make `meant` of `first`.
    ///
    /// `revision` is that of the document whose text `first` is, or `None` where it is not open.
    /// If that is no longer so, nothing is followed and `None` comes back.
    pub fn expect(
        &self,
        uri: &Url,
        revision: Option<u64>,
        first: Rope,
        meant: Arc<str>,
    ) -> Option<Expectation<'_>> {
        let key = key(uri);
        let mut inner = self.lock();
        let now = inner
            .documents
            .get(&key)
            .map(|followed| followed.document.revision());
        if now != revision {
            return None;
        }
        // Numbers of changes are never given twice, so they name watches as well.
        let number = inner.next_revision();
        inner.watches.insert(number, Watch::new(key, first, meant));
        Some(Expectation {
            documents: self,
            number,
        })
    }
}

impl Expectation<'_> {
    /// All that became of the document so far.
    pub fn history(&self) -> Option<History> {
        let inner = self.documents.lock();
        let watch = inner.watches.get(&self.number)?;
        Some(watch.history.clone())
    }

    /// Waits until `check` finds in the history what it looks for, at most for `limit`. It is
    /// given the history as it is now, and again after all that happens to the document.
    pub async fn wait<T>(
        &self,
        limit: Duration,
        mut check: impl FnMut(&History) -> Option<T>,
    ) -> Option<T> {
        let search = async {
            // Subscribed before the first look, so that no change falls between the two.
            let mut latest = self.documents.latest.subscribe();
            let mut seen = None;
            loop {
                let history = self.history()?;
                if seen != Some(history.changes) {
                    seen = Some(history.changes);
                    if let Some(found) = check(&history) {
                        return Some(found);
                    }
                }
                latest.changed().await.ok()?;
            }
        };
        tokio::time::timeout(limit, search).await.ok()?
    }
}

impl Drop for Expectation<'_> {
    fn drop(&mut self) {
        self.documents.lock().watches.remove(&self.number);
    }
}
