//! How hunks are taken back out of files that went on changing: planned on a shelf.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use aside_agent::host::Files;
use aside_edit::changes::Changes;
use aside_edit::review::PlaceState;
use aside_protocol::{FileEditKind, HunkStatus};

use super::edit::Edit;
use super::group::Group;
use super::revisions::Revisions;
use super::shelf::Shelf;
use super::stored::Phase;

/// What a plan needs to know.
pub struct Facts<'a> {
    /// The edits that belong together.
    pub group: &'a Group,
    /// Those with texts, by their places in the group: all that are pending.
    pub edits: &'a BTreeMap<usize, Edit>,
    /// The sessions whose hunks may be taken back with those that were asked for.
    pub held: &'a BTreeSet<String>,
    /// The user's files.
    pub files: &'a dyn Files,
    /// What is known of documents.
    pub revisions: &'a Revisions,
}

/// Something that cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// Which edit, by its place in the group.
    pub edit: usize,
    /// Its file now.
    pub path: PathBuf,
    /// Where in it, in lines from 0; nowhere where the file as such is in the way.
    pub lines: Option<Range<usize>>,
}

/// What is to be done.
pub struct Plan {
    /// The files as they are to be.
    pub shelf: Shelf,
    /// The hunks that are taken back, by edit.
    pub rejected: BTreeMap<usize, Vec<usize>>,
    /// What cannot be.
    pub stuck: Vec<Stuck>,
}

/// Plans to take hunks back, the newest edits first. Hunks of later edits that lie on top of them
/// go with them; what the user changed stays, and with it the hunk below.
pub fn plan(facts: &Facts<'_>, shelf: &Shelf, selected: &BTreeMap<usize, Vec<usize>>) -> Plan {
    let mut selected = selected.clone();
    // Each round but the last takes in more of the pending hunks.
    loop {
        let mut round = Round {
            facts,
            shelf: shelf.clone(),
            undone: BTreeSet::new(),
            on_top: BTreeMap::new(),
            plan_rejected: BTreeMap::new(),
            stuck: Vec::new(),
            selected: &selected,
        };
        for (&index, which) in selected.iter().rev() {
            round.take_back(index, which);
        }
        let Round {
            shelf,
            on_top,
            plan_rejected: rejected,
            stuck,
            ..
        } = round;
        if on_top.is_empty() {
            return Plan {
                shelf,
                rejected,
                stuck,
            };
        }
        for (index, which) in on_top {
            let hunks = selected.entry(index).or_default();
            hunks.extend(which);
            hunks.sort_unstable();
            hunks.dedup();
        }
    }
}

struct Round<'a> {
    facts: &'a Facts<'a>,
    shelf: Shelf,
    selected: &'a BTreeMap<usize, Vec<usize>>,
    /// Edits whose creating, deleting or moving is taken back.
    undone: BTreeSet<usize>,
    /// What must be taken back first.
    on_top: BTreeMap<usize, Vec<usize>>,
    plan_rejected: BTreeMap<usize, Vec<usize>>,
    stuck: Vec<Stuck>,
}

