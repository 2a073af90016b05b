//! Logs: in a file, with the session's id, without secrets; nothing but protocol on stdout.
use aside_script::Reply;
use aside_tests::world::SECRET;
use serde_json::{Value, json};

use crate::common::{Stage, call, say};

#[tokio::test]
async fn the_log_names_the_session_and_no_secret() {
    let mut stage = Stage::new([
        call("call-1", "no_such_tool", json!({"secret": "not logged"})),
        say("Done."),
        // A provider that repeats the key must not put it into the log, the database or events.
        Reply::error(401, &format!("Incorrect API key provided: {SECRET}.")),
    ]);
    stage.world.set("ASIDE_LOG", "trace");
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello.").await;
    editor.turn(&session, "Hello again.").await;
    assert!(
        stage.model.requests()[0]
            .header("authorization")
            .is_some_and(|value| value == format!("Bearer {SECRET}"))
    );
    let state = editor.close().await;
    let log = stage.world.logs();
    assert!(
        log.contains(&session),
        "the log has no session id:\n{log:.2000}"
    );
    for line in log.lines() {
        let parsed: Result<Value, _> = serde_json::from_str(line);
        assert!(parsed.is_ok(), "a log line that is not JSON: {line}");
    }
    for file in stage.world.data_files() {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes());
        assert!(!found, "the key is in {}", file.display());
    }
    assert!(!state.stderr.contains(SECRET));
    let seen = format!("{:?}{:?}", state.events, state.notifications);
    assert!(!seen.contains(SECRET), "the key was shown to the client");
}

#[tokio::test]
async fn a_server_says_nothing_on_stderr_when_all_is_well() {
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello?").await;
    let state = editor.close().await;
    assert_eq!(state.stderr, "");
}
