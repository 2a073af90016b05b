//! Amending hunks.
use aside_protocol::EditAmendParams;
use expect_test::expect;

use super::bench::{Bench, edits, hunks};

const OLD: &str = "a\nb\nc\nd\ne\nf\ng\n";
const NEW: &str = "a\nB\nc\nd\ne\nF\ng\n";

async fn amend(bench: &Bench, id: String, text: &str) -> String {
    let params = EditAmendParams {
        hunk_id: id,
        new_text: text.to_owned(),
    };
    match bench.engine.edit_amend(params).await {
        Ok(edit) => crate::wire::name_of(&edit.status),
        Err(error) => format!("{}: {error}", crate::wire::name_of(&error.code)),
    }
}

#[tokio::test]
async fn an_amended_hunk_stays_pending() {
    let mut bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    bench.write("x", &format!("mine\n{NEW}"));
    assert_eq!(
        amend(&bench, format!("{id}-0"), "one\ntwo").await,
        "applied"
    );
    assert_eq!(bench.read("x"), "mine\na\none\ntwo\nc\nd\ne\nF\ng\n");
    bench.restart().await;
    expect![[r#"
        x applied; pending 2-3 "b\n" > 2-4 "one\ntwo\n"; pending 6-7 "f\n" > 7-8 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
    assert_eq!(bench.reject(hunks(&[format!("{id}-0")])).await, "partial");
    assert_eq!(bench.read("x"), "mine\na\nb\nc\nd\ne\nF\ng\n");
    let again = amend(&bench, format!("{id}-0"), "x").await;
    assert!(again.starts_with("invalid: `hunkId`"), "{again}");
    let unknown = amend(&bench, format!("{id}-9"), "x").await;
    assert!(unknown.starts_with("notFound: `hunkId`"), "{unknown}");
}

#[tokio::test]
async fn a_hunk_that_comes_apart_keeps_its_id_and_the_others_theirs() {
    let bench = Bench::new(&[("x", "a\nb\nc\nd\ne\n")]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", "a\nB\nC\nD\ne\nend\n").await;
    assert_eq!(
        amend(&bench, format!("{id}-0"), "BB\nc\nDD\n").await,
        "applied"
    );
    let list = bench.list().await;
    let ids: Vec<_> = list[0].hunks.iter().map(|hunk| hunk.id.clone()).collect();
    assert_eq!(
        ids,
        [format!("{id}-0"), format!("{id}-2"), format!("{id}-1")]
    );
    assert_eq!(bench.reject(edits(&[&id])).await, "rejected");
    assert_eq!(bench.read("x"), "a\nb\nc\nd\ne\n");
}

#[tokio::test]
async fn lines_that_the_user_changed_are_left_alone() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    let mine = "a\nB mine\nc\nd\ne\nF\ng\n";
    bench.write("x", mine);
    let answer = amend(&bench, format!("{id}-0"), "x\n").await;
    expect!["conflict: x was changed at line 2 since the edit was made, so the hunk was left alone; edit these lines by hand"].assert_eq(&answer);
    assert_eq!(bench.read("x"), mine);
}

#[tokio::test]
async fn the_old_text_again_is_a_rejection() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", "a\nB\nc\nd\ne\nf\ng\n").await;
    assert_eq!(amend(&bench, format!("{id}-0"), "b\n").await, "rejected");
    assert_eq!(bench.read("x"), OLD);
}
