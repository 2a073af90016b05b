//! The HTTP client of one provider: made at first use, as lean as its URL allows.
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, Response, Url, redirect};
use tokio::sync::OnceCell;

use crate::failure::Failures;
use crate::{ModelError, ModelErrorKind, ProviderConfig};

/// Idle connections kept for reuse.
pub(crate) const MAX_IDLE_CONNECTIONS: usize = 4;
/// How long an idle connection is kept; servers commonly close theirs after a minute.
pub(crate) const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(55);
/// Sent as `user-agent`.
const USER_AGENT: &str = concat!("aside/", env!("CARGO_PKG_VERSION"));

/// What the wire formats need of HTTP.
pub(crate) struct Http {
    pub(crate) config: ProviderConfig,
    pub(crate) failures: Failures,
    /// The base URL, or why there is none.
    base: Result<Url, ModelError>,
    client: OnceCell<Client>,
}

impl Http {
    /// Checks the base URL but makes no client yet. A bad URL is told at the first request.
    pub(crate) fn new(config: ProviderConfig) -> Self {
        let base = parse_base(&config.base_url);
        let failures = Failures::new(&config, base.as_ref().ok());
        let base = base.map_err(|why| {
            failures.error(
                ModelErrorKind::NoModel,
                format!(
                    "The base URL is not usable: {why}. Set {} to a URL such as {}.",
                    config.base_url_hint,
                    ProviderConfig::DEFAULT_BASE_URL
                ),
            )
        });
        Self {
            config,
            failures,
            base,
            client: OnceCell::new(),
        }
    }

    /// Whether requests go to OpenAI itself.
    pub(crate) fn is_openai(&self) -> bool {
        let host = self.base.as_ref().ok().and_then(Url::host_str);
        host == Some("api.openai.com")
    }

    /// Sends a POST with a JSON body to a path under the base URL and waits for headers.
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Result<Response, ModelError> {
        let mut request = self.request(Method::POST, path)?;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        *request.body_mut() = Some(body.into());
        self.send(request, self.config.headers_timeout).await
    }

    /// Sends a GET to a path under the base URL and waits for headers.
    pub(crate) async fn get(&self, path: &str, limit: Duration) -> Result<Response, ModelError> {
        let mut request = self.request(Method::GET, path)?;
        let accept = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, accept);
        self.send(request, limit).await
    }

    fn request(&self, method: Method, path: &str) -> Result<Request, ModelError> {
        let mut url = self.base.as_ref().map_err(Clone::clone)?.clone();
        let full = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&full);
        let mut request = Request::new(method, url);
        if let Some(key) = &self.config.api_key {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", key.expose())).map_err(|_| {
                    self.failures.error(
                        ModelErrorKind::Auth,
                        format!(
                            "The API key holds characters that cannot be sent. Check {}.",
                            self.config.key_hint
                        ),
                    )
                })?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(request)
    }

    async fn send(&self, request: Request, limit: Duration) -> Result<Response, ModelError> {
        let client = self.client().await?;
        match tokio::time::timeout(limit, client.execute(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(self.failures.network(&error)),
            Err(_elapsed) => Err(self.failures.timeout("did not begin to answer", limit)),
        }
    }

    async fn client(&self) -> Result<&Client, ModelError> {
        self.client
            .get_or_try_init(|| async {
                let base = self.base.as_ref().map_err(Clone::clone)?.clone();
                let limit = self.config.connect_timeout;
                if base.scheme() == "http" {
                    return build(&base, limit).map_err(|error| self.failures.network(&error));
                }
                // Loading the platform's certificates reads files, some hundreds of them.
                match tokio::task::spawn_blocking(move || build(&base, limit)).await {
                    Ok(built) => built.map_err(|error| self.failures.network(&error)),
                    Err(_) => Err(self.failures.error(
                        ModelErrorKind::Network,
                        "The HTTP client could not be set up.".into(),
                    )),
                }
            })
            .await
    }
}

fn parse_base(base_url: &str) -> Result<Url, String> {
    let mut url = Url::parse(base_url.trim()).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}` is neither http nor https", url.scheme()));
    }
    // Some copy the address of the method from a server's documentation.
    let path = url.path().trim_end_matches('/');
    if let Some(base) = path.strip_suffix("/chat/completions") {
        let base = base.to_owned();
        url.set_path(&base);
    }
    Ok(url)
}

fn build(base: &Url, connect_timeout: Duration) -> reqwest::Result<Client> {
    // It fails if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::with_capacity(1);
    headers.insert(
        reqwest::header::USER_AGENT,
        HeaderValue::from_static(USER_AGENT),
    );
    let mut builder = Client::builder()
        .default_headers(headers)
        .connect_timeout(connect_timeout)
        .http1_only()
        .tcp_nodelay(true)
        .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_CONNECTION_TIMEOUT)
        .referer(false)
        // A redirect would carry the conversation, and perhaps the key, to somewhere else.
        .redirect(redirect::Policy::none());
    if base.scheme() == "http" {
        // No TLS will happen: the platform's certificates need not be loaded.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    builder.build()
}

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
