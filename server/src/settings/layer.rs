//! One source of settings: what it sets, and what is wrong with it.
use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::families::{self, Key};
use super::items::{Family, Item, Place};
use super::source::Variables;
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
    items: Vec<(String, Item, String)>,
    warnings: Vec<String>,
    left_out: usize,
}

/// Whose word it is, which decides what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The user's own file: all there is.
    User,
    /// A workspace that the user trusts: not where keys go, what is written and whom to trust.
    Workspace,
    /// An editor, which may have it from a workspace that the user does not trust. It leaves
    /// settings `null`.
    Editor,
}

/// How a source is read.
struct Reading<'a> {
    origin: &'a str,
    whose: Whose,
    variables: &'a Variables,
}

impl Layer {
    /// A source that cannot be used at all.
    pub fn broken(warning: String) -> Self {
        let mut layer = Self::default();
        layer.warn(warning);
        layer
    }

    /// The settings of a file of the user's or the workspace's.
    pub fn from_file(
        map: &Map<String, Json>,
        origin: &str,
        place: Place,
        variables: &Variables,
    ) -> Self {
        let mut layer = Self::default();
        let reading = Reading {
            origin,
            whose: match place {
                Place::User => Whose::User,
                Place::Workspace => Whose::Workspace,
            },
            variables,
        };
        layer.walk("", map, &reading);
        layer
    }

    /// The MCP servers of a file that holds nothing else of ours.
    pub fn from_servers(
        map: &Map<String, Json>,
        origin: &str,
        place: Place,
        variables: &Variables,
    ) -> Self {
        const KEY: &str = "mcpServers";
        let mut layer = Self::default();
        if let Some(json) = map.get(KEY) {
            layer.take_items(Family::Servers.read(KEY, json, place, variables), origin);
        }
        layer
    }

    /// An editor's settings. It may leave settings `null` and keep some of its own.
    pub fn from_editor(map: &Map<String, Json>, origin: &str) -> Self {
        let mut layer = Self::default();
        let mut map = map.clone();
        map.retain(|key, _| !EDITORS_OWN.contains(&key.split('.').next().unwrap_or_default()));
        let reading = Reading {
            origin,
            whose: Whose::Editor,
            variables: &Variables::Untouched,
        };
        layer.walk("", &map, &reading);
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

    /// The entries of several values that it has: name, entry, where that was said.
    pub fn items(&self) -> impl Iterator<Item = (&str, &Item, &str)> {
        let items = self.items.iter();
        items.map(|(name, item, origin)| (name.as_str(), item, origin.as_str()))
    }

    /// What is wrong with it.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let more = (self.left_out > 0)
            .then(|| format!("{} more warnings of this kind are left out", self.left_out));
        self.warnings.iter().cloned().chain(more)
    }

    /// Descends no further than the table of settings does, however deep the input is.
    fn walk(&mut self, prefix: &str, map: &Map<String, Json>, reading: &Reading<'_>) {
        let origin = reading.origin;
        for (name, json) in map {
            let key = format!("{prefix}{name}");
            if json.is_null() && reading.whose == Whose::Editor {
                continue;
            }
            if let Some(found) = Key::find(&key) {
                if !self.may_say(&found, json, reading) {
                    continue;
                }
                let value = expanded(&found, json, reading)
                    .and_then(|json| value::from_json(found.spec, &json));
                self.take(found, value, &key, origin);
                continue;
            }
            if let Some(family) = Family::find(&key) {
                let place = match reading.whose {
                    Whose::User => Place::User,
                    Whose::Workspace => Place::Workspace,
                    // What runs programs is never an editor's to say.
                    Whose::Editor => {
                        self.warn(not_an_editors(&key));
                        continue;
                    }
                };
                self.take_items(family.read(&key, json, place, reading.variables), origin);
                continue;
            }
            let inside = format!("{key}.");
            let is_table = families::is_table(&key)
                || SETTINGS.iter().any(|spec| spec.key.starts_with(&inside));
            match json {
                Json::Object(map) if is_table || families::is_model(&key) => {
                    self.walk(&inside, map, reading)
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

    /// Whether the source's word on this setting counts. Some editors read settings from the folder
    /// that is open, which is not trusted to say whom Aside speaks to, whom it trusts, and where it
    /// writes; and a workspace is trusted to say what it does, not where keys go.
    fn may_say(&mut self, key: &Key, json: &Json, reading: &Reading<'_>) -> bool {
        match reading.whose {
            Whose::User => true,
            // Editors show a secret that is not set as an empty field.
            Whose::Editor if matches!(key.spec.kind, Kind::Secret) && json.as_str() == Some("") => {
                false
            }
            Whose::Editor if key.is_users_alone() => {
                self.warn(not_an_editors(&key.name));
                false
            }
            Whose::Workspace if !key.is_a_workspaces() => {
                self.warn(format!(
                    "{}: {} is not applied, because no workspace may say where keys go, whom to trust and where to write; set it in the config.toml of your own",
                    reading.origin, key.name
                ));
                false
            }
            Whose::Editor | Whose::Workspace => true,
        }
    }

    fn take_items(&mut self, found: Vec<super::items::Found>, origin: &str) {
        for entry in found {
            match entry {
                Ok((name, item)) => {
                    // How many are looked for is bounded, and what stands in a workspace's file
                    // for all to read is no secret.
                    if let Item::Database(database) = &item
                        && (database.place == Place::User
                            || database.url.expose() != database.written)
                    {
                        crate::redact::register(database.url.expose());
                    }
                    self.items.push((name, item, origin.to_owned()));
                }
                Err((name, reason)) => {
                    self.warn(format!("{origin}: {name} {reason}; it is ignored"))
                }
            }
        }
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

fn not_an_editors(name: &str) -> String {
    format!(
        "editor: {name} is not applied, because an editor may take it from the folder that is open; set it in the config.toml of your own"
    )
}

/// The value with variables put in where a secret or an address may stand.
fn expanded<'a>(key: &Key, json: &'a Json, reading: &Reading<'_>) -> Result<Cow<'a, Json>, String> {
    match (&key.spec.kind, json) {
        (Kind::Secret | Kind::Url, Json::String(text)) if text.contains("${") => {
            let text = reading.variables.expand(text)?;
            Ok(Cow::Owned(Json::String(text)))
        }
        _ => Ok(Cow::Borrowed(json)),
    }
}
