//! The web and databases, as the settings have them.
use std::sync::Arc;
use std::time::Duration;

use aside_agent::tool::Tool;
use aside_tools::{NamedDatabase, WebGear, schema_fetch, web_fetch, web_search};
use aside_web::{AllowedHosts, FetchOptions, SearchProvider, Secret, Web, WebSettings};

use crate::settings::Settings;

/// Bytes of a megabyte.
const MB: u64 = 1024 * 1024;

/// The tools of the web and of databases, as far as they are set up.
pub fn web_tools(settings: &Settings) -> Vec<Arc<dyn Tool>> {
    let gear = gear(settings);
    let mut tools = vec![web_fetch(&gear)];
    tools.extend(web_search(&gear));
    let databases = settings.databases.iter().map(|database| NamedDatabase {
        name: database.name.clone(),
        url: database.url.expose().to_owned(),
        host: host(database.url.expose()),
    });
    tools.extend(schema_fetch(databases.collect()));
    tools
}

/// The host of a database's URL; none for a file, whose URL has no `//`.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if scheme.eq_ignore_ascii_case("sqlite") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let place = authority
        .rsplit_once('@')
        .map_or(authority, |(_, place)| place);
    let host = match place.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => place.split(':').next().unwrap_or(place),
    };
    // What names no host is reached through a socket of this machine.
    Some(match host {
        "" => "localhost".to_owned(),
        host => host.to_owned(),
    })
}

fn gear(settings: &Settings) -> WebGear {
    let network = &settings.providers.network;
    let hosts = settings.web.allow_hosts.iter().map(String::as_str);
    let allowed = AllowedHosts::parse(hosts).unwrap_or_else(|error| {
        tracing::warn!("web.allow_hosts: {error}; no host is allowed");
        AllowedHosts::default()
    });
    let web = Web::new(WebSettings {
        proxy: network
            .proxy
            .as_ref()
            .and_then(|proxy| Secret::new(proxy.expose())),
        ca_file: network.ca_file.clone(),
        allowed,
        ..WebSettings::default()
    });
    let max_bytes = settings.web.max_mb.saturating_mul(MB);
    WebGear {
        web: Arc::new(web),
        options: FetchOptions {
            max_bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX),
            timeout: Duration::from_secs(settings.web.timeout_s),
            ..FetchOptions::default()
        },
        search: provider(settings),
    }
}

fn provider(settings: &Settings) -> Option<SearchProvider> {
    let web = &settings.web;
    let key = |key: &Option<aside_llm::Secret>| Secret::new(key.as_ref()?.expose());
    let url = |usual: &str| web.search_url.clone().unwrap_or_else(|| usual.to_owned());
    match web.search_provider.as_deref()? {
        "tavily" => Some(SearchProvider::Tavily {
            key: key(&web.tavily_key)?,
            base_url: url(SearchProvider::TAVILY),
        }),
        "brave" => Some(SearchProvider::Brave {
            key: key(&web.brave_key)?,
            base_url: url(SearchProvider::BRAVE),
        }),
        _ => Some(SearchProvider::SearXng {
            base_url: web.search_url.clone()?,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn hosts_of_databases() {
        for (url, expected) in [
            (
                "postgres://u:p@db.example.org:5432/x?y",
                Some("db.example.org"),
            ),
            ("mysql://[::1]:3306/x", Some("::1")),
            ("postgres:///x", Some("localhost")),
            ("mysql://u:p/x", Some("u")),
            ("sqlite:/project/x.db", None),
            ("sqlite:///project/x.db", None),
            ("nonsense", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }
}
