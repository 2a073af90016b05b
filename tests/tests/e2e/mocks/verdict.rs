//! What `llmock` thinks of how we treat its faults: nothing to blame, and nothing to warn of.
use serde_json::{Value, json};

use super::llmock::{behave, reply};
use super::script::{AFTER, FILE, PROMPT, STORY, edit_call, is_over, llmock, read_call};
use super::{Format, Outcome, Place};

in_each_format!(of_errors, super::check_errors);
in_each_format!(of_refusals, super::check_refusals);
in_each_format!(of_disconnects, super::check_disconnects);
in_each_format!(of_truncation, super::check_truncation);
in_each_format!(of_malformed_chunks, super::check_malformed_chunks);
in_each_format!(of_stalls, super::check_stalls);

/// Waits that are short, and grow past all doubt.
const SETTINGS: &str = "[providers]\nretry_base_ms = 100\nmax_retries = 5\n";

fn fail(status: u16, times: usize) -> Value {
    json!({"type": "fail", "status": status, "times": times})
}

/// The answers of a turn, the first of which is spoiled so many times.
fn turn(spoiled: usize) -> Vec<Value> {
    let mut turn = vec![reply("I read it.", &[read_call()]); spoiled + 1];
    turn.push(reply("I change it.", &[edit_call()]));
    turn.push(reply("It is blue now.", &[]));
    turn
}

#[track_caller]
fn check_whole(place: &Place, outcome: &Outcome, retries: usize, what: &str) {
    outcome.expect_story(STORY, what);
    assert_eq!(place.world.read(FILE), AFTER, "{what}");
    assert_eq!(outcome.retries(), retries, "{what}: {:#?}", outcome.events);
}

/// The server has nothing to blame. Nor to warn of, but for what it cannot know: that a client
/// which reads a short answer to its end has not ignored the chunk that was no JSON.
async fn check_verdict(place: &Place, what: &str) {
    let verdict = place.mock.get("/_llmock/verdict").await;
    assert_eq!(verdict["passed"], true, "{what}: {verdict:#}");
    let findings = verdict["findings"].as_array().unwrap().iter();
    let others = findings.filter(|finding| finding["code"] != "malformed_chunk_ignored");
    assert_eq!(others.count(), 0, "{what}: {verdict:#}");
}

async fn check_errors(format: Format, test: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    place.world.configure(SETTINGS);
    let mut limited = fail(429, 2);
    limited["retry_after"] = json!(0.3);
    let mut overloaded = fail(529, 1);
    overloaded["retry_after"] = json!(0.2);
    let editor = place.open().await;
    for (fault, retries) in [
        (fail(500, 3), 3),
        // A second is asked for where nothing is said.
        (fail(503, 1), 1),
        (fail(408, 1), 1),
        (limited, 2),
        (overloaded, 1),
    ] {
        let what = fault.to_string();
        behave(&place, &[vec![fault.clone()], turn(0)].concat()).await;
        let outcome = place.turn(&editor, PROMPT).await;
        check_whole(&place, &outcome, retries, &what);
        // Told before it is waited for, and in seconds here.
        let asked = fault["retry_after"].as_f64().unwrap_or_default();
        for retrying in outcome.retryings() {
            let waited = retrying["delayMs"].as_f64().unwrap();
            assert!(waited >= asked * 1000.0, "{what}: {retrying:#}");
        }
        check_verdict(&place, &what).await;
    }
    editor.close().await;
}

async fn check_refusals(format: Format, test: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    place.world.configure(SETTINGS);
    let editor = place.open().await;
    for status in [400, 401, 403, 404, 422] {
        behave(&place, &[vec![fail(status, 1)], turn(0)].concat()).await;
        let outcome = place.turn(&editor, PROMPT).await;
        assert_eq!(outcome.turn["stopReason"], "error", "{status}");
        assert_eq!(outcome.retries(), 0, "{status}");
        check_verdict(&place, &format!("{status}")).await;
    }
    // Nobody waits an hour unasked, and coming sooner is what the server forbids.
    let mut limited = fail(429, 1);
    limited["retry_after"] = json!(3600);
    behave(&place, &[vec![limited], turn(0)].concat()).await;
    let outcome = place.turn(&editor, PROMPT).await;
    assert_eq!(
        outcome.turn["error"]["code"], "rateLimited",
        "{:#}",
        outcome.turn
    );
    assert_eq!(outcome.retries(), 0);
    let verdict = place.mock.get("/_llmock/verdict").await;
    assert_eq!(
        (&verdict["passed"], &verdict["attempts"]),
        (&json!(true), &json!(1))
    );
    editor.close().await;
}

async fn check_disconnects(format: Format, test: &str) {
    check_all_places(format, test, "disconnect").await;
}

async fn check_truncation(format: Format, test: &str) {
    check_all_places(format, test, "truncate").await;
}

async fn check_malformed_chunks(format: Format, test: &str) {
    check_all_places(format, test, "malformed").await;
}

/// The fault comes at each event of an answer in turn: before, in and after the call in it.
async fn check_all_places(format: Format, test: &str, kind: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    place.world.configure(Place::QUICK);
    let editor = place.open().await;
    for after in 0..=events_to_the_end(&place).await {
        let fault = json!({"type": "stream_fault", "kind": kind, "after_chunks": after});
        let what = format!("{kind} after {after} events");
        behave(&place, &[vec![fault], turn(1)].concat()).await;
        let outcome = place.turn(&editor, PROMPT).await;
        check_whole(&place, &outcome, 1, &what);
        check_verdict(&place, &what).await;
    }
    editor.close().await;
}

/// How many events the first answer has before the one that says that it has come to its end.
async fn events_to_the_end(place: &Place) -> usize {
    behave(place, &turn(0)).await;
    place
        .run(PROMPT)
        .await
        .expect_good("a turn with nothing wrong");
    let answer = String::from_utf8_lossy(&place.tap.asked()[0].answer).into_owned();
    let mut events = answer.lines().filter(|line| line.starts_with("data: "));
    let count = events.position(is_over);
    count.unwrap_or_else(|| panic!("an answer without an end: {answer}"))
}

async fn check_stalls(format: Format, test: &str) {
    let Some(place) = llmock(format, test).await else {
        return;
    };
    let settings = format!("{SETTINGS}idle_timeout_s = 5\n");
    place.world.configure(&settings);
    let editor = place.open().await;
    for after in [0, 2] {
        let fault = json!({
            "type": "stream_fault", "kind": "stall", "after_chunks": after, "stall_seconds": 600,
        });
        let what = format!("a stall after {after} events");
        behave(&place, &[vec![fault], turn(1)].concat()).await;
        let outcome = place.turn(&editor, PROMPT).await;
        check_whole(&place, &outcome, 1, &what);
        check_verdict(&place, &what).await;
    }
    editor.close().await;
}
