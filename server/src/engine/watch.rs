//! What other servers on the workspace do: their events are shown here too.
use std::sync::{Arc, Weak};

use aside_store::Store;
use tokio::time::MissedTickBehavior;

use super::Engine;
use super::error::EngineError;
use super::limits::POLL_INTERVAL;
use super::queries::event_params;

/// How many events are passed on at once.
const BATCH: u32 = 500;

/// Starts to watch, if the front wants to know.
pub async fn start(engine: &Arc<Engine>, store: &Store) -> Result<(), EngineError> {
    if !engine.front.wants_foreign_events() {
        return Ok(());
    }
    let seen = store.max_event_rowid().await?;
    tokio::spawn(watch(Arc::downgrade(engine), store.clone(), seen));
    Ok(())
}

async fn watch(engine: Weak<Engine>, store: Store, mut seen: i64) {
    let mut ticks = tokio::time::interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut version = 0;
    loop {
        ticks.tick().await;
        let Some(engine) = engine.upgrade() else {
            return;
        };
        // Changes only when another connection writes, so that looking costs next to nothing.
        let Ok(now) = store.data_version().await else {
            continue;
        };
        let permissions = engine.permissions();
        if now == version && !permissions.is_users_file_new() {
            continue;
        }
        if let Err(error) = permissions.refresh(&store).await {
            tracing::warn!(%error, "others' rules of permission cannot be read now");
        }
        match relay(&engine, &store, &mut seen).await {
            Ok(()) => version = now,
            Err(error) => tracing::warn!(%error, "others' events cannot be read now"),
        }
    }
}

async fn relay(engine: &Engine, store: &Store, seen: &mut i64) -> Result<(), EngineError> {
    loop {
        let page = store.foreign_events(*seen, BATCH).await?;
        for (_, row) in &page.events {
            engine.front.relay(event_params(row)).await;
        }
        if page.up_to <= *seen {
            return Ok(());
        }
        *seen = page.up_to;
    }
}
