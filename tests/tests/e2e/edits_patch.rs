//! Patches and blocks: the other ways in which models write their edits.
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{call, check_sentence, say};
use crate::desk::{Desk, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

/// One call of `apply_patch` with these files, `a.txt` and `b.txt` open.
async fn patched(patch: &str) -> Desk {
    let desk = Desk::new(
        [
            call("edit", "apply_patch", json!({"patch": patch})),
            say("Done."),
        ],
        &[("a.txt", TEXT), ("b.txt", "beta\n")],
    )
    .await;
    let session = desk.editor.create(json!({"permissionMode": "full"})).await;
    let desk = Desk { session, ..desk };
    desk.turn().await;
    desk
}

async fn check_made(patch: &str, expect: &[(&str, Option<&str>)]) {
    let desk = patched(patch).await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{patch}: {told}");
    for (name, text) in expect {
        match text {
            Some(text) => desk.check_mirror(name, text).await,
            None => assert!(!desk.path(name).exists(), "{name} after {patch}"),
        }
    }
    let edits = desk.edits().await;
    assert!(!edits.is_empty(), "{patch}");
    for edit in edits {
        assert!(state(&edit).starts_with("applied"), "{edit:#}");
    }
    desk.close().await;
}

async fn check_refused(patch: &str, parts: &[&str]) {
    let desk = patched(patch).await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "failed", "{patch}: {told}");
    for part in parts {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    let first = told.lines().next().unwrap_or_default();
    check_sentence(&first.replace("line 3:", "line 3."));
    // All or none.
    desk.check("a.txt", TEXT).await;
    desk.check("b.txt", "beta\n").await;
    assert!(desk.editor.asked("workspace/applyEdit").is_empty());
    assert!(!desk.path("new.txt").exists());
    desk.close().await;
}

#[tokio::test]
async fn files_are_added_updated_deleted_and_moved() {
    check_made(
        "*** Begin Patch\n*** Add File: new.txt\n+new\n+lines\n*** End Patch\n",
        &[("new.txt", Some("new\nlines\n"))],
    )
    .await;
    check_made(
        "*** Begin Patch\n*** Update File: a.txt\n@@\n two\n-three\n+THREE\n four\n@@\n-five\n+FIVE\n*** End Patch",
        &[("a.txt", Some("one\ntwo\nTHREE\nfour\nFIVE\n"))],
    )
    .await;
    check_made(
        "*** Begin Patch\n*** Delete File: b.txt\n*** End Patch\n",
        &[("b.txt", None), ("a.txt", Some(TEXT))],
    )
    .await;
    check_made(
        "*** Begin Patch\n*** Update File: b.txt\n*** Move to: sub/c.txt\n@@\n-beta\n+BETA\n*** End Patch\n",
        &[("b.txt", None), ("sub/c.txt", Some("BETA\n"))],
    )
    .await;
}

/// As models mean it, adding a file that is there writes it anew; the user can have it back.
#[tokio::test]
async fn a_file_that_is_there_is_added_over() {
    let desk = patched("*** Begin Patch\n*** Add File: b.txt\n+new\n*** End Patch\n").await;
    desk.check("b.txt", "new\n").await;
    let edit = desk.edit().await;
    assert_eq!(
        (text(&edit, "/kind"), state(&edit).as_str()),
        ("modify", "applied p")
    );
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("b.txt", "beta\n").await;
    desk.close().await;
}

#[tokio::test]
async fn a_file_is_moved_over_one_that_is_there() {
    let desk = patched(
        "*** Begin Patch\n*** Update File: b.txt\n*** Move to: a.txt\n@@\n-beta\n+BETA\n*** End Patch\n",
    )
    .await;
    desk.check("a.txt", "BETA\n").await;
    assert!(!desk.path("b.txt").exists());
    desk.reject(json!({"sessionId": desk.session})).await;
    desk.check("a.txt", TEXT).await;
    desk.check_mirror("b.txt", "beta\n").await;
    desk.close().await;
}

#[tokio::test]
async fn context_lines_may_lack_their_space() {
    check_made(
        "*** Begin Patch\n*** Update File: a.txt\n@@\ntwo\n-three\n+THREE\nfour\n*** End Patch\n",
        &[("a.txt", Some("one\ntwo\nTHREE\nfour\nfive\n"))],
    )
    .await;
}

#[tokio::test]
async fn unified_diffs_are_taken_with_wrong_numbers() {
    check_made(
        "--- a/a.txt\n+++ b/a.txt\n@@ -17,9 +40,2 @@\n two\n-three\n+THREE\n four\n",
        &[("a.txt", Some("one\ntwo\nTHREE\nfour\nfive\n"))],
    )
    .await;
    check_made(
        "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+new\n--- a/b.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-beta\n",
        &[("new.txt", Some("new\n")), ("b.txt", None)],
    )
    .await;
}

#[tokio::test]
async fn several_files_or_none() {
    check_made(
        "*** Begin Patch\n*** Update File: a.txt\n@@\n-three\n+THREE\n*** Update File: b.txt\n@@\n-beta\n+BETA\n*** Add File: new.txt\n+new\n*** End Patch\n",
        &[
            ("a.txt", Some("one\ntwo\nTHREE\nfour\nfive\n")),
            ("b.txt", Some("BETA\n")),
            ("new.txt", Some("new\n")),
        ],
    )
    .await;
    check_refused(
        "*** Begin Patch\n*** Add File: new.txt\n+new\n*** Update File: a.txt\n@@\n-three\n+THREE\n*** Update File: b.txt\n@@\n-gamma\n+GAMMA\n*** End Patch\n",
        &["b.txt", "not made"],
    )
    .await;
}

#[tokio::test]
async fn refusals_say_what_is_wrong_and_where() {
    for (patch, parts) in [
        ("", &["patch"][..]),
        ("hello", &["*** Begin Patch"]),
        ("*** Begin Patch\n*** End Patch\n", &["no"]),
        (
            "*** Begin Patch\n*** Update File: absent.txt\n@@\n-x\n+y\n*** End Patch\n",
            &["absent.txt"],
        ),
        (
            "*** Begin Patch\n*** Delete File: absent.txt\n*** End Patch\n",
            &["absent.txt"],
        ),
        (
            "*** Begin Patch\n*** Update File: ../outside/x.txt\n@@\n-x\n+y\n*** End Patch\n",
            &["x.txt"],
        ),
        (
            "*** Begin Patch\n*** Add File: ../outside/x.txt\n+y\n*** End Patch\n",
            &["x.txt"],
        ),
        // The closest lines and the first that differs are told.
        (
            "*** Begin Patch\n*** Update File: a.txt\n@@\n one\n two\n-thre\n+THREE\n four\n*** End Patch\n",
            &["a.txt", "thre", "three", "3"],
        ),
        // The change is there already.
        (
            "*** Begin Patch\n*** Update File: a.txt\n@@\n two\n-drei\n+three\n four\n*** End Patch\n",
            &["a.txt", "already"],
        ),
    ] {
        check_refused(patch, parts).await;
    }
}

#[tokio::test]
async fn a_change_that_fits_in_two_places_is_refused() {
    let desk = Desk::new(
        [
            call(
                "edit",
                "apply_patch",
                json!({"patch": "*** Begin Patch\n*** Update File: a.txt\n@@\n-same\n+other\n*** End Patch\n"}),
            ),
            say("Done."),
        ],
        &[("a.txt", "same\nx\nsame\n")],
    )
    .await;
    desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "failed", "{told}");
    assert!(
        told.contains('1') && told.contains('3'),
        "the places: {told}"
    );
    desk.check("a.txt", "same\nx\nsame\n").await;
    desk.close().await;
}

