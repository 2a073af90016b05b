//! One workspace at work: its database, its sessions, its models. Knows no editor.
mod actor;
mod auditing;
pub mod complete;
mod create;
mod custom;
pub mod edits;
pub mod error;
pub mod export;
mod fork;
pub mod front;
mod health;
mod hooking;
mod jobs;
pub mod limits;
pub mod listing;
pub mod models;
pub mod permissions;
mod programs;
mod queries;
mod repair;
mod servers;
pub mod side;
mod tools;
pub mod usage;
mod watch;
mod web;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use aside_agent::editing::EditDialect;
use aside_agent::event::NoticeLevel;
use aside_agent::item::ItemRecord;
use aside_agent::limits::Limits;
use aside_agent::prompt::PromptFacts;
use aside_agent::toolbox::Toolbox;
use aside_llm::ModelFacts;
use aside_protocol::{
    ChatCancelParams, ChatCancelResult, ChatSendParams, ChatSendResult, ErrorCode, Session,
    SessionCreateParams, SessionUpdateParams,
};
use aside_store::{Store, StoreOptions};
use aside_tools::Services;
use tokio::sync::{OnceCell, mpsc, oneshot};

use crate::clock;
use crate::hooks;
use crate::keys::Keys;
use crate::mcp::Mcp;
use crate::settings::{Dirs, Settings};
use actor::{Mailbox, Message, Reply, SendRequest};
pub use create::agents;
use error::EngineError;
use front::Front;

/// The title of a session before its first message.
pub const UNTITLED: &str = "New session";

/// Which workspace, and where its data live.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Canonical path of the first folder.
    pub key: PathBuf,
    /// The same as a URI.
    pub uri: String,
    /// The database.
    pub database: PathBuf,
    /// The folder of the servers' lock files.
    pub servers: PathBuf,
    /// Where Aside keeps its data, of all workspaces.
    pub data: PathBuf,
    /// Where the user's settings are.
    pub config: PathBuf,
}

impl Workspace {
    /// The workspace whose first folder is `key`, a canonical path.
    pub fn new(key: &Path, dirs: &Dirs) -> Self {
        let files = dirs.workspace(key);
        Self {
            key: key.to_owned(),
            uri: crate::wire::path_to_uri(key).0,
            database: files.database,
            servers: files.servers,
            data: dirs.data.clone(),
            config: dirs.config.clone(),
        }
    }
}

impl Workspace {
    /// All workspaces that have data, by what is known of them without opening their database:
    /// their folders' paths are not.
    pub fn all(dirs: &Dirs) -> Vec<Self> {
        let files = dirs.workspaces().into_iter();
        let of_files = |files: crate::settings::WorkspaceFiles| Self {
            key: PathBuf::new(),
            uri: String::new(),
            database: files.database,
            servers: files.servers,
            data: dirs.data.clone(),
            config: dirs.config.clone(),
        };
        files.map(of_files).collect()
    }
}

/// What a new session starts with.
pub struct NewSession {
    params: SessionCreateParams,
}

/// One workspace at work.
pub struct Engine {
    workspace: Workspace,
    server_id: String,
    settings: RwLock<Arc<Settings>>,
    front: Arc<dyn Front>,
    store: OnceCell<Store>,
    sessions: Mutex<HashMap<Arc<str>, Mailbox>>,
    /// Made anew after settings change.
    toolbox: Mutex<Option<Toolbox>>,
    mcp: Mcp,
    permissions: OnceLock<Arc<permissions::Permissions>>,
    services: OnceLock<Services>,
    models: models::Models,
    keys: Keys,
    ledger: usage::Ledger,
    revisions: edits::revisions::Revisions,
    reviewer: edits::reviewer::Reviewer,
    hooks: hooks::Runner,
    index: complete::Index,
}

impl Engine {
    /// An engine at rest: nothing is opened before it is needed.
    pub fn new(workspace: Workspace, settings: Arc<Settings>, front: Arc<dyn Front>) -> Arc<Self> {
        Arc::new(Self {
            index: complete::Index::default(),
            hooks: hooks::Runner::new(&workspace.key, &workspace.data),
            keys: Keys::open(&workspace.data, &workspace.config),
            workspace,
            server_id: clock::new_id(),
            settings: RwLock::new(settings),
            front,
            store: OnceCell::new(),
            sessions: Mutex::default(),
            toolbox: Mutex::default(),
            mcp: Mcp::default(),
            permissions: OnceLock::new(),
            services: OnceLock::new(),
            models: models::Models::default(),
            ledger: usage::Ledger::default(),
            revisions: edits::revisions::Revisions::default(),
            reviewer: edits::reviewer::Reviewer::default(),
        })
    }

