//! What a running turn tells: each event becomes rows and a `chat/event`.
use std::sync::Arc;

use aside_agent::event::{Delta, TurnEvent};
use aside_agent::item::{ItemBody, ItemRecord};
use aside_protocol::{ContextUsage, Event, ItemDelta};
use aside_store::{SessionPatch, StoreError, Write};

use super::{Actor, Entry};
use crate::audit;
use crate::clock;

impl Actor {
    pub(super) async fn on_turn_event(&mut self, event: TurnEvent) -> Result<(), StoreError> {
        match event {
            TurnEvent::ItemStarted(record) => self.item_started(record).await,
            TurnEvent::ItemDelta { item_id, delta } => self.item_delta(item_id, delta).await,
            TurnEvent::ItemUpdated(record) => self.item_updated(record).await,
            TurnEvent::ItemNoted(record) => self.item_noted(&record).await,
            TurnEvent::ToolRunning { record, changes } => self.tool_running(record, &changes).await,
            TurnEvent::EditRebased { edit_id, change } => {
                self.edit_rebased(&edit_id, &change).await
            }
            TurnEvent::Attempted { item_id, attempts } => self.attempted(&item_id, attempts).await,
            TurnEvent::EditResolved { edit_id, outcome } => {
                self.edit_resolved(&edit_id, &outcome).await
            }
            TurnEvent::ItemCompleted(record) => self.item_completed(record).await,
            TurnEvent::UsageUpdated {
                model,
                request,
                context_tokens,
            } => self.usage_updated(&model, request, context_tokens).await,
            TurnEvent::PermissionRequested { request_id, record } => {
                let event = Event::PermissionRequested {
                    request_id,
                    item: crate::wire::item(&record.item),
                };
                self.permission(record, event, "waiting", None).await
            }
            TurnEvent::PermissionResolved {
                request_id,
                record,
                outcome,
            } => {
                let event = Event::PermissionResolved {
                    request_id,
                    item: crate::wire::item(&record.item),
                    outcome: crate::wire::outcome(&outcome),
                };
                let row = match &record.item.body {
                    ItemBody::ToolCall(call) => {
                        Some(audit::permitted(self.at(), &record.item, call, &outcome))
                    }
                    ItemBody::UserMessage { .. }
                    | ItemBody::AssistantMessage { .. }
                    | ItemBody::Reasoning { .. }
                    | ItemBody::Compaction { .. } => None,
                };
                self.permission(record, event, "running", row).await
            }
            TurnEvent::Retrying {
                attempt,
                max_attempts,
                delay_ms,
                reason,
            } => {
                let event = Event::Retrying {
                    // The wire counts requests, the turn counts those that are made again.
                    attempt: attempt.saturating_add(1),
                    max_attempts: max_attempts.saturating_add(1),
                    delay_ms,
                    reason,
                };
                let entry = self.in_turn(None, event);
                self.log.record_now(Vec::new(), vec![entry]).await
            }
            TurnEvent::PlanUpdated { entries } => {
                let entries = entries.into_iter().map(crate::wire::plan_entry).collect();
                let entry = self.in_turn(None, Event::PlanUpdated { entries });
                self.log.record_now(Vec::new(), vec![entry]).await
            }
            TurnEvent::Notice { level, message } => {
                let entry = self.in_turn(
                    None,
                    Event::Notice {
                        level: crate::wire::notice_level(level),
                        message,
                    },
                );
                self.log.record_now(Vec::new(), vec![entry]).await
            }
        }
    }

    fn turn_id(&self) -> Option<Arc<str>> {
        let running = self.running.as_ref()?;
        Some(Arc::clone(&running.turn_id))
    }

