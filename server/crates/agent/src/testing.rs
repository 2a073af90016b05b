//! What the tests of this crate share: a counting clock, actions and events as lines of text,
//! and the rules that the events of any turn keep.
mod doubles;
mod show;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use aside_llm::{
    AssistantPart, Chunk, Message, ModelError, ModelErrorKind, Opaque, RetryPolicy, StopReason,
    Usage,
};

use crate::clock::Clock;
use crate::event::{Delta, EditOutcome, TurnEvent};
use crate::history;
use crate::item::{
    ContentBlock, Item, ItemBody, ItemRecord, MessageStatus, ToolKind, ToolSource, ToolStatus,
};
use crate::limits::Limits;
use crate::toolbox::ToolFacts;

pub(crate) use doubles::{
    FakeApprover, FakeTool, MemoryFiles, RecordingSink, Reply, ScriptedModel, change, path,
};
pub(crate) use show::{show_action, show_change, show_event, show_messages, show_stop};

/// Counts instead of reading a clock.
#[derive(Default)]
pub(crate) struct Ticks(AtomicU32);

impl Clock for Ticks {
    fn now(&self) -> String {
        "2026-01-01T00:00:00Z".to_owned()
    }

    fn new_id(&self) -> String {
        format!("#{}", self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn random(&self) -> u64 {
        0
    }
}

pub(crate) fn facts(tools: &[(&str, ToolKind)]) -> BTreeMap<String, ToolFacts> {
    let facts = tools.iter().map(|(name, kind)| {
        let facts = ToolFacts {
            kind: *kind,
            source: ToolSource::Builtin,
        };
        ((*name).to_owned(), facts)
    });
    facts.collect()
}

pub(crate) fn text(text: &str) -> Chunk {
    Chunk::Text(text.to_owned())
}

pub(crate) fn call(index: usize, name: &str, arguments: &str) -> Chunk {
    Chunk::ToolCall {
        index,
        id: Some(format!("c{index}")),
        name: Some(name.to_owned()),
        arguments: arguments.to_owned(),
    }
}

pub(crate) fn more(index: usize, arguments: &str) -> Chunk {
    Chunk::ToolCall {
        index,
        id: None,
        name: None,
        arguments: arguments.to_owned(),
    }
}

pub(crate) fn usage(input: u64, output: u64) -> Chunk {
    Chunk::Usage(Usage {
        input_tokens: input,
        output_tokens: output,
        ..Usage::default()
    })
}

pub(crate) fn end() -> Chunk {
    Chunk::Stop(StopReason::EndTurn)
}

pub(crate) fn calls_end() -> Chunk {
    Chunk::Stop(StopReason::ToolCalls)
}

pub(crate) fn model_error(kind: ModelErrorKind) -> ModelError {
    ModelError {
        kind,
        message: "The model failed.".to_owned(),
        status: None,
        request_id: None,
        retryable: true,
        retry_after: None,
    }
}

/// The default bounds, where a request that fails is not made again.
pub(crate) fn no_retries() -> Limits {
    let retry = RetryPolicy {
        max_retries: 0,
        ..RetryPolicy::default()
    };
    Limits {
        retry,
        ..Limits::default()
    }
}

/// What a provider wants to see again.
pub(crate) fn opaque(json: &str) -> Opaque {
    Opaque {
        origin: "p/chat".into(),
        json: json.into(),
    }
}

pub(crate) fn user(id: &str, turn: &str, text: &str) -> ItemRecord {
    record(
        id,
        turn,
        ItemBody::UserMessage {
            content: vec![ContentBlock::text(text)],
            client_message_id: None,
        },
    )
}

pub(crate) fn record(id: &str, turn: &str, body: ItemBody) -> ItemRecord {
    ItemRecord {
        item: Item {
            id: id.to_owned(),
            turn_id: turn.to_owned(),
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            body,
        },
        replay: None,
    }
}

/// What the events of a turn say of one item or question.
#[derive(Default)]
struct Life {
    text: String,
    completed: bool,
}

/// Checks what holds for the events of every turn that was not cut off by its sink: each item
/// that starts completes exactly once and is then silent, deltas add up to the item, each
/// question and each edit is settled exactly once, save that an edit that was made may fail when
/// it is taken back before its call ends. Gives back the completed items, as they were stored last.
pub(crate) fn check_events(events: &[TurnEvent]) -> Vec<ItemRecord> {
    let mut lives: BTreeMap<String, Life> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut questions: Vec<&str> = Vec::new();
    let mut edits: Vec<&str> = Vec::new();
    let mut made: Vec<&str> = Vec::new();
    let mut completed: BTreeMap<String, ItemRecord> = BTreeMap::new();
    for event in events {
        let line = show_event(event);
        match event {
            TurnEvent::ItemStarted(record) => {
                let id = record.item.id.clone();
                order.push(id.clone());
                assert!(lives.insert(id, Life::default()).is_none(), "{line} again");
            }
            TurnEvent::ItemDelta { item_id, delta } => {
                let life = open(&mut lives, item_id, &line);
                let (Delta::Text(text) | Delta::Arguments(text) | Delta::Output(text)) = delta;
                assert!(!text.is_empty(), "{line} says nothing");
                life.text.push_str(text);
            }
            TurnEvent::ItemUpdated(record) => {
                open(&mut lives, &record.item.id, &line);
            }
            TurnEvent::ItemNoted(record) => match completed.get_mut(&record.item.id) {
                Some(stored) => {
                    assert_eq!(stored.item, record.item, "{line} changes the item");
                    *stored = record.clone();
                }
                // The user's message begins and ends before the turn does.
                None => assert!(
                    line.contains(" user "),
                    "{line} of an item that is not over"
                ),
            },
            TurnEvent::ToolRunning { record, changes } => {
                open(&mut lives, &record.item.id, &line);
                let ItemBody::ToolCall(call) = &record.item.body else {
                    panic!("{line} is no tool call");
                };
                assert_eq!(call.status, ToolStatus::Running);
                assert_eq!(call.edit_ids.len(), changes.len(), "{line}");
                edits.extend(call.edit_ids.iter().map(String::as_str));
            }
            TurnEvent::EditRebased { edit_id, .. } => {
                assert!(edits.contains(&edit_id.as_str()), "{line} out of the blue");
            }
            TurnEvent::Attempted { item_id, .. } => {
                open(&mut lives, item_id, &line);
            }
            TurnEvent::EditResolved { edit_id, outcome } => {
                let open = edits.iter().position(|id| id == edit_id);
                let was_made = made.iter().position(|id| id == edit_id);
                match (open, was_made, outcome) {
                    (Some(at), None, EditOutcome::Applied(_)) => made.push(edits.remove(at)),
                    (Some(at), None, EditOutcome::Proposed | EditOutcome::Failed) => {
                        edits.remove(at);
                    }
                    (None, Some(at), EditOutcome::Failed) => {
                        made.remove(at);
                    }
                    (_, _, _) => panic!("{line} out of the blue"),
                }
            }
            TurnEvent::ItemCompleted(record) => {
                // Nothing that a call has made is taken back after its end.
                made.clear();
                let id = &record.item.id;
                open(&mut lives, id, &line).completed = true;
                check_final(record, &lives[id].text);
                completed.insert(id.clone(), record.clone());
            }
            TurnEvent::PermissionRequested { request_id, record } => {
                open(&mut lives, &record.item.id, &line);
                questions.push(request_id);
            }
            TurnEvent::PermissionResolved {
                request_id, record, ..
            } => {
                open(&mut lives, &record.item.id, &line);
                let at = questions.iter().position(|id| id == request_id);
                questions.remove(at.unwrap_or_else(|| panic!("{line} out of the blue")));
            }
            TurnEvent::UsageUpdated { .. }
            | TurnEvent::Retrying { .. }
            | TurnEvent::PlanUpdated { .. }
            | TurnEvent::Notice { .. } => {}
        }
    }
    assert!(questions.is_empty(), "open questions: {questions:?}");
    assert!(edits.is_empty(), "open edits: {edits:?}");
    let open = lives.iter().filter(|(_, life)| !life.completed);
    let open = open.map(|(id, _)| id).collect::<Vec<_>>();
    assert!(open.is_empty(), "open items: {open:?}");
    order.iter().map(|id| completed[id].clone()).collect()
}

fn open<'a>(lives: &'a mut BTreeMap<String, Life>, id: &str, line: &str) -> &'a mut Life {
    let life = lives.get_mut(id);
    let life = life.unwrap_or_else(|| panic!("{line} of an item that never started"));
    assert!(!life.completed, "{line} after the end of its item");
    life
}

