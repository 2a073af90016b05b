//! What can go wrong between a request and the end of its stream.
use std::time::Duration;

/// The kind of a failure, for those who branch on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelErrorKind {
    /// The settings do not name a usable model or provider.
    NoModel,
    /// The provider refuses the key (401, 403).
    Auth,
    /// The provider limits the rate (429), or the account has nothing left to spend (402).
    RateLimited,
    /// The provider rejects the request (other 4xx), 404 for a wrong model or base URL included.
    Rejected,
    /// The conversation does not fit the model's context window.
    ContextFull,
    /// The provider fails (5xx), is at odds with itself (409) or sends an error inside the stream.
    Provider,
    /// No connection, or it broke.
    Network,
    /// A time limit passed.
    Timeout,
    /// The stream ended before the answer did, or was not what the wire format says.
    Truncated,
}

/// A failed request or stream. The message is a sentence that says what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What kind of failure this is.
    pub kind: ModelErrorKind,
    /// A sentence for the user: what happened, in the provider's words where it has any, and what to do.
    pub message: String,
    /// The HTTP status, where there is one.
    pub status: Option<u16>,
    /// The provider's request id, where it sent one.
    pub request_id: Option<String>,
    /// Whether the same request may work later.
    pub retryable: bool,
    /// How long the provider asks to wait before that (`retry-after-ms` or `retry-after`).
    pub retry_after: Option<Duration>,
}

impl ModelError {
    /// An error that says that no usable model is set up.
    pub(crate) fn no_model(message: String) -> Self {
        Self {
            kind: ModelErrorKind::NoModel,
            message,
            status: None,
            request_id: None,
            retryable: false,
            retry_after: None,
        }
    }
}
