//! `fallback_models`: who answers where the session's own model fails.
use aside_script::{Gate, Reply, Script, ScriptServer};
use aside_tests::process::run;
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, TOKENS, call, check_sentence, check_types, of_kind, read, say};

/// A stage with two servers: the first one's model is the session's own, `second/backup` is asked
/// where it fails.
struct Pair {
    stage: Stage,
    second: ScriptServer,
}

impl Pair {
    fn new(
        first: impl IntoIterator<Item = Reply>,
        second: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let stage = Stage::new(first);
        let second = ScriptServer::start(Script::new(second)).expect("the second model starts");
        let pair = Self { stage, second };
        pair.configure("second/backup");
        pair
    }

    fn configure(&self, fallback_models: &str) {
        let url = self.second.url();
        self.stage.world.configure(&format!(
            "fallback_models = \"{fallback_models}\"\n\
             [providers]\nretry_base_ms = 1\nmax_retries = 1\n\
             [providers.second]\nbase_url = \"{url}\"\n"
        ));
    }

    /// The models that the second server was asked for.
    fn asked_second(&self) -> Vec<Value> {
        let requests = self.second.requests();
        requests
            .iter()
            .map(|request| request.body["model"].clone())
            .collect()
    }
}

/// The notices that another model is asked, as level and message.
fn notices(events: &[Value]) -> Vec<(String, String)> {
    let notices = of_kind(events, "notice").into_iter().map(|event| {
        let part = |pointer| text(&event, pointer).to_owned();
        (part("/level"), part("/message"))
    });
    notices
        .filter(|(_, message)| message.contains("going on with"))
        .collect()
}

/// The first model fails like this for good, and the second one answers. `words` is in what the
/// user is told.
async fn check(failing: Reply, words: &str) {
    let shown = format!("{failing:.300?}");
    let pair = Pair::new([failing.clone(), failing], [say("I am the second.")]);
    let editor = pair.stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{shown}: {turn:#}");
    assert_eq!(pair.asked_second(), ["backup"], "{shown}");
    let events = editor.checked_events(&session);
    check_types(&events);
    let notices = notices(&events);
    let [(level, notice)] = notices.as_slice() else {
        panic!("{shown}: {notices:#?}");
    };
    assert_eq!(level, "warning", "{shown}");
    check_sentence(notice);
    for part in ["openai/scripted", words, "second/backup"] {
        assert!(notice.contains(part), "{shown}: {notice}");
    }
    // What was used is told under the name of who was asked, and the session keeps its own.
    let usage = editor.request("usage/get", json!({})).await;
    let days = usage["days"].as_array().unwrap();
    let models: Vec<(&Value, &Value)> = days
        .iter()
        .map(|day| (&day["model"], &day["usage"]["inputTokens"]))
        .collect();
    let expected = (&json!("second/backup"), &json!(TOKENS.input));
    assert_eq!(models, [expected], "{shown}: {usage:#}");
    let session = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    assert_eq!(session["model"], "openai/scripted", "{shown}");
    editor.close().await;
}

#[tokio::test]
async fn the_second_answers_where_the_first_fails() {
    check(Reply::error(401, "Incorrect API key."), "Incorrect API key").await;
    check(
        Reply::error(403, "Not in your country."),
        "Not in your country",
    )
    .await;
    check(Reply::error(404, "No such model."), "No such model").await;
    check(Reply::error(500, "Overloaded."), "Overloaded").await;
    check(
        Reply::error(429, "Quota.").header("retry-after", "900"),
        "Quota",
    )
    .await;
    check(Reply::bare().close(), "127.0.0.1").await;
    check(Reply::body(200, "text/html", "<html></html>"), "web page").await;
    check(Reply::new().text("Half").close(), "broke").await;
}

#[tokio::test]
async fn nobody_listens_at_the_first() {
    let mut pair = Pair::new([], [say("I am the second.")]);
    pair.stage
        .world
        .set("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    let editor = pair.stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let notices = notices(&editor.checked_events(&session));
    assert!(notices[0].1.contains("127.0.0.1:9"), "{notices:?}");
    editor.close().await;
}

/// A request that is wrong is as wrong elsewhere.
#[tokio::test]
async fn a_wrong_request_is_not_asked_elsewhere() {
    for status in [400, 422] {
        let pair = Pair::new([Reply::error(status, "Bad request.")], [say("Never.")]);
        let editor = pair.stage.open().await;
        let session = editor.create(json!({})).await;
        let turn = editor.turn(&session, "Talk.").await;
        assert_eq!(text(&turn, "/error/code"), "provider", "{turn:#}");
        assert!(pair.asked_second().is_empty());
        editor.close().await;
    }
}

#[tokio::test]
async fn where_all_fail_the_error_of_the_last_is_told() {
    let pair = Pair::new(
        [Reply::error(401, "The first refuses.")],
        [Reply::error(403, "The second refuses.")],
    );
    let editor = pair.stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "error", "{turn:#}");
    assert_eq!(text(&turn, "/error/code"), "auth");
    let message = text(&turn, "/error/message");
    assert!(message.contains("The second refuses"), "{message}");
    let notices = notices(&editor.checked_events(&session));
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].1.contains("The first refuses"), "{notices:?}");
    // There is a key for a server that nobody gave one: what to do is told of the second.
    assert!(message.contains("second"), "{message}");
    editor.close().await;
}

