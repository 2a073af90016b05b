//! What is known of a server at a moment.
use std::sync::Arc;

use serde_json::{Map, Value};

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// A program that is started, over its standard streams.
    Stdio,
    /// A server of HTTP.
    Http,
}

/// What a server does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerState {
    /// The user switched it off.
    Disabled,
    /// Nobody needed it yet.
    Stopped,
    /// It is being started, or started again after it ended by itself.
    Starting,
    /// It answers.
    Ready,
    /// It could not be started, or ended too often; the error says why.
    Failed,
    /// It wants a login.
    NeedsAuth,
}

/// A tool of a server. All of it are the server's words and may be lies.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolInfo {
    /// The server's name for it.
    pub name: String,
    /// The name that models use, as of [`crate::wire_name`].
    pub wire_name: String,
    /// A title for people.
    pub title: Option<String>,
    /// What it does, bounded; may be empty.
    pub description: String,
    /// A JSON Schema of an object.
    pub input_schema: Arc<Map<String, Value>>,
    /// A JSON Schema of the structured result.
    pub output_schema: Option<Arc<Map<String, Value>>>,
    /// The server says that it changes nothing.
    pub read_only: bool,
    /// The server says, or does not deny, that it may destroy what is there.
    pub destructive: bool,
}

/// One argument of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptArgument {
    /// Its name.
    pub name: String,
    /// What it is; may be empty.
    pub description: String,
    /// Whether the prompt needs it.
    pub required: bool,
}

/// A prompt of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptInfo {
    /// Its name.
    pub name: String,
    /// A title for people.
    pub title: Option<String>,
    /// What it is for; may be empty.
    pub description: String,
    /// What it takes.
    pub arguments: Vec<PromptArgument>,
}

/// A resource of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceInfo {
    /// Its URI.
    pub uri: String,
    /// Its name.
    pub name: String,
    /// A title for people.
    pub title: Option<String>,
    /// What it is; may be empty.
    pub description: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// Its length in bytes, as the server says.
    pub size: Option<u64>,
}

/// A server at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerStatus {
    /// Its name.
    pub name: String,
    /// What it does.
    pub state: ServerState,
    /// How it is reached.
    pub transport: TransportKind,
    /// Where it was configured, for people: a path or `settings`.
    pub origin: String,
    /// Its tools, as of the last time it listed them.
    pub tools: Arc<[ToolInfo]>,
    /// Its prompts.
    pub prompts: Arc<[PromptInfo]>,
    /// Its resources.
    pub resources: Arc<[ResourceInfo]>,
    /// What it says of itself for the model; may be empty.
    pub instructions: Arc<str>,
    /// Why it failed, as a sentence.
    pub error: Option<String>,
}
