//! Calls that do not end as they should.
use std::time::Duration;

use aside_mcp::{McpError, ServerState};
use futures_util::future::join;
use serde_json::{Map, json};
use tokio_util::sync::CancellationToken;

use super::{Pair, hostile};
use crate::common::{Host, PATIENCE, call, called, pass, text, watched};

/// The server was told that a call is cancelled.
async fn check_told(pair: &Pair) {
    let told = async {
        loop {
            let told = text(&pair.manager, "bad", "cancelled", json!({})).await;
            if told.contains("requestId") {
                return;
            }
        }
    };
    let told = tokio::time::timeout(PATIENCE, told).await;
    told.expect("it was told");
}

#[tokio::test]
async fn a_crash_ends_all_calls_at_once() {
    let pair = Pair::new("plain");
    text(&pair.manager, "bad", "echo", json!({})).await;
    let hanging = called(&pair.manager, call("bad", "hang", json!({})));
    let crashing = called(&pair.manager, call("bad", "crash", json!({})));
    let (hanging, crashing) = join(hanging, crashing).await;
    for (result, tool) in [(hanging, "hang"), (crashing, "crash")] {
        let error = result.expect_err("it died");
        assert!(
            matches!(&error, McpError::Died { request, .. } if request == tool),
            "{error:?}"
        );
        let said = error.to_string();
        assert!(said.contains("exit code 17"), "{said}");
        assert!(said.contains("segmentation fault, almost"), "{said}");
    }
    // It is started again, and takes calls meanwhile.
    let said = text(&pair.manager, "bad", "echo", json!({"say": "back"})).await;
    assert_eq!(said, "back");
    pair.end().await;
}

#[tokio::test]
async fn one_that_ends_again_and_again_fails() {
    let pair = Pair::new("plain");
    let mut deaths = 0;
    // The first start and three more; the fifth call starts it anew, as no time passed since.
    while deaths < 4 {
        let error = called(&pair.manager, call("bad", "crash", json!({}))).await;
        assert!(matches!(error, Err(McpError::Died { .. })), "{error:?}");
        deaths += 1;
    }
    let heard = pair
        .host
        .until(|heard| {
            heard
                .states
                .contains(&("bad".to_owned(), ServerState::Failed))
        })
        .await;
    let failed = heard
        .statuses
        .get("bad")
        .and_then(|status| status.error.clone());
    assert!(failed.is_some_and(|said| said.contains("4 times in a row")));
    let said = text(&pair.manager, "bad", "echo", json!({"say": "back"})).await;
    assert_eq!(said, "back");
    pair.end().await;
}

#[tokio::test]
async fn a_silent_call_is_cancelled() {
    let mut config = hostile("bad", "plain");
    let limit = Duration::from_millis(200);
    config.tool_timeouts.insert("hang".to_owned(), limit);
    let pair = Pair::of(config);
    let result = called(&pair.manager, call("bad", "hang", json!({}))).await;
    assert!(matches!(result, Err(McpError::Idle { .. })), "{result:?}");
    // The server was told, and goes on.
    check_told(&pair).await;
    pair.end().await;
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let pair = Pair::new("plain");
    text(&pair.manager, "bad", "echo", json!({})).await;
    let asking = called(&pair.manager, call("bad", "ask", json!({})));
    tokio::select! {
        result = asking => panic!("it ended: {result:?}"),
        _ = pair.host.until(|heard| !heard.asked.is_empty()) => {}
    }
    check_told(&pair).await;
    pair.end().await;
}

#[tokio::test]
async fn a_cancelled_start_ends_the_wait() {
    let pair = Pair::new("silent");
    let mut waiting = call("bad", "echo", json!({}));
    let cancel = CancellationToken::new();
    waiting.cancel = cancel.clone();
    cancel.cancel();
    let result = called(&pair.manager, waiting).await;
    assert!(matches!(result, Err(McpError::Cancelled { .. })));
    pair.end().await;
}

#[tokio::test]
async fn one_that_reads_nothing_holds_nobody_up() {
    let pair = Pair::new("plain");
    // More than a pipe takes.
    let long = "x".repeat(1024 * 1024);
    for (tool, arguments) in [("silence", json!({})), ("echo", json!({"say": long}))] {
        let mut silent = call("bad", tool, arguments);
        silent.idle_timeout = Some(Duration::from_millis(300));
        let result = called(&pair.manager, silent).await;
        assert!(matches!(result, Err(McpError::Idle { .. })), "{result:?}");
    }
    pair.end().await;
}

