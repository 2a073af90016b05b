//! Providers that refuse, fail, hang or break off: one typed error, the partial answer kept. What
//! is asked again before that is in `retries`.
use aside_script::{Gate, Reply};
use aside_tests::editor::Editor;
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, call, check_sentence, patiently, read, say};

/// No second try.
fn once() -> Value {
    json!({"providers": {"max_retries": 0}})
}

/// Small limits as well, so that what hangs ends soon.
fn quick() -> Value {
    json!({"providers": {
        "first_byte_timeout_s": 1, "idle_timeout_s": 1, "max_retries": 0,
    }})
}

/// The turn fails with this code, says what to do, and the next prompt works.
async fn check(reply: Reply, code: &str, retryable: bool, partial: &str) {
    check_with(once(), reply, code, retryable, partial).await;
}

/// The same of a provider that neither goes on nor ends.
async fn check_hanging(reply: Reply, partial: &str) {
    check_with(quick(), reply, "provider", true, partial).await;
}

async fn check_with(settings: Value, reply: Reply, code: &str, retryable: bool, partial: &str) {
    let shown = format!("{reply:?}");
    let failing = reply.clone();
    let script = aside_script::Script::answering(move |body, _| {
        let messages = body["messages"].as_array().map_or(0, Vec::len);
        let is_first = messages == 2;
        if is_first {
            failing.clone()
        } else {
            say("Better.")
        }
    });
    let stage = Stage::with_script(script);
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "error", "{shown:.300}: {turn:#}");
    assert_eq!(text(&turn, "/error/code"), code, "{shown:.300}: {turn:#}");
    assert_eq!(
        turn["error"]["retryable"], retryable,
        "{shown:.300}: {turn:#}"
    );
    check_sentence(text(&turn, "/error/message"));
    let events = editor.checked_events(&session);
    assert_eq!(kind(events.last().unwrap()), "turnCompleted");
    let items = editor.items(&session).await;
    let kept: String = items
        .iter()
        .filter(|item| item["type"] == "assistantMessage")
        .map(|item| {
            assert_eq!(item["status"], "interrupted", "{item:#}");
            text(item, "/text").to_owned()
        })
        .collect();
    assert_eq!(kept, partial, "{shown:.300}");
    let turn = editor.turn(&session, "Again.").await;
    assert!(turn["stopReason"].is_string(), "{turn:#}");
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn answers_with_an_error_status() {
    check(Reply::error(401, "Incorrect API key."), "auth", false, "").await;
    check(Reply::error(403, "Not allowed."), "auth", false, "").await;
    check(
        Reply::error(404, "The model does not exist."),
        "provider",
        false,
        "",
    )
    .await;
    check(Reply::error(400, "Bad request."), "provider", false, "").await;
    check(
        Reply::error(429, "Slow down.").header("retry-after", "0"),
        "rateLimited",
        true,
        "",
    )
    .await;
    check(Reply::error(500, "Overloaded."), "provider", true, "").await;
    check(Reply::error(503, "Overloaded."), "provider", true, "").await;
    check(
        Reply::body(500, "text/html", "<html>oh no</html>"),
        "provider",
        true,
        "",
    )
    .await;
    check(Reply::body(502, "text/plain", ""), "provider", true, "").await;
}

#[tokio::test]
async fn answers_that_are_no_stream() {
    // A web page comes from a wrong URL or a proxy, which trying again does not change.
    check(
        Reply::body(200, "text/html", "<html>hello</html>"),
        "provider",
        false,
        "",
    )
    .await;
    check(
        Reply::bare().raw("not HTTP at all\r\n\r\n"),
        "provider",
        true,
        "",
    )
    .await;
    check(Reply::bare().close(), "provider", true, "").await;
    check(
        Reply::raw_stream().raw("data: not json\n\n"),
        "provider",
        true,
        "",
    )
    .await;
    check(
        Reply::raw_stream().raw("data: {\"error\":{\"message\":\"The server had an error.\"}}\n\n"),
        "provider",
        true,
        "",
    )
    .await;
}

#[tokio::test]
async fn streams_that_break_off_keep_what_came() {
    check(
        Reply::new().text("Half").text(" of it").close(),
        "provider",
        true,
        "Half of it",
    )
    .await;
    check(
        Reply::new().text("Half").without_done(),
        "provider",
        true,
        "Half",
    )
    .await;
}

