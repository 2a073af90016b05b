//! HTML as Markdown, on a thread of its own: whatever a page is made of, it costs bounded time,
//! memory and stack, and at worst comes out as plain text.
pub(crate) mod links;
pub(crate) mod main_content;
pub(crate) mod plain;
pub(crate) mod sink;
mod table;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use htmd::HtmlToMarkdown;
use htmd::options::{BulletListMarker, HeadingStyle, Options};
use reqwest::Url;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// How long a page may be parsed. The rest of the work is bounded by what came out of it.
pub(crate) const PARSE_TIME: Duration = Duration::from_secs(5);
/// Bytes of stack for one page: more than the deepest page takes that is converted.
pub(crate) const STACK: usize = 32 * 1024 * 1024;

/// A page as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Converted {
    pub(crate) title: Option<String>,
    pub(crate) markdown: String,
}

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The system gives no thread.
    NoThread(String),
    /// The page broke the converter.
    Unreadable,
}

/// Converts a page. The permit is given back when the work is done, also where nobody waits any
/// more.
pub(crate) async fn convert(
    html: String,
    url: Url,
    permit: OwnedSemaphorePermit,
) -> Result<Converted, Failure> {
    let (done, result) = oneshot::channel();
    std::thread::Builder::new()
        .name("html".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let converted = catch_unwind(AssertUnwindSafe(|| {
                converted(&html, &url, Instant::now() + PARSE_TIME)
            }));
            drop(permit);
            // Nobody waits where the time limit passed.
            let _ = done.send(converted);
        })
        .map_err(|error| Failure::NoThread(format!("No page can be converted: {error}.")))?;
    match result.await {
        Ok(Ok(converted)) => Ok(converted),
        Ok(Err(_)) | Err(_) => Err(Failure::Unreadable),
    }
}

fn converted(html: &str, url: &Url, until: Instant) -> Converted {
    // A mistake in the converter's libraries costs the layout, not the page.
    let whole = catch_unwind(AssertUnwindSafe(|| markdown(html, url, until)));
    match whole {
        Ok(Some(converted)) => converted,
        Ok(None) | Err(_) => plain::text(html, Instant::now() + PARSE_TIME),
    }
}

/// `None` where the page is deeper, larger or slower than a page may be.
fn markdown(html: &str, url: &Url, until: Instant) -> Option<Converted> {
    let document = sink::parse(html, until)?;
    let title = main_content::title(&document);
    links::resolve(&document, url);
    let converter = converter();
    let main = main_content::of(&document);
    let mut markdown = converter.tree_to_markdown(&main);
    tidy(&mut markdown);
    Some(Converted { title, markdown })
}

fn converter() -> HtmlToMarkdown {
    HtmlToMarkdown::builder()
        .options(Options {
            heading_style: HeadingStyle::Atx,
            bullet_list_marker: BulletListMarker::Dash,
            ul_bullet_spacing: 1,
            ol_number_spacing: 1,
            ..Options::default()
        })
        // What is there for a browser and not for a reader.
        .skip_tags(vec![
            "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed",
            "canvas", "audio", "video", "head", "button", "select", "input", "textarea", "dialog",
        ])
        .add_handler(vec!["table"], table::handle)
        .build()
}

/// Takes out the white space that pages leave behind: at the ends of lines, and between them.
fn tidy(markdown: &mut String) {
    let mut tidied = String::with_capacity(markdown.len());
    let mut empty = 0;
    for line in markdown.lines() {
        let bare = line.trim_end();
        // Two spaces at the end break the line.
        let is_broken = line.ends_with("  ") && !bare.is_empty();
        empty = match bare.is_empty() {
            true => empty + 1,
            false => 0,
        };
        if empty > 2 || (empty > 0 && tidied.is_empty()) {
            continue;
        }
        tidied.push_str(bare);
        if is_broken {
            tidied.push_str("  ");
        }
        tidied.push('\n');
    }
    tidied.truncate(tidied.trim_end().len());
    *markdown = tidied;
}
