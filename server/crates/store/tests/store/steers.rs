//! Messages for a running turn.
use aside_store::{SteerRow, StoreError, Write};

use crate::support::{Folder, create, turn};

fn steer(session_id: &str, id: &str, message: Option<&str>) -> SteerRow {
    SteerRow {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        turn_id: "t1".to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        client_message_id: message.map(str::to_owned),
        content: "[]".to_owned(),
    }
}

fn taken(id: &str) -> Write {
    Write::DeleteSteer {
        session_id: "a".to_owned(),
        id: id.to_owned(),
    }
}

#[tokio::test]
async fn they_are_known_by_their_clients_ids_until_they_are_taken() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let batch = vec![
        Write::UpsertTurn(turn("a", "t1", "running")),
        Write::AddSteer(steer("a", "s1", Some("m1"))),
        Write::AddSteer(steer("a", "s2", None)),
    ];
    store.write(batch).await.unwrap();
    let found = store.find_client_message("a", "m1").await.unwrap().unwrap();
    assert_eq!((&*found.turn_id, &*found.status), ("t1", "running"));
    assert_eq!(store.find_client_message("b", "m1").await, Ok(None));
    let again = Write::AddSteer(steer("b", "s1", None));
    let result = store.write(vec![again]).await;
    assert!(
        matches!(result, Err(StoreError::Exists { .. })),
        "{result:?}"
    );
    // Only its own session's.
    let other = Write::DeleteSteer {
        session_id: "b".to_owned(),
        id: "s1".to_owned(),
    };
    store.write(vec![other]).await.unwrap();
    assert!(
        store
            .find_client_message("a", "m1")
            .await
            .unwrap()
            .is_some()
    );
    store.write(vec![taken("s1"), taken("s1")]).await.unwrap();
    assert_eq!(store.find_client_message("a", "m1").await, Ok(None));
    store.delete_session("a").await.unwrap();
}

#[tokio::test]
async fn those_of_a_dead_server_are_found_in_order() {
    let folder = Folder::new();
    let dead = folder.server("dead");
    create(&dead, &["a"]).await;
    dead.acquire("a").await.unwrap();
    let rows = [steer("a", "s2", None), steer("a", "s1", Some("m1"))];
    let mut batch = vec![Write::UpsertTurn(turn("a", "t1", "running"))];
    batch.extend(rows.iter().cloned().map(Write::AddSteer));
    dead.write(batch).await.unwrap();
    dead.close().await.unwrap();
    let store = folder.server("me");
    let found = store.take_over_dead().await.unwrap();
    assert_eq!(found[0].steers, rows);
}
