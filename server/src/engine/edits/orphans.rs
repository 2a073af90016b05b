//! Edits whose tool call was cut off by a crash: the file says whether they were made.
use std::path::Path;

use aside_agent::host::{Files, Stamp};
use aside_edit::changes::Changes;
use aside_edit::review::PlaceState;
use aside_protocol::FileEditKind;
use aside_store::{EditRow, Store, StoreError, Write};

use super::edit::Edit;
use super::group::after_path;
use super::shelf;
use super::stored::{Phase, StoredEdit};
use crate::engine::error::EngineError;

/// Finds out about edits that nobody makes any more, and stores it. An edit that is being made
/// stays as it is.
pub async fn settle(
    store: &Store,
    files: &dyn Files,
    rows: &mut [EditRow],
) -> Result<(), EngineError> {
    for row in rows {
        if StoredEdit::of_row(row).phase != Phase::Acting {
            continue;
        }
        let is_over = match store.get_turn(row.turn_id.as_str()).await {
            Ok(turn) => turn.status == "completed",
            Err(StoreError::NotFound { .. }) => true,
            Err(error) => return Err(error.into()),
        };
        if !is_over {
            continue;
        }
        // Read again: what a turn did until its end is stored by now.
        *row = store.get_edit(row.id.as_str()).await?;
        if StoredEdit::of_row(row).phase != Phase::Acting {
            continue;
        }
        let mut edit = match Edit::load(store, row.clone()).await {
            Ok(edit) => edit,
            Err(error) => {
                tracing::warn!(edit = row.id, %error, "what became of an edit cannot be known");
                continue;
            }
        };
        edit.stored.phase = if is_made(&edit, files).await {
            Phase::Made
        } else {
            Phase::Conflicted
        };
        *row = edit.row_now();
        // Another server may run the session now; then it stores the same.
        if let Err(error) = store.write(vec![Write::UpsertEdit(row.clone())]).await {
            tracing::warn!(edit = row.id, %error, "what became of an edit is not stored yet");
        }
    }
    Ok(())
}

/// Whether the file holds what the edit was to make.
async fn is_made(edit: &Edit, files: &dyn Files) -> bool {
    let after = read(files, &after_path(&edit.row)).await;
    match (edit.kind, after) {
        (FileEditKind::Delete, after) => after.is_none(),
        (FileEditKind::Create | FileEditKind::Modify | FileEditKind::Rename, None) => false,
        (FileEditKind::Rename, Some(_)) => read(files, Path::new(&edit.row.path)).await.is_none(),
        (FileEditKind::Create | FileEditKind::Modify, Some(now)) => {
            let changes = Changes::between(&edit.new, &now);
            let places = edit.review().places(&now, &changes);
            now == *edit.new || places.iter().any(|place| place.state == PlaceState::Intact)
        }
    }
}

async fn read(files: &dyn Files, path: &Path) -> Option<String> {
    let path = shelf::resolve(files, path).ok()?;
    let document = files.read_text(&path).await.ok()?;
    (document.stamp != Stamp::Absent).then(|| document.text.to_string())
}
