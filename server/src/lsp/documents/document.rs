//! One open document: its text as the editor has it, and whether that is certain.
use std::path::{Path, PathBuf};

use aside_agent::host::Replaced;
use ropey::Rope;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

use super::encoding::PositionEncoding;
use super::error::{Desync, DocumentError};
use super::on_disk::FileStamp;
use super::replaced;

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
    is_doubted: bool,
    /// The text when it was opened or last saved; shared with `text` but for what changed since.
    saved: Rope,
    /// The file at that time.
    file: Option<FileStamp>,
}

impl Document {
    pub(super) fn new(uri: Url, version: i32, text: &str) -> Self {
        let path = super::uri::uri_to_path(&uri);
        let text = Rope::from_str(text);
        Self {
            file: path.as_deref().and_then(FileStamp::of),
            saved: text.clone(),
            real_path: path.as_deref().and_then(real_path),
            path,
            uri,
            version,
            revision: 0,
            text,
            desync: None,
            modified: false,
            is_doubted: false,
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

    /// Whether the editor may hold another text, see [`super::Documents::doubt`].
    pub fn is_doubted(&self) -> bool {
        self.is_doubted
    }

    pub(super) fn doubt(&mut self) {
        self.is_doubted = true;
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

    /// Whether the file is another one than when the document was opened or last saved, by its
    /// time, length and identity: one look at the disk, not at the text.
    pub fn is_touched_on_disk(&self) -> bool {
        let Some(path) = &self.path else {
            return false;
        };
        FileStamp::of(path) != self.file
    }

    /// Whether a text of the file is the one in the editor, or the one that the editor opened or
    /// saved last. Some editors keep line endings and a byte-order mark to themselves, so these
    /// count for nothing.
    pub fn knows(&self, on_disk: &str) -> bool {
        let is_text = |char: &char| !matches!(char, '\r' | '\u{feff}');
        [&self.text, &self.saved].into_iter().any(|known| {
            let known = known.chars().filter(is_text);
            known.eq(on_disk.chars().filter(is_text))
        })
    }

    /// Bytes of text that are kept.
    pub(super) fn len(&self) -> usize {
        self.text.len_bytes()
    }

    /// Gives the text up until the editor sends the whole of it.
    pub(super) fn give_up(&mut self, reason: Desync) {
        self.text = Rope::new();
        self.saved = Rope::new();
        self.desync = Some(reason);
    }

    pub(super) fn touch(&mut self, revision: u64) {
        self.is_doubted = false;
        self.revision = revision;
    }

    pub(super) fn saved(&mut self, file: Option<FileStamp>) {
        self.modified = false;
        self.saved = self.text.clone();
        self.file = file;
    }

    /// Applies the changes of one notification in their order, and gives what was replaced by
    /// what; `None` where that is not known. A whole text always helps; a part is skipped while
    /// the text is unknown.
    pub(super) fn apply(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: PositionEncoding,
    ) -> Option<Vec<Replaced>> {
        if version <= self.version {
            // The editor is the truth about its text whatever it counts, so the change stands.
            tracing::warn!(
                uri = %self.uri, had = self.version, got = version,
                "the version of a changed document did not rise"
            );
        }
        self.version = version;
        self.modified = true;
        let mut journal = self.desync.is_none().then(Vec::new);
        for change in changes {
            let Some(range) = change.range else {
                if let Some(journal) = &mut journal {
                    journal.extend(replaced::by_text(&self.text, &change.text));
                }
                self.text = Rope::from_str(&change.text);
                self.desync = None;
                continue;
            };
            if self.desync.is_some() {
                continue;
            }
            let Ok(span) = encoding.to_char_span(&self.text, range, change.range_length) else {
                self.give_up(Desync::ReversedRange);
                journal = None;
                continue;
            };
            let start = span.start;
            if let Some(journal) = &mut journal {
                journal.extend(replaced::by_part(&self.text, &span, &change.text));
            }
            if !span.is_empty() {
                self.text.remove(span);
            }
            if !change.text.is_empty() {
                self.text.insert(start, &change.text);
            }
        }
        journal
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
