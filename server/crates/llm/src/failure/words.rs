//! What a provider says went wrong: its words, and what they tell.
use std::time::Duration;

use serde_json::Value;

use crate::ModelErrorKind;

/// Characters of the provider's own words that are shown.
const MAX_WORDS: usize = 600;
/// Entries of lists in an error that are looked at.
const MAX_ENTRIES: usize = 32;

/// What a provider says went wrong.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words {
    /// In one line.
    pub(super) text: String,
    /// A status that the body names.
    pub(super) status: Option<u16>,
    /// What kind of failure the words tell of, where that is plain.
    pub(super) kind: Option<ModelErrorKind>,
    /// What makes this failure a special one.
    pub(super) special: Option<Special>,
    /// The provider's id of the request.
    pub(super) request_id: Option<String>,
    /// How long the provider asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// Failures that are told in words of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Special {
    /// The account is out of money, so that waiting does not help.
    NoQuota,
    /// A filter refuses what was asked; the categories that it found.
    Filtered(Vec<String>),
    /// The model wrote something that the server could not take: it may do better next time.
    BadAnswer,
}

impl Words {
    /// Finds the words in a body: JSON in the shapes that servers use, a page, or plain text.
    pub(super) fn of_body(body: &str) -> Self {
        let body = body.trim();
        let Ok(json) = serde_json::from_str::<Value>(body) else {
            let text = in_one_line(title(body).unwrap_or(body));
            return Self {
                kind: kind_of_text(&text),
                special: special_of_text(&text),
                text,
                ..Self::default()
            };
        };
        // Some servers put the object into an array.
        let json = json.get(0).unwrap_or(&json);
        let error = json.get("error").unwrap_or(json);
        let text = ["message", "detail", "error", "msg"]
            .iter()
            .find_map(|name| error.get(name).or_else(|| json.get(name)))
            .unwrap_or(error);
        let mut text = match text {
            Value::String(text) => in_one_line(text),
            other => in_one_line(&other.to_string()),
        };
        if let Some(inner) = inner_text(error).filter(|inner| !text.contains(inner)) {
            text = in_one_line(&format!("{}: {inner}", text.trim_end_matches('.')));
        }
        let codes: Vec<&Value> = [
            error.get("code"),
            error.get("type"),
            error.get("status"),
            error.pointer("/innererror/code"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let named: Vec<String> = codes
            .iter()
            .filter_map(|code| Some(code.as_str()?.to_ascii_lowercase()))
            .collect();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        Self {
            status: codes
                .iter()
                .filter_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
                .find_map(|code| u16::try_from(code).ok().filter(|s| (400..600).contains(s))),
            kind: kind_of_text(&text).or_else(|| named.iter().find_map(|name| kind_of_name(name))),
            special: special(&named, error).or_else(|| special_of_text(&text)),
            request_id: json
                .get("request_id")
                .and_then(Value::as_str)
                .map(in_one_line),
            retry_after: retry_delay(error),
            text,
        }
    }

    /// The words after a colon, for the end of a clause; nothing if there are none.
    pub(super) fn quoted(&self) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        format!(": {}", self.text.trim_end_matches('.'))
    }
}

/// What OpenRouter passes on of the words of the provider behind it.
fn inner_text(error: &Value) -> Option<String> {
    let raw = error.pointer("/metadata/raw")?;
    let parsed;
    let inner = match raw {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(json) => {
                parsed = json;
                &parsed
            }
            Err(_) => return Some(in_one_line(text)).filter(|text| !text.is_empty()),
        },
        other => other,
    };
    let inner = inner.get("error").unwrap_or(inner);
    let text = inner.get("message").unwrap_or(inner).as_str()?;
    Some(in_one_line(text)).filter(|text| !text.is_empty())
}

/// The kind of failure that a code, a type or a status word stands for.
fn kind_of_name(name: &str) -> Option<ModelErrorKind> {
    Some(match name {
        "context_length_exceeded"
        | "exceed_context_size_error"
        | "tokens_limit_reached"
        | "model_max_prompt_tokens_exceeded"
        | "request_too_large" => ModelErrorKind::ContextFull,
        "rate_limit_error" | "rate_limit_exceeded" | "resource_exhausted" => {
            ModelErrorKind::RateLimited
        }
        "authentication_error"
        | "permission_error"
        | "invalid_api_key"
        | "unauthenticated"
        | "permission_denied" => ModelErrorKind::Auth,
        "invalid_request_error"
        | "invalid_argument"
        | "invalid_prompt"
        | "not_found"
        | "not_found_error"
        | "model_not_found"
        | "failed_precondition" => ModelErrorKind::Rejected,
        _ => return None,
    })
}

