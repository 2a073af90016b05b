//! What a running turn does to files: edits and attempts become rows.
use std::path::PathBuf;

use aside_agent::attempt::Attempt;
use aside_agent::event::EditOutcome;
use aside_agent::host::FileChange;
use aside_agent::item::{Item, ItemBody, ItemRecord};
use aside_protocol::{Event, FileEditStatus};
use aside_store::{AttemptRow, EditRow, StoreError, Write, blob_hash};

use super::{Actor, Running};
use crate::audit;
use crate::clock;
use crate::engine::edits::stored::{self, Phase, StoredEdit};

/// An edit that is about to be made.
pub struct ActingEdit {
    row: EditRow,
    stored: StoredEdit,
    change: FileChange,
    is_rebased: bool,
    /// The attempts that it came of, once it is resolved.
    attempts: Vec<String>,
}

/// An attempt whose edit is not made yet.
pub struct WaitingAttempt {
    id: String,
    item_id: String,
    path: PathBuf,
}

impl Actor {
    /// Stores a call as running, with what was there before, before it acts.
    pub(super) async fn tool_running(
        &mut self,
        record: ItemRecord,
        changes: &[FileChange],
    ) -> Result<(), StoreError> {
        let mut writes = self.store_item(&record).await;
        if let ItemBody::ToolCall(call) = &record.item.body {
            let mode = &self.row.permission_mode;
            writes.push(audit::started(self.at(), &record.item, call, mode));
            for (id, change) in call.edit_ids.iter().zip(changes) {
                let edit = self.acting(id, &record.item, change, false);
                writes.extend(stored::writes(&edit.row, &edit.change));
                if let Some(running) = &mut self.running {
                    running.edits.insert(id.clone(), edit);
                }
            }
        }
        let item = crate::wire::item(&record.item);
        let entry = self.in_turn(Some(&record.item.id), Event::ItemUpdated { item });
        self.log.record_now(writes, vec![entry]).await
    }

    /// Stores what an edit is computed from now, before it is made.
    pub(super) async fn edit_rebased(
        &mut self,
        edit_id: &str,
        change: &FileChange,
    ) -> Result<(), StoreError> {
        let Some(item) = self.running.as_ref().and_then(|running| {
            let before = running.edits.get(edit_id)?;
            let (record, _) = running.open.get(&before.row.item_id)?;
            Some(record.item.clone())
        }) else {
            return Ok(());
        };
        let edit = self.acting(edit_id, &item, change, true);
        let writes = stored::writes(&edit.row, &edit.change);
        if let Some(running) = &mut self.running {
            running.edits.insert(edit_id.to_owned(), edit);
        }
        self.log.record_now(writes, Vec::new()).await
    }

    fn acting(&self, id: &str, item: &Item, change: &FileChange, is_rebased: bool) -> ActingEdit {
        let (row, stored) = stored::acting(id, &self.session_id, item, change);
        ActingEdit {
            row,
            stored,
            change: change.clone(),
            is_rebased,
            attempts: Vec::new(),
        }
    }

