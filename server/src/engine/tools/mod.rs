//! The tools of a workspace: those that every request offers, and those that are found.
#[cfg(test)]
mod docs;

use std::sync::Arc;

use aside_agent::tool::Tool;
use aside_agent::toolbox::Toolbox;
use aside_tools::{Findable, Found, ToolIndex, find_tools};
use futures_util::future::BoxFuture;

use super::Engine;
use super::custom::custom_tools;
use super::web;
use crate::mcp::{McpResourceTool, RESOURCE_TOOL, ServerTools};
use crate::settings::Settings;

/// Built-in tools that are seldom needed: a model finds them with `find_tools`.
const ON_DEMAND: &[&str] = &[
    "code_interpreter",
    "definition",
    "document_symbols",
    "generate_document",
    "job_output",
    "job_stop",
    RESOURCE_TOOL,
    "references",
    "schema_fetch",
    "web_search",
];

/// What there is to find.
struct Index {
    own: Vec<Findable>,
    /// Those of MCP servers, where there may be some.
    servers: Option<Arc<ServerTools>>,
}

impl ToolIndex for Index {
    fn all(&self, session_id: &str) -> BoxFuture<'static, Found> {
        let own = self.own.clone();
        let servers = self.servers.as_ref().map(|servers| servers.all(session_id));
        Box::pin(async move {
            let mut found = match servers {
                Some(servers) => servers.await,
                None => Found::default(),
            };
            found.tools.splice(0..0, own);
            found
        })
    }
}

/// The toolbox of an engine, as its settings are now.
pub fn toolbox(engine: &Arc<Engine>) -> Toolbox {
    let settings = engine.settings();
    let mut tools: Vec<Arc<dyn Tool>> = aside_tools::builtin(engine.services());
    tools.extend(custom_tools(&settings, engine.services()));
    tools.extend(web::web_tools(&settings));
    let servers = Arc::new(ServerTools::new(Arc::downgrade(engine)));
    if !settings.mcp_servers.is_empty() {
        tools.push(Arc::new(McpResourceTool::new(Arc::downgrade(engine))));
    }
    let finder = finder(&tools, &settings, Some(Arc::clone(&servers)));
    tools.push(finder);
    Toolbox::with_on_demand(tools, ON_DEMAND).with_more(servers)
}

/// The tool that finds those that are not offered by themselves.
fn finder(
    tools: &[Arc<dyn Tool>],
    settings: &Settings,
    servers: Option<Arc<ServerTools>>,
) -> Arc<dyn Tool> {
    let own = tools.iter().map(|tool| tool.spec());
    let own = own.filter(|spec| ON_DEMAND.contains(&&*spec.name));
    let own: Vec<Findable> = own.map(Findable::from).collect();
    let own_names = own.iter().map(|tool| tool.name.clone());
    let servers_named = settings.mcp_servers.iter();
    let servers_named =
        servers_named.map(|server| format!("those of the MCP server {}", server.name));
    let named: Vec<String> = own_names.chain(servers_named).collect();
    find_tools(Arc::new(Index { own, servers }), &named)
}