fn block(path: &str, search: &str, replace: &str) -> String {
    format!("{path}\n```\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n")
}

/// The names of the tools that a request offers.
fn offered(body: &Value) -> Vec<String> {
    let tools = body["tools"].as_array().cloned().unwrap_or_default();
    tools
        .iter()
        .map(|tool| text(tool, "/function/name").to_owned())
        .collect()
}

async fn answering(replies: impl IntoIterator<Item = aside_script::Reply>) -> Desk {
    Desk::with(replies, &[("a.txt", TEXT), ("b.txt", "beta\n")], |client| {
        client.settings = json!({"edits": {"dialects": "*=searchReplace"}})
    })
    .await
}

#[tokio::test]
async fn blocks_in_a_plain_answer_are_edits() {
    let answer = format!(
        "I change both.\n\n{}\nAnd:\n\n{}\nThat is all.",
        block("a.txt", "three\n", "THREE\n"),
        block("b.txt", "beta\n", "BETA\n"),
    );
    let desk = answering([say(&answer), say("Done.")]).await;
    desk.turn().await;
    desk.check("a.txt", "one\ntwo\nTHREE\nfour\nfive\n").await;
    desk.check("b.txt", "BETA\n").await;
    let first = &desk.stage.requests()[0];
    assert!(offered(first).is_empty(), "{:?}", offered(first));
    let system = crate::common::content(&first["messages"][0]);
    assert!(
        system.contains("SEARCH") && system.contains("REPLACE"),
        "{system}"
    );
    let states: Vec<String> = desk.edits().await.iter().map(state).collect();
    assert_eq!(states, ["applied p", "applied p"]);
    // What the answer said is kept as it was said.
    let items = desk.editor.items(&desk.session).await;
    let said = items
        .iter()
        .find(|item| item["type"] == "assistantMessage")
        .unwrap();
    assert!(text(said, "/text").contains("I change both."), "{said:#}");
    desk.close().await;
}