    /// Stores what became of an edit, and tells it. One that was made is resolved once more where
    /// it is taken back, because another change of its call cannot be made.
    pub(super) async fn edit_resolved(
        &mut self,
        edit_id: &str,
        outcome: &EditOutcome,
    ) -> Result<(), StoreError> {
        let Some(running) = &mut self.running else {
            return Ok(());
        };
        let Some(mut edit) = running.edits.remove(edit_id) else {
            return Ok(());
        };
        edit.attempts.extend(running.attempts_at(&edit));
        let attempt = match outcome {
            EditOutcome::Applied(applied) => {
                edit.stored.phase = Phase::Made;
                edit.stored.version = applied.version;
                self.engine.revisions.remember(&edit.row, applied.revision);
                if edit.is_rebased || edit.change.meant != edit.change.new_text() {
                    "rebased"
                } else {
                    "applied"
                }
            }
            EditOutcome::Proposed => {
                edit.stored.phase = Phase::Proposed;
                edit.stored.proposed = true;
                "proposed"
            }
            EditOutcome::Failed => {
                self.engine.revisions.remember(&edit.row, None);
                edit.stored.phase = match edit.stored.phase {
                    Phase::Made | Phase::Reverted => Phase::Reverted,
                    Phase::Acting | Phase::Proposed | Phase::Conflicted => Phase::Conflicted,
                };
                match edit.stored.phase {
                    Phase::Reverted => "failed",
                    Phase::Acting | Phase::Proposed | Phase::Made | Phase::Conflicted => {
                        "conflicted"
                    }
                }
            }
        };
        edit.stored.write_to(&mut edit.row);
        let at = audit::At {
            session: &self.session_id,
            turn: Some(&edit.row.turn_id),
        };
        let mut writes = vec![
            Write::UpsertEdit(edit.row.clone()),
            audit::edited(at, &edit.row, attempt),
        ];
        writes.extend(edit.attempts.iter().map(|id| Write::AttemptOutcome {
            id: id.clone(),
            outcome: attempt.to_owned(),
        }));
        let shown = running.open.get(&edit.row.item_id).map(|(record, _)| {
            let item = &record.item;
            crate::wire::file_edit(edit_id, &self.session_id, item, &edit.change)
        });
        let entries = shown.map(|mut shown| {
            shown.status = edit.stored.status();
            shown.version = match shown.status {
                FileEditStatus::Applied => edit.stored.version,
                FileEditStatus::Proposed
                | FileEditStatus::Accepted
                | FileEditStatus::Rejected
                | FileEditStatus::Partial
                | FileEditStatus::Conflicted
                | FileEditStatus::Reverted => shown.version,
            };
            self.in_turn(Some(&edit.row.item_id), Event::EditUpdated { edit: shown })
        });
        if let Some(running) = &mut self.running {
            running.edits.insert(edit_id.to_owned(), edit);
        }
        self.log
            .record_now(writes, entries.into_iter().collect())
            .await
    }

    /// Adds attempts to the ledger. One that matched counts as a proposal until its edit is made,
    /// since it is the user's to say whether it is.
    pub(super) async fn attempted(
        &mut self,
        item_id: &str,
        attempts: Vec<Attempt>,
    ) -> Result<(), StoreError> {
        let Some(running) = &mut self.running else {
            return Ok(());
        };
        let mut writes = Vec::with_capacity(2 * attempts.len());
        for attempt in attempts {
            let id = clock::new_id();
            let outcome = match attempt.refusal {
                Some(_) => "refused",
                None => "proposed",
            };
            let base_hash = blob_hash(attempt.base.as_bytes());
            writes.push(Write::Blob {
                hash: base_hash.clone(),
                data: attempt.base.as_bytes().to_vec(),
            });
            writes.push(Write::Attempt(AttemptRow {
                id: id.clone(),
                session_id: self.session_id.to_string(),
                turn_id: running.row.id.clone(),
                item_id: item_id.to_owned(),
                created_at: clock::now(),
                model: self.row.model.clone(),
                path: attempt.path.display().to_string(),
                dialect: attempt.dialect.as_str().to_owned(),
                stage: attempt.stage.map(str::to_owned),
                outcome: outcome.to_owned(),
                code: attempt.refusal.map(str::to_owned),
                first_try: false,
                base_hash: Some(base_hash),
                result_hash: attempt
                    .result
                    .as_ref()
                    .map(|text| blob_hash(text.as_bytes())),
                request: attempt.request.to_string(),
            }));
            if attempt.refusal.is_none() {
                running.attempts.push(WaitingAttempt {
                    id,
                    item_id: item_id.to_owned(),
                    path: attempt.path,
                });
            }
        }
        self.log.record_now(writes, Vec::new()).await
    }
}

impl Running {
    /// Takes the attempts that an edit came of.
    fn attempts_at(&mut self, edit: &ActingEdit) -> impl Iterator<Item = String> + use<> {
        let path = edit.change.base.path.absolute();
        let (of_edit, others) = std::mem::take(&mut self.attempts)
            .into_iter()
            .partition(|attempt| attempt.item_id == edit.row.item_id && attempt.path == path);
        self.attempts = others;
        let of_edit: Vec<WaitingAttempt> = of_edit;
        of_edit.into_iter().map(|attempt| attempt.id)
    }

    /// No edit of this item is made any more.
    pub(super) fn forget_edits(&mut self, item_id: &str) {
        self.attempts.retain(|attempt| attempt.item_id != item_id);
        self.edits.retain(|_, edit| edit.row.item_id != item_id);
    }
}
