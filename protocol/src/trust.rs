//! Trust in what a workspace brings along: `trust/get` and `trust/set`.
use serde::{Deserialize, Serialize};

/// Params of `trust/get`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrustGetParams {}

/// Params of `trust/set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrustSetParams {
    /// Whether what the workspace brings along is to be active.
    pub trusted: bool,
    /// The hash of what the user was shown, needed to trust it: nothing else is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// Result of `trust/get` and `trust/set`: what the workspace brings along and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrustState {
    /// Path of the workspace's first folder.
    pub workspace: String,
    /// Whether it counts.
    pub status: TrustStatus,
    /// Over the names and bytes of all files; absent where there are none or they are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The files that trust is about, by their paths in the workspace.
    pub files: Vec<String>,
    /// Those that changed since the workspace was trusted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// What is active where the workspace is trusted, and would be where it is not.
    pub entries: Vec<TrustEntry>,
    /// What is wrong with the files, in sentences for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Why the files cannot be trusted as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether what a workspace brings along counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TrustStatus {
    /// It brings nothing along.
    Nothing,
    /// The user said nothing of it.
    Untrusted,
    /// It changed since the user trusted it.
    Changed,
    /// It is active.
    Trusted,
    /// It cannot be trusted as it is.
    Refused,
}

/// One setting of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrustEntry {
    /// The setting, for example `hooks[0]` or `mcpServers.fetch`.
    pub name: String,
    /// What it says, for people; of what runs, the command.
    pub value: String,
}
