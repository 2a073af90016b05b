//! Servers that are killed, or whose disk fills up, in processes of their own.
use std::time::Duration;

use aside_store::{SEQ_BLOCK, Store, StoreError, Write};

use crate::support::{
    Folder, Running, create, delta, event, ids, item, options, parent_folder, say, session, turn,
    wait_for_parent,
};

const BUSY: Duration = Duration::from_secs(20);

/// The child owns three sessions, in the middle of turns, and waits to be killed.
async fn owner_to_be_killed(folder: &std::path::Path, id: &str) {
    let store = Store::open(options(folder, id, BUSY)).unwrap().store;
    let sessions = ["busy", "leased", "queue"];
    create(&store, &sessions).await;
    for session in sessions {
        store.acquire(session).await.unwrap();
    }
    let batch = vec![
        Write::UpsertTurn(turn("busy", "done", "completed")),
        Write::UpsertTurn(turn("busy", "run", "running")),
        Write::UpsertTurn(turn("busy", "wait", "queued")),
        Write::Event(delta("busy", 1, "whole")),
        Write::UpsertItem(item("busy", "run", "whole", "completed")),
        Write::UpsertItem(item("busy", "run", "text", "inProgress")),
        Write::Event(delta("busy", 2, "text")),
        Write::Event(event("busy", 3)),
        Write::Event(delta("busy", 4, "text")),
        Write::UpsertItem(item("busy", "run", "tool1", "pending")),
        Write::UpsertItem(item("busy", "run", "tool2", "waiting")),
        Write::UpsertItem(item("busy", "run", "tool3", "running")),
        Write::UpsertItem(item("busy", "run", "tool4", "rejected")),
        Write::UpsertTurn(turn("queue", "later", "queued")),
    ];
    store.write(batch).await.unwrap();
    say("ready", "");
    wait_for_parent();
}

fn start(folder: &Folder, test: &str) -> Running {
    let mut child = folder.child(test, "");
    child.hear("ready");
    child
}

#[tokio::test]
async fn a_killed_servers_sessions_are_taken_over() {
    if let Some(folder) = parent_folder() {
        return owner_to_be_killed(&folder, "victim").await;
    }
    let folder = Folder::new();
    let child = start(&folder, "killed::a_killed_servers_sessions_are_taken_over");
    let store = folder.server("me");
    assert_eq!(store.is_alive("victim"), Ok(true));
    assert_eq!(store.take_over_dead().await, Ok(Vec::new()));
    assert!(matches!(
        store.acquire("busy").await,
        Err(StoreError::Busy { .. })
    ));
    child.kill();
    assert!(matches!(
        store.acquire("busy").await,
        Err(StoreError::NeedsRepair { .. })
    ));
    assert!(matches!(
        store
            .write(vec![Write::UpsertTurn(turn("busy", "t", "queued"))])
            .await,
        Err(StoreError::NeedsRepair { .. })
    ));
    assert_eq!(store.is_alive("victim"), Ok(false));
    assert!(!folder.files().contains(&"victim.lock".to_owned()));

    let mut taken = store.take_over_dead().await.unwrap();
    taken.sort_by(|a, b| a.session.id.cmp(&b.session.id));
    let names: Vec<_> = taken.iter().map(|it| it.session.id.as_str()).collect();
    assert_eq!(names, ["busy", "leased", "queue"]);
    let busy = &taken[0];
    assert_eq!(busy.session.owner.as_deref(), Some("me"));
    assert_eq!(busy.session.last_seq, 4);
    assert_eq!(busy.lease.next_seq, SEQ_BLOCK + 1);
    assert_eq!(busy.turns, [turn("busy", "run", "running")]);
    assert_eq!(ids(&busy.items), ["text", "tool1", "tool2", "tool3"]);
    assert_eq!(
        busy.deltas,
        [delta("busy", 2, "text"), delta("busy", 4, "text")]
    );
    for other in &taken[1..] {
        assert_eq!((other.turns.len(), other.items.len()), (0, 0));
    }
    assert_eq!(store.queued_turns("queue").await.unwrap().len(), 1);

    // The repair, and the next turn.
    let seq = busy.lease.next_seq;
    let repair = vec![
        Write::UpsertItem(item("busy", "run", "text", "interrupted")),
        Write::UpsertTurn(turn("busy", "run", "completed")),
        Write::Event(event("busy", seq)),
    ];
    store.write(repair).await.unwrap();
    store.release("busy", seq).await.unwrap();
    let next = store.acquire("busy").await.unwrap();
    assert_eq!(next.next_seq, seq + 1);
    assert_eq!(store.take_over_dead().await, Ok(Vec::new()));
}

