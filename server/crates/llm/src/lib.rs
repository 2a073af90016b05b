//! Talking to model providers: one request and one stream of chunks, whatever the wire format.
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod bounds;
pub mod catalog;
mod client;
mod config;
mod embed;
mod error;
mod facts;
mod failure;
mod measured;
mod network;
mod pacer;
mod remote;
mod request;
mod retry;
mod secret;
mod sse;
pub mod tokens;
mod wire;

pub use bounds::BOUNDS;
pub use client::is_on_this_machine;
pub use config::{
    EffortField, KeyStyle, MaxTokensField, Network, ProviderConfig, Quirks, ReasoningReplay, Wire,
};
pub use embed::Embeddings;
pub use error::{ModelError, ModelErrorKind};
pub use facts::{LongPrices, ModelFacts, Prices, ReasoningStyle, Tokenizer};
pub use measured::Measured;
pub use remote::Remote;
pub use request::{
    AssistantPart, Chunk, ChunkStream, Effort, Message, Model, ModelRequest, Opaque, OutputSchema,
    Place, StopReason, Thinking, ToolDef, Usage, UserPart,
};
pub use retry::RetryPolicy;
pub use secret::Secret;
