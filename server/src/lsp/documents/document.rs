//! One open document: its text as the editor has it, and whether that is certain.
use std::path::{Path, PathBuf};

use ropey::Rope;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

use super::encoding::PositionEncoding;
use super::error::{Desync, DocumentError};

/// One open document. A clone is a snapshot: cheap, and untouched by later changes.
#[derive(Debug, Clone)]
pub struct Document {
    uri: Url,
    path: Option<PathBuf>,
    real_path: Option<PathBuf>,
    version: i32,
    revision: u64,
    text: Rope,
    desync: Option<Desync>,
    modified: bool,
}

impl Document {
    pub(super) fn new(uri: Url, version: i32, text: &str) -> Self {
        let path = super::uri::uri_to_path(&uri);
        Self {
            real_path: path.as_deref().and_then(real_path),
            path,
            uri,
            version,
            revision: 0,
            text: Rope::from_str(text),
            desync: None,
            modified: false,
        }
    }

    /// The URI as the editor spells it; messages about the document must spell it so.
    pub fn uri(&self) -> &Url {
        &self.uri
    }

    /// The path that the URI means; `None` where it is no `file:` URI.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The same with symbolic links followed, as they were when it was opened.
    pub fn real_path(&self) -> Option<&Path> {
        self.real_path.as_deref()
    }

    /// The version as the editor counts. Most rise with each change, but some do not.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// Rises with each change of any document and is never given twice in one server.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether it changed since it was opened or last saved. A document may be opened with
    /// unsaved text, which no message tells.
    pub fn is_modified(&self) -> bool {
        self.modified
    }

    /// The text, or an error where it is not certain to be what the editor shows.
    pub fn text(&self) -> Result<&Rope, DocumentError> {
        match self.desync {
            None => Ok(&self.text),
            Some(reason) => Err(DocumentError::OutOfSync {
                uri: self.uri.clone(),
                reason,
            }),
        }
    }

    /// Bytes of text that are kept.
    pub(super) fn len(&self) -> usize {
        self.text.len_bytes()
    }

    /// Gives the text up until the editor sends the whole of it.
    pub(super) fn give_up(&mut self, reason: Desync) {
        self.text = Rope::new();
        self.desync = Some(reason);
    }

    pub(super) fn touch(&mut self, revision: u64) {
        self.revision = revision;
    }

    pub(super) fn saved(&mut self) {
        self.modified = false;
    }

    /// Applies the changes of one notification in their order. A whole text always helps; a part
    /// is skipped while the text is unknown.
    pub(super) fn apply(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: PositionEncoding,
    ) {
        if version <= self.version {
            // The editor is the truth about its text whatever it counts, so the change stands.
            tracing::warn!(
                uri = %self.uri, had = self.version, got = version,
                "the version of a changed document did not rise"
            );
        }
        self.version = version;
        self.modified = true;
        for change in changes {
            let Some(range) = change.range else {
                self.text = Rope::from_str(&change.text);
                self.desync = None;
                continue;
            };
            if self.desync.is_some() {
                continue;
            }
            let Ok(span) = encoding.to_char_span(&self.text, range) else {
                self.give_up(Desync::ReversedRange);
                continue;
            };
            let start = span.start;
            if !span.is_empty() {
                self.text.remove(span);
            }
            if !change.text.is_empty() {
                self.text.insert(start, &change.text);
            }
        }
    }
}

/// The path with symbolic links followed; of a file that is not there yet, its folder's.
fn real_path(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    let folder = path.parent()?.canonicalize().ok()?;
    Some(folder.join(path.file_name()?))
}