    /// The workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The settings in force now.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// New settings, for turns that start from now on.
    pub fn set_settings(&self, settings: Arc<Settings>) {
        if let Some(permissions) = self.permissions.get() {
            permissions.set_settings(&settings);
        }
        self.set_program_settings(&settings);
        self.mcp.configure(&settings, self);
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = settings;
        *self.toolbox.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What files there are to choose from.
    fn index(&self) -> &complete::Index {
        &self.index
    }

    /// Who is told.
    pub fn front(&self) -> Arc<dyn Front> {
        Arc::clone(&self.front)
    }

    /// The tools.
    pub fn toolbox(self: &Arc<Self>) -> Toolbox {
        let mut made = self.toolbox.lock().unwrap_or_else(PoisonError::into_inner);
        made.get_or_insert_with(|| tools::toolbox(self)).clone()
    }

    /// The keys that are kept.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The MCP servers.
    pub fn mcp(&self) -> &Mcp {
        &self.mcp
    }

    fn system_prompt(&self, dialect: EditDialect) -> String {
        aside_agent::prompt::system_prompt(PromptFacts {
            os: std::env::consts::OS,
            dialect,
        })
    }

    fn limits(&self) -> Limits {
        let settings = self.settings();
        let turn = &settings.turn;
        Limits {
            max_iterations: turn.max_iterations,
            parallel_reads: turn.max_parallel_reads,
            repeat_limit: turn.repeat_limit,
            tool_timeout: turn.tool_timeout(),
            diagnostics_wait: settings.editor.diagnostics_wait(),
            max_output_tokens: turn.max_output_tokens,
            retry: settings.providers.retry,
        }
    }

    /// How much a model can be sent at once.
    fn context_window(&self, facts: &ModelFacts) -> u64 {
        let known = facts.context_window;
        known.unwrap_or_else(|| self.settings().turn.context_window)
    }

    /// The database, opened when it is first needed.
    pub async fn store(self: &Arc<Self>) -> Result<Store, EngineError> {
        let store = self
            .store
            .get_or_try_init(|| async {
                let options = StoreOptions {
                    path: self.workspace.database.clone(),
                    server_id: self.server_id.clone(),
                    servers_dir: self.workspace.servers.clone(),
                    busy_timeout: Duration::from_millis(self.settings().storage.busy_timeout_ms),
                };
                let opened = tokio::task::spawn_blocking(move || Store::open(options))
                    .await
                    .map_err(|error| EngineError::internal(error.to_string()))??;
                if let Some(path) = &opened.moved_aside {
                    let message = format!(
                        "The database of this workspace was damaged. It was moved to {} and a new one was started; nothing was deleted.",
                        path.display()
                    );
                    tracing::error!("{message}");
                    self.front.tell(NoticeLevel::Error, &message);
                }
                repair::repair(&opened.store).await?;
                watch::start(self, &opened.store).await?;
                Ok::<_, EngineError>(opened.store)
            })
            .await?;
        Ok(store.clone())
    }

    /// Marks what dead servers left unfinished as interrupted.
    async fn repair(self: &Arc<Self>) -> Result<(), EngineError> {
        repair::repair(&self.store().await?).await
    }

    /// Makes the database show all that happened so far.
    pub async fn sync_all(&self) {
        let mailboxes: Vec<Mailbox> = self.sessions_map().values().cloned().collect();
        for mailbox in mailboxes {
            let (reply, done) = oneshot::channel();
            if mailbox.send(Message::Sync(reply)).await.is_ok() {
                let _ = done.await;
            }
        }
    }

    /// Stores what is pending and gives the database back in order. A turn that still runs is
    /// found interrupted by the next server.
    pub async fn close(&self) {
        // Commands may take a moment to end, for which the database need not wait.
        tokio::join!(self.end_programs(), self.close_rest());
    }

    async fn close_rest(&self) {
        self.mcp.close().await;
        self.sync_all().await;
        self.end_hooks(limits::HOOKS_AT_CLOSE).await;
        self.ledger.close().await;
        if let Some(store) = self.store.get()
            && let Err(error) = store.close().await
        {
            tracing::error!(%error, "the database did not close in order");
        }
    }

    fn sessions_map(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, Mailbox>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a session's actor out of the map, unless messages wait for it.
    fn forget_if(&self, session_id: &str, is_idle: impl FnOnce() -> bool) -> bool {
        let mut sessions = self.sessions_map();
        if !is_idle() {
            return false;
        }
        sessions.remove(session_id);
        true
    }

    /// Hands a message to a session's actor. The message is in its mailbox when this returns,
    /// or when the returned future is first polled, so that order is kept.
    async fn deliver(
        self: &Arc<Self>,
        session_id: &str,
        new: Option<NewSession>,
        message: Message,
    ) -> Result<(), EngineError> {
        let waiting = {
            let mut sessions = self.sessions_map();
            let mailbox = match sessions.get(session_id) {
                Some(mailbox) => mailbox.clone(),
                None => {
                    let id: Arc<str> = Arc::from(session_id);
                    let mailbox = actor::spawn(Arc::clone(self), Arc::clone(&id), new);
                    sessions.insert(id, mailbox.clone());
                    mailbox
                }
            };
            match mailbox.try_send(message) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Full(message)) => Some((mailbox, message)),
                Err(mpsc::error::TrySendError::Closed(_)) => None,
            }
        };
        let closing = || {
            EngineError::new(
                ErrorCode::Busy,
                "the session is just being closed; send the request again",
            )
        };
        let (mailbox, message) = waiting.ok_or_else(closing)?;
        mailbox.send(message).await.map_err(|_| closing())
    }

