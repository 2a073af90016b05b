//! Open documents, laid over the disk below one folder.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aside_agent::host::Document;

/// The open documents below a folder, by their paths relative to it.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    documents: BTreeMap<PathBuf, Document>,
}

impl Overlay {
    /// Chooses those below `base`, symbolic links on the way followed; does I/O.
    pub(crate) fn new(base: &Path, open: &[Document]) -> Self {
        if open.is_empty() {
            return Self::default();
        }
        let base = canonical(base);
        let documents = open.iter().filter_map(|document| {
            let path = canonical(document.path.absolute());
            let relative = path.strip_prefix(&base).ok()?.to_owned();
            Some((relative, document.clone()))
        });
        Self {
            documents: documents.collect(),
        }
    }

    /// The open document of a file, by its path relative to the folder.
    pub(crate) fn get(&self, relative: &Path) -> Option<&Document> {
        self.documents.get(relative)
    }

    /// The documents that are not on disk below `base` yet.
    pub(crate) fn unsaved<'a>(
        &'a self,
        base: &'a Path,
    ) -> impl Iterator<Item = (&'a Path, &'a Document)> {
        self.documents
            .iter()
            .filter(|(relative, _)| {
                let path = match relative.as_os_str().is_empty() {
                    true => base.to_owned(),
                    false => base.join(relative),
                };
                path.symlink_metadata().is_err()
            })
            .map(|(relative, document)| (relative.as_path(), document))
    }
}

/// Whether there is a file or folder on disk, or an open document in its place or below it.
pub(crate) fn is_there(path: &Path, open: &[Document]) -> bool {
    path.exists()
        || open
            .iter()
            .any(|document| document.path.absolute().starts_with(path))
}

/// The path with the symbolic links of the part that exists followed.
fn canonical(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            let rest = path.strip_prefix(ancestor).unwrap_or(Path::new(""));
            return match rest.as_os_str().is_empty() {
                true => real,
                false => real.join(rest),
            };
        }
    }
    path.to_owned()
}
