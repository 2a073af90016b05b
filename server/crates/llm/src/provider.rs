//! Which provider a model's name means, and what is needed to reach it.
use std::time::Duration;

use crate::{ModelError, ModelErrorKind, Secret};

/// How to reach a provider. The time limits are settings with these defaults.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// For example `https://api.openai.com/v1`; with the version, without a path of a method.
    pub base_url: String,
    /// The key; local servers often need none.
    pub api_key: Option<Secret>,
    /// Where the user sets the key, for messages.
    pub key_hint: String,
    /// Where the user sets the base URL, for messages.
    pub base_url_hint: String,
    /// How long connecting may take, TLS included.
    pub connect_timeout: Duration,
    /// How long from the request's start to the response's headers.
    pub headers_timeout: Duration,
    /// How long the stream may stay silent.
    pub idle_timeout: Duration,
}

impl ProviderConfig {
    /// The default of `base_url`.
    pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";
    /// The default of `connect_timeout`.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
    /// The default of `headers_timeout`. A local model may think long over a long prompt
    /// before its first byte.
    pub const HEADERS_TIMEOUT: Duration = Duration::from_secs(300);
    /// The default of `idle_timeout`.
    pub const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

    /// The default time limits and hints with this base URL and key.
    #[must_use]
    pub fn new(base_url: impl Into<String>, api_key: Option<Secret>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key,
            key_hint: "OPENAI_API_KEY".into(),
            base_url_hint: "OPENAI_BASE_URL".into(),
            connect_timeout: Self::CONNECT_TIMEOUT,
            headers_timeout: Self::HEADERS_TIMEOUT,
            idle_timeout: Self::IDLE_TIMEOUT,
        }
    }
}

/// A provider that this version can talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// OpenAI's Chat Completions, at OpenAI or any compatible server.
    OpenAiChat,
}

impl Provider {
    /// The provider's id, as it stands before the slash of a model's name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::OpenAiChat => "openai",
        }
    }
}

/// Ids that mean a provider which this version cannot talk to yet.
const NOT_YET: [&str; 7] = [
    "openai-responses",
    "azure",
    "anthropic",
    "gemini",
    "vertex",
    "mistral",
    "github",
];

/// Takes `provider/model` apart. A name without a known provider before its first slash is
/// a model of provider `openai`, slashes and all, since compatible servers have such names.
///
/// # Errors
/// [`ModelErrorKind::NoModel`] if there is no name, or the provider is not supported.
pub fn parse_model(model: &str) -> Result<(Provider, &str), ModelError> {
    let model = model.trim();
    let (prefix, rest) = match model.split_once('/') {
        Some((prefix, rest)) => (Some(prefix), rest),
        None => (None, model),
    };
    let name = match prefix {
        Some("openai" | "openai-chat") => rest,
        Some(prefix) if NOT_YET.contains(&prefix) => {
            return Err(no_model(format!(
                "The provider `{prefix}` is not supported by this version. Choose a model of \
                 an OpenAI-compatible server, for example `openai/{rest}`."
            )));
        }
        Some(_) | None => model,
    };
    if name.is_empty() {
        return Err(no_model(
            "No model is chosen. Set ASIDE_MODEL, or `model` in the settings, for example to \
             `openai/gpt-4.1`."
                .into(),
        ));
    }
    Ok((Provider::OpenAiChat, name))
}

fn no_model(message: String) -> ModelError {
    ModelError {
        kind: ModelErrorKind::NoModel,
        message,
        status: None,
        request_id: None,
        retryable: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_a_provider() {
        for (model, name) in [
            ("openai/gpt-x", "gpt-x"),
            ("openai-chat/gpt-x", "gpt-x"),
            ("gpt-x", "gpt-x"),
            (" gpt-x ", "gpt-x"),
            ("meta-llama/Llama-3", "meta-llama/Llama-3"),
            ("openai/meta-llama/Llama-3", "meta-llama/Llama-3"),
            ("azureish/x", "azureish/x"),
        ] {
            let parsed = parse_model(model).unwrap();
            assert_eq!(parsed, (Provider::OpenAiChat, name), "{model}");
        }
    }

    #[test]
    fn names_that_mean_no_usable_model() {
        for (model, word) in [
            ("", "No model is chosen"),
            ("  ", "No model is chosen"),
            ("openai/", "No model is chosen"),
            ("anthropic/claude", "`anthropic` is not supported"),
            ("azure/x", "`azure` is not supported"),
            ("gemini/x", "`gemini` is not supported"),
            ("mistral/x", "`mistral` is not supported"),
            ("openai-responses/x", "`openai-responses` is not supported"),
        ] {
            let error = parse_model(model).unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::NoModel);
            assert!(error.message.contains(word), "{model}: {error}");
        }
    }
}
