//! The audit log: one chain for all servers, and what becomes of it in bad hands.
use aside_store::{AuditEntry, AuditFilter, LOSS, Store, Verdict, Write};
use rusqlite::Connection;

use crate::support::{Folder, create};

fn entry(session: Option<&str>, at: &str, json: &str) -> Write {
    Write::Audit(AuditEntry {
        at: at.to_owned(),
        session_id: session.map(str::to_owned),
        turn_id: session.map(|_| "t".to_owned()),
        kind: "tool".to_owned(),
        json: json.to_owned(),
    })
}

async fn append(store: &Store, count: usize) {
    for number in 0..count {
        let json = format!(r#"{{"n":{number}}}"#);
        let at = format!("2026-01-0{}T00:00:00Z", number % 9 + 1);
        store
            .write(vec![entry(Some("s"), &at, &json)])
            .await
            .unwrap();
    }
}

/// What `tamper` does to a log of five rows, as the next look finds it.
async fn tampered(tamper: &str) -> Verdict {
    let folder = Folder::new();
    let store = folder.server("a");
    append(&store, 5).await;
    assert_eq!(store.verify_audit().await.unwrap().broken, None);
    let other = Connection::open(folder.path()).unwrap();
    for trigger in ["appended", "not_changed", "not_deleted"] {
        let sql = format!("DROP TRIGGER audit_is_{trigger}");
        other.execute_batch(&sql).unwrap();
    }
    other.execute_batch(tamper).unwrap();
    store.verify_audit().await.unwrap()
}

async fn check(tamper: &str, seq: i64, why: &str) {
    let verdict = tampered(tamper).await;
    let broken = verdict.broken.unwrap();
    assert_eq!((broken.seq, verdict.rows), (seq, seq - 1), "{tamper}");
    assert!(broken.why.contains(why), "{tamper}: {}", broken.why);
}

#[tokio::test]
async fn a_changed_row_is_found() {
    let other = "is not what was appended";
    check("UPDATE audit SET json = '{}' WHERE seq = 3", 3, other).await;
    check("UPDATE audit SET at = '1' WHERE seq = 1", 1, other).await;
    check("UPDATE audit SET turn_id = NULL WHERE seq = 5", 5, other).await;
    check("UPDATE audit SET session_id = 't', turn_id = 's'", 1, other).await;
    check("UPDATE audit SET hash = prev_hash WHERE seq = 2", 2, other).await;
    let follows = "does not follow";
    check(
        "UPDATE audit SET prev_hash = hash WHERE seq = 2",
        2,
        follows,
    )
    .await;
    check("DELETE FROM audit WHERE seq = 3", 3, "is missing").await;
    check("DELETE FROM audit WHERE seq = 1", 1, "is missing").await;
    check(
        "UPDATE audit SET seq = seq + 1 WHERE seq = 5",
        5,
        "is missing",
    )
    .await;
}

#[tokio::test]
async fn rows_cut_off_the_end_are_found() {
    let cut = "all up to row 5";
    check("DELETE FROM audit WHERE seq > 4", 5, cut).await;
    check("DELETE FROM audit WHERE seq > 2", 3, cut).await;
    check("DELETE FROM audit", 1, cut).await;
}

#[tokio::test]
async fn the_log_itself_says_that_rows_are_gone() {
    let folder = Folder::new();
    let store = folder.server("a");
    append(&store, 5).await;
    let other = Connection::open(folder.path()).unwrap();
    let cut = "DROP TRIGGER audit_is_not_deleted; DELETE FROM audit WHERE seq > 3;";
    other.execute_batch(cut).unwrap();
    append(&store, 1).await;
    let verdict = store.verify_audit().await.unwrap();
    assert_eq!(
        (verdict.broken, verdict.losses, verdict.rows),
        (None, vec![4], 5)
    );
    let rows = store.audit_newest(AuditFilter::default(), 2).await.unwrap();
    assert_eq!(rows[0].entry.kind, LOSS);
    assert!(rows[0].entry.json.starts_with(r#"{"notedSeq":5,"#));
    // A chain that was made anew up to the same number has another hash than the noted one.
    other
        .execute_batch(
            "DROP TRIGGER audit_is_not_changed;
             UPDATE audit SET hash = prev_hash WHERE seq = 5",
        )
        .unwrap();
    append(&store, 1).await;
    let rows = store.audit_newest(AuditFilter::default(), 2).await.unwrap();
    assert_eq!(rows[0].entry.kind, LOSS);
}

#[tokio::test]
async fn the_database_itself_refuses_changes() {
    let folder = Folder::new();
    let store = folder.server("a");
    append(&store, 2).await;
    let other = Connection::open(folder.path()).unwrap();
    for sql in [
        "UPDATE audit SET json = '{}'",
        "DELETE FROM audit",
        "INSERT INTO audit SELECT seq + 2, at, session_id, turn_id, kind, json, prev_hash, hash \
         FROM audit LIMIT 1 OFFSET 1",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT 0, at, session_id, turn_id, kind, json, prev_hash, hash \
         FROM audit LIMIT 1",
    ] {
        assert!(other.execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(store.verify_audit().await.unwrap().rows, 2);
}

#[tokio::test]
async fn several_servers_write_one_chain() {
    let folder = Folder::new();
    let stores = ["a", "b", "c"].map(|id| folder.server(id));
    let writers = stores.iter().map(|store| append(store, 40));
    futures_join(writers.collect()).await;
    let verdict = stores[0].verify_audit().await.unwrap();
    assert_eq!(
        (verdict.rows, verdict.broken, verdict.losses),
        (120, None, vec![])
    );
}

async fn futures_join(futures: Vec<impl Future<Output = ()>>) {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        match futures.is_empty() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing_and_a_session_that_goes_leaves_its_rows() {
    let folder = Folder::new();
    let store = folder.server("a");
    create(&store, &["s"]).await;
    append(&store, 2).await;
    let none = Write::ClientMessage {
        session_id: "nobody".to_owned(),
        client_message_id: "m".to_owned(),
        turn_id: "t".to_owned(),
    };
    let failed = store.write(vec![entry(None, "2026", "{}"), none]).await;
    assert!(failed.is_err());
    assert_eq!(store.verify_audit().await.unwrap().rows, 2);
    store.delete_session("s").await.unwrap();
    let filter = AuditFilter {
        session_id: Some("s".to_owned()),
        since: None,
    };
    assert_eq!(store.audit_newest(filter, 10).await.unwrap().len(), 2);
    // The chain goes on in the next server.
    store.close().await.unwrap();
    let store = folder.server("b");
    append(&store, 3).await;
    let verdict = store.verify_audit().await.unwrap();
    assert_eq!((verdict.rows, verdict.broken), (5, None));
}

#[tokio::test]
async fn the_newest_rows_that_fit_are_shown_oldest_first() {
    let folder = Folder::new();
    let store = folder.server("a");
    append(&store, 5).await;
    store
        .write(vec![entry(None, "2026-01-09", "{}")])
        .await
        .unwrap();
    let numbers = async |filter: AuditFilter, limit: u32| -> Vec<i64> {
        let rows = store.audit_newest(filter, limit).await.unwrap();
        rows.iter().map(|row| row.seq).collect()
    };
    let of = |session: Option<&str>, since: Option<&str>| AuditFilter {
        session_id: session.map(str::to_owned),
        since: since.map(str::to_owned),
    };
    assert_eq!(numbers(of(None, None), 3).await, [4, 5, 6]);
    assert_eq!(numbers(of(Some("s"), None), 3).await, [3, 4, 5]);
    assert_eq!(numbers(of(None, Some("2026-01-04")), 9).await, [4, 5, 6]);
    assert_eq!(numbers(of(Some("x"), None), 9).await, [0; 0]);
    assert_eq!(numbers(of(None, None), 0).await, [0; 0]);
}

#[tokio::test]
async fn a_note_that_is_damaged_costs_nothing() {
    let folder = Folder::new();
    let store = folder.server("a");
    append(&store, 1).await;
    let mut note = folder.path().into_os_string();
    note.push("-audit");
    for text in ["", "x", "99999999999999999999 x\n", &"9".repeat(500)] {
        #[allow(clippy::disallowed_methods, reason = "the test damages a file")]
        std::fs::write(&note, text).unwrap();
        append(&store, 1).await;
    }
    let verdict = store.verify_audit().await.unwrap();
    assert_eq!(
        (verdict.rows, verdict.broken, verdict.losses),
        (5, None, vec![])
    );
}
