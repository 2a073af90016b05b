//! The workspace's own settings: what it brings along, and whether it counts.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::items::Place;
use super::layer::Layer;
use super::source::{self, Variables};
use crate::trust::{self, CONFIG_FILE, Guard, SERVERS_FILE, Standing, Survey};

/// How many names of files a notice holds.
const MAX_NAMED: usize = 5;

/// What a workspace brings along.
#[derive(Debug, Clone)]
pub struct WorkspaceLayer {
    root: PathBuf,
    data: PathBuf,
    standing: Standing,
    /// `.mcp.json`, then `.aside/config.toml`.
    layers: Vec<Layer>,
}

impl Default for WorkspaceLayer {
    fn default() -> Self {
        Self {
            root: PathBuf::new(),
            data: PathBuf::new(),
            standing: Standing::Nothing,
            layers: Vec::new(),
        }
    }
}

/// What a workspace brings along, for people who decide about it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The workspace's first folder.
    pub root: PathBuf,
    /// What is known of its trust.
    pub standing: Standing,
    /// What would become active: the setting and its value, variables not put in.
    pub entries: Vec<(String, String)>,
    /// What is wrong with it.
    pub warnings: Vec<String>,
}

impl WorkspaceLayer {
    /// Looks at the files. `root` is the canonical path of the workspace's first folder.
    pub fn read(root: &Path, data: &Path, environment: &Arc<BTreeMap<String, String>>) -> Self {
        let standing = trust::look(root, data);
        let layers = match &standing {
            Standing::Nothing | Standing::Refused(_) => Vec::new(),
            Standing::Trusted(survey) => {
                layers(root, survey, &Variables::Of(Arc::clone(environment)))
            }
            Standing::Untrusted(survey) | Standing::Changed(survey, _) => {
                layers(root, survey, &Variables::Untouched)
            }
        };
        Self {
            root: root.to_owned(),
            data: data.to_owned(),
            standing,
            layers,
        }
    }

    /// Whether the files, or the user's word on them, are not what they were.
    pub fn is_changed(&self) -> bool {
        trust::look(&self.root, &self.data) != self.standing
    }

    /// The layers that count: all or none.
    pub fn active(&self) -> impl Iterator<Item = &Layer> {
        let is_trusted = matches!(self.standing, Standing::Trusted(_));
        self.layers.iter().filter(move |_| is_trusted)
    }

    /// What is asked before anything of the workspace acts; `None` where nothing of it counts.
    pub fn guard(&self) -> Option<Guard> {
        match &self.standing {
            Standing::Trusted(survey) => Some(Guard::new(&self.root, &self.data, &survey.hash)),
            Standing::Nothing
            | Standing::Untrusted(_)
            | Standing::Changed(..)
            | Standing::Refused(_) => None,
        }
    }

    /// What is wrong with files that do not count; the others' warnings come with the rest.
    pub fn warnings(&self) -> Vec<String> {
        match self.standing {
            Standing::Trusted(_) => Vec::new(),
            Standing::Nothing
            | Standing::Untrusted(_)
            | Standing::Changed(..)
            | Standing::Refused(_) => self.layers.iter().flat_map(Layer::warnings).collect(),
        }
    }

    /// A sentence for the user where something of the workspace is not active.
    pub fn notice(&self) -> Option<String> {
        let folder = self.root.display();
        match &self.standing {
            Standing::Nothing | Standing::Trusted(_) => None,
            Standing::Untrusted(survey) => Some(format!(
                "{folder} brings settings of its own ({}). They are not active, because you did not say that you trust them; `aside trust` shows them and asks.",
                named(survey.files.keys())
            )),
            Standing::Changed(_, changed) => Some(format!(
                "{folder}: {} changed since you trusted the settings of this workspace, so none of them is active; `aside trust` shows them and asks.",
                named(changed.iter())
            )),
            Standing::Refused(error) => Some(format!(
                "{folder} brings settings of its own, which are not active and cannot be trusted: {error}."
            )),
        }
    }

    /// What it brings along, for people.
    pub fn preview(&self) -> Preview {
        let entries = self.layers.iter().flat_map(|layer| {
            let values = layer
                .entries()
                .map(|(key, value, _)| (key.name.clone(), super::value::shown(key.spec, value)));
            let items = layer.items();
            values.chain(items.map(|(name, item, _)| (name.to_owned(), item.shown())))
        });
        Preview {
            root: self.root.clone(),
            standing: self.standing.clone(),
            entries: entries.collect(),
            warnings: self.layers.iter().flat_map(Layer::warnings).collect(),
        }
    }
}

fn layers(root: &Path, survey: &Survey, variables: &Variables) -> Vec<Layer> {
    let of = |name: &str| root.join(name);
    let servers = survey.servers.as_deref().map(|bytes| {
        let path = of(SERVERS_FILE);
        match source::read_json_bytes(&path, bytes) {
            Ok(map) => {
                let origin = path.display().to_string();
                Layer::from_servers(&map, &origin, Place::Workspace, variables)
            }
            Err(warning) => Layer::broken(warning),
        }
    });
    let config = survey.config.as_deref().map(|bytes| {
        let path = of(CONFIG_FILE);
        match source::read_bytes(&path, bytes) {
            Ok(map) => {
                let origin = path.display().to_string();
                Layer::from_file(&map, &origin, Place::Workspace, variables)
            }
            Err(warning) => Layer::broken(warning),
        }
    });
    servers.into_iter().chain(config).collect()
}

/// Some names, and how many more there are.
fn named<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = names.len().saturating_sub(MAX_NAMED);
    let mut text: Vec<&str> = names.take(MAX_NAMED).map(String::as_str).collect();
    let rest = format!("{more} more");
    if more > 0 {
        text.push(&rest);
    }
    text.join(", ")
}
