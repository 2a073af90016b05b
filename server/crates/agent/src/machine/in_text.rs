//! Edits written as SEARCH/REPLACE blocks or as whole files in a plain answer, made into calls.
use std::collections::HashSet;

use aside_edit::blocks;
use aside_edit::matching::Edit;
use aside_edit::whole::{self, File};
use serde_json::{Value, json};

use super::Step;
use super::answer::Answer;
use super::calls::{Call, Stage};
use super::texts;
use crate::editing::EditDialect;
use crate::item::{ContentBlock, ItemBody, Replay, ToolStatus};
use crate::limits::MAX_ANSWER_CALLS;
use crate::toolbox::{EDIT_FILE, WRITE_FILE};

/// The last line of a block.
const BLOCK_END: &str = ">>>>>>> REPLACE";

/// A tool's name and the arguments that it is called with.
type TextCall = (&'static str, String);

impl Step<'_> {
    /// Begins a call for each file that the text of an answer edits, or one that says why they are
    /// not made. The text of the answer stays as it is.
    pub(super) fn text_calls(&mut self, answer: &mut Answer) {
        let dialect = self.state.setup.dialect;
        let text = self.answer_text(answer.number);
        let (name, found) = match dialect {
            EditDialect::EditFile | EditDialect::ApplyPatch => return,
            EditDialect::SearchReplace => (EDIT_FILE, in_blocks(&text)),
            EditDialect::WholeFile => (WRITE_FILE, in_blocks_or_files(&text)),
        };
        if !self.state.calls.is_empty() {
            // What the calls come to may be what the edits must go by.
            if found.is_ok_and(|calls| !calls.is_empty()) {
                let flaw = texts::beside_calls(dialect).to_owned();
                self.text_call(answer, name, String::new(), Some(flaw));
            }
            return;
        }
        let calls = match found {
            Ok(calls) => calls,
            Err(flaw) => {
                self.text_call(answer, name, String::new(), Some(flaw));
                return;
            }
        };
        if calls.is_empty() {
            if let Some(flaw) = self.meant_edit(&text) {
                self.text_call(answer, name, String::new(), Some(flaw.to_owned()));
            }
            return;
        }
        let all = calls.len();
        let kept = match all {
            0..=MAX_ANSWER_CALLS => all,
            // The last call says that there were more.
            _ => MAX_ANSWER_CALLS - 1,
        };
        for (name, arguments) in calls.into_iter().take(kept) {
            self.text_call(answer, name, arguments, None);
        }
        if kept < all {
            let flaw = texts::too_many_files(kept, all);
            self.text_call(answer, name, String::new(), Some(flaw));
        }
    }

    fn text_call(
        &mut self,
        answer: &mut Answer,
        name: &str,
        arguments: String,
        flaw: Option<String>,
    ) {
        let replay = Replay {
            arguments: Some(String::new()),
            in_text: true,
            ..Replay::default()
        };
        let index = self.state.calls.len();
        let (body, kind) = self.call_body(name);
        let record = self.start_item(answer, body, replay);
        let mut call = Call::new(index, record, name.to_owned(), kind);
        call.flaw = flaw;
        self.state.calls.push(call);
        self.push_arguments(index, arguments);
    }

    /// What is said to an answer without an edit that seems to mean one.
    fn meant_edit(&self, text: &str) -> Option<&'static str> {
        match self.state.setup.dialect {
            EditDialect::EditFile | EditDialect::ApplyPatch => None,
            EditDialect::SearchReplace => seems_an_edit(text).then_some(texts::NO_BLOCKS),
            EditDialect::WholeFile => {
                let content = match self.state.prompt().map(|record| &record.item.body) {
                    Some(ItemBody::UserMessage { content, .. }) => content.as_slice(),
                    Some(
                        ItemBody::AssistantMessage { .. }
                        | ItemBody::Reasoning { .. }
                        | ItemBody::ToolCall(_)
                        | ItemBody::Compaction { .. },
                    )
                    | None => &[],
                };
                let fenced = whole::parse(text).ok()?.others;
                let is_copy = |attached: &str| fenced.iter().any(|text| is_copy(attached, text));
                let is_meant = content.iter().any(|block| match block {
                    ContentBlock::Resource {
                        lines: None,
                        text: Some(attached),
                        ..
                    } => is_copy(attached),
                    ContentBlock::Resource { .. }
                    | ContentBlock::Text { .. }
                    | ContentBlock::Image { .. } => false,
                });
                is_meant.then_some(texts::NO_FILE)
            }
        }
    }

    /// Whether all that an answer's blocks asked for is done: then the model has said all.
    pub(super) fn text_calls_are_done(&self) -> bool {
        let calls = &self.state.calls;
        let done = |call: &Call| {
            let record = &self.state.records[call.record];
            let in_text = record.replay.as_ref().is_some_and(|replay| replay.in_text);
            let status = match &record.item.body {
                ItemBody::ToolCall(item) => item.status,
                ItemBody::UserMessage { .. }
                | ItemBody::AssistantMessage { .. }
                | ItemBody::Reasoning { .. }
                | ItemBody::Compaction { .. } => return false,
            };
            in_text && matches!(call.stage, Stage::Done) && status == ToolStatus::Completed
        };
        !calls.is_empty() && calls.iter().all(done)
    }

    /// All that an answer says.
    fn answer_text(&self, number: u32) -> String {
        let of_answer = |replay: &Replay| replay.answer == number;
        let records = self.state.records.iter();
        let records = records.filter(|record| record.replay.as_ref().is_some_and(of_answer));
        let texts = records.filter_map(|record| match &record.item.body {
            ItemBody::AssistantMessage { text, .. } => Some(text.as_str()),
            ItemBody::UserMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::ToolCall(_)
            | ItemBody::Compaction { .. } => None,
        });
        texts.collect()
    }
}