fn check_final(record: &ItemRecord, streamed: &str) {
    match &record.item.body {
        ItemBody::AssistantMessage { text, status } | ItemBody::Reasoning { text, status } => {
            assert_ne!(*status, MessageStatus::InProgress);
            assert_eq!(text, streamed);
        }
        ItemBody::ToolCall(call) => {
            assert!(call.status.is_final(), "{:?}", call.status);
            assert!(!call.output.is_empty());
            let replay = record.replay.as_ref().expect("a replay");
            assert_eq!(replay.arguments.as_deref(), Some(streamed));
        }
        ItemBody::UserMessage { .. } => assert!(streamed.is_empty(), "users do not stream"),
        ItemBody::Compaction { .. } => panic!("a turn makes no such item"),
    }
}

/// Whether an answer without calls is followed by another one of its turn: only one that paused is.
fn has_pause(records: &[ItemRecord]) -> bool {
    let sent = records.iter().filter_map(|record| {
        let replay = record.replay.as_ref().filter(|replay| !replay.superseded)?;
        Some((&record.item, replay.answer))
    });
    let sent = sent.collect::<Vec<_>>();
    sent.windows(2).any(|pair| {
        let is_call = matches!(pair[0].0.body, ItemBody::ToolCall(_));
        pair[0].0.turn_id == pair[1].0.turn_id && pair[0].1 < pair[1].1 && !is_call
    })
}

