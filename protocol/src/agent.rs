//! Agent templates: `agent/list`.
use serde::{Deserialize, Serialize};

/// Params of `agent/list`; there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgentListParams {}

/// Result of `agent/list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgentListResult {
    /// All templates, the one of new sessions first.
    pub agents: Vec<AgentInfo>,
}

/// An agent template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgentInfo {
    /// The name, as in a session's `agent`.
    pub name: String,
    /// What it is for, a sentence.
    pub description: String,
    /// Where it comes from.
    pub source: AgentSource,
}

/// Where an agent template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum AgentSource {
    /// It is part of Aside.
    Builtin,
}
