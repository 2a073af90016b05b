//! After a crash: what a dead server left unfinished becomes `interrupted`.
use aside_agent::item::{Item, ItemRecord};
use aside_protocol::Event;
use aside_store::{EventRow, SessionPatch, Store, TakenOver, Write};

use super::actor::turn_of;
use super::error::EngineError;
use super::queries::append_deltas;
use crate::audit::{self, At};
use crate::clock;

/// Repairs every session whose owner is dead. Recorded, not shown: clients read the result.
pub async fn repair(store: &Store) -> Result<(), EngineError> {
    // Each round takes a bounded number and releases them, so this ends.
    loop {
        let dead = store.take_over_dead().await?;
        if dead.is_empty() {
            return Ok(());
        }
        for taken in dead {
            let session_id = taken.session.id.clone();
            let (writes, last_seq) = repairs(taken);
            tracing::warn!(session = session_id, "a turn was interrupted by a crash");
            store.write(writes).await?;
            store.release(&*session_id, last_seq).await?;
        }
    }
}

fn repairs(taken: TakenOver) -> (Vec<Write>, i64) {
    let session_id = taken.session.id.clone();
    let mut seq = taken.lease.next_seq;
    let mut writes = Vec::new();
    let mut event =
        |turn_id: &str, item_id: Option<String>, event: &Event, writes: &mut Vec<Write>| {
            writes.push(Write::Event(EventRow {
                session_id: session_id.clone(),
                seq,
                turn_id: Some(turn_id.to_owned()),
                item_id,
                json: crate::wire::to_json(event),
            }));
            seq += 1;
        };

    let mut records: Vec<(ItemRecord, i64)> = taken
        .items
        .iter()
        .filter_map(|row| crate::wire::item_record(row).map(|record| (record, row.first_seq)))
        .collect();
    let mut items: Vec<Item> = records
        .iter()
        .map(|(record, _)| record.item.clone())
        .collect();
    append_deltas(&mut items, &taken.deltas);
    for ((record, first_seq), item) in records.iter_mut().zip(items) {
        record.item = item;
        record.item.interrupt();
        let at = At {
            session: &taken.session.id,
            turn: Some(&record.item.turn_id),
        };
        writes.extend(audit::interrupted(at, &record.item));
        writes.push(Write::UpsertItem(crate::wire::item_row(
            &taken.session.id,
            record,
            *first_seq,
        )));
        let completed = Event::ItemCompleted {
            item: crate::wire::item(&record.item),
        };
        event(
            &record.item.turn_id,
            Some(record.item.id.clone()),
            &completed,
            &mut writes,
        );
    }
    for mut turn in taken.turns {
        turn.status = "completed".to_owned();
        turn.stop_reason = Some("interrupted".to_owned());
        turn.completed_at = Some(clock::now());
        let completed = Event::TurnCompleted {
            turn: crate::wire::turn(&turn),
        };
        event(&turn.id.clone(), None, &completed, &mut writes);
        writes.push(Write::UpsertTurn(turn));
    }
    // What the turn was told in its last moments waits for its own.
    for steer in taken.steers {
        writes.extend(turn_of(steer).1);
    }
    writes.push(Write::UpdateSession {
        id: taken.session.id.clone(),
        patch: SessionPatch {
            status: Some("idle".to_owned()),
            ..SessionPatch::default()
        },
    });
    (writes, seq - 1)
}
