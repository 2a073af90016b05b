//! Edits in an editor that ends every text with a line ending, as Neovim does.
use aside_script::Reply;
use aside_tests::editor::Ends;
use serde_json::json;

use crate::common::{call, read, say};
use crate::desk::{Desk, state};

/// Writes a file, and rejects that.
async fn check(old: Option<&str>, is_open: bool, new: &str, expect: &str, after: Option<&str>) {
    let place = format!("{old:?} open: {is_open} {new:?}");
    let write = json!({"path": "a.txt", "content": new});
    let mut replies: Vec<Reply> = vec![call("write", "write_file", write), say("Done.")];
    if old.is_some() {
        replies.insert(0, read("read", "a.txt"));
    }
    let files: Vec<(&str, &str)> = old.map(|old| ("a.txt", old)).into_iter().collect();
    let desk = Desk::with(replies, &files, |client| client.ends = Ends::WithLineEnding).await;
    if old.is_some() && !is_open {
        desk.editor.close_file(&desk.path("a.txt"));
    }
    desk.turn().await;
    let (status, told) = desk.last_call().await;
    assert_eq!(status, "completed", "{place}: {told}");
    desk.check("a.txt", expect).await;
    assert_eq!(state(&desk.edit().await), "applied p", "{place}");
    desk.reject(json!({"sessionId": desk.session})).await;
    assert_eq!(state(&desk.edit().await), "rejected r", "{place}");
    match after {
        Some(after) => desk.check("a.txt", after).await,
        None => assert!(!desk.path("a.txt").exists(), "{place}"),
    }
    desk.close().await;
}

#[tokio::test]
async fn lines_at_the_end_come_and_go() {
    const OLD: &str = "a\nb\n";
    for is_open in [true, false] {
        for new in ["a\nb\nc\n", "a\n", "x\na\nb\n", "a\nB\nc\n", "c\n"] {
            check(Some(OLD), is_open, new, new, Some(OLD)).await;
        }
    }
}

#[tokio::test]
async fn a_last_line_without_an_ending_gets_one() {
    const OLD: &str = "a\nb\n";
    for is_open in [true, false] {
        check(Some(OLD), is_open, "a\nB", "a\nB\n", Some(OLD)).await;
        check(Some(OLD), is_open, "", "\n", Some(OLD)).await;
    }
}

#[tokio::test]
async fn files_are_made_without_a_blank_line_too_many() {
    check(None, false, "a\nb\n", "a\nb\n", None).await;
    check(None, false, "a\nb", "a\nb\n", None).await;
}
