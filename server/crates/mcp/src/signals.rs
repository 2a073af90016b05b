//! What the parts of one connection tell each other.
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::model::{ProgressToken, RequestId};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::call::Progress;
use crate::lists::ListKind;
use crate::peer::Peer;
use crate::questions::Questions;

/// Reports of progress that wait for one call, and that came for no call yet.
pub(crate) const MAX_WAITING_PROGRESS: usize = 64;

/// Lines of logs of one server that are passed on in a second.
pub(crate) const MAX_LINES_PER_SECOND: u32 = 50;

/// How long it is waited for the reason of an end.
pub(crate) const REASON_TIME: Duration = Duration::from_secs(1);

/// What the parts of one connection share.
pub(crate) struct Signals {
    /// The server's name.
    pub(crate) server: String,
    /// The host.
    pub(crate) host: Arc<dyn Peer>,
    /// Cancelled when nothing more comes from the server.
    pub(crate) closed: CancellationToken,
    /// Questions of the server that wait for the user or the model.
    pub(crate) questions: Questions,
    tools_changed: Notify,
    prompts_changed: Notify,
    resources_changed: Notify,
    fault: watch::Sender<Option<String>>,
    routes: Mutex<Routes>,
    outstanding: Mutex<HashMap<RequestId, Answer>>,
    log_pace: Mutex<Pace>,
}

/// How the answer to a request is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// By rmcp, as it is of the handshake.
    Handshake,
    /// Here.
    Plain,
}

#[derive(Default)]
struct Routes {
    routes: HashMap<ProgressToken, mpsc::Sender<Progress>>,
    early: VecDeque<(ProgressToken, Progress)>,
}

impl Signals {
    pub(crate) fn new(server: &str, host: Arc<dyn Peer>) -> Self {
        Self {
            server: server.to_owned(),
            host,
            closed: CancellationToken::new(),
            questions: Questions::default(),
            tools_changed: Notify::new(),
            prompts_changed: Notify::new(),
            resources_changed: Notify::new(),
            fault: watch::Sender::new(None),
            routes: Mutex::default(),
            outstanding: Mutex::default(),
            log_pace: Mutex::default(),
        }
    }

    /// Ends the connection for this reason, a sentence. The first reason stands.
    pub(crate) fn fail(&self, reason: impl Into<String>) {
        self.fault.send_if_modified(|fault| {
            let is_first = fault.is_none();
            fault.get_or_insert_with(|| reason.into());
            is_first
        });
        self.closed.cancel();
    }

    /// Why the connection ended, as a sentence. How a process ended is known a little after its
    /// output ended, so that is waited for.
    pub(crate) async fn reason(&self) -> String {
        let mut fault = self.fault.subscribe();
        let known = timeout(REASON_TIME, fault.wait_for(Option::is_some)).await;
        match known {
            Ok(Ok(fault)) => fault.clone().unwrap_or_default(),
            Ok(Err(_)) | Err(_) => "The connection ended.".to_owned(),
        }
    }

    /// Wakes whoever reads a list anew, now or when they next wait for it.
    pub(crate) fn changed(&self, kind: ListKind) -> &Notify {
        match kind {
            ListKind::Tools => &self.tools_changed,
            ListKind::Prompts => &self.prompts_changed,
            ListKind::Resources => &self.resources_changed,
        }
    }

    /// A request goes to the server.
    pub(crate) fn asked(&self, id: RequestId, answer: Answer) {
        lock(&self.outstanding).insert(id, answer);
    }

    /// A request is given up, or answered: how its answer is read, none if there is none open.
    pub(crate) fn answered(&self, id: &RequestId) -> Option<Answer> {
        lock(&self.outstanding).remove(id)
    }

    /// How the answer to a request is read, none if it is not open.
    pub(crate) fn reads(&self, id: &RequestId) -> Option<Answer> {
        lock(&self.outstanding).get(id).copied()
    }

    /// Hears of the progress of a call from now on.
    pub(crate) fn route(self: &Arc<Self>, token: ProgressToken) -> Route {
        let (sender, progress) = mpsc::channel(MAX_WAITING_PROGRESS);
        let mut routes = lock(&self.routes);
        // A fast server shows progress before the one who asked knows the token.
        routes.early.retain(|(early, progress)| {
            let is_mine = *early == token;
            if is_mine {
                let _ = sender.try_send(progress.clone());
            }
            !is_mine
        });
        routes.routes.insert(token.clone(), sender);
        Route {
            signals: Arc::clone(self),
            token,
            progress,
        }
    }

    /// The server shows progress.
    pub(crate) fn progress(&self, token: ProgressToken, progress: Progress) {
        let mut routes = lock(&self.routes);
        if let Some(route) = routes.routes.get(&token) {
            // Who is slow to hear misses some.
            let _ = route.try_send(progress);
            return;
        }
        if routes.early.len() == MAX_WAITING_PROGRESS {
            routes.early.pop_front();
        }
        routes.early.push_back((token, progress));
    }

    /// Whether one more line of the log may be passed on now.
    pub(crate) fn may_log(&self) -> bool {
        lock(&self.log_pace).allows()
    }
}

/// Where the progress of one call arrives.
pub(crate) struct Route {
    signals: Arc<Signals>,
    token: ProgressToken,
    pub(crate) progress: mpsc::Receiver<Progress>,
}

impl Drop for Route {
    fn drop(&mut self) {
        lock(&self.signals.routes).routes.remove(&self.token);
    }
}

/// Lets so much through in each second.
#[derive(Default)]
pub(crate) struct Pace {
    begin: Option<Instant>,
    count: u32,
}

impl Pace {
    pub(crate) fn allows(&mut self) -> bool {
        let now = Instant::now();
        let is_same = self
            .begin
            .is_some_and(|begin| now.duration_since(begin) < Duration::from_secs(1));
        if !is_same {
            self.begin = Some(now);
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.count <= MAX_LINES_PER_SECOND
    }
}

/// Locks what no panic can leave half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
