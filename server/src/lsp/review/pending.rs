//! Pending hunks of one document as things that an editor can show.
use aside_protocol::{FileEdit, FileEditStatus, HunkStatus};
use serde_json::json;
use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeLens, Command, Diagnostic,
    DiagnosticSeverity, NumberOrString, Position, Range, Url,
};

use crate::lsp::commands;

/// How many hunks of one document are shown.
pub const MAX_SHOWN_HUNKS: usize = 1_000;

/// The source of our diagnostics, and the beginning of our titles.
pub const SOURCE: &str = "aside";
/// The code of a diagnostic on a pending hunk.
const CODE: &str = "pendingHunk";
/// The kind of the actions on all hunks of a file.
pub const ALL_IN_FILE: &str = "source.aside";

/// A hunk that waits for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    id: String,
    range: Range,
    is_proposed: bool,
    removed: usize,
    added: usize,
}

/// The hunks that wait, in the order of the document. What was removed at the end of the file is
/// shown on its last line, since behind it there is none.
pub fn pending(edits: &[FileEdit], last_line: Option<u32>) -> Vec<Pending> {
    let mut all: Vec<Pending> = edits.iter().flat_map(pending_of).collect();
    let last_line = last_line.unwrap_or(u32::MAX);
    for hunk in all.iter_mut().filter(|it| it.range.start.line > last_line) {
        let start = Position::new(last_line, 0);
        hunk.range = Range::new(start, start);
    }
    all.sort_by_key(|hunk| (hunk.range.start.line, hunk.range.end.line));
    all.truncate(MAX_SHOWN_HUNKS);
    all
}

fn pending_of(edit: &FileEdit) -> Vec<Pending> {
    let is_proposed = edit.status == FileEditStatus::Proposed;
    let hunks = edit.hunks.iter();
    let hunks = hunks.filter(|hunk| hunk.status == HunkStatus::Pending);
    hunks
        .map(|hunk| Pending {
            id: hunk.id.clone(),
            // What is only proposed is shown on the lines that it would replace.
            range: range(if is_proposed {
                hunk.old_range
            } else {
                hunk.new_range
            }),
            is_proposed,
            removed: aside_edit::lines::lines(&hunk.old_text).count(),
            added: aside_edit::lines::lines(&hunk.new_text).count(),
        })
        .collect()
}

fn range(range: aside_protocol::Range) -> Range {
    let position =
        |position: aside_protocol::Position| Position::new(position.line, position.character);
    Range::new(position(range.start), position(range.end))
}

impl Pending {
    /// "3 lines added, 1 removed".
    fn size(&self) -> String {
        let lines = |count: usize| if count == 1 { "1 line" } else { "lines" };
        match (self.added, self.removed) {
            (added, 0) => match added {
                1 => "1 line added".to_owned(),
                _ => format!("{added} {} added", lines(added)),
            },
            (0, removed) => match removed {
                1 => "1 line removed".to_owned(),
                _ => format!("{removed} {} removed", lines(removed)),
            },
            (added, removed) => format!("+{added} −{removed} lines"),
        }
    }

    /// The hint on the hunk's lines.
    pub fn diagnostic(&self) -> Diagnostic {
        let verb = if self.is_proposed { "proposes" } else { "made" };
        Diagnostic {
            range: self.range,
            severity: Some(DiagnosticSeverity::HINT),
            code: Some(NumberOrString::String(CODE.to_owned())),
            source: Some(SOURCE.to_owned()),
            message: format!(
                "Aside {verb} this change ({}): accept or reject it.",
                self.size()
            ),
            data: Some(json!({ "hunkId": self.id })),
            ..Diagnostic::default()
        }
    }

    /// Whether the lines of `range` and of the hunk meet.
    fn meets(&self, range: Range) -> bool {
        let last = |range: Range| match range.end.character {
            0 if range.end.line > range.start.line => range.end.line - 1,
            _ => range.end.line,
        };
        range.start.line <= last(self.range) && self.range.start.line <= last(range)
    }

