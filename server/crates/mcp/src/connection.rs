//! A connection to a server that introduced itself.
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{ProtocolVersion, ServerPeerInfo};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, ClientServiceExt, Peer as Remote, RunningService,
    RunningServiceCancellationToken,
};
use rmcp::transport::Transport as Wire;
use tokio_util::sync::CancellationToken;

use crate::config::{ServerConfig, Stdio, Transport};
use crate::handler::Handler;
use crate::http::{self, challenge};
use crate::life::Alive;
use crate::limits::Limits;
use crate::process::{self, Process};
use crate::result::cut;
use crate::server::Shared;
use crate::signals::Signals;
use crate::stderr::{Tail, drain};
use crate::stdio::Lines;
use crate::tap::Tap;
use crate::vault::Vault;

/// Bytes of what a server says of itself for the model.
pub(crate) const MAX_INSTRUCTIONS_BYTES: usize = 16 * 1024;

/// Bytes of a reason why a server could not be started.
pub(crate) const MAX_REASON_BYTES: usize = 8 * 1024;

/// How long the end of a connection of HTTP may take.
pub(crate) const HTTP_END_TIME: Duration = Duration::from_secs(5);

/// A connection. Dropped, it is closed and its process ended in the background.
pub(crate) struct Connection {
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) limits: Limits,
    pub(crate) signals: Arc<Signals>,
    pub(crate) handler: Handler,
    pub(crate) remote: Remote<RoleClient>,
    pub(crate) info: Arc<ServerPeerInfo>,
    tail: Tail,
    process: Option<Process>,
    service: CancellationToken,
    ended: CancellationToken,
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum StartError {
    /// For this reason, a sentence.
    Reason(String),
    /// The server wants a login. This is its challenge.
    NeedsAuth(String),
    /// The server answers, but does not know the handshake of older versions.
    NoHandshake(String),
}

/// The handshake that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// `initialize`, of versions up to 2025-11-25, which nearly all servers know.
    Initialize,
    /// `server/discover`, of later versions. Servers that do not know it may not answer at all.
    Discover,
}

impl Connection {
    /// Starts or reaches the server, and hears what it says of itself. There is no time limit
    /// here.
    pub(crate) async fn open(
        config: Arc<ServerConfig>,
        shared: &Arc<Shared>,
        handshake: Handshake,
        vault: &Vault,
    ) -> Result<Self, StartError> {
        let limits = shared.limits.clone();
        let signals = Arc::new(Signals::new(&config.name, Arc::clone(&shared.host)));
        let opening = Opening {
            handler: Handler::new(Arc::clone(&signals), limits.clone()),
            config: Arc::clone(&config),
            limits,
            signals,
            handshake,
        };
        match &config.transport {
            Transport::Stdio(stdio) => opening.stdio(stdio, Alive::new(shared)).await,
            Transport::Http(to) => {
                let wire = http::wire(to, opening.signals.host.as_ref(), vault).await?;
                opening.serve(wire, Tail::default(), None).await
            }
        }
    }

    /// Whether nothing more comes from the server.
    pub(crate) fn is_closed(&self) -> bool {
        self.signals.closed.is_cancelled()
    }

    /// Why it ended, with the last lines of its standard error.
    pub(crate) async fn reason(&self) -> String {
        format!("{}{}", self.signals.reason().await, self.tail.quoted())
    }

    /// Whether the server speaks a version without sessions.
    pub(crate) fn is_modern(&self) -> bool {
        self.info.protocol_version >= ProtocolVersion::NO_INITIALIZE
    }

    /// Closes the connection and ends the process with all that it started.
    pub(crate) async fn end(&self) {
        self.signals.closed.cancel();
        self.service.cancel();
        let _ = tokio::time::timeout(HTTP_END_TIME, self.ended.cancelled()).await;
        if let Some(process) = &self.process {
            process.end().await;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.signals.closed.cancel();
        self.service.cancel();
    }
}

struct Opening {
    config: Arc<ServerConfig>,
    limits: Limits,
    signals: Arc<Signals>,
    handler: Handler,
    handshake: Handshake,
}

impl Opening {
    async fn stdio(self, stdio: &Stdio, alive: Alive) -> Result<Connection, StartError> {
        let started = process::start(stdio).map_err(StartError::Reason)?;
        let tail = Tail::default();
        let name = self.config.name.clone();
        let secrets = process::secrets(stdio);
        tokio::spawn(drain(name, started.stderr, tail.clone(), secrets));
        let signals = Arc::clone(&self.signals);
        let process = started.running.watch(
            self.limits.end_patience,
            self.signals.closed.clone(),
            move |how| signals.fail(how),
            alive,
        );
        let lines = Lines::new(started.stdout, started.stdin, Arc::clone(&self.signals));
        self.serve(lines, tail, Some(process)).await
    }

