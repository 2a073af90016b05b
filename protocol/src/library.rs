//! What is done with whole sessions: copies of them.
use serde::{Deserialize, Serialize};

/// Params of `session/fork`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionForkParams {
    /// Which session is copied.
    pub session_id: String,
    /// The last turn of the copy; the last one that is completed where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
}
