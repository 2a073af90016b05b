//! What may stand behind an `@` or a `/` in a message.
mod fuzzy;
mod index;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_mcp::ServerState;
use aside_protocol::{
    Candidate, ContentBlock, ContextCompleteParams, ContextCompleteResult, ContextTrigger,
};

use super::Engine;
use super::error::EngineError;
use fuzzy::{Name, Wanted};
pub use index::Index;
use index::Place;

/// How many candidates are offered.
pub const MAX_CANDIDATES: usize = 50;

/// How many of them are open documents, and how many resources of MCP servers: neither leaves the
/// other, or the files, without a place.
pub const MAX_OF_A_KIND: usize = 15;

/// The longest text that candidates are looked for by, in bytes.
pub const MAX_QUERY_BYTES: usize = 1024;

/// Whether a server is one of the session's, by its name.
type Chosen<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// A candidate, how well it fits, and what decides between two that fit alike: how deep it is.
struct Scored {
    score: u32,
    depth: usize,
    candidate: Candidate,
}

impl Engine {
    /// `context/complete`.
    pub async fn complete(
        self: &Arc<Self>,
        params: ContextCompleteParams,
    ) -> Result<ContextCompleteResult, EngineError> {
        if params.query.len() > MAX_QUERY_BYTES {
            return Err(EngineError::invalid(format!(
                "`query` has more than {MAX_QUERY_BYTES} bytes; send what stands between the trigger and the cursor"
            )));
        }
        let servers = match &params.session_id {
            Some(id) => {
                let store = self.store().await?;
                crate::wire::session_servers(&store.get_session(&**id).await?)
            }
            None => None,
        };
        let is_chosen = |name: &str| {
            let servers = servers.as_ref();
            servers.is_none_or(|servers| servers.iter().any(|it| it == name))
        };
        let wanted = Wanted::new(&params.query);
        let candidates = match params.trigger {
            ContextTrigger::At => self.context(&wanted, &is_chosen).await?,
            ContextTrigger::Slash => self.slash(&wanted, &is_chosen),
        };
        Ok(ContextCompleteResult { candidates })
    }

    /// Open documents, then files and folders, then resources.
    async fn context(
        self: &Arc<Self>,
        wanted: &Wanted,
        is_chosen: Chosen<'_>,
    ) -> Result<Vec<Candidate>, EngineError> {
        let files = self.front().files();
        let open = files.open_paths();
        let is_open = open.iter().map(|path| path.absolute().to_owned());
        let is_open: HashSet<PathBuf> = is_open.collect();
        let first = open.iter().filter_map(|path| {
            let label = path.display().to_owned();
            let score = Name::new(&label).score(wanted)?;
            Some(file(path.absolute(), &label, "open file", score))
        });
        let mut candidates = best(first, MAX_OF_A_KIND);
        let resources = best(self.resources(wanted, is_chosen).into_iter(), MAX_OF_A_KIND);
        let room = MAX_CANDIDATES.saturating_sub(candidates.len() + resources.len());
        let places = self.index().places(files.as_ref()).await?;
        let wanted = wanted.clone();
        // Tens of thousands of names take a few milliseconds.
        let fitting = move || fitting(&places, &wanted, &is_open, room);
        let others = tokio::task::spawn_blocking(fitting).await;
        candidates.extend(others.map_err(|error| EngineError::internal(error.to_string()))?);
        candidates.extend(resources);
        Ok(candidates)
    }

    /// What servers that run have to read.
    fn resources(self: &Arc<Self>, wanted: &Wanted, is_chosen: Chosen<'_>) -> Vec<Scored> {
        if self.settings().mcp_servers.is_empty() {
            return Vec::new();
        }
        let servers = self.mcp().manager(self).status().into_iter();
        let servers = servers.filter(|it| it.state == ServerState::Ready && is_chosen(&it.name));
        let mut found = Vec::new();
        for server in servers {
            found.extend(server.resources.iter().filter_map(|resource| {
                let label = match resource.name.as_str() {
                    "" => resource.uri.as_str(),
                    name => name,
                };
                let by_name = Name::new(label).score(wanted);
                let score = by_name.max(Name::new(&resource.uri).score(wanted))?;
                let detail = match resource.description.as_str() {
                    "" => format!("resource of {}", server.name),
                    said => format!("resource of {}: {}", server.name, first_line(said)),
                };
                Some(Scored {
                    score,
                    depth: 0,
                    candidate: Candidate {
                        label: label.to_owned(),
                        detail,
                        // The model reads it by the names of both.
                        insert: format!("@{}:{}", server.name, resource.uri),
                        resource: Some(attached(resource.uri.clone())),
                    },
                })
            }));
        }
        found
    }

    fn slash(self: &Arc<Self>, wanted: &Wanted, is_chosen: Chosen<'_>) -> Vec<Candidate> {
        let commands = crate::mcp::commands(self).into_iter();
        let commands = commands.filter_map(|command| {
            let server = command.name.split(':').next().unwrap_or_default();
            if !is_chosen(server) {
                return None;
            }
            let score = Name::new(&command.name).score(wanted)?;
            Some(Scored {
                score,
                depth: 0,
                candidate: Candidate {
                    label: format!("/{}", command.name),
                    detail: first_line(&command.description).to_owned(),
                    insert: format!("/{}", command.name),
                    resource: None,
                },
            })
        });
        best(commands, MAX_CANDIDATES)
    }
}

/// The files and folders that fit best and are not open.
fn fitting(
    places: &[Place],
    wanted: &Wanted,
    is_open: &HashSet<PathBuf>,
    room: usize,
) -> Vec<Candidate> {
    let found = places.iter().filter_map(|place| {
        let score = place.name.score(wanted)?;
        // Most do not fit, so that this is looked at last.
        (!is_open.contains(&place.path)).then_some((score, place))
    });
    let mut found: Vec<(u32, &Place)> = found.collect();
    let key =
        |(score, place): &(u32, &Place)| (Reverse(*score), depth(&place.label), place.label.len());
    if room > 0 && found.len() > room {
        found.select_nth_unstable_by_key(room - 1, key);
        found.truncate(room);
    }
    let found = found.into_iter().map(|(score, place)| {
        let detail = if place.is_folder { "folder" } else { "file" };
        file(&place.path, &place.label, detail, score)
    });
    best(found, room)
}

fn file(path: &Path, label: &str, detail: &str, score: u32) -> Scored {
    Scored {
        score,
        depth: depth(label),
        candidate: Candidate {
            label: label.to_owned(),
            detail: detail.to_owned(),
            insert: format!("@{label}"),
            resource: Some(attached(crate::wire::path_to_uri(path).0)),
        },
    }
}

fn attached(uri: String) -> ContentBlock {
    ContentBlock::Resource {
        uri: aside_protocol::Uri(uri),
        range: None,
        text: None,
    }
}

fn depth(label: &str) -> usize {
    label.trim_end_matches('/').matches('/').count()
}

/// The best, best first; of those that fit alike, what is less deep, shorter, first in the alphabet.
fn best(found: impl Iterator<Item = Scored>, limit: usize) -> Vec<Candidate> {
    let mut found: Vec<Scored> = found.collect();
    found.sort_by(|a, b| {
        let key = |it: &Scored| (Reverse(it.score), it.depth, it.candidate.label.len());
        let by_label = || a.candidate.label.cmp(&b.candidate.label);
        key(a).cmp(&key(b)).then_with(by_label)
    });
    found.truncate(limit);
    found.into_iter().map(|it| it.candidate).collect()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
