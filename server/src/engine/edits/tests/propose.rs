//! Proposals.
use aside_agent::host::Target;
use expect_test::expect;

use super::bench::{Bench, edits, hunks};

const OLD: &str = "a\nb\nc\nd\ne\nf\ng\n";
const NEW: &str = "a\nB\nc\nd\ne\nF\ng\n";

#[tokio::test]
async fn a_proposal_is_made_hunk_by_hunk() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.propose(&turn, "x", Target::Text(NEW.into())).await;
    bench.write("x", &format!("mine\n{OLD}"));
    expect![[r#"
        x proposed; pending 2-3 "b\n" > 2-3 "B\n"; pending 6-7 "f\n" > 6-7 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
    assert_eq!(bench.accept(hunks(&[format!("{id}-1")])).await, "partial");
    assert_eq!(bench.read("x"), "mine\na\nb\nc\nd\ne\nF\ng\n");
    assert_eq!(bench.accept(edits(&[&id])).await, "accepted");
    assert_eq!(bench.read("x"), format!("mine\n{NEW}"));
    expect![[r#"
        The user accepted your proposed change to x, line 6 (1 of 2 hunks). It is made now.
        The user accepted your proposed change to x, line 2 (1 of 2 hunks). It is made now.
    "#]]
    .assert_eq(&bench.notes().await);
}

#[tokio::test]
async fn a_rejected_proposal_touches_nothing() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.propose(&turn, "x", Target::Text(NEW.into())).await;
    assert_eq!(bench.reject(edits(&[&id])).await, "rejected");
    assert_eq!(bench.read("x"), OLD);
    assert_eq!(bench.accept(edits(&[&id])).await, "rejected");
    assert_eq!(bench.read("x"), OLD);
}

#[tokio::test]
async fn a_proposal_on_lines_that_changed_conflicts() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.propose(&turn, "x", Target::Text(NEW.into())).await;
    bench.write("x", "a\nmine\nc\nd\ne\nf\ng\n");
    let answer = bench.accept(edits(&[&id])).await;
    expect!["conflict: x changed in the lines that the proposal changes, so it was not made; ask the agent for a new one, or make the change by hand."].assert_eq(&answer);
    assert_eq!(bench.told(), "conflicted");
    assert_eq!(bench.read("x"), "a\nmine\nc\nd\ne\nf\ng\n");
    bench.write("x", OLD);
    assert_eq!(bench.accept(edits(&[&id])).await, "accepted");
    assert_eq!(bench.read("x"), NEW);
}

#[tokio::test]
async fn files_are_made_deleted_and_moved() {
    let bench = Bench::new(&[("gone", "gone\n"), ("old", "1\n2\n3\n")]).await;
    let turn = bench.turn().await;
    let made = bench
        .propose(&turn, "made", Target::Text("made\n".into()))
        .await;
    let empty = bench.propose(&turn, "empty", Target::Text("".into())).await;
    let gone = bench.propose(&turn, "gone", Target::Deleted).await;
    let moved = bench.moved("moved", "1\n2\nthree\n");
    let moved = bench.propose(&turn, "old", moved).await;
    assert_eq!(
        bench.accept(edits(&[&made, &empty, &gone, &moved])).await,
        "accepted accepted accepted accepted"
    );
    let names = ["made", "empty", "gone", "old", "moved"];
    assert_eq!(
        names.map(|name| bench.read(name)),
        ["made\n", "", "-", "-", "1\n2\nthree\n"]
    );
}

#[tokio::test]
async fn a_proposal_that_a_crash_left_made_is_made_once() {
    let bench = Bench::new(&[("gone", "gone\n"), ("old", "1\n2\n3\n"), ("x", OLD)]).await;
    let turn = bench.turn().await;
    let made = bench
        .propose(&turn, "made", Target::Text("made\n".into()))
        .await;
    let gone = bench.propose(&turn, "gone", Target::Deleted).await;
    let moved = bench.moved("moved", "1\n2\nthree\n");
    let moved = bench.propose(&turn, "old", moved).await;
    let more = bench
        .propose(&turn, "x", Target::Text(format!("{OLD}{OLD}").into()))
        .await;
    bench.write("made", "made\n");
    bench.write("moved", "1\n2\nthree\n");
    bench.write("x", &format!("{OLD}{OLD}"));
    bench.remove("gone");
    bench.remove("old");
    assert_eq!(
        bench.accept(edits(&[&made, &gone, &moved, &more])).await,
        "accepted accepted accepted accepted"
    );
    let names = ["made", "gone", "old", "moved"];
    assert_eq!(
        names.map(|name| bench.read(name)),
        ["made\n", "-", "-", "1\n2\nthree\n"]
    );
    assert_eq!(bench.read("x"), format!("{OLD}{OLD}"));
}

#[tokio::test]
async fn a_proposal_on_files_that_came_or_went_conflicts() {
    let bench = Bench::new(&[("old", "1\n"), ("x", OLD)]).await;
    let turn = bench.turn().await;
    let made = bench
        .propose(&turn, "made", Target::Text("made\n".into()))
        .await;
    let moved = bench.moved("moved", "1\n");
    let moved = bench.propose(&turn, "old", moved).await;
    let text = bench.propose(&turn, "x", Target::Text(NEW.into())).await;
    bench.write("made", "mine\n");
    bench.write("moved", "mine\n");
    bench.remove("old");
    bench.remove("x");
    for id in [&made, &moved, &text] {
        let answer = bench.accept(edits(&[id])).await;
        assert!(answer.starts_with("conflict: "), "{answer}");
    }
    let names = ["made", "old", "moved", "x"];
    assert_eq!(
        names.map(|name| bench.read(name)),
        ["mine\n", "-", "mine\n", "-"]
    );
}
