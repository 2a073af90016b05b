//! The wire types of Aside's protocol, version 1.
//!
//! Everything that Aside says beside plain LSP is here: the nouns (sessions, turns, items,
//! edits), the methods with their params and results, and the events. Names on the wire are
//! camelCase, unions are tagged by `type`, an absent optional field is left out, ids are
//! opaque strings, and times are RFC 3339 in UTC. Readers ignore fields that they do not
//! know.
//!
//! The crate knows nothing of LSP's libraries: the few LSP shapes that it needs are its own.
//! With the feature `schema` it also generates the JSON schema and the TypeScript and Lua
//! types from these same definitions.

mod agent;
mod catalog;
mod chat;
mod command;
mod context;
mod edit;
mod editor;
mod error;
mod event;
#[cfg(feature = "schema")]
pub mod generate;
mod handshake;
mod item;
mod job;
mod library;
mod lsp;
mod mcp;
pub mod methods;
mod params;
mod permission;
mod session;
mod trust;
mod turn;
mod usage;

pub use agent::{AgentInfo, AgentListParams, AgentListResult, AgentSource};
pub use catalog::{
    ModelInfo, ModelListParams, ModelListResult, ProviderStatus, ServerStatusParams,
    ServerStatusResult, ToolInfo, ToolListParams, ToolListResult,
};
pub use chat::{
    ChatCancelParams, ChatCancelResult, ChatEventsParams, ChatEventsResult, ChatSendParams,
    ChatSendResult, ChatSendStatus, Delivery,
};
pub use command::{CommandListParams, CommandListResult, SlashArgument, SlashCommand};
pub use context::{Candidate, ContextCompleteParams, ContextCompleteResult, ContextTrigger};
pub use edit::{
    EditAmendParams, EditListParams, EditListResult, EditResolveParams, FileEdit, FileEditKind,
    FileEditStatus, Hunk, HunkStatus, MAX_LISTED_EDITS,
};
pub use editor::{
    ChatElicitParams, ChatElicitResult, EditorDiagnosticsParams, EditorDocumentParams,
    EditorPlaceParams, ElicitAction, TextDocument,
};
pub use error::{ErrorCode, ErrorData, UnknownErrorCode};
pub use event::{
    ChatEvent, ContextUsage, Event, ItemDelta, NoticeLevel, PermissionOutcome, PlanEntry,
    PlanStatus,
};
pub use handshake::{
    AsideClientCapabilities, AsideServerCapabilities, EditorCapability, PROTOCOL_VERSION,
};
pub use item::{
    ContentBlock, Item, ItemBody, MessageStatus, ToolCall, ToolKind, ToolSource, ToolStatus,
};
pub use job::{Job, JobListParams, JobListResult, JobStatus, JobStopParams};
pub use library::{
    ExportFormat, SearchHit, SessionExportParams, SessionExportResult, SessionForkParams,
    SessionSearchParams, SessionSearchResult,
};
pub use lsp::{Location, Position, Range, Uri};
pub use mcp::{
    McpEvent, McpListParams, McpListResult, McpPrompt, McpResource, McpRestartParams, McpServer,
    McpSetEnabledParams, McpStatus, McpTool, McpTransport,
};
pub use params::{InvalidParams, read_params};
pub use permission::{
    BuiltInDenial, ChatRequestPermissionParams, ChatRequestPermissionResult, Effect, ListedRule,
    PermissionDecision, PermissionExplainParams, PermissionExplainResult, PermissionJudgement,
    PermissionListParams, PermissionListResult, PermissionMode, PermissionOption,
    PermissionOptionKind, PermissionRule, PermissionScope, PermissionSource,
    PermissionUpdateParams,
};
pub use session::{
    Effort, Session, SessionCreateParams, SessionDeleteParams, SessionGetParams,
    SessionItemsParams, SessionItemsResult, SessionListParams, SessionListResult,
    SessionRewindParams, SessionRewindResult, SessionStatus, SessionUnrewindParams,
    SessionUpdateParams, Usage,
};
pub use trust::{TrustEntry, TrustGetParams, TrustSetParams, TrustState, TrustStatus};
pub use turn::{StopReason, Turn, TurnError, TurnStatus};
pub use usage::{ModelUsage, UsageGetParams, UsageGetResult};