#[tokio::test]
async fn a_stream_without_done_but_with_a_reason_is_whole() {
    let stage = Stage::new([Reply::new().text("All.").finish("stop").without_done()]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    assert_eq!(editor.items(&session).await[1]["status"], "completed");
    editor.close().await;
}

#[tokio::test]
async fn providers_that_hang() {
    let gate = Gate::new();
    check_hanging(Reply::say("Never.").gate_before_head(&gate), "").await;
    check_hanging(Reply::new().text("Half").gate(&gate), "Half").await;
    check_hanging(Reply::new().gate(&gate), "").await;
}

#[tokio::test]
async fn nobody_listens() {
    let mut stage = Stage::new([]);
    stage.world.set("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    let editor = stage.open_with(stage.client_with(once())).await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(text(&turn, "/error/code"), "provider", "{turn:#}");
    check_sentence(text(&turn, "/error/message"));
    assert!(
        text(&turn, "/error/message").contains("127.0.0.1:9"),
        "{turn:#}"
    );
    editor.close().await;
}

/// The code and the message with which a prompt fails, at once or in its turn.
async fn refusal(editor: &Editor) -> (String, String) {
    let content = json!([{"type": "text", "text": "Talk."}]);
    match editor
        .try_request("chat/send", json!({"content": content}))
        .await
    {
        Err(error) => (error.kind().to_owned(), error.message),
        Ok(sent) => {
            let turn = editor.completed(text(&sent, "/turnId")).await;
            let part = |pointer| text(&turn, pointer).to_owned();
            (part("/error/code"), part("/error/message"))
        }
    }
}

#[tokio::test]
async fn settings_that_name_no_usable_model() {
    for (name, value) in [
        ("OPENAI_BASE_URL", "not a url"),
        ("OPENAI_BASE_URL", "ftp://127.0.0.1/v1"),
        ("ASIDE_MODEL", "anthropic/not-yet"),
    ] {
        let mut stage = Stage::new([]);
        stage.world.set(name, value);
        let editor = stage.open().await;
        let (code, message) = refusal(&editor).await;
        assert_eq!(code, "noModel", "{name}={value}: {message}");
        check_sentence(&message);
        assert!(stage.requests().is_empty());
        editor.is_alive().await;
        editor.close().await;
    }
}

#[tokio::test]
async fn a_model_that_no_table_knows_is_asked_for_as_it_is_named() {
    for (value, sent) in [
        ("openai/scripted", "scripted"),
        ("somebody/model-7b", "somebody/model-7b"),
    ] {
        let mut stage = Stage::new([say("Hello.")]);
        stage.world.set("ASIDE_MODEL", value);
        let editor = stage.open().await;
        let session = editor.create(json!({})).await;
        editor.turn(&session, "Talk.").await;
        assert_eq!(stage.requests()[0]["model"], sent);
        editor.close().await;
    }
}

#[tokio::test]
async fn no_key_says_which_variable_to_set() {
    let mut stage = Stage::new([]);
    stage.world.unset("OPENAI_API_KEY");
    stage.world.unset("OPENAI_BASE_URL");
    let editor = stage.open().await;
    let (code, message) = refusal(&editor).await;
    assert!(
        ["noModel", "auth"].contains(&code.as_str()),
        "{code}: {message}"
    );
    assert!(message.contains("OPENAI_API_KEY"), "{message}");
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_turn_keeps_the_tool_calls() {
    let stage = Stage::new([
        read("call-1", "a.txt"),
        Reply::error(401, "No more."),
        say("Again."),
    ]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open_with(stage.client_with(once())).await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Read it.").await;
    assert_eq!(text(&turn, "/error/code"), "auth");
    assert_eq!(editor.items(&session).await[1]["status"], "completed");
    editor.turn(&session, "Again.").await;
    assert!(stage.tool_result("call-1").contains("one"));
    editor.close().await;
}

#[tokio::test]
async fn a_tool_call_that_is_cut_off_is_not_run() {
    let cut = Reply::new()
        .tool_call(
            "call-1",
            "write_file",
            &["{\"path\":\"a.txt\",\"content\":\"cut"],
        )
        .close();
    let script = aside_script::Script::answering(move |body, _| {
        match body["messages"].as_array().map_or(0, Vec::len) {
            2 => cut.clone(),
            _ => say("Again."),
        }
    });
    let stage = Stage::with_script(script);
    let editor = stage.open_with(stage.client_with(once())).await;
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Write it.").await;
    assert_eq!(turn["stopReason"], "error");
    assert!(!stage.world.path("a.txt").exists());
    editor.checked_events(&session);
    editor.turn(&session, "Again.").await;
    editor.close().await;
}

#[tokio::test]
async fn a_model_that_calls_the_same_for_ever_is_stopped() {
    let script = aside_script::Script::answering(|_, number| {
        call(
            &format!("call-{number}"),
            "read_file",
            json!({"path": "a.txt"}),
        )
    });
    let stage = Stage::with_script(script);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = patiently("the end", editor.turn(&session, "Read it.")).await;
    assert!(
        ["error", "maxIterations"].contains(&text(&turn, "/stopReason")),
        "{turn:#}"
    );
    let count = stage.requests().len();
    assert!(count <= 20, "{count} requests before the loop was seen");
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_turn_has_a_bounded_number_of_requests() {
    let script = aside_script::Script::answering(|_, number| {
        let path = format!("file-{number}.txt");
        call(
            &format!("call-{number}"),
            "read_file",
            json!({"path": path}),
        )
    });
    let stage = Stage::with_script(script);
    let editor = stage
        .open_with(stage.client_with(json!({"turn": {"max_iterations": 5}})))
        .await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Read all.").await;
    assert_eq!(turn["stopReason"], "maxIterations", "{turn:#}");
    assert_eq!(stage.requests().len(), 5);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn stop_reasons_are_told() {
    for (reason, expected) in [
        ("length", "maxTokens"),
        ("content_filter", "refusal"),
        ("stop", "endTurn"),
    ] {
        let stage = Stage::new([Reply::new().text("So far").finish(reason)]);
        let editor = stage.open().await;
        let session = editor.create(json!({})).await;
        let turn = editor.turn(&session, "Talk.").await;
        assert_eq!(turn["stopReason"], expected, "{turn:#}");
        editor.checked_events(&session);
        editor.close().await;
    }
}

#[tokio::test]
async fn events_cut_anywhere_are_put_together() {
    let event = |text: &str| {
        format!(
            "data: {}\r\n\r\n",
            json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
        )
    };
    let stop = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let stream = format!(
        ": a comment\r\n\r\n{}{}data: {stop}\r\n\r\n",
        event("Grüße "),
        event("😀!")
    );
    let reply = stream
        .into_bytes()
        .into_iter()
        .fold(Reply::raw_stream(), |reply, byte| reply.raw([byte]));
    let stage = Stage::new([reply]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    assert_eq!(editor.items(&session).await[1]["text"], "Grüße 😀!");
    editor.close().await;
}
