//! What there is: `tool/list`, `model/list` and `server/status`.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Effort, PermissionDecision, ToolKind, ToolSource};

/// Params of `tool/list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ToolListParams {
    /// The session whose tools and permissions are meant; a new one's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

/// Result of `tool/list`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ToolListResult {
    /// All tools that a model is offered.
    pub tools: Vec<ToolInfo>,
}

/// A tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ToolInfo {
    /// The name that models call.
    pub name: String,
    /// Markdown: what it does and when to use it.
    pub description: String,
    /// Where it comes from.
    pub source: ToolSource,
    /// What sort of thing it does.
    pub kind: ToolKind,
    /// JSON schema of the arguments.
    pub input_schema: Map<String, Value>,
    /// What happens when it is called.
    pub permission: PermissionDecision,
}

/// Params of `model/list`; there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelListParams {}

/// Result of `model/list`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ModelListResult {
    /// All models that are known; others may be named too.
    pub models: Vec<ModelInfo>,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ModelInfo {
    /// `provider/model`.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// For people.
    pub name: String,
    /// Tokens that it takes; 0 where unknown.
    pub context_window: u64,
    /// Tokens that it answers at most; 0 where unknown.
    pub max_output: u64,
    /// Whether it sees pictures.
    pub vision: bool,
    /// Whether it reasons before it answers.
    pub reasoning: bool,
    /// How much it can be told to think: none where it takes no word about it, absent where that
    /// is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efforts: Option<Vec<Effort>>,
    /// Whether it calls tools.
    pub tools: bool,
    /// Whether it can be used with the settings in force.
    pub available: bool,
    /// A sentence: why it cannot be used and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Params of `server/status`; there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerStatusParams {}

/// Result of `server/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ServerStatusResult {
    /// The server's version.
    pub version: String,
    /// Milliseconds since it started.
    pub uptime_ms: u64,
    /// Resident bytes; absent where the operating system does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Absolute path of the workspace's database, which may not be open yet; absent where
    /// there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_path: Option<String>,
    /// The providers that are set up, and those that could be.
    pub providers: Vec<ProviderStatus>,
}

/// How a provider is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProviderStatus {
    /// Its name, as in `provider/model`.
    pub name: String,
    /// Whether its settings are complete and its last request, if any, worked.
    pub available: bool,
    /// A sentence: what is wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