impl Round<'_> {
    fn take_back(&mut self, index: usize, which: &[usize]) {
        let Some(edit) = self.facts.edits.get(&index) else {
            return;
        };
        let at = self.facts.group.location(index, &self.undone);
        let before = PathBuf::from(&edit.row.path);
        let pending = edit.stored.with_status(HunkStatus::Pending);
        // The file as such goes back with the last hunks, unless some were accepted.
        let is_whole = edit.stored.structure == Some(HunkStatus::Pending)
            && pending.iter().all(|hunk| which.contains(hunk))
            && !edit.stored.has_accepted();
        let done = match (edit.kind, is_whole) {
            (FileEditKind::Create, true) => match self.shelf.text(&at) {
                None => true,
                Some(now) => now == edit.new && self.shelf.delete(&at).is_ok(),
            },
            (FileEditKind::Delete, true) => match self.shelf.text(&before) {
                Some(now) => now == edit.base,
                None => {
                    let form = edit.stored.form();
                    self.shelf.create(&before, &edit.base, form).is_ok()
                }
            },
            (FileEditKind::Rename, true) => {
                // Whoever moved the file back by hand wants its text back too.
                let is_back = self.shelf.text(&at).is_none();
                let now_at = if is_back { &before } else { &at };
                let kept = self.shelf.clone();
                let has_text = self.text_back(index, edit, now_at, which);
                let done = has_text && (is_back || self.shelf.rename(&at, &before).is_ok());
                if done {
                    self.undone.insert(index);
                    return;
                }
                self.shelf = kept;
                self.plan_rejected.remove(&index);
                if has_text && self.blame(index, &before, None) {
                    self.stuck_at(index, &before, None);
                }
                return;
            }
            (_, _) => {
                self.text_back(index, edit, &at, which);
                return;
            }
        };
        if done {
            self.undone.insert(index);
            self.note(index, which.to_vec());
        } else if self.blame(index, &at, None) {
            self.stuck_at(index, &at, None);
        }
    }

    /// Takes hunks of a text back. Says whether all were.
    fn text_back(&mut self, index: usize, edit: &Edit, at: &Path, which: &[usize]) -> bool {
        let Some(now) = self.shelf.text(at) else {
            if self.blame(index, at, None) {
                self.stuck_at(index, at, None);
            }
            return false;
        };
        let changes = self.changes(edit, at);
        let review = edit.review();
        let mut which = which.to_vec();
        let blocked = match review.undo(&now, &changes, &which) {
            Ok(text) => {
                let done = self.shelf.set_text(at, &text).is_ok();
                if done {
                    self.note(index, which);
                }
                return done;
            }
            Err(blocked) => blocked,
        };
        for one in &blocked {
            which.retain(|&hunk| hunk != one.hunk);
            if self.blame(index, at, Some(&one.lines)) {
                self.stuck_at(index, at, Some(one.lines.clone()));
            }
        }
        // The others go back all the same.
        if let Ok(text) = review.undo(&now, &changes, &which)
            && self.shelf.set_text(at, &text).is_ok()
            && !which.is_empty()
        {
            self.note(index, which);
        }
        false
    }

    fn changes(&self, edit: &Edit, at: &Path) -> Changes {
        let since = self.facts.revisions.of(&edit.row);
        self.shelf.changes(self.facts.files, at, &edit.new, since)
    }

    fn note(&mut self, index: usize, which: Vec<usize>) {
        self.plan_rejected.insert(index, which);
    }

    fn stuck_at(&mut self, edit: usize, at: &Path, lines: Option<Range<usize>>) {
        self.stuck.push(Stuck {
            edit,
            path: at.to_owned(),
            lines,
        });
    }

    /// Finds what of later edits lies on a hunk, or on a file, and has it taken back first. Says
    /// whether there is nothing, so that it is the user's.
    fn blame(&mut self, index: usize, at: &Path, lines: Option<&Range<usize>>) -> bool {
        let mut is_users = true;
        let later: Vec<usize> = self
            .facts
            .edits
            .range(index + 1..)
            .map(|(&later, _)| later)
            .collect();
        for later in later {
            let Some(edit) = self.facts.edits.get(&later) else {
                continue;
            };
            let goes = self.selected.get(&later);
            let mut open = edit.stored.with_status(HunkStatus::Pending);
            open.retain(|hunk| goes.is_none_or(|goes| !goes.contains(hunk)));
            let is_open = !open.is_empty()
                || goes.is_none() && edit.stored.structure == Some(HunkStatus::Pending);
            let is_here = self.facts.group.location(later, &self.undone) == at
                || Path::new(&edit.row.path) == at;
            let can_go =
                edit.stored.phase == Phase::Made && self.facts.held.contains(&edit.row.session_id);
            if !is_open || !is_here || !can_go {
                continue;
            }
            if let (Some(lines), FileEditKind::Modify | FileEditKind::Rename) = (lines, edit.kind) {
                let Some(now) = self.shelf.text(at) else {
                    continue;
                };
                let places = edit.review().places(&now, &self.changes(edit, at));
                open.retain(|&hunk| {
                    places[hunk].state == PlaceState::Intact && meet(&places[hunk].lines, lines)
                });
                if open.is_empty() {
                    continue;
                }
            }
            is_users = false;
            self.on_top.entry(later).or_default().extend(open);
        }
        is_users
    }
}

/// Whether two ranges of lines have one in common, or are at the same place.
pub fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    if one.is_empty() || other.is_empty() {
        return one.start <= other.end && other.start <= one.end;
    }
    one.start < other.end && other.start < one.end
}
