//! From stored items to the messages that a model is sent.
//!
//! The messages of a conversation are a prefix of the messages of the same conversation later
//! on, byte for byte, so that providers and local servers can reuse what they have read.
mod text;

use std::path::Path;

use aside_llm::{AssistantPart, Message, UserPart};

use crate::item::{
    ContentBlock, ItemBody, ItemRecord, LineRange, MessageStatus, Replay, ToolCall, ToolStatus,
};
use crate::output::fenced;

use text::{is_object, marked_notes, push_paragraph, result_text, uri_path};

/// Stands for the answer of a turn that stopped before the model said anything more: many chat
/// templates want user and assistant to take turns.
const NO_ANSWER: &str = "[The turn was stopped here.]";

/// Stands for the answer of a turn that ended when all edits of a plain answer were done.
const ALL_DONE: &str = "[The turn ended here, with all edits done.]";

/// Stands for an answer where the user spoke to a turn at work.
const SAID_MORE: &str = "[The user says something more here.]";

/// Begins the message with the results of edits that were written as text.
const TEXT_RESULTS: &str = "[Aside: what came of the edits in your answer]";

/// Arguments that are not a JSON object are replayed as this: several servers parse them again
/// and fail the whole request otherwise.
const NO_ARGUMENTS: &str = "{}";

/// What is sent in a block for pictures, but is no picture.
const PDF: &str = "application/pdf";

/// The messages for a model. Items of one answer become one assistant message, followed by
/// exactly one result for each of its calls.
pub fn messages(history: &[ItemRecord]) -> Vec<Message> {
    messages_in(None, history)
}

/// The same in a workspace: what is attached from it is named relative to its folder, which is as
/// tools take it, and what small models copy without mistakes.
pub fn messages_in(folder: Option<&Path>, history: &[ItemRecord]) -> Vec<Message> {
    Builder::in_folder(folder).build(history)
}

/// The messages of a turn's own items, which follow the user's message that began it.
pub fn messages_of_turn(
    folder: Option<&Path>,
    turn_id: &str,
    records: &[ItemRecord],
) -> Vec<Message> {
    let before = Builder {
        turn_id: turn_id.to_owned(),
        follows_user: true,
        ..Builder::in_folder(folder)
    };
    before.build(records)
}

#[derive(Default)]
struct Builder {
    /// The workspace.
    folder: Option<String>,
    messages: Vec<Message>,
    /// The turn of the item before.
    turn_id: String,
    /// Whether a user's message stands before the first one here.
    follows_user: bool,
    /// A summary that no message has taken yet.
    summary: Option<String>,
    answer: Option<AnswerKey>,
    parts: Vec<AssistantPart>,
    /// How many of the parts are sent: reasoning at the end, after which nothing was said, is not,
    /// since providers refuse it.
    sent: usize,
    results: Vec<Message>,
    /// Results of edits that were written as text.
    text_results: Vec<String>,
    /// Stands for the answer to the last message, if there is none.
    filler: Filler,
}

/// What stands for an answer that did not come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Filler {
    #[default]
    NoAnswer,
    AllDone,
}

/// Which answer of which turn an item belongs to.
#[derive(PartialEq, Eq)]
enum AnswerKey {
    Answer {
        turn_id: String,
        answer: u32,
    },
    /// An item that says nothing of its answer stands alone.
    Alone,
}

impl Builder {
    fn in_folder(folder: Option<&Path>) -> Self {
        Self {
            folder: folder.and_then(Path::to_str).map(str::to_owned),
            ..Self::default()
        }
    }

    fn build(mut self, records: &[ItemRecord]) -> Vec<Message> {
        for record in records {
            self.add(record);
            self.turn_id.clone_from(&record.item.turn_id);
        }
        self.close_answer();
        self.flush_summary();
        self.messages
    }

