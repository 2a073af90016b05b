//! What a tool is.
use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::attempt::Attempts;
use crate::editing::EditDialect;
use crate::host::{FileChange, Files};
use crate::item::{ContentBlock, Location, ToolKind, ToolSource};
use crate::outputs::Outputs;
use crate::permission::Effect;
use crate::plan::PlanEntry;
use crate::seen::Seen;
use crate::world::{Editor, Elicitor, Nobody};

/// A JSON object of arguments.
pub type Arguments = Map<String, Value>;

/// What a tool is called, what it does and what it takes.
#[derive(Debug, Clone)]
pub struct ToolSpec {
    /// The name that models call.
    pub name: Cow<'static, str>,
    /// Markdown for the model.
    pub description: Cow<'static, str>,
    /// JSON schema of the arguments.
    pub input_schema: Value,
    /// What sort of thing it does; reads run in parallel, all else in order.
    pub kind: ToolKind,
    /// Where it comes from.
    pub source: ToolSource,
}

/// What a tool may use while it works.
#[derive(Clone)]
pub struct ToolContext {
    /// Files as the user sees them.
    pub files: Arc<dyn Files>,
    /// Fires when the turn is cancelled; long work looks at it.
    pub cancel: CancellationToken,
    /// What the model has seen of files; tools that show a file note it, and edits are matched
    /// against it.
    pub seen: Arc<Seen>,
    /// Where tools that edit note each attempt, refused ones too.
    pub attempts: Attempts,
    /// How the model of this turn edits.
    pub dialect: EditDialect,
    /// The session; empty where there is none.
    pub session_id: Arc<str>,
    /// The turn.
    pub turn_id: Arc<str>,
    /// The tool call's item.
    pub item_id: Arc<str>,
    /// Where output goes while the tool works.
    pub outputs: Outputs,
    /// Who can be asked questions.
    pub elicitor: Arc<dyn Elicitor>,
    /// What the editor's other language servers know.
    pub editor: Arc<dyn Editor>,
}

impl ToolContext {
    /// A context with files alone: no session, nobody to ask and no editor.
    pub fn new(files: Arc<dyn Files>) -> Self {
        let empty: Arc<str> = Arc::from("");
        Self {
            files,
            cancel: CancellationToken::new(),
            seen: Arc::default(),
            attempts: Attempts::default(),
            dialect: EditDialect::default(),
            session_id: Arc::clone(&empty),
            turn_id: Arc::clone(&empty),
            item_id: empty,
            outputs: Outputs::nowhere(),
            elicitor: Arc::new(Nobody),
            editor: Arc::new(Nobody),
        }
    }
}

/// What a tool gives back.
#[derive(Debug, Clone, Default)]
pub struct ToolOutput {
    /// Text for the model.
    pub text: String,
    /// More for the client, not for the model.
    pub extra: Vec<ContentBlock>,
    /// The places it read or changed.
    pub locations: Vec<Location>,
    /// The agent's new plan, for the client.
    pub plan: Option<Vec<PlanEntry>>,
    /// Tools that the model is offered from now on, by name.
    pub offers: Vec<String>,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is done.
    Done(ToolOutput),
    /// Changes that the driver is to make in order, after it has permission and has stored what
    /// was there before; then the output is the result. It is all or none, unless the user
    /// cancels between two or works in the same lines: what is made then stays.
    Edit {
        /// One change for each file.
        changes: Vec<FileChange>,
        /// The result if all changes are made.
        output: ToolOutput,
    },
}

/// A failed call: a sentence that tells the model what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct ToolError(pub String);

impl From<crate::host::HostError> for ToolError {
    fn from(error: crate::host::HostError) -> Self {
        Self(error.to_string())
    }
}

/// A tool.
pub trait Tool: Send + Sync + 'static {
    /// Name, description, arguments.
    fn spec(&self) -> &ToolSpec;

    /// One line for people, such as "Read src/main.rs". Works with any arguments.
    fn title(&self, arguments: &Arguments) -> String;

    /// What the call would do, besides reading inside the workspace; an error for arguments
    /// that are wrong or paths that leave the workspace.
    fn effects(
        &self,
        arguments: &Arguments,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError>;

    /// A sentence for the question for permission: what the user should know beside the effects,
    /// such as that nothing confines the call. None where there is nothing to say.
    fn caution(&self, _arguments: &Arguments) -> Option<String> {
        None
    }

    /// Does it; a tool that edits only computes. Dropping the future ends the work.
    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>>;
}
