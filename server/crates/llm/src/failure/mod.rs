//! Failures of HTTP turned into sentences for the user.
use std::error::Error;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, Url};
use serde_json::Value;

use crate::{ModelError, ModelErrorKind, ProviderConfig, Secret};

mod words;

pub(crate) use words::filtered_categories;
use words::{Special, Words, in_one_line};

/// Bytes read of an error's body.
pub(crate) const MAX_ERROR_BODY: usize = 64 * 1024;
/// Characters of a request id or a `retry-after` that are kept.
const MAX_HEADER: usize = 128;
/// Bytes of a key, a header's value or a password from which on it is kept out of messages and
/// names: shorter ones are common words, and what people give to servers that want no key.
const MIN_SECRET: usize = 6;
/// How long an error's body may take; what came until then is used.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes errors of one provider. No text that leaves it holds a secret.
#[derive(Debug, Clone)]
pub(crate) struct Failures {
    /// Scheme, host, port and path of the base URL.
    place: String,
    /// Whether a key was sent.
    has_key: bool,
    /// What no message may hold.
    secrets: Vec<Secret>,
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
        let proxy = config.network.proxy.as_ref();
        let password = proxy.and_then(|proxy| {
            let proxy = Url::parse(proxy.expose()).ok()?;
            Secret::new(proxy.password()?)
        });
        let headers = config.headers.iter().map(|(_, value)| value);
        let secrets = config
            .key
            .iter()
            .chain(headers)
            .cloned()
            .chain(password)
            .chain(base.into_iter().flat_map(secrets_in))
            .filter(|secret| secret.expose().len() >= MIN_SECRET);
        Self {
            place,
            has_key: config.key.is_some(),
            secrets: secrets.collect(),
            key_hint: config.key_hint.clone(),
            base_url_hint: config.base_url_hint.clone(),
        }
    }

    /// An error of this kind with this message.
    pub(crate) fn error(&self, kind: ModelErrorKind, message: String) -> ModelError {
        ModelError {
            kind,
            message: self.redacted(message),
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
        let cause = in_one_line(&root_cause(error));
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
        self.described(status, &headers, &String::from_utf8_lossy(&body))
    }

    fn described(&self, status: u16, headers: &HeaderMap, body: &str) -> ModelError {
        let mut provider = self.words(body);
        if status == 402 {
            provider.special.get_or_insert(Special::NoQuota);
        }
        let kind = provider.kind_at(kind_of(status));
        let said = format!(" (HTTP {status}{})", provider.quoted());
        let message = match self.special(kind, &provider, &said) {
            Some(message) => message,
            None => self.plain(kind, status, headers, &said),
        };
        let mut error = self.error(kind, message);
        error.status = Some(status);
        error.retryable = match should_retry(headers) {
            Some(retryable) => retryable,
            None => provider.is_retryable(kind),
        };
        error.retry_after = retry_after(headers).or(provider.retry_after);
        let id = self.request_id(headers).or(provider.request_id);
        self.identified(error, id)
    }

    /// The message of a failure that has no special one.
    fn plain(&self, kind: ModelErrorKind, status: u16, headers: &HeaderMap, said: &str) -> String {
        let place = &self.place;
        match (kind, status) {
            (ModelErrorKind::Auth, _) if !self.has_key => format!(
                "The model server at {place} wants an API key{said}. Set {}.",
                self.key_hint
            ),
            (ModelErrorKind::Auth, 403) => format!(
                "The model server at {place} refuses access{said}. Check {} and what it allows.",
                self.key_hint
            ),
            (ModelErrorKind::Auth, _) => format!(
                "The model server at {place} refuses the API key{said}. Check {}.",
                self.key_hint
            ),
            (ModelErrorKind::RateLimited, _) => format!(
                "The model server at {place} limits the rate{said}. {}",
                match self.header(headers, RETRY_AFTER.as_str()) {
                    Some(after) if after.bytes().all(|byte| byte.is_ascii_digit()) =>
                        format!("Try again after {after} s."),
                    Some(after) => format!("Try again after {after}."),
                    None => "Try again later.".into(),
                }
            ),
            (_, 407) => format!(
                "A proxy on the way to {place} wants to know who asks{said}. Set providers.proxy to \
                 its URL with a user name and a password."
            ),
            (_, 404) => format!(
                "The model server at {place} does not know the model or the address{said}. Check \
                 the model's name and {}.",
                self.base_url_hint
            ),
            (_, 300..=399) => format!(
                "The model server at {place} redirects elsewhere (HTTP {status}), which is not \
                 followed. Set {} to the address that it names{}.",
                self.base_url_hint,
                self.header(headers, "location")
                    .map_or_else(String::new, |to| format!(": {to}"))
            ),
            (ModelErrorKind::Provider, _) => {
                format!("The model server at {place} failed{said}. Try again later.")
            }
            (_, _) => format!("The model server at {place} rejects the request{said}."),
        }
    }

    /// The message of a failure that wants something else of the user than others do.
    fn special(&self, kind: ModelErrorKind, provider: &Words, said: &str) -> Option<String> {
        let place = &self.place;
        if kind == ModelErrorKind::ContextFull {
            return Some(format!(
                "The conversation is too long for the model at {place}{said}. Begin a new session, \
                 or choose a model with a larger context window."
            ));
        }
        Some(match provider.special.as_ref()? {
            Special::NoQuota => {
                format!(
                    "The account at {place} has no quota left{said}. Check its plan and its credit."
                )
            }
            Special::Filtered(categories) => {
                let found = match categories.as_slice() {
                    [] => String::new(),
                    some => format!(" It found: {}.", some.join(", ")),
                };
                format!(
                    "The content filter of the model server at {place} refuses the request{said}.\
                     {found} Say it in other words."
                )
            }
            Special::BadAnswer => format!(
                "The model at {place} wrote what its own server cannot take{said}. Try again."
            ),
        })
    }

    /// An error that the provider sent in a stream or in place of an answer.
    pub(crate) fn provider(&self, body: &str) -> ModelError {
        let provider = self.words(body);
        let kind = match provider.status.map(kind_of).or(provider.kind) {
            Some(kind) => provider.kind_at(kind),
            None => ModelErrorKind::Provider,
        };
        let said = match provider.text.trim_end_matches('.') {
            "" => String::new(),
            text => format!(" ({text})"),
        };
        let message = match self.special(kind, &provider, &said) {
            Some(message) => message,
            None => format!(
                "The model server at {} sent an error{}.",
                self.place,
                provider.quoted()
            ),
        };
        let mut error = self.error(kind, message);
        error.status = provider.status;
        error.retryable = provider.is_retryable(kind);
        error.retry_after = provider.retry_after;
        self.identified(error, provider.request_id)
    }

    /// The error with the provider's id of the request, also in its message: the provider asks
    /// for it. An id that it has already stays.
    pub(crate) fn identified(&self, mut error: ModelError, id: Option<String>) -> ModelError {
        if error.request_id.is_some() {
            return error;
        }
        if let Some(id) = &id
            && !error.message.contains(id)
        {
            error.message.push_str(&format!(" Request id: {id}."));
        }
        error.request_id = id;
        error
    }

    /// The value of `x-request-id`, or of what else providers call it.
    pub(crate) fn request_id(&self, headers: &HeaderMap) -> Option<String> {
        let names = ["x-request-id", "request-id", "apim-request-id", "cf-ray"];
        names.iter().find_map(|name| self.header(headers, name))
    }

    /// The beginning of a header, without secrets.
    fn header(&self, headers: &HeaderMap, name: &str) -> Option<String> {
        let value = self.redacted(header(headers, name)?.to_owned());
        Some(value.chars().take(MAX_HEADER).collect())
    }

    /// The provider's words. Secrets are taken out before anything is cut, lest half of one stay,
    /// and of JSON after it was written anew, since what is escaped would not be found.
    fn words(&self, body: &str) -> Words {
        let anew = serde_json::from_str::<Value>(body).map(|json| json.to_string());
        Words::of_body(&self.redacted(anew.unwrap_or_else(|_| body.to_owned())))
    }

    /// The text without secrets.
    pub(crate) fn redacted(&self, text: String) -> String {
        self.secrets
            .iter()
            .fold(text, |text, secret| secret.redact(&text))
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
        413 => ModelErrorKind::ContextFull,
        408 => ModelErrorKind::Timeout,
        429 => ModelErrorKind::RateLimited,
        // A conflict with another request is over soon: the providers' own clients try again.
        409 | 500.. => ModelErrorKind::Provider,
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

impl Words {
    /// The kind of failure, where the status alone says `kind`: servers say 400 or 500 to much.
    fn kind_at(&self, kind: ModelErrorKind) -> ModelErrorKind {
        if let Some(Special::Filtered(_)) = self.special {
            return ModelErrorKind::Rejected;
        }
        // It says something of the account, not of the request, so another provider may answer.
        if self.special == Some(Special::NoQuota) && kind == ModelErrorKind::Rejected {
            return ModelErrorKind::RateLimited;
        }
        match (kind, self.kind) {
            (
                ModelErrorKind::Rejected | ModelErrorKind::Provider,
                Some(ModelErrorKind::ContextFull),
            ) => ModelErrorKind::ContextFull,
            (ModelErrorKind::Rejected, Some(ModelErrorKind::Auth)) => ModelErrorKind::Auth,
            (kind, _) => kind,
        }
    }

    fn is_retryable(&self, kind: ModelErrorKind) -> bool {
        match self.special {
            Some(Special::NoQuota | Special::Filtered(_)) => false,
            Some(Special::BadAnswer) => true,
            None => is_retryable(kind),
        }
    }
}

/// What the provider says of it, where it says anything.
fn should_retry(headers: &HeaderMap) -> Option<bool> {
    header(headers, "x-should-retry")?.parse().ok()
}

/// How long the provider asks to wait. A date in `retry-after` is not read: clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str, per_second: f64| {
        let value: f64 = header(headers, name)?.parse().ok()?;
        Duration::try_from_secs_f64(value / per_second).ok()
    };
    number("retry-after-ms", 1000.0).or_else(|| number(RETRY_AFTER.as_str(), 1.0))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then_some(value)
}

/// What may be secret of a URL: the password, and what stands in its query.
fn secrets_in(url: &Url) -> Vec<Secret> {
    let password = url.password().map(str::to_owned);
    let queries = url.query_pairs().map(|(_, value)| value.into_owned());
    let texts = password.into_iter().chain(queries);
    texts.filter_map(|text| Secret::new(&text)).collect()
}

/// The innermost cause: the outer ones say what the sentence around it says already.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
