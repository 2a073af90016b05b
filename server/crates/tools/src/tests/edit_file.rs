//! `edit_file` on files and open documents.
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;
use crate::plan::IF_DONE;

/// Makes one edit; what the file then is, and what the model is told.
async fn check(before: &str, edits: Value, after: &str, expect: Expect) {
    let workspace = Workspace::new(&[("a", before)]);
    let made = workspace
        .edit("edit_file", json!({"path": "a", "edits": edits}))
        .await;
    assert_eq!(workspace.disk("a"), after);
    expect.assert_eq(&made.map_or_else(|error| format!("error: {error}"), |output| output.text));
}

#[tokio::test]
async fn an_edit_shows_what_the_file_then_reads() {
    check(
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
        json!([{"old_text": "4\n", "new_text": "four\n4.5\n"}, {"old_text": "10", "new_text": "ten"}]),
        "1\n2\n3\nfour\n4.5\n5\n6\n7\n8\n9\nten\n11\n12\n",
        expect![[r#"
            Edited a: 2 places replaced.
            It now reads:
            2	2
            3	3
            4	four
            5	4.5
            6	5
            7	6
            …
            9	8
            10	9
            11	ten
            12	11
            13	12
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
    check(
        "a\na\n",
        json!([{"old_text": "a", "new_text": "b", "replace_all": true}]),
        "b\nb\n",
        expect![[r#"
            Edited a: 2 places replaced.
            It now reads:
            1	b
            2	b
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
    check(
        "gone",
        json!({"old_text": "gone", "new_text": ""}),
        "",
        expect![[r#"
            Edited a: 1 place replaced. It is now empty.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
    check(
        "",
        json!([{"old_text": "", "new_text": "filled\n"}]),
        "filled\n",
        expect![[r#"
            Edited a: 1 place replaced.
            It now reads:
            1	filled
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
}

#[tokio::test]
async fn line_endings_byte_order_mark_and_final_newline_stay() {
    check(
        "\u{feff}a\r\nb\r\nü",
        json!([{"old_text": "a\nb\n", "new_text": "x\ny\nz\n"}, {"old_text": "ü", "new_text": "ö"}]),
        "\u{feff}x\r\ny\r\nz\r\nö",
        expect![[r#"
            Edited a: 2 places replaced.
            It now reads:
            1	x
            2	y
            3	z
            4	ö
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
}

#[tokio::test]
async fn refused_edits_change_nothing() {
    check(
        "a\nb\na\n",
        json!([{"old_text": "b", "new_text": "c"}, {"old_text": "a", "new_text": "x"}]),
        "a\nb\na\n",
        expect!["error: a is unchanged. edits[1]: old_text is in the file 2 times, at lines 1 and 3. Give more lines around it so that it is there only once, or set replace_all to true. No edit was made."],
    )
    .await;
    check(
        "    one\n",
        json!([{"old_text": "1\t    one\n", "new_text": "x"}]),
        "    one\n",
        expect![[r#"
            error: a is unchanged. old_text is not in the file. It has line numbers: leave out the number and the tab before each line.
            These are the lines of the file from line 1 on:
            ```
                one
            ```
            Call edit_file again. Copy old_text exactly from these lines: those that are to be replaced."#]],
    )
    .await;
    check(
        "a",
        json!([{"old_text": "a", "new_text": "b"}, {"old_text": "b", "new_text": "a"}]),
        "a",
        expect![[r#"
            The edits take each other back, so a is unchanged.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]],
    )
    .await;
}

#[tokio::test]
async fn the_open_document_is_what_is_edited() {
    let workspace = Workspace::new(&[("a", "disk\n")]);
    workspace.open("a", "unsaved\n");
    workspace.open("new", "text\n");
    let edits = json!([{"old_text": "unsaved", "new_text": "edited"}]);
    let made = workspace
        .edit("edit_file", json!({"path": "a", "edits": edits}))
        .await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(workspace.disk("a"), "disk\n");
    assert_eq!(
        workspace.text("read_file", json!({"path": "a"})).await,
        "1\tedited"
    );
    let edits = json!([{"old_text": "text", "new_text": "more"}]);
    let made = workspace
        .edit("edit_file", json!({"path": "new", "edits": edits}))
        .await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(
        workspace.text("read_file", json!({"path": "new"})).await,
        "1\tmore"
    );
}

#[tokio::test]
async fn files_that_cannot_be_edited_say_what_to_do() {
    let workspace = Workspace::new(&[("src/a.rs", "a")]);
    workspace.put("binary", b"\0");
    for (path, expect) in [
        ("b", "b does not exist. Use write_file to create it."),
        ("a.rs", "a.rs does not exist. Did you mean src/a.rs?"),
        (
            "src",
            "src is a folder, not a file. Use list_directory to see what is in it.",
        ),
        ("binary", "binary is binary"),
    ] {
        let edits = json!([{"old_text": "a", "new_text": "b"}]);
        let refused = workspace
            .call("edit_file", json!({"path": path, "edits": edits}))
            .await;
        assert_eq!(refused.err().as_deref(), Some(expect));
    }
}

#[tokio::test]
async fn large_edits_are_shown_in_part() {
    let workspace = Workspace::new(&[]);
    workspace.put("a", "x\n2\n3\n4\n5\n6\n7\n".repeat(60).as_bytes());
    let edits = json!([{"old_text": "x", "new_text": "y\n".repeat(10), "replace_all": true}]);
    let made = workspace
        .edit("edit_file", json!({"path": "a", "edits": edits}))
        .await
        .expect("made");
    assert!(made.text.len() < 7000, "{}", made.text.len());
    assert!(
        made.text
            .starts_with("Edited a: 60 places replaced.\nIt now reads:\n1\ty\n")
    );
    assert!(
        made.text
            .ends_with(&format!("[52 more changed places not shown.]{IF_DONE}")),
        "{}",
        made.text
    );
    assert_eq!(made.locations.len(), 50);
    let wide =
        json!([{"old_text": "y\ny\n\n", "new_text": "z".repeat(1_000_000), "replace_all": false}]);
    let refused = workspace
        .edit("edit_file", json!({"path": "a", "edits": wide}))
        .await;
    assert!(refused.is_err());
    let wide = json!([{"old_text": "y", "new_text": "z".repeat(10_000), "replace_all": true}]);
    workspace.put("b", b"y\ny\ny\ny\ny\n");
    let made = workspace
        .edit("edit_file", json!({"path": "b", "edits": wide}))
        .await
        .expect("made");
    assert!(made.text.len() < 9000, "{}", made.text.len());
}
