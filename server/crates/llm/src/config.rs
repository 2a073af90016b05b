//! What is needed to reach a provider: where it is, how it is spoken to, how it differs.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Secret;

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// OpenAI's Chat Completions, which most servers speak.
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Messages,
    /// Google's `streamGenerateContent`.
    Gemini,
}

impl Wire {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Chat, Self::Responses, Self::Messages, Self::Gemini];

    /// The word for it, as in settings and in the table of providers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Responses => "responses",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
        }
    }

    /// The wire format of that word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wire| wire.word() == word)
    }

    /// Where requests go, below the base URL. `{model}` stands for the model's name.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Chat => "/chat/completions",
            Self::Responses => "/responses",
            Self::Messages => "/v1/messages",
            Self::Gemini => "/v1beta/models/{model}:streamGenerateContent",
        }
    }

    /// Where the list of models is, below the base URL.
    #[must_use]
    pub fn models_path(self) -> &'static str {
        match self {
            Self::Chat | Self::Responses => "/models",
            Self::Messages => "/v1/models",
            Self::Gemini => "/v1beta/models",
        }
    }
}

/// How the key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStyle {
    /// `authorization: Bearer …`.
    Bearer,
    /// A header of its own, which holds the key alone.
    Header(&'static str),
}

/// How to reach a provider. The time limits are settings with these defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderConfig {
    /// The provider's id, as it stands before the slash of a model's name.
    pub id: String,
    /// The wire format.
    pub wire: Wire,
    /// For example `https://api.openai.com/v1`, without the path of a method.
    pub base_url: String,
    /// Where requests go, below the base URL; `{model}` stands for the model's name. The wire
    /// format's own where absent.
    pub path: Option<String>,
    /// Where the list of models is, below the base URL; the wire format's own where absent.
    pub models_path: Option<String>,
    /// Added to each URL.
    pub query: Vec<(String, String)>,
    /// Added to each request. Gateways have keys in them, so they are never shown.
    pub headers: Vec<(String, Secret)>,
    /// The key; local servers often need none.
    pub key: Option<Secret>,
    /// How the key is sent.
    pub key_style: KeyStyle,
    /// Where the user sets the key, for messages.
    pub key_hint: String,
    /// Where the user sets the base URL, for messages.
    pub base_url_hint: String,
    /// How this server differs from what its wire format says.
    pub quirks: Quirks,
    /// The way there.
    pub network: Network,
    /// How long connecting may take, TLS included.
    pub connect_timeout: Duration,
    /// How long from the request's start to the response's headers.
    pub headers_timeout: Duration,
    /// How long the stream may stay silent.
    pub idle_timeout: Duration,
    /// How long an answer may take in all.
    pub total_timeout: Duration,
    /// The least time from the start of one request to the start of the next; zero for none.
    pub min_interval: Duration,
}

/// The way to a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// The URL of a proxy, perhaps with a password in it; those of the environment
    /// (`HTTPS_PROXY` and so on) where absent.
    pub proxy: Option<Secret>,
    /// A file of certificates in PEM, trusted beside those of the platform.
    pub ca_file: Option<PathBuf>,
}

/// How a server differs from what its wire format says. The default is a compatible server of
/// which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// Chat Completions: what the limit on the answer's tokens is called.
    pub max_tokens: MaxTokensField,
    /// Chat Completions: whether `stream_options` is understood.
    pub stream_options: bool,
    /// Whether `prompt_cache_key` is understood.
    pub cache_key: bool,
    /// Chat Completions: how effort is told.
    pub effort: EffortField,
    /// Chat Completions: how reasoning is sent back.
    pub reasoning: ReasoningReplay,
    /// Ids of tool calls are nine letters and digits, and nothing else is taken.
    pub short_call_ids: bool,
    /// Chat Completions: whether PDF files can be sent, as `file` parts.
    pub pdf: bool,
    /// Messages: whether cache marks are understood.
    pub cache_marks: bool,
    /// Messages: whether the model takes back what it thought only where nothing before it changed,
    /// and can be asked to leave it out otherwise.
    pub bound_thinking: bool,
    /// Chat Completions: whether one cache mark for the whole request is understood with models of
    /// Anthropic's, which cache nothing without a mark.
    pub cache_control: bool,
    /// Whether models there may write tool calls as text, since the server does not tell them
    /// apart.
    pub text_calls: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            max_tokens: MaxTokensField::MaxTokens,
            stream_options: true,
            cache_key: false,
            effort: EffortField::ReasoningEffort,
            reasoning: ReasoningReplay::None,
            short_call_ids: false,
            pdf: false,
            cache_marks: true,
            bound_thinking: false,
            cache_control: false,
            text_calls: true,
        }
    }
}

/// What Chat Completions calls the limit on the answer's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxTokensField {
    /// `max_tokens`, which nearly all servers know.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's newer models want.
    MaxCompletionTokens,
}

/// How Chat Completions is told of effort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffortField {
    /// `reasoning_effort: "low"`.
    ReasoningEffort,
    /// `reasoning: {"effort": "low"}`, as OpenRouter has it.
    ReasoningObject,
    /// `thinking: {"type": "enabled"}` beside `reasoning_effort`, as DeepSeek has it.
    ThinkingObject,
    /// It has no word for it.
    None,
}

/// How Chat Completions wants reasoning back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasoningReplay {
    /// Not at all.
    None,
    /// As `reasoning_content` of the message that it came with.
    Content,
    /// As `reasoning_details`, exactly as they came.
    Details,
}

impl ProviderConfig {
    /// The base URL of OpenAI itself.
    pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";
    /// The default of `connect_timeout`.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
    /// The default of `headers_timeout`. A local model may think long over a long prompt
    /// before its first byte.
    pub const HEADERS_TIMEOUT: Duration = Duration::from_secs(300);
    /// The default of `idle_timeout`.
    pub const IDLE_TIMEOUT: Duration = Duration::from_secs(300);
    /// The default of `total_timeout`.
    pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(3600);

    /// A compatible server with this wire format, base URL and key, and the default limits.
    #[must_use]
    pub fn new(wire: Wire, base_url: impl Into<String>, key: Option<Secret>) -> Self {
        Self {
            id: "openai".into(),
            wire,
            base_url: base_url.into(),
            path: None,
            models_path: None,
            query: Vec::new(),
            headers: Vec::new(),
            key,
            key_style: KeyStyle::Bearer,
            key_hint: "OPENAI_API_KEY".into(),
            base_url_hint: "OPENAI_BASE_URL".into(),
            quirks: Quirks::default(),
            network: Network::default(),
            connect_timeout: Self::CONNECT_TIMEOUT,
            headers_timeout: Self::HEADERS_TIMEOUT,
            idle_timeout: Self::IDLE_TIMEOUT,
            total_timeout: Self::TOTAL_TIMEOUT,
            min_interval: Duration::ZERO,
        }
    }

    /// Who makes what is opaque: it goes back to nobody else.
    #[must_use]
    pub fn origin(&self) -> Arc<str> {
        Arc::from(format!("{}/{}", self.id, self.wire.word()))
    }
}
