//! Turns: starting, queueing, cancelling, ending.
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use aside_agent::driver::{Turn, TurnModel, run_turn};
use aside_agent::editing::EditDialect;
use aside_agent::event::{
    NoticeLevel, SinkError, TurnError, TurnEvent, TurnOutcome, TurnSink, TurnStop,
};
use aside_agent::item::{ContentBlock, Item, ItemBody, ItemRecord};
use aside_llm::Thinking;
use aside_protocol::Event;
use aside_store::{SessionPatch, TurnRow, Write};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::steer::{Steering, parse_content};
use super::{Actor, Entry, Message, Running};
use crate::audit::{self, At};
use crate::clock;
use crate::engine::error::EngineError;
use crate::hooks::{SessionHooks, run_hooked};

impl Actor {
    /// Starts the turn that waits longest, unless one runs. One that cannot be stored waits on;
    /// one whose model cannot be asked any more starts, and ends with the reason.
    pub(super) async fn start_next(&mut self) {
        if self.running.is_some() {
            return;
        }
        let Some(row) = self.queue.front().cloned() else {
            return;
        };
        let models = self.engine.models_or_reason(&self.row.model).await;
        match self.start_turn(row, models).await {
            Ok(()) => drop(self.queue.pop_front()),
            Err(error) => {
                tracing::error!(session = &*self.session_id, %error, "a queued turn did not start");
            }
        }
    }

    /// Starts a turn. After an error nothing has changed.
    pub(super) async fn start_turn(
        &mut self,
        mut row: TurnRow,
        models: Vec<TurnModel>,
    ) -> Result<(), EngineError> {
        self.engine.front().refresh_settings();
        let content = parse_content(row.prompt.as_deref().unwrap_or("[]"))?;
        let mut history = self
            .engine
            .history(self.log.store(), &self.session_id)
            .await?;
        let now = clock::now();
        row.status = "running".to_owned();
        row.started_at = Some(now.clone());
        let title = self.title_for(&content);
        let prompt = ItemRecord {
            item: Item {
                id: clock::new_id(),
                turn_id: row.id.clone(),
                created_at: now.clone(),
                body: ItemBody::UserMessage {
                    content,
                    client_message_id: row.client_message_id.clone(),
                },
            },
            replay: None,
        };
        let before = self.row.clone();
        let patch = SessionPatch {
            title,
            status: Some("running".to_owned()),
            turn_count: Some(self.row.turn_count + 1),
            updated_at: Some(now),
            ..SessionPatch::default()
        };
        self.patch(&patch);
        let writes = vec![
            Write::UpsertTurn(row.clone()),
            Write::UpdateSession {
                id: self.session_id.to_string(),
                patch,
            },
            Write::UpsertItem(crate::wire::item_row(
                &self.session_id,
                &prompt,
                self.log.next_seq(),
            )),
        ];
        let turn_id: Arc<str> = Arc::from(row.id.as_str());
        let in_turn = |item_id: Option<String>, event| Entry {
            turn_id: Some(Arc::clone(&turn_id)),
            item_id,
            event,
        };
        let item = crate::wire::item(&prompt.item);
        let mut updated = self.session_updated();
        updated.turn_id = Some(Arc::clone(&turn_id));
        let entries = vec![
            in_turn(
                None,
                Event::TurnStarted {
                    turn: crate::wire::turn(&row),
                },
            ),
            updated,
            in_turn(
                Some(item.id.clone()),
                Event::ItemStarted { item: item.clone() },
            ),
            in_turn(Some(item.id.clone()), Event::ItemCompleted { item }),
        ];
        if let Err(error) = self.log.record_or_undo(writes, entries).await {
            self.row = before;
            return Err(error.into());
        }
        history.push(prompt);
        self.launch(row, turn_id, models, history);
        Ok(())
    }

