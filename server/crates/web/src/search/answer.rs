//! What search engines answer, read leniently.
use std::time::{Duration, Instant};

use reqwest::Url;
use serde_json::Value;

use super::{Hit, SearchProvider};
use crate::html::plain;
use crate::route::MAX_URL;

/// Characters of a title.
pub(crate) const MAX_TITLE: usize = 300;
/// Characters of a snippet.
pub(crate) const MAX_SNIPPET: usize = 1_000;
/// Bytes of a text that is looked at for a title or a snippet.
const MAX_RAW: usize = 16 * 1024;
/// How long the marks of one text may take to be taken out.
const STRIP_TIME: Duration = Duration::from_millis(200);

/// The hits of an answer, or what is wrong with it. An entry without a URL is left out.
pub(super) fn hits(
    provider: &SearchProvider,
    body: &[u8],
    limit: usize,
) -> Result<Vec<Hit>, String> {
    let json: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON".to_owned())?;
    let (list, snippet, is_html) = match provider {
        SearchProvider::Tavily { .. } | SearchProvider::SearXng { .. } => {
            (json.get("results"), "content", false)
        }
        SearchProvider::Brave { .. } => {
            // Where nothing was found there is no list.
            if json.get("web").is_none() && json.get("query").is_some() {
                return Ok(Vec::new());
            }
            (json.pointer("/web/results"), "description", true)
        }
    };
    let list = list.and_then(Value::as_array);
    let list = list.ok_or_else(|| "it has no list of results".to_owned())?;
    let hits = list.iter().filter_map(|entry| {
        let url = Url::parse(entry.get("url")?.as_str()?).ok()?;
        let is_page = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_URL;
        let text = |name: &str, most| line(entry.get(name), is_html, most);
        is_page.then(|| Hit {
            title: text("title", MAX_TITLE),
            snippet: text(snippet, MAX_SNIPPET),
            url: url.to_string(),
        })
    });
    Ok(hits.take(limit).collect())
}

/// A text in one line, without the marks that show what was searched for.
fn line(value: Option<&Value>, is_html: bool, most: usize) -> String {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let text = &text[..text.floor_char_boundary(MAX_RAW)];
    let text = match is_html {
        true => plain::text(text, Instant::now() + STRIP_TIME).markdown,
        false => text.to_owned(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(most).collect()
}

/// What an engine says went wrong.
pub(super) fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let Ok(json) = serde_json::from_str::<Value>(&text) else {
        let is_page = text.trim_start().starts_with('<');
        return match is_page {
            true => String::new(),
            false => text.into_owned(),
        };
    };
    let places = [
        "/detail/error",
        "/error/detail",
        "/error/message",
        "/message",
        "/detail",
        "/error",
    ];
    let found = places
        .iter()
        .find_map(|place| json.pointer(place)?.as_str());
    found.map_or_else(|| json.to_string(), str::to_owned)
}
