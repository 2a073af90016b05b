//! `web_search`: what a search engine finds.
use std::fmt::Write as _;
use std::sync::Arc;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput};
use serde::Deserialize;

use super::WebGear;
use crate::definition;
use crate::geared::{self, Geared};

/// How many pages are found where no limit is given.
pub(crate) const DEFAULT_HITS: u64 = 8;
/// How many pages one call finds at most.
pub(crate) const MAX_HITS: u64 = 20;

#[derive(Debug, Deserialize)]
struct Args {
    query: String,
    limit: Option<u64>,
}

struct WebSearch;

/// The tool; none where nobody searches.
pub fn web_search(gear: &WebGear) -> Option<Arc<dyn Tool>> {
    gear.search.as_ref()?;
    let spec = definition::spec(
        "web_search",
        ToolKind::Fetch,
        include_str!("../../descriptions/web_search.md"),
        include_str!("../../descriptions/web_search.json"),
    );
    Some(geared::tool::<WebSearch>(spec, gear.clone()))
}

impl Geared for WebSearch {
    type Args = Args;
    type Gear = WebGear;

    fn title(arguments: &Arguments) -> String {
        super::title("Search the web for", arguments, "query")
    }

    fn effects(gear: &WebGear, _: &Args, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        let provider = gear.search.as_ref();
        let host = provider.and_then(|provider| provider.host());
        Ok(host
            .map(|host| Effect::Network { host })
            .into_iter()
            .collect())
    }

    async fn run(gear: WebGear, args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
        let Some(provider) = &gear.search else {
            return Err(ToolError("No search engine is configured.".to_owned()));
        };
        let limit = args.limit.unwrap_or(DEFAULT_HITS).clamp(1, MAX_HITS);
        let limit = usize::try_from(limit).unwrap_or(1);
        let search = gear.web.search(provider, &args.query, limit);
        let found = tokio::select! {
            found = tokio::time::timeout(gear.options.timeout, search) => found,
            () = context.cancel.cancelled() => return Err(crate::blocking::cancelled()),
        };
        let hits = found
            .map_err(|_| {
                ToolError(format!(
                    "{} did not answer within {} s. Try again later.",
                    provider.name(),
                    gear.options.timeout.as_secs()
                ))
            })?
            .map_err(|error| ToolError(error.to_string()))?;
        let mut text = String::new();
        for hit in &hits {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "[{}]({})\n{}\n", hit.title, hit.url, hit.snippet);
        }
        if hits.is_empty() {
            text.push_str("Nothing was found. Try other words.");
        }
        Ok(Outcome::Done(ToolOutput {
            text,
            ..ToolOutput::default()
        }))
    }
}
