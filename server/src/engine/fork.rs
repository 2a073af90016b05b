//! Copies of conversations.
use std::collections::HashMap;
use std::sync::Arc;

use aside_agent::item::ItemBody;
use aside_protocol::{ErrorCode, Session, SessionForkParams};
use aside_store::{Conversation, SessionRow, TurnRow, Write};

use super::error::EngineError;
use super::limits::MAX_TITLE_CHARS;
use super::{Engine, UNTITLED};
use crate::clock;

/// What stands behind the title of a copy.
const MARK: &str = " (fork)";

impl Engine {
    /// `session/fork`.
    pub async fn fork(self: &Arc<Self>, params: SessionForkParams) -> Result<Session, EngineError> {
        let store = self.store().await?;
        self.repair().await?;
        self.sync(&params.session_id).await;
        let from = store.conversation(&*params.session_id).await?;
        let count = match &params.turn_id {
            None => from.turns.len(),
            Some(turn_id) => match from.turns.iter().position(|turn| turn.id == *turn_id) {
                Some(at) => {
                    check_over(&from.turns[at])?;
                    at + 1
                }
                None => {
                    // An unknown turn is an error of its own.
                    store.rewound_by(&*params.session_id, &**turn_id).await?;
                    return Err(EngineError::invalid(format!(
                        "`turnId` \"{turn_id}\" was taken back; session/unrewind brings it back"
                    )));
                }
            },
        };
        let (session, writes) = copy(&from, count);
        store.write(writes).await?;
        Ok(crate::wire::session(&session))
    }
}

fn check_over(turn: &TurnRow) -> Result<(), EngineError> {
    if turn.status == "completed" {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::Busy,
        "the turn is not over; wait until it ends or cancel it, or fork up to a turn before it",
    ))
}

/// A copy of the first `count` turns, as far as they have run and are over, and what is written
/// for it. Everything in it has an id of its own. Edits stay where they were made.
fn copy(from: &Conversation, count: usize) -> (SessionRow, Vec<Write>) {
    let turns = from.turns.iter().take(count);
    let turns = turns.filter(|turn| turn.status == "completed" && turn.started_at.is_some());
    let turns: HashMap<&str, TurnRow> = turns
        .map(|turn| (turn.id.as_str(), renamed(turn)))
        .collect();
    let now = clock::now();
    let mut usage = aside_llm::Usage::default();
    for turn in turns.values() {
        usage += crate::wire::parse_usage(&turn.usage);
    }
    let session = SessionRow {
        id: clock::new_id(),
        title: title_of_copy(&from.session.title),
        created_at: now.clone(),
        updated_at: now.clone(),
        status: "idle".to_owned(),
        pinned: false,
        archived: false,
        parent_id: Some(from.session.id.clone()),
        turn_count: i64::try_from(turns.len()).unwrap_or(i64::MAX),
        usage: crate::wire::model_usage(usage),
        owner: None,
        last_seq: 0,
        ..from.session.clone()
    };
    let mut writes = vec![Write::CreateSession(session.clone())];
    let in_order = from
        .turns
        .iter()
        .filter_map(|turn| turns.get(turn.id.as_str()));
    writes.extend(in_order.map(|turn| {
        Write::UpsertTurn(TurnRow {
            session_id: session.id.clone(),
            ..turn.clone()
        })
    }));
    for row in &from.items {
        let Some(turn) = turns.get(row.turn_id.as_str()) else {
            continue;
        };
        let Some(mut record) = crate::wire::item_record(row) else {
            continue;
        };
        record.item.id = clock::new_id();
        record.item.turn_id.clone_from(&turn.id);
        match &mut record.item.body {
            ItemBody::UserMessage {
                client_message_id, ..
            } => *client_message_id = None,
            ItemBody::ToolCall(call) => call.edit_ids.clear(),
            ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::Compaction { .. } => {}
        }
        writes.push(Write::UpsertItem(crate::wire::item_row(
            &session.id,
            &record,
            0,
        )));
    }
    // What the model does not know yet of the last turn's edits, it does not know in the copy, unless
    // they may be those of a turn that is not there.
    let is_whole = from
        .turns
        .iter()
        .all(|turn| turn.started_at.is_none() || turns.contains_key(turn.id.as_str()));
    let notes = from.notes.iter().filter(|_| is_whole);
    writes.extend(notes.map(|note| Write::AddNote {
        session_id: session.id.clone(),
        created_at: note.created_at.clone(),
        text: note.text.clone(),
    }));
    (session, writes)
}

/// A turn's copy, of no session yet. A client's message sent again is not meant for it.
fn renamed(turn: &TurnRow) -> TurnRow {
    TurnRow {
        id: clock::new_id(),
        client_message_id: None,
        ..turn.clone()
    }
}

/// One that has no title yet gets it from its first message, as any.
fn title_of_copy(title: &str) -> String {
    if title == UNTITLED {
        return title.to_owned();
    }
    let room = MAX_TITLE_CHARS - MARK.chars().count();
    let kept: String = title.trim_end_matches(MARK).chars().take(room).collect();
    kept + MARK
}
