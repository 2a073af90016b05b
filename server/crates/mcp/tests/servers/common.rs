//! The host of the servers that tests start: answers their questions and remembers what it hears.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aside_mcp::{
    Block, Call, CallResult, Elicitation, Elicited, Limits, LogLevel, Manager, McpError, Peer,
    Progress, Root, SampleRequest, Sampled, ServerConfig, ServerState, ServerStatus, Servers,
    Stdio, Transport,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A test that waits longer than this for something has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// What the host heard so far.
#[derive(Debug, Default, Clone)]
pub(crate) struct Heard {
    pub(crate) asked: Vec<Elicitation>,
    pub(crate) sampled: Vec<SampleRequest>,
    pub(crate) logs: Vec<(LogLevel, String)>,
    pub(crate) states: Vec<(String, ServerState)>,
    pub(crate) statuses: BTreeMap<String, ServerStatus>,
}

/// A host that says yes to everything.
pub(crate) struct Host {
    heard: watch::Sender<Heard>,
    pub(crate) roots: Mutex<Vec<Root>>,
    /// What it fills into forms; it never answers where this is nothing.
    pub(crate) answer: Option<Map<String, Value>>,
}

impl Host {
    pub(crate) fn new(roots: &[&Path], answer: Option<Map<String, Value>>) -> Arc<Self> {
        let roots = roots.iter().map(|path| root(path)).collect();
        Arc::new(Self {
            heard: watch::Sender::default(),
            roots: Mutex::new(roots),
            answer,
        })
    }

    pub(crate) fn heard(&self) -> Heard {
        self.heard.borrow().clone()
    }

    /// Waits until what was heard is so.
    pub(crate) async fn until(&self, is_so: impl FnMut(&Heard) -> bool) -> Heard {
        let mut heard = self.heard.subscribe();
        let heard = tokio::time::timeout(PATIENCE, heard.wait_for(is_so)).await;
        heard
            .expect("it is heard in time")
            .expect("the host is there")
            .clone()
    }
}

pub(crate) fn root(path: &Path) -> Root {
    Root {
        uri: format!("file://{}", path.display()),
        name: "root".to_owned(),
    }
}

impl Peer for Host {
    fn roots(&self) -> Vec<Root> {
        let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        roots.clone()
    }

    fn elicit(&self, _server: &str, what: Elicitation) -> BoxFuture<'_, Elicited> {
        self.heard.send_modify(|heard| heard.asked.push(what));
        match self.answer.clone() {
            Some(answer) => async move { Elicited::Accepted(answer) }.boxed(),
            None => std::future::pending().boxed(),
        }
    }

    fn sample(
        &self,
        _server: &str,
        request: SampleRequest,
    ) -> BoxFuture<'_, Result<Sampled, String>> {
        self.heard.send_modify(|heard| heard.sampled.push(request));
        async {
            Ok(Sampled {
                text: "what the model says".to_owned(),
                model: "the model".to_owned(),
                is_cut: false,
            })
        }
        .boxed()
    }

    fn log(&self, _server: &str, level: LogLevel, text: &str) {
        self.heard
            .send_modify(|heard| heard.logs.push((level, text.to_owned())));
    }

    fn changed(&self, status: &ServerStatus) {
        self.heard.send_modify(|heard| {
            heard.states.push((status.name.clone(), status.state));
            heard.statuses.insert(status.name.clone(), status.clone());
        });
    }
}

/// Limits with which nothing is waited for longer than it must be.
pub(crate) fn limits() -> Limits {
    Limits {
        restart_delay: Duration::from_millis(10),
        retry_after: Duration::ZERO,
        ..Limits::default()
    }
}

pub(crate) fn stdio(name: &str, command: &Path, args: &[&str]) -> ServerConfig {
    let transport = Transport::Stdio(Stdio {
        command: command.to_string_lossy().into_owned(),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        env: BTreeMap::new(),
        cwd: None,
    });
    ServerConfig::new(name, transport, "tests")
}

pub(crate) fn manager(host: &Arc<Host>, servers: Vec<ServerConfig>) -> Manager {
    let servers = Servers {
        servers,
        faults: Vec::new(),
    };
    Manager::new(servers, Arc::<Host>::clone(host), limits())
}

pub(crate) fn call(server: &str, tool: &str, arguments: Value) -> Call {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object");
    };
    Call {
        server: server.to_owned(),
        tool: tool.to_owned(),
        arguments,
        cancel: CancellationToken::new(),
        on_progress: Arc::new(|_| {}),
        idle_timeout: None,
    }
}

/// Calls a tool, in the time that a test may take.
pub(crate) async fn called(manager: &Manager, call: Call) -> Result<CallResult, McpError> {
    let result = tokio::time::timeout(PATIENCE, manager.call(call)).await;
    result.expect("the call ends in time")
}

/// Calls a tool that does not fail, and gives the text of its result.
pub(crate) async fn text(manager: &Manager, server: &str, tool: &str, arguments: Value) -> String {
    let result = called(manager, call(server, tool, arguments)).await;
    let result = result.expect("the tool can be called");
    let text = text_of(&result);
    assert!(!result.is_error, "{text}");
    text
}

pub(crate) fn text_of(result: &CallResult) -> String {
    let texts: Vec<&str> = result
        .content
        .iter()
        .filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    texts.join("\n")
}

/// Lets all this time pass at once.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Remembers the progress of a call.
pub(crate) fn watched(call: &mut Call) -> Arc<Mutex<Vec<Progress>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);
    call.on_progress = Arc::new(move |progress| {
        let mut seen = to.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(progress);
    });
    seen
}

/// The processes that have this variable in their environment.
#[cfg(target_os = "linux")]
pub(crate) fn marked(variable: &str) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("there is /proc");
    processes
        .filter_map(|entry| {
            let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let environment = std::fs::read(format!("/proc/{id}/environ")).ok()?;
            let mut variables = environment.split(|byte| *byte == 0);
            variables
                .any(|one| one == variable.as_bytes())
                .then_some(id)
        })
        .collect()
}
