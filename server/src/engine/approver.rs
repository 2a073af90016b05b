//! Permission in one session: its mode, what was allowed for its length, and whom to ask.
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aside_agent::host::{Approver, PermissionOutcome, PermissionRequest};
use aside_agent::permission::{Decision, Effect, PermissionMode, by_mode};
use futures_util::future::BoxFuture;

use super::front::Front;

/// The kinds of effects that one answer can allow for the rest of a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Grant {
    Write,
    Run(String),
    Network(String),
    Mcp(String, String),
}

fn grant_for(effect: &Effect) -> Option<Grant> {
    match effect {
        Effect::ReadPath { .. } => None,
        Effect::WritePath { .. } => Some(Grant::Write),
        Effect::RunProgram { program, .. } => Some(Grant::Run(program.clone())),
        Effect::Network { host } => Some(Grant::Network(host.clone())),
        Effect::McpTool { server, tool, .. } => Some(Grant::Mcp(server.clone(), tool.clone())),
    }
}

/// One session's permissions. They last as long as the server.
pub struct SessionApprover {
    front: Arc<dyn Front>,
    state: Mutex<State>,
}

struct State {
    mode: PermissionMode,
    grants: HashSet<Grant>,
}

impl State {
    fn allows(&self, effect: &Effect) -> bool {
        grant_for(effect).is_some_and(|grant| self.grants.contains(&grant))
    }
}

impl SessionApprover {
    /// Nothing granted yet.
    pub fn new(front: Arc<dyn Front>, mode: PermissionMode) -> Self {
        Self {
            front,
            state: Mutex::new(State {
                mode,
                grants: HashSet::new(),
            }),
        }
    }

    /// Changes the mode, also for the running turn.
    pub fn set_mode(&self, mode: PermissionMode) {
        self.state().mode = mode;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Approver for SessionApprover {
    fn judge(&self, effects: &[Effect]) -> Vec<Decision> {
        let state = self.state();
        let judge = |effect| match by_mode(state.mode, effect) {
            Decision::Ask(_) if state.allows(effect) => Decision::Allow,
            decision @ (Decision::Allow | Decision::Ask(_) | Decision::Deny(_)) => decision,
        };
        effects.iter().map(judge).collect()
    }

    fn ask(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionOutcome> {
        Box::pin(async move {
            let grants: Vec<Grant> = request.effects.iter().filter_map(grant_for).collect();
            let outcome = self.front.ask(request).await;
            if outcome == PermissionOutcome::AllowedForSession {
                self.state().grants.extend(grants);
            }
            outcome
        })
    }
}
