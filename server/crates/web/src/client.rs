//! The HTTP clients: made at first use, one for each way.
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Client, Proxy, Url, redirect};
use tokio::sync::{OnceCell, Semaphore};

use crate::lookup::{Guard, Lookup, SystemLookup, Trust};
use crate::route::{BAD_PROXY, Proxies, Way};
use crate::{AllowedHosts, Secret};

/// Bytes of a file of certificates.
pub(crate) const MAX_CA_BYTES: usize = 4 * 1024 * 1024;
/// Idle connections kept for each host.
pub(crate) const MAX_IDLE_CONNECTIONS: usize = 2;
/// How long they are kept.
pub(crate) const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);
/// How long one connection may take to be made.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Pages converted at a time.
pub(crate) const MAX_CONVERSIONS: usize = 2;
/// Sent as `user-agent`.
const AGENT: &str = concat!("aside/", env!("CARGO_PKG_VERSION"));

/// The way to the web, as the settings have it.
#[derive(Clone)]
pub struct WebSettings {
    /// The URL of a proxy, perhaps with a password in it; those of the environment
    /// (`HTTPS_PROXY` and so on) where absent.
    pub proxy: Option<Secret>,
    /// A file of certificates in PEM, trusted beside those of the platform.
    pub ca_file: Option<PathBuf>,
    /// The hosts that are fetched although they are not public.
    pub allowed: AllowedHosts,
    /// Finds the addresses of names.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            proxy: None,
            ca_file: None,
            allowed: AllowedHosts::default(),
            lookup: Arc::new(SystemLookup),
        }
    }
}

/// Fetches pages and asks search engines. Cheap until first used; meant to be shared.
pub struct Web {
    pub(crate) settings: WebSettings,
    pub(crate) proxies: Proxies,
    pub(crate) conversions: Arc<Semaphore>,
    public: OnceCell<Client>,
    allowed: OnceCell<Client>,
    proxied: OnceCell<Client>,
    search: OnceCell<Client>,
    search_proxied: OnceCell<Client>,
}

impl Web {
    /// Makes no client yet: what is wrong with the settings is told at first use.
    #[must_use]
    pub fn new(settings: WebSettings) -> Self {
        Self {
            proxies: Proxies::new(settings.proxy.as_ref()),
            conversions: Arc::new(Semaphore::new(MAX_CONVERSIONS)),
            settings,
            public: OnceCell::new(),
            allowed: OnceCell::new(),
            proxied: OnceCell::new(),
            search: OnceCell::new(),
            search_proxied: OnceCell::new(),
        }
    }

    /// The client for pages on this way, or why there is none.
    pub(crate) async fn client(&self, way: Way) -> Result<&Client, String> {
        let (cell, trust, is_proxied) = match way {
            Way::Public => (&self.public, Trust::Public, false),
            Way::Allowed => (&self.allowed, Trust::Allowed, false),
            Way::Proxied => {
                let hosts = self.proxies.hosts.clone();
                (&self.proxied, Trust::Proxies(hosts), true)
            }
        };
        self.made(cell, trust, is_proxied).await
    }

    /// The client for a search engine, which is the user's own choice.
    pub(crate) async fn search_client(&self, url: &Url) -> Result<&Client, String> {
        match self.proxies.are_used(url)? {
            true => self.made(&self.search_proxied, Trust::Full, true).await,
            false => self.made(&self.search, Trust::Full, false).await,
        }
    }

    async fn made<'a>(
        &self,
        cell: &'a OnceCell<Client>,
        trust: Trust,
        is_proxied: bool,
    ) -> Result<&'a Client, String> {
        cell.get_or_try_init(|| async {
            let settings = self.settings.clone();
            // Loading the platform's certificates reads files, some hundreds of them.
            tokio::task::spawn_blocking(move || build(settings, trust, is_proxied))
                .await
                .unwrap_or_else(|_| Err("The HTTP client could not be set up.".to_owned()))
        })
        .await
    }
}

fn build(settings: WebSettings, trust: Trust, is_proxied: bool) -> Result<Client, String> {
    // It fails if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::with_capacity(1);
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    let guard = Guard {
        lookup: settings.lookup,
        trust,
    };
    let mut builder = Client::builder()
        .default_headers(headers)
        .connect_timeout(CONNECT_TIMEOUT)
        .http1_only()
        .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_CONNECTION_TIMEOUT)
        .referer(false)
        // Each hop is checked before it is made, and bodies are unpacked with a limit.
        .redirect(redirect::Policy::none())
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .dns_resolver(Arc::new(guard));
    if !is_proxied {
        builder = builder.no_proxy();
    } else if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(Proxy::all(proxy.expose()).map_err(|_| BAD_PROXY.to_owned())?);
    }
    if let Some(file) = &settings.ca_file {
        builder = builder.tls_certs_merge(certificates(file)?);
    }
    builder.build().map_err(|error| match &settings.ca_file {
        Some(file) => unusable(file, &root_cause(&error)),
        None => format!("The HTTP client cannot be set up: {}.", root_cause(&error)),
    })
}

/// The certificates of a file. Whether each of them is a certificate shows when they are used.
fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let limit = u64::try_from(MAX_CA_BYTES).unwrap_or(u64::MAX);
    let mut pem = Vec::new();
    // A pipe in the place of the file would hold us up.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(unusable(path, "it is not a file"));
    }
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut pem))
        .map_err(|error| unusable(path, &error.to_string()))?;
    if pem.len() > MAX_CA_BYTES {
        return Err(unusable(path, "the file is too long"));
    }
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if certificates.is_empty() => Err(unusable(path, "there are none in it")),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(path, &error.to_string())),
    }
}

fn unusable(path: &Path, why: &str) -> String {
    format!(
        "The certificates in {} cannot be used ({why}). Set providers.ca_file to a file of \
         certificates in PEM.",
        path.display()
    )
}

/// The innermost cause of an error: what a person can act on. In one line, and bounded.
pub(crate) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    // Chains of causes are short; a ring would be a mistake of a library.
    for _ in 0..MAX_CAUSES {
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    in_one_line(&cause.to_string())
}

/// Causes of one error that are looked through.
pub(crate) const MAX_CAUSES: usize = 16;
/// Characters of another's words that are shown.
pub(crate) const MAX_WORDS: usize = 400;

/// Words from outside as a piece of a sentence: one line, bounded, without a final period.
pub(crate) fn in_one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > MAX_WORDS {
            break;
        }
    }
    let line: String = line.chars().take(MAX_WORDS).collect();
    line.trim_end_matches('.').to_owned()
}
