//! The audit log: what was done and who allowed it, in a chain that shows what is done to it.
use aside_tests::process::{Finished, run};
use aside_tests::world::SECRET;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::{Stage, call, edit, read, say};

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

async fn rows(stage: &Stage, more: &[&str]) -> Vec<Value> {
    let arguments = [&["audit", "show", "--json"], more].concat();
    let done = aside(stage, &arguments).await.expect_code(0);
    let lines = done.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn shown(rows: &[Value]) -> String {
    let line = |row: &Value| {
        let what = &row["what"];
        let words = ["name", "status", "outcome", "by", "permissionMode", "kind"];
        let words = words.map(|key| what[key].as_str().unwrap_or_default());
        format!("{} {}", row["kind"].as_str().unwrap(), words.join(" "))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn editing() -> Stage {
    let stage = Stage::new([
        read("call-1", "a.txt"),
        edit("call-2", "a.txt", "one", "two"),
        call("call-3", "read_file", json!({"path": "/etc/shadow"})),
        say("Done."),
    ]);
    stage.world.write("a.txt", "one\n");
    stage
}

async fn played(stage: &Stage) {
    let arguments = ["run", "--permission-mode", "acceptEdits", "Do it."];
    aside(stage, &arguments).await.expect_code(0);
}

#[tokio::test]
async fn what_is_done_is_recorded_and_the_chain_is_whole() {
    let stage = editing();
    played(&stage).await;
    let rows = rows(&stage, &[]).await;
    expect_test::expect![[r#"
        toolStart read_file acceptEdits
        tool read_file completed
        toolStart edit_file acceptEdits
        edit applied modify
        tool edit_file completed
        tool read_file failed"#]]
    .assert_eq(&shown(&rows));
    let edited = rows.iter().find(|row| row["kind"] == "edit").unwrap();
    let what = &edited["what"];
    assert!(what["path"].as_str().unwrap().ends_with("a.txt"), "{what}");
    assert_ne!(what["beforeHash"], what["afterHash"]);
    let verified = aside(&stage, &["audit", "verify", "--json"])
        .await
        .expect_code(0);
    let verdict: Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(verdict["rows"], rows.len());
    assert_eq!(verdict["hash"], rows.last().unwrap()["hash"]);
    assert_eq!(
        (&verdict["broken"], &verdict["losses"]),
        (&Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn who_was_asked_is_recorded() {
    let stage = editing();
    aside(&stage, &["run", "Do it."]).await.expect_code(3);
    let rows = rows(&stage, &[]).await;
    let asked = rows.iter().find(|row| row["kind"] == "permission").unwrap();
    let what = &asked["what"];
    assert_eq!(
        (&what["outcome"], &what["by"]),
        (&json!("unavailable"), &json!("nobody"))
    );
    assert_eq!(what["name"], "edit_file");
}

#[tokio::test]
async fn rows_stay_when_their_session_goes_and_are_found_by_it() {
    let stage = Stage::new([
        read("call-1", "a.txt"),
        say("One."),
        read("call-2", "a.txt"),
        say("Two."),
    ]);
    stage.world.write("a.txt", "one\n");
    played(&stage).await;
    played(&stage).await;
    let all = rows(&stage, &[]).await;
    let session = all[0]["sessionId"].as_str().unwrap();
    let of_session = rows(&stage, &["--session", session]).await;
    assert!(!of_session.is_empty() && of_session.len() < all.len());
    aside(&stage, &["sessions", "delete", session])
        .await
        .expect_code(0);
    assert_eq!(rows(&stage, &["--session", session]).await, of_session);
    assert_eq!(rows(&stage, &["--limit", "1"]).await, all[all.len() - 1..]);
    assert_eq!(rows(&stage, &["--since", "2020-01-01"]).await, all);
    assert_eq!(
        rows(&stage, &["--since", "2999-01-01"]).await,
        [Value::Null; 0]
    );
    aside(&stage, &["audit", "show", "--since", "soon"])
        .await
        .expect_code(2);
    aside(&stage, &["audit", "verify"]).await.expect_code(0);
}

#[tokio::test]
async fn secrets_do_not_get_into_it() {
    let stage = Stage::new([
        call("call-1", "grep", json!({"pattern": SECRET})),
        say("Done."),
    ]);
    played(&stage).await;
    let rows = rows(&stage, &[]).await;
    assert!(shown(&rows).contains("grep"));
    let text = format!("{rows:?}");
    assert!(!text.contains(SECRET), "{text}");
    assert!(text.contains("[redacted]"), "{text}");
}

/// What `aside audit verify` says after somebody did this to the database.
async fn check_found(sql: &str, wanted: &str) {
    let stage = editing();
    played(&stage).await;
    let database = Connection::open(stage.world.database()).unwrap();
    assert!(database.execute("DELETE FROM audit", []).is_err());
    for trigger in ["appended", "not_changed", "not_deleted"] {
        let drop = format!("DROP TRIGGER audit_is_{trigger}");
        database.execute_batch(&drop).unwrap();
    }
    database.execute_batch(sql).unwrap();
    drop(database);
    let done = aside(&stage, &["audit", "verify"]).await.expect_code(1);
    assert!(done.stdout.contains(wanted), "{sql}: {done:?}");
}

#[tokio::test]
async fn what_is_done_to_the_log_is_found() {
    check_found(
        "UPDATE audit SET json = replace(json, 'a.txt', 'b.txt') WHERE seq = 3",
        "row 3 is not what was appended",
    )
    .await;
    check_found("DELETE FROM audit WHERE seq = 2", "row 2 is missing").await;
    check_found(
        "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
        "is missing, and all up to row",
    )
    .await;
}

#[tokio::test]
async fn calls_without_a_model_are_recorded_and_leave_nothing() {
    let stage = Stage::new([]);
    let command = r#"{"command": "echo x > a.txt"}"#;
    let refused = ["tools", "call", "bash", command];
    aside(&stage, &refused).await.expect_code(3);
    let made = [&refused[..], &["--yes"]].concat();
    aside(&stage, &made).await.expect_code(0);
    let missing = ["tools", "call", "read_file", r#"{"path": "none"}"#];
    aside(&stage, &missing).await.expect_code(1);
    let rows = rows(&stage, &[]).await;
    expect_test::expect![[r#"
        permission bash allowed user
        toolStart bash ask
        tool bash completed
        toolStart read_file ask
        tool read_file failed"#]]
    .assert_eq(&shown(&rows));
    assert_eq!(stage.world.read("a.txt"), "x\n");
    let scratch = stage.world.data_dir().join("scratch");
    assert_eq!(std::fs::read_dir(scratch).unwrap().count(), 0);
}
