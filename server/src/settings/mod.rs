//! Settings: a table of what there is, layers of who says what, and what is in force.
//!
//! Later layers win: built-in defaults, the user's mcp.json and config.toml, the workspace's
//! `.mcp.json` and `.aside/config.toml`, the editor, the environment, flags. The workspace's files
//! count only where the user trusts the workspace as it is. Nothing wrong in any of them stops the
//! program; it is ignored with a warning.
mod bounds;
pub mod dialects;
mod dirs;
mod families;
pub mod items;
mod layer;
mod render;
mod source;
mod table;
mod types;
mod value;
mod workspace;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

pub use dirs::{Dirs, WorkspaceFiles};
use families::Key;
use items::{Item, Place};
use layer::Layer;
use source::Variables;
use table::SETTINGS;
pub use types::{Commands, Container, KeyPlace, Settings};
use value::Value;
pub use workspace::Preview;
use workspace::WorkspaceLayer;

/// The name of a settings file.
const FILE: &str = "config.toml";

/// The name of the user's file of MCP servers.
const SERVERS_FILE: &str = "mcp.json";

/// All sources of settings, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Where it is kept what the user trusts.
    data: PathBuf,
    variables: Arc<BTreeMap<String, String>>,
    servers: Layer,
    user: Layer,
    workspace: WorkspaceLayer,
    editor: Layer,
    environment: Layer,
    flags: Layer,
}

/// What the layers come to.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The settings in force.
    pub settings: Settings,
    /// Sentences for the user: what is wrong in which source, and what was done about it.
    pub warnings: Vec<String>,
    /// A sentence for the user where the workspace brings settings that are not active.
    pub notice: Option<String>,
    entries: BTreeMap<String, Entry>,
    items: Vec<(String, Item, String)>,
}

/// One setting's value and where it comes from.
#[derive(Debug, Clone)]
struct Entry {
    key: Key,
    value: Value,
    origin: String,
}

/// Where values come from that an editor set.
const EDITOR_ORIGIN: &str = "editor";

/// Where values come from that nobody set.
const DEFAULT_ORIGIN: &str = "default";

impl Layers {
    /// Reads the files and the environment. Without a workspace, see [`Self::set_workspace`].
    pub fn load(
        dirs: &Dirs,
        workspace: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let environment_layer = Layer::from_environment(&environment);
        let environment = Arc::new(environment);
        let variables = Variables::Of(Arc::clone(&environment));
        let mut layers = Self {
            data: dirs.data.clone(),
            variables: environment,
            servers: read_servers(&dirs.config.join(SERVERS_FILE), &variables),
            user: read_layer(&dirs.config.join(FILE), &variables),
            environment: environment_layer,
            ..Self::default()
        };
        if let Some(root) = workspace {
            layers.set_workspace(root);
        }
        layers
    }

    /// Reads what the workspace brings along. It counts where the user trusts it.
    pub fn set_workspace(&mut self, root: &Path) {
        self.workspace = WorkspaceLayer::read(root, &self.data, &self.variables);
    }

    /// Whether the workspace's files, or the user's word on them, changed since they were read.
    pub fn is_workspace_changed(&self) -> bool {
        self.workspace.is_changed()
    }

    /// What the workspace brings along, and whether it is trusted.
    pub fn preview(&self) -> Preview {
        self.workspace.preview()
    }

    /// Takes the editor's settings, in the place of those it gave before. `null` is none.
    pub fn set_editor(&mut self, editor: Json) {
        self.editor = match editor {
            Json::Object(map) => Layer::from_editor(&map, EDITOR_ORIGIN),
            Json::Null => Layer::default(),
            Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                Layer::broken("editor: the settings are not an object".to_owned())
            }
        };
    }

    /// Takes flags, by dotted key.
    #[cfg_attr(
        not(test),
        allow(
            dead_code,
            reason = "so far flags go into requests, which come before all settings"
        )
    )]
    pub fn set_flags(&mut self, flags: &BTreeMap<String, String>) {
        self.flags = Layer::from_flags(flags);
    }

    /// What is in force.
    pub fn resolve(&self) -> Resolved {
        let mut entries = defaults();
        let mut items = Vec::new();
        let before: Vec<&Layer> = [&self.servers, &self.user].into();
        let workspace = self.workspace.active();
        let layers = before.into_iter().chain(workspace).chain([
            &self.editor,
            &self.environment,
            &self.flags,
        ]);
        let mut warnings: Vec<String> = Vec::new();
        let is_trusted = self.workspace.guard().is_some();
        let mut is_refused = false;
        for layer in layers {
            warnings.extend(layer.warnings());
            for (key, value, _) in layer.entries() {
                if let (Value::Secret(_), Some(rival)) = (value, key.rival()) {
                    entries.remove(&rival);
                }
            }
            for (key, value, origin) in layer.entries() {
                if !is_trusted && is_full_by_editor(key, value, origin) {
                    is_refused = true;
                    continue;
                }
                let entry = Entry {
                    key: key.clone(),
                    value: value.clone(),
                    origin: origin.to_owned(),
                };
                entries.insert(key.name.clone(), entry);
            }
            add_items(&mut items, layer);
        }
        warnings.extend(self.workspace.warnings());
        let is_full = entries.get(MODE).is_some_and(|entry| is_full(&entry.value));
        if is_refused && !is_full {
            warnings.push(NOT_FULL.to_owned());
        }
        let strange = strange_addresses(&entries);
        warnings.extend(withhold(&strange, &mut entries));
        let mut settings = Settings::from_entries(&entries);
        settings.take_items(&items);
        settings.trust = self.workspace.guard();
        settings.providers.strange = strange;
        warnings.extend(families::unknown(&settings.providers.own));
        Resolved {
            settings,
            warnings,
            notice: self.workspace.notice(),
            entries,
            items,
        }
    }
}

