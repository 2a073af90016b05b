//! The methods: their names, and what each takes and gives.
//!
//! The table below is the one place that ties a name to its types: the server's names and
//! the generated schema both come from it.

use serde_json::Value;

use crate::{
    AgentListParams, AgentListResult, ChatCancelParams, ChatCancelResult, ChatElicitParams,
    ChatElicitResult, ChatEvent, ChatEventsParams, ChatEventsResult, ChatRequestPermissionParams,
    ChatRequestPermissionResult, ChatSendParams, ChatSendResult, CommandListParams,
    CommandListResult, ContextCompleteParams, ContextCompleteResult, EditAmendParams,
    EditListParams, EditListResult, EditResolveParams, EditorDiagnosticsParams,
    EditorDocumentParams, EditorPlaceParams, FileEdit, JobListParams, JobListResult, JobStopParams,
    McpEvent, McpListParams, McpListResult, McpRestartParams, McpServer, McpSetEnabledParams,
    ModelListParams, ModelListResult, PermissionExplainParams, PermissionExplainResult,
    PermissionListParams, PermissionListResult, PermissionUpdateParams, ServerStatusParams,
    ServerStatusResult, Session, SessionCreateParams, SessionDeleteParams, SessionExportParams,
    SessionExportResult, SessionForkParams, SessionGetParams, SessionItemsParams,
    SessionItemsResult, SessionListParams, SessionListResult, SessionRewindParams,
    SessionRewindResult, SessionSearchParams, SessionSearchResult, SessionUnrewindParams,
    SessionUpdateParams, ToolListParams, ToolListResult, TrustGetParams, TrustSetParams,
    TrustState, UsageGetParams, UsageGetResult,
};

/// A request: its name, params and result.
pub trait Request {
    /// The name on the wire.
    const METHOD: &'static str;
    /// What it takes.
    type Params: serde::Serialize + serde::de::DeserializeOwned;
    /// What it gives.
    type Result: serde::Serialize + serde::de::DeserializeOwned;
}

/// A notification: its name and params.
pub trait Notification {
    /// The name on the wire.
    const METHOD: &'static str;
    /// What it carries.
    type Params: serde::Serialize + serde::de::DeserializeOwned;
}