    fn launch(
        &mut self,
        row: TurnRow,
        turn_id: Arc<str>,
        mut models: Vec<TurnModel>,
        history: Vec<ItemRecord>,
    ) {
        if let Some(effort) = crate::wire::model_effort(&self.row) {
            for model in &mut models {
                model.thinking = Thinking {
                    effort: Some(effort),
                    budget: None,
                };
            }
        }
        let Some(own) = self.own.upgrade() else {
            // The actor itself holds a running turn's mailbox open, so somebody does.
            tracing::error!(session = &*self.session_id, "the session has no mailbox");
            return;
        };
        let servers = crate::wire::session_servers(&self.row);
        self.engine.mcp().choose(&self.session_id, servers);
        let cancel = CancellationToken::new();
        let (steering, steers) = Steering::new();
        let services = self.engine.services().clone();
        tokio::spawn(async move { services.prepare().await });
        let edits = &self.engine.settings().edits;
        let dialect = edits.dialects.of(&self.row.model);
        self.note_attached(&history, dialect);
        let windows = models.iter();
        let windows = windows.map(|model| {
            let window = self.engine.context_window(&model.facts);
            (model.id.clone(), window)
        });
        let windows = windows.collect();
        let sink: Arc<dyn TurnSink> = Arc::new(MailboxSink(own.clone()));
        let hooks = SessionHooks::new(&self.engine, &self.session_id, &row.id, &sink);
        let turn = Turn {
            session_id: self.session_id.to_string(),
            turn_id: row.id.clone(),
            models,
            system: self.engine.system_prompt(dialect),
            history,
            tools: self.engine.toolbox(),
            files: self.engine.front().files(),
            approver: Arc::clone(&self.approver) as _,
            sink: Arc::clone(&sink),
            clock: Arc::new(clock::SystemClock),
            seen: Arc::clone(&self.seen),
            prefix: Arc::clone(&self.prefix),
            notes: self.notes.clone(),
            edit_mode: edits.mode,
            dialect,
            limits: self.engine.limits(),
            elicitor: self.engine.front().elicitor(),
            editor: self.engine.front().editor(),
            offered: self.offered.clone(),
            hooks: hooks.as_ref().and_then(SessionHooks::of_tools),
            steers,
            cancel: cancel.clone(),
        };
        self.running = Some(Running {
            row,
            turn_id,
            cancel,
            usage: aside_llm::Usage::default(),
            windows,
            open: HashMap::new(),
            edits: HashMap::new(),
            attempts: Vec::new(),
            steering,
        });
        let span = tracing::error_span!("turn", session = &*self.session_id, turn = turn.turn_id);
        let driver = async move {
            let work = async {
                match hooks {
                    Some(hooks) => run_hooked(hooks, turn).await,
                    None => run_turn(turn).await,
                }
            };
            let outcome = AssertUnwindSafe(work).catch_unwind().await.ok();
            // The actor lives as long as its turn; if it is gone, there is nobody to tell.
            let _ = own.send(Message::TurnDone(outcome)).await;
        };
        tokio::spawn(tracing::Instrument::instrument(driver, span));
    }

    /// What is attached as a whole, the model sees. Of earlier turns that counts where nothing else
    /// is known, and only for a model that writes whole files: it may write no other ones.
    pub(super) fn note_attached(&self, history: &[ItemRecord], dialect: EditDialect) {
        let files = self.engine.front().files();
        let of_blocks = |content: &[ContentBlock], is_new: bool| {
            for block in content {
                let ContentBlock::Resource {
                    uri,
                    lines: None,
                    text: Some(text),
                } = block
                else {
                    continue;
                };
                let path = crate::wire::uri_to_path(&aside_protocol::Uri(uri.clone()));
                let path = path.and_then(|path| files.resolve(path.to_str()?).ok());
                if let Some(path) = path
                    && (is_new || self.seen.get(path.absolute()).is_none())
                {
                    self.seen.note(path.absolute(), &Arc::from(text.as_str()));
                }
            }
        };
        for (age, record) in history.iter().rev().enumerate() {
            match &record.item.body {
                ItemBody::UserMessage { content, .. } => of_blocks(content, age == 0),
                // What was said before is not sent any more.
                ItemBody::Compaction { .. } => return,
                ItemBody::AssistantMessage { .. }
                | ItemBody::Reasoning { .. }
                | ItemBody::ToolCall(_) => {}
            }
            match dialect {
                EditDialect::WholeFile => {}
                EditDialect::EditFile | EditDialect::ApplyPatch | EditDialect::SearchReplace => {
                    return;
                }
            }
        }
    }

    /// Takes a queued turn out. A turn that never started gets its `turnCompleted` alone.
    pub(super) async fn cancel_queued(&mut self, turn_id: &str) -> Result<bool, EngineError> {
        let Some(at) = self.queue.iter().position(|turn| turn.id == turn_id) else {
            return Ok(false);
        };
        let mut row = self.queue[at].clone();
        complete(&mut row, "cancelled");
        let entry = completed(&row, &Arc::from(turn_id));
        self.log
            .record_or_undo(vec![Write::UpsertTurn(row)], vec![entry])
            .await?;
        self.queue.remove(at);
        Ok(true)
    }

