//! What can be wrong with a message about a document.
use tower_lsp::lsp_types::Url;

/// Why the text that is mirrored here may no longer be the one in the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Desync {
    /// A change had a range whose end lies before its start.
    #[error("the editor sent a change whose range ends before it starts")]
    ReversedRange,
    /// The document is larger than one document may be.
    #[error("it is {bytes} bytes long, and the limit is {limit} bytes")]
    TooLarge {
        /// The document's length.
        bytes: usize,
        /// `Limits::document_bytes`.
        limit: usize,
    },
    /// All open documents together are larger than they may be.
    #[error("the open documents together are longer than {limit} bytes, so it is not kept")]
    NoRoom {
        /// `Limits::total_bytes`.
        limit: usize,
    },
}

/// What can be wrong with a message about a document. The server lives on after each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// A change, a save or a question about a document that was not opened.
    #[error("{uri} is not open in the editor")]
    NotOpen {
        /// The document.
        uri: Url,
    },
    /// More documents are open than `Limits::documents`; this one is not followed.
    #[error("{uri} is not followed: {limit} documents are open already; close some")]
    TooMany {
        /// The document.
        uri: Url,
        /// `Limits::documents`.
        limit: usize,
    },
    /// The text is not known until the editor sends the whole of it.
    #[error("the text of {uri} is not known: {reason}; close the file and open it again")]
    OutOfSync {
        /// The document.
        uri: Url,
        /// What went wrong.
        reason: Desync,
    },
}
