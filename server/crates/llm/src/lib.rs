//! Talking to model providers: one request and one stream of chunks, whatever the wire format.
mod bounds;
mod chat;
mod client;
mod error;
mod failure;
mod provider;
mod request;
mod secret;
mod sse;

pub use bounds::BOUNDS;
pub use chat::OpenAiChat;
pub use error::{ModelError, ModelErrorKind};
pub use provider::{Provider, ProviderConfig, parse_model};
pub use request::{
    AssistantPart, Chunk, ChunkStream, Message, Model, ModelRequest, StopReason, ToolDef, Usage,
    UserPart,
};
pub use secret::Secret;