/// A call for each file that blocks edit, or what is wrong with them.
fn in_blocks(text: &str) -> Result<Vec<TextCall>, String> {
    let blocks = blocks::parse(text).map_err(|error| texts::broken_blocks(&error))?;
    let files = blocks::edits(&blocks);
    let calls = files.iter();
    Ok(calls
        .map(|(path, edits)| (EDIT_FILE, edit_arguments(path, edits)))
        .collect())
}

/// The same for an answer that may give whole files, if it has no blocks.
fn in_blocks_or_files(text: &str) -> Result<Vec<TextCall>, String> {
    let calls = in_blocks(text)?;
    if !calls.is_empty() {
        return Ok(calls);
    }
    let found = whole::parse(text).map_err(|error| texts::broken_files(&error))?;
    let calls = found.files.into_iter();
    Ok(calls
        .map(|File { path, text, .. }| {
            let arguments = json!({"path": path, "content": text});
            (WRITE_FILE, arguments.to_string())
        })
        .collect())
}

/// Whether a fenced text is a version of an attached file: it has half of its lines.
fn is_copy(attached: &str, fenced: &str) -> bool {
    let lines = |text| {
        str::lines(text)
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let there = lines(fenced).collect::<HashSet<_>>();
    let all = lines(attached).count();
    let kept = lines(attached).filter(|line| there.contains(line)).count();
    all > 0 && kept * 2 >= all
}

/// Whether an answer without a block seems to mean one: it has the end of one, or code right below
/// a line that is nothing but a path, as small models write an edit where they forget the rest.
fn seems_an_edit(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let mut pairs = lines.clone().zip(lines.clone().skip(1));
    lines.clone().any(|line| line == BLOCK_END)
        || pairs.any(|(path, fence)| is_path(path) && fence.starts_with("```"))
}

/// Whether a line is a path with an extension, perhaps with a colon behind it.
fn is_path(line: &str) -> bool {
    let line = line.strip_suffix(':').unwrap_or(line);
    let is_plain = |c: char| c.is_alphanumeric() || "._-/\\".contains(c);
    let extension = line.rsplit_once('.').map(|(_, extension)| extension);
    line.chars().all(is_plain)
        && extension
            .is_some_and(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// The arguments of `edit_file`.
fn edit_arguments(path: &str, edits: &[Edit]) -> String {
    let edits = edits.iter().map(|edit| {
        let mut entry = json!({"old_text": edit.old_text, "new_text": edit.new_text});
        if edit.replace_all {
            entry["replace_all"] = Value::Bool(true);
        }
        entry
    });
    json!({"path": path, "edits": edits.collect::<Vec<_>>()}).to_string()
}

#[cfg(test)]
mod tests {
    use super::{is_copy, seems_an_edit};

    #[test]
    fn answers_that_mean_an_edit() {
        for (text, expected) in [
            ("src/a.py\n```\nx = 1\n```", true),
            ("Here it is.\n\n/project/a.py:\n```python\nx = 1\n```", true),
            ("a.py\n```\n=======\nx = 1\n>>>>>>> REPLACE\n```", true),
            ("x = 1\n>>>>>>> REPLACE", true),
            ("", false),
            ("Look at a.py.\n```\nx = 1\n```", false),
            ("a.py\n\n```\nx = 1\n```", false),
            ("For example:\n```\nx = 1\n```", false),
            ("Done.\n```\nx = 1\n```", false),
            (".\n```\n```\n", false),
        ] {
            assert_eq!(seems_an_edit(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_copy_has_half_of_the_lines() {
        let file = "def a():\n    return 1\n\n\ndef b():\n    return 2\n";
        for (fenced, expected) in [
            ("def a():\n    return 1\n\ndef b():\n    return 3\n", true),
            ("def a():\n    return 3\n\ndef b():\n", true),
            ("def a():\n    return 3\n", false),
            ("python a.py\n", false),
            ("", false),
        ] {
            assert_eq!(is_copy(file, fenced), expected, "{fenced:?}");
        }
        assert!(!is_copy("", "x = 1\n") && !is_copy("\n\n", "\n"));
    }
}
