//! The user's hooks in the engine.
use std::time::Duration;

use super::Engine;
use crate::hooks::Runner;

impl Engine {
    /// What runs the user's hooks.
    pub fn hooks(&self) -> &Runner {
        &self.hooks
    }

    /// Runs the hooks about the end of all sessions here, which have this long together.
    pub async fn end_hooks(&self, limit: Duration) {
        self.hooks.end_all(&self.settings(), limit).await;
    }
}
