//! Servers that are reached over streamable HTTP.
use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use rmcp::transport::auth::AuthError;
use rmcp::transport::streamable_http_client::{
    AuthRequiredError, InsufficientScopeError, StreamableHttpClientTransportConfig,
    StreamableHttpError,
};
use rmcp::transport::{AuthClient, StreamableHttpClientTransport};
use tracing::warn;

use crate::config::Http;
use crate::connection::{MAX_REASON_BYTES, StartError};
use crate::login;
use crate::peer::Peer;
use crate::result::cut;
use crate::stdio::MAX_MESSAGE_BYTES;
use crate::vault::Vault;

/// How long a connection to a server may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Redirections of one request, all within one host.
pub(crate) const MAX_REDIRECTS: usize = 5;

/// Bytes of a media type in a message.
const MAX_KIND_BYTES: usize = 60;

/// A provider of cryptography is there for all clients from now on.
pub(crate) fn prepare() {
    // It fails if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client without proxies of the user's own.
pub(crate) fn plain_client() -> Result<reqwest::Client, String> {
    prepare();
    let within_host = Policy::custom(|attempt| {
        let from = attempt.previous().last().map(reqwest::Url::origin);
        if attempt.previous().len() > MAX_REDIRECTS || from != Some(attempt.url().origin()) {
            return attempt.stop();
        }
        attempt.follow()
    });
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(within_host)
        .build()
        .map_err(|_| "The HTTP client could not be set up.".to_owned())
}

/// What a server's tokens are kept by: its URL without anything secret. Tokens for one URL are
/// never sent to another.
pub(crate) fn key(url: &str) -> String {
    let Ok(mut url) = reqwest::Url::parse(url) else {
        return String::new();
    };
    url.set_query(None);
    url.set_fragment(None);
    // It fails for URLs that cannot have them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// The transport to a server.
pub(crate) async fn wire(
    to: &Http,
    host: &dyn Peer,
    vault: &Vault,
) -> Result<StreamableHttpClientTransport<AuthClient<reqwest::Client>>, StartError> {
    prepare();
    let client = host.http_client().map_err(StartError::Reason)?;
    let mut headers = HashMap::new();
    for (name, value) in &to.headers {
        let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
        else {
            let reason = format!("Its header `{name}` cannot be sent. Correct it.");
            return Err(StartError::Reason(reason));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let unusable = |_| StartError::Reason("Its login cannot be set up.".to_owned());
    let mut manager = login::manager(to, vault).await.map_err(unusable)?;
    // Without what is kept, the server is asked without a token and says so.
    if let Err(error) = manager.initialize_from_store().await {
        warn!("a kept login cannot be used: {}", chain(&error, to));
    }
    let client = AuthClient::new(client, manager);
    let mut config = StreamableHttpClientTransportConfig::with_uri(to.url.clone());
    config.custom_headers = headers;
    config.allow_stateless = true;
    config.max_sse_event_size = MAX_MESSAGE_BYTES;
    Ok(StreamableHttpClientTransport::with_client(client, config))
}

/// What went wrong and why, without the server's URL, which may hold secrets.
pub(crate) fn chain(error: &(dyn Error + 'static), to: &Http) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let of_transport = error.downcast_ref::<StreamableHttpError<reqwest::Error>>();
        if let Some(answer) = of_transport.and_then(answer) {
            said.push(answer);
            break;
        }
        let inner = match of_transport {
            Some(StreamableHttpError::Client(inner)) => Some(inner),
            _ => error.downcast_ref::<reqwest::Error>(),
        };
        if let Some(inner) = inner {
            // Its own text names the URL; what is beneath says what happened.
            if let Some(status) = inner.status() {
                said.push(format!("it answers with status {}", status.as_u16()));
            }
            next = inner.source();
            continue;
        }
        let text = error.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    let mut text = said.join(": ");
    let normal = reqwest::Url::parse(&to.url).map(String::from);
    for url in [normal.unwrap_or_default(), to.url.clone()] {
        if !url.is_empty() {
            text = text.replace(&url, "its URL");
        }
    }
    cut(&text, MAX_REASON_BYTES)
}

/// What the server answered in place of messages, if it answered.
fn answer(error: &StreamableHttpError<reqwest::Error>) -> Option<String> {
    let status = match error {
        StreamableHttpError::UnexpectedContentType(kind) => {
            let kind = kind.as_deref().unwrap_or("nothing");
            let kind = cut(kind, MAX_KIND_BYTES);
            return Some(format!(
                "it answers with `{kind}`, which is no message; check its URL"
            ));
        }
        StreamableHttpError::HttpStatus(error) => error.status,
        StreamableHttpError::UnexpectedServerResponse(said) => {
            let Some(said) = said.strip_prefix("HTTP ") else {
                return Some("it answers with what is no message; check its URL".to_owned());
            };
            said.get(..3)?.parse().ok()?
        }
        _ => return None,
    };
    let hint = match status {
        300..=399 => ", as its URL leads elsewhere; use the one it leads to",
        403 => ", so it does not let you in; check its headers",
        404 => ", so nothing is at its URL",
        405 => ", so perhaps it only speaks the old transport of SSE, which is not supported here",
        _ => "",
    };
    Some(format!("it answers with HTTP {status}{hint}"))
}

/// Whether the server is gone, or does not know this connection any more, so that another is to be
/// made.
pub(crate) fn is_lost(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<StreamableHttpError<reqwest::Error>>() {
            Some(StreamableHttpError::Client(inner)) => return inner.is_connect(),
            // Some answer 400 to a session that they do not know, and not 404 as they should.
            Some(StreamableHttpError::UnexpectedServerResponse(said)) => {
                return said.starts_with("HTTP 400") || said.starts_with("HTTP 404");
            }
            Some(
                StreamableHttpError::SessionExpired
                | StreamableHttpError::SessionRecoveryTimeout
                | StreamableHttpError::ReinitializationFailed(_)
                | StreamableHttpError::TransportChannelClosed,
            ) => return true,
            Some(_) | None => {}
        }
        next = error.source();
    }
    false
}

/// The challenge of a server that wants a login, if that is what went wrong.
pub(crate) fn challenge(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(auth) = error.downcast_ref::<AuthRequiredError>() {
            return Some(auth.www_authenticate_header.clone());
        }
        if let Some(auth) = error.downcast_ref::<InsufficientScopeError>() {
            return Some(auth.www_authenticate_header.clone());
        }
        // Some servers do not say how to log in; it is found out as for those that do.
        if let Some(StreamableHttpError::UnexpectedServerResponse(said)) =
            error.downcast_ref::<StreamableHttpError<reqwest::Error>>()
            && said.starts_with("HTTP 401")
        {
            return Some(String::new());
        }
        if let Some(AuthError::AuthorizationRequired) = error.downcast_ref::<AuthError>() {
            return Some(String::new());
        }
        next = error.source();
    }
    None
}
