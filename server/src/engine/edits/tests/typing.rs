//! Reviews in buffers that the user types in.
use std::sync::Arc;

use aside_agent::host::Target;
use aside_protocol::EditAmendParams;
use expect_test::expect;

use super::bench::{Bench, edits, hunks};
use super::buffers::Buffers;

/// Lines that are all alike, so that only a journal tells them apart.
const OLD: &str = "x\nx\nx\nx\n";
const NEW: &str = "x\nx\nnew\nx\nx\n";

async fn bench() -> (Arc<Buffers>, Bench) {
    let buffers = Arc::new(Buffers::default());
    buffers.open("a", OLD);
    let bench = Bench::on(Arc::clone(&buffers) as _).await;
    (buffers, bench)
}

#[tokio::test]
async fn the_journal_says_which_of_equal_lines_a_hunk_is() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "a", NEW).await;
    // The user writes the same line above and below, and takes the agent's for one of theirs.
    buffers.replace("a", 0..0, "new\n");
    let end = buffers.text("a").len();
    buffers.replace("a", end..end, "new\n");
    expect![[r#"
        a applied; pending 3-3 "" > 3-4 "new\n"
    "#]]
    .assert_eq(&bench.shown().await);
    assert_eq!(bench.reject(edits(&[&id])).await, "rejected");
    assert_eq!(buffers.text("a"), "new\nx\nx\nx\nx\nnew\n");
}

#[tokio::test]
async fn typing_while_a_hunk_is_taken_back_is_kept() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "a", NEW).await;
    buffers.type_then("a", 0, "two\n");
    buffers.type_then("a", 0, "one\n");
    assert_eq!(bench.reject(edits(&[&id])).await, "rejected");
    assert_eq!(buffers.text("a"), "two\none\nx\nx\nx\nx\n");
}

#[tokio::test]
async fn typing_in_the_hunk_while_it_is_taken_back_keeps_it() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "a", NEW).await;
    buffers.type_then("a", 5, "mine");
    let answer = bench.reject(edits(&[&id])).await;
    assert!(
        answer.starts_with("conflict: a was changed at line 3"),
        "{answer}"
    );
    assert_eq!(buffers.text("a"), "x\nx\nnmineew\nx\nx\n");
}

#[tokio::test]
async fn a_user_who_never_stops_typing_is_told() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "a", NEW).await;
    for _ in 0..100 {
        buffers.type_then("a", 0, "y");
    }
    let answer = bench.reject(edits(&[&id])).await;
    assert!(answer.starts_with("conflict: "), "{answer}");
    assert!(buffers.text("a").ends_with("x\nx\nnew\nx\nx\n"));
}

#[tokio::test]
async fn an_amended_hunk_is_found_after_more_typing() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "a", NEW).await;
    let params = EditAmendParams {
        hunk_id: format!("{id}-0"),
        new_text: "better\n".to_owned(),
    };
    buffers.type_then("a", 0, "mine\n");
    let edit = bench.engine.edit_amend(params).await.unwrap();
    assert_eq!(edit.hunks[0].new_range.start.line, 3);
    assert_eq!(buffers.text("a"), "mine\nx\nx\nbetter\nx\nx\n");
    buffers.replace("a", 0..0, "more\n");
    assert_eq!(bench.reject(hunks(&[format!("{id}-0")])).await, "rejected");
    assert_eq!(buffers.text("a"), format!("more\nmine\n{OLD}"));
}

#[tokio::test]
async fn typing_while_files_go_back_is_kept() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    bench.text(&turn, "a", NEW).await;
    buffers.type_then("a", 0, "one\n");
    let (id, done) = bench.rewind(&turn, false, false).await;
    expect!["back [a]; left []"].assert_eq(&done);
    assert_eq!(buffers.text("a"), format!("one\n{OLD}"));
    buffers.type_then("a", 0, "two\n");
    expect!["back [a]"].assert_eq(&bench.unrewind(&id.unwrap()).await);
    assert_eq!(buffers.text("a"), format!("two\none\n{NEW}"));
}

#[tokio::test]
async fn typing_while_a_proposal_is_made_is_kept() {
    let (buffers, bench) = bench().await;
    let turn = bench.turn().await;
    let id = bench.propose(&turn, "a", Target::Text(NEW.into())).await;
    buffers.type_then("a", 0, "one\n");
    assert_eq!(bench.accept(edits(&[&id])).await, "accepted");
    assert_eq!(buffers.text("a"), format!("one\n{NEW}"));
}
