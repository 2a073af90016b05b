//! Failures of HTTP turned into sentences for the user.
use std::error::Error;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, Url};
use serde_json::Value;

use crate::{ModelError, ModelErrorKind, ProviderConfig, Secret};

/// Bytes read of an error's body.
pub(crate) const MAX_ERROR_BODY: usize = 64 * 1024;
/// Characters of the provider's own words that are shown.
const MAX_WORDS: usize = 600;
/// Characters of a request id or a `retry-after` that are kept.
const MAX_HEADER: usize = 128;
/// How long an error's body may take; what came until then is used.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes errors of one provider. No text that leaves it holds the key.
#[derive(Debug, Clone)]
pub(crate) struct Failures {
    /// Scheme, host, port and path of the base URL.
    place: String,
    key: Option<Secret>,
    key_hint: String,
    base_url_hint: String,
}

impl Failures {
    pub(crate) fn new(config: &ProviderConfig, base: Option<&Url>) -> Self {
        // A user name, a password or a query may be secret: they are not shown.
        let place = base.map_or_else(String::new, |base| {
            let host = base.host_str().unwrap_or_default();
            let port = base
                .port()
                .map_or_else(String::new, |port| format!(":{port}"));
            let path = base.path().trim_end_matches('/');
            format!("{}://{host}{port}{path}", base.scheme())
        });
        Self {
            place,
            key: config.key.clone(),
            key_hint: config.key_hint.clone(),
            base_url_hint: config.base_url_hint.clone(),
        }
    }

    /// An error of this kind with this message.
    pub(crate) fn error(&self, kind: ModelErrorKind, message: String) -> ModelError {
        let message = match &self.key {
            Some(key) => key.redact(&message),
            None => message,
        };
        ModelError {
            kind,
            message,
            status: None,
            request_id: None,
            retryable: is_retryable(kind),
            retry_after: None,
        }
    }

    /// A time limit passed. `what` says what the server did not do.
    pub(crate) fn timeout(&self, what: &str, limit: Duration) -> ModelError {
        self.error(
            ModelErrorKind::Timeout,
            format!(
                "The model server at {} {what} within {} s. Try again, or check that it works.",
                self.place,
                limit.as_secs_f32()
            ),
        )
    }

    /// The stream ended early or made no sense. `what` says which.
    pub(crate) fn truncated(&self, what: &str) -> ModelError {
        self.error(
            ModelErrorKind::Truncated,
            format!("{what} The model server is {}. Try again.", self.place),
        )
    }

    /// A request or a body failed below HTTP.
    pub(crate) fn network(&self, error: &reqwest::Error) -> ModelError {
        if error.is_connect() && error.is_timeout() {
            return self.error(
                ModelErrorKind::Timeout,
                format!(
                    "Connecting to the model server at {} took too long. Check {} and the network.",
                    self.place, self.base_url_hint
                ),
            );
        }
        let cause = words(&root_cause(error));
        if error.is_connect() {
            return self.error(
                ModelErrorKind::Network,
                format!(
                    "The model server at {} cannot be reached ({cause}). Check that it runs, and \
                     check {} and the network.",
                    self.place, self.base_url_hint
                ),
            );
        }
        if error.is_builder() {
            return self.error(
                ModelErrorKind::Network,
                format!("A connection to {} cannot be set up ({cause}).", self.place),
            );
        }
        self.error(
            ModelErrorKind::Network,
            format!(
                "The connection to the model server at {} broke ({cause}). Try again.",
                self.place
            ),
        )
    }

    /// A response whose status is not success; reads its body, within bounds.
    pub(crate) async fn status(&self, mut response: Response) -> ModelError {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let body = error_body(&mut response).await;
        let mut error = self.described(status, &headers, &String::from_utf8_lossy(&body));
        error.request_id = request_id(&headers);
        error
    }

    fn described(&self, status: u16, headers: &HeaderMap, body: &str) -> ModelError {
        let provider = self.words(body);
        let said = provider.quoted();
        let place = &self.place;
        let kind = kind_of(status);
        let message = match (kind, status) {
            (ModelErrorKind::Auth, _) if self.key.is_none() => format!(
                "The model server at {place} wants an API key (HTTP {status}{said}). Set {}.",
                self.key_hint
            ),
            (ModelErrorKind::Auth, _) => format!(
                "The model server at {place} refuses the API key (HTTP {status}{said}). Check {}.",
                self.key_hint
            ),
            (ModelErrorKind::RateLimited, _) if provider.no_quota => format!(
                "The account at {place} has no quota left (HTTP {status}{said}). Check its plan."
            ),
            (ModelErrorKind::RateLimited, _) => format!(
                "The model server at {place} limits the rate (HTTP {status}{said}). {}",
                match header(headers, RETRY_AFTER.as_str()) {
                    Some(after) if after.bytes().all(|byte| byte.is_ascii_digit()) =>
                        format!("Try again after {after} s."),
                    Some(after) => format!("Try again after {after}."),
                    None => "Try again later.".into(),
                }
            ),
            (_, 404) => format!(
                "The model server at {place} does not know the model or the address \
                 (HTTP 404{said}). Check the model's name and {}.",
                self.base_url_hint
            ),
            (_, 300..=399) => format!(
                "The model server at {place} redirects elsewhere (HTTP {status}), which is not \
                 followed. Set {} to the address that it names{}.",
                self.base_url_hint,
                header(headers, "location").map_or_else(String::new, |to| format!(": {to}"))
            ),
            (ModelErrorKind::Provider, _) => format!(
                "The model server at {place} failed (HTTP {status}{said}). Try again later."
            ),
            (_, _) => {
                format!("The model server at {place} rejects the request (HTTP {status}{said}).")
            }
        };
        let mut error = self.error(kind, message);
        error.status = Some(status);
        error.retryable &= !provider.no_quota;
        error.retry_after = retry_after(headers);
        error
    }

