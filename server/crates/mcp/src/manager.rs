//! All servers.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use serde_json::{Map, Value};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::call::Call;
use crate::config::{Fault, Servers};
use crate::connection::Connection;
use crate::error::McpError;
use crate::limits::Limits;
use crate::names::{server_part, split, tool_part};
use crate::peer::Peer;
use crate::request::Wait;
use crate::result::{
    CallResult, PromptMessage, ResourceContent, call_result, prompt_messages, resource_contents,
};
use crate::server::{Server, Shared};
use crate::signals::lock;
use crate::status::{PromptInfo, ResourceInfo, ServerState, ServerStatus, ToolInfo, TransportKind};

/// The servers of a program, shared by all its sessions. Making one starts nothing. Dropped, it
/// ends all servers in the background; [`Manager::close`] waits for that.
pub struct Manager {
    shared: Arc<Shared>,
    entries: Mutex<BTreeMap<String, Entry>>,
}

#[derive(Clone)]
enum Entry {
    Server(Arc<Server>),
    Fault(Fault),
}

impl Manager {
    /// These servers, none of which is started yet.
    #[must_use]
    pub fn new(servers: Servers, host: Arc<dyn Peer>, limits: Limits) -> Self {
        let manager = Self {
            shared: Arc::new(Shared {
                host,
                limits,
                stop: CancellationToken::new(),
                lives: watch::Sender::new(0),
            }),
            entries: Mutex::default(),
        };
        manager.configure(servers);
        manager
    }

    /// Takes these servers in place of those that there are. Those that did not change go on
    /// running; the others are ended in the background, and started when they are next needed.
    pub fn configure(&self, servers: Servers) {
        let mut entries = lock(&self.entries);
        let mut old = std::mem::take(&mut *entries);
        for config in servers.servers {
            let name = config.name.clone();
            let entry = match old.remove(&name) {
                Some(Entry::Server(server)) if server.is_of(&config) => Entry::Server(server),
                old => {
                    end(old);
                    Entry::Server(Server::new(Arc::clone(&self.shared), config))
                }
            };
            entries.insert(name, entry);
        }
        for fault in servers.faults {
            end(old.remove(&fault.server));
            entries.insert(fault.server.clone(), Entry::Fault(fault));
        }
        for (_, entry) in old {
            end(Some(entry));
        }
    }

    /// All servers, by their names.
    #[must_use]
    pub fn status(&self) -> Vec<ServerStatus> {
        lock(&self.entries).values().map(status).collect()
    }

