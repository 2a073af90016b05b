//! TEMPORARY: delete this file (and `mod stub;`) when the engine has these methods itself.
use std::path::Path;
use std::sync::Arc;

use aside_protocol::{
    EditListResult, EditResolveParams, FileEdit, SessionRewindParams, SessionRewindResult,
};

use crate::engine::Engine;
use crate::engine::error::EngineError;

impl Engine {
    pub async fn pending_edits(self: &Arc<Self>, _: &Path) -> Result<Vec<FileEdit>, EngineError> {
        Ok(Vec::new())
    }
    /// The session whose edit is the newest; an error that says so where there is none.
    pub async fn last_edited_session(self: &Arc<Self>) -> Result<String, EngineError> {
        Err(EngineError::invalid("not yet"))
    }
    /// The newest turn of a session that is not rewound.
    pub async fn last_turn(self: &Arc<Self>, _: &str) -> Result<String, EngineError> {
        Err(EngineError::invalid("not yet"))
    }
    pub async fn edit_accept(
        self: &Arc<Self>,
        _: EditResolveParams,
    ) -> Result<EditListResult, EngineError> {
        Err(EngineError::invalid("not yet"))
    }
    pub async fn edit_reject(
        self: &Arc<Self>,
        _: EditResolveParams,
    ) -> Result<EditListResult, EngineError> {
        Err(EngineError::invalid("not yet"))
    }
    pub async fn rewind(
        self: &Arc<Self>,
        _: SessionRewindParams,
    ) -> Result<SessionRewindResult, EngineError> {
        Err(EngineError::invalid("not yet"))
    }
}
