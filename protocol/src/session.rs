//! Sessions: conversations that outlive editor and server.
use serde::{Deserialize, Serialize};

use crate::{Item, PermissionMode, Turn, Uri};

/// One conversation in one workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// UUIDv7, so that ids sort by age.
    pub id: String,
    /// For people; taken from the first message until it is set.
    pub title: String,
    /// The workspace it belongs to.
    pub workspace_uri: Uri,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
    /// `provider/model`.
    pub model: String,
    /// The name of the agent template; `default` unless another was chosen.
    pub agent: String,
    /// What the agent may do unasked.
    pub permission_mode: PermissionMode,
    /// Whether a turn runs.
    pub status: SessionStatus,
    /// Pinned sessions are listed first.
    pub pinned: bool,
    /// Archived sessions are kept, and listed when asked for.
    pub archived: bool,
    /// The session it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// The project it was put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The MCP servers that it may use, by their names; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp_servers: Option<Vec<String>>,
    /// How much its model is to think; the model's own setting where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// How many turns it has.
    pub turn_count: u64,
    /// All its turns.
    pub usage: Usage,
}

/// How much a model is to think before it answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Effort {
    /// As its own setting says; no session or model is shown with it.
    #[default]
    Default,
    /// As little as it can.
    Minimal,
    /// Little.
    Low,
    /// The middle.
    Medium,
    /// Much.
    High,
}

/// Whether a session's turn runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum SessionStatus {
    /// No turn runs.
    #[default]
    Idle,
    /// A turn runs.
    Running,
    /// A turn waits for the user.
    Waiting,
}

/// Tokens, and their price where it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// All input tokens, cached ones included.
    pub input_tokens: u64,
    /// Input tokens read from a cache.
    pub cached_input_tokens: u64,
    /// All output tokens, reasoning included.
    pub output_tokens: u64,
    /// Output tokens spent on reasoning.
    pub reasoning_tokens: u64,
    /// US dollars; absent where the price is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

/// Params of `session/create`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionCreateParams {
    /// The title; taken from the first message where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `provider/model`; the default model where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The name of an agent template; `default` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What the agent may do unasked; the default mode where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_mode: Option<PermissionMode>,
    /// The project to put it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The MCP servers that it may use, by their names; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp_servers: Option<Vec<String>>,
    /// How much its model is to think; `default` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
}

/// Params of `session/list`. Sessions come pinned ones first, then the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionListParams {
    /// The `nextCursor` of the page before; the first page where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many sessions at most; the server has a limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only those whose title contains this text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Only archived ones, or only those that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Only pinned ones, or only those that are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// Only those of a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
}

/// Result of `session/list`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionListResult {
    /// One page.
    pub sessions: Vec<Session>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Params of `session/get`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionGetParams {
    /// Which session.
    pub session_id: String,
}

/// Params of `session/update`. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionUpdateParams {
    /// Which session.
    pub session_id: String,
    /// A new title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Another model, `provider/model`, from the next turn on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Another agent template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Another permission mode, at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_mode: Option<PermissionMode>,
    /// Pins or unpins it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// Archives it or takes it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Another project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Other MCP servers, by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp_servers: Option<Vec<String>>,
    /// Another effort, from the next turn on; `default` for the model's own setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
}

/// Params of `session/delete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionDeleteParams {
    /// Which session.
    pub session_id: String,
}

/// Params of `session/items`. With neither cursor, the newest page is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionItemsParams {
    /// Which session.
    pub session_id: String,
    /// A page's `prevCursor`: the page of items older than that page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// A page's `nextCursor`: the page of items newer than that page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many items at most; the server has a limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Result of `session/items`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionItemsResult {
    /// Oldest first; partial items are included.
    pub items: Vec<Item>,
    /// The turns that these items belong to, oldest first.
    pub turns: Vec<Turn>,
    /// The last event that this page reflects.
    pub seq: u64,
    /// Where the page of older items begins; absent on the oldest page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev_cursor: Option<String>,
    /// Where the page of newer items begins; absent on the newest page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Params of `session/rewind`: back to before a turn.
///
/// Files and conversation both go back unless one of the two fields is `true` alone, which
/// leaves the other as it is, or is `false`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionRewindParams {
    /// Which session.
    pub session_id: String,
    /// The first turn that is taken back.
    pub turn_id: String,
    /// Whether the files that the agent touched go back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<bool>,
    /// Whether the turns go from the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<bool>,
    /// Only says what would happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

/// What a rewind did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionRewindResult {
    /// What `session/unrewind` takes; absent in a dry run and where nothing was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewind_id: Option<String>,
    /// The edits that were taken back.
    pub reverted: Vec<crate::FileEdit>,
    /// The edits that were not, since later work would have been lost.
    pub conflicts: Vec<crate::FileEdit>,
}

/// Params of `session/unrewind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionUnrewindParams {
    /// Which rewind.
    pub rewind_id: String,
}