    /// Where what is done now happens, for the audit log.
    pub(super) fn at(&self) -> audit::At<'_> {
        audit::At {
            session: &self.session_id,
            turn: self.running.as_ref().map(|running| &*running.turn_id),
        }
    }

    /// An entry of the running turn.
    pub(super) fn in_turn(&self, item_id: Option<&str>, event: Event) -> Entry {
        Entry {
            turn_id: self.turn_id(),
            item_id: item_id.map(str::to_owned),
            event,
        }
    }

    /// Remembers an open item and makes its row; the notes that it tells the model are told.
    pub(super) async fn store_item(&mut self, record: &ItemRecord) -> Vec<Write> {
        let mut writes = vec![self.open_item(record)];
        let told = record
            .replay
            .as_ref()
            .and_then(|replay| replay.notes.as_ref());
        if let Some(told) = told {
            writes.extend(self.delete_told(told).await);
        }
        writes
    }

    /// Remembers an open item and makes its row.
    fn open_item(&mut self, record: &ItemRecord) -> Write {
        let mut first_seq = self.log.next_seq();
        if let Some(running) = &mut self.running {
            let open = running
                .open
                .entry(record.item.id.clone())
                .or_insert_with(|| (record.clone(), first_seq));
            open.0 = record.clone();
            first_seq = open.1;
        }
        Write::UpsertItem(crate::wire::item_row(&self.session_id, record, first_seq))
    }

    async fn item_started(&mut self, record: ItemRecord) -> Result<(), StoreError> {
        let mut writes = self.store_item(&record).await;
        writes.extend(self.taken_in(&record));
        let item = crate::wire::item(&record.item);
        let entry = self.in_turn(Some(&record.item.id), Event::ItemStarted { item });
        self.log.record_soon(writes, entry).await
    }

    async fn item_delta(&mut self, item_id: String, delta: Delta) -> Result<(), StoreError> {
        // Kept for the case that the driver dies; a repair after a crash reads the rows.
        if let Some(running) = &mut self.running
            && let Some((record, _)) = running.open.get_mut(&item_id)
        {
            append(record, &delta);
        }
        let delta = match delta {
            Delta::Text(text) => ItemDelta::Text(text),
            Delta::Arguments(text) => ItemDelta::ArgumentsText(text),
            Delta::Output(text) => ItemDelta::OutputText(text),
        };
        let entry = Entry {
            turn_id: self.turn_id(),
            item_id: Some(item_id.clone()),
            event: Event::ItemDelta { item_id, delta },
        };
        self.log.record_soon(Vec::new(), entry).await
    }

    async fn item_updated(&mut self, record: ItemRecord) -> Result<(), StoreError> {
        let writes = self.store_item(&record).await;
        let item = crate::wire::item(&record.item);
        let entry = self.in_turn(Some(&record.item.id), Event::ItemUpdated { item });
        self.log.record_soon(writes, entry).await
    }

    /// Stores what the model is told with an item that is over; its row keeps its place.
    async fn item_noted(&mut self, record: &ItemRecord) -> Result<(), StoreError> {
        let row = crate::wire::item_row(&self.session_id, record, self.log.next_seq());
        let mut writes = vec![Write::UpsertItem(row)];
        let notes = record
            .replay
            .as_ref()
            .and_then(|replay| replay.notes.as_ref());
        if let Some(told) = notes {
            writes.extend(self.delete_told(told).await);
        }
        self.log.record_now(writes, Vec::new()).await
    }

    async fn item_completed(&mut self, record: ItemRecord) -> Result<(), StoreError> {
        let mut writes = self.store_item(&record).await;
        if let Some(running) = &mut self.running {
            running.open.remove(&record.item.id);
            running.forget_edits(&record.item.id);
        }
        if let ItemBody::ToolCall(call) = &record.item.body {
            writes.push(audit::ended(self.at(), &record.item, call));
        }
        let item = crate::wire::item(&record.item);
        let entry = self.in_turn(Some(&record.item.id), Event::ItemCompleted { item });
        self.log.record_now(writes, vec![entry]).await
    }

    async fn usage_updated(
        &mut self,
        model: &str,
        request: aside_llm::Usage,
        context_tokens: u64,
    ) -> Result<(), StoreError> {
        self.usage += request;
        let Some(running) = &mut self.running else {
            return Ok(());
        };
        running.usage += request;
        let window_tokens = running.windows.get(model).copied().unwrap_or(0);
        running.row.usage = crate::wire::model_usage(running.usage);
        let usage = crate::wire::usage(running.usage);
        let patch = SessionPatch {
            usage: Some(crate::wire::model_usage(self.usage)),
            ..SessionPatch::default()
        };
        let turn = Write::UpsertTurn(running.row.clone());
        let used = self
            .engine
            .used(&self.session_id, Some(&running.turn_id), model, &request);
        self.patch(&patch);
        let session = Write::UpdateSession {
            id: self.session_id.to_string(),
            patch,
        };
        let context = ContextUsage {
            used_tokens: context_tokens,
            window_tokens,
        };
        let entry = self.in_turn(None, Event::UsageUpdated { usage, context });
        self.log
            .record_soon(vec![turn, session, Write::Usage(used)], entry)
            .await
    }

    /// A question is asked or settled: the session waits, or runs again.
    async fn permission(
        &mut self,
        record: ItemRecord,
        event: Event,
        status: &str,
        row: Option<Write>,
    ) -> Result<(), StoreError> {
        let item = self.open_item(&record);
        let patch = SessionPatch {
            status: Some(status.to_owned()),
            updated_at: Some(clock::now()),
            ..SessionPatch::default()
        };
        self.patch(&patch);
        let session = Write::UpdateSession {
            id: self.session_id.to_string(),
            patch,
        };
        let updated = self.in_turn(
            None,
            Event::SessionUpdated {
                session: self.session(),
            },
        );
        let entry = self.in_turn(Some(&record.item.id), event);
        let mut writes = vec![item, session];
        writes.extend(row);
        self.log.record_now(writes, vec![entry, updated]).await
    }
}

fn append(record: &mut ItemRecord, delta: &Delta) {
    match (&mut record.item.body, delta) {
        (
            ItemBody::AssistantMessage { text, .. } | ItemBody::Reasoning { text, .. },
            Delta::Text(more),
        ) => text.push_str(more),
        (
            ItemBody::AssistantMessage { .. }
            | ItemBody::Reasoning { .. }
            | ItemBody::ToolCall(_)
            | ItemBody::UserMessage { .. }
            | ItemBody::Compaction { .. },
            Delta::Text(_) | Delta::Arguments(_) | Delta::Output(_),
        ) => {}
    }
}
