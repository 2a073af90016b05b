//! Errors: a stable code for programs, beside the sentence for people.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The stable codes in `data.code` of a JSON-RPC error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// What was named does not exist.
    NotFound,
    /// The request is not what the method takes.
    Invalid,
    /// Something else is at work there; try again when it is done.
    Busy,
    /// No usable model is set up.
    NoModel,
    /// The provider refuses the key.
    Auth,
    /// The provider limits the rate.
    RateLimited,
    /// The provider failed or cannot be reached.
    Provider,
    /// What was to be changed is no longer what it was.
    Conflict,
    /// It is not permitted.
    Denied,
    /// The database failed.
    Storage,
    /// A fault in the server.
    Internal,
}

impl ErrorCode {
    /// All codes.
    pub const ALL: [Self; 11] = [
        Self::NotFound,
        Self::Invalid,
        Self::Busy,
        Self::NoModel,
        Self::Auth,
        Self::RateLimited,
        Self::Provider,
        Self::Conflict,
        Self::Denied,
        Self::Storage,
        Self::Internal,
    ];

    /// The code as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "notFound",
            Self::Invalid => "invalid",
            Self::Busy => "busy",
            Self::NoModel => "noModel",
            Self::Auth => "auth",
            Self::RateLimited => "rateLimited",
            Self::Provider => "provider",
            Self::Conflict => "conflict",
            Self::Denied => "denied",
            Self::Storage => "storage",
            Self::Internal => "internal",
        }
    }

    /// The `code` of the JSON-RPC error that carries it: JSON-RPC's own where there is one,
    /// else LSP's `RequestFailed`.
    pub const fn json_rpc(self) -> i64 {
        const INVALID_PARAMS: i64 = -32602;
        const INTERNAL_ERROR: i64 = -32603;
        const REQUEST_FAILED: i64 = -32803;
        match self {
            Self::Invalid => INVALID_PARAMS,
            Self::Internal => INTERNAL_ERROR,
            Self::NotFound
            | Self::Busy
            | Self::NoModel
            | Self::Auth
            | Self::RateLimited
            | Self::Provider
            | Self::Conflict
            | Self::Denied
            | Self::Storage => REQUEST_FAILED,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is none of the codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownErrorCode(pub String);

impl fmt::Display for UnknownErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an error code of the protocol", self.0)
    }
}

impl std::error::Error for UnknownErrorCode {}

impl FromStr for ErrorCode {
    type Err = UnknownErrorCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| UnknownErrorCode(text.to_owned()))
    }
}

/// The `data` of a JSON-RPC error. The error's `message` is a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErrorData {
    /// What kind of failure.
    pub code: ErrorCode,
}
