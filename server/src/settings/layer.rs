//! One source of settings: what it sets, and what is wrong with it.
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::families::{self, Key};
use super::table::{Kind, SETTINGS};
use super::value::{self, Value};

/// How many warnings about one source are given.
pub const MAX_WARNINGS: usize = 20;

/// What editors keep beside the settings of the server, in the same section.
const EDITORS_OWN: [&str; 2] = ["trace", "server"];

/// One source of settings, checked.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    entries: Vec<(Key, Value, String)>,
    warnings: Vec<String>,
    left_out: usize,
}

/// What a `null` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// The setting is left to others.
    Unset,
    /// Nothing that a setting could be.
    Wrong,
}

impl Layer {
    /// A source that cannot be used at all.
    pub fn broken(warning: String) -> Self {
        let mut layer = Self::default();
        layer.warn(warning);
        layer
    }

    /// A file's settings.
    pub fn from_file(map: &Map<String, Json>, origin: &str) -> Self {
        let mut layer = Self::default();
        layer.walk("", map, origin, Nulls::Wrong);
        layer
    }

    /// An editor's settings. It may leave settings `null` and keep some of its own.
    pub fn from_editor(map: &Map<String, Json>, origin: &str) -> Self {
        let mut layer = Self::default();
        let mut map = map.clone();
        map.retain(|key, _| !EDITORS_OWN.contains(&key.split('.').next().unwrap_or_default()));
        layer.walk("", &map, origin, Nulls::Unset);
        layer
    }

    /// The environment. An empty variable is one that is not set.
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        let mut layer = Self::default();
        let fixed = SETTINGS.iter();
        let fixed = fixed.filter_map(|spec| Some((spec.env?, spec.key.to_owned())));
        for (variable, name) in fixed.chain(families::variables()) {
            let Some(text) = environment.get(variable).filter(|text| !text.is_empty()) else {
                continue;
            };
            // A test shows that each variable is a setting's.
            let Some(key) = Key::find(&name) else {
                continue;
            };
            let is_said = layer.entries.iter().any(|(said, ..)| said.name == name);
            if !is_said {
                let value = value::from_text(key.spec, text);
                layer.take(key, value, variable, variable);
            }
        }
        layer
    }

    /// Flags of the command line, by dotted key.
    pub fn from_flags(flags: &BTreeMap<String, String>) -> Self {
        let mut layer = Self::default();
        for (key, text) in flags {
            match Key::find(key) {
                Some(found) => {
                    let value = value::from_text(found.spec, text);
                    layer.take(found, value, key, "flag");
                }
                None => layer.warn(format!("flag: there is no setting {}", value::quoted(key))),
            }
        }
        layer
    }

    /// What it sets: the setting, the value, and where that was said.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, &Value, &str)> {
        let entries = self.entries.iter();
        entries.map(|(key, value, origin)| (key, value, origin.as_str()))
    }

    /// What is wrong with it.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let more = (self.left_out > 0)
            .then(|| format!("{} more warnings of this kind are left out", self.left_out));
        self.warnings.iter().cloned().chain(more)
    }

    /// Descends no further than the table of settings does, however deep the input is.
    fn walk(&mut self, prefix: &str, map: &Map<String, Json>, origin: &str, nulls: Nulls) {
        for (name, json) in map {
            let key = format!("{prefix}{name}");
            if json.is_null() && nulls == Nulls::Unset {
                continue;
            }
            if let Some(found) = Key::find(&key) {
                if nulls == Nulls::Unset && !self.may_be_an_editors(&found, json) {
                    continue;
                }
                let value = value::from_json(found.spec, json);
                self.take(found, value, &key, origin);
                continue;
            }
            let inside = format!("{key}.");
            let is_table = families::is_table(&key)
                || SETTINGS.iter().any(|spec| spec.key.starts_with(&inside));
            match json {
                Json::Object(map) if is_table || families::is_model(&key) => {
                    self.walk(&inside, map, origin, nulls)
                }
                _ if is_table => self.warn(format!("{origin}: {key} must be a table")),
                _ => {
                    let key = value::quoted(&key);
                    self.warn(format!(
                        "{origin}: there is no setting {key}, so it is ignored"
                    ));
                }
            }
        }
    }

    /// Whether an editor's word on this setting counts. Some editors read settings from the folder
    /// that is open, which is not trusted to say whom Aside speaks to, whom it trusts, and where it
    /// writes.
    fn may_be_an_editors(&mut self, key: &Key, json: &Json) -> bool {
        // Editors show a secret that is not set as an empty field.
        if matches!(key.spec.kind, Kind::Secret) && json.as_str() == Some("") {
            return false;
        }
        let is_own = !key.is_users_alone();
        if !is_own {
            self.warn(format!(
                "editor: {} is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own",
                key.name
            ));
        }
        is_own
    }

    fn take(&mut self, key: Key, got: Result<Value, String>, name: &str, origin: &str) {
        match got {
            Ok(value) => {
                if let Value::Secret(secret) = &value {
                    crate::redact::register(secret.expose());
                }
                self.entries.push((key, value, origin.to_owned()));
            }
            Err(reason) if name == origin => self.warn(format!("{name} {reason}; it is ignored")),
            Err(reason) => self.warn(format!("{origin}: {name} {reason}; it is ignored")),
        }
    }

    fn warn(&mut self, warning: String) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        } else {
            self.left_out += 1;
        }
    }
}
