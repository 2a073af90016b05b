//! Why a command failed, for a person at a terminal.
use super::exit;
use super::terminal;
use crate::engine::error::EngineError;

/// A failed command: its exit code and a sentence.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Something failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            code: exit::FAILED,
            message: message.into(),
        }
    }

    /// The command was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: exit::USAGE,
            message: message.into(),
        }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// Says it on standard error.
    pub fn print(&self) {
        if !self.message.is_empty() {
            terminal::error(&crate::redact::redact(&self.message));
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error.code {
            aside_protocol::ErrorCode::Invalid | aside_protocol::ErrorCode::NotFound => {
                Self::usage(error.message)
            }
            _ => Self::failed(error.message),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // Whoever read our output has seen enough, as `head` has.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self {
                code: exit::DONE,
                message: String::new(),
            };
        }
        Self::failed(error.to_string())
    }
}

impl From<crate::trust::TrustError> for Failure {
    fn from(error: crate::trust::TrustError) -> Self {
        Self::failed(error.to_string())
    }
}