    async fn serve<T>(
        self,
        wire: T,
        tail: Tail,
        process: Option<Process>,
    ) -> Result<Connection, StartError>
    where
        T: Wire<RoleClient> + 'static,
    {
        let wire = Tap::new(wire, Arc::clone(&self.signals));
        let mode = match self.handshake {
            Handshake::Initialize => ClientLifecycleMode::Initialize,
            Handshake::Discover => ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::LATEST],
            },
        };
        let served = self.handler.clone().serve_with_lifecycle(wire, mode).await;
        let service = match served {
            Ok(service) => service,
            Err(error) => return Err(self.start_error(error, &tail).await),
        };
        let remote = service.peer().clone();
        let Some(mut info) = remote.peer_info() else {
            return Err(StartError::Reason(
                "It did not introduce itself.".to_owned(),
            ));
        };
        if let Some(text) = &info.instructions
            && text.len() > MAX_INSTRUCTIONS_BYTES
        {
            let text = cut(text, MAX_INSTRUCTIONS_BYTES);
            Arc::make_mut(&mut info).instructions = Some(text);
        }
        let (stop, ended) = keep(service, Arc::clone(&self.signals));
        Ok(Connection {
            config: self.config,
            limits: self.limits,
            signals: self.signals,
            handler: self.handler,
            remote,
            info,
            tail,
            process,
            service: stop,
            ended,
        })
    }

    async fn start_error(&self, error: ClientInitializeError, tail: &Tail) -> StartError {
        if let ClientInitializeError::TransportError { error, .. } = &error
            && let Some(challenge) = challenge(error.error.as_ref())
        {
            return StartError::NeedsAuth(challenge);
        }
        let is_stdio = matches!(self.config.transport, Transport::Stdio(_));
        let reason = match error {
            // A program that ended takes nothing more.
            ClientInitializeError::TransportError { .. } if is_stdio => {
                let reason = self.signals.reason().await;
                return StartError::Reason(format!("{reason}{}", tail.quoted()));
            }
            ClientInitializeError::ConnectionClosed(_) => {
                let reason = self.signals.reason().await;
                return StartError::Reason(format!("{reason}{}", tail.quoted()));
            }
            ClientInitializeError::JsonRpcError(error) => {
                return StartError::NoHandshake(format!(
                    "It refused the handshake: {} (code {})",
                    cut(&error.message, MAX_REASON_BYTES),
                    error.code.0
                ));
            }
            ClientInitializeError::NoCompatibleProtocolVersion { .. } => {
                "It speaks no version of the protocol that is known here.".to_owned()
            }
            ClientInitializeError::TransportError { error, .. } => {
                format!(
                    "The connection failed: {}.",
                    why(error.error.as_ref(), &self.config)
                )
            }
            ClientInitializeError::ExpectedInitResponse(_)
            | ClientInitializeError::ExpectedInitResult(_)
            | ClientInitializeError::ConflictInitResponseId(..)
            | ClientInitializeError::UncorrelatedErrorResponse { .. } => {
                "It answered the handshake with something else.".to_owned()
            }
            _ => "The handshake failed.".to_owned(),
        };
        StartError::Reason(format!(
            "{}{}",
            cut(&reason, MAX_REASON_BYTES),
            tail.quoted()
        ))
    }
}

/// What went wrong and why.
pub(crate) fn why(error: &(dyn Error + 'static), config: &ServerConfig) -> String {
    match &config.transport {
        Transport::Stdio(_) => cut(&error.to_string(), MAX_REASON_BYTES),
        Transport::Http(to) => http::chain(error, to),
    }
}

/// Keeps the service running, and gives what stops it and what tells that it stopped.
fn keep(
    service: RunningService<RoleClient, Handler>,
    signals: Arc<Signals>,
) -> (CancellationToken, CancellationToken) {
    let stop = CancellationToken::new();
    let ended = CancellationToken::new();
    let result = (stop.clone(), ended.clone());
    let cancel: RunningServiceCancellationToken = service.cancellation_token();
    tokio::spawn(async move {
        let _ended = ended.drop_guard();
        let _closed = signals.closed.clone().drop_guard();
        let mut waiting = std::pin::pin!(service.waiting());
        tokio::select! {
            _ = &mut waiting => {}
            () = stop.cancelled() => {
                cancel.cancel();
                let _ = waiting.await;
            }
        }
    });
    result
}
