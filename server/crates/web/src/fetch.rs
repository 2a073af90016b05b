//! A page of the web: found by way of its redirects, read within limits, and turned into text.
use std::error::Error;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, Request, Response, StatusCode, Url};

use crate::body;
use crate::client::{MAX_CAUSES, root_cause};
use crate::content::{Kind, Media};
use crate::lookup::Forbidden;
use crate::route::{self, host};
use crate::{FetchError, Web, content, html};

/// Redirects that are followed at most, whatever is asked for.
pub(crate) const MAX_REDIRECTS: usize = 20;
/// Bytes of a page's text that are read at most, whatever is asked for.
pub(crate) const MAX_PAGE: usize = 16 * 1024 * 1024;
/// Markdown is the best of all: some servers write it for those who ask.
const WANTED: &str = "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, \
                      text/plain;q=0.8, application/json;q=0.8, */*;q=0.5";

/// How a page is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// Bytes of the body that are read, unpacked; what comes after them is cut off. 16 MiB at
    /// most.
    pub max_bytes: usize,
    /// How long all of it may take.
    pub timeout: Duration,
    /// How many redirects are followed, 20 at most.
    pub max_redirects: usize,
    /// Which redirects are followed.
    pub redirects: Redirects,
}

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// To any host that may be talked to.
    ToAnyHost,
    /// To the host of the URL alone, with `www.` before it or without: others were not asked about.
    ToSameHost,
}

impl Default for FetchOptions {
    /// 2 MiB, 30 seconds, 5 redirects to any host.
    fn default() -> Self {
        Self {
            max_bytes: 2 * 1024 * 1024,
            timeout: Duration::from_secs(30),
            max_redirects: 5,
            redirects: Redirects::ToAnyHost,
        }
    }
}

/// A page that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it was found, after redirects.
    pub final_url: String,
    /// The status of HTTP. A page that tells of a failure is a page too.
    pub status: u16,
    /// What the server says that it is, without parameters; may be empty.
    pub content_type: String,
    /// The page's own title, in one line.
    pub title: Option<String>,
    /// HTML as Markdown, other text as it is. As long as the page: to be cut by the caller.
    pub markdown: String,
    /// Whether there was more than `max_bytes`.
    pub is_cut: bool,
    /// Bytes of the body that were read, unpacked.
    pub bytes: usize,
}

impl Web {
    /// Fetches a page. Sends no cookies, no credentials and no referrer, and goes to public
    /// addresses only, unless the host is allowed; that is checked at each redirect and for the
    /// very addresses that are connected to.
    ///
    /// # Errors
    /// See [`FetchError`]. A status that tells of a failure is none.
    pub async fn fetch(&self, url: &str, options: &FetchOptions) -> Result<Page, FetchError> {
        let mut url = route::parse(url)?;
        let mut last = host(&url).to_owned();
        let limit = options.timeout;
        match tokio::time::timeout(limit, self.follow(&mut url, &mut last, options)).await {
            Ok(page) => page,
            Err(_elapsed) => Err(FetchError::Timeout { host: last, limit }),
        }
    }

    /// Follows redirects to the page. `last` is always the host that is waited for.
    async fn follow(
        &self,
        url: &mut Url,
        last: &mut String,
        options: &FetchOptions,
    ) -> Result<Page, FetchError> {
        let limit = options.max_redirects.min(MAX_REDIRECTS);
        for _ in 0..=limit {
            let response = self.ask(url).await?;
            match next(url, &response)? {
                Some(next) if is_left(options.redirects, url, &next) => {
                    return Err(FetchError::OtherHost {
                        host: host(url).to_owned(),
                        to: next.to_string(),
                    });
                }
                Some(next) => *url = next,
                None => return self.page(url, response, options).await,
            }
            host(url).clone_into(last);
        }
        Err(FetchError::TooManyRedirects {
            host: last.clone(),
            limit,
        })
    }

