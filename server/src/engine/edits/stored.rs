//! What is stored of an edit beside its texts: how far its review is.
use std::path::PathBuf;
use std::sync::Arc;

use aside_agent::host::{FileChange, Form};
use aside_agent::item::Item;
use aside_edit::hunk;
use aside_protocol::{FileEditKind, FileEditStatus, HunkStatus};
use aside_store::{EditRow, Write, blob_hash};
use serde::{Deserialize, Serialize};

use crate::wire::{edit_kind, hunk_id, moved_to, name_of};

/// How far an edit is apart from its hunks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Its tool call runs; a crash leaves it so.
    Acting,
    /// Waits for the user before it touches a file; of accepted hunks, they are made.
    Proposed,
    /// Made.
    #[default]
    Made,
    /// Not made, or a proposal that can no longer be made.
    Conflicted,
    /// Taken back by a rewind.
    Reverted,
}

/// The review of one edit, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredEdit {
    /// For people: what the edit is called in the editor's undo list.
    #[serde(default)]
    pub label: String,
    /// The file as people are shown it.
    #[serde(default)]
    pub display: String,
    /// How far it is.
    #[serde(default)]
    pub phase: Phase,
    /// Whether it was made only after the user accepted it, or is to be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposed: bool,
    /// The file's permission bits before, or of a new file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// Where the file led, for a symbolic link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<PathBuf>,
    /// Its hunks, in order.
    #[serde(default)]
    pub hunks: Vec<StoredHunk>,
    /// The creating, deleting or moving itself; absent where only text changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<HunkStatus>,
    /// The document's version that held the edit, where it was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
}

/// A hunk of a stored edit; its texts follow from the edit's two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredHunk {
    /// As on the wire.
    pub id: String,
    /// How far it is.
    pub status: HunkStatus,
    /// What the user made of its new text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<String>,
}

impl StoredEdit {
    /// An edit whose tool call is about to act.
    pub fn new(id: &str, kind: FileEditKind, change: &FileChange) -> Self {
        let count = hunk::hunks(&change.base.text, &change.new_text()).len();
        let has_structure = match kind {
            FileEditKind::Modify => count == 0,
            FileEditKind::Create | FileEditKind::Delete | FileEditKind::Rename => true,
        };
        Self {
            label: change.label.clone(),
            display: change.base.path.display().to_owned(),
            phase: Phase::Acting,
            mode: change.base.form.mode,
            link: change.base.form.link.clone(),
            hunks: (0..count)
                .map(|index| StoredHunk {
                    id: hunk_id(id, index),
                    status: HunkStatus::Pending,
                    amended: None,
                })
                .collect(),
            structure: has_structure.then_some(HunkStatus::Pending),
            ..Self::default()
        }
    }

    /// What a row holds; an empty one that cannot be reviewed where that cannot be read.
    pub fn of_row(row: &EditRow) -> Self {
        serde_json::from_str(&row.json).unwrap_or_else(|error| {
            tracing::error!(edit = row.id, %error, "a stored edit cannot be read");
            Self::default()
        })
    }

    /// The statuses of hunks and structure.
    fn parts(&self) -> impl Iterator<Item = HunkStatus> {
        self.hunks
            .iter()
            .map(|hunk| hunk.status)
            .chain(self.structure)
    }

    /// Whether something of it waits for the user.
    pub fn is_pending(&self) -> bool {
        let open = match self.phase {
            Phase::Made | Phase::Proposed => true,
            Phase::Conflicted => self.proposed,
            Phase::Acting | Phase::Reverted => false,
        };
        open && self.parts().any(|part| part == HunkStatus::Pending)
    }

    /// Whether something of it is in the files, or was until the user changed it.
    pub fn is_made(&self) -> bool {
        match self.phase {
            Phase::Made if self.proposed => self.has_accepted(),
            Phase::Made => self.parts().any(|part| part != HunkStatus::Rejected),
            Phase::Proposed => self.has_accepted(),
            Phase::Conflicted => self.proposed && self.has_accepted(),
            Phase::Acting | Phase::Reverted => false,
        }
    }

    /// Whether something of it was accepted.
    pub fn has_accepted(&self) -> bool {
        self.parts().any(|part| part == HunkStatus::Accepted)
    }

    /// The hunks with a status, by their places in the list.
    pub fn with_status(&self, status: HunkStatus) -> Vec<usize> {
        (0..self.hunks.len())
            .filter(|&index| self.hunks[index].status == status)
            .collect()
    }

    /// Sets the status of hunks, and of the structure once no hunk is pending.
    pub fn resolve(&mut self, which: &[usize], status: HunkStatus) {
        for &index in which {
            if let Some(hunk) = self.hunks.get_mut(index) {
                hunk.status = status;
            }
        }
        let open = self
            .hunks
            .iter()
            .any(|hunk| hunk.status == HunkStatus::Pending);
        if self.structure == Some(HunkStatus::Pending) && !open {
            let kept = self
                .hunks
                .iter()
                .any(|hunk| hunk.status == HunkStatus::Accepted);
            let structure = if kept { HunkStatus::Accepted } else { status };
            self.structure = Some(structure);
        }
    }