    /// Ends the running turn and starts the next.
    pub(super) async fn end_turn(&mut self, outcome: Option<TurnOutcome>) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        let outcome = outcome.unwrap_or_else(|| TurnOutcome {
            stop: TurnStop::Error(TurnError {
                code: "internal",
                message: "Aside failed inside; the log says where. The session is intact: send the prompt again.".to_owned(),
                retryable: true,
            }),
            usage: running.usage,
        });
        let mut writes = Vec::new();
        let mut entries = Vec::new();
        self.close_open_items(&mut running, &mut writes, &mut entries);
        writes.extend(self.queue_left(running.steering.left()));

        complete(&mut running.row, crate::wire::stop_reason(&outcome.stop));
        if let TurnStop::Error(error) = &outcome.stop {
            running.row.error = Some(crate::wire::turn_error(error));
        }
        running.row.usage = crate::wire::model_usage(outcome.usage);
        let status = if self.queue.is_empty() {
            "idle"
        } else {
            "running"
        };
        let patch = SessionPatch {
            status: Some(status.to_owned()),
            usage: Some(crate::wire::model_usage(self.usage)),
            updated_at: running.row.completed_at.clone(),
            ..SessionPatch::default()
        };
        self.patch(&patch);
        writes.push(Write::UpsertTurn(running.row.clone()));
        writes.push(Write::UpdateSession {
            id: self.session_id.to_string(),
            patch,
        });
        let mut updated = self.session_updated();
        updated.turn_id = Some(Arc::clone(&running.turn_id));
        entries.push(updated);
        entries.push(completed(&running.row, &running.turn_id));
        if let Err(error) = self.log.record_now(writes, entries).await {
            tracing::error!(session = &*self.session_id, %error, "the end of a turn is not stored yet");
            self.engine.front().tell(
                NoticeLevel::Error,
                &format!("Aside could not store the end of a turn: {error}"),
            );
        }
        self.start_next().await;
        self.unlease().await;
    }

    /// What the driver left open, if it died.
    fn close_open_items(
        &self,
        running: &mut Running,
        writes: &mut Vec<Write>,
        entries: &mut Vec<Entry>,
    ) {
        let mut open: Vec<_> = running.open.drain().collect();
        open.sort_by(|a, b| a.0.cmp(&b.0));
        for (id, (mut record, first_seq)) in open {
            record.item.interrupt();
            let at = At {
                session: &self.session_id,
                turn: Some(&running.turn_id),
            };
            writes.extend(audit::interrupted(at, &record.item));
            writes.push(Write::UpsertItem(crate::wire::item_row(
                &self.session_id,
                &record,
                first_seq,
            )));
            entries.push(Entry {
                turn_id: Some(Arc::clone(&running.turn_id)),
                item_id: Some(id),
                event: Event::ItemCompleted {
                    item: crate::wire::item(&record.item),
                },
            });
        }
    }
}

fn complete(row: &mut TurnRow, stop_reason: &str) {
    row.status = "completed".to_owned();
    row.stop_reason = Some(stop_reason.to_owned());
    row.completed_at = Some(clock::now());
}

fn completed(row: &TurnRow, turn_id: &Arc<str>) -> Entry {
    Entry {
        turn_id: Some(Arc::clone(turn_id)),
        item_id: None,
        event: Event::TurnCompleted {
            turn: crate::wire::turn(row),
        },
    }
}

/// The turn's way to its session's actor.
struct MailboxSink(mpsc::Sender<Message>);

impl TurnSink for MailboxSink {
    fn emit(&self, event: TurnEvent) -> BoxFuture<'_, Result<(), SinkError>> {
        Box::pin(async move {
            let gone = || SinkError("the session was closed".to_owned());
            if matches!(event, TurnEvent::ItemDelta { .. }) {
                let message = Message::Turn(event, None);
                return self.0.send(message).await.map_err(|_| gone());
            }
            let (ack, durable) = oneshot::channel();
            let message = Message::Turn(event, Some(ack));
            self.0.send(message).await.map_err(|_| gone())?;
            durable.await.unwrap_or_else(|_| Err(gone()))
        })
    }
}
