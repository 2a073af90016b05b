//! One server: started when first needed, started again when it ended by itself.
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::{ServerConfig, Transport};
use crate::connection::{Connection, Handshake};
use crate::error::McpError;
use crate::http;
use crate::life::Alive;
use crate::limits::Limits;
use crate::lists::{ListKind, Pages};
use crate::peer::Peer;
use crate::signals::lock;
use crate::status::{PromptInfo, ResourceInfo, ServerState, ServerStatus, ToolInfo, TransportKind};
use crate::vault::Vault;

/// What is the same for all servers.
pub(crate) struct Shared {
    pub(crate) host: Arc<dyn Peer>,
    pub(crate) limits: Limits,
    /// Ends all servers.
    pub(crate) stop: CancellationToken,
    /// How many lives there are, also of servers that are configured no more.
    pub(crate) lives: watch::Sender<usize>,
}

/// A server.
pub(crate) struct Server {
    pub(crate) shared: Arc<Shared>,
    pub(crate) config: Arc<ServerConfig>,
    /// Whether it is switched on by the configuration, whatever the user did since.
    is_enabled: bool,
    /// Cancelled when it is configured no more.
    gone: CancellationToken,
    pub(crate) phase: watch::Sender<Phase>,
    pub(crate) lists: Mutex<Lists>,
    pub(crate) vault: Vault,
    life: Mutex<Option<Life>>,
    /// Only one restart or stop goes on at a time.
    turn: tokio::sync::Mutex<()>,
}

/// What is known of a server's lists.
#[derive(Clone)]
pub(crate) struct Lists {
    pub(crate) tools: Arc<[ToolInfo]>,
    /// None before they are first read.
    pub(crate) prompts: Option<Arc<[PromptInfo]>>,
    /// None before they are first read.
    pub(crate) resources: Option<Arc<[ResourceInfo]>>,
    pub(crate) instructions: Arc<str>,
    pub(crate) handshake: Handshake,
}

/// What a server does.
#[derive(Clone)]
pub(crate) enum Phase {
    Disabled,
    Stopped,
    Starting,
    Ready(Arc<Connection>),
    Failed {
        error: McpError,
        since: Instant,
    },
    /// The user is asked to log in.
    LoggingIn,
    NeedsAuth,
}

