//! Editors that refuse, lie, stay silent, answer out of order, or whose user types meanwhile.
use aside_tests::editor::ApplyEdit;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, edit, only_call, output, say};

/// What is waited for in vain is given up soon; all else has its time.
fn limits(habit: ApplyEdit) -> Value {
    match habit {
        ApplyEdit::Silent => json!({"request_timeout_s": 1}),
        ApplyEdit::Lie => json!({"edit_confirm_timeout_ms": 50}),
        ApplyEdit::Unsupported
        | ApplyEdit::Apply
        | ApplyEdit::AnswerFirst
        | ApplyEdit::Refuse
        | ApplyEdit::Blind => json!({}),
    }
}

/// One edit with an editor of this habit: the tool's status, and the text that must be left.
async fn check(habit: ApplyEdit, status: &str, buffer: &str) {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("Done."),
        say("More."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client_with(json!({"editor": limits(habit)}));
    client.apply_edit = habit;
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Change it.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{habit:?}");
    let call = only_call(&editor.checked_events(&session));
    assert_eq!(call["status"], status, "{habit:?}: {call:#}");
    if status == "failed" {
        check_sentence(output(&call).trim());
        assert_eq!(stage.tool_result("call-1"), output(&call));
    }
    assert_eq!(editor.buffer(&path), buffer, "{habit:?}");
    assert_eq!(stage.world.read("a.txt"), "one\n", "{habit:?}");
    let unanswered = editor.read(|state| state.unanswered.clone());
    for request in unanswered {
        // Much too late, and not true.
        editor.answer(&request, json!({"applied": true}));
    }
    editor.turn(&session, "More.").await;
    editor.close().await;
}

#[tokio::test]
async fn a_good_editor() {
    check(ApplyEdit::Apply, "completed", "two\n").await;
}

#[tokio::test]
async fn an_editor_that_answers_before_it_tells_of_the_change() {
    check(ApplyEdit::AnswerFirst, "completed", "two\n").await;
}

#[tokio::test]
async fn an_editor_that_refuses() {
    check(ApplyEdit::Refuse, "failed", "one\n").await;
}

#[tokio::test]
async fn an_editor_that_says_it_did_and_did_not() {
    check(ApplyEdit::Lie, "failed", "one\n").await;
}

#[tokio::test]
async fn an_editor_that_never_answers() {
    check(ApplyEdit::Silent, "failed", "one\n").await;
}

#[tokio::test]
async fn an_editor_without_versioned_changes() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Done.")]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.document_changes = false;
    client.resource_operations = false;
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    assert_eq!(editor.buffer(&path), "two\n");
    let edits = editor.asked("workspace/applyEdit");
    assert!(edits[0]["edit"]["changes"].is_object(), "{edits:#?}");
    editor.close().await;
}

#[tokio::test]
async fn an_editor_that_closes_a_file_with_unsaved_text() {
    let stage = Stage::new([crate::common::read("call-1", "a.txt"), say("Read.")]);
    let path = stage.world.write("a.txt", "on disk\n");
    let editor = stage.open().await;
    editor.open_file(&path);
    editor.change(&path, "unsaved\n");
    editor.close_file(&path);
    let session = editor.create_free().await;
    editor.turn(&session, "Read it.").await;
    let told = stage.tool_result("call-1");
    assert!(
        told.contains("on disk") && !told.contains("unsaved"),
        "{told}"
    );
    editor.close().await;
}
