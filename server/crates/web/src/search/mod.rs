//! Search engines: one question, a few answers, whichever engine the user has set up.
pub(crate) mod answer;

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::json;

use crate::client::{in_one_line, root_cause};
use crate::{SearchError, Secret, Web};

/// How long one search may take.
pub(crate) const SEARCH_TIME: Duration = Duration::from_secs(20);
/// Bytes of a query.
pub(crate) const MAX_QUERY: usize = 2_000;
/// Answers of one search.
pub(crate) const MAX_HITS: usize = 20;
/// Bytes of what an engine answers.
pub(crate) const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// A search engine and how it is reached. A base URL may hold a path.
/// Its `Debug` form shows neither the key nor the URL, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub enum SearchProvider {
    /// <https://docs.tavily.com/documentation/api-reference/endpoint/search>
    Tavily {
        /// The key of its API.
        key: Secret,
        /// [`SearchProvider::TAVILY`] unless set.
        base_url: String,
    },
    /// <https://api-dashboard.search.brave.com/app/documentation/web-search/get-started>
    Brave {
        /// The key of its API.
        key: Secret,
        /// [`SearchProvider::BRAVE`] unless set.
        base_url: String,
    },
    /// <https://docs.searxng.org/dev/search_api.html>; its format `json` must be switched on.
    SearXng {
        /// Where it runs, often on this machine.
        base_url: String,
    },
}

/// A page that a search engine found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// In one line.
    pub title: String,
    /// http or https.
    pub url: String,
    /// What the engine shows of the page, in one line; may be empty.
    pub snippet: String,
}

impl fmt::Debug for SearchProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SearchProvider").field(&self.name()).finish()
    }
}

impl SearchProvider {
    /// Where Tavily is.
    pub const TAVILY: &str = "https://api.tavily.com";
    /// Where Brave is.
    pub const BRAVE: &str = "https://api.search.brave.com";

    /// Its name for messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tavily { .. } => "Tavily",
            Self::Brave { .. } => "Brave Search",
            Self::SearXng { .. } => "SearXNG",
        }
    }

    /// The host that is asked; none where its address is no URL.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let url = self.url().ok()?;
        url.host_str().map(str::to_owned)
    }

    fn key(&self) -> Option<&Secret> {
        match self {
            Self::Tavily { key, .. } | Self::Brave { key, .. } => Some(key),
            Self::SearXng { .. } => None,
        }
    }

    fn url(&self) -> Result<Url, SearchError> {
        let (base, path) = match self {
            Self::Tavily { base_url, .. } => (base_url, "/search"),
            Self::Brave { base_url, .. } => (base_url, "/res/v1/web/search"),
            Self::SearXng { base_url } => (base_url, "/search"),
        };
        let bad = |why: String| SearchError::BadUrl(why);
        let mut url = Url::parse(base.trim()).map_err(|error| bad(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(format!("`{}` is neither http nor https", url.scheme())));
        }
        let start = url.path().trim_end_matches('/');
        // Some copy the address of the method itself.
        let whole = match start.ends_with(path) {
            true => start.to_owned(),
            false => format!("{start}{path}"),
        };
        url.set_path(&whole);
        url.set_query(None);
        url.set_fragment(None);
        Ok(url)
    }

    fn request(
        &self,
        client: &Client,
        mut url: Url,
        query: &str,
        limit: usize,
    ) -> Result<RequestBuilder, SearchError> {
        let count = limit.to_string();
        let request = match self {
            Self::Tavily { key, .. } => {
                let body = json!({"query": query, "max_results": limit});
                client
                    .post(url)
                    .header("authorization", header(self.name(), "Bearer ", key)?)
                    .header("content-type", "application/json")
                    .body(body.to_string())
            }
            Self::Brave { key, .. } => {
                url.query_pairs_mut()
                    .extend_pairs([("q", query), ("count", &count)]);
                let key = header(self.name(), "", key)?;
                client.get(url).header("x-subscription-token", key)
            }
            Self::SearXng { .. } => {
                url.query_pairs_mut()
                    .extend_pairs([("q", query), ("format", "json")]);
                client.get(url)
            }
        };
        Ok(request.header(ACCEPT, HeaderValue::from_static("application/json")))
    }
}

fn header(provider: &'static str, before: &str, key: &Secret) -> Result<HeaderValue, SearchError> {
    let value = HeaderValue::from_str(&format!("{before}{}", key.expose()));
    let mut value = value.map_err(|_| SearchError::Key {
        provider,
        status: 401,
        words: "the key holds characters that cannot be sent".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

impl Web {
    /// Asks a search engine. At most `limit` hits, 20 at most.
    ///
    /// # Errors
    /// See [`SearchError`]; the engine's own words are in it, the key is not.
    pub async fn search(
        &self,
        provider: &SearchProvider,
        query: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, SearchError> {
        let query = query.trim();
        if query.is_empty() {
            return Err(SearchError::BadQuery("it is empty".to_owned()));
        }
        if query.len() > MAX_QUERY {
            let why = format!("it is longer than {MAX_QUERY} bytes");
            return Err(SearchError::BadQuery(why));
        }
        let limit = limit.clamp(1, MAX_HITS);
        let asked = self.ask_engine(provider, query, limit);
        match tokio::time::timeout(SEARCH_TIME, asked).await {
            Ok(hits) => hits,
            Err(_elapsed) => Err(SearchError::Network {
                provider: provider.name(),
                cause: format!("it took longer than {} s", SEARCH_TIME.as_secs()),
            }),
        }
    }

    async fn ask_engine(
        &self,
        provider: &SearchProvider,
        query: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, SearchError> {
        let url = provider.url()?;
        let client = self.search_client(&url).await;
        let client = client.map_err(SearchError::Setup)?;
        let unreachable = |error: reqwest::Error| SearchError::Network {
            provider: provider.name(),
            cause: redacted(provider, &root_cause(&error)),
        };
        let request = provider.request(client, url, query, limit)?;
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = read(response).await.map_err(unreachable)?;
        let Some(body) = body else {
            return Err(SearchError::BadAnswer {
                provider: provider.name(),
                why: format!("it is longer than {MAX_ANSWER} bytes"),
            });
        };
        if !status.is_success() {
            let words = redacted(provider, &answer::words(&body));
            return Err(refusal(provider, status.as_u16(), words));
        }
        answer::hits(provider, &body, limit).map_err(|why| SearchError::BadAnswer {
            provider: provider.name(),
            why: redacted(provider, &why),
        })
    }
}

fn refusal(provider: &SearchProvider, status: u16, words: String) -> SearchError {
    let name = provider.name();
    match (status, provider) {
        (403, SearchProvider::SearXng { .. }) => SearchError::Status {
            provider: name,
            status,
            words: "it may not have the format `json` switched on; add it to search.formats in \
                    its settings.yml"
                .to_owned(),
        },
        (401 | 403, _) => SearchError::Key {
            provider: name,
            status,
            words,
        },
        (429, _) => SearchError::TooMany {
            provider: name,
            words,
        },
        _ => SearchError::Status {
            provider: name,
            status,
            words,
        },
    }
}

/// The words without the key, in one line.
fn redacted(provider: &SearchProvider, words: &str) -> String {
    let words = match provider.key() {
        Some(key) => key.redact(words),
        None => words.to_owned(),
    };
    in_one_line(&words)
}

/// The body, unless it is too long.
async fn read(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}