/// Declares the methods of one direction: a constant and a marker type for each, the list
/// of their names, and, for the generator, a walk over them.
macro_rules! methods {
    (
        $(#[$list_doc:meta])* $list:ident, $walk:ident;
        $($(#[doc = $doc:literal])* $constant:ident $marker:ident = $name:literal: $params:ty $(=> $result:ty)?;)*
    ) => {
        $(
            $(#[doc = $doc])*
            pub const $constant: &str = $name;

            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $marker {}

            methods!(@impl $marker, $constant, $params $(, $result)?);
        )*

        $(#[$list_doc])*
        pub const $list: &[&str] = &[$($constant),*];

        #[cfg(feature = "schema")]
        pub(crate) fn $walk(generator: &mut schemars::SchemaGenerator) -> serde_json::Value {
            let mut methods = serde_json::Map::new();
            $(
                let mut method = serde_json::Map::new();
                let doc: &[&str] = &[$($doc),*];
                method.insert("description".to_owned(), doc.concat().trim().into());
                method.insert("params".to_owned(), generator.subschema_for::<$params>().into());
                $(method.insert("result".to_owned(), generator.subschema_for::<$result>().into());)?
                methods.insert($name.to_owned(), method.into());
            )*
            methods.into()
        }
    };
    (@impl $marker:ident, $constant:ident, $params:ty, $result:ty) => {
        impl Request for $marker {
            const METHOD: &'static str = $constant;
            type Params = $params;
            type Result = $result;
        }
    };
    (@impl $marker:ident, $constant:ident, $params:ty) => {
        impl Notification for $marker {
            const METHOD: &'static str = $constant;
            type Params = $params;
        }
    };
}

methods! {
    /// The requests that the server answers; these are the `methods` of its capabilities.
    CLIENT_REQUESTS, client_requests;

    /// Starts a session.
    SESSION_CREATE SessionCreate = "session/create": SessionCreateParams => Session;
    /// Lists sessions, pinned ones first, then the newest first.
    SESSION_LIST SessionList = "session/list": SessionListParams => SessionListResult;
    /// Reads a session.
    SESSION_GET SessionGet = "session/get": SessionGetParams => Session;
    /// Changes a session.
    SESSION_UPDATE SessionUpdate = "session/update": SessionUpdateParams => Session;
    /// Deletes a session and all that is in it.
    SESSION_DELETE SessionDelete = "session/delete": SessionDeleteParams => ();
    /// Reads a page of a session's items.
    SESSION_ITEMS SessionItems = "session/items": SessionItemsParams => SessionItemsResult;
    /// Copies a session's conversation into a new one.
    SESSION_FORK SessionFork = "session/fork": SessionForkParams => Session;
    /// Looks for words in messages and titles.
    SESSION_SEARCH SessionSearch = "session/search": SessionSearchParams => SessionSearchResult;
    /// Writes a conversation into a file.
    SESSION_EXPORT SessionExport = "session/export": SessionExportParams => SessionExportResult;
    /// Sends a message; the answer comes in events.
    CHAT_SEND ChatSend = "chat/send": ChatSendParams => ChatSendResult;
    /// Cancels a turn; what came so far is kept.
    CHAT_CANCEL ChatCancel = "chat/cancel": ChatCancelParams => ChatCancelResult;
    /// Replays events after a reconnect.
    CHAT_EVENTS ChatEvents = "chat/events": ChatEventsParams => ChatEventsResult;
    /// Takes files, conversation or both back to before a turn.
    SESSION_REWIND SessionRewind = "session/rewind": SessionRewindParams => SessionRewindResult;
    /// Takes a rewind back.
    SESSION_UNREWIND SessionUnrewind = "session/unrewind": SessionUnrewindParams =>
        SessionRewindResult;
    /// Lists edits, with their hunks where they are now.
    EDIT_LIST EditList = "edit/list": EditListParams => EditListResult;
    /// Keeps pending hunks; makes them where they were only proposed.
    EDIT_ACCEPT EditAccept = "edit/accept": EditResolveParams => EditListResult;
    /// Takes pending hunks back.
    EDIT_REJECT EditReject = "edit/reject": EditResolveParams => EditListResult;
    /// Changes what a pending hunk says, and tells the model.
    EDIT_AMEND EditAmend = "edit/amend": EditAmendParams => FileEdit;
    /// Lists the tools that a model is offered.
    TOOL_LIST ToolList = "tool/list": ToolListParams => ToolListResult;
    /// Lists the rules of permission in force.
    PERMISSION_LIST PermissionList = "permission/list": PermissionListParams => PermissionListResult;
    /// Adds and removes rules of permission.
    PERMISSION_UPDATE PermissionUpdate = "permission/update": PermissionUpdateParams =>
        PermissionListResult;
    /// Says what would happen with a call, and which rule decides.
    PERMISSION_EXPLAIN PermissionExplain = "permission/explain": PermissionExplainParams =>
        PermissionExplainResult;
    /// Lists the commands that work in the background of a session.
    JOB_LIST JobList = "job/list": JobListParams => JobListResult;
    /// Stops a command that works in the background.
    JOB_STOP JobStop = "job/stop": JobStopParams => ();
    /// Lists the slash commands.
    COMMAND_LIST CommandList = "command/list": CommandListParams => CommandListResult;
    /// Offers what may stand behind an `@` or a `/`.
    CONTEXT_COMPLETE ContextComplete = "context/complete": ContextCompleteParams =>
        ContextCompleteResult;
    /// Lists the MCP servers.
    MCP_LIST McpList = "mcp/list": McpListParams => McpListResult;
    /// Ends an MCP server and starts it again.
    MCP_RESTART McpRestart = "mcp/restart": McpRestartParams => McpServer;
    /// Switches an MCP server on or off.
    MCP_SET_ENABLED McpSetEnabled = "mcp/setEnabled": McpSetEnabledParams => McpServer;
    /// Lists the models that are known.
    MODEL_LIST ModelList = "model/list": ModelListParams => ModelListResult;
    /// Lists the agent templates.
    AGENT_LIST AgentList = "agent/list": AgentListParams => AgentListResult;
    /// Says what models were sent and what it cost, by day and model.
    USAGE_GET UsageGet = "usage/get": UsageGetParams => UsageGetResult;
    /// Says what the workspace brings along, and whether the user trusts it.
    TRUST_GET TrustGet = "trust/get": TrustGetParams => TrustState;
    /// Trusts what the workspace brings along, as it was shown, or trusts it no more.
    TRUST_SET TrustSet = "trust/set": TrustSetParams => TrustState;
    /// Says how the server is.
    SERVER_STATUS ServerStatus = "server/status": ServerStatusParams => ServerStatusResult;
}

methods! {
    /// The requests that the server sends.
    SERVER_REQUESTS, server_requests;

    /// Asks the user for permission.
    CHAT_REQUEST_PERMISSION ChatRequestPermission = "chat/requestPermission":
        ChatRequestPermissionParams => ChatRequestPermissionResult;
    /// Asks the user a question of a tool or an MCP server.
    CHAT_ELICIT ChatElicit = "chat/elicit": ChatElicitParams => ChatElicitResult;
    /// Asks for the diagnostics of the editor's language servers.
    EDITOR_DIAGNOSTICS EditorDiagnostics = "editor/diagnostics": EditorDiagnosticsParams => Value;
    /// Asks where a symbol is defined.
    EDITOR_DEFINITION EditorDefinition = "editor/definition": EditorPlaceParams => Value;
    /// Asks where a symbol is used.
    EDITOR_REFERENCES EditorReferences = "editor/references": EditorPlaceParams => Value;
    /// Asks for the symbols of a document.
    EDITOR_DOCUMENT_SYMBOLS EditorDocumentSymbols = "editor/documentSymbols":
        EditorDocumentParams => Value;
}

methods! {
    /// The notifications that the server sends.
    SERVER_NOTIFICATIONS, server_notifications;

    /// Tells what happens in a session.
    CHAT_EVENT ChatEventNotification = "chat/event": ChatEvent;
    /// Tells that an MCP server has another status, or other lists.
    MCP_EVENT McpEventNotification = "mcp/event": McpEvent;
}
