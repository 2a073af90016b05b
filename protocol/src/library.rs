//! What is done with whole sessions: copies of them, files made of them, and looking for words in
//! all of them.
use serde::{Deserialize, Serialize};

use crate::Uri;

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

/// Params of `session/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionSearchParams {
    /// Words. All of them must be there, each as a word or the beginning of one; no character
    /// means anything but itself.
    pub query: String,
    /// How many hits at most; the server has a limit of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Result of `session/search`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionSearchResult {
    /// The best first; titles come before messages.
    pub hits: Vec<SearchHit>,
}

/// A message, or a title, in which the words are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The session.
    pub session_id: String,
    /// The message; where it is the title, the first of the session. Absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// The session's title.
    pub title: String,
    /// Some words around those that were looked for.
    pub snippet: String,
    /// How well it fits: the greater the better, and good for nothing but the order.
    pub score: f64,
}

/// Params of `session/export`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionExportParams {
    /// Which session.
    pub session_id: String,
    /// What is written.
    pub format: ExportFormat,
}

/// What a conversation is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// A page for people.
    Markdown,
    /// An object with `session`, `turns` and `items`, as the methods give them.
    Json,
}

/// Result of `session/export`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionExportResult {
    /// The file, in Aside's own folder; one that was there is replaced.
    pub uri: Uri,
}
