//! Edits written as SEARCH/REPLACE blocks in a plain answer, made into calls.
use aside_edit::blocks::{edits, parse};
use aside_edit::matching::Edit;
use serde_json::{Value, json};

use super::Step;
use super::answer::Answer;
use super::calls::{Call, Stage};
use super::texts;
use crate::editing::EditDialect;
use crate::item::{ItemBody, Replay, ToolStatus};
use crate::limits::MAX_ANSWER_CALLS;
use crate::toolbox::EDIT_FILE;

/// The last line of a block.
const BLOCK_END: &str = ">>>>>>> REPLACE";

impl Step<'_> {
    /// Begins a call for each file that the blocks of an answer edit, or one that says why they
    /// are not made. The text of the answer stays as it is.
    pub(super) fn text_calls(&mut self, answer: &mut Answer) {
        let wanted = self.state.setup.dialect == EditDialect::SearchReplace;
        if !wanted {
            return;
        }
        let text = self.answer_text(answer.number);
        let blocks = parse(&text);
        if !self.state.calls.is_empty() {
            // What the calls come to may be what the blocks must go by.
            if blocks.is_ok_and(|blocks| !blocks.is_empty()) {
                let flaw = texts::BLOCKS_BESIDE_CALLS.to_owned();
                self.text_call(answer, String::new(), Some(flaw));
            }
            return;
        }
        let files = match blocks {
            Ok(blocks) if blocks.is_empty() && seems_an_edit(&text) => {
                self.text_call(answer, String::new(), Some(texts::NO_BLOCKS.to_owned()));
                return;
            }
            Ok(blocks) => edits(&blocks),
            Err(error) => {
                self.text_call(answer, String::new(), Some(texts::broken_blocks(&error)));
                return;
            }
        };
        let kept = match files.len() {
            0..=MAX_ANSWER_CALLS => files.len(),
            // The last call says that there were more.
            _ => MAX_ANSWER_CALLS - 1,
        };
        for (path, edits) in &files[..kept] {
            self.text_call(answer, arguments(path, edits), None);
        }
        if kept < files.len() {
            let flaw = texts::too_many_files(kept, files.len());
            self.text_call(answer, String::new(), Some(flaw));
        }
    }

    fn text_call(&mut self, answer: &mut Answer, arguments: String, flaw: Option<String>) {
        let replay = Replay {
            arguments: Some(String::new()),
            in_text: true,
            ..Replay::default()
        };
        let index = self.state.calls.len();
        let (body, kind) = self.call_body(EDIT_FILE);
        let record = self.start_item(answer, body, replay);
        let mut call = Call::new(index, record, EDIT_FILE.to_owned(), kind);
        call.flaw = flaw;
        self.state.calls.push(call);
        self.push_arguments(index, arguments);
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
fn arguments(path: &str, edits: &[Edit]) -> String {
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
    use super::seems_an_edit;

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
}