#[tokio::test]
async fn a_block_that_does_not_fit_is_told_and_tried_again() {
    let desk = answering([
        say(&block("a.txt", "thre\n", "THREE\n")),
        say(&block("a.txt", "three\n", "THREE\n")),
        say("Done."),
    ])
    .await;
    desk.turn().await;
    desk.check("a.txt", "one\ntwo\nTHREE\nfour\nfive\n").await;
    let requests = desk.stage.requests();
    let messages = requests[1]["messages"].as_array().unwrap();
    let told = crate::common::content(messages.last().unwrap());
    assert!(told.contains("a.txt") && told.contains("three"), "{told}");
    // A model without tools is told as a user tells it.
    assert_eq!(messages.last().unwrap()["role"], "user");
    let statuses: Vec<String> = desk
        .calls()
        .await
        .iter()
        .map(|call| text(call, "/status").to_owned())
        .collect();
    assert_eq!(statuses, ["failed", "completed"]);
    desk.close().await;
}

#[tokio::test]
async fn blocks_ask_for_permission_as_calls_do() {
    let desk = answering([say(&block("a.txt", "three\n", "THREE\n")), say("I see.")]).await;
    desk.editor
        .set_habits(|client| client.answer = aside_tests::editor::Answer::Kind("rejectOnce"));
    let session = desk.editor.create(json!({})).await;
    let desk = Desk { session, ..desk };
    desk.turn().await;
    assert_eq!(desk.editor.asked("chat/requestPermission").len(), 1);
    desk.check("a.txt", TEXT).await;
    assert_eq!(desk.last_call().await.0, "rejected");
    desk.close().await;
}

#[tokio::test]
async fn an_answer_without_blocks_ends_the_turn() {
    let desk = answering([say(
        "Nothing is to be changed, `=======` is a line of a block.",
    )])
    .await;
    desk.turn().await;
    assert_eq!(desk.stage.requests().len(), 1);
    assert!(desk.calls().await.is_empty());
    desk.close().await;
}

#[tokio::test]
async fn a_model_is_offered_the_tools_of_its_dialect() {
    for (dialects, there, absent) in [
        ("", "edit_file", "apply_patch"),
        ("openai/scr*=applyPatch", "apply_patch", "edit_file"),
        ("other=applyPatch *=editFile", "edit_file", "apply_patch"),
    ] {
        let desk = Desk::with([say("Hello.")], &[], |client| {
            if !dialects.is_empty() {
                client.settings = json!({"edits": {"dialects": dialects}});
            }
        })
        .await;
        desk.turn().await;
        let tools = offered(&desk.stage.requests()[0]);
        assert!(
            tools.iter().any(|name| name == there),
            "{dialects}: {tools:?}"
        );
        assert!(
            !tools.iter().any(|name| name == absent),
            "{dialects}: {tools:?}"
        );
        desk.close().await;
    }
}
