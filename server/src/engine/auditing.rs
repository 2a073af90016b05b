//! The audit log of the workspace: appending what belongs to no session's batch.
use std::sync::Arc;

use aside_store::Write;

use super::Engine;
use super::error::EngineError;

impl Engine {
    /// Appends a row of its own. What happens in a session rides along with that session's rows.
    pub async fn audit(self: &Arc<Self>, row: Write) -> Result<(), EngineError> {
        Ok(self.store().await?.write(vec![row]).await?)
    }
}
