//! The web and databases as tools.
mod schema_fetch;
mod web_fetch;
mod web_search;

use std::sync::Arc;

use aside_agent::tool::Arguments;
use aside_web::{FetchOptions, SearchProvider, Web};

use crate::definition;

pub(crate) use schema_fetch::MAX_SCHEMA_BYTES;
pub use schema_fetch::{NamedDatabase, schema_fetch};
pub use web_fetch::web_fetch;
pub use web_search::web_search;
pub(crate) use web_search::{DEFAULT_HITS, MAX_HITS};

/// How the web is reached.
#[derive(Clone)]
pub struct WebGear {
    /// Fetches and searches.
    pub web: Arc<Web>,
    /// How pages are fetched.
    pub options: FetchOptions,
    /// Who searches, where somebody does.
    pub search: Option<SearchProvider>,
}

/// A title with one word of the arguments in it.
fn title(what: &str, arguments: &Arguments, name: &str) -> String {
    let word = definition::word(arguments, name).unwrap_or_default();
    crate::text::title(&format!("{what} {word}"))
}
