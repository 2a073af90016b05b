//! The life of a server: from its first start to its end, with the starts in between that a
//! server needs that ends by itself.
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Transport;
use crate::connection::{Connection, Handshake, StartError};
use crate::error::McpError;
use crate::lists::ListKind;
use crate::login::{Login, login};
use crate::server::{Phase, Server, Shared};
use crate::signals::lock;

/// The least time between two readings of a server's lists that it says have changed.
pub(crate) const REFRESH_PAUSE: Duration = Duration::from_secs(1);

impl Server {
    /// Until the server is stopped, or fails for good.
    pub(crate) async fn live(self: Arc<Self>, stop: CancellationToken) {
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
            &self.shared,
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
pub(crate) struct Alive(Arc<Shared>);

impl Alive {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        shared.lives.send_modify(|lives| *lives += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.lives.send_modify(|lives| *lives -= 1);
    }
}
