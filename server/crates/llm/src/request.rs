//! The request, the stream and the trait that a wire format implements.
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ModelError, ModelFacts};

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
    /// A limit on the answer's tokens; the model's or the provider's own where absent.
    pub max_output_tokens: Option<u32>,
    /// What is known of the model.
    pub facts: ModelFacts,
    /// How much the model is to think.
    pub thinking: Thinking,
    /// The shape that the whole answer must have, for structured output.
    pub output: Option<Arc<OutputSchema>>,
    /// The same for all requests of one conversation, for providers that route by it to a cache.
    pub cache_key: Option<Arc<str>>,
}

impl ModelRequest {
    /// A request that says nothing and asks for nothing special.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            system: String::new(),
            messages: Vec::new(),
            tools: Arc::from([]),
            max_output_tokens: None,
            facts: ModelFacts::default(),
            thinking: Thinking::default(),
            output: None,
            cache_key: None,
        }
    }
}

/// How much a model is to think; its own default where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thinking {
    /// In words.
    pub effort: Option<Effort>,
    /// In tokens, for models that take a number; the effort is turned into one where absent.
    pub budget: Option<u32>,
}

/// How much a model is to think, from none to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Not at all.
    None,
    /// As little as it can.
    Minimal,
    /// Little.
    Low,
    /// The middle.
    Medium,
    /// Much.
    High,
    /// As much as it can.
    Max,
}

impl Effort {
    /// All of them, from none to most.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Minimal,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Max,
    ];

    /// The word, as in settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Max => "max",
        }
    }

    /// The effort of that word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.word() == word)
    }

    /// In tokens, for models that take a number.
    #[must_use]
    pub fn budget(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Minimal => 1024,
            Self::Low => 4096,
            Self::Medium => 10_000,
            Self::High => 24_000,
            Self::Max => 32_000,
        }
    }
}

/// The shape that an answer must have.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSchema {
    /// A name for it: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// A JSON schema of an object.
    pub schema: Value,
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
        /// The tool's name.
        name: String,
        /// The result as text.
        text: String,
        /// Whether the call failed, was refused or did not come to its end.
        failed: bool,
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
    /// A document that the model reads as it is: its MIME type and its bytes in base64.
    Document {
        /// So far always `application/pdf`.
        mime_type: String,
        /// The bytes in base64.
        data: String,
        /// The file's name, where it has one.
        name: Option<String>,
    },
}

/// A part of what the model said.
#[derive(Debug, Clone, PartialEq)]
pub enum AssistantPart {
    /// Text that was shown.
    Text(String),
    /// Reasoning that was shown. Few providers want it back by itself.
    Reasoning(String),
    /// What the provider wants back with the part before this one, or in its place.
    Attached(Opaque),
    /// What the provider wants back at this place, of which nothing was shown.
    Opaque(Opaque),
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

/// Something that only the provider understands and wants to see again: a signature, encrypted
/// reasoning, a block of a kind that Aside does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opaque {
    /// Who made it: the provider's id and the wire format. It goes back to nobody else.
    pub origin: Arc<str>,
    /// JSON, byte for byte as it came wherever that matters. What it holds is the wire format's
    /// own affair.
    pub json: Arc<str>,
}

/// What an [`Opaque`] belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The text or reasoning that streams; it ends with this. Stands alone where none does.
    Part,
    /// The tool call of this index.
    Call(usize),
    /// Itself: it stands between the parts.
    Alone,
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
    /// What the provider wants to see again.
    Opaque(Place, Opaque),
    /// What the provider says beside the answer, in its own words and for the user: why a filter
    /// stopped it, for example. A clause without a period.
    Note(String),
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
    /// The conversation and the answer fill the model's context window.
    ContextFull,
    /// The model refused.
    Refusal,
    /// The provider's filter stopped the answer.
    Filtered,
    /// The provider paused a long answer, and goes on when it is sent back as it is.
    Paused,
}

/// Tokens of one request, or a sum of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// All input tokens, those read from and written to a cache included.
    pub input_tokens: u64,
    /// Input tokens read from a cache.
    pub cached_input_tokens: u64,
    /// Input tokens written to a cache, where the provider counts them.
    #[serde(skip_serializing_if = "is_zero")]
    pub cache_write_tokens: u64,
    /// All output tokens, reasoning included.
    pub output_tokens: u64,
    /// Output tokens spent on reasoning.
    pub reasoning_tokens: u64,
    /// Whether some of it is our estimate, since a server did not count.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// In US dollars; absent where the price of any of it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Usage {
    /// Whether nothing was used.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let tokens = self.input_tokens | self.output_tokens;
        tokens == 0 && self.cost_usd.is_none()
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        // What is known of nothing does not make the rest unknown.
        self.cost_usd = match (self.is_nothing(), other.is_nothing()) {
            (true, _) => other.cost_usd,
            (false, true) => self.cost_usd,
            (false, false) => self.cost_usd.zip(other.cost_usd).map(|(a, b)| a + b),
        };
        self.estimated = self.estimated || other.estimated;
        self.cache_write_tokens = self
            .cache_write_tokens
            .saturating_add(other.cache_write_tokens);
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
