//! The request, the stream and the trait that a wire format implements.
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ModelError;

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDef {
    /// The name that the model calls.
    pub name: String,
    /// What the tool does and when to use it.
    pub description: String,
    /// A JSON schema of the arguments object.
    pub input_schema: Value,
}

/// One request: the whole conversation and what the model may do.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The model's name at its provider, without the provider's prefix.
    pub model: String,
    /// The system prompt.
    pub system: String,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// The tools offered.
    pub tools: Arc<[ToolDef]>,
    /// A limit on the answer's tokens; the provider's own where absent.
    pub max_output_tokens: Option<u32>,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What the user said.
    User(Vec<UserPart>),
    /// What the model said, its parts in order.
    Assistant(Vec<AssistantPart>),
    /// A tool's result.
    Tool {
        /// The id of the call this answers.
        call_id: String,
        /// The result as text.
        text: String,
    },
}

/// A part of what the user said.
#[derive(Debug, Clone, PartialEq)]
pub enum UserPart {
    /// Plain text.
    Text(String),
    /// A picture: its MIME type and its bytes in base64.
    Image {
        /// For example `image/png`.
        mime_type: String,
        /// The bytes in base64.
        data: String,
    },
}

/// A part of what the model said.
#[derive(Debug, Clone, PartialEq)]
pub enum AssistantPart {
    /// Text that was shown.
    Text(String),
    /// A tool call, with the arguments exactly as the model wrote them.
    ToolCall {
        /// The provider's id of the call.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments as raw text; not always valid JSON.
        arguments: String,
    },
}

/// A piece of a streamed answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Chunk {
    /// More of the visible answer.
    Text(String),
    /// More of the visible reasoning.
    Reasoning(String),
    /// The start of, or more of, a tool call. Calls are told apart by `index`; `id` and
    /// `name` come with the first chunk of a call and are never sent twice.
    ToolCall {
        /// Position of the call in this answer, from 0 without gaps.
        index: usize,
        /// The provider's id, made unique within the answer where the provider's is empty or doubled.
        id: Option<String>,
        /// The tool's name.
        name: Option<String>,
        /// More of the raw arguments.
        arguments: String,
    },
    /// Tokens of this request; the last one counts.
    Usage(Usage),
    /// Why the model stopped. A stream without it was truncated and ends in an error.
    Stop(StopReason),
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The answer is complete.
    EndTurn,
    /// The model wants its tool calls run.
    ToolCalls,
    /// The answer reached the token limit.
    MaxTokens,
    /// The model or a filter refused.
    Refusal,
}

/// Tokens of one request, or a sum of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// All input tokens, cached ones included.
    pub input_tokens: u64,
    /// Input tokens read from a cache.
    pub cached_input_tokens: u64,
    /// All output tokens, reasoning included.
    pub output_tokens: u64,
    /// Output tokens spent on reasoning.
    pub reasoning_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_input_tokens = self
            .cached_input_tokens
            .saturating_add(other.cached_input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.reasoning_tokens = self.reasoning_tokens.saturating_add(other.reasoning_tokens);
    }
}

/// A streamed answer: each item holds all chunks of one network read, with consecutive
/// text of the same kind (and of the same tool call) already merged. It ends after the
/// chunk `Stop`, or with one error. Dropping it closes the connection.
pub type ChunkStream = BoxStream<'static, Result<Vec<Chunk>, ModelError>>;

/// A model server that speaks one wire format.
pub trait Model: Send + Sync + 'static {
    /// Sends the request and resolves when the response's headers are there and good.
    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>>;
}
