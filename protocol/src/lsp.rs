//! The few LSP shapes that the protocol needs, as LSP 3.17 writes them.
use std::fmt;

use serde::{Deserialize, Serialize};

/// A URI as it stands on the wire; nothing is parsed or normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Uri(pub String);

impl Uri {
    /// The URI as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Uri {
    fn from(uri: String) -> Self {
        Self(uri)
    }
}

impl From<&str> for Uri {
    fn from(uri: &str) -> Self {
        Self(uri.to_owned())
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a document.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0, in units of the negotiated position encoding.
    pub character: u32,
}

/// A part of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Range {
    /// Where it starts.
    pub start: Position,
    /// Where it ends; this position is not included.
    pub end: Position,
}

/// A part of a named document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// Which document.
    pub uri: Uri,
    /// Which part of it.
    pub range: Range,
}
