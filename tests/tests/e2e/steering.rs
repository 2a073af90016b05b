//! Messages that join the running turn.
use aside_script::{Gate, Reply};
use aside_tests::editor::Editor;
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, content, of_kind, patiently, read, say};

/// Says something to the running turn.
async fn steer(editor: &Editor, session: &str, words: &str, id: &str) -> Value {
    let params = json!({
        "sessionId": session, "delivery": "steer", "clientMessageId": id,
        "content": [{"type": "text", "text": words}],
    });
    editor.request("chat/send", params).await
}

/// The user's messages: their turn and what they say.
fn told(items: &[Value]) -> Vec<(String, String)> {
    let messages = items.iter().filter(|item| item["type"] == "userMessage");
    let told = messages.map(|item| {
        let words = text(item, "/content/0/text").to_owned();
        (text(item, "/turnId").to_owned(), words)
    });
    told.collect()
}

#[tokio::test]
async fn it_joins_the_turn_after_its_calls() {
    let gate = Gate::new();
    let stage = Stage::new([
        read("call-1", "a.txt").gate_before_head(&gate),
        say("As you say."),
    ]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Read.").await;
    patiently("the request", stage.model.wait_for_requests(1)).await;
    let first = steer(&editor, &session, "Quickly.", "m-1").await;
    let again = steer(&editor, &session, "Quickly.", "m-1").await;
    let second = steer(&editor, &session, "But well.", "m-2").await;
    let joined = json!({"sessionId": session, "turnId": sent.turn, "status": "running"});
    assert_eq!([&first, &again, &second], [&joined; 3]);
    // Until then it is no part of the conversation.
    assert_eq!(told(&editor.items(&session).await).len(), 1);
    gate.open();
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");

    let items = editor.items(&session).await;
    let kinds: Vec<&str> = items.iter().map(|item| text(item, "/type")).collect();
    let order = [
        "userMessage",
        "toolCall",
        "userMessage",
        "userMessage",
        "assistantMessage",
    ];
    assert_eq!(kinds, order);
    assert_eq!(items[2]["clientMessageId"], "m-1");
    let same = |words: &str| (sent.turn.clone(), words.to_owned());
    let all = [same("Read."), same("Quickly."), same("But well.")];
    assert_eq!(told(&items), all);
    let requests = stage.requests();
    let messages = requests[1]["messages"].as_array().unwrap();
    let roles: Vec<&str> = messages.iter().map(|it| text(it, "/role")).collect();
    let wanted = [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant",
        "user",
    ];
    assert_eq!(roles, wanted);
    assert_eq!(content(&messages[5]), "Quickly.");
    assert_eq!(requests.len(), 2);
    // Nor does it come again when the turn is over.
    assert_eq!(steer(&editor, &session, "Quickly.", "m-1").await, joined);
    let events = editor.checked_events(&session);
    assert_eq!(of_kind(&events, "turnStarted").len(), 1);
    editor.close().await;
}

#[tokio::test]
async fn a_turn_goes_on_that_would_have_ended() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new()
            .text("Done")
            .gate(&gate)
            .text(".")
            .finish("stop"),
        say("More."),
        say("Next."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Begin.").await;
    patiently("the gate", gate.reached()).await;
    steer(&editor, &session, "Not yet.", "m").await;
    let queued = editor.prompt(Some(&session), "And then?").await;
    gate.open();
    editor.completed(&sent.turn).await;
    editor.completed(&queued.turn).await;
    let items = editor.items(&session).await;
    let all = [
        (sent.turn.clone(), "Begin.".to_owned()),
        (sent.turn.clone(), "Not yet.".to_owned()),
        (queued.turn.clone(), "And then?".to_owned()),
    ];
    assert_eq!(told(&items), all);
    // What was sent once is sent the same again.
    let requests = stage.requests();
    for pair in requests.windows(2) {
        let (one, next) = (&pair[0]["messages"], &pair[1]["messages"]);
        let one = one.as_array().unwrap();
        assert_eq!(one[..], next.as_array().unwrap()[..one.len()]);
    }
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_turn_that_is_cancelled_leaves_it_to_the_next() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new().text("Half").gate(&gate).text(", lost"),
        say("Instead."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;
    let answer = steer(&editor, &session, "No: sing.", "m").await;
    assert_eq!(answer["turnId"], sent.turn);
    editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled");
    let is_next = |event: &Value| kind(event) == "turnCompleted" && event["turnId"] != sent.turn;
    let next = editor.wait_event("the next turn", is_next).await;
    assert_eq!(next["event"]["turn"]["stopReason"], "endTurn");
    let items = editor.items(&session).await;
    let next = text(&next, "/turnId").to_owned();
    let all = [
        (sent.turn.clone(), "Talk.".to_owned()),
        (next.clone(), "No: sing.".to_owned()),
    ];
    assert_eq!(told(&items), all);
    // Sent again, it names the turn that it became.
    let again = steer(&editor, &session, "No: sing.", "m").await;
    assert_eq!(again["turnId"], next);
    assert_eq!(stage.requests().len(), 2);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn with_no_turn_running_it_starts_one() {
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = steer(&editor, &session, "Hello?", "m").await;
    assert_eq!(sent["status"], "running");
    editor.completed(text(&sent, "/turnId")).await;
    assert_eq!(editor.items(&session).await.len(), 2);
    editor.close().await;
}

#[tokio::test]
async fn no_more_of_them_wait_than_prompts_may() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::say("One.").gate_before_head(&gate), say("Two.")]);
    let client = stage.client_with(json!({"turn": {"max_queued": 2}}));
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "First.").await;
    patiently("the gate", gate.reached()).await;
    steer(&editor, &session, "Second.", "m-2").await;
    steer(&editor, &session, "Third.", "m-3").await;
    let mut params = json!({"sessionId": session, "delivery": "steer"});
    for (content, code) in [
        (json!([{"type": "text", "text": "Fourth."}]), "busy"),
        (json!([{"type": "text", "text": "  "}]), "invalid"),
        (json!([]), "invalid"),
        (json!([{"type": "sound"}]), "invalid"),
    ] {
        params["content"] = content;
        let error = editor.fail("chat/send", params.clone()).await;
        assert_eq!(error.kind(), code, "{error:?}");
        check_sentence(&error.message);
    }
    params["delivery"] = json!("push");
    assert_eq!(editor.fail("chat/send", params).await.kind(), "invalid");
    gate.open();
    editor.completed(&sent.turn).await;
    assert_eq!(told(&editor.items(&session).await).len(), 3);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn hooks_about_prompts_see_it() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::say("One.").gate_before_head(&gate)]);
    let hook = "[[hooks]]\nevent = 'turn_start'\ncommand = '''case \"$(cat)\" in *forbidden*) echo 'Not that word.' >&2; exit 2;; esac'''\n";
    stage.world.configure(hook);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "First.").await;
    patiently("the gate", gate.reached()).await;
    let next = steer(&editor, &session, "Say something forbidden.", "m").await;
    assert_eq!(next["status"], "queued");
    gate.open();
    editor.completed(&sent.turn).await;
    let turn = editor.completed(text(&next, "/turnId")).await;
    assert_eq!(turn["error"]["code"], "denied", "{turn:#}");
    assert_eq!(stage.requests().len(), 1);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_kill_loses_none() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new().text("Half").gate(&gate).text(", lost"),
        say("Instead."),
        say("Last."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;
    steer(&editor, &session, "No: sing.", "m").await;
    editor.kill9().await;

    let editor = stage.open().await;
    let turns = editor
        .request("session/items", json!({"sessionId": session}))
        .await["turns"]
        .clone();
    assert_eq!(turns[0]["stopReason"], "interrupted", "{turns:#}");
    assert_eq!(turns[1]["status"], "queued", "{turns:#}");
    let again = steer(&editor, &session, "No: sing.", "m").await;
    assert_eq!(again["turnId"], turns[1]["id"]);
    assert_eq!(again["status"], "queued");
    // Like all that waits, it runs with the next message.
    let last = editor.prompt(Some(&session), "And?").await;
    editor.completed(&last.turn).await;
    let items = editor.items(&session).await;
    let words: Vec<String> = told(&items).into_iter().map(|(_, words)| words).collect();
    assert_eq!(words, ["Talk.", "No: sing.", "And?"]);
    assert_eq!(told(&items)[0].0, sent.turn);
    editor.close().await;
}