    /// One server.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn server(&self, name: &str) -> Result<ServerStatus, McpError> {
        self.entry(name).map(|entry| status(&entry))
    }

    /// Ends a server and starts it again, also one that failed or wants a login.
    ///
    /// # Errors
    /// It could not be started.
    pub async fn restart(&self, name: &str) -> Result<ServerStatus, McpError> {
        let server = self.get(name)?;
        server.stop().await;
        server.connection().await?;
        Ok(server.status())
    }

    /// Switches a server on or off. One that is switched on is started when it is next needed.
    ///
    /// # Errors
    /// There is none of this name.
    pub async fn set_enabled(
        &self,
        name: &str,
        is_enabled: bool,
    ) -> Result<ServerStatus, McpError> {
        let server = self.get(name)?;
        if server.config.enabled == is_enabled {
            return Ok(server.status());
        }
        let new = server.flipped();
        lock(&self.entries).insert(name.to_owned(), Entry::Server(Arc::clone(&new)));
        server.abandon();
        server.stop().await;
        let status = new.status();
        self.shared.host.changed(&status);
        Ok(status)
    }

    /// The tools of a server, which is started.
    ///
    /// # Errors
    /// It could not be started.
    pub async fn tools(&self, name: &str) -> Result<Arc<[ToolInfo]>, McpError> {
        let server = self.get(name)?;
        server.connection().await?;
        Ok(server.lists().tools)
    }

    /// The prompts of a server, which is started.
    ///
    /// # Errors
    /// It could not be started, or did not list them.
    pub async fn prompts(&self, name: &str) -> Result<Arc<[PromptInfo]>, McpError> {
        let server = self.get(name)?;
        server.prompts().await
    }

    /// The resources of a server, which is started.
    ///
    /// # Errors
    /// It could not be started, or did not list them.
    pub async fn resources(&self, name: &str) -> Result<Arc<[ResourceInfo]>, McpError> {
        let server = self.get(name)?;
        server.resources().await
    }

    /// The server and the tool that models know by a name. The server need not run; a tool that
    /// it did not list yet is named as it stands in the name, which [`Manager::call`] takes too.
    #[must_use]
    pub fn find(&self, wire_name: &str) -> Option<(String, String)> {
        let (server, tool) = split(wire_name)?;
        let entries = lock(&self.entries);
        let name = entries.keys().find(|name| server_part(name) == server)?;
        let Some(Entry::Server(server)) = entries.get(name) else {
            return Some((name.clone(), tool.to_owned()));
        };
        let tools = server.lists().tools;
        let known = tools.iter().find(|tool| tool.wire_name == wire_name);
        let tool = known.map_or(tool, |tool| &tool.name);
        Some((name.clone(), tool.to_owned()))
    }

    /// Calls a tool. The server is started if it does not run. A call that was sent is never
    /// sent again.
    ///
    /// # Errors
    /// See [`McpError`]. That the tool itself failed is no error, but a result that says so.
    pub async fn call(&self, call: Call) -> Result<CallResult, McpError> {
        let server = self.get(&call.server)?;
        let connection = tokio::select! {
            connection = server.connection() => connection?,
            () = call.cancel.cancelled() => {
                return Err(McpError::Cancelled { server: call.server });
            }
        };
        let part = server_part(&call.server);
        let tools = server.lists().tools;
        let tool = tools
            .iter()
            .find(|tool| tool.name == call.tool)
            .or_else(|| {
                let is_it = |tool: &&ToolInfo| tool_part(&part, &tool.name) == call.tool;
                tools.iter().find(is_it)
            });
        let Some(tool) = tool else {
            return Err(McpError::UnknownTool {
                server: call.server,
                tool: call.tool,
            });
        };
        let config = &connection.config;
        let configured = config.tool_timeouts.get(&tool.name);
        let idle = configured.copied().unwrap_or(config.call_timeout);
        let idle = call.idle_timeout.unwrap_or(idle);
        let wait = Wait {
            name: tool.name.clone(),
            idle,
            total: config.total_timeout.max(idle),
            cancel: call.cancel,
            on_progress: call.on_progress,
        };
        let mut params = Map::new();
        params.insert("name".to_owned(), Value::String(tool.name.clone()));
        params.insert("arguments".to_owned(), Value::Object(call.arguments));
        let answer = connection
            .request("tools/call", params, wait.clone())
            .await?;
        call_result(answer, &connection.limits)
            .map_err(|reason| connection.bad_answer(&wait, reason))
    }

    /// What a prompt says with these arguments.
    ///
    /// # Errors
    /// See [`McpError`].
    pub async fn get_prompt(
        &self,
        server: &str,
        prompt: &str,
        arguments: BTreeMap<String, String>,
    ) -> Result<Vec<PromptMessage>, McpError> {
        let connection = self.get(server)?.connection().await?;
        let arguments = arguments
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect();
        let mut params = Map::new();
        params.insert("name".to_owned(), Value::String(prompt.to_owned()));
        params.insert("arguments".to_owned(), Value::Object(arguments));
        let (answer, wait) = ask(&connection, "prompts/get", params).await?;
        prompt_messages(answer, &connection.limits)
            .map_err(|reason| connection.bad_answer(&wait, reason))
    }

    /// What is in a resource.
    ///
    /// # Errors
    /// See [`McpError`].
    pub async fn read_resource(
        &self,
        server: &str,
        uri: &str,
    ) -> Result<Vec<ResourceContent>, McpError> {
        let connection = self.get(server)?.connection().await?;
        let mut params = Map::new();
        params.insert("uri".to_owned(), Value::String(uri.to_owned()));
        let (answer, wait) = ask(&connection, "resources/read", params).await?;
        resource_contents(answer, &connection.limits)
            .map_err(|reason| connection.bad_answer(&wait, reason))
    }

    /// Tells all servers that run that the folders of the workspace changed.
    pub async fn roots_changed(&self) {
        let running: Vec<_> = lock(&self.entries)
            .values()
            .filter_map(|entry| match entry {
                Entry::Server(server) => server.current(),
                Entry::Fault(_) => None,
            })
            .collect();
        join_all(running.iter().map(|connection| connection.tell_roots())).await;
    }

    /// Ends all servers, with everything they started, and waits until they ended: a few seconds
    /// at most. Nothing can be started afterwards.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        let mut lives = self.shared.lives.subscribe();
        // It cannot fail, as the sender is there.
        let _ = lives.wait_for(|lives| *lives == 0).await;
    }

    fn entry(&self, name: &str) -> Result<Entry, McpError> {
        let entries = lock(&self.entries);
        let entry = entries.get(name).cloned();
        entry.ok_or_else(|| McpError::UnknownServer {
            server: name.to_owned(),
        })
    }

    fn get(&self, name: &str) -> Result<Arc<Server>, McpError> {
        match self.entry(name)? {
            Entry::Server(server) => Ok(server),
            Entry::Fault(fault) => Err(McpError::Config {
                server: fault.server,
                reason: fault.error.to_string(),
            }),
        }
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

async fn ask(
    connection: &Connection,
    method: &str,
    params: Map<String, Value>,
) -> Result<(Value, Wait), McpError> {
    let wait = Wait::plain(method, connection);
    let answer = connection.request(method, params, wait.clone()).await?;
    Ok((answer, wait))
}

fn end(entry: Option<Entry>) {
    if let Some(Entry::Server(server)) = entry {
        server.abandon();
    }
}

fn status(entry: &Entry) -> ServerStatus {
    match entry {
        Entry::Server(server) => server.status(),
        Entry::Fault(fault) => ServerStatus {
            name: fault.server.clone(),
            state: ServerState::Failed,
            transport: TransportKind::Stdio,
            origin: fault.origin.clone(),
            tools: Arc::new([]),
            prompts: Arc::new([]),
            resources: Arc::new([]),
            instructions: Arc::from(""),
            error: Some(fault.error.to_string()),
        },
    }
}
