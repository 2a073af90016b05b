//! The engine as the command line uses it: the current folder, the disk, a terminal.
use std::collections::BTreeMap;
use std::sync::Arc;

use aside_agent::event::NoticeLevel;
use aside_agent::host::{Files, PermissionOutcome};
use aside_agent::world::Elicitor;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use super::Failure;
use super::ask::Asker;
use super::terminal::{self, Style};
use crate::engine::front::{Front, Published, Question};
use crate::engine::{Engine, Workspace};
use crate::host::{DiskFiles, Roots};
use crate::settings::{Dirs, Layers, Resolved};

/// Events that may wait to be printed; more slow the turn down.
const MAX_WAITING_EVENTS: usize = 256;

/// The engine of the current folder.
pub struct Context {
    /// Does the work.
    pub engine: Arc<Engine>,
    /// The settings, where each comes from, and what is wrong with them.
    pub resolved: Resolved,
    /// Where data and settings live.
    pub dirs: Dirs,
}

impl Context {
    /// Opens the current folder for commands that only look.
    pub fn open() -> Result<Self, Failure> {
        Ok(Self::open_with_events()?.0)
    }

    /// Opens the current folder without a word about its settings, for commands that do not use
    /// them.
    pub fn open_quietly() -> Result<Self, Failure> {
        Ok(Self::open_telling(&|_| {})?.0)
    }

    /// Opens the current folder; events come through the receiver.
    pub fn open_with_events() -> Result<(Self, mpsc::Receiver<Published>), Failure> {
        Self::open_telling(&|note| terminal::note(note, Style::Dim))
    }

    fn open_telling(tell: &dyn Fn(&str)) -> Result<(Self, mpsc::Receiver<Published>), Failure> {
        let folder = std::env::current_dir().map_err(|error| {
            Failure::failed(format!("the current folder cannot be found: {error}"))
        })?;
        let environment = environment();
        let dirs = Dirs::new(&environment);
        let roots = Roots::new([folder]);
        let layers = Layers::load(&dirs, roots.key(), environment);
        let resolved = layers.resolve();
        crate::logs::start(&dirs, &resolved.settings);
        for warning in &resolved.warnings {
            tell(&format!("settings: {warning}"));
        }
        if let Some(notice) = &resolved.notice {
            tell(notice);
        }
        let key = roots
            .key()
            .ok_or_else(|| Failure::failed("the current folder cannot be found"))?;
        let workspace = Workspace::new(key, &dirs);
        let max_read = resolved.settings.files.max_read_bytes();
        let (events, receiver) = mpsc::channel(MAX_WAITING_EVENTS);
        let front = Arc::new(HeadlessFront {
            files: Arc::new(DiskFiles::new(roots, max_read)),
            events,
            asker: Arc::default(),
        });
        let engine = Engine::new(workspace, Arc::new(resolved.settings.clone()), front);
        Ok((
            Self {
                engine,
                resolved,
                dirs,
            },
            receiver,
        ))
    }
}

impl Context {
    /// Where a provider's key comes from, if settings or the environment have it.
    pub fn key_origin(&self, provider: &str) -> Option<&str> {
        let fields = ["api_key", "token"].iter();
        let mut names = fields.map(|field| format!("providers.{provider}.{field}"));
        names.find_map(|name| self.resolved.origin(&name))
    }
}

/// The environment; values that are not text cannot be settings of ours.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The disk, and whoever sits at the terminal.
struct HeadlessFront {
    files: Arc<DiskFiles>,
    events: mpsc::Sender<Published>,
    asker: Arc<Asker>,
}

impl Front for HeadlessFront {
    fn wants_foreign_events(&self) -> bool {
        false
    }

    fn publish(&self, event: Published) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // A command that does not print events has dropped the receiver.
            let _ = self.events.send(event).await;
        })
    }

    fn relay(&self, _: String) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files) as _
    }

    fn elicitor(&self) -> Arc<dyn Elicitor> {
        Arc::clone(&self.asker) as _
    }

    fn ask(&self, question: Question) -> BoxFuture<'_, PermissionOutcome> {
        Box::pin(async move {
            if !terminal::is_interactive() {
                return PermissionOutcome::Unavailable(
                    "There is no terminal to ask for permission on, so the call was refused. Run with --permission-mode acceptEdits to allow edits, or allow what is to be with `aside permission add`.".to_owned(),
                );
            }
            self.asker.ask(question).await
        })
    }

    fn tell(&self, level: NoticeLevel, message: &str) {
        match level {
            NoticeLevel::Info | NoticeLevel::Warning => terminal::note(message, Style::Dim),
            NoticeLevel::Error => terminal::error(message),
        }
    }
}
