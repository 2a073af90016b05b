//! Reading edits, and the engine's ways to review them.
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use aside_protocol::{
    EditAmendParams, EditListParams, EditListResult, EditResolveParams, ErrorCode, FileEdit,
    FileEditStatus, MAX_LISTED_EDITS, SessionRewindParams, SessionRewindResult,
    SessionUnrewindParams,
};
use aside_store::{EditFilter, EditRow, MAX_EDITS};

use super::orphans;
use super::reviewer::Job;
use super::select::{OPEN, path_of, paths_of_path};
use super::stored::{Phase, StoredEdit};
use super::view::{Documents, shown};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::limits::MAX_SHOWN_EDITS_BYTES;
use crate::wire::name_of;

/// About how much a hunk takes beside its texts: its id, its ranges and the names of its fields.
const HUNK_BYTES: usize = 256;

impl Engine {
    /// `edit/list`.
    pub async fn edit_list(
        self: &Arc<Self>,
        params: EditListParams,
    ) -> Result<EditListResult, EngineError> {
        let store = self.store().await?;
        self.repair().await?;
        if let Some(session_id) = &params.session_id {
            store.get_session(session_id.as_str()).await?;
        }
        let paths = match &params.uri {
            Some(uri) => paths_of_path(&*self.front.files(), path_of(uri)?),
            None => Vec::new(),
        };
        // What is stored as pending may have been undone by the user since, and is then another.
        let statuses = match params.status {
            None => Vec::new(),
            Some(FileEditStatus::Accepted | FileEditStatus::Reverted) => {
                params.status.iter().map(name_of).collect()
            }
            Some(status) => OPEN.iter().chain([&status]).map(name_of).collect(),
        };
        let filter = EditFilter {
            session_id: params.session_id,
            paths,
            statuses,
            limit: MAX_LISTED_EDITS,
            ..EditFilter::default()
        };
        let rows = store.edits_where(filter).await?;
        let mut edits = self.shown_rows(rows).await?;
        edits.retain(|edit| params.status.is_none_or(|status| edit.status == status));
        Ok(EditListResult { edits })
    }

    /// The edits that are not being made just now, as clients see them: the newest ones, as many
    /// as [`MAX_SHOWN_EDITS_BYTES`] hold.
    async fn shown_rows(
        self: &Arc<Self>,
        mut rows: Vec<EditRow>,
    ) -> Result<Vec<FileEdit>, EngineError> {
        let store = self.store().await?;
        let files = self.front.files();
        orphans::settle(&store, &*files, &mut rows).await?;
        rows.retain(|row| StoredEdit::of_row(row).phase != Phase::Acting);
        let mut documents = Documents::default();
        let mut edits = VecDeque::with_capacity(rows.len());
        let mut bytes = 0;
        for row in rows.into_iter().rev() {
            let edit = shown(&store, &*files, &self.revisions, &mut documents, row).await;
            bytes += text_bytes(&edit);
            // The first is shown however large it is.
            if bytes > MAX_SHOWN_EDITS_BYTES && !edits.is_empty() {
                tracing::warn!(
                    shown = edits.len(),
                    "older edits are too large to be listed"
                );
                break;
            }
            edits.push_front(edit);
        }
        Ok(edits.into())
    }

    /// `edit/accept`.
    pub async fn edit_accept(
        self: &Arc<Self>,
        params: EditResolveParams,
    ) -> Result<EditListResult, EngineError> {
        self.review(|reply| Job::Accept(params, reply)).await
    }

    /// `edit/reject`.
    pub async fn edit_reject(
        self: &Arc<Self>,
        params: EditResolveParams,
    ) -> Result<EditListResult, EngineError> {
        self.review(|reply| Job::Reject(params, reply)).await
    }

    /// `edit/amend`.
    pub async fn edit_amend(
        self: &Arc<Self>,
        params: EditAmendParams,
    ) -> Result<FileEdit, EngineError> {
        self.review(|reply| Job::Amend(params, reply)).await
    }

    /// `session/rewind`.
    pub async fn rewind(
        self: &Arc<Self>,
        params: SessionRewindParams,
    ) -> Result<SessionRewindResult, EngineError> {
        self.review(|reply| Job::Rewind(params, reply)).await
    }

    /// `session/unrewind`.
    pub async fn unrewind(
        self: &Arc<Self>,
        params: SessionUnrewindParams,
    ) -> Result<SessionRewindResult, EngineError> {
        self.review(|reply| Job::Unrewind(params, reply)).await
    }

    /// Whether the workspace has a database yet.
    pub fn has_database(&self) -> bool {
        self.store.initialized() || self.workspace.database.is_file()
    }

    /// The edits of one file that wait for the user, oldest first. Opens no database that is not
    /// there.
    pub async fn pending_edits(
        self: &Arc<Self>,
        path: &Path,
    ) -> Result<Vec<FileEdit>, EngineError> {
        if !self.has_database() {
            return Ok(Vec::new());
        }
        let filter = EditFilter {
            paths: paths_of_path(&*self.front.files(), path.to_owned()),
            statuses: OPEN.iter().map(name_of).collect(),
            limit: MAX_LISTED_EDITS,
            ..EditFilter::default()
        };
        let rows = self.store().await?.edits_where(filter).await?;
        let mut edits = self.shown_rows(rows).await?;
        edits.retain(FileEdit::is_pending);
        Ok(edits)
    }

    /// The session that edited last, and has not been taken back.
    pub async fn last_edited_session(self: &Arc<Self>) -> Result<String, EngineError> {
        Ok(self.last_edit(None).await?.session_id)
    }

    /// The turn of a session that edited last, and has not been taken back.
    pub async fn last_turn(self: &Arc<Self>, session_id: &str) -> Result<String, EngineError> {
        self.store().await?.get_session(session_id).await?;
        Ok(self.last_edit(Some(session_id)).await?.turn_id)
    }

    async fn last_edit(self: &Arc<Self>, session_id: Option<&str>) -> Result<EditRow, EngineError> {
        let store = self.store().await?;
        self.repair().await?;
        let filter = EditFilter {
            session_id: session_id.map(str::to_owned),
            statuses: [
                FileEditStatus::Applied,
                FileEditStatus::Partial,
                FileEditStatus::Accepted,
                FileEditStatus::Proposed,
            ]
            .iter()
            .map(name_of)
            .collect(),
            limit: MAX_EDITS,
            ..EditFilter::default()
        };
        let rows = store.edits_where(filter).await?;
        for row in rows.into_iter().rev() {
            let rewound = store
                .rewound_by(row.session_id.as_str(), row.turn_id.as_str())
                .await?;
            if rewound.is_none() {
                return Ok(row);
            }
        }
        Err(EngineError::new(
            ErrorCode::NotFound,
            "there is no edit that could be taken back; aside sessions lists the sessions there are",
        ))
    }
}

/// How large the texts of an edit are, as it is shown.
fn text_bytes(edit: &FileEdit) -> usize {
    let hunks = edit.hunks.iter();
    let hunks = hunks.map(|hunk| HUNK_BYTES + hunk.old_text.len() + hunk.new_text.len());
    edit.diff.len() + hunks.sum::<usize>()
}