    fn add(&mut self, record: &ItemRecord) {
        let item = &record.item;
        let replay = record.replay.as_ref();
        if replay.is_some_and(|replay| replay.superseded) {
            return;
        }
        match &item.body {
            ItemBody::UserMessage { content, .. } => {
                self.close_answer();
                self.close_turn(&item.turn_id);
                let mut start = self.summary.take().unwrap_or_default();
                push_paragraph(&mut start, &marked_notes(replay));
                self.messages
                    .push(Message::User(self.user_parts(start, content)));
            }
            ItemBody::Compaction { summary, .. } => {
                // The summary stands for all that came before it, and goes to the model
                // with what follows it.
                self.close_answer();
                self.messages.clear();
                self.summary = Some(format!("Summary of the conversation so far:\n\n{summary}"));
            }
            ItemBody::AssistantMessage { text, .. } => {
                self.enter(&item.turn_id, replay);
                if !text.trim().is_empty() {
                    self.parts.push(AssistantPart::Text(text.clone()));
                    self.attach(replay);
                    self.sent = self.parts.len();
                }
                self.leave(replay);
            }
            ItemBody::Reasoning { text, status } => {
                self.enter(&item.turn_id, replay);
                match status {
                    MessageStatus::Completed => {
                        self.add_reasoning(text);
                        self.attach(replay);
                    }
                    // Half a thought has no signature, and is none of the model's.
                    MessageStatus::InProgress | MessageStatus::Interrupted => {}
                }
                self.leave(replay);
            }
            ItemBody::ToolCall(call) => {
                self.enter(&item.turn_id, replay);
                self.add_call(&item.id, call, replay);
                self.leave(replay);
            }
        }
    }

    fn enter(&mut self, turn_id: &str, replay: Option<&Replay>) {
        let key = match replay {
            Some(replay) => AnswerKey::Answer {
                turn_id: turn_id.to_owned(),
                answer: replay.answer,
            },
            None => AnswerKey::Alone,
        };
        if key == AnswerKey::Alone || self.answer.as_ref() != Some(&key) {
            self.close_answer();
        }
        self.flush_summary();
        self.answer = Some(key);
        let before = replay.map_or(&[][..], |replay| &replay.before);
        let before = before.iter().cloned().map(AssistantPart::Opaque);
        self.parts.extend(before);
    }

    /// What belongs to the part that was added last.
    fn attach(&mut self, replay: Option<&Replay>) {
        let attached = replay.and_then(|replay| replay.attached.clone());
        self.parts.extend(attached.map(AssistantPart::Attached));
    }

    /// What stood after the item.
    fn leave(&mut self, replay: Option<&Replay>) {
        let after = replay.map_or(&[][..], |replay| &replay.after);
        if after.is_empty() {
            return;
        }
        let after = after.iter().cloned().map(AssistantPart::Opaque);
        self.parts.extend(after);
        self.sent = self.parts.len();
    }

    fn add_reasoning(&mut self, text: &str) {
        match self.parts.last_mut() {
            // Two of them follow each other only with a signature between them.
            Some(AssistantPart::Reasoning(before)) => push_paragraph(before, text),
            Some(
                AssistantPart::Text(_)
                | AssistantPart::Attached(_)
                | AssistantPart::Opaque(_)
                | AssistantPart::ToolCall { .. },
            )
            | None => self.parts.push(AssistantPart::Reasoning(text.to_owned())),
        }
    }

    fn flush_summary(&mut self) {
        if let Some(summary) = self.summary.take() {
            self.messages
                .push(Message::User(vec![UserPart::Text(summary)]));
        }
    }

    fn add_call(&mut self, item_id: &str, call: &ToolCall, replay: Option<&Replay>) {
        let mut text = result_text(call);
        push_paragraph(&mut text, &marked_notes(replay));
        if replay.is_some_and(|replay| replay.in_text) {
            self.filler = match (call.status, self.text_results.is_empty(), self.filler) {
                (ToolStatus::Completed, true, _) => Filler::AllDone,
                (ToolStatus::Completed, false, filler) => filler,
                (
                    ToolStatus::Pending
                    | ToolStatus::Waiting
                    | ToolStatus::Running
                    | ToolStatus::Failed
                    | ToolStatus::Rejected
                    | ToolStatus::Cancelled
                    | ToolStatus::Interrupted,
                    _,
                    _,
                ) => Filler::NoAnswer,
            };
            self.text_results.push(text);
            return;
        }
        let given = replay
            .and_then(|replay| replay.call_id.as_deref())
            .filter(|id| !id.is_empty() && !self.has_call(id));
        let id = given.unwrap_or(item_id).to_owned();
        let arguments = match replay.and_then(|replay| replay.arguments.as_deref()) {
            Some(raw) if is_object(raw) => raw.to_owned(),
            Some(_) => NO_ARGUMENTS.to_owned(),
            None => {
                serde_json::to_string(&call.arguments).unwrap_or_else(|_| NO_ARGUMENTS.to_owned())
            }
        };
        self.results.push(Message::Tool {
            call_id: id.clone(),
            name: call.name.clone(),
            text,
            failed: call.status != ToolStatus::Completed,
        });
        self.parts.push(AssistantPart::ToolCall {
            id,
            name: call.name.clone(),
            arguments,
        });
        self.attach(replay);
        self.sent = self.parts.len();
    }