/// From a start to the end, with the starts in between that a server needs that ends by itself.
struct Life {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) fn new(shared: Arc<Shared>, config: ServerConfig) -> Arc<Self> {
        let is_enabled = config.enabled;
        Self::switched(shared, config, is_enabled)
    }

    /// A server that the user switched on or off.
    pub(crate) fn switched(
        shared: Arc<Shared>,
        config: ServerConfig,
        is_enabled: bool,
    ) -> Arc<Self> {
        let phase = match config.enabled {
            true => Phase::Stopped,
            false => Phase::Disabled,
        };
        let url = match &config.transport {
            Transport::Http(to) => http::key(&to.url),
            Transport::Stdio(_) => String::new(),
        };
        Arc::new(Self {
            vault: Vault::new(url, shared.host.tokens()),
            gone: shared.stop.child_token(),
            shared,
            config: Arc::new(config),
            is_enabled,
            phase: watch::Sender::new(phase),
            lists: Mutex::new(Lists {
                tools: Arc::new([]),
                prompts: None,
                resources: None,
                instructions: Arc::from(""),
                handshake: Handshake::Initialize,
            }),
            life: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// The same, with the switch the other way.
    pub(crate) fn flipped(&self) -> Arc<Self> {
        let mut config = (*self.config).clone();
        config.enabled = !config.enabled;
        Self::switched(Arc::clone(&self.shared), config, self.is_enabled)
    }

    /// Whether it need not be started again for this configuration. A switch of the user's stays
    /// as it is until the configuration changes.
    pub(crate) fn is_of(&self, config: &ServerConfig) -> bool {
        let mut written = (*self.config).clone();
        written.enabled = self.is_enabled;
        written == *config
    }

    /// What is known of its lists.
    pub(crate) fn lists(&self) -> Lists {
        lock(&self.lists).clone()
    }

    pub(crate) fn status(&self) -> ServerStatus {
        let (state, error) = match &*self.phase.borrow() {
            Phase::Disabled => (ServerState::Disabled, None),
            Phase::Stopped => (ServerState::Stopped, None),
            Phase::Starting => (ServerState::Starting, None),
            Phase::Ready(_) => (ServerState::Ready, None),
            Phase::Failed { error, .. } => (ServerState::Failed, Some(error.to_string())),
            Phase::LoggingIn | Phase::NeedsAuth => {
                let server = self.config.name.clone();
                let error = McpError::NeedsAuth { server };
                (ServerState::NeedsAuth, Some(error.to_string()))
            }
        };
        let lists = self.lists();
        ServerStatus {
            name: self.config.name.clone(),
            state,
            transport: match self.config.transport {
                Transport::Stdio(_) => TransportKind::Stdio,
                Transport::Http(_) => TransportKind::Http,
            },
            origin: self.config.origin.clone(),
            tools: lists.tools,
            prompts: lists.prompts.unwrap_or_default(),
            resources: lists.resources.unwrap_or_default(),
            instructions: lists.instructions,
            error,
        }
    }

    /// The connection, if there is one now.
    pub(crate) fn current(&self) -> Option<Arc<Connection>> {
        match &*self.phase.borrow() {
            Phase::Ready(connection) if !connection.is_closed() => Some(Arc::clone(connection)),
            Phase::Disabled
            | Phase::Stopped
            | Phase::Starting
            | Phase::Ready(_)
            | Phase::Failed { .. }
            | Phase::LoggingIn
            | Phase::NeedsAuth => None,
        }
    }

    /// The connection, made if there is none. The server goes on starting if this is dropped.
    pub(crate) async fn connection(self: &Arc<Self>) -> Result<Arc<Connection>, McpError> {
        let mut phase = self.phase.subscribe();
        self.begin();
        loop {
            if self.gone.is_cancelled() {
                return Err(McpError::Closing);
            }
            match &*phase.borrow_and_update() {
                Phase::Ready(connection) if !connection.is_closed() => {
                    return Ok(Arc::clone(connection));
                }
                // Whoever watches it finds out in a moment.
                Phase::Ready(_) | Phase::Starting | Phase::LoggingIn => {}
                Phase::Disabled => {
                    let server = self.config.name.clone();
                    return Err(McpError::Disabled { server });
                }
                Phase::Stopped => return Err(McpError::Closing),
                Phase::Failed { error, .. } => return Err(error.clone()),
                Phase::NeedsAuth => {
                    let server = self.config.name.clone();
                    return Err(McpError::NeedsAuth { server });
                }
            }
            if phase.changed().await.is_err() {
                return Err(McpError::Closing);
            }
        }
    }

    /// Starts a life if there is none and one may begin.
    fn begin(self: &Arc<Self>) {
        let mut life = lock(&self.life);
        let may = match &*self.phase.borrow() {
            Phase::Stopped => true,
            Phase::Failed { since, .. } => since.elapsed() >= self.shared.limits.retry_after,
            Phase::Disabled
            | Phase::Starting
            | Phase::Ready(_)
            | Phase::LoggingIn
            | Phase::NeedsAuth => false,
        };
        if !may || self.gone.is_cancelled() {
            return;
        }
        self.enter(Phase::Starting);
        let stop = self.gone.child_token();
        let server = Arc::clone(self);
        let token = stop.clone();
        let alive = Alive::new(&self.shared);
        let task = tokio::spawn(async move {
            let _alive = alive;
            server.live(token).await;
        });
        *life = Some(Life { stop, task });
    }

    /// Reads a list, and once more if the server ended meanwhile: lists change nothing.
    async fn list(
        self: &Arc<Self>,
        connection: Arc<Connection>,
        kind: ListKind,
    ) -> Result<Pages, McpError> {
        match connection.list(kind).await {
            Err(McpError::Died { .. }) => self.connection().await?.list(kind).await,
            result => result,
        }
    }

    /// Ends the server, and waits until it ended.
    pub(crate) async fn stop(&self) {
        let _turn = self.turn.lock().await;
        let life = lock(&self.life).take();
        if let Some(life) = life {
            life.stop.cancel();
            let _ = life.task.await;
        }
        // Somebody may have needed it again meanwhile.
        let life = lock(&self.life);
        if life.is_none() && !matches!(*self.phase.borrow(), Phase::Disabled) {
            self.enter(Phase::Stopped);
        }
    }

    /// Ends the server in the background, for ever.
    pub(crate) fn abandon(&self) {
        self.gone.cancel();
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.send_replace(phase);
        // Another may have its name by now.
        if !self.gone.is_cancelled() {
            self.shared.host.changed(&self.status());
        }
    }

    /// Its prompts, which are read if they were not yet.
    pub(crate) async fn prompts(self: &Arc<Self>) -> Result<Arc<[PromptInfo]>, McpError> {
        let connection = self.connection().await?;
        if let Some(prompts) = self.lists().prompts {
            return Ok(prompts);
        }
        let prompts = self.list(connection, ListKind::Prompts).await?.prompts();
        lock(&self.lists).prompts = Some(Arc::clone(&prompts));
        Ok(prompts)
    }

    /// Its resources, which are read if they were not yet.
    pub(crate) async fn resources(self: &Arc<Self>) -> Result<Arc<[ResourceInfo]>, McpError> {
        let connection = self.connection().await?;
        if let Some(resources) = self.lists().resources {
            return Ok(resources);
        }
        let resources = self
            .list(connection, ListKind::Resources)
            .await?
            .resources();
        lock(&self.lists).resources = Some(Arc::clone(&resources));
        Ok(resources)
    }
}