#[tokio::test]
async fn only_one_of_many_takes_over() {
    if let Some(folder) = parent_folder() {
        return owner_to_be_killed(&folder, "victim").await;
    }
    let folder = Folder::new();
    let child = start(&folder, "killed::only_one_of_many_takes_over");
    let servers: Vec<_> = (0..6).map(|it| folder.server(&format!("s{it}"))).collect();
    child.kill();
    let tasks: Vec<_> = servers
        .iter()
        .cloned()
        .map(|store| tokio::spawn(async move { store.take_over_dead().await }))
        .collect();
    let mut taken = Vec::new();
    for task in tasks {
        taken.extend(task.await.unwrap().unwrap());
    }
    assert_eq!(taken.len(), 3);
}

/// The child writes events one by one and says each number before it is killed.
async fn writer_to_be_killed(folder: &std::path::Path) {
    let store = Store::open(options(folder, "writer", BUSY)).unwrap().store;
    if store.get_session("a").await.is_err() {
        create(&store, &["a"]).await;
    }
    for taken in store.take_over_dead().await.unwrap() {
        store
            .release(taken.session.id, taken.lease.next_seq - 1)
            .await
            .unwrap();
    }
    let mut lease = store.acquire("a").await.unwrap();
    loop {
        if lease.next_seq > lease.reserved_until {
            lease.reserved_until = store.reserve_more("a").await.unwrap();
        }
        let seq = lease.next_seq;
        lease.next_seq += 1;
        // As the server does: shown to clients first, written a little later.
        say("seq", seq);
        store
            .write(vec![Write::Event(event("a", seq))])
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn no_number_is_given_twice_across_kills() {
    if let Some(folder) = parent_folder() {
        return writer_to_be_killed(&folder).await;
    }
    let folder = Folder::new();
    let mut last = 0;
    // The last one goes past a block, so that reserving more is part of it.
    for count in [1, 3, SEQ_BLOCK + 200] {
        let mut child = folder.child("killed::no_number_is_given_twice_across_kills", "");
        for _ in 0..count {
            let seq: i64 = child.hear("seq").parse().unwrap();
            assert!(seq > last, "{seq} after {last}");
            last = seq;
        }
        if let Some(said) = child.kill().last() {
            last = said.strip_prefix("seq ").unwrap().parse().unwrap();
        }
    }
}

/// The child may write files of 256 KiB at most, and counts what was acknowledged.
async fn writer_on_a_full_disk(folder: &std::path::Path) {
    let store = Store::open(options(folder, "full", BUSY)).unwrap().store;
    create(&store, &["a"]).await;
    let lease = store.acquire("a").await.unwrap();
    let row = |seq: i64| {
        let mut row = event("a", seq);
        row.json = format!("\"{}\"", "x".repeat(5_000));
        Write::Event(row)
    };
    let mut acknowledged = 0;
    let error = loop {
        match store.write(vec![row(lease.next_seq + acknowledged)]).await {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error, StoreError::Full);
    // It can still be read, and says the same again.
    let events = store.events_after("a", 0, 10_000).await.unwrap();
    assert_eq!(events.len() as i64, acknowledged);
    let result = store.write(vec![Write::CreateSession(session("b"))]).await;
    assert!(
        matches!(result, Ok(()) | Err(StoreError::Full)),
        "{result:?}"
    );
    let large = (0..100).map(|it| row(lease.next_seq + acknowledged + it));
    assert_eq!(store.write(large.collect()).await, Err(StoreError::Full));
    say("acknowledged", acknowledged);
    wait_for_parent();
    let _ = store.close().await;
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    if let Some(folder) = parent_folder() {
        return writer_on_a_full_disk(&folder).await;
    }
    let folder = Folder::new();
    let mut child = folder.child(
        "killed::a_full_disk_refuses_and_loses_nothing",
        "trap '' XFSZ; ulimit -f 2048;",
    );
    let acknowledged: usize = child.hear("acknowledged").parse().unwrap();
    assert!(acknowledged > 0);
    child.tell();
    child.wait();
    let store = folder.server("me");
    let events = store.events_after("a", 0, 10_000).await.unwrap();
    assert_eq!(events.len(), acknowledged);
    let taken = store.take_over_dead().await.unwrap();
    assert_eq!(taken.len(), 1);
    let seq = taken[0].lease.next_seq;
    store
        .write(vec![Write::Event(event("a", seq))])
        .await
        .unwrap();
}
