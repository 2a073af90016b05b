//! Permission: the four modes, the ways to ask, and answers that are late, missing or nonsense.
use aside_tests::editor::{Answer, Asks, Client, Editor};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, edit, only_call, output, say};

/// One edit in a session of this mode, by an editor with these habits.
struct Outcome {
    stage: Stage,
    editor: Editor,
    session: String,
    call: Value,
    events: Vec<Value>,
}

async fn edit_with(params: Value, habits: impl FnOnce(&mut Client)) -> Outcome {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("Done."),
        say("More."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    habits(&mut client);
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create(params).await;
    let turn = editor.turn(&session, "Change it.").await;
    assert!(turn["stopReason"].is_string());
    let events = editor.checked_events(&session);
    let call = only_call(&events);
    Outcome {
        stage,
        editor,
        session,
        call,
        events,
    }
}

impl Outcome {
    fn asked(&self) -> usize {
        self.editor.asked("chat/requestPermission").len()
            + self.editor.asked("window/showMessageRequest").len()
    }

    fn resolved(&self) -> Vec<String> {
        self.events
            .iter()
            .filter(|event| kind(event) == "permissionResolved")
            .map(|event| text(event, "/event/outcome").to_owned())
            .collect()
    }

    async fn check(self, status: &str, asked: usize, buffer: &str) -> Self {
        assert_eq!(
            (text(&self.call, "/status"), self.asked()),
            (status, asked),
            "{:#}",
            self.call
        );
        assert_eq!(self.editor.buffer(&self.stage.world.path("a.txt")), buffer);
        assert_eq!(self.stage.world.read("a.txt"), "one\n");
        if status == "rejected" {
            check_sentence(output(&self.call).trim());
            assert_eq!(self.stage.tool_result("call-1"), output(&self.call));
        }
        // Whatever came of it, the session goes on.
        let turn = self.editor.turn(&self.session, "More.").await;
        assert!(turn["stopReason"].is_string());
        self
    }
}

#[tokio::test]
async fn the_mode_decides() {
    for (mode, status, asked, buffer) in [
        ("ask", "completed", 1, "two\n"),
        ("acceptEdits", "completed", 0, "two\n"),
        ("readOnly", "rejected", 0, "one\n"),
        ("full", "completed", 0, "two\n"),
    ] {
        let outcome = edit_with(json!({"permissionMode": mode}), |_| {}).await;
        let outcome = outcome.check(status, asked, buffer).await;
        outcome.editor.close().await;
    }
}

#[tokio::test]
async fn the_question_says_what_would_happen() {
    let outcome = edit_with(json!({}), |_| {}).await;
    let asked = outcome.editor.asked("chat/requestPermission");
    let question = &asked[0];
    assert_eq!(question["sessionId"], outcome.session);
    assert_eq!(question["item"]["status"], "waiting");
    assert_eq!(question["item"]["name"], "edit_file");
    check_sentence(text(question, "/reason"));
    let path = outcome.stage.world.path("a.txt");
    assert_eq!(
        question["effects"],
        json!([{"type": "writePath", "path": path}])
    );
    let kinds: Vec<&str> = question["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| text(option, "/kind"))
        .collect();
    for needed in ["allowOnce", "allowSession", "rejectOnce"] {
        assert!(kinds.contains(&needed), "{kinds:?}");
    }
    let preview = &question["preview"][0];
    let diff = text(preview, "/diff");
    assert!(diff.contains("-one") && diff.contains("+two"), "{diff}");
    let typed: Result<aside_protocol::ChatRequestPermissionParams, _> =
        serde_json::from_value(question.clone());
    assert!(typed.is_ok(), "{typed:?}");
    // The events tell of the question and its answer.
    let order: Vec<&str> = outcome
        .events
        .iter()
        .map(kind)
        .filter(|kind| kind.starts_with("permission"))
        .collect();
    assert_eq!(order, ["permissionRequested", "permissionResolved"]);
    outcome
        .check("completed", 1, "two\n")
        .await
        .editor
        .close()
        .await;
}

#[tokio::test]
async fn a_rejection_is_told_to_the_model() {
    for asks in [Asks::RequestPermission, Asks::ShowMessageRequest] {
        let outcome = edit_with(json!({}), |client| {
            client.asks = asks;
            client.answer = Answer::Kind("rejectOnce");
        })
        .await;
        outcome
            .check("rejected", 1, "one\n")
            .await
            .editor
            .close()
            .await;
    }
}

#[tokio::test]
async fn a_question_by_buttons_is_enough() {
    let outcome = edit_with(json!({}), |client| client.asks = Asks::ShowMessageRequest).await;
    let asked = outcome.editor.asked("window/showMessageRequest");
    assert!(text(&asked[0], "/message").contains("a.txt"), "{asked:#?}");
    outcome
        .check("completed", 1, "two\n")
        .await
        .editor
        .close()
        .await;
}

#[tokio::test]
async fn with_nobody_to_ask_it_is_refused_and_says_so() {
    let outcome = edit_with(json!({}), |client| client.asks = Asks::Nothing).await;
    let said = output(&outcome.call).to_lowercase();
    assert!(
        said.contains("ask") || said.contains("permission"),
        "{said}"
    );
    assert_eq!(outcome.resolved(), ["expired"]);
    // No capability announces `window/showMessageRequest`, so only the answer shows it.
    assert!(outcome.editor.asked("chat/requestPermission").is_empty());
    outcome
        .check("rejected", 1, "one\n")
        .await
        .editor
        .close()
        .await;
}

#[tokio::test]
async fn an_editor_that_announces_and_cannot_is_refused() {
    for asks in [Asks::RequestPermission, Asks::ShowMessageRequest] {
        for answer in [Answer::MethodNotFound, Answer::Nonsense] {
            let outcome = edit_with(json!({}), |client| {
                client.asks = asks;
                client.answer = answer;
            })
            .await;
            outcome
                .check("rejected", 1, "one\n")
                .await
                .editor
                .close()
                .await;
        }
    }
}

#[tokio::test]
async fn an_answer_after_the_time_limit_is_ignored() {
    for asks in [Asks::RequestPermission, Asks::ShowMessageRequest] {
        let outcome = edit_with(json!({}), |client| {
            client.asks = asks;
            client.answer = Answer::Silent;
            client.settings = json!({"permission": {"timeout_s": 1}});
        })
        .await;
        assert_eq!(outcome.resolved(), ["expired"]);
        let waiting = outcome.editor.read(|state| state.unanswered[0].clone());
        let options = &waiting["params"]["options"][0]["id"];
        outcome
            .editor
            .answer(&waiting, json!({"optionId": options}));
        outcome
            .check("rejected", 1, "one\n")
            .await
            .editor
            .close()
            .await;
    }
}

#[tokio::test]
async fn a_dismissed_question_stops_the_turn() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Next.")]);
    stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Dismiss;
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Change it.").await;
    assert_eq!(turn["stopReason"], "cancelled");
    assert_eq!(stage.requests().len(), 1);
    let call = only_call(&editor.checked_events(&session));
    assert!(["cancelled", "rejected"].contains(&text(&call, "/status")));
    editor.turn(&session, "Next?").await;
    editor.close().await;
}

#[tokio::test]
async fn dismissed_buttons_refuse_the_call_and_the_turn_goes_on() {
    let outcome = edit_with(json!({}), |client| {
        client.asks = Asks::ShowMessageRequest;
        client.answer = Answer::Dismiss;
    })
    .await;
    let last = outcome.events.last().unwrap();
    assert_eq!(last["event"]["turn"]["stopReason"], "endTurn");
    outcome
        .check("rejected", 1, "one\n")
        .await
        .editor
        .close()
        .await;
}

#[tokio::test]
async fn allowed_for_the_session_is_not_asked_again() {
    for asks in [Asks::RequestPermission, Asks::ShowMessageRequest] {
        let stage = Stage::new([
            edit("call-1", "a.txt", "one", "two"),
            edit("call-2", "a.txt", "two", "three"),
            say("Done."),
            edit("call-3", "a.txt", "three", "four"),
            say("Done."),
            edit("call-4", "a.txt", "four", "five"),
            say("Done."),
        ]);
        let path = stage.world.write("a.txt", "one\n");
        let mut client = stage.client();
        client.asks = asks;
        client.answer = Answer::Kind("allowSession");
        let editor = stage.open_with(client).await;
        editor.open_file(&path);
        let session = editor.create(json!({})).await;
        editor.turn(&session, "Change it.").await;
        editor.turn(&session, "Again.").await;
        assert_eq!(editor.buffer(&path), "four\n");
        let count = || {
            editor.asked("chat/requestPermission").len()
                + editor.asked("window/showMessageRequest").len()
        };
        assert_eq!(count(), 1);
        // Another session is asked anew.
        let other = editor.create(json!({})).await;
        editor.turn(&other, "Change it.").await;
        assert_eq!(count(), 2);
        editor.close().await;
    }
}

#[tokio::test]
async fn words_of_the_user_reach_the_model() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("I see.")]);
    stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Silent;
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Change it.").await;
    let question = editor.wait_asked("chat/requestPermission").await;
    let status = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    assert_eq!(status["status"], "waiting");
    let reject = question["params"]["options"]
        .as_array()
        .unwrap()
        .iter()
        .find(|option| option["kind"] == "rejectOnce")
        .unwrap();
    editor.answer(
        &question,
        json!({"optionId": reject["id"], "feedback": "Use three instead."}),
    );
    editor.completed(&sent.turn).await;
    assert!(stage.tool_result("call-1").contains("Use three instead."));
    editor.close().await;
}

