//! The web and databases as tools.
mod schema_fetch;
mod web_fetch;
mod web_search;

use std::sync::Arc;

use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use aside_web::{FetchOptions, SearchProvider, Web};
use futures_util::future::BoxFuture;

use crate::{arguments, definition};

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

/// What a tool with something of its own to work with does.
trait Geared: Send + Sync + Sized + 'static {
    /// Its arguments, as the schema says.
    type Args: serde::de::DeserializeOwned + Send + 'static;
    /// What it works with.
    type Gear: Clone + Send + Sync + 'static;

    /// As [`Tool::title`].
    fn title(arguments: &Arguments) -> String;

    /// As [`Tool::effects`].
    fn effects(gear: &Self::Gear, args: &Self::Args) -> Result<Vec<Effect>, ToolError>;

    /// As [`Tool::call`].
    fn run(
        gear: Self::Gear,
        args: Self::Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static;
}

struct Typed<G: Geared> {
    spec: ToolSpec,
    gear: G::Gear,
}

fn tool<G: Geared>(spec: ToolSpec, gear: G::Gear) -> Arc<dyn Tool> {
    Arc::new(Typed::<G> { spec, gear })
}

impl<G: Geared> Tool for Typed<G> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        G::title(arguments)
    }

    fn effects(&self, arguments: &Arguments, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        let args = arguments::parse(&self.spec.input_schema, arguments.clone())?;
        G::effects(&self.gear, &args)
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let args = arguments::parse(&self.spec.input_schema, arguments);
        let gear = self.gear.clone();
        Box::pin(async move { G::run(gear, args?, context).await })
    }
}

/// A title with one word of the arguments in it.
fn title(what: &str, arguments: &Arguments, name: &str) -> String {
    let word = definition::word(arguments, name).unwrap_or_default();
    crate::text::title(&format!("{what} {word}"))
}
