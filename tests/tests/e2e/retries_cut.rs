//! Streams that are cut in the middle: what the user saw stays, the answer is asked for again, and
//! no call that came in part is made.
use aside_script::{Gate, Reply, Script};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, edit, of_kind, patiently, read, roles, said, say, tool_calls};

#[tokio::test]
async fn text_of_a_cut_stream_stays_and_is_not_sent_again() {
    let stage = Stage::new([
        Reply::new()
            .reasoning("Hm.")
            .text("Half")
            .text(" of it")
            .close(),
        say("Whole."),
        say("Again."),
        say("Once more."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let messages = said(&editor.items(&session).await);
    let expected = [("Half of it", "interrupted"), ("Whole.", "completed")];
    assert_eq!(
        messages,
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    let events = editor.checked_events(&session);
    assert_eq!(of_kind(&events, "retrying").len(), 1);
    // The half one is over before the wait is told, and stays as it was told.
    let place = |wanted: &dyn Fn(&Value) -> bool| events.iter().position(wanted).unwrap();
    let over = place(&|event| {
        kind(event) == "itemCompleted" && event["event"]["item"]["text"] == "Half of it"
    });
    assert!(over < place(&|event| kind(event) == "retrying"));
    editor.turn(&session, "And now?").await;
    editor.close().await;
    // Nor does another server send it, which has it from the database.
    let editor = stage.open().await;
    editor.turn(&session, "And then?").await;
    editor.close().await;
    let asked = stage.model.requests();
    assert!(asked[0].raw == asked[1].raw);
    let mut told = vec!["system", "user", "assistant", "user"];
    for request in &asked[2..] {
        assert_eq!(roles(&request.body), told);
        let sent = request.body.to_string();
        assert!(sent.contains("Whole.") && !sent.contains("Half") && !sent.contains("Hm."));
        told.extend(["assistant", "user"]);
    }
}

/// The stream is cut after this; the call in it is not made. The same call, whole, is made once.
async fn check_cut_call(cut: Reply) {
    let shown = format!("{cut:.300?}");
    let gate = Gate::new();
    let again = edit("call-1", "a.txt", "one\n", "one\ntwo\n");
    let stage = Stage::new([
        cut.close(),
        again.gate_before_head(&gate),
        say("Done."),
        say("Again."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    let sent = editor.prompt(Some(&session), "Change it.").await;
    patiently("the second request", gate.reached()).await;
    assert_eq!(editor.buffer(&path), "one\n", "{shown}");
    gate.open();
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "endTurn", "{shown}: {turn:#}");
    assert_eq!(editor.buffer(&path), "one\ntwo\n", "{shown}");
    let calls = tool_calls(&editor.items(&session).await);
    let (last, before) = calls.split_last().unwrap();
    assert_eq!(last["status"], "completed", "{shown}: {calls:#?}");
    for cut in before {
        assert_eq!(cut["status"], "failed", "{shown}: {calls:#?}");
        let edits = cut["edits"].as_array().map_or(0, Vec::len);
        assert_eq!(edits, 0, "{shown}: {calls:#?}");
    }
    let events = editor.checked_events(&session);
    assert_eq!(of_kind(&events, "editUpdated").len(), 1, "{shown}");
    assert_eq!(of_kind(&events, "retrying").len(), 1, "{shown}");
    editor.turn(&session, "And now?").await;
    let asked = stage.model.requests();
    assert!(asked[0].raw == asked[1].raw, "{shown}");
    let told = ["system", "user", "assistant", "tool", "assistant", "user"];
    assert_eq!(roles(&asked[3].body), told, "{shown}: {:#}", asked[3].body);
    assert!(!asked[3].body.to_string().contains("not made"), "{shown}");
    editor.close().await;
}

#[tokio::test]
async fn a_call_that_came_in_part_is_not_made() {
    let arguments = r#"{"path":"a.txt","edits":[{"old_text":"one\n","new_text":"three\n"}]}"#;
    let (half, rest) = arguments.split_at(40);
    for pieces in [&[][..], &[half], &[half, rest]] {
        check_cut_call(Reply::new().tool_call("call-1", "edit_file", pieces)).await;
        let with_text = Reply::new().text("I change it.");
        check_cut_call(with_text.tool_call("call-1", "edit_file", pieces)).await;
    }
    // One call is whole, another has begun.
    let two = Reply::new()
        .tool_call("call-0", "edit_file", &[arguments])
        .tool_call("call-1", "edit_file", &[half]);
    check_cut_call(two).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_each_time_is_given_up() {
    let script = Script::answering(|body, number| match roles(body).len() {
        2 => Reply::new().text(format!("Half {number}")).close(),
        _ => say("Better."),
    });
    let stage = Stage::with_script(script);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "error", "{turn:#}");
    // Whoever reads along is not shown the same again and again.
    assert_eq!(stage.requests().len(), 3);
    let messages = said(&editor.items(&session).await);
    let expected = ["Half 0", "Half 1", "Half 2"];
    assert_eq!(
        messages,
        expected.map(|half| (half.to_owned(), "interrupted".to_owned()))
    );
    editor.checked_events(&session);
    editor.turn(&session, "Once more.").await;
    let sent = stage.requests()[3].to_string();
    assert!(
        !sent.contains("Half 0") && !sent.contains("Half 1"),
        "{sent}"
    );
    editor.close().await;
}

/// A tool that has run is not run again because the answer after it broke off.
#[tokio::test]
async fn what_was_done_before_the_cut_is_done_once() {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one\n", "one\none\n"),
        Reply::new().text("I have").close(),
        read("call-2", "a.txt"),
        Reply::new().text("There").close(),
        say("Done."),
    ]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Double it.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let path = stage.world.path("a.txt");
    assert_eq!(editor.buffer(&path), "one\none\n");
    let calls = tool_calls(&editor.items(&session).await);
    let done: Vec<&Value> = calls.iter().map(|call| &call["status"]).collect();
    assert_eq!(done, ["completed", "completed"]);
    let bodies = stage.requests();
    assert_eq!(bodies[1], bodies[2]);
    assert_eq!(bodies[3], bodies[4]);
    let told = ["system", "user", "assistant", "tool", "assistant", "tool"];
    assert_eq!(roles(&bodies[4]), told);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn killed_in_the_second_try_the_first_is_not_sent() {
    let gate = Gate::new();
    let stage = Stage::new([
        Reply::new().reasoning("Hm.").text("First try").close(),
        Reply::new().text("Second try").gate(&gate),
        say("Third try."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("the second text", |event| {
            kind(event) == "itemDelta" && text(event, "/event/text").contains("Second")
                || kind(event) == "itemStarted" && event["event"]["item"]["text"] == "Second try"
        })
        .await;
    editor.kill9().await;
    let editor = stage.open().await;
    let turn = editor.turn(&session, "Go on.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let items = said(&editor.items(&session).await);
    assert!(
        items.contains(&("First try".to_owned(), "interrupted".to_owned())),
        "{items:?}"
    );
    let sent = stage.requests()[2].to_string();
    assert!(
        !sent.contains("First try") && !sent.contains("Hm."),
        "{sent}"
    );
    editor.close().await;
}
