//! Conversations as files.
use std::fs;
use std::path::PathBuf;

use aside_tests::editor::Editor;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, edit, say};

async fn exported(editor: &Editor, session: &str, format: &str) -> PathBuf {
    let params = json!({"sessionId": session, "format": format});
    let result = editor.request("session/export", params).await;
    let uri = text(&result, "/uri");
    PathBuf::from(uri.strip_prefix("file://").expect("a file"))
}

#[tokio::test]
async fn a_conversation_is_written_for_people_and_for_programs() {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("It says **two** now."),
    ]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let made = json!({"permissionMode": "acceptEdits", "title": "Numbers"});
    let session = editor.create(made).await;
    editor.turn(&session, "Change it.").await;
    let path = exported(&editor, &session, "markdown").await;
    let page = fs::read_to_string(&path).unwrap();
    let end = page.split("\n## You\n").nth(1).expect("the user's part");
    assert!(page.starts_with("# Numbers\n\n- Begun: "), "{page}");
    assert!(end.starts_with("\nChange it.\n\n## Aside\n\n**"), "{page}");
    assert!(end.contains("(edit_file, completed)\n\n```"), "{page}");
    assert!(end.ends_with("\n\nIt says **two** now.\n"), "{page}");

    let path = exported(&editor, &session, "json").await;
    let whole: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(whole["items"], json!(editor.items(&session).await));
    assert_eq!(whole["session"]["id"], session);
    assert_eq!(whole["turns"][0]["status"], "completed");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path) & 0o777, 0o600);
        assert_eq!(mode(path.parent().unwrap()) & 0o777, 0o700);
    }
    // Written again, it is what it is then.
    let update = json!({"sessionId": session, "title": "Letters"});
    editor.request("session/update", update).await;
    let path = exported(&editor, &session, "markdown").await;
    assert!(fs::read_to_string(path).unwrap().starts_with("# Letters\n"));
    editor.close().await;
}

#[tokio::test]
async fn what_cannot_be_written_is_refused() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    for (params, code) in [
        (json!({}), "invalid"),
        (json!({"sessionId": session}), "invalid"),
        (json!({"sessionId": session, "format": "pdf"}), "invalid"),
        (json!({"sessionId": "../x", "format": "json"}), "notFound"),
    ] {
        let error = editor.fail("session/export", params).await;
        assert_eq!(error.kind(), code, "{error:?}");
        check_sentence(&error.message);
        let names_all = error.message.contains("markdown") && error.message.contains("json");
        assert_eq!(names_all, error.message.contains("pdf"), "{error:?}");
    }
    // One in which nothing was said has a title.
    let path = exported(&editor, &session, "markdown").await;
    assert!(fs::read_to_string(path).unwrap().starts_with("# "));
    editor.close().await;
}
