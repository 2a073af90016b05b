//! Commands that work in the background of a session.
use serde::{Deserialize, Serialize};

/// Params of `job/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobListParams {
    /// Which session.
    pub session_id: String,
}

/// The commands of a session that work in the background, and the last ones that did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobListResult {
    /// The oldest first.
    pub jobs: Vec<Job>,
}

/// A command in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Names it within its session.
    pub id: String,
    /// What runs; cut where it is very long.
    pub command: String,
    /// Whether it works.
    pub status: JobStatus,
    /// When it began: RFC 3339, UTC.
    pub started_at: String,
    /// What it returned, if it ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// Whether a command in the background works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum JobStatus {
    /// It works.
    Running,
    /// It ended by itself.
    Completed,
    /// It was ended: stopped, out of time, by a signal, or by the sandbox.
    Stopped,
}

/// Params of `job/stop`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobStopParams {
    /// Which session.
    pub session_id: String,
    /// Which command.
    pub job_id: String,
}
