//! What the engine needs of whoever shows it: the LSP front or the command line.
use std::sync::Arc;

use aside_agent::event::NoticeLevel;
use aside_agent::host::{Files, PermissionOutcome, PermissionRequest};
use aside_agent::permission::Choice;
use aside_agent::world::{Editor, Elicitor, Nobody};
use aside_protocol::{Event, McpServer};
use futures_util::future::BoxFuture;

/// A numbered event on its way to the client.
pub struct Published {
    /// The session.
    pub session_id: Arc<str>,
    /// The turn it belongs to.
    pub turn_id: Option<Arc<str>>,
    /// The event.
    pub event: Event,
    /// The whole params of `chat/event` as JSON.
    pub params: String,
}

/// A question for permission, and what can be answered.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is asked.
    pub request: PermissionRequest,
    /// The answers, in the order in which they are shown.
    pub choices: Vec<Choice>,
}

/// A front: shows events, is asked for permission, and holds the files the user sees.
pub trait Front: Send + Sync + 'static {
    /// Whether `chat/event` params are wanted from other servers on the workspace too.
    fn wants_foreign_events(&self) -> bool;

    /// Shows one event. Resolves when it is taken; a slow client slows its turns down.
    fn publish(&self, event: Published) -> BoxFuture<'_, ()>;

    /// Passes on `chat/event` params that another server on this workspace recorded.
    fn relay(&self, params: String) -> BoxFuture<'_, ()>;

    /// Files as the user sees them.
    fn files(&self) -> Arc<dyn Files>;

    /// Who can be asked questions.
    fn elicitor(&self) -> Arc<dyn Elicitor> {
        Arc::new(Nobody)
    }

    /// What the editor's other language servers know.
    fn editor(&self) -> Arc<dyn Editor> {
        Arc::new(Nobody)
    }

    /// Tells that an MCP server has another status or other lists. Does not wait.
    fn server_changed(&self, _server: &McpServer) {}

    /// Asks the user, with the time limit of the settings. Dropping the future withdraws the
    /// question.
    fn ask(&self, question: Question) -> BoxFuture<'_, PermissionOutcome>;

    /// Looks whether what the workspace brings along, or the user's word on it, changed, before a
    /// turn begins. Who lives as short as a command need not.
    fn refresh_settings(&self) {}

    /// Tells the user something that belongs to no session.
    fn tell(&self, level: NoticeLevel, message: &str);
}
