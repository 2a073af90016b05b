//! An edit of one file, matched against the text that the model saw.
//!
//! Where the user changed the file since, the edit is made in what the model saw, and both are
//! merged. What does not fit there may fit what the file is now: then the model knows of it from
//! elsewhere.
use std::sync::Arc;

use aside_agent::attempt::{Attempt, Dialect};
use aside_agent::host::WorkspacePath;
use aside_agent::rebase::{MAX_PLACE_BYTES, MAX_SHOWN_PLACES, conflict_text};
use aside_agent::tool::ToolContext;
use aside_edit::lines::{lines, split_bom};
use aside_edit::merge::{Conflict, merge};
use serde_json::Value;

use super::refused::Refused;
use super::report::{Matches, loosest};

/// An edit of one file.
pub(crate) struct Task<'a> {
    pub(crate) path: &'a WorkspacePath,
    pub(crate) dialect: Dialect,
    /// What the ledger keeps of it.
    pub(crate) request: Value,
    /// What the model takes the file for.
    pub(crate) seen: Option<Arc<str>>,
    /// What it is.
    pub(crate) current: Arc<str>,
    pub(crate) context: &'a ToolContext,
}

/// A computed edit.
#[derive(Debug)]
pub(crate) struct Made {
    /// The new text.
    pub(crate) text: Arc<str>,
    /// What the model takes the new text for.
    pub(crate) meant: Arc<str>,
    pub(crate) matches: Matches,
    /// Whether the user's changes are in the text and not in what is meant.
    pub(crate) is_merged: bool,
}

/// What an engine makes of a text, and where it matched.
pub(crate) type Engine<'e> = dyn Fn(&str) -> Result<(String, Matches), Box<Refused>> + 'e;

impl Task<'_> {
    /// Computes the edit and notes the attempt.
    pub(crate) fn run(self, engine: &Engine<'_>) -> Result<Made, Box<Refused>> {
        let seen = self.seen.clone().filter(|seen| *seen != self.current);
        if let Some(seen) = &seen
            && let Ok((meant, matches)) = engine(seen)
        {
            return self.merged(seen, meant.into(), matches);
        }
        let (refusal, computed) = match engine(&self.current) {
            Ok((text, matches)) => (None, Ok((Arc::<str>::from(text), matches))),
            Err(refused) => (Some(refused.code), Err(refused)),
        };
        let (result, stage) = match &computed {
            Ok((text, matches)) => (Some(Arc::clone(text)), loosest(&matches.list)),
            Err(_) => (None, None),
        };
        self.note(&self.current, stage, refusal, result);
        match computed {
            Ok((text, matches)) => Ok(Made {
                meant: Arc::clone(&text),
                text,
                matches,
                is_merged: false,
            }),
            Err(refused) if seen.is_some() => Err(refused.said(
                "",
                "\nThe file changed since you saw it: go by what it is now.",
            )),
            Err(refused) => Err(refused),
        }
    }

    fn merged(
        &self,
        seen: &Arc<str>,
        meant: Arc<str>,
        matches: Matches,
    ) -> Result<Made, Box<Refused>> {
        let stage = loosest(&matches.list);
        let conflicts = match merge(seen, &self.current, &meant) {
            Ok(text) => {
                self.note(seen, stage, None, Some(Arc::clone(&meant)));
                return Ok(Made {
                    is_merged: *text != *meant,
                    text: text.into(),
                    meant,
                    matches,
                });
            }
            Err(conflicts) => conflicts,
        };
        self.note(seen, stage, Some("conflict"), Some(meant));
        // Of a text that only an earlier part of the same patch would make, nothing is there.
        let is_real = self.context.seen.get(self.path.absolute());
        if is_real.is_some_and(|real| Arc::ptr_eq(&real, seen)) {
            let now = with_shown(seen, &conflicts);
            let path = self.path.absolute();
            self.context.seen.note(path, &now.into());
        }
        let display = self.path.display();
        let message = conflict_text(display, &conflicts, self.context.dialect);
        let lines = conflicts.iter().take(MAX_SHOWN_PLACES);
        Err(Box::new(Refused {
            lines: lines.map(|one| one.ours_lines.start + 1).collect(),
            ..*Refused::of("conflict", display, message)
        }))
    }

    fn note(
        &self,
        base: &Arc<str>,
        stage: Option<&'static str>,
        refusal: Option<&'static str>,
        result: Option<Arc<str>>,
    ) {
        self.context.attempts.note(Attempt {
            path: self.path.absolute().to_owned(),
            dialect: self.dialect,
            stage,
            refusal,
            base: Arc::clone(base),
            result,
            request: self.request.clone(),
        });
    }
}

/// What the model saw, with the user's lines that a conflict shows: so far it knows the file now.
/// What it was not shown stays to be merged.
fn with_shown(seen: &str, conflicts: &[Conflict]) -> String {
    let (bom, body) = split_bom(seen);
    let all = lines(body).collect::<Vec<_>>();
    let mut out = bom.to_owned();
    let mut done = 0;
    for conflict in conflicts.iter().take(MAX_SHOWN_PLACES) {
        let (start, end) = (conflict.base_lines.start, conflict.base_lines.end);
        if conflict.ours.len() > MAX_PLACE_BYTES || start < done || end > all.len() {
            continue;
        }
        out.push_str(&all[done..start].concat());
        out.push_str(&conflict.ours);
        done = end;
    }
    out.push_str(&all[done..].concat());
    out
}
