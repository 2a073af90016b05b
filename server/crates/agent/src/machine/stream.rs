//! From the chunks of an answer to items, in the order in which they came.
use aside_llm::Chunk;

use super::Step;
use super::answer::{Answer, Flow, Nameless, Part};
use super::calls::Call;
use super::texts;
use crate::event::{Delta, TurnEvent};
use crate::item::{
    Item, ItemBody, ItemRecord, MessageStatus, Replay, ToolCall, ToolKind, ToolSource, ToolStatus,
};
use crate::limits::{
    MAX_ANSWER_BYTES, MAX_ANSWER_CALLS, MAX_ANSWER_ITEMS, MAX_ANSWER_NOTES, MAX_ARGUMENT_BYTES,
    MAX_CALL_ID_BYTES, MAX_NAME_BYTES, MAX_QUOTE_BYTES, MAX_TEXT_BYTES,
};
use crate::output::{floor_boundary, quote};
use crate::toolbox::tool_facts;

/// The name of a call whose name never came.
const UNNAMED: &str = "unnamed";

impl Step<'_> {
    pub(super) fn chunk(&mut self, answer: &mut Answer, chunk: Chunk) -> Flow {
        // Each chunk counts for one byte more, so that an endless stream of nothing ends too.
        answer.bytes = answer.bytes.saturating_add(1);
        if answer.bytes > MAX_ANSWER_BYTES {
            return Flow::Full;
        }
        match chunk {
            Chunk::Text(text) => self.text(answer, Part::Text, text),
            Chunk::Reasoning(text) => self.text(answer, Part::Reasoning, text),
            Chunk::ToolCall {
                index,
                id,
                name,
                arguments,
            } => {
                self.close_text(answer, MessageStatus::Completed);
                self.call_part(answer, index, id, name, arguments)
            }
            Chunk::Opaque(place, opaque) => self.opaque(answer, place, opaque),
            Chunk::Note(words) => {
                answer.bytes = answer.bytes.saturating_add(words.len());
                if answer.notes.len() < MAX_ANSWER_NOTES {
                    answer
                        .notes
                        .push(quote(&words, MAX_QUOTE_BYTES).into_owned());
                }
                Flow::Open
            }
            Chunk::Usage(usage) => {
                answer.usage = Some(usage);
                Flow::Open
            }
            Chunk::Stop(reason) => {
                answer.stop = Some(reason);
                Flow::Open
            }
        }
    }

    fn text(&mut self, answer: &mut Answer, part: Part, mut text: String) -> Flow {
        if text.is_empty() {
            return Flow::Open;
        }
        if answer.open.is_some_and(|(open, _)| open != part) {
            self.close_text(answer, MessageStatus::Completed);
        }
        answer.bytes = answer.bytes.saturating_add(text.len());
        let place = match answer.open {
            Some((_, place)) => place,
            None => {
                if answer.held.0 != part {
                    answer.held = (part, String::new());
                }
                let is_blank = text.trim_start().is_empty();
                answer.held.1.push_str(&text);
                if is_blank {
                    return Flow::Open;
                }
                if answer.items >= MAX_ANSWER_ITEMS {
                    return Flow::Full;
                }
                text = std::mem::take(&mut answer.held.1);
                self.open_text(answer, part)
            }
        };
        let record = &mut self.state.records[place];
        let item_id = record.item.id.clone();
        let (ItemBody::AssistantMessage { text: whole, .. }
        | ItemBody::Reasoning { text: whole, .. }) = &mut record.item.body
        else {
            return Flow::Open;
        };
        let room = MAX_TEXT_BYTES.saturating_sub(whole.len());
        let flow = if text.len() > room || answer.bytes > MAX_ANSWER_BYTES {
            text.truncate(floor_boundary(&text, room));
            Flow::Full
        } else {
            Flow::Open
        };
        whole.push_str(&text);
        if !text.is_empty() {
            self.emit(TurnEvent::ItemDelta {
                item_id,
                delta: Delta::Text(text),
            });
        }
        flow
    }

    fn open_text(&mut self, answer: &mut Answer, part: Part) -> usize {
        let (text, status) = (String::new(), MessageStatus::InProgress);
        let body = match part {
            Part::Text => ItemBody::AssistantMessage { text, status },
            Part::Reasoning => ItemBody::Reasoning { text, status },
        };
        let place = self.start_item(answer, body, Replay::default());
        answer.open = Some((part, place));
        place
    }

    pub(super) fn close_text(&mut self, answer: &mut Answer, end: MessageStatus) {
        answer.held.1.clear();
        let Some((_, place)) = answer.open.take() else {
            return;
        };
        let record = &mut self.state.records[place];
        if let ItemBody::AssistantMessage { status, .. } | ItemBody::Reasoning { status, .. } =
            &mut record.item.body
        {
            *status = end;
        }
        let record = record.clone();
        self.emit(TurnEvent::ItemCompleted(record));
    }

    fn call_part(
        &mut self,
        answer: &mut Answer,
        index: usize,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
    ) -> Flow {
        answer.bytes = answer.bytes.saturating_add(arguments.len());
        if answer.bytes > MAX_ANSWER_BYTES {
            return Flow::Full;
        }
        let calls = &self.state.calls;
        if let Some(call) = calls.iter().rposition(|call| call.index == index) {
            self.push_arguments(call, arguments);
            return Flow::Open;
        }
        let known = answer.nameless.iter().position(|call| call.index == index);
        let begun = match known {
            Some(at) => {
                let mut call = answer.nameless.remove(at);
                call.id = call.id.or(id);
                call.arguments.push_str(&arguments);
                call
            }
            None => {
                if calls.len() + answer.nameless.len() >= MAX_ANSWER_CALLS {
                    answer.dropped_calls = true;
                    return Flow::Open;
                }
                if answer.items >= MAX_ANSWER_ITEMS {
                    return Flow::Full;
                }
                Nameless {
                    index,
                    id,
                    arguments,
                    attached: None,
                }
            }
        };
        match name.filter(|name| !name.is_empty()) {
            Some(name) => self.start_call(answer, begun, name),
            None => answer.nameless.push(begun),
        }
        Flow::Open
    }

    /// A call must have a name to be stored and answered, if only to be told that it has none.
    pub(super) fn name_the_nameless(&mut self, answer: &mut Answer) {
        for call in std::mem::take(&mut answer.nameless) {
            self.start_call(answer, call, UNNAMED.to_owned());
        }
    }

    fn start_call(&mut self, answer: &mut Answer, begun: Nameless, mut name: String) {
        name.truncate(floor_boundary(&name, MAX_NAME_BYTES));
        let (body, kind) = self.call_body(&name);
        let call_id = begun
            .id
            .filter(|id| (1..=MAX_CALL_ID_BYTES).contains(&id.len()))
            .unwrap_or_else(|| format!("call_{}_{}", answer.number, begun.index));
        let replay = Replay {
            call_id: Some(call_id),
            arguments: Some(String::new()),
            attached: begun.attached,
            ..Replay::default()
        };
        let record = self.start_item(answer, body, replay);
        let call = Call::new(begun.index, record, name, kind);
        self.state.calls.push(call);
        let call = self.state.calls.len() - 1;
        self.push_arguments(call, begun.arguments);
    }

    /// A call as it begins.
    pub(super) fn call_body(&self, name: &str) -> (ItemBody, ToolKind) {
        let facts = tool_facts(&self.state.setup.tools, name);
        let (kind, source) = match facts {
            Some(facts) => (facts.kind, facts.source),
            None => (ToolKind::Other, ToolSource::Builtin),
        };
        let call = ToolCall {
            title: name.to_owned(),
            name: name.to_owned(),
            source,
            kind,
            arguments: serde_json::Map::new(),
            status: ToolStatus::Pending,
            output: Vec::new(),
            edit_ids: Vec::new(),
            locations: Vec::new(),
            duration_ms: None,
        };
        (ItemBody::ToolCall(call), kind)
    }

    pub(super) fn push_arguments(&mut self, call: usize, mut more: String) {
        let call = &mut self.state.calls[call];
        let record = &mut self.state.records[call.record];
        let Some(replay) = &mut record.replay else {
            return;
        };
        let raw = replay.arguments.get_or_insert_default();
        let room = MAX_ARGUMENT_BYTES.saturating_sub(raw.len());
        if more.len() > room {
            call.flaw = Some(texts::long_arguments());
            more.truncate(floor_boundary(&more, room));
        }
        raw.push_str(&more);
        let item_id = record.item.id.clone();
        if !more.is_empty() {
            self.emit(TurnEvent::ItemDelta {
                item_id,
                delta: Delta::Arguments(more),
            });
        }
    }

    pub(super) fn start_item(
        &mut self,
        answer: &mut Answer,
        body: ItemBody,
        replay: Replay,
    ) -> usize {
        answer.items += 1;
        let record = ItemRecord {
            item: Item {
                id: self.context.clock.new_id(),
                turn_id: self.state.setup.turn_id.clone(),
                created_at: self.context.clock.now(),
                body,
            },
            replay: Some(Replay {
                answer: answer.number,
                before: std::mem::take(&mut answer.waiting),
                ..replay
            }),
        };
        self.state.records.push(record.clone());
        self.emit(TurnEvent::ItemStarted(record));
        self.state.records.len() - 1
    }
}
