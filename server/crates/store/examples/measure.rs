//! Prints how long the store's hot operations take with 1,000 sessions of 200 items.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for developers, which prints and stops at the first failure"
)]
use std::time::{Duration, Instant};

use aside_store::{
    EventRow, ItemRow, ItemsQuery, SessionFilter, SessionRow, Store, StoreOptions, TurnRow, Write,
    blob_hash,
};

const SESSIONS: usize = 1_000;
const ITEMS: usize = 200;
const ROUNDS: usize = 1_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let options = |id: &str| StoreOptions {
        path: folder.path().join("aside.db"),
        server_id: id.to_owned(),
        servers_dir: folder.path().join("servers"),
        busy_timeout: Duration::from_secs(5),
    };
    let begin = Instant::now();
    let store = Store::open(options("me")).unwrap().store;
    println!("open, new database          {:>10.1?}", begin.elapsed());
    for session in 0..SESSIONS {
        store.write(whole_session(session)).await.unwrap();
    }
    store.close().await.unwrap();
    let begin = Instant::now();
    let store = Store::open(options("me2")).unwrap().store;
    println!(
        "open, {SESSIONS} x {ITEMS} items       {:>10.1?}",
        begin.elapsed()
    );
    println!("{:?}", store.stats().await.unwrap());

    measure("list_sessions, 50", ROUNDS, async |_| {
        let filter = SessionFilter {
            limit: 50,
            ..SessionFilter::default()
        };
        assert_eq!(
            store.list_sessions(filter).await.unwrap().sessions.len(),
            50
        );
    })
    .await;
    measure("items_page, newest 50", ROUNDS, async |round| {
        let query = ItemsQuery {
            session_id: session_id(round * 7 % SESSIONS),
            limit: 50,
            ..ItemsQuery::default()
        };
        assert_eq!(store.items_page(query).await.unwrap().items.len(), 50);
    })
    .await;
    measure("take_over_dead, none", ROUNDS, async |_| {
        store.take_over_dead().await.unwrap();
    })
    .await;
    measure("acquire and release", ROUNDS, async |round| {
        let id = session_id(round % SESSIONS);
        store.acquire(id.clone()).await.unwrap();
        store.release(id, 0).await.unwrap();
    })
    .await;
    let id = session_id(3);
    store.acquire(id.clone()).await.unwrap();
    let up_to = 1_000_000;
    let reserve = Write::ReserveSeq {
        session_id: id.clone(),
        up_to,
    };
    store.write(vec![reserve]).await.unwrap();
    measure("write, 1 event", ROUNDS, async |round| {
        store.write(events(&id, round, 1)).await.unwrap();
    })
    .await;
    measure("write, 2,000 events", 50, async |round| {
        let batch = events(&id, ROUNDS + round * 2_000, 2_000);
        store.write(batch).await.unwrap();
    })
    .await;
    measure("write, blob of 1 MB of source", 50, async |round| {
        store.write(vec![blob(round)]).await.unwrap();
    })
    .await;
    measure("blob, 1 MB of source", 50, async |round| {
        let hash = blob_hash(source(round).as_bytes());
        assert!(store.blob(hash).await.unwrap().len() > 1_000_000);
    })
    .await;
    println!("{:?}", store.stats().await.unwrap());
    store.close().await.unwrap();
}

/// A little over a megabyte of text like source code, another in each round.
fn source(round: usize) -> String {
    (0..25_000)
        .map(|line| {
            format!(
                "    let value_{line} = compute(value_{}, {round});\n",
                line / 3
            )
        })
        .collect()
}

fn blob(round: usize) -> Write {
    let data = source(round).into_bytes();
    let hash = blob_hash(&data);
    Write::Blob { hash, data }
}

async fn measure(name: &str, rounds: usize, mut operation: impl AsyncFnMut(usize)) {
    let mut times = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let begin = Instant::now();
        operation(round).await;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "{name:<27} p50 {:>9.1?} p99 {:>9.1?} max {:>9.1?}",
        at(50),
        at(99),
        at(100)
    );
}

fn session_id(number: usize) -> String {
    format!("0198c0de-0000-7000-8000-{number:012}")
}

fn whole_session(number: usize) -> Vec<Write> {
    let session_id = session_id(number);
    let mut batch = vec![Write::CreateSession(SessionRow {
        id: session_id.clone(),
        title: format!("Session {number}"),
        updated_at: format!("2026-01-01T00:{:02}:{:02}Z", number / 60 % 60, number % 60),
        ..SessionRow::default()
    })];
    for item in 0..ITEMS {
        let turn_id = format!("0198c0de-{:04}-7001-8000-{number:012}", item / 10);
        if item % 10 == 0 {
            batch.push(Write::UpsertTurn(TurnRow {
                id: turn_id.clone(),
                session_id: session_id.clone(),
                status: "completed".to_owned(),
                ..TurnRow::default()
            }));
        }
        batch.push(Write::UpsertItem(ItemRow {
            id: format!("0198c0de-{item:04}-7002-8000-{number:012}"),
            session_id: session_id.clone(),
            turn_id,
            kind: "assistantMessage".to_owned(),
            status: "completed".to_owned(),
            json: format!("{{\"text\":\"{}\"}}", "word ".repeat(100)),
            first_seq: 1,
            ..ItemRow::default()
        }));
    }
    batch
}

fn events(session_id: &str, after: usize, count: usize) -> Vec<Write> {
    let first = 2_000 + after as i64;
    (first..first + count as i64)
        .map(|seq| {
            Write::Event(EventRow {
                session_id: session_id.to_owned(),
                seq,
                turn_id: Some("0198c0de-0000-7001-8000-000000000003".to_owned()),
                item_id: Some("0198c0de-0000-7002-8000-000000000003".to_owned()),
                json: "{\"type\":\"itemDelta\",\"text\":\"some words of an answer \"}".to_owned(),
            })
        })
        .collect()
}
