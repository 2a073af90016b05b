//! Permission for another agent that uses Aside's tools: the rules and the mode of the settings,
//! and the user where there is one to ask.
use std::sync::{Arc, Mutex, PoisonError};

use aside_agent::editing::EditMode;
use aside_agent::event::NoticeLevel;
use aside_agent::host::{Approver, PermissionOutcome, PermissionRequest};
use aside_agent::permission::{Answer, Decision, Effect, Rule, choices, rules_of};
use futures_util::future::BoxFuture;

use super::{Permissions, SessionRules, row_of};
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::front::Question;

/// How many rules an agent's connection collects from the user's answers; the oldest go first.
pub const MAX_GUEST_RULES: usize = 1000;

/// What the questions of sessions begin with.
const OWN_WORDS: &str = "Aside wants";

/// Whether somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// The user of the editor.
    #[cfg_attr(not(unix), allow(dead_code, reason = "editors offer no sockets there"))]
    User,
    /// Nobody: the agent holds the only terminal there is.
    Nobody,
}

/// The permissions of one agent's connection.
pub struct GuestApprover {
    engine: Arc<Engine>,
    permissions: Arc<Permissions>,
    agent: String,
    asks: Asks,
    /// What the user allowed until the connection ends.
    rules: Mutex<Vec<Rule>>,
}

impl GuestApprover {
    /// `agent` is what the user is told of who asks.
    pub fn new(engine: &Arc<Engine>, agent: String, asks: Asks) -> Self {
        Self {
            engine: Arc::clone(engine),
            permissions: engine.permissions(),
            agent,
            asks,
            rules: Mutex::default(),
        }
    }

    /// Reads anew what others may have changed.
    pub async fn refresh(&self) -> Result<(), EngineError> {
        let store = self.engine.store().await?;
        self.permissions.refresh(&store).await
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of a question without an answer, once rules or the mode settle it.
    fn settled(&self, effects: &[Effect]) -> Option<PermissionOutcome> {
        let mut is_open = false;
        for decision in self.judge(effects) {
            match decision {
                Decision::Allow => {}
                Decision::Ask(_) => is_open = true,
                Decision::Deny(reason) => return Some(PermissionOutcome::Denied(reason)),
            }
        }
        (!is_open).then_some(PermissionOutcome::Allowed)
    }

    /// Keeps what an answer says for later. It counts for this question in any case.
    async fn keep(&self, answer: Answer, effects: &[Effect]) {
        let made = rules_of(answer, effects, &self.permissions.places());
        match answer {
            Answer::AllowOnce | Answer::RejectOnce => return,
            Answer::AllowSession => {
                {
                    let mut rules = self.rules();
                    rules.extend(made);
                    let surplus = rules.len().saturating_sub(MAX_GUEST_RULES);
                    rules.drain(..surplus);
                }
                self.permissions.tell();
                return;
            }
            Answer::AllowAlways | Answer::RejectAlways => {}
        }
        let rows = made.iter().map(|rule| row_of(rule, None)).collect();
        if let Err(error) = self.store_rules(rows).await {
            tracing::error!(%error, "an answer could not be kept");
            let message = format!(
                "Your answer counts this time only, because it could not be stored: {error}"
            );
            self.engine.front().tell(NoticeLevel::Warning, &message);
        }
    }

    async fn store_rules(&self, rows: Vec<aside_store::RuleRow>) -> Result<(), EngineError> {
        let store = self.engine.store().await?;
        store.change_permission_rules(Vec::new(), rows).await?;
        self.permissions.refresh(&store).await
    }

    /// The question in words that say who asks.
    fn reason(&self, reason: &str) -> String {
        match reason.strip_prefix(OWN_WORDS) {
            Some(rest) => format!("{} (another agent) wants{rest}", self.agent),
            None => format!("{} (another agent) asks: {reason}", self.agent),
        }
    }
}

impl Approver for GuestApprover {
    fn judge(&self, effects: &[Effect]) -> Vec<Decision> {
        let settings = self.engine.settings();
        let mode = crate::wire::parse_mode(&crate::wire::name_of(&settings.permission_mode));
        let rules = self.rules().clone();
        let judged = self
            .permissions
            .judge(effects, SessionRules::These(&rules), mode);
        let with_mode = |(judged, effect): (super::Judged, &Effect)| {
            match judged.decision {
            // There is no session in which it could wait for the user's review.
            Decision::Allow if is_proposed(settings.edits.mode, effect) => Decision::Ask(
                "Edits are only to be proposed here (setting edits.mode), so you are asked about each."
                    .to_owned(),
            ),
            decision @ (Decision::Allow | Decision::Ask(_) | Decision::Deny(_)) => decision,
        }
        };
        judged.into_iter().zip(effects).map(with_mode).collect()
    }

    fn ask(&self, mut request: PermissionRequest) -> BoxFuture<'_, PermissionOutcome> {
        Box::pin(async move {
            match self.asks {
                Asks::User => {}
                Asks::Nobody => {
                    return PermissionOutcome::Unavailable(
                        "No editor has this workspace open with Aside. Open the folder there, or allow it: with `aside permission add`, or with ASIDE_PERMISSION_MODE=acceptEdits in the environment of `aside mcp serve`."
                            .to_owned(),
                    );
                }
            }
            // From here on no change is missed.
            let mut changes = self.permissions.changes();
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the rules of permission cannot be read now");
            }
            let effects = request.effects.clone();
            if let Some(outcome) = self.settled(&effects) {
                return outcome;
            }
            request.reason = self.reason(&request.reason);
            let choices = choices(&effects, &self.permissions.places());
            let front = self.engine.front();
            let mut answer = front.ask(Question { request, choices });
            let outcome = loop {
                tokio::select! {
                    biased;
                    outcome = &mut answer => break outcome,
                    changed = changes.changed() => {
                        if changed.is_err() {
                            break answer.await;
                        }
                        if let Some(outcome) = self.settled(&effects) {
                            return outcome;
                        }
                    }
                }
            };
            match &outcome {
                PermissionOutcome::AllowedForSession => {
                    self.keep(Answer::AllowSession, &effects).await;
                }
                PermissionOutcome::AllowedAlways => self.keep(Answer::AllowAlways, &effects).await,
                PermissionOutcome::RejectedAlways { .. } => {
                    self.keep(Answer::RejectAlways, &effects).await;
                }
                PermissionOutcome::Allowed
                | PermissionOutcome::Rejected { .. }
                | PermissionOutcome::Denied(_)
                | PermissionOutcome::Cancelled
                | PermissionOutcome::Expired
                | PermissionOutcome::Unavailable(_) => {}
            }
            outcome
        })
    }
}

fn is_proposed(mode: EditMode, effect: &Effect) -> bool {
    mode == EditMode::Propose && matches!(effect, Effect::WritePath { .. })
}
