//! An edit with its texts.
use std::path::PathBuf;
use std::sync::Arc;

use aside_agent::host::{Document, Files};
use aside_edit::changes::Changes;
use aside_edit::review::Review;
use aside_protocol::{ErrorCode, FileEditKind, HunkStatus};
use aside_store::{EditRow, Store};

use super::revisions::Revisions;
use super::shelf::typed;
use super::stored::{StoredEdit, StoredHunk, kind_of};
use super::work::by_size;
use crate::engine::error::EngineError;
use crate::wire::hunk_id;

/// An edit with its texts.
#[derive(Debug, Clone)]
pub struct Edit {
    /// As it was read; [`row_now`](Self::row_now) is how it is to be stored.
    pub row: EditRow,
    /// How far its review is.
    pub stored: StoredEdit,
    /// What sort of change it is.
    pub kind: FileEditKind,
    /// The text that it was computed from.
    pub base: Arc<str>,
    /// The text that it makes of it, what the user amended included.
    pub new: Arc<str>,
}

impl Edit {
    /// Reads an edit's texts.
    pub async fn load(store: &Store, row: EditRow) -> Result<Self, EngineError> {
        let mut stored = StoredEdit::of_row(&row);
        let base = text(store, row.pre_image.as_deref()).await?;
        let new = match &row.post_image {
            Some(hash) => text(store, Some(hash)).await?,
            // From before what an edit makes was stored: nothing of it can be reviewed.
            None => {
                stored.hunks.clear();
                Arc::clone(&base)
            }
        };
        let mut edit = Self {
            kind: kind_of(&row),
            row,
            stored,
            base,
            new,
        };
        let matched = by_size(edit.bytes(), move || edit.match_hunks().map(|()| edit));
        matched.await?
    }

    /// The hunks of two texts are the same ones each time, unless the texts are so large and so
    /// different that finding them took too long one time.
    fn match_hunks(&mut self) -> Result<(), EngineError> {
        let found = self.review().hunks().len();
        let stored = &self.stored.hunks;
        if found == stored.len() {
            return Ok(());
        }
        let status = stored
            .first()
            .map_or(HunkStatus::Pending, |hunk| hunk.status);
        if stored.iter().any(|hunk| hunk.status != status) {
            return Err(EngineError::new(
                ErrorCode::Storage,
                format!(
                    "edit {} is stored with {} hunks, but its texts have {found}; it cannot be reviewed",
                    self.row.id,
                    stored.len()
                ),
            ));
        }
        self.stored.hunks = (0..found)
            .map(|index| StoredHunk {
                id: hunk_id(&self.row.id, index),
                status,
                amended: None,
            })
            .collect();
        Ok(())
    }

    /// Its hunks.
    pub fn review(&self) -> Review<'_> {
        Review::new(&self.base, &self.new)
    }

    /// The hunks that were made and not taken back: of a proposal those that were accepted.
    pub fn made_hunks(&self) -> Vec<usize> {
        let hunks = self.stored.hunks.iter().enumerate();
        let made = hunks.filter(|(_, hunk)| match hunk.status {
            HunkStatus::Accepted => true,
            HunkStatus::Pending => !self.stored.proposed,
            HunkStatus::Rejected => false,
        });
        made.map(|(index, _)| index).collect()
    }

    /// What these make of the base.
    pub fn made_text(&self) -> String {
        self.review().make(&self.made_hunks())
    }

    /// The row as it is to be stored.
    pub fn row_now(&self) -> EditRow {
        let mut row = self.row.clone();
        self.stored.write_to(&mut row);
        row
    }

    /// How the file became what it is since the edit, exactly as it was typed, where this server
    /// made the edit and remembers.
    pub fn typed(
        &self,
        files: &dyn Files,
        revisions: &Revisions,
        now: &Document,
    ) -> Option<Changes> {
        let since = revisions.of(&self.row)?;
        typed(files, now, since)
    }

    /// What happened to the text that the edit made: what is known to be typed, or else what
    /// differs.
    pub fn changes(&self, typed: Option<Changes>, now: &Document) -> Changes {
        typed.unwrap_or_else(|| Changes::between(&self.new, &now.text))
    }

    /// How large its texts are, together.
    pub fn bytes(&self) -> usize {
        self.base.len() + self.new.len()
    }

    /// The file as people are shown it.
    pub fn name(&self) -> &str {
        if self.stored.display.is_empty() {
            &self.row.path
        } else {
            &self.stored.display
        }
    }
}

/// The files of an edit.
pub fn paths_of_row(row: &EditRow) -> Vec<PathBuf> {
    let new_path = row.new_path.iter().map(PathBuf::from);
    new_path.chain([PathBuf::from(&row.path)]).collect()
}

/// A stored text; nothing where no hash is given.
pub async fn text(store: &Store, hash: Option<&str>) -> Result<Arc<str>, EngineError> {
    let Some(hash) = hash else {
        return Ok(Arc::from(""));
    };
    let bytes = store.blob(hash).await?;
    let text = String::from_utf8(bytes).map_err(|_| {
        EngineError::new(
            ErrorCode::Storage,
            format!("the text kept under {hash} is not UTF-8; the database is damaged"),
        )
    })?;
    Ok(Arc::from(text))
}
