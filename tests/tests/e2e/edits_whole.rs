//! Whole files in plain answers, as small models write their edits.
use aside_script::{Gate, Reply};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{content, patiently, say};
use crate::desk::{Desk, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

async fn answering(replies: impl IntoIterator<Item = Reply>) -> Desk {
    Desk::with(replies, &[("a.txt", TEXT), ("b.txt", "beta\n")], |client| {
        client.settings = json!({"edits": {"dialects": "*=wholeFile"}})
    })
    .await
}

/// Sends a prompt with `a.txt` as the editor has it. Gives the turn's id.
async fn attach(desk: &Desk) -> String {
    let params = json!({
        "sessionId": desk.session,
        "content": [
            {"type": "resource", "uri": desk.uri("a.txt"), "text": desk.buffer("a.txt")},
            {"type": "text", "text": "Do it."},
        ],
    });
    let sent = desk.editor.request("chat/send", params).await;
    text(&sent, "/turnId").to_owned()
}

fn whole(path: &str, content: &str) -> String {
    format!("{path}:\n```\n{content}```\n")
}

fn fixed() -> String {
    TEXT.replace("three", "THREE")
}

/// What the model was told last.
fn told(desk: &Desk) -> String {
    let requests = desk.stage.requests();
    let messages = requests.last().map(|body| body["messages"].clone());
    let messages = messages.unwrap_or_default();
    content(
        messages
            .as_array()
            .and_then(|list| list.last())
            .unwrap_or(&Value::Null),
    )
}

async fn statuses(desk: &Desk) -> Vec<String> {
    let calls = desk.calls().await;
    let calls = calls.iter();
    calls.map(|call| text(call, "/status").to_owned()).collect()
}

#[tokio::test]
async fn a_whole_file_is_an_edit_and_a_new_one_is_created() {
    let answer = format!(
        "{}\n{}\nRun it:\n```sh\ncat a.txt\n```\n",
        whole("a.txt", &fixed()),
        whole("sub/new.txt", "new\n")
    );
    let desk = answering([say(&answer)]).await;
    let turn = attach(&desk).await;
    desk.completed(&turn).await;
    desk.check("a.txt", &fixed()).await;
    desk.check_mirror("sub/new.txt", "new\n").await;
    let first = &desk.stage.requests()[0];
    assert_eq!(
        first["tools"].as_array().map_or(0, Vec::len),
        0,
        "{first:#}"
    );
    let messages = first["messages"].as_array().unwrap();
    let system = content(&messages[0]);
    assert!(system.contains("the whole file"), "{system}");
    // It is named as the answer is to name it.
    let asked = content(&messages[1]);
    assert!(asked.starts_with("a.txt:\n```\none\n"), "{asked}");
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["applied p", "applied p"]);
    assert_eq!(statuses(&desk).await, ["completed", "completed"]);
    // Only the changed line is a hunk, and it can be taken back.
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", TEXT).await;
    desk.close().await;
}

#[tokio::test]
async fn what_the_user_types_meanwhile_is_merged() {
    let gate = Gate::new();
    let reply = say(&whole("a.txt", &fixed())).gate_before_head(&gate);
    let desk = answering([reply]).await;
    let turn = attach(&desk).await;
    patiently("the request", desk.stage.model.wait_for_requests(1)).await;
    desk.type_over("a.txt", "five\n", "FIVE\n");
    gate.open();
    desk.completed(&turn).await;
    desk.check("a.txt", "one\ntwo\nTHREE\nfour\nFIVE\n").await;
    desk.close().await;
}

#[tokio::test]
async fn the_same_line_is_the_users() {
    let gate = Gate::new();
    let reply = say(&whole("a.txt", &fixed())).gate_before_head(&gate);
    let desk = answering([reply, say("I leave it.")]).await;
    let turn = attach(&desk).await;
    patiently("the request", desk.stage.model.wait_for_requests(1)).await;
    desk.type_over("a.txt", "three", "drei");
    gate.open();
    desk.completed(&turn).await;
    assert!(told(&desk).contains("drei"), "{}", told(&desk));
    desk.check("a.txt", &TEXT.replace("three", "drei")).await;
    desk.close().await;
}

#[tokio::test]
async fn lines_that_are_left_out_are_asked_for() {
    let lazy = "one\ntwo\nTHREE\n# ... rest of the file ...\n";
    let desk = answering([
        say(&whole("a.txt", lazy)),
        say("a.txt\n```\none\n"),
        say(&whole("a.txt", &fixed())),
    ])
    .await;
    let turn = attach(&desk).await;
    desk.completed(&turn).await;
    desk.check("a.txt", &fixed()).await;
    assert_eq!(statuses(&desk).await, ["failed", "failed", "completed"]);
    let requests = desk.stage.requests();
    for (request, part) in [(1, "rest of the file"), (2, "does not end")] {
        let last = requests[request]["messages"].as_array().unwrap().last();
        let told = content(last.unwrap());
        assert!(told.contains(part), "{part:?} in {told}");
    }
    assert_eq!(desk.edits().await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_file_that_was_not_attached_is_not_overwritten() {
    let desk = answering([say(&whole("b.txt", "BETA\n")), say("Attach b.txt, please.")]).await;
    let turn = attach(&desk).await;
    desk.completed(&turn).await;
    assert!(
        told(&desk).contains("Ask the user to attach it"),
        "{}",
        told(&desk)
    );
    assert_eq!(statuses(&desk).await, ["failed"]);
    desk.check("b.txt", "beta\n").await;
    desk.check("a.txt", TEXT).await;
    assert!(desk.edits().await.is_empty());
    desk.close().await;
}

#[tokio::test]
async fn examples_change_nothing() {
    for answer in [
        "Nothing is to be done.",
        "Run it:\n```sh\ncat a.txt\n```\nIn a.txt there is:\n```\nthree\n```\n",
        "**Example**\n```\nx\n```\n",
    ] {
        let desk = answering([say(answer)]).await;
        let turn = attach(&desk).await;
        desk.completed(&turn).await;
        assert_eq!(desk.stage.requests().len(), 1, "{answer}");
        assert!(desk.calls().await.is_empty(), "{answer}");
        desk.check("a.txt", TEXT).await;
        desk.close().await;
    }
    // The same text is no edit, and no mistake.
    let desk = answering([say(&whole("a.txt", TEXT))]).await;
    let turn = attach(&desk).await;
    desk.completed(&turn).await;
    assert_eq!(statuses(&desk).await, ["completed"]);
    assert!(desk.edits().await.is_empty());
    desk.close().await;
}

#[tokio::test]
async fn a_file_without_its_path_is_asked_for() {
    let bare = format!("Here is the corrected file:\n```\n{}```\n", fixed());
    let desk = answering([say(&bare), say(&whole("a.txt", &fixed()))]).await;
    let turn = attach(&desk).await;
    desk.completed(&turn).await;
    desk.check("a.txt", &fixed()).await;
    assert_eq!(statuses(&desk).await, ["failed", "completed"]);
    desk.close().await;
}

#[tokio::test]
async fn blocks_are_taken_too() {
    let block = "b.txt\n<<<<<<< SEARCH\nbeta\n=======\nBETA\n>>>>>>> REPLACE\n";
    let desk = answering([say(block)]).await;
    let turn = attach(&desk).await;
    desk.completed(&turn).await;
    desk.check("b.txt", "BETA\n").await;
    desk.close().await;
}