    /// The status on the wire.
    pub fn status(&self) -> FileEditStatus {
        match self.phase {
            Phase::Acting => return FileEditStatus::Proposed,
            Phase::Conflicted => return FileEditStatus::Conflicted,
            Phase::Reverted => return FileEditStatus::Reverted,
            Phase::Proposed | Phase::Made => {}
        }
        let all = |status| self.parts().all(|part| part == status);
        // An edit whose review cannot be read has no parts, and nothing to be reviewed.
        if all(HunkStatus::Accepted) {
            FileEditStatus::Accepted
        } else if all(HunkStatus::Rejected) {
            FileEditStatus::Rejected
        } else if !all(HunkStatus::Pending) {
            FileEditStatus::Partial
        } else if self.phase == Phase::Proposed {
            FileEditStatus::Proposed
        } else {
            FileEditStatus::Applied
        }
    }

    /// What the file was besides its text.
    pub fn form(&self) -> Form {
        Form {
            mode: self.mode,
            link: self.link.clone(),
        }
    }

    /// Puts it into its row.
    pub fn write_to(&self, row: &mut EditRow) {
        row.status = name_of(&self.status());
        row.json = crate::wire::to_json(self);
    }
}

/// An edit whose tool call is about to act, as its row and what that holds.
pub fn acting(
    id: &str,
    session_id: &str,
    item: &Item,
    change: &FileChange,
) -> (EditRow, StoredEdit) {
    let kind = edit_kind(change);
    let stored = StoredEdit::new(id, kind, change);
    let base_hash = blob_hash(change.base.text.as_bytes());
    let mut row = EditRow {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        turn_id: item.turn_id.clone(),
        item_id: item.id.clone(),
        created_at: crate::clock::now(),
        path: change.base.path.absolute().display().to_string(),
        new_path: moved_to(change).map(|to| to.absolute().display().to_string()),
        kind: name_of(&kind),
        pre_image: Some(base_hash.clone()),
        post_image: Some(blob_hash(change.new_text().as_bytes())),
        base_hash,
        ..EditRow::default()
    };
    stored.write_to(&mut row);
    (row, stored)
}

/// What is written of an edit: its texts before its row.
pub fn writes(row: &EditRow, change: &FileChange) -> Vec<Write> {
    let texts = [
        (&row.pre_image, Arc::clone(&change.base.text)),
        (&row.post_image, change.new_text()),
    ];
    let texts = texts.into_iter().filter_map(|(hash, text)| {
        hash.as_ref().map(|hash| Write::Blob {
            hash: hash.clone(),
            data: text.as_bytes().to_vec(),
        })
    });
    texts.chain([Write::UpsertEdit(row.clone())]).collect()
}

/// What sort of change a row is.
pub fn kind_of(row: &EditRow) -> FileEditKind {
    match row.kind.as_str() {
        "create" => FileEditKind::Create,
        "delete" => FileEditKind::Delete,
        "rename" => FileEditKind::Rename,
        _ => FileEditKind::Modify,
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, StoredEdit, StoredHunk};
    use aside_protocol::{FileEditStatus, HunkStatus};

    fn stored(hunks: &str, phase: Phase) -> StoredEdit {
        let status = |letter| match letter {
            'a' => HunkStatus::Accepted,
            'r' => HunkStatus::Rejected,
            _ => HunkStatus::Pending,
        };
        StoredEdit {
            phase,
            hunks: hunks
                .chars()
                .map(|letter| StoredHunk {
                    id: String::new(),
                    status: status(letter),
                    amended: None,
                })
                .collect(),
            ..StoredEdit::default()
        }
    }

    #[test]
    fn an_edit_is_as_far_as_its_hunks() {
        let check = |hunks: &str, phase, expect| {
            assert_eq!(stored(hunks, phase).status(), expect, "{hunks} {phase:?}");
        };
        check("pp", Phase::Made, FileEditStatus::Applied);
        check("ap", Phase::Made, FileEditStatus::Partial);
        check("rp", Phase::Made, FileEditStatus::Partial);
        check("ar", Phase::Made, FileEditStatus::Partial);
        check("aa", Phase::Made, FileEditStatus::Accepted);
        check("rr", Phase::Made, FileEditStatus::Rejected);
        check("pp", Phase::Proposed, FileEditStatus::Proposed);
        check("ap", Phase::Proposed, FileEditStatus::Partial);
        check("rr", Phase::Proposed, FileEditStatus::Rejected);
        check("pp", Phase::Conflicted, FileEditStatus::Conflicted);
        check("aa", Phase::Reverted, FileEditStatus::Reverted);
    }

    #[test]
    fn the_structure_is_resolved_with_the_last_hunk() {
        let check = |before: &str, which: &[usize], status, expect| {
            let mut edit = stored(before, Phase::Made);
            edit.structure = Some(HunkStatus::Pending);
            edit.resolve(which, status);
            assert_eq!(edit.structure, Some(expect), "{before}");
        };
        let (a, r, p) = (
            HunkStatus::Accepted,
            HunkStatus::Rejected,
            HunkStatus::Pending,
        );
        check("pp", &[0], r, p);
        check("pp", &[0, 1], r, r);
        check("ap", &[1], r, a);
        check("rp", &[1], r, r);
        check("rp", &[1], a, a);
        check("", &[], r, r);
    }
}