    fn command(&self, verb: Verb, title: String) -> Command {
        Command {
            title,
            command: verb.command().to_owned(),
            arguments: Some(vec![json!({ "hunkIds": [self.id] })]),
        }
    }

    /// The lenses above the hunk.
    pub fn lenses(&self) -> [CodeLens; 2] {
        let start = self.range.start;
        Verb::ALL.map(|verb| CodeLens {
            range: Range::new(start, start),
            command: Some(self.command(verb, format!("{} ({})", verb.title(), self.size()))),
            data: None,
        })
    }
}

/// What can be done with a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Accept,
    Reject,
}

impl Verb {
    const ALL: [Self; 2] = [Self::Accept, Self::Reject];

    fn title(self) -> &'static str {
        match self {
            Self::Accept => "Accept",
            Self::Reject => "Reject",
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Accept => commands::ACCEPT,
            Self::Reject => commands::REJECT,
        }
    }
}

/// The actions for a place in a document: on the hunks there, and on all of the file.
pub fn actions(
    hunks: &[Pending],
    uri: &Url,
    place: Range,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    if wants(only, &CodeActionKind::QUICKFIX) {
        for hunk in hunks.iter().filter(|hunk| hunk.meets(place)) {
            actions.extend(Verb::ALL.map(|verb| {
                let title = format!("Aside: {} this change ({})", lower(verb), hunk.size());
                CodeAction {
                    command: Some(hunk.command(verb, title.clone())),
                    title,
                    kind: Some(CodeActionKind::QUICKFIX),
                    diagnostics: Some(vec![hunk.diagnostic()]),
                    ..CodeAction::default()
                }
            }));
        }
    }
    let all = CodeActionKind::from(ALL_IN_FILE);
    if !hunks.is_empty() && wants(only, &all) {
        actions.extend(Verb::ALL.map(|verb| {
            let title = format!(
                "Aside: {} all changes in this file ({})",
                lower(verb),
                hunks.len()
            );
            CodeAction {
                command: Some(Command {
                    title: title.clone(),
                    command: verb.command().to_owned(),
                    arguments: Some(vec![json!({ "uri": uri })]),
                }),
                title,
                kind: Some(all.clone()),
                ..CodeAction::default()
            }
        }));
    }
    actions
}

fn lower(verb: Verb) -> String {
    verb.title().to_lowercase()
}

/// Whether a client asks for actions of a kind: kinds are trees, named from the root.
fn wants(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let Some(only) = only else {
        return true;
    };
    only.iter().any(|wanted| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| {
            wanted.as_str().is_empty() || rest.is_empty() || rest.starts_with('.')
        })
    })
}

/// The same for clients that know commands only.
pub fn as_commands(actions: Vec<CodeAction>) -> Vec<CodeActionOrCommand> {
    let commands = actions.into_iter().filter_map(|action| action.command);
    commands.map(CodeActionOrCommand::Command).collect()
}

#[cfg(test)]
mod tests {
    use aside_protocol::{FileEditKind, Hunk, Uri};

    use super::*;

    fn hunk(id: &str, lines: std::ops::Range<u32>, status: HunkStatus) -> Hunk {
        let at = |line| aside_protocol::Position { line, character: 0 };
        let range = |start, end| aside_protocol::Range {
            start: at(start),
            end: at(end),
        };
        Hunk {
            id: id.to_owned(),
            old_range: range(lines.start + 100, lines.end + 100),
            new_range: range(lines.start, lines.end),
            old_text: "old\n".to_owned(),
            new_text: "new\n".repeat((lines.end - lines.start) as usize),
            status,
        }
    }

    fn edit(status: FileEditStatus, hunks: Vec<Hunk>) -> FileEdit {
        FileEdit {
            id: "e".to_owned(),
            session_id: "s".to_owned(),
            turn_id: "t".to_owned(),
            item_id: "i".to_owned(),
            uri: Uri("file:///project/a".to_owned()),
            new_uri: None,
            kind: FileEditKind::Modify,
            status,
            version: None,
            base_hash: String::new(),
            diff: String::new(),
            hunks,
        }
    }

