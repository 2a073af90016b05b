//! The one error type that requests are answered with.
use aside_agent::host::HostError;
use aside_llm::{ModelError, ModelErrorKind};
use aside_protocol::ErrorCode;
use aside_store::StoreError;

/// A failed request: a stable code and a sentence that says what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// The protocol's code.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
}

impl EngineError {
    /// An error with a code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A parameter is wrong; the message names it.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message)
    }

    /// A bug of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NotFound { .. } => ErrorCode::NotFound,
            StoreError::Busy { .. } => ErrorCode::Busy,
            StoreError::Invalid { .. } => ErrorCode::Invalid,
            StoreError::Internal { .. } => ErrorCode::Internal,
            _ => ErrorCode::Storage,
        };
        Self::new(code, error.to_string())
    }
}

impl From<ModelError> for EngineError {
    fn from(error: ModelError) -> Self {
        let code = match error.kind {
            ModelErrorKind::NoModel => ErrorCode::NoModel,
            ModelErrorKind::Auth => ErrorCode::Auth,
            ModelErrorKind::RateLimited => ErrorCode::RateLimited,
            ModelErrorKind::Rejected
            | ModelErrorKind::Provider
            | ModelErrorKind::Network
            | ModelErrorKind::Timeout
            | ModelErrorKind::Truncated
            | ModelErrorKind::ContextFull => ErrorCode::Provider,
        };
        Self::new(code, error.message)
    }
}

impl From<HostError> for EngineError {
    fn from(error: HostError) -> Self {
        let code = match error {
            HostError::Denied(_) => ErrorCode::Denied,
            HostError::NotFound(_) => ErrorCode::NotFound,
            HostError::Unreadable(_) => ErrorCode::Invalid,
            HostError::Stale(_) | HostError::Conflict(_) => ErrorCode::Conflict,
            HostError::Io(_) => ErrorCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}