    fn has_call(&self, wanted: &str) -> bool {
        self.parts.iter().any(|part| match part {
            AssistantPart::Text(_)
            | AssistantPart::Reasoning(_)
            | AssistantPart::Attached(_)
            | AssistantPart::Opaque(_) => false,
            AssistantPart::ToolCall { id, .. } => id == wanted,
        })
    }

    fn close_answer(&mut self) {
        self.answer = None;
        self.parts.truncate(std::mem::take(&mut self.sent));
        let text_results = std::mem::take(&mut self.text_results);
        if self.parts.is_empty() {
            if !text_results.is_empty() {
                self.filler = Filler::NoAnswer;
            }
            return;
        }
        self.messages
            .push(Message::Assistant(std::mem::take(&mut self.parts)));
        if text_results.is_empty() {
            self.filler = Filler::NoAnswer;
            self.messages.append(&mut self.results);
            return;
        }
        let told = format!("{TEXT_RESULTS}\n\n{}", text_results.join("\n\n"));
        match self.results.last_mut() {
            // Many chat templates take no user's message right after a tool's.
            Some(Message::Tool { text, .. }) => push_paragraph(text, &told),
            Some(Message::User(_) | Message::Assistant(_)) | None => {
                self.results.push(Message::User(vec![UserPart::Text(told)]));
            }
        }
        self.messages.append(&mut self.results);
    }

    /// Before a user's message: puts an assistant's message where there is none, which also ends
    /// the turn before it.
    fn close_turn(&mut self, next: &str) {
        let is_open = match self.messages.last() {
            Some(Message::User(_) | Message::Tool { .. }) => true,
            Some(Message::Assistant(_)) => false,
            None => self.follows_user,
        };
        if is_open {
            let text = match self.filler {
                _ if self.turn_id == next => SAID_MORE,
                Filler::NoAnswer => NO_ANSWER,
                Filler::AllDone => ALL_DONE,
            };
            let note = AssistantPart::Text(text.to_owned());
            self.messages.push(Message::Assistant(vec![note]));
        }
        self.filler = Filler::NoAnswer;
    }
}

impl Builder {
    /// Text and resources run together into as few parts as pictures allow: servers that are only
    /// compatible often take a single text and nothing else.
    fn user_parts(&self, start: String, content: &[ContentBlock]) -> Vec<UserPart> {
        let mut parts = Vec::new();
        let mut text = start;
        for block in content {
            match block {
                ContentBlock::Text { text: more } => push_paragraph(&mut text, more),
                ContentBlock::Resource {
                    uri,
                    lines,
                    text: body,
                } => push_paragraph(&mut text, &self.resource_text(uri, *lines, body.as_deref())),
                ContentBlock::Image { mime_type, data } => {
                    if !text.is_empty() {
                        parts.push(UserPart::Text(std::mem::take(&mut text)));
                    }
                    let (mime_type, data) = (mime_type.clone(), data.clone());
                    parts.push(match mime_type.as_str() {
                        PDF => UserPart::Document {
                            mime_type,
                            data,
                            name: None,
                        },
                        _ => UserPart::Image { mime_type, data },
                    });
                }
            }
        }
        if !text.is_empty() {
            parts.push(UserPart::Text(text));
        }
        if parts.is_empty() {
            parts.push(UserPart::Text("(empty message)".to_owned()));
        }
        parts
    }

    fn resource_text(&self, uri: &str, lines: Option<LineRange>, body: Option<&str>) -> String {
        let path = self.relative(uri_path(uri));
        let place = match lines {
            // Models count lines from 1 and include the last one.
            Some(range) if range.end > range.start.saturating_add(1) => {
                format!(
                    "{path}, lines {} to {}",
                    u64::from(range.start) + 1,
                    range.end
                )
            }
            Some(range) => format!("{path}, line {}", u64::from(range.start) + 1),
            None => path,
        };
        let Some(body) = body else {
            return format!("Attached: {place}");
        };
        format!("{place}:\n{}", fenced(body))
    }

    /// A path of the workspace without its folder.
    fn relative(&self, path: String) -> String {
        let folder = self.folder.as_deref().map(|it| it.trim_end_matches('/'));
        let rest = folder.and_then(|folder| path.strip_prefix(folder)?.strip_prefix('/'));
        rest.map(str::to_owned).unwrap_or(path)
    }
}

#[cfg(test)]
mod note_tests;
#[cfg(test)]
mod part_tests;
#[cfg(test)]
mod tests;