    async fn request<T>(
        self: &Arc<Self>,
        session_id: &str,
        new: Option<NewSession>,
        message: impl FnOnce(Reply<T>) -> Message,
    ) -> Result<T, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.deliver(session_id, new, message(reply)).await?;
        answer
            .await
            .unwrap_or_else(|_| Err(EngineError::internal("the session ended unexpectedly")))
    }

    /// `session/update`.
    pub async fn update(
        self: &Arc<Self>,
        params: SessionUpdateParams,
    ) -> Result<Session, EngineError> {
        let id = params.session_id.clone();
        self.request(&id, None, |reply| Message::Update(Box::new(params), reply))
            .await
    }

    /// `session/delete`.
    pub async fn delete(self: &Arc<Self>, session_id: &str) -> Result<(), EngineError> {
        self.request(session_id, None, Message::Delete).await?;
        self.hooks.end_session(&self.settings(), session_id).await;
        Ok(())
    }

    /// `chat/send`.
    pub async fn send(
        self: &Arc<Self>,
        params: ChatSendParams,
    ) -> Result<ChatSendResult, EngineError> {
        let mut content = crate::wire::content_from_wire(params.content);
        if crate::mcp::is_meant(&content, self) {
            // Only here a message may be overtaken by a later one: a server is asked first.
            content = crate::mcp::expand(content, self).await?;
        }
        let request = SendRequest {
            content,
            delivery: params.delivery.unwrap_or_default(),
            client_message_id: params.client_message_id,
        };
        let (id, new) = match params.session_id {
            Some(id) => (id, None),
            None => {
                // Nothing is created for a prompt that nobody could answer.
                self.models_of_turn(&self.settings().model).await?;
                let params = SessionCreateParams::default();
                (clock::new_id(), Some(NewSession { params }))
            }
        };
        self.request(&id, new, |reply| Message::Send(request, reply))
            .await
    }

    /// `chat/cancel`.
    pub async fn cancel(
        self: &Arc<Self>,
        params: ChatCancelParams,
    ) -> Result<ChatCancelResult, EngineError> {
        self.request(&params.session_id, None, |reply| {
            Message::Cancel(params.turn_id, reply)
        })
        .await
    }

    /// Makes the database show all that happened in a session so far.
    async fn sync(&self, session_id: &str) {
        let mailbox = self.sessions_map().get(session_id).cloned();
        let Some(mailbox) = mailbox else {
            return;
        };
        let (reply, done) = oneshot::channel();
        if mailbox.send(Message::Sync(reply)).await.is_ok() {
            let _ = done.await;
        }
    }

    async fn history(
        &self,
        store: &Store,
        session_id: &str,
    ) -> Result<Vec<ItemRecord>, EngineError> {
        let rows = store.history(session_id).await?;
        Ok(rows.iter().filter_map(crate::wire::item_record).collect())
    }
}