/// Checks what providers want of a conversation: user and assistant take turns, each call has
/// exactly one result right after its message, arguments are JSON objects.
pub(crate) fn check_history(records: &[ItemRecord]) -> Vec<Message> {
    let messages = history::messages(records);
    let shown = show_messages(&messages);
    let mut wanted: Vec<&str> = Vec::new();
    let mut last = "";
    for message in &messages {
        match message {
            Message::User(parts) => {
                assert!(wanted.is_empty(), "no result of {wanted:?}:\n{shown}");
                assert!(
                    matches!(last, "" | "assistant"),
                    "user after {last}:\n{shown}"
                );
                assert!(!parts.is_empty());
                last = "user";
            }
            Message::Assistant(parts) => {
                assert!(wanted.is_empty(), "no result of {wanted:?}:\n{shown}");
                assert!(last != "assistant" || has_pause(records), "{shown}");
                assert!(!parts.is_empty());
                for part in parts {
                    match part {
                        AssistantPart::Text(text) | AssistantPart::Reasoning(text) => {
                            assert!(!text.trim().is_empty());
                        }
                        AssistantPart::Attached(_) | AssistantPart::Opaque(_) => {}
                        AssistantPart::ToolCall { id, arguments, .. } => {
                            assert!(!wanted.contains(&id.as_str()), "{shown}");
                            wanted.push(id);
                            serde_json::from_str::<crate::tool::Arguments>(arguments)
                                .unwrap_or_else(|error| panic!("{error}: {arguments}"));
                        }
                    }
                }
                last = "assistant";
            }
            Message::Tool { call_id, text, .. } => {
                assert_eq!(wanted.first(), Some(&call_id.as_str()), "{shown}");
                wanted.remove(0);
                assert!(!text.is_empty());
                last = "tool";
            }
        }
    }
    assert!(wanted.is_empty(), "no result of {wanted:?}:\n{shown}");
    messages
}
