//! Files in the buffers of an editor, whose user types also while an edit is made.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, Form, HostError, Replaced, Stamp, Target,
    WorkspacePath,
};
use aside_edit::diff::line_edits;
use futures_util::future::BoxFuture;

#[derive(Default)]
struct Buffer {
    text: String,
    revision: u64,
    /// What made each revision of the one before.
    journal: Vec<(u64, Replaced)>,
}

/// The buffers.
#[derive(Default)]
pub struct Buffers {
    open: Mutex<BTreeMap<PathBuf, Buffer>>,
    /// What the user types right before the next changes are made: where, and what.
    typing: Mutex<Vec<(String, usize, String)>>,
    revisions: Mutex<u64>,
}

impl Buffers {
    fn path(name: &str) -> PathBuf {
        Path::new("/project").join(name)
    }

    pub fn open(&self, name: &str, text: &str) {
        let buffer = Buffer {
            text: text.to_owned(),
            revision: self.next(),
            journal: Vec::new(),
        };
        self.open.lock().unwrap().insert(Self::path(name), buffer);
    }

    fn next(&self) -> u64 {
        let mut revisions = self.revisions.lock().unwrap();
        *revisions += 1;
        *revisions
    }

    /// The user replaces bytes.
    pub fn replace(&self, name: &str, bytes: std::ops::Range<usize>, text: &str) {
        let revision = self.next();
        let mut open = self.open.lock().unwrap();
        let buffer = open.get_mut(&Self::path(name)).unwrap();
        buffer.text.replace_range(bytes.clone(), text);
        buffer.revision = revision;
        let len = text.len();
        buffer.journal.push((revision, Replaced { bytes, len }));
    }

    /// The user types when the next change is about to be made.
    pub fn type_then(&self, name: &str, at: usize, text: &str) {
        let typed = (name.to_owned(), at, text.to_owned());
        self.typing.lock().unwrap().push(typed);
    }

    pub fn text(&self, name: &str) -> String {
        let open = self.open.lock().unwrap();
        open.get(&Self::path(name))
            .map_or_else(|| "-".to_owned(), |buffer| buffer.text.clone())
    }
}

impl Files for Buffers {
    fn roots(&self) -> Vec<PathBuf> {
        vec![PathBuf::from("/project")]
    }

    fn resolve(&self, path: &str) -> Result<WorkspacePath, HostError> {
        let absolute = Self::path(path);
        let display = absolute.strip_prefix("/project").unwrap().display();
        Ok(WorkspacePath::new_checked(
            absolute.clone(),
            display.to_string(),
        ))
    }

    fn read_text<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Document, HostError>> {
        let open = self.open.lock().unwrap();
        let document = match open.get(path.absolute()) {
            None => Document::absent(path.clone()),
            Some(buffer) => Document {
                text: Arc::from(buffer.text.as_str()),
                stamp: Stamp::Open {
                    version: i32::try_from(buffer.revision).unwrap(),
                    revision: buffer.revision,
                },
                form: Form::default(),
                ..Document::absent(path.clone())
            },
        };
        Box::pin(std::future::ready(Ok(document)))
    }

    fn open_documents(&self) -> Vec<Document> {
        Vec::new()
    }

    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>> {
        let typed = self.typing.lock().unwrap().pop();
        if let Some((name, at, text)) = typed {
            self.replace(&name, at..at, &text);
        }
        let path = &change.base.path;
        let name = path.display().to_owned();
        let Target::Text(text) = &change.target else {
            panic!("only texts are tested with buffers");
        };
        if self.text(&name) != *change.base.text {
            let stale = HostError::Stale(format!("{name} changed."));
            return Box::pin(std::future::ready(Err(stale)));
        }
        for edit in line_edits(&change.base.text, text).iter().rev() {
            self.replace(&name, edit.bytes.clone(), &edit.new_text);
        }
        let revision = self.open.lock().unwrap()[path.absolute()].revision;
        Box::pin(std::future::ready(Ok(AppliedChange {
            version: i32::try_from(revision).ok(),
            revision: Some(revision),
        })))
    }

    fn changes_between(&self, path: &WorkspacePath, from: u64, to: u64) -> Option<Vec<Replaced>> {
        let open = self.open.lock().unwrap();
        let buffer = open.get(path.absolute())?;
        if buffer.revision != to {
            return None;
        }
        let journal = buffer.journal.iter();
        Some(
            journal
                .filter(|(revision, _)| *revision > from)
                .map(|(_, replaced)| replaced.clone())
                .collect(),
        )
    }
}
