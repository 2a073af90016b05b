//! Permission in one session: its mode, its rules, and whom to ask.
use std::sync::{Arc, Mutex, PoisonError};

use aside_agent::event::NoticeLevel;
use aside_agent::host::{Approver, PermissionOutcome, PermissionRequest};
use aside_agent::permission::{
    Answer, Decision, Effect, Judged, PermissionMode, choices, rules_of,
};
use aside_store::Store;
use futures_util::future::BoxFuture;

use super::{Permissions, SessionRules, row_of};
use crate::engine::error::EngineError;
use crate::engine::front::{Front, Question};

/// One session's permissions.
pub struct SessionApprover {
    session_id: Arc<str>,
    front: Arc<dyn Front>,
    store: Store,
    permissions: Arc<Permissions>,
    mode: Mutex<PermissionMode>,
}

impl SessionApprover {
    /// A session at work, with the rules that it had before.
    pub async fn begin(
        session_id: &Arc<str>,
        front: Arc<dyn Front>,
        store: Store,
        permissions: Arc<Permissions>,
        mode: PermissionMode,
    ) -> Result<Self, EngineError> {
        permissions.begin(session_id);
        let approver = Self {
            session_id: Arc::clone(session_id),
            front,
            store,
            permissions,
            mode: Mutex::new(mode),
        };
        approver.permissions.refresh(&approver.store).await?;
        Ok(approver)
    }

    /// Changes the mode, also for the running turn and the questions that wait.
    pub fn set_mode(&self, mode: PermissionMode) {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
        self.permissions.tell();
    }

    /// Reads anew what others may have changed.
    pub async fn refresh(&self) -> Result<(), EngineError> {
        self.permissions.refresh(&self.store).await
    }

    fn judged(&self, effects: &[Effect]) -> Vec<Judged> {
        let mode = *self.mode.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = SessionRules::Of(&self.session_id);
        self.permissions.judge(effects, rules, mode)
    }

    /// What became of a question without an answer, once rules or the mode settle it.
    fn settled(&self, effects: &[Effect]) -> Option<PermissionOutcome> {
        let mut is_open = false;
        for judged in self.judged(effects) {
            match judged.decision {
                Decision::Allow => {}
                Decision::Ask(_) => is_open = true,
                Decision::Deny(reason) => return Some(PermissionOutcome::Denied(reason)),
            }
        }
        (!is_open).then_some(PermissionOutcome::Allowed)
    }

    /// Keeps what an answer says for later. It counts for this question in any case.
    async fn keep(&self, answer: Answer, effects: &[Effect]) {
        let rules = rules_of(answer, effects, &self.permissions.places());
        if rules.is_empty() {
            return;
        }
        let session_id = match answer {
            Answer::AllowSession => Some(&*self.session_id),
            Answer::AllowOnce | Answer::AllowAlways | Answer::RejectOnce | Answer::RejectAlways => {
                None
            }
        };
        let rows = rules.iter().map(|rule| row_of(rule, session_id)).collect();
        let stored = self.store.change_permission_rules(Vec::new(), rows).await;
        let refreshed = match stored {
            Ok(()) => self.refresh().await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = refreshed {
            tracing::error!(%error, "an answer could not be kept");
            let message = format!(
                "Your answer counts this time only, because it could not be stored: {error}"
            );
            self.front.tell(NoticeLevel::Warning, &message);
        }
    }
}

impl Drop for SessionApprover {
    fn drop(&mut self) {
        self.permissions.end(&self.session_id);
    }
}

impl Approver for SessionApprover {
    fn judge(&self, effects: &[Effect]) -> Vec<Decision> {
        let judged = self.judged(effects).into_iter();
        judged.map(|judged| judged.decision).collect()
    }

    fn ask(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionOutcome> {
        Box::pin(async move {
            // From here on no change is missed.
            let mut changes = self.permissions.changes();
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the rules of permission cannot be read now");
            }
            let effects = request.effects.clone();
            if let Some(outcome) = self.settled(&effects) {
                return outcome;
            }
            let choices = choices(&effects, &self.permissions.places());
            let mut answer = self.front.ask(Question { request, choices });
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
            let answer = match &outcome {
                PermissionOutcome::AllowedForSession => Answer::AllowSession,
                PermissionOutcome::AllowedAlways => Answer::AllowAlways,
                PermissionOutcome::RejectedAlways { .. } => Answer::RejectAlways,
                PermissionOutcome::Allowed
                | PermissionOutcome::Rejected { .. }
                | PermissionOutcome::Denied(_)
                | PermissionOutcome::Cancelled
                | PermissionOutcome::Expired
                | PermissionOutcome::Unavailable(_) => return outcome,
            };
            self.keep(answer, &effects).await;
            outcome
        })
    }
}
