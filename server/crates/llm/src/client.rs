//! The HTTP client of one provider: made at first use, as lean as its URL allows.
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Request, Response, Url, redirect};
use tokio::sync::OnceCell;

use crate::failure::{Failures, root_cause};
use crate::pacer::Pacer;
use crate::{KeyStyle, ModelError, ModelErrorKind, Network, ProviderConfig, network, wire};

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
    pacer: Pacer,
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
                    ProviderConfig::OPENAI_BASE_URL
                ),
            )
        });
        Self {
            config,
            failures,
            base,
            client: OnceCell::new(),
            pacer: Pacer::default(),
        }
    }

    /// Sends a POST with a JSON body to where the wire format wants it, and waits for headers.
    pub(crate) async fn post(&self, model: &str, body: Vec<u8>) -> Result<Response, ModelError> {
        let wire = self.config.wire;
        let path = self.config.path.as_deref().unwrap_or(wire.path());
        self.post_to(path, model, wire::query(wire), "text/event-stream", body)
            .await
    }

    /// Sends a POST with a JSON body to this path, in which `{model}` stands for the model's
    /// name, and waits for headers.
    pub(crate) async fn post_to(
        &self,
        path: &str,
        model: &str,
        query: &[(&str, &str)],
        accept: &'static str,
        body: Vec<u8>,
    ) -> Result<Response, ModelError> {
        let path = match path.contains("{model}") {
            true => path.replace("{model}", &self.encoded(model)?),
            false => path.to_owned(),
        };
        let mut request = self.request(Method::POST, &path)?;
        if !query.is_empty() {
            request.url_mut().query_pairs_mut().extend_pairs(query);
        }
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        *request.body_mut() = Some(body.into());
        self.pacer.wait(self.config.min_interval).await;
        self.send(request, self.config.headers_timeout).await
    }

    /// Asks for the list of models and waits for headers.
    pub(crate) async fn get(&self, limit: Duration) -> Result<Response, ModelError> {
        let path = self.config.models_path.as_deref();
        let path = path.unwrap_or(self.config.wire.models_path());
        let mut request = self.request(Method::GET, path)?;
        let wanted = wire::models_query(self.config.wire);
        if !wanted.is_empty() {
            request.url_mut().query_pairs_mut().extend_pairs(wanted);
        }
        let accept = HeaderValue::from_static("application/json");
        request.headers_mut().insert(ACCEPT, accept);
        self.send(request, limit).await
    }

    fn request(&self, method: Method, path: &str) -> Result<Request, ModelError> {
        let config = &self.config;
        let mut url = self.base.as_ref().map_err(Clone::clone)?.clone();
        let full = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&full);
        if !config.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&config.query);
        }
        let mut request = Request::new(method, url);
        let headers = request.headers_mut();
        for (name, value) in wire::headers(config.wire) {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        for (name, value) in &config.headers {
            let (name, mut value) = self.header(name, value.expose())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        if let Some(key) = &config.key {
            let (name, value) = match config.key_style {
                KeyStyle::Bearer => (AUTHORIZATION, format!("Bearer {}", key.expose())),
                KeyStyle::Header(name) => (HeaderName::from_static(name), key.expose().to_owned()),
            };
            let mut value = HeaderValue::from_str(&value).map_err(|_| {
                self.failures.error(
                    ModelErrorKind::Auth,
                    format!(
                        "The API key holds characters that cannot be sent. Check {}.",
                        config.key_hint
                    ),
                )
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(request)
    }

    /// The model's name as a piece of a URL's path; slashes stay, since some names have them. A
    /// name that would lead to another place than that of the models is none.
    fn encoded(&self, model: &str) -> Result<String, ModelError> {
        if model
            .split('/')
            .any(|piece| matches!(piece, "" | "." | ".."))
        {
            return Err(self.failures.error(
                ModelErrorKind::NoModel,
                format!("{model:?} cannot be the name of a model. Choose another one."),
            ));
        }
        Ok(encoded(model))
    }

    fn header(&self, name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ModelError> {
        let header = name.parse::<HeaderName>().ok().zip(value.parse().ok());
        header.ok_or_else(|| {
            self.failures.error(
                ModelErrorKind::NoModel,
                format!(
                    "The header {name:?} in the settings of provider `{}` cannot be sent. Correct \
                     its name or its value.",
                    self.config.id
                ),
            )
        })
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
                let network = self.config.network.clone();
                let failed = |error: BuildError| match error {
                    BuildError::Client(error) => self.failures.network(&error),
                    BuildError::Network(message) => {
                        self.failures.error(ModelErrorKind::NoModel, message)
                    }
                };
                if base.scheme() == "http" {
                    return build(&base, limit, &network).map_err(failed);
                }
                // Loading the platform's certificates reads files, some hundreds of them.
                match tokio::task::spawn_blocking(move || build(&base, limit, &network)).await {
                    Ok(built) => built.map_err(failed),
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
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or a password; send those as a header".to_owned());
    }
    // Some copy the address of the method from a server's documentation.
    let path = url.path().trim_end_matches('/');
    let methods = ["/chat/completions", "/responses", "/v1/messages"];
    if let Some(base) = methods.iter().find_map(|method| path.strip_suffix(method)) {
        let base = base.to_owned();
        url.set_path(&base);
    }
    Ok(url)
}

/// The text with what is not taken in a path written otherwise.
fn encoded(model: &str) -> String {
    let mut path = String::with_capacity(model.len());
    for byte in model.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => path.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'~' | b':' | b'@' | b'/' => path.push(char::from(byte)),
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

/// Why there is no client.
enum BuildError {
    Client(reqwest::Error),
    /// What is wrong with the settings of the network.
    Network(String),
}

fn build(base: &Url, connect_timeout: Duration, network: &Network) -> Result<Client, BuildError> {
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
    } else if let Some(proxy) = &network.proxy {
        builder = builder.proxy(network::proxy(proxy.expose()).map_err(BuildError::Network)?);
    }
    let ca_file = network
        .ca_file
        .as_ref()
        .filter(|_| base.scheme() == "https");
    if let Some(file) = ca_file {
        let certificates = network::certificates(file).map_err(BuildError::Network)?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| match ca_file {
        Some(file) => BuildError::Network(network::unusable(file, &root_cause(&error))),
        None => BuildError::Client(error),
    })
}

/// Whether what is sent to that base URL stays on this machine.
#[must_use]
pub fn is_on_this_machine(base_url: &str) -> bool {
    Url::parse(base_url).is_ok_and(|url| is_loopback(&url))
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
