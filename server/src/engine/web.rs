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
    });
    tools.extend(schema_fetch(databases.collect()));
    tools
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
