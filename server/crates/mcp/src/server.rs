//! One server: started when first needed, started again when it ended by itself.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::{ServerConfig, Transport};
use crate::connection::{Connection, Handshake, StartError};
use crate::error::McpError;
use crate::http;
use crate::limits::Limits;
use crate::lists::{ListKind, Pages};
use crate::login::{Login, login};
use crate::peer::Peer;
use crate::signals::lock;
use crate::status::{PromptInfo, ResourceInfo, ServerState, ServerStatus, ToolInfo, TransportKind};
use crate::vault::Vault;

/// The least time between two readings of a server's lists that it says have changed.
pub(crate) const REFRESH_PAUSE: Duration = Duration::from_secs(1);

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
    shared: Arc<Shared>,
    pub(crate) config: Arc<ServerConfig>,
    /// Whether it is switched on by the configuration, whatever the user did since.
    is_enabled: bool,
    /// Cancelled when it is configured no more.
    gone: CancellationToken,
    phase: watch::Sender<Phase>,
    lists: Mutex<Lists>,
    vault: Vault,
    life: Mutex<Option<Life>>,
    /// Only one restart or stop goes on at a time.
    turn: tokio::sync::Mutex<()>,
}

/// What is known of a server's lists.
#[derive(Clone)]
pub(crate) struct Lists {
    pub(crate) tools: Arc<[ToolInfo]>,
    /// None before they are first read.
    prompts: Option<Arc<[PromptInfo]>>,
    /// None before they are first read.
    resources: Option<Arc<[ResourceInfo]>>,
    instructions: Arc<str>,
    handshake: Handshake,
}

