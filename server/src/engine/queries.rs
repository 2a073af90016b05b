//! Requests that only read.
use std::sync::Arc;

use aside_agent::item::{Item, ItemBody};
use aside_protocol::{
    ChatEventsParams, ErrorCode, Event, ItemDelta, SearchHit, Session, SessionItemsParams,
    SessionItemsResult, SessionListParams, SessionListResult, SessionSearchParams,
    SessionSearchResult,
};
use aside_store::{EventRow, ItemsQuery, SessionFilter};
use serde_json::value::RawValue;

use super::Engine;
use super::error::EngineError;
use super::limits::{DEFAULT_PAGE, EVENTS_PAGE, MAX_PAGE, MAX_SEARCH_BYTES};

/// The result of `chat/events`; the events are JSON as they were stored.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RawEvents {
    /// Whole `chat/event` params.
    pub events: Vec<Box<RawValue>>,
    /// What to pass as `afterSeq` next.
    pub next_seq: u64,
}

impl Engine {
    /// `session/list`.
    pub async fn list(
        self: &Arc<Self>,
        params: SessionListParams,
    ) -> Result<SessionListResult, EngineError> {
        let limit = page_limit(params.limit)?;
        let store = self.store().await?;
        self.repair().await?;
        let page = store
            .list_sessions(SessionFilter {
                cursor: params.cursor,
                limit,
                query: params.query,
                archived: params.archived,
                pinned: params.pinned,
                project_id: params.project_id,
            })
            .await?;
        Ok(SessionListResult {
            sessions: page.sessions.iter().map(crate::wire::session).collect(),
            next_cursor: page.next_cursor,
        })
    }

    /// `session/get`.
    pub async fn get(self: &Arc<Self>, session_id: &str) -> Result<Session, EngineError> {
        let store = self.store().await?;
        self.repair().await?;
        self.sync(session_id).await;
        let row = store.get_session(session_id).await?;
        Ok(crate::wire::session(&row))
    }

    /// `session/items`.
    pub async fn items(
        self: &Arc<Self>,
        params: SessionItemsParams,
    ) -> Result<SessionItemsResult, EngineError> {
        let limit = page_limit(params.limit)?;
        if params.before.is_some() && params.after.is_some() {
            return Err(EngineError::invalid(
                "`before` and `after` exclude each other; pass one of them",
            ));
        }
        let store = self.store().await?;
        self.repair().await?;
        self.sync(&params.session_id).await;
        let page = store
            .items_page(ItemsQuery {
                session_id: params.session_id,
                before: params.before,
                after: params.after,
                limit,
            })
            .await?;
        let mut items: Vec<Item> = page
            .items
            .iter()
            .filter_map(crate::wire::agent_item)
            .collect();
        append_deltas(&mut items, &page.deltas);
        Ok(SessionItemsResult {
            items: items.iter().map(crate::wire::item).collect(),
            turns: page.turns.iter().map(crate::wire::turn).collect(),
            seq: u64::try_from(page.last_seq).unwrap_or(0),
            prev_cursor: page.prev_cursor,
            next_cursor: page.next_cursor,
        })
    }

    /// `session/search`.
    pub async fn search(
        self: &Arc<Self>,
        params: SessionSearchParams,
    ) -> Result<SessionSearchResult, EngineError> {
        let limit = page_limit(params.limit)?;
        if params.query.len() > MAX_SEARCH_BYTES {
            return Err(EngineError::invalid(format!(
                "`query` has more than {MAX_SEARCH_BYTES} bytes; look for a few words"
            )));
        }
        let store = self.store().await?;
        let hits = store.search(&params.query, limit).await?.into_iter();
        let hits = hits.map(|hit| SearchHit {
            session_id: hit.session_id,
            item_id: hit.item_id,
            title: hit.title,
            snippet: hit.snippet,
            score: hit.score,
        });
        Ok(SessionSearchResult {
            hits: hits.collect(),
        })
    }

    /// `chat/events`.
    pub async fn events(
        self: &Arc<Self>,
        params: ChatEventsParams,
    ) -> Result<RawEvents, EngineError> {
        let after = i64::try_from(params.after_seq)
            .map_err(|_| EngineError::invalid("`afterSeq` is larger than any event's number"))?;
        let store = self.store().await?;
        self.repair().await?;
        self.sync(&params.session_id).await;
        // An unknown session is an error, not an empty list.
        store.get_session(&params.session_id).await?;
        let rows = store
            .events_after(&params.session_id, after, EVENTS_PAGE)
            .await?;
        let next_seq = rows.last().map_or(after, |row| row.seq);
        let events = rows.iter().map(event_json).collect::<Result<Vec<_>, _>>()?;
        Ok(RawEvents {
            events,
            next_seq: u64::try_from(next_seq).unwrap_or(0),
        })
    }
}

/// A stored event as the params of `chat/event`.
pub(super) fn event_params(row: &EventRow) -> String {
    crate::wire::event_params(&row.session_id, row.seq, row.turn_id.as_deref(), &row.json)
}

fn event_json(row: &EventRow) -> Result<Box<RawValue>, EngineError> {
    RawValue::from_string(event_params(row)).map_err(|error| {
        EngineError::new(
            ErrorCode::Storage,
            format!("event {} cannot be read: {error}", row.seq),
        )
    })
}

/// Adds streamed text that is stored as events to the items that it belongs to.
pub(super) fn append_deltas(items: &mut [Item], deltas: &[EventRow]) {
    for row in deltas {
        let Ok(Event::ItemDelta { item_id, delta }) = serde_json::from_str(&row.json) else {
            continue;
        };
        let Some(item) = items.iter_mut().find(|item| item.id == item_id) else {
            continue;
        };
        // A call's arguments and output come whole with its next row.
        if let (
            ItemBody::AssistantMessage { text, .. } | ItemBody::Reasoning { text, .. },
            ItemDelta::Text(more),
        ) = (&mut item.body, delta)
        {
            text.push_str(&more);
        }
    }
}

fn page_limit(limit: Option<u32>) -> Result<u32, EngineError> {
    match limit {
        None => Ok(DEFAULT_PAGE),
        Some(0) => Err(EngineError::invalid("`limit` must be at least 1")),
        Some(limit) => Ok(limit.min(MAX_PAGE)),
    }
}