#[tokio::test]
async fn progress_only_grows() {
    let pair = Pair::new("plain");
    let mut moving = call("bad", "progress", json!({}));
    let seen = watched(&mut moving);
    called(&pair.manager, moving).await.expect("it answers");
    let done: Vec<f64> = {
        let seen = seen.lock().expect("no one panicked");
        seen.iter().map(|progress| progress.done).collect()
    };
    assert!(
        done.iter().all(|done| [1.0, 2.0, 3.0].contains(done)),
        "{done:?}"
    );
    assert!(done.is_sorted(), "{done:?}");
    pair.end().await;
}

#[tokio::test]
async fn a_question_stops_the_clock() {
    // The user does not answer before the call is cancelled, long after its time.
    let pair = Pair::new("plain");
    let cancel = CancellationToken::new();
    let limit = Duration::from_secs(10);
    let mut asking = call("bad", "ask", json!({}));
    asking.idle_timeout = Some(limit);
    asking.cancel = cancel.clone();
    let later = async {
        pair.host.until(|heard| !heard.asked.is_empty()).await;
        pass(limit * 2).await;
        // The call would be over before this one, if it had been out of time.
        text(&pair.manager, "bad", "echo", json!({})).await;
        cancel.cancel();
    };
    let (result, ()) = join(called(&pair.manager, asking), later).await;
    assert!(
        matches!(result, Err(McpError::Cancelled { .. })),
        "{result:?}"
    );
    pair.end().await;
}

#[tokio::test]
async fn the_answer_of_the_user_arrives() {
    let answer = Map::from_iter([("why".to_owned(), json!("because"))]);
    let pair = Pair::with(Host::new(&[], Some(answer)), hostile("bad", "plain"));
    let said = text(&pair.manager, "bad", "ask", json!({})).await;
    assert!(said.contains(r#""content":{"why":"because"}"#), "{said}");
    assert!(said.contains(r#""id":"q""#), "{said}");
    pair.end().await;
}

#[tokio::test]
async fn a_flood_of_questions_is_thinned() {
    let pair = Pair::new("plain");
    let said = text(&pair.manager, "bad", "many", json!({})).await;
    assert_eq!(said, "asked");
    text(&pair.manager, "bad", "echo", json!({})).await;
    assert!(pair.host.heard().asked.len() <= 16);
    pair.end().await;
}

#[tokio::test]
async fn calls_of_many_sessions_share_one_start() {
    let pair = Pair::new("plain");
    let calls = (0..20).map(|_| text(&pair.manager, "bad", "echo", json!({"say": "a"})));
    let said = futures_util::future::join_all(calls).await;
    assert!(said.iter().all(|said| said == "a"));
    let starts = pair.host.heard().states;
    let bad = ("bad".to_owned(), ServerState::Starting);
    assert_eq!(starts.iter().filter(|state| **state == bad).count(), 1);
    pair.end().await;
}

#[tokio::test]
async fn questions_in_rounds_are_answered() {
    let answer = Map::from_iter([("why".to_owned(), json!("because"))]);
    let pair = Pair::with(Host::new(&[], Some(answer)), hostile("bad", "modern"));
    let said = text(&pair.manager, "bad", "rounds", json!({})).await;
    let said: serde_json::Value = serde_json::from_str(&said).expect("it is JSON");
    let expected = json!({
        "q": {"action": "accept", "content": {"why": "because"}},
        "f": {"roots": []},
    });
    assert_eq!(said, expected);
    pair.end().await;
}

#[tokio::test]
async fn lists_that_do_not_come_hold_up_no_calls() {
    let mut config = hostile("bad", "mute");
    // It is the limit of the list of tools too, which does come.
    config.call_timeout = Duration::from_secs(2);
    let pair = Pair::of(config);
    let said = text(&pair.manager, "bad", "echo", json!({"say": "a"})).await;
    assert_eq!(said, "a");
    let prompts = pair.manager.prompts("bad").await;
    assert!(matches!(prompts, Err(McpError::Idle { .. })), "{prompts:?}");
    let resources = pair.manager.resources("bad").await;
    assert!(
        matches!(resources, Err(McpError::Idle { .. })),
        "{resources:?}"
    );
    pair.end().await;
}
