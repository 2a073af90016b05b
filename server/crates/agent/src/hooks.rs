//! Programs of the user's own that look at calls: before a tool acts, and after it acted. The host
//! knows which there are; a turn without any asks nobody.
use futures_util::future::BoxFuture;

use crate::tool::Arguments;

/// A call as hooks are told of it.
#[derive(Debug, Clone)]
pub struct HookCall {
    /// The session.
    pub session_id: String,
    /// The turn.
    pub turn_id: String,
    /// The tool, as the model called it.
    pub name: String,
    /// What it is called with.
    pub arguments: Arguments,
}

/// The hooks of a session. Their time limits are the host's; dropping a future ends its program.
pub trait Hooks: Send + Sync {
    /// Before a tool runs, and before an edit is computed. An error keeps the call from being
    /// made; the text is what the model is told in place of a result.
    fn before_tool<'a>(&'a self, call: &'a HookCall) -> BoxFuture<'a, Result<(), String>>;

    /// After a tool is done, its edits made. What is returned the model reads after the result.
    fn after_tool<'a>(
        &'a self,
        call: &'a HookCall,
        output: &'a str,
    ) -> BoxFuture<'a, Option<String>>;
}