#[tokio::test]
async fn a_turn_that_is_cancelled_while_it_asks_makes_no_edit() {
    for asks in [Asks::RequestPermission, Asks::ShowMessageRequest] {
        let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Next.")]);
        let path = stage.world.write("a.txt", "one\n");
        let mut client = stage.client();
        client.asks = asks;
        client.answer = Answer::Silent;
        let editor = stage.open_with(client).await;
        editor.open_file(&path);
        let session = editor.create(json!({})).await;
        let sent = editor.prompt(Some(&session), "Change it.").await;
        let question = editor
            .wait("a question", |state| state.unanswered.first().cloned())
            .await;
        editor
            .request("chat/cancel", json!({"sessionId": session}))
            .await;
        let turn = editor.completed(&sent.turn).await;
        assert_eq!(turn["stopReason"], "cancelled");
        let events = editor.checked_events(&session);
        assert_eq!(only_call(&events)["status"], "cancelled");
        let resolved = events
            .iter()
            .find(|event| kind(event) == "permissionResolved");
        assert_eq!(resolved.unwrap()["event"]["outcome"], "cancelled");
        // A yes that comes too late allows nothing.
        let yes = match asks {
            Asks::RequestPermission => {
                json!({"optionId": question["params"]["options"][0]["id"]})
            }
            Asks::ShowMessageRequest | Asks::Nothing => question["params"]["actions"][0].clone(),
        };
        editor.answer(&question, yes);
        editor.turn(&session, "Next?").await;
        assert_eq!(editor.buffer(&path), "one\n");
        editor.close().await;
    }
}

#[tokio::test]
async fn what_is_typed_while_the_user_is_asked_is_not_overwritten() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("I see.")]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Silent;
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Change it.").await;
    let question = editor.wait_asked("chat/requestPermission").await;
    editor.change(&path, "one, and mine\n");
    let allow = question["params"]["options"][0]["id"].clone();
    editor.answer(&question, json!({"optionId": allow}));
    editor.completed(&sent.turn).await;
    assert!(editor.buffer(&path).contains("mine"));
    let call = only_call(&editor.checked_events(&session));
    assert_eq!(call["status"], "failed", "{call:#}");
    check_sentence(output(&call).trim());
    editor.close().await;
}
