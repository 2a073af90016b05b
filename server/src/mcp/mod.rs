//! MCP servers at work in a workspace: started when first needed, their tools called as
//! `mcp__server__tool`.
mod login;
mod peer;
mod prompts;
mod resources;
mod result;
mod sample;
mod serve;
mod tool;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use aside_agent::tool::Tool;
use aside_agent::toolbox::MoreTools;
use aside_mcp::config::{self, Environment};
use aside_mcp::{Limits, Manager, ServerState, Servers};
use aside_tools::{Findable, Found};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value};

use crate::engine::Engine;
use crate::settings::Settings;
use crate::settings::items::{McpServer, Place};
use peer::Host;
pub use prompts::{commands, expand, is_meant};
pub use resources::{McpResourceTool, NAME as RESOURCE_TOOL};
pub use serve::{BOUNDS as SERVE_BOUNDS, serve};
#[cfg(unix)]
pub use serve::{Offer, connect, offer};
use tool::{McpTool, Word};

/// The servers of an engine. Nothing is made before a server is needed or asked about.
#[derive(Default)]
pub struct Mcp {
    manager: OnceLock<Arc<Manager>>,
    /// The servers that the manager was last told of, and whose they are.
    known: Mutex<Vec<McpServer>>,
    /// The session that last called a tool of each server: what the server asks is asked for it.
    callers: Mutex<BTreeMap<String, String>>,
    /// The servers that sessions may use, of those that may not use all.
    chosen: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Mcp {
    /// The manager, which knows the servers that are configured.
    pub fn manager(&self, engine: &Arc<Engine>) -> Arc<Manager> {
        let make = || {
            let servers = self.configured(&engine.settings(), engine);
            let host = Host::new(Arc::downgrade(engine));
            Arc::new(Manager::new(servers, Arc::new(host), Limits::default()))
        };
        Arc::clone(self.manager.get_or_init(make))
    }

    /// Takes other settings; servers that did not change go on.
    pub fn configure(&self, settings: &Settings, engine: &Engine) {
        let Some(manager) = self.manager.get() else {
            return;
        };
        let is_same = *self.known() == settings.mcp_servers;
        if !is_same {
            manager.configure(self.configured(settings, engine));
        }
    }

    /// Refuses a server that may not act now.
    ///
    /// # Errors
    ///
    /// A sentence that says what to do.
    pub fn check(&self, server: &str, settings: &Settings) -> Result<(), String> {
        if self.may_act(server, settings) {
            return Ok(());
        }
        Err(format!(
            "the MCP server {server} is configured in this workspace, whose files changed since the user trusted them; look at them with `aside trust`"
        ))
    }

    /// Ends all servers.
    pub async fn close(&self) {
        if let Some(manager) = self.manager.get() {
            manager.close().await;
        }
    }

    /// The workspace has other folders.
    pub async fn roots_changed(&self) {
        if let Some(manager) = self.manager.get() {
            manager.roots_changed().await;
        }
    }

    /// Lets a session use these servers alone, or all.
    pub fn choose(&self, session_id: &str, servers: Option<Vec<String>>) {
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        match servers {
            Some(servers) => drop(chosen.insert(session_id.to_owned(), servers)),
            None => drop(chosen.remove(session_id)),
        }
    }

    /// Whether a session may use a server.
    fn is_chosen(&self, session_id: &str, server: &str) -> bool {
        let chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        let servers = chosen.get(session_id);
        servers.is_none_or(|servers| servers.iter().any(|name| name == server))
    }

    /// The session that last called a tool of a server.
    pub fn session_of(&self, server: &str) -> Option<String> {
        self.callers().get(server).cloned()
    }

    fn called_by(&self, server: &str, session_id: &str) {
        self.callers()
            .insert(server.to_owned(), session_id.to_owned());
    }

    fn callers(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<McpServer>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn configured(&self, settings: &Settings, engine: &Engine) -> Servers {
        self.known().clone_from(&settings.mcp_servers);
        read(
            &settings.mcp_servers,
            engine.workspace().key.to_string_lossy(),
        )
    }

    /// Whether a server may act now: one that the workspace brings along, only as long as its
    /// files are those that the user trusts. What runs is of the settings that the manager knows,
    /// what it is told of next is of these settings.
    fn may_act(&self, server: &str, settings: &Settings) -> bool {
        !self.is_workspaces(server, settings)
            || settings.trust.as_ref().is_some_and(|guard| guard.holds())
    }

    fn is_workspaces(&self, server: &str, settings: &Settings) -> bool {
        let is_workspaces =
            |known: &McpServer| known.name == server && matches!(known.place, Place::Workspace);
        self.known()
            .iter()
            .chain(&settings.mcp_servers)
            .any(is_workspaces)
    }

    /// Whether what a server says of its own tools counts: of one that the user set up, not of one
    /// that a repository brings along, though the user trusts that to run.
    fn word_of(&self, server: &str, settings: &Settings) -> Word {
        match self.is_workspaces(server, settings) {
            true => Word::CountsNot,
            false => Word::Counts,
        }
    }
}

/// The servers of settings, variables of the environment put in.
pub fn read(servers: &[McpServer], workspace: impl Into<String>) -> Servers {
    let variables: BTreeMap<String, String> = crate::cli::environment();
    let environment = Environment::new(variables, workspace);
    let mut all = Servers::default();
    for server in servers {
        let mut entries = Map::new();
        entries.insert(server.name.clone(), Value::Object(server.json.clone()));
        let origin = match server.place {
            Place::User => "settings",
            Place::Workspace => "workspace",
        };
        match config::read_entries(&entries, "mcpServers", origin, &environment) {
            Ok(read) => all = all.merged(read),
            Err(error) => tracing::warn!(%error, server = server.name, "an MCP server is left out"),
        }
    }
    all
}

/// The tools of servers, for a toolbox.
pub struct ServerTools {
    engine: Weak<Engine>,
}

impl ServerTools {
    /// Does not keep the engine alive.
    pub fn new(engine: Weak<Engine>) -> Self {
        Self { engine }
    }

    /// All tools of all servers that are switched on, which are started for it.
    pub fn all(&self, session_id: &str) -> BoxFuture<'static, Found> {
        let session_id = session_id.to_owned();
        let engine = self.engine.upgrade();
        Box::pin(async move {
            let Some(engine) = engine else {
                return Found::default();
            };
            if engine.settings().mcp_servers.is_empty() {
                return Found::default();
            }
            let manager = engine.mcp().manager(&engine);
            let settings = engine.settings();
            let servers = manager.status().into_iter();
            let servers = servers.filter(|server| server.state != ServerState::Disabled);
            let servers = servers.filter(|server| engine.mcp().may_act(&server.name, &settings));
            let is_chosen = |name: &str| engine.mcp().is_chosen(&session_id, name);
            let servers = servers.filter(|server| is_chosen(&server.name));
            let asked = servers.map(|server| {
                let manager = Arc::clone(&manager);
                async move { (manager.tools(&server.name).await, server.name) }
            });
            let mut found = Found::default();
            for (tools, server) in join_all(asked).await {
                match tools {
                    Ok(tools) => found.tools.extend(tools.iter().map(|tool| Findable {
                        name: tool.wire_name.clone(),
                        description: tool.description.clone(),
                        input_schema: Value::Object((*tool.input_schema).clone()),
                    })),
                    Err(error) => found.troubles.push(format!(
                        "[The tools of the MCP server {server} are not there: {error}]"
                    )),
                }
            }
            found
        })
    }
}

impl MoreTools for ServerTools {
    fn get(&self, name: &str) -> Option<Arc<dyn Tool>> {
        let engine = self.engine.upgrade()?;
        let settings = engine.settings();
        if settings.mcp_servers.is_empty() {
            return None;
        }
        let manager = engine.mcp().manager(&engine);
        let (server, tool) = manager.find(name)?;
        let word = engine.mcp().word_of(&server, &settings);
        let status = manager.server(&server).ok()?;
        let known = status.tools.iter().find(|known| known.wire_name == name);
        Some(Arc::new(McpTool::new(
            Weak::clone(&self.engine),
            name,
            (server, tool),
            known,
            word,
        )))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::{Mcp, Word};
    use crate::settings::Settings;
    use crate::settings::items::{McpServer, Place};

    #[test]
    fn a_server_of_a_workspace_that_is_not_trusted_does_not_act() {
        let server = |name: &str, place| McpServer {
            name: name.to_owned(),
            json: Map::new(),
            place,
        };
        let settings = Settings {
            mcp_servers: vec![
                server("mine", Place::User),
                server("theirs", Place::Workspace),
            ],
            ..Settings::default()
        };
        let mcp = Mcp::default();
        // Before anything asked for a server, and after.
        for _ in 0..2 {
            assert!(mcp.check("mine", &settings).is_ok());
            assert!(mcp.check("theirs", &settings).is_err());
            assert_eq!(mcp.word_of("mine", &settings), Word::Counts);
            assert_eq!(mcp.word_of("theirs", &settings), Word::CountsNot);
            mcp.known().clone_from(&settings.mcp_servers);
        }
        // It still runs though the settings that are read now do not name it.
        assert!(mcp.check("theirs", &Settings::default()).is_err());
    }
}