    fn three() -> Vec<Pending> {
        pending(
            &[
                edit(
                    FileEditStatus::Partial,
                    vec![
                        hunk("e-0", 10..12, HunkStatus::Pending),
                        hunk("e-1", 5..6, HunkStatus::Accepted),
                    ],
                ),
                edit(
                    FileEditStatus::Applied,
                    vec![
                        hunk("f-0", 2..3, HunkStatus::Pending),
                        hunk("f-1", 20..20, HunkStatus::Pending),
                    ],
                ),
            ],
            None,
        )
    }

    #[test]
    fn only_what_waits_is_shown_in_order() {
        let hunks = three();
        let ids: Vec<_> = hunks.iter().map(|hunk| hunk.id.as_str()).collect();
        assert_eq!(ids, ["f-0", "e-0", "f-1"]);
        let messages: Vec<_> = hunks.iter().map(|hunk| hunk.diagnostic().message).collect();
        assert_eq!(
            messages[0],
            "Aside made this change (+1 −1 lines): accept or reject it."
        );
        assert_eq!(
            messages[2],
            "Aside made this change (1 line removed): accept or reject it."
        );
    }

    #[test]
    fn a_proposal_is_shown_where_it_would_be_made() {
        let hunks = vec![hunk("e-0", 1..2, HunkStatus::Pending)];
        let proposed = pending(&[edit(FileEditStatus::Proposed, hunks)], None);
        assert_eq!(proposed[0].range.start.line, 101);
        assert!(proposed[0].diagnostic().message.contains("proposes"));
    }

    #[test]
    fn what_was_removed_at_the_end_is_shown_on_the_last_line() {
        let hunks = vec![hunk("e-0", 7..7, HunkStatus::Pending)];
        let edits = [edit(FileEditStatus::Applied, hunks)];
        for (last_line, expect) in [(None, 7), (Some(7), 7), (Some(6), 6), (Some(0), 0)] {
            let start = Position::new(expect, 0);
            assert_eq!(
                pending(&edits, last_line)[0].range,
                Range::new(start, start)
            );
        }
    }

    #[test]
    fn actions_are_those_of_the_place_and_of_the_file() {
        fn check(place: (u32, u32), only: Option<&str>, expect: &[&str]) {
            let uri = Url::parse("file:///project/a").unwrap();
            let place = Range::new(Position::new(place.0, 0), Position::new(place.1, 4));
            let only = only.map(|kind| vec![CodeActionKind::from(kind.to_owned())]);
            let actions = actions(&three(), &uri, place, only.as_deref());
            let titles: Vec<_> = actions.iter().map(|action| action.title.as_str()).collect();
            assert_eq!(titles, expect, "{place:?} {only:?}");
        }
        let all = [
            "Aside: accept all changes in this file (3)",
            "Aside: reject all changes in this file (3)",
        ];
        let one = [
            "Aside: accept this change (2 lines added)".replace("2 lines added", "+2 −1 lines"),
            "Aside: reject this change (+2 −1 lines)".to_owned(),
        ];
        check((0, 0), None, &all);
        check((11, 11), None, &[&one[0], &one[1], all[0], all[1]]);
        check((12, 12), None, &all);
        check((11, 11), Some("quickfix"), &[&one[0], &one[1]]);
        check((11, 11), Some("source"), &all);
        check((11, 11), Some("source.aside"), &all);
        check((11, 11), Some("source.organizeImports"), &[]);
        check((11, 11), Some("sou"), &[]);
        check(
            (20, 20),
            Some("quickfix"),
            &[
                "Aside: accept this change (1 line removed)",
                "Aside: reject this change (1 line removed)",
            ],
        );
    }

    #[test]
    fn lenses_name_the_hunk() {
        let [accept, reject] = three()[0].lenses();
        let (accept, reject) = (accept.command.unwrap(), reject.command.unwrap());
        assert_eq!(accept.title, "Accept (+1 −1 lines)");
        assert_eq!(accept.command, "aside.edits.accept");
        assert_eq!(accept.arguments, Some(vec![json!({"hunkIds": ["f-0"]})]));
        assert_eq!(reject.command, "aside.edits.reject");
    }
}
