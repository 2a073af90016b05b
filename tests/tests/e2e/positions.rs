//! Position encodings, line endings, byte-order marks, and where an edit lands.
use std::os::unix::fs::symlink;

use aside_tests::editor::{ApplyEdit, Client};
use serde_json::json;

use crate::common::{Stage, call, edit, only_call, output, read, say};

/// One edit of one file, opened or not.
struct Case {
    encodings: Vec<&'static str>,
    text: &'static str,
    old: &'static str,
    new: &'static str,
    expected: &'static str,
}

impl Case {
    async fn check(self) {
        let stage = Stage::new([
            read("call-0", "a.txt"),
            edit("call-1", "a.txt", self.old, self.new),
            say("Done."),
        ]);
        let path = stage.world.write("a.txt", self.text);
        let client = Client {
            encodings: self.encodings.clone(),
            ..stage.client()
        };
        let editor = stage.open_with(client).await;
        let chosen = &editor.initialized["capabilities"]["positionEncoding"];
        match self.encodings.as_slice() {
            [only] => assert_eq!(chosen, only),
            _ => assert!(chosen.is_null() || *chosen == "utf-16", "{chosen}"),
        }
        editor.open_file(&path);
        let session = editor.create_free().await;
        editor.turn(&session, "Change it.").await;
        let call = &editor.items(&session).await[2];
        assert_eq!(call["status"], "completed", "{call:#}");
        assert_eq!(editor.buffer(&path), self.expected);
        editor.close().await;
    }
}

#[tokio::test]
async fn characters_outside_the_basic_plane_before_the_edit() {
    for encodings in [vec!["utf-8"], vec!["utf-16"], vec!["utf-32"], vec![]] {
        Case {
            encodings,
            text: "first\n😀 é 👩‍👩‍👧 = old; // ü\nlast\n",
            old: "old",
            new: "nëw 😀",
            expected: "first\n😀 é 👩‍👩‍👧 = nëw 😀; // ü\nlast\n",
        }
        .check()
        .await;
    }
}

#[tokio::test]
async fn line_endings_survive() {
    for (text, old, new, expected) in [
        ("a\r\nb\r\nc\r\n", "b", "x", "a\r\nx\r\nc\r\n"),
        ("a\r\nb\r\nc\r\n", "a\nb", "y\nz\nw", "y\r\nz\r\nw\r\nc\r\n"),
        ("a\rb\rc", "b", "x", "a\rx\rc"),
        ("a\nb", "b", "x", "a\nx"),
        ("\u{feff}a\nb\n", "a", "x", "\u{feff}x\nb\n"),
        ("a\u{2028}b\u{85}c\nd\n", "d", "x", "a\u{2028}b\u{85}c\nx\n"),
    ] {
        Case {
            encodings: vec!["utf-16"],
            text,
            old,
            new,
            expected,
        }
        .check()
        .await;
    }
}

#[tokio::test]
async fn incremental_changes_are_followed_in_every_encoding() {
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let stage = Stage::new([read("call-1", "a.txt"), say("Read.")]);
        let path = stage.world.write("a.txt", "😀one\r\n😀two\r\n😀three");
        let client = Client {
            encodings: vec![encoding],
            ..stage.client()
        };
        let editor = stage.open_with(client).await;
        editor.open_file(&path);
        for text in [
            "😀one\r\n😀twé\r\n😀three",
            "😀one\r\n😀three",
            "😀😀one\r\n😀three\r\n",
            "",
            "😀 all new 😀\n",
            "😀 all 😀 final\nend",
        ] {
            editor.change(&path, text);
        }
        let session = editor.create_free().await;
        editor.turn(&session, "Read it.").await;
        let told = stage.tool_result("call-1");
        assert!(
            told.contains("😀 all 😀 final") && told.contains("end") && !told.contains("three"),
            "{told}"
        );
        editor.close().await;
    }
}

#[tokio::test]
async fn a_closed_file_is_changed_through_the_editor_where_it_can() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Done.")]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    let call = only_call(&editor.checked_events(&session));
    assert_eq!(call["status"], "completed", "{call:#}");
    assert_eq!(editor.buffer(&path), "two\n");
    let edits = editor.asked("workspace/applyEdit");
    let version = &edits[0]["edit"]["documentChanges"][0]["textDocument"]["version"];
    assert!(version.is_null(), "{version}");
    editor.close().await;
}

