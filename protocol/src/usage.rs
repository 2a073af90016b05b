//! Tokens and costs: `usage/get`.
use serde::{Deserialize, Serialize};

use crate::Usage;

/// Params of `usage/get`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UsageGetParams {
    /// Only of this session; of all of the workspace, deleted ones included, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Only from then on: a time (RFC 3339, UTC) or a day, such as `2026-01-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Result of `usage/get`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UsageGetResult {
    /// By day and model, the newest day first.
    pub days: Vec<ModelUsage>,
    /// All of them together.
    pub total: Usage,
}

/// What the requests of one day to one model used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ModelUsage {
    /// A day in UTC, for example `2026-01-31`.
    pub day: String,
    /// `provider/model`.
    pub model: String,
    /// How many requests were made.
    pub requests: u64,
    /// What they used.
    pub usage: Usage,
    /// Whether the server did not count the tokens of some of them, so that they are estimated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}