    async fn ask(&self, url: &Url) -> Result<Response, FetchError> {
        let settings = &self.settings;
        let lookup = settings.lookup.as_ref();
        let way = route::way(url, &settings.allowed, &self.proxies, lookup).await?;
        let client = self.client(way).await.map_err(FetchError::Setup)?;
        let mut request = Request::new(Method::GET, url.clone());
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(WANTED));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let response = client.execute(request).await;
        response.map_err(|error| failed(url, &error))
    }

    async fn page(
        &self,
        url: &Url,
        response: Response,
        options: &FetchOptions,
    ) -> Result<Page, FetchError> {
        let status = response.status().as_u16();
        let media = Media::parse(text_of(response.headers(), CONTENT_TYPE));
        // What is plainly of no use is not read.
        if let Kind::Pdf | Kind::Binary = media.kind {
            return Err(media.refused(response.content_length()));
        }
        let length = response.content_length();
        let body = body::read(url, response, options.max_bytes.min(MAX_PAGE)).await?;
        let (bytes, is_cut) = (body.bytes.len(), body.is_cut);
        let size = match is_cut {
            true => length,
            false => u64::try_from(bytes).ok(),
        };
        let kind = media.sniffed(&body, size)?;
        let (title, markdown) = match kind {
            Kind::Html => {
                let text = content::decode(&body, &media, true);
                drop(body);
                let permit = self.conversions.clone().acquire_owned().await;
                let permit = permit.map_err(|_| unreadable(url))?;
                let converted = html::convert(text, url.clone(), permit).await;
                let converted = converted.map_err(|why| match why {
                    html::Failure::NoThread(why) => FetchError::Setup(why),
                    html::Failure::Unreadable => unreadable(url),
                })?;
                (converted.title, converted.markdown)
            }
            Kind::Text | Kind::Unknown | Kind::Pdf | Kind::Binary => {
                (None, content::decode(&body, &media, false))
            }
        };
        Ok(Page {
            final_url: url.to_string(),
            status,
            content_type: media.essence,
            title,
            markdown,
            is_cut,
            bytes,
        })
    }
}

fn unreadable(url: &Url) -> FetchError {
    FetchError::Unreadable {
        host: host(url).to_owned(),
    }
}

/// Whether a redirect leads to a host that is not the one that was asked for.
fn is_left(redirects: Redirects, from: &Url, to: &Url) -> bool {
    let name = |url| {
        let host: &str = host(url);
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    match redirects {
        Redirects::ToAnyHost => false,
        Redirects::ToSameHost => name(from) != name(to),
    }
}

/// Where a response redirects to, if it does.
fn next(url: &Url, response: &Response) -> Result<Option<Url>, FetchError> {
    let redirects = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    if !redirects.contains(&response.status()) {
        return Ok(None);
    }
    let bad = |why: String| FetchError::BadRedirect {
        host: host(url).to_owned(),
        why,
    };
    let Some(place) = response.headers().get(LOCATION) else {
        // A page with such a status and no place to go to may still be read.
        return Ok(None);
    };
    // Some servers send bytes beyond ASCII as they are.
    let place = String::from_utf8_lossy(place.as_bytes());
    if place.len() > route::MAX_URL {
        return Err(bad("the address is too long".to_owned()));
    }
    let next = url.join(&place).map_err(|error| bad(error.to_string()))?;
    route::usable(&next).map_err(&bad)?;
    if url.scheme() == "https" && next.scheme() == "http" {
        return Err(bad("it leads from https to http".to_owned()));
    }
    Ok(Some(next))
}

/// Why there is no response.
pub(crate) fn failed(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut cause: &dyn Error = error;
    for _ in 0..MAX_CAUSES {
        if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
            return route::refused(forbidden.clone());
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    let cause = match error.is_connect() && error.is_timeout() {
        true => "connecting took too long".to_owned(),
        false => root_cause(error),
    };
    FetchError::Network {
        host: host(url).to_owned(),
        cause,
    }
}

/// A header as text; empty where it is none.
pub(crate) fn text_of(headers: &HeaderMap, name: reqwest::header::HeaderName) -> &str {
    let value = headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