#[tokio::test]
async fn a_fallback_that_is_not_set_up_is_left_out() {
    let pair = Pair::new([Reply::error(401, "No.")], [say("I am the second.")]);
    // The first has no key, the second is the session's own.
    pair.configure("anthropic/claude-sonnet-4-5 openai/scripted second/backup");
    let editor = pair.stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    assert_eq!(pair.stage.requests().len(), 1);
    assert_eq!(pair.asked_second(), ["backup"]);
    let logs = pair.stage.world.logs();
    assert!(logs.contains("anthropic/claude-sonnet-4-5"), "{logs}");
    editor.close().await;
}

#[tokio::test]
async fn the_second_goes_on_with_what_the_first_began() {
    let pair = Pair::new(
        [
            read("call-1", "a.txt"),
            Reply::error(401, "The key has expired."),
            say("The first again."),
        ],
        [
            call("call-2", "list_directory", json!({})),
            say("It says one."),
        ],
    );
    pair.stage.world.write("a.txt", "one\n");
    let editor = pair.stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Read it.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let seconds = pair.second.requests();
    let told = seconds[0].body.to_string();
    assert!(told.contains("call-1") && told.contains("one"), "{told}");
    // It answers to the end of the turn; the next turn begins with the session's own.
    assert_eq!(seconds.len(), 2);
    editor.turn(&session, "And now?").await;
    assert_eq!(pair.stage.requests().len(), 3);
    let told = pair.stage.requests()[2].to_string();
    assert!(
        told.contains("call-2") && told.contains("It says one."),
        "{told}"
    );
    let usage = &turn["usage"];
    assert_eq!(usage["inputTokens"], 3 * TOKENS.input, "{turn:#}");
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_cancel_is_no_failure() {
    let gate = Gate::new();
    let pair = Pair::new([Reply::new().text("Half").gate(&gate)], [say("Never.")]);
    let editor = pair.stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("text", |event| kind(event) == "itemDelta")
        .await;
    editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled", "{turn:#}");
    assert!(pair.asked_second().is_empty());
    editor.close().await;
}

#[tokio::test]
async fn headless_the_change_is_told_and_the_exit_code_is_0() {
    let pair = Pair::new([Reply::error(401, "No.")], [say("I am the second.")]);
    let done = run(&pair.stage.world, &["run", "Talk."], "")
        .await
        .expect_code(0);
    assert_eq!(done.stdout.trim(), "I am the second.");
    assert!(
        done.stderr.contains("going on with second/backup"),
        "{}",
        done.stderr
    );
}
