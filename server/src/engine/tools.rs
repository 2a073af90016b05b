//! The tools of a workspace: those that every request offers, and those that are found.
use std::sync::Arc;

use aside_agent::tool::Tool;
use aside_agent::toolbox::Toolbox;
use aside_tools::{Findable, Found, ToolIndex, find_tools};
use futures_util::future::BoxFuture;

/// Built-in tools that are seldom needed: a model finds them with `find_tools`.
const ON_DEMAND: &[&str] = &[
    "code_interpreter",
    "definition",
    "document_symbols",
    "generate_document",
    "job_output",
    "job_stop",
    "references",
    "schema_fetch",
    "web_search",
];

/// What there is to find.
struct Index {
    own: Vec<Findable>,
}

impl ToolIndex for Index {
    fn all(&self, _: &str) -> BoxFuture<'static, Found> {
        let found = Found {
            tools: self.own.clone(),
            troubles: Vec::new(),
        };
        Box::pin(std::future::ready(found))
    }
}

/// The toolbox made of these tools.
pub fn toolbox(mut tools: Vec<Arc<dyn Tool>>) -> Toolbox {
    let own = tools.iter().map(|tool| tool.spec());
    let own = own.filter(|spec| ON_DEMAND.contains(&&*spec.name));
    let own: Vec<Findable> = own.map(Findable::from).collect();
    let named: Vec<String> = own.iter().map(|tool| tool.name.clone()).collect();
    tools.push(find_tools(Arc::new(Index { own }), &named));
    Toolbox::with_on_demand(tools, ON_DEMAND)
}
