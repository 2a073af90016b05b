//! Talking to model providers: one request and one stream of chunks, whatever the wire format.
mod error;
mod request;

pub use error::{ModelError, ModelErrorKind};
pub use request::{
    AssistantPart, Chunk, ChunkStream, Message, Model, ModelRequest, StopReason, ToolDef, Usage,
    UserPart,
};
