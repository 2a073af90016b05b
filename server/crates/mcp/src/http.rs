//! Servers that are reached over streamable HTTP.
use std::collections::HashMap;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;

use crate::config::Http;
use crate::connection::StartError;
use crate::peer::Peer;
use crate::stdio::MAX_MESSAGE_BYTES;

/// How long a connection to a server may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Redirections of one request, all within one host.
pub(crate) const MAX_REDIRECTS: usize = 5;

/// A client without proxies of the user's own.
pub(crate) fn plain_client() -> Result<reqwest::Client, String> {
    // It fails if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
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
        .map_err(|error| format!("There is no HTTP client: {error}."))
}

/// The transport to a server.
pub(crate) async fn wire(
    to: &Http,
    host: &dyn Peer,
) -> Result<StreamableHttpClientTransport<reqwest::Client>, StartError> {
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
    let mut config = StreamableHttpClientTransportConfig::with_uri(to.url.clone());
    config.custom_headers = headers;
    config.allow_stateless = true;
    config.max_sse_event_size = MAX_MESSAGE_BYTES;
    Ok(StreamableHttpClientTransport::with_client(client, config))
}
