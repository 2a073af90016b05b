//! `web_fetch`: a page of the web as Markdown.
use std::fmt::Write as _;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput};
use aside_web::{FetchOptions, Redirects};
use serde::Deserialize;

use super::WebGear;
use crate::definition;
use crate::geared::{self, Geared};

#[derive(Debug, Deserialize)]
struct Args {
    url: String,
    max_bytes: Option<u64>,
}

struct WebFetch;

/// The tool.
pub fn web_fetch(gear: &WebGear) -> Arc<dyn Tool> {
    let spec = definition::spec(
        "web_fetch",
        ToolKind::Fetch,
        include_str!("../../descriptions/web_fetch.md"),
        include_str!("../../descriptions/web_fetch.json"),
    );
    geared::tool::<WebFetch>(spec, gear.clone())
}

impl Geared for WebFetch {
    type Args = Args;
    type Gear = WebGear;

    fn title(arguments: &Arguments) -> String {
        super::title("Fetch", arguments, "url")
    }

    fn effects(_: &WebGear, args: &Args, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        let host = aside_web::host_of(&args.url).map_err(|error| ToolError(error.to_string()))?;
        Ok(vec![Effect::Network { host }])
    }

    async fn run(gear: WebGear, args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let wanted = args.max_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let options = FetchOptions {
            max_bytes: wanted.unwrap_or(usize::MAX).min(gear.options.max_bytes),
            // The user was asked about this host, and any page may lead to any other.
            redirects: Redirects::ToSameHost,
            ..gear.options
        };
        let fetched = tokio::select! {
            fetched = gear.web.fetch(&args.url, &options) => fetched,
            () = context.cancel.cancelled() => return Err(crate::blocking::cancelled()),
        };
        let page = fetched.map_err(|error| ToolError(error.to_string()))?;
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(text, "{} (HTTP {})", page.final_url, page.status);
        if let Some(title) = &page.title {
            let _ = write!(text, "\n# {title}");
        }
        if page.is_cut {
            let _ = write!(
                text,
                "\n[Only the first {} bytes were read; `max_bytes` may be larger.]",
                page.bytes
            );
        }
        text.push_str("\n\n");
        text.push_str(&page.markdown);
        Ok(Outcome::Done(ToolOutput {
            text,
            ..ToolOutput::default()
        }))
    }
}