/// Waits until no turn runs.
async fn idle(editor: &Editor, session: &str) {
    let params = json!({"sessionId": session});
    let is_idle =
        async { while editor.request("session/get", params.clone()).await["status"] != "idle" {} };
    patiently("the last turn's end", is_idle).await;
}

/// All that the user said, sorted.
fn sorted(items: &[Value]) -> Vec<String> {
    let mut words: Vec<String> = told(items).into_iter().map(|(_, words)| words).collect();
    words.sort();
    words
}

#[tokio::test]
async fn none_is_lost_or_doubled_while_turns_end() {
    let stage = Stage::new((0..50).map(|_| say("Yes.")));
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let mut wanted = Vec::new();
    for number in 0..20 {
        let words = format!("message {number:02}");
        steer(&editor, &session, &words, &words).await;
        if number % 7 == 3 {
            let params = json!({"sessionId": session});
            editor.request("chat/cancel", params).await;
        }
        if number % 4 == 1 {
            // Sent again by a client that lost the answer.
            steer(&editor, &session, &words, &words).await;
        }
        if number % 10 == 9 {
            idle(&editor, &session).await;
        }
        wanted.push(words);
    }
    let items = editor.items(&session).await;
    assert_eq!(sorted(&items), wanted);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn none_is_lost_or_doubled_whenever_the_server_dies() {
    let stage = Stage::new((0..50).map(|_| say("Yes.")));
    let mut editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let mut wanted = Vec::new();
    for number in 0..16 {
        let words = format!("message {number:02}");
        steer(&editor, &session, &words, &words).await;
        wanted.push(words.clone());
        if number % 3 == 2 {
            editor.kill9().await;
            editor = stage.open().await;
            steer(&editor, &session, &words, &words).await;
        }
    }
    idle(&editor, &session).await;
    let items = editor.items(&session).await;
    assert_eq!(sorted(&items), wanted);
    editor.close().await;
}
