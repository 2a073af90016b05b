//! What came of each file, for programs and in words for the model.
use aside_edit::Stage;
use aside_edit::matching::Edited;
use aside_edit::patch::Applied;
use serde::Serialize;

/// How many matches of one file are reported.
pub(crate) const MAX_MATCHES: usize = 1_000;
/// How many inexact places the model is told of.
const MAX_TOLD: usize = 3;

/// What is to become of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// The file, as it is shown.
    pub path: String,
    /// Where it moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// What is done.
    pub kind: ReportKind,
    /// The loosest stage that was needed; none where nothing was to be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<&'static str>,
    /// Whether the user had changed the file since the model saw it, so that both were merged.
    pub is_merged: bool,
    /// Where edits or hunks matched; at most a thousand.
    pub matches: Vec<Match>,
}

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ReportKind {
    /// It is made.
    Create,
    /// It gets another text.
    Update,
    /// It goes.
    Delete,
    /// It goes to another place, and may get another text.
    Move,
    /// It is already what it was to become.
    Unchanged,
}

/// Where an edit or a hunk matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    /// Which edit or hunk of the file, from 0.
    pub edit: usize,
    /// How exactly.
    #[serde(serialize_with = "stage_name")]
    pub stage: Stage,
    /// Whether a hunk was read otherwise than the format says.
    pub is_lenient: bool,
    /// The first line that matched, from 1, in the text as it was before this edit.
    pub first_line: usize,
    /// The last one; one less than the first for an insertion without context.
    pub last_line: usize,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde gives fields by reference"
)]
fn stage_name<S: serde::Serializer>(stage: &Stage, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(stage.as_str())
}

/// Where an engine matched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matches {
    /// At most [`MAX_MATCHES`].
    pub(crate) list: Vec<Match>,
    /// How many places there were in all.
    pub(crate) places: usize,
}

impl Matches {
    /// Those of one part of a call, and of the next.
    pub(crate) fn add(&mut self, next: Self) {
        self.places += next.places;
        self.list.extend(next.list);
        self.list.truncate(MAX_MATCHES);
    }
}

/// The loosest stage of all matches.
pub(crate) fn loosest(matches: &[Match]) -> Option<&'static str> {
    let stage = matches.iter().map(|found| found.stage).max();
    stage.map(Stage::as_str)
}

/// Where edits matched; of many places those that are not exact come first.
pub(crate) fn of_edits(edited: &Edited) -> Matches {
    let found = |found: &aside_edit::matching::Match| Match {
        edit: found.edit,
        stage: found.stage,
        is_lenient: false,
        first_line: found.first_line,
        last_line: found.last_line,
    };
    let (loose, exact): (Vec<_>, Vec<_>) = edited
        .matches
        .iter()
        .map(found)
        .partition(|found| found.stage > Stage::Exact);
    let mut list = [loose, exact].concat();
    list.truncate(MAX_MATCHES);
    list.sort_by_key(|found| found.edit);
    Matches {
        list,
        places: edited.places.iter().sum(),
    }
}

/// Where hunks matched.
pub(crate) fn of_hunks(applied: &Applied) -> Matches {
    let hunks = applied.hunks.iter().enumerate().take(MAX_MATCHES);
    let list = hunks
        .map(|(edit, hunk)| Match {
            edit,
            stage: hunk.stage,
            is_lenient: hunk.is_lenient,
            first_line: hunk.first_line,
            last_line: hunk.last_line,
        })
        .collect();
    Matches {
        list,
        places: applied.hunks.len(),
    }
}

/// Tells the model what was not as it wrote it; empty where all was.
pub(crate) fn inexact(matches: &[Match]) -> String {
    let loose = matches.iter().filter(|found| found.stage > Stage::Exact);
    let loose = loose.collect::<Vec<_>>();
    let mut out = String::new();
    if !loose.is_empty() {
        let told = loose.iter().take(MAX_TOLD).map(|found| {
            let how = match found.stage {
                Stage::Exact => "exactly",
                Stage::TrailingSpace => "with other white space at line ends",
                Stage::Indent => "with other indentation",
                Stage::Unicode => "with other dashes, quotes or spaces",
            };
            match found.first_line >= found.last_line {
                true => format!("line {} {how}", found.first_line),
                false => format!("lines {}-{} {how}", found.first_line, found.last_line),
            }
        });
        let told = told.collect::<Vec<_>>().join(", ");
        let more = loose.len().saturating_sub(MAX_TOLD);
        let more = match more {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        out = format!(" Not matched exactly: {told}{more}.");
    }
    if matches.iter().any(|found| found.is_lenient) {
        out.push_str(" Begin each line of a hunk with a space, - or +.");
    }
    out
}
