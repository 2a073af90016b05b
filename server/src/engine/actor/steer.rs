//! Messages for the running turn: stored when they come, taken in by the turn before its next
//! request, and turns of their own where it ends first.
use std::collections::VecDeque;

use aside_agent::editing::EditDialect;
use aside_agent::item::{ContentBlock, ItemBody, ItemRecord};
use aside_agent::steer::{MAX_WAITING_STEERS, Steer};
use aside_protocol::{ChatSendResult, ChatSendStatus, Delivery, ErrorCode};
use aside_store::{SteerRow, TurnRow, Write};
use tokio::sync::mpsc;

use super::{Actor, SendRequest};
use crate::clock;
use crate::engine::error::EngineError;

/// What the running turn was told and has not taken in.
pub(super) struct Steering {
    /// In the order in which they came, which is the order in which they are taken in.
    waiting: VecDeque<SteerRow>,
    turn: mpsc::Sender<Steer>,
}

impl Steering {
    /// Nothing is said yet; the turn hears by the receiver.
    pub(super) fn new() -> (Self, mpsc::Receiver<Steer>) {
        let (turn, heard) = mpsc::channel(MAX_WAITING_STEERS);
        let waiting = VecDeque::new();
        (Self { waiting, turn }, heard)
    }

    /// What becomes a turn of its own, because the turn has ended.
    pub(super) fn left(&mut self) -> VecDeque<SteerRow> {
        std::mem::take(&mut self.waiting)
    }
}

impl Actor {
    /// Whether a message joins the running turn. Hooks that look at prompts see turns only, so
    /// that where there are any it becomes one.
    pub(super) fn joins(&self, delivery: Delivery) -> bool {
        match delivery {
            Delivery::Queue => false,
            Delivery::Steer => {
                self.running.is_some() && !crate::hooks::look_at_prompts(&self.engine.settings())
            }
        }
    }

    /// Hands a message to the running turn, after it is stored.
    pub(super) async fn steer(
        &mut self,
        request: SendRequest,
    ) -> Result<ChatSendResult, EngineError> {
        let max = self
            .engine
            .settings()
            .turn
            .max_queued
            .min(MAX_WAITING_STEERS);
        let queued = self.queue.len();
        let Some(running) = &mut self.running else {
            return Err(EngineError::internal("there is no turn to join"));
        };
        if running.steering.waiting.len() + queued >= max {
            return Err(EngineError::new(
                ErrorCode::Busy,
                format!(
                    "{max} prompts wait already (setting turn.max_queued); wait until the model has answered"
                ),
            ));
        }
        let row = SteerRow {
            id: clock::new_id(),
            session_id: self.session_id.to_string(),
            turn_id: running.row.id.clone(),
            created_at: clock::now(),
            client_message_id: request.client_message_id.clone(),
            content: crate::wire::to_json(&request.content),
        };
        self.log
            .record_or_undo(vec![Write::AddSteer(row.clone())], Vec::new())
            .await?;
        let turn_id = row.turn_id.clone();
        running.steering.waiting.push_back(row);
        let steer = Steer {
            content: request.content,
            client_message_id: request.client_message_id,
        };
        // A turn that has just ended hears nothing; the message is then found to be left.
        let _ = running.steering.turn.try_send(steer);
        Ok(ChatSendResult {
            session_id: self.session_id.to_string(),
            turn_id,
            status: ChatSendStatus::Running,
        })
    }

    /// The turn has taken in the message that waited longest, if this is one. The model sees what
    /// is attached to it.
    pub(super) fn taken_in(&mut self, record: &ItemRecord) -> Vec<Write> {
        match &record.item.body {
            ItemBody::UserMessage { .. } => {}
            ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::ToolCall(_)
            | ItemBody::Compaction { .. } => return Vec::new(),
        }
        self.note_attached(std::slice::from_ref(record), EditDialect::EditFile);
        let Some(running) = &mut self.running else {
            return Vec::new();
        };
        let Some(row) = running.steering.waiting.pop_front() else {
            return Vec::new();
        };
        let mut writes = vec![Write::DeleteSteer {
            session_id: row.session_id.clone(),
            id: row.id,
        }];
        writes.extend(
            row.client_message_id
                .map(|client_message_id| Write::ClientMessage {
                    session_id: row.session_id,
                    client_message_id,
                    turn_id: row.turn_id,
                }),
        );
        writes
    }

    /// Makes queued turns of messages that their turn did not take in.
    pub(super) fn queue_left(&mut self, left: VecDeque<SteerRow>) -> Vec<Write> {
        let mut writes = Vec::new();
        for row in left {
            let (turn, changes) = turn_of(row);
            writes.extend(changes);
            self.queue.push_back(turn);
        }
        writes
    }
}

/// The turn that a message becomes, and what is written for it.
pub fn turn_of(row: SteerRow) -> (TurnRow, Vec<Write>) {
    let turn = TurnRow {
        id: clock::new_id(),
        session_id: row.session_id.clone(),
        status: "queued".to_owned(),
        created_at: row.created_at,
        usage: crate::wire::model_usage(aside_llm::Usage::default()),
        client_message_id: row.client_message_id,
        prompt: Some(row.content),
        ..TurnRow::default()
    };
    let writes = vec![
        Write::DeleteSteer {
            session_id: row.session_id,
            id: row.id,
        },
        Write::UpsertTurn(turn.clone()),
    ];
    (turn, writes)
}

/// What was said, of a stored prompt.
pub(super) fn parse_content(json: &str) -> Result<Vec<ContentBlock>, EngineError> {
    serde_json::from_str(json)
        .map_err(|error| EngineError::internal(format!("a stored prompt cannot be read: {error}")))
}