#[tokio::test]
async fn a_closed_file_is_changed_on_disk_where_the_editor_cannot() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Done.")]);
    let path = stage.world.write("a.txt", "one\r\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, mode).unwrap();
    let client = Client {
        apply_edit: ApplyEdit::Unsupported,
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    assert_eq!(stage.world.read("a.txt"), "two\r\n");
    let mode = std::fs::metadata(&path).unwrap().permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o755
    );
    editor.close().await;
}

#[tokio::test]
async fn an_open_file_of_an_editor_that_cannot_edit_is_not_changed_behind_its_back() {
    let stage = Stage::new([edit("call-1", "a.txt", "unsaved", "two"), say("Done.")]);
    let path = stage.world.write("a.txt", "one\n");
    let client = Client {
        apply_edit: ApplyEdit::Unsupported,
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    editor.change(&path, "unsaved\n");
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    let call = only_call(&editor.checked_events(&session));
    assert_eq!(call["status"], "failed", "{call:#}");
    crate::common::check_sentence(output(&call).trim());
    assert_eq!(
        stage.world.read("a.txt"),
        "one\n",
        "unsaved work would be lost"
    );
    editor.close().await;
}

#[tokio::test]
async fn an_open_file_without_unsaved_changes_is_changed_on_disk_where_the_editor_cannot() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Done.")]);
    let path = stage.world.write("a.txt", "one\n");
    let client = Client {
        apply_edit: ApplyEdit::Unsupported,
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    let call = only_call(&editor.checked_events(&session));
    assert_eq!(call["status"], "completed", "{call:#}");
    assert_eq!(stage.world.read("a.txt"), "two\n");
    editor.close().await;
}

#[tokio::test]
async fn an_open_file_is_known_by_every_name_that_it_has() {
    let stage = Stage::new([
        read("call-1", "alias.txt"),
        edit("call-2", "alias.txt", "unsaved", "edited"),
        edit("call-3", "folder/a.txt", "edited", "edited twice"),
        say("Done."),
    ]);
    let path = stage.world.write("real/a.txt", "on disk\n");
    symlink(&path, stage.world.path("alias.txt")).unwrap();
    symlink("real", stage.world.path("folder")).unwrap();
    let editor = stage.open().await;
    editor.open_file(&path);
    editor.change(&path, "unsaved\n");
    let session = editor.create_free().await;
    editor.turn(&session, "Change it.").await;
    assert!(stage.tool_result("call-1").contains("unsaved"));
    assert_eq!(editor.buffer(&path), "edited twice\n");
    assert_eq!(stage.world.read("real/a.txt"), "on disk\n");
    editor.close().await;
}

#[tokio::test]
async fn a_new_file_is_made_by_whoever_can() {
    for (apply_edit, resource_operations) in [
        (ApplyEdit::Apply, true),
        (ApplyEdit::Apply, false),
        (ApplyEdit::Unsupported, false),
    ] {
        let stage = Stage::new([
            call(
                "call-1",
                "write_file",
                json!({"path": "new/deep/b.txt", "content": "made\n"}),
            ),
            read("call-2", "new/deep/b.txt"),
            say("Done."),
        ]);
        let client = Client {
            apply_edit,
            resource_operations,
            ..stage.client()
        };
        let editor = stage.open_with(client).await;
        let session = editor.create_free().await;
        editor.turn(&session, "Make it.").await;
        let items = editor.items(&session).await;
        assert_eq!(items[1]["status"], "completed", "{:#}", items[1]);
        let path = stage.world.path("new/deep/b.txt");
        let is_open = editor.read(|state| state.buffers.contains_key(&path));
        let text = match is_open {
            true => editor.buffer(&path),
            false => stage.world.read("new/deep/b.txt"),
        };
        assert_eq!(text, "made\n");
        assert!(stage.tool_result("call-2").contains("made"));
        editor.close().await;
    }
}