/// What a server does.
#[derive(Clone)]
enum Phase {
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
        if !matches!(*self.phase.borrow(), Phase::Disabled) {
            self.enter(Phase::Stopped);
        }
    }

    /// Ends the server in the background, for ever.
    pub(crate) fn abandon(&self) {
        self.gone.cancel();
    }

    async fn live(self: Arc<Self>, stop: CancellationToken) {
        tokio::select! {
            () = self.lives() => {}
            () = stop.cancelled() => {}
        }
        let connection = self.current_or_closed();
        if let Some(connection) = connection {
            connection.end().await;
            self.enter(Phase::Stopped);
        } else if matches!(*self.phase.borrow(), Phase::Starting | Phase::LoggingIn) {
            self.enter(Phase::Stopped);
        }
    }

    fn current_or_closed(&self) -> Option<Arc<Connection>> {
        match &*self.phase.borrow() {
            Phase::Ready(connection) => Some(Arc::clone(connection)),
            Phase::Disabled
            | Phase::Stopped
            | Phase::Starting
            | Phase::Failed { .. }
            | Phase::LoggingIn
            | Phase::NeedsAuth => None,
        }
    }

    /// Ends in a phase that lasts.
    async fn lives(&self) {
        let limits = &self.shared.limits;
        let mut ended = 0;
        let mut logged_in = false;
        loop {
            let began = Instant::now();
            let reason = match self.start().await {
                Ok(connection) => {
                    logged_in = false;
                    self.enter(Phase::Ready(Arc::clone(&connection)));
                    self.attend(&connection).await;
                    let reason = connection.reason().await;
                    warn!(server = self.config.name, "{reason}");
                    connection.end().await;
                    reason
                }
                // A token that it takes no more, or too little a one, right after a login.
                Err(StartError::NeedsAuth(_)) if logged_in => {
                    return self.fail("It refuses the login that it asked for.".to_owned());
                }
                Err(StartError::NeedsAuth(challenge)) => match self.log_in(&challenge).await {
                    Login::Done => {
                        logged_in = true;
                        self.enter(Phase::Starting);
                        continue;
                    }
                    Login::Declined => return self.enter(Phase::NeedsAuth),
                    Login::Failed(reason) => return self.fail(reason),
                },
                Err(StartError::Reason(reason) | StartError::NoHandshake(reason)) if ended == 0 => {
                    return self.fail(reason);
                }
                Err(StartError::Reason(reason) | StartError::NoHandshake(reason)) => reason,
            };
            if began.elapsed() >= limits.stable_after {
                ended = 0;
            }
            ended += 1;
            if ended > limits.restarts {
                return self.fail(format!("It ended {ended} times in a row. {reason}"));
            }
            self.enter(Phase::Starting);
            sleep(limits.restart_delay * 2_u32.saturating_pow(ended - 1)).await;
        }
    }

    async fn log_in(&self, challenge: &str) -> Login {
        let Transport::Http(to) = &self.config.transport else {
            return Login::Declined;
        };
        let is_told = |name: &String| name.eq_ignore_ascii_case("authorization");
        if to.headers.keys().any(is_told) {
            let reason = "It refuses the `Authorization` header that is set for it. Correct it.";
            return Login::Failed(reason.to_owned());
        }
        self.enter(Phase::LoggingIn);
        let host = self.shared.host.as_ref();
        login(to, &self.config.name, host, &self.vault, challenge).await
    }

    fn fail(&self, reason: String) {
        warn!(server = self.config.name, "it could not be started");
        self.enter(Phase::Failed {
            error: McpError::Start {
                server: self.config.name.clone(),
                reason,
            },
            since: Instant::now(),
        });
    }

    fn enter(&self, phase: Phase) {
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

    /// Connects, and reads the list of tools.
    async fn start(&self) -> Result<Arc<Connection>, StartError> {
        let limit = self.config.start_timeout;
        match timeout(limit, self.start_by_handshake()).await {
            Ok(started) => started,
            Err(_elapsed) => Err(StartError::Reason(format!(
                "It did not introduce itself and list its tools in {} seconds. A longer \
                 `startTimeout` can be set for it.",
                limit.as_secs_f64()
            ))),
        }
    }

    async fn start_by_handshake(&self) -> Result<Arc<Connection>, StartError> {
        let known = lock(&self.lists).handshake;
        match self.open(known).await {
            Err(StartError::NoHandshake(reason)) if known == Handshake::Initialize => {
                match self.open(Handshake::Discover).await {
                    Ok(connection) => {
                        lock(&self.lists).handshake = Handshake::Discover;
                        Ok(connection)
                    }
                    // What it said first is nearer to the matter.
                    Err(_) => Err(StartError::NoHandshake(reason)),
                }
            }
            result => result,
        }
    }

    async fn open(&self, handshake: Handshake) -> Result<Arc<Connection>, StartError> {
        let connection = Connection::open(
            Arc::clone(&self.config),
            Arc::clone(&self.shared.host),
            self.shared.limits.clone(),
            handshake,
            &self.vault,
        )
        .await?;
        info!(server = self.config.name, "it introduced itself");
        let tools = match connection.list(ListKind::Tools).await {
            Ok(pages) => pages.tools(&self.config.tools),
            // It may still have prompts and resources.
            Err(McpError::Refused { .. }) => Arc::new([]),
            Err(McpError::NeedsAuth { .. }) => return Err(StartError::NeedsAuth(String::new())),
            Err(error) => return Err(StartError::Reason(error.to_string())),
        };
        let mut lists = lock(&self.lists);
        lists.tools = tools;
        lists.instructions = match &connection.info.instructions {
            Some(instructions) => Arc::from(instructions.as_str()),
            None => Arc::from(""),
        };
        connection.signals.changed(ListKind::Prompts).notify_one();
        connection.signals.changed(ListKind::Resources).notify_one();
        Ok(Arc::new(connection))
    }

    /// Reads the lists that change, until the connection ends.
    async fn attend(&self, connection: &Connection) {
        let closed = &connection.signals.closed;
        tokio::select! {
            () = self.refresh(connection, ListKind::Tools) => {}
            () = self.refresh(connection, ListKind::Prompts) => {}
            () = self.refresh(connection, ListKind::Resources) => {}
            () = connection.listen() => {}
            () = closed.cancelled() => {}
        }
    }

    /// Reads a list each time that it changes. One that is slow does not hold up the others.
    async fn refresh(&self, connection: &Connection, kind: ListKind) {
        loop {
            connection.signals.changed(kind).notified().await;
            self.read_list(connection, kind).await;
            self.shared.host.changed(&self.status());
            sleep(REFRESH_PAUSE).await;
        }
    }

    async fn read_list(&self, connection: &Connection, kind: ListKind) {
        let pages = match connection.list(kind).await {
            Ok(pages) => pages,
            Err(error) => {
                // The list stays as it was.
                warn!(server = self.config.name, "{error}");
                return;
            }
        };
        let mut lists = lock(&self.lists);
        match kind {
            ListKind::Tools => lists.tools = pages.tools(&self.config.tools),
            ListKind::Prompts => lists.prompts = Some(pages.prompts()),
            ListKind::Resources => lists.resources = Some(pages.resources()),
        }
    }
}

/// Counts a life.
struct Alive(Arc<Shared>);

impl Alive {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.lives.send_modify(|lives| *lives += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.lives.send_modify(|lives| *lives -= 1);
    }
}