    /// An error that the provider sent in a stream or in place of an answer.
    pub(crate) fn provider(&self, body: &str) -> ModelError {
        let provider = self.words(body);
        let kind = match provider.status.map(kind_of) {
            Some(kind) => kind,
            None => ModelErrorKind::Provider,
        };
        let mut error = self.error(
            kind,
            format!(
                "The model server at {} sent an error{}.",
                self.place,
                provider.quoted()
            ),
        );
        error.status = provider.status;
        error.retryable &= !provider.no_quota;
        error
    }

    /// The provider's words. The key is taken out before anything is cut, lest half of it stay.
    fn words(&self, body: &str) -> Words {
        match &self.key {
            Some(key) => Words::of_body(&key.redact(body)),
            None => Words::of_body(body),
        }
    }

    /// A web page came where an answer should be.
    pub(crate) fn web_page(&self, page: &str) -> ModelError {
        self.error(
            ModelErrorKind::Rejected,
            format!(
                "A web page came from {} instead of an answer{}. Check {} (it commonly ends in \
                 /v1) and any proxy in between.",
                self.place,
                self.words(page).quoted(),
                self.base_url_hint
            ),
        )
    }
}

/// The value of `x-request-id`, or of what else providers call it.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-request-id", "request-id", "apim-request-id", "cf-ray"]
        .iter()
        .find_map(|name| header(headers, name))
}

/// Reads what there is of an error's body, within its bounds of bytes and time.
pub(crate) async fn error_body(response: &mut Response) -> Vec<u8> {
    let mut body = Vec::new();
    let read = async {
        while body.len() < MAX_ERROR_BODY {
            let Ok(Some(bytes)) = response.chunk().await else {
                return;
            };
            let room = MAX_ERROR_BODY - body.len();
            body.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    };
    // A body that is late or broken off is used as far as it came.
    let _ = tokio::time::timeout(ERROR_BODY_TIMEOUT, read).await;
    body
}

fn kind_of(status: u16) -> ModelErrorKind {
    match status {
        401 | 403 => ModelErrorKind::Auth,
        408 => ModelErrorKind::Timeout,
        429 => ModelErrorKind::RateLimited,
        500.. => ModelErrorKind::Provider,
        _ => ModelErrorKind::Rejected,
    }
}

fn is_retryable(kind: ModelErrorKind) -> bool {
    match kind {
        ModelErrorKind::RateLimited
        | ModelErrorKind::Provider
        | ModelErrorKind::Network
        | ModelErrorKind::Timeout
        | ModelErrorKind::Truncated => true,
        ModelErrorKind::NoModel
        | ModelErrorKind::Auth
        | ModelErrorKind::Rejected
        | ModelErrorKind::ContextFull => false,
    }
}

/// How long the provider asks to wait. A date in `retry-after` is not read: clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str, per_second: f64| {
        let value: f64 = header(headers, name)?.parse().ok()?;
        Duration::try_from_secs_f64(value / per_second).ok()
    };
    number("retry-after-ms", 1000.0).or_else(|| number(RETRY_AFTER.as_str(), 1.0))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.chars().take(MAX_HEADER).collect())
}

/// The innermost cause: the outer ones say what the sentence around it says already.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// What a provider says went wrong.
#[derive(Debug, Default, PartialEq)]
struct Words {
    text: String,
    /// A status that the body names.
    status: Option<u16>,
    /// The account is out of money, so that waiting does not help.
    no_quota: bool,
}

impl Words {
    /// Finds the words in a body: JSON in the shapes that servers use, a page, or plain text.
    fn of_body(body: &str) -> Self {
        let body = body.trim();
        let Ok(json) = serde_json::from_str::<Value>(body) else {
            return Self {
                text: words(title(body).unwrap_or(body)),
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
        let codes: Vec<&Value> = ["code", "type", "status"]
            .iter()
            .filter_map(|name| error.get(name))
            .collect();
        Self {
            text: match text {
                Value::String(text) => words(text),
                other => words(&other.to_string()),
            },
            status: codes
                .iter()
                .filter_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
                .find_map(|code| u16::try_from(code).ok().filter(|s| (400..600).contains(s))),
            no_quota: codes.iter().any(|code| *code == "insufficient_quota"),
        }
    }

    /// The words after a colon, for the end of a clause; nothing if there are none.
    fn quoted(&self) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        format!(": {}", self.text.trim_end_matches('.'))
    }
}

/// The text in one line, without control characters, cut to a length that can be read.
fn words(text: &str) -> String {
    let mut words = String::new();
    // More is not looked at: only the beginning is shown.
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
    {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > MAX_WORDS {
            let cut = words.floor_char_boundary(MAX_WORDS);
            words.truncate(cut);
            words.push('…');
            break;
        }
    }
    words
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
