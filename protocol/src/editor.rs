//! What the server asks the editor: answers of its other language servers, and of its user.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Position, Uri};

/// Names a document, as LSP's `TextDocumentIdentifier`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextDocument {
    /// Which document.
    pub uri: Uri,
}

/// Params of `editor/diagnostics`. The result is an array of LSP's `PublishDiagnosticsParams`,
/// one for each document that has any; for one document an array of its `Diagnostic` will do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditorDiagnosticsParams {
    /// Which document; all that are known where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_document: Option<TextDocument>,
}

/// Params of `editor/definition`, `editor/references` and `editor/hover`. The results are those
/// of LSP's requests of these names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditorPlaceParams {
    /// Which document.
    pub text_document: TextDocument,
    /// Where in it.
    pub position: Position,
}

/// Params of `editor/documentSymbols`. The result is that of `textDocument/documentSymbol`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditorDocumentParams {
    /// Which document.
    pub text_document: TextDocument,
}

/// Params of `chat/elicit`: a question that a tool or an MCP server has for the user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatElicitParams {
    /// Identifies the question.
    pub request_id: String,
    /// The session that asks.
    pub session_id: String,
    /// For people.
    pub message: String,
    /// JSON schema of the answer: an object of plain values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// A page that the user is to visit instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The MCP server that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// Result of `chat/elicit`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatElicitResult {
    /// What the user did.
    pub action: ElicitAction,
    /// What was filled in, where accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Map<String, Value>>,
}

/// What the user did with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ElicitAction {
    /// Filled in.
    Accept,
    /// Refused to answer.
    Decline,
    /// Dismissed it.
    Cancel,
}
