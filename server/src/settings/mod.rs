//! Settings: a table of what there is, layers of who says what, and what is in force.
//!
//! Later layers win: built-in defaults, the user's config.toml, the editor, the environment,
//! flags. The workspace's `.aside/config.toml` is read and reported but not applied: a workspace
//! is not trusted. Nothing wrong in any of them stops the program; it is ignored with a warning.
mod bounds;
pub mod dialects;
mod dirs;
mod families;
mod layer;
mod render;
mod source;
mod table;
mod types;
mod value;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

pub use dirs::{Dirs, WorkspaceFiles};
use families::Key;
use layer::Layer;
use table::SETTINGS;
pub use types::{KeyPlace, Settings};
use value::Value;

/// The name of a settings file.
const FILE: &str = "config.toml";

/// All sources of settings, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    user: Layer,
    workspace: Option<(PathBuf, Layer)>,
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
    entries: BTreeMap<String, Entry>,
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
        let mut layers = Self {
            user: read_layer(&dirs.config.join(FILE)),
            environment: Layer::from_environment(&environment),
            ..Self::default()
        };
        if let Some(root) = workspace {
            layers.set_workspace(root);
        }
        layers
    }

    /// Reads the workspace's file, which is reported but not applied.
    pub fn set_workspace(&mut self, root: &Path) {
        let path = root.join(".aside").join(FILE);
        let layer = read_layer(&path);
        self.workspace = Some((path, layer));
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
        let mut warnings: Vec<String> = self.user.warnings().collect();
        warnings.extend(self.workspace_warnings());
        for layer in [&self.user, &self.editor, &self.environment, &self.flags] {
            for (key, value, _) in layer.entries() {
                if let (Value::Secret(_), Some(rival)) = (value, key.rival()) {
                    entries.remove(&rival);
                }
            }
            for (key, value, origin) in layer.entries() {
                let entry = Entry {
                    key: key.clone(),
                    value: value.clone(),
                    origin: origin.to_owned(),
                };
                entries.insert(key.name.clone(), entry);
            }
        }
        for layer in [&self.editor, &self.environment, &self.flags] {
            warnings.extend(layer.warnings());
        }
        let strange = strange_addresses(&entries);
        warnings.extend(withhold(&strange, &mut entries));
        let mut settings = Settings::from_entries(&entries);
        settings.providers.strange = strange;
        warnings.extend(families::unknown(&settings.providers.own));
        Resolved {
            settings,
            warnings,
            entries,
        }
    }

    fn workspace_warnings(&self) -> Vec<String> {
        let Some((path, layer)) = &self.workspace else {
            return Vec::new();
        };
        let mut warnings: Vec<String> = layer.warnings().collect();
        let keys: Vec<&str> = layer
            .entries()
            .map(|(key, _, _)| key.name.as_str())
            .collect();
        if !keys.is_empty() {
            warnings.push(format!(
                "{}: {} not applied, because settings of a workspace are not trusted; \
                 move them to the config.toml of your own",
                path.display(),
                match keys.as_slice() {
                    [key] => format!("{key} is"),
                    keys => format!("{} are", keys.join(", ")),
                }
            ));
        }
        warnings
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

fn read_layer(path: &Path) -> Layer {
    match source::read(path) {
        Ok(map) => Layer::from_file(&map, &path.display().to_string()),
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
