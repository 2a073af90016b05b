//! What the parts of the LSP front share: the client, the open documents, the engine.
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak};

use aside_protocol::ErrorCode;
use serde_json::Value;
use tower_lsp::Client;

use super::client::ClientProfile;
use super::documents::Documents;
use super::editor::Carried;
use super::front::LspFront;
use super::review::Review;
use super::transport::Outgoing;
use crate::engine::error::EngineError;
use crate::engine::{Engine, Workspace};
use crate::host::Roots;
use crate::settings::{Dirs, Layers, Preview, Settings};

/// Shared by all handlers.
pub struct Shared {
    /// Requests and rare notifications go through tower-lsp.
    pub client: Client,
    /// `chat/event` goes straight out, in order with the rest.
    pub outgoing: Outgoing,
    /// The open documents.
    pub documents: Documents,
    /// Where data and settings live.
    pub dirs: Dirs,
    profile: OnceLock<ClientProfile>,
    state: Mutex<State>,
    settings: RwLock<Arc<Settings>>,
    /// Running turns that show work-done progress, by token.
    pub progress: Mutex<HashMap<String, super::progress::Shown>>,
    /// Diagnostics that code-action requests carried.
    pub carried: Carried,
    /// Pending hunks that are shown by the means of plain LSP.
    pub review: Review,
    /// Other agents' way to the tools, once it is offered.
    #[cfg(unix)]
    offer: Mutex<Option<crate::mcp::Offer>>,
    own: Weak<Shared>,
}

struct State {
    layers: Layers,
    folders: Vec<PathBuf>,
    roots: Arc<Roots>,
    engine: Option<Arc<Engine>>,
    /// What was already said to be wrong with the settings.
    told: HashSet<String>,
}

/// What is new to tell of the settings.
pub struct ToTell {
    /// What is wrong with them, for the editor's log.
    pub warnings: Vec<String>,
    /// That settings of the workspace are not active, for the user to see.
    pub notice: Option<String>,
}

impl Shared {
    /// Before `initialize`.
    pub fn new(client: Client, outgoing: Outgoing, dirs: Dirs, layers: Layers) -> Arc<Self> {
        let settings = Arc::new(layers.resolve().settings);
        Arc::new_cyclic(|own| Self {
            client,
            outgoing,
            documents: Documents::new(),
            dirs,
            profile: OnceLock::new(),
            state: Mutex::new(State {
                layers,
                folders: Vec::new(),
                roots: Arc::default(),
                engine: None,
                told: HashSet::new(),
            }),
            settings: RwLock::new(settings),
            progress: Mutex::default(),
            carried: Carried::default(),
            review: Review::default(),
            #[cfg(unix)]
            offer: Mutex::default(),
            own: own.clone(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the client announced; before `initialize` there is no client to ask.
    pub fn profile(&self) -> Option<&ClientProfile> {
        self.profile.get()
    }

    /// Called once, by `initialize`.
    pub fn set_profile(&self, profile: ClientProfile) {
        // tower-lsp refuses a second `initialize`, so this is the first.
        let _ = self.profile.set(profile);
    }

    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the editor's settings.
    pub fn set_editor_settings(&self, editor: Value) {
        self.state().layers.set_editor(editor);
    }

    /// Puts the settings in force that the layers now say; returns what is new to tell of them.
    pub fn resolve_settings(&self) -> ToTell {
        let mut state = self.state();
        if let Some(root) = state.roots.key().map(Path::to_owned) {
            state.layers.set_workspace(&root);
        }
        let resolved = state.layers.resolve();
        let settings = Arc::new(resolved.settings);
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&settings);
        if let Some(engine) = &state.engine {
            engine.set_settings(settings);
        }
        let mut warnings = resolved.warnings;
        warnings.retain(|warning| state.told.insert(warning.clone()));
        let notice = resolved.notice;
        let notice = notice.filter(|notice| state.told.insert(notice.clone()));
        ToTell { warnings, notice }
    }

    /// Whether what the workspace brings along changed since it was read.
    pub fn is_workspace_changed(&self) -> bool {
        self.state().layers.is_workspace_changed()
    }

    /// What the workspace brings along, as it is now.
    pub fn preview(&self) -> Preview {
        let mut state = self.state();
        if let Some(root) = state.roots.key().map(Path::to_owned) {
            state.layers.set_workspace(&root);
        }
        state.layers.preview()
    }

    /// Forgets that the user was told of the workspace's trust, having decided about it now: what
    /// changes after that is told again.
    pub fn forget_notice(&self) {
        let mut state = self.state();
        if let Some(notice) = state.layers.resolve().notice {
            state.told.remove(&notice);
        }
    }

    /// The workspace's folders changed.
    pub fn set_folders(&self, folders: Vec<PathBuf>) {
        let mut state = self.state();
        state.roots = Arc::new(Roots::new(folders.clone()));
        state.folders = folders;
    }

    /// The workspace's folders as the client named them.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.state().folders.clone()
    }

    /// The workspace's folders.
    pub fn roots(&self) -> Arc<Roots> {
        Arc::clone(&self.state().roots)
    }

    /// With no folder open, the first document's repository, else its folder, is the workspace.
    /// Says whether it now is.
    pub fn adopt_root_of(&self, document: &Path) -> bool {
        if self.state().roots.key().is_some() {
            return false;
        }
        let Some(folder) = document.parent() else {
            return false;
        };
        let repository = folder
            .ancestors()
            .find(|ancestor| ancestor.join(".git").exists())
            .unwrap_or(folder);
        self.set_folders(vec![repository.to_owned()]);
        true
    }

    /// The engine of the workspace. It keeps the first folder that it was made for.
    pub fn engine(&self) -> Result<Arc<Engine>, EngineError> {
        let mut state = self.state();
        if let Some(engine) = &state.engine {
            return Ok(Arc::clone(engine));
        }
        let Some(key) = state.roots.key() else {
            return Err(EngineError::new(
                ErrorCode::Invalid,
                "no folder is open, so there is no workspace to keep sessions for; open a folder or a file first",
            ));
        };
        let workspace = Workspace::new(key, &self.dirs);
        let front = Arc::new(LspFront::new(self.own.clone()));
        let engine = Engine::new(workspace, self.settings(), front);
        state.engine = Some(Arc::clone(&engine));
        Ok(engine)
    }

    /// The engine, if anything has needed it yet.
    pub fn engine_if_any(&self) -> Option<Arc<Engine>> {
        self.state().engine.clone()
    }

    /// Offers the tools to other agents, where a folder is open.
    #[cfg(unix)]
    pub fn offer_tools(&self) {
        let mut offer = self.offer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(key) = self.roots().key().map(Path::to_owned) else {
            return;
        };
        if offer.is_some() {
            return;
        }
        let workspace = Workspace::new(&key, &self.dirs);
        let shared = self.own.clone();
        *offer = crate::mcp::offer(&workspace, move || {
            let engine = shared.upgrade()?.engine().ok()?;
            (engine.workspace().key == key).then_some(engine)
        });
    }

    /// There are no such sockets.
    #[cfg(not(unix))]
    pub fn offer_tools(&self) {}

    /// Offers nothing to other agents any more.
    #[cfg(unix)]
    pub fn withdraw_tools(&self) {
        let mut offer = self.offer.lock().unwrap_or_else(PoisonError::into_inner);
        *offer = None;
    }

    /// There are no such sockets.
    #[cfg(not(unix))]
    pub fn withdraw_tools(&self) {}
}
