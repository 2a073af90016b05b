//! Which way leads to a URL, if any: checked before the first byte is sent.
use std::net::IpAddr;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::lookup::{Forbidden, Lookup};
use crate::{AllowedHosts, FetchError, Secret};

/// Bytes of a URL.
pub(crate) const MAX_URL: usize = 8 * 1024;
/// Ends of names that are never public. Behind a proxy they could only be found out too late.
const LOCAL_NAMES: [&str; 6] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "lan",
    "metadata.goog",
];

/// What is told where the settings name a proxy that is none.
pub(crate) const BAD_PROXY: &str = "The proxy in the settings is not usable. Set providers.proxy \
                                    to a URL such as http://127.0.0.1:3128.";

/// The way to a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Straight, to public addresses only.
    Public,
    /// Straight, to where the user allowed.
    Allowed,
    /// By a proxy, which looks the name up.
    Proxied,
}

/// The proxies, those of the settings or else of the environment.
pub(crate) struct Proxies {
    matcher: Matcher,
    /// The names that are looked up to reach them.
    pub(crate) hosts: Vec<String>,
    /// Whether the settings name one that is none. Going without it would be another way than
    /// the one that the user wants.
    is_broken: bool,
}

impl Proxies {
    pub(crate) fn new(proxy: Option<&Secret>) -> Self {
        let matcher = match proxy {
            Some(proxy) => Matcher::builder().all(proxy.expose()).build(),
            // The client reads the same.
            None => Matcher::from_system(),
        };
        let mut hosts = Vec::new();
        for probe in ["http://example.com/", "https://example.com/"] {
            let proxy = probe.parse().ok().and_then(|uri| matcher.intercept(&uri));
            let host = proxy.and_then(|proxy| Some(proxy.uri().host()?.to_owned()));
            hosts.extend(host);
        }
        Self {
            is_broken: proxy.is_some() && hosts.is_empty(),
            matcher,
            hosts,
        }
    }

    /// Whether a proxy leads to the URL, or why that cannot be told.
    pub(crate) fn are_used(&self, url: &Url) -> Result<bool, String> {
        // What stays on this machine needs no proxy.
        if literal(url).is_some_and(|address| address.is_loopback())
            || url.host_str() == Some("localhost")
        {
            return Ok(false);
        }
        if self.is_broken {
            return Err(BAD_PROXY.to_owned());
        }
        let uri = url.as_str().parse().ok();
        Ok(uri.is_some_and(|uri| self.matcher.intercept(&uri).is_some()))
    }
}

/// Reads a URL that can be fetched: http or https, with a host and without a password.
pub(crate) fn parse(text: &str) -> Result<Url, FetchError> {
    let bad = |why: &str| Err(FetchError::BadUrl(why.to_owned()));
    let text = text.trim();
    if text.len() > MAX_URL {
        return bad("it is too long");
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return bad(&error.to_string()),
    };
    usable(&url).map_err(FetchError::BadUrl)?;
    Ok(url)
}

/// Why the URL cannot be fetched, without a final period.
pub(crate) fn usable(url: &Url) -> Result<(), String> {
    if url.as_str().len() > MAX_URL {
        return Err("it is too long".to_owned());
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}` is neither http nor https", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or a password, which are not sent".to_owned());
    }
    if host(url).is_empty() {
        return Err("it has no host".to_owned());
    }
    Ok(())
}

/// The URL's host for messages and for comparing.
pub(crate) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// The host that a page's URL names, for questions of permission.
///
/// # Errors
/// It is no URL that could be fetched.
pub fn host_of(url: &str) -> Result<String, FetchError> {
    Ok(host(&parse(url)?).to_owned())
}

/// The address, where the URL has one in the place of a name. Odd spellings of IPv4 are
/// addresses for the parser of URLs already.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    bare.parse().ok()
}

/// Finds the way to the URL, or why there is none. What a name leads to is checked when it is
/// connected to, except with a proxy: there it is looked up here, and refused if it is known not
/// to be public. A proxy that knows names of its own is trusted with them.
pub(crate) async fn way(
    url: &Url,
    allowed: &AllowedHosts,
    proxies: &Proxies,
    lookup: &dyn Lookup,
) -> Result<Way, FetchError> {
    let is_allowed = allowed.allow(url);
    let is_proxied = proxies.are_used(url).map_err(FetchError::Setup)?;
    if is_allowed {
        return Ok(match is_proxied {
            true => Way::Proxied,
            false => Way::Allowed,
        });
    }
    if let Some(address) = literal(url) {
        Forbidden::check(host(url), address).map_err(refused)?;
    }
    if !is_proxied {
        return Ok(Way::Public);
    }
    if literal(url).is_none() {
        check_name(host(url), lookup).await?;
    }
    Ok(Way::Proxied)
}

async fn check_name(host: &str, lookup: &dyn Lookup) -> Result<(), FetchError> {
    let name = host.trim_end_matches('.');
    let is_local = !name.contains('.')
        || LOCAL_NAMES.iter().any(|end| {
            name.strip_suffix(end)
                .is_some_and(|start| start.is_empty() || start.ends_with('.'))
        });
    if is_local {
        return Err(FetchError::Refused {
            host: host.to_owned(),
            why: "it is a local name".to_owned(),
        });
    }
    // A name that only the proxy can look up is left to it.
    for address in lookup.lookup(host).await.unwrap_or_default() {
        Forbidden::check(host, address).map_err(refused)?;
    }
    Ok(())
}

/// The refusal in the words for its reader.
pub(crate) fn refused(forbidden: Forbidden) -> FetchError {
    let Forbidden {
        host,
        address,
        what,
    } = forbidden;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let why = match bare.parse() == Ok(address) {
        true => format!("it is {what}"),
        false => format!("it leads to {address}, which is {what}"),
    };
    FetchError::Refused { host, why }
}
