//! Hooks: programs of the user's that run at moments of a session, are told of it on standard input
//! and may stop what is about to happen. See docs/hooks.md for what they are told.
mod run;
mod session;
mod told;

#[cfg(all(test, unix))]
mod tests;

pub use run::{GRACE, HookEnd, MAX_INPUT_BYTES, MAX_SAID_BYTES};
pub use session::{MAX_NOTICES, SessionHooks, run_hooked};
pub use told::Told;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aside_sandbox::{Backend, Choice, Config, Launcher, Sandbox};
use futures_util::future::join_all;

use crate::settings::Settings;
use crate::settings::items::{Hook, HookEvent, OnFailure, Place};

/// How many sessions are remembered as begun.
pub const MAX_BEGUN: usize = 1000;

/// What runs hooks, and which sessions they know. At rest it is nothing.
#[derive(Debug)]
pub struct Runner {
    workspace: PathBuf,
    scratch: PathBuf,
    sandbox: OnceLock<Sandbox>,
    begun: Mutex<HashSet<String>>,
}

impl Runner {
    /// For the workspace with this canonical path; `data` is Aside's data directory.
    pub fn new(workspace: &Path, data: &Path) -> Self {
        Self {
            workspace: workspace.to_owned(),
            scratch: data.join("scratch").join("hooks"),
            sandbox: OnceLock::new(),
            begun: Mutex::default(),
        }
    }

    /// Hooks are the user's own programs: nothing confines them, but nothing outlives them.
    fn sandbox(&self) -> &Sandbox {
        self.sandbox.get_or_init(|| {
            Sandbox::new(Config {
                launcher: Launcher {
                    program: std::env::current_exe().unwrap_or_default(),
                    args: vec![crate::cli::LAUNCHER_ARGUMENT.into()],
                },
                choice: Choice::Only(Backend::Unsandboxed),
            })
        })
    }

    fn begun(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the hooks about a session's start let it begin in this server.
    fn has_begun(&self, session_id: &str) -> bool {
        self.begun().contains(session_id)
    }

    /// A session has begun. Beyond [`MAX_BEGUN`], each of its turns counts as the first.
    fn note_begun(&self, session_id: &str) {
        let mut begun = self.begun();
        if begun.len() < MAX_BEGUN {
            begun.insert(session_id.to_owned());
        }
    }

    /// A session is over: it was deleted.
    pub async fn end_session(&self, settings: &Settings, session_id: &str) {
        if self.begun().remove(session_id) {
            self.ended(settings, session_id).await;
        }
    }

    /// The server ends, and with it all sessions here; hooks have this long, all together.
    pub async fn end_all(&self, settings: &Settings, limit: Duration) {
        let begun = std::mem::take(&mut *self.begun());
        if !has_any(settings, HookEvent::SessionEnd) {
            return;
        }
        let all = begun.iter().map(|session| self.ended(settings, session));
        if tokio::time::timeout(limit, join_all(all)).await.is_err() {
            tracing::warn!("hooks about the end of sessions were stopped, because the server ends");
        }
    }

    async fn ended(&self, settings: &Settings, session_id: &str) {
        let told = Told::new(HookEvent::SessionEnd, &self.workspace, session_id);
        for hook in fitting(settings, HookEvent::SessionEnd, "") {
            match self.run(hook, settings, &told).await {
                HookEnd::Passed => {}
                HookEnd::Blocked(why) | HookEnd::Failed(why) => {
                    tracing::warn!(
                        session = session_id,
                        why,
                        "a hook about a session's end failed"
                    );
                }
            }
        }
    }

    /// Runs one hook to its end. What comes from a workspace whose files changed since they were
    /// trusted does not run.
    async fn run(&self, hook: &Hook, settings: &Settings, told: &Told<'_>) -> HookEnd {
        let is_trusted = match hook.place {
            Place::User => true,
            Place::Workspace => settings
                .trust
                .as_ref()
                .is_some_and(crate::trust::Guard::holds),
        };
        if !is_trusted {
            return HookEnd::Failed(
                "it was not run, because files of this workspace changed since you trusted them; see `aside trust`".to_owned(),
            );
        }
        let work = run::Work {
            sandbox: self.sandbox(),
            workspace: &self.workspace,
            scratch: &self.scratch,
            allowed: &settings.commands.environment,
        };
        match (work.run(hook, told).await, hook.on_failure) {
            (HookEnd::Failed(why), OnFailure::Block) => {
                let start = "A hook that must not fail (on_failure is block) failed";
                HookEnd::Blocked(format!("{start}: {why}."))
            }
            (end, OnFailure::Allow | OnFailure::Block) => end,
        }
    }
}

/// Whether there is a hook for this moment.
fn has_any(settings: &Settings, event: HookEvent) -> bool {
    settings.hooks.iter().any(|hook| hook.event == event)
}

/// Whether there are hooks that look at prompts before they are sent.
pub fn look_at_prompts(settings: &Settings) -> bool {
    has_any(settings, HookEvent::TurnStart)
}

/// The hooks for this moment, in their order. `tool` is the tool's name where there is one.
fn fitting<'a>(
    settings: &'a Settings,
    event: HookEvent,
    tool: &'a str,
) -> impl Iterator<Item = &'a Hook> {
    let hooks = settings.hooks.iter();
    hooks.filter(move |hook| {
        hook.event == event && crate::settings::dialects::fits(&hook.matcher, tool)
    })
}