/// Parts of what servers say if a conversation is too long, in lower case. Most have no code
/// for it.
const TOO_LONG: &[&str] = &[
    // OpenAI, vLLM, DeepSeek, OpenRouter, Mistral.
    "maximum context length",
    "exceeds the context window",
    // xAI.
    "maximum prompt length",
    // Anthropic.
    "prompt is too long",
    "exceed context limit",
    // Google.
    "input token count",
    // llama.cpp and LM Studio.
    "exceeds the available context size",
    "context size exceeded",
    "greater than the context length",
    "loaded with context length of only",
    // Ollama.
    "exceeded max context length",
    "input length exceeds",
    // Moonshot, MiniMax, Groq and Cerebras.
    "exceeded model token limit",
    "context window exceeds limit",
    "reduce the length of the messages",
];

/// The kind of failure that the words tell of.
fn kind_of_text(text: &str) -> Option<ModelErrorKind> {
    let text = text.to_ascii_lowercase();
    if TOO_LONG.iter().any(|part| text.contains(part)) {
        return Some(ModelErrorKind::ContextFull);
    }
    // Google says so with status 400.
    text.contains("api key not valid")
        .then_some(ModelErrorKind::Auth)
}

/// What makes it a special one by its words alone: of an account without money Anthropic says no
/// more than that the request is invalid, with status 400.
/// <https://platform.claude.com/docs/en/api/errors>.
fn special_of_text(text: &str) -> Option<Special> {
    let text = text.to_ascii_lowercase();
    text.contains("credit balance is too low")
        .then_some(Special::NoQuota)
}

fn special(named: &[&str], error: &Value) -> Option<Special> {
    let is = |names: &[&str]| named.iter().any(|name| names.contains(name));
    if is(&[
        "insufficient_quota",
        "insufficient_balance",
        "billing_error",
    ]) {
        return Some(Special::NoQuota);
    }
    if is(&[
        "content_filter",
        "content_policy_violation",
        "responsibleaipolicyviolation",
    ]) {
        let found = error.pointer("/innererror/content_filter_result");
        return Some(Special::Filtered(
            found.map(filtered_categories).unwrap_or_default(),
        ));
    }
    // OpenRouter's moderation.
    if let Some(reasons) = error.pointer("/metadata/reasons").and_then(Value::as_array) {
        let reasons = reasons.iter().take(MAX_ENTRIES).filter_map(Value::as_str);
        return Some(Special::Filtered(reasons.map(in_one_line).collect()));
    }
    // Groq's words for a tool call or for JSON that it cannot take apart.
    is(&["tool_use_failed", "json_validate_failed"]).then_some(Special::BadAnswer)
}

/// The categories that a filter found, of an object such as
/// `{"hate": {"filtered": true, "severity": "high"}, "violence": {"filtered": false}}`.
/// <https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter>.
pub(crate) fn filtered_categories(results: &Value) -> Vec<String> {
    let is_filtered = |result: &Value| result.get("filtered") == Some(&Value::Bool(true));
    results
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, result)| is_filtered(result))
        .take(MAX_ENTRIES)
        .map(|(category, _)| in_one_line(&category.replace('_', " ")))
        .collect()
}

/// Google's `{"details": [{"@type": "….RetryInfo", "retryDelay": "34.5s"}]}`.
fn retry_delay(error: &Value) -> Option<Duration> {
    let details = error.get("details")?.as_array()?;
    let delay = details
        .iter()
        .take(MAX_ENTRIES)
        .find_map(|detail| detail.get("retryDelay"))?;
    let seconds = delay.as_str()?.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The text in one line, without control characters, cut to a length that can be read.
pub(super) fn in_one_line(text: &str) -> String {
    let mut line = String::new();
    // More is not looked at: only the beginning is shown.
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > MAX_WORDS {
            let cut = line.floor_char_boundary(MAX_WORDS);
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}

/// The title of a web page, or that it has none; `None` if the text is no page.
fn title(body: &str) -> Option<&str> {
    if !body.starts_with('<') {
        return None;
    }
    let lower = body.to_ascii_lowercase();
    let found = lower.find("<title").and_then(|open| {
        let start = open + lower[open..].find('>')? + 1;
        let end = start + lower[start..].find('<')?;
        Some(&body[start..end])
    });
    Some(found.unwrap_or("a web page without a title"))
}