/// Whether this is an editor's word that everything is allowed. Some editors read settings from the
/// folder that is open, so it may be a stranger's.
fn is_full_by_editor(key: &Key, value: &Value, origin: &str) -> bool {
    origin == EDITOR_ORIGIN && key.name == MODE && is_full(value)
}

fn is_full(value: &Value) -> bool {
    match value {
        Value::Text(mode) => mode == "full",
        Value::Unset | Value::Integer(_) | Value::Number(_) | Value::Secret(_) => false,
    }
}

/// The setting of what sessions may do unasked.
const MODE: &str = "permission_mode";

/// What is said of that where the user does not trust the workspace.
const NOT_FULL: &str = "editor: permission_mode = full is not applied, because an editor may take it from the folder that is open, whose settings you do not trust; choose the mode in the session, set it in the config.toml of your own or in ASIDE_PERMISSION_MODE, or trust the workspace with `aside trust`";

/// Adds a layer's entries of several values; a named one takes the place of an earlier one.
fn add_items(items: &mut Vec<(String, Item, String)>, layer: &Layer) {
    for (name, item, origin) in layer.items() {
        if item.family().is_named() {
            items.retain(|(other, ..)| other != name);
        }
        items.push((name.to_owned(), item.clone(), origin.to_owned()));
    }
}

/// The providers whose address an editor gave, where it leads away from this machine. Some
/// editors read settings from the folder that is open, so it may be a stranger's.
fn strange_addresses(entries: &BTreeMap<String, Entry>) -> BTreeSet<String> {
    let of_editor = entries
        .values()
        .filter(|entry| entry.origin == EDITOR_ORIGIN);
    let strange = of_editor.filter_map(|entry| {
        let id = entry.key.address_of()?;
        match &entry.value {
            Value::Text(url) if aside_llm::is_on_this_machine(url) => None,
            Value::Text(_) => Some(id.to_owned()),
            Value::Unset | Value::Integer(_) | Value::Number(_) | Value::Secret(_) => None,
        }
    });
    strange.collect()
}

/// Takes out the secrets of those providers that the editor did not give too, and says so.
fn withhold(strange: &BTreeSet<String>, entries: &mut BTreeMap<String, Entry>) -> Vec<String> {
    let mut warnings = Vec::new();
    entries.retain(|name, entry| {
        let is_withheld = entry.origin != EDITOR_ORIGIN
            && entry.key.secret_of().is_some_and(|id| strange.contains(id));
        if is_withheld {
            warnings.push(format!(
                "{name} (from {}) is not sent to the address that the editor gave, which may come from the folder that is open; set that address in the config.toml of your own, or the key in the editor",
                entry.origin
            ));
        }
        !is_withheld
    });
    warnings
}

fn read_layer(path: &Path, variables: &Variables) -> Layer {
    match source::read(path) {
        Ok(map) => Layer::from_file(&map, &path.display().to_string(), Place::User, variables),
        Err(warning) => Layer::broken(warning),
    }
}

fn read_servers(path: &Path, variables: &Variables) -> Layer {
    match source::read_json(path) {
        Ok(map) => Layer::from_servers(&map, &path.display().to_string(), Place::User, variables),
        Err(warning) => Layer::broken(warning),
    }
}

fn defaults() -> BTreeMap<String, Entry> {
    let entry = |spec: &'static table::Spec| Entry {
        key: Key::fixed(spec),
        // A test shows that each default fits its setting.
        value: match spec.default {
            "" => Value::Unset,
            text => value::from_text(spec, text).unwrap_or(Value::Unset),
        },
        origin: DEFAULT_ORIGIN.to_owned(),
    };
    SETTINGS
        .iter()
        .map(|spec| (spec.key.to_owned(), entry(spec)))
        .collect()
}
