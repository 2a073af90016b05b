//! `write_file` on new and existing files.
use serde_json::json;

use super::workspace::Workspace;
use crate::plan::IF_DONE;

async fn write(workspace: &Workspace, path: &str, content: &str) -> String {
    let arguments = json!({"path": path, "content": content});
    let made = workspace.edit("write_file", arguments).await;
    made.map_or_else(
        |error| format!("error: {error}"),
        |output| output.text.strip_suffix(IF_DONE).unwrap().to_owned(),
    )
}

#[tokio::test]
async fn files_are_created_and_replaced() {
    let workspace = Workspace::new(&[("old", "1\n2\n3\n")]);
    assert_eq!(
        write(&workspace, "new/deep/x", "a\nb").await,
        "Created new/deep/x with 2 lines."
    );
    assert_eq!(workspace.disk("new/deep/x"), "a\nb");
    assert_eq!(
        write(&workspace, "old", "one\n").await,
        "Wrote old: 1 line in place of 3."
    );
    assert_eq!(workspace.disk("old"), "one\n");
    assert_eq!(
        write(&workspace, "old", "one\n").await,
        "old is unchanged: it already had exactly this text."
    );
    assert_eq!(
        write(&workspace, "empty", "").await,
        "Created empty with 0 lines."
    );
    assert_eq!(workspace.disk("empty"), "");
}

#[tokio::test]
async fn line_endings_and_byte_order_mark_stay() {
    let workspace = Workspace::new(&[("a", "\u{feff}1\r\n2\r\n")]);
    write(&workspace, "a", "one\ntwo\n").await;
    assert_eq!(workspace.disk("a"), "\u{feff}one\r\ntwo\r\n");
    assert_eq!(
        write(&workspace, "a", "one\r\ntwo\n").await,
        "a is unchanged: it already had exactly this text."
    );
}

#[tokio::test]
async fn the_open_document_is_written() {
    let workspace = Workspace::new(&[("a", "disk\n")]);
    workspace.open("a", "unsaved\n");
    assert_eq!(
        write(&workspace, "a", "new\n").await,
        "Wrote a: 1 line in place of 1."
    );
    assert_eq!(workspace.disk("a"), "disk\n");
    assert_eq!(
        workspace.text("read_file", json!({"path": "a"})).await,
        "1\tnew"
    );
}

#[tokio::test]
async fn what_cannot_be_written_is_refused() {
    let workspace = Workspace::new(&[("folder/x", "")]);
    workspace.put("binary", b"\0");
    assert_eq!(
        write(&workspace, "folder", "x").await,
        "error: folder is a folder, not a file. Use list_directory to see what is in it."
    );
    assert_eq!(
        write(&workspace, "binary", "x").await,
        "error: binary is binary"
    );
    let below_a_file = write(&workspace, "folder/x/y", "x").await;
    assert!(below_a_file.starts_with("error: "), "{below_a_file}");
}
