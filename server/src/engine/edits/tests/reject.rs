//! Accepting and rejecting what was made.
use aside_agent::host::Target;
use aside_protocol::{EditResolveParams, Uri};
use expect_test::expect;

use super::bench::{Bench, edits, hunks};
use crate::engine::edits::stored::Phase;

const OLD: &str = "a\nb\nc\nd\ne\nf\ng\n";
const NEW: &str = "a\nB\nc\nd\ne\nF\ng\n";

#[tokio::test]
async fn hunks_are_taken_back_one_by_one() {
    let mut bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    expect![[r#"
        x applied; pending 1-2 "b\n" > 1-2 "B\n"; pending 5-6 "f\n" > 5-6 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);

    bench.write("x", &format!("new\n{NEW}"));
    expect![[r#"
        x applied; pending 2-3 "b\n" > 2-3 "B\n"; pending 6-7 "f\n" > 6-7 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);

    assert_eq!(bench.reject(hunks(&[format!("{id}-0")])).await, "partial");
    assert_eq!(bench.read("x"), "new\na\nb\nc\nd\ne\nF\ng\n");
    assert_eq!(bench.told(), "partial");
    bench.restart().await;
    assert_eq!(bench.reject(hunks(&[format!("{id}-0")])).await, "partial");
    assert_eq!(bench.accept(hunks(&[format!("{id}-1")])).await, "partial");
    assert_eq!(bench.accept(edits(&[&id])).await, "partial");
    expect![[r#"
        x partial; rejected 1-2 "b\n" > 1-2 "B\n"; accepted 5-6 "f\n" > 5-6 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
    expect![[r#"
        The user rejected your change to x, line 2 (1 of 2 hunks). The old text is there again.
    "#]]
    .assert_eq(&bench.notes().await);
}

#[tokio::test]
async fn rejecting_all_gives_the_users_text() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    bench.text(&turn, "x", NEW).await;
    bench.write("x", "a\nB\nc\nmine\nd\ne\nF\ng\nmine\n");
    let all = EditResolveParams {
        session_id: Some(bench.session.clone()),
        ..Default::default()
    };
    assert_eq!(bench.reject(all).await, "rejected");
    assert_eq!(bench.read("x"), "a\nb\nc\nmine\nd\ne\nf\ng\nmine\n");
}

#[tokio::test]
async fn what_the_user_changed_stays() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    bench.write("x", "a\nB mine\nc\nd\ne\nF\ng\n");
    expect![[r#"
        x applied; pending 1-2 "b\n" > 1-2 "B mine\n"; pending 5-6 "f\n" > 5-6 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
    assert_eq!(bench.reject(edits(&[&id])).await, "partial");
    assert_eq!(bench.read("x"), "a\nB mine\nc\nd\ne\nf\ng\n");
    let again = bench.reject(edits(&[&id])).await;
    expect!["conflict: x was changed at line 2 since the edit was made, so it cannot be taken back without losing that change; undo the change there or edit these lines by hand, or accept the edit"].assert_eq(&again);
    assert_eq!(bench.read("x"), "a\nB mine\nc\nd\ne\nf\ng\n");
}

#[tokio::test]
async fn what_the_user_undid_is_rejected() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    bench.write("x", OLD);
    expect![[r#"
        x rejected; rejected 1-2 "b\n" > 1-2 "B\n"; rejected 5-6 "f\n" > 5-6 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
    assert_eq!(bench.reject(edits(&[&id])).await, "rejected");
    assert_eq!(bench.read("x"), OLD);
}

#[tokio::test]
async fn later_edits_on_the_same_lines_go_first() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let first = bench.text(&turn, "x", NEW).await;
    bench.text(&turn, "x", "a\nBB\nc\nD\ne\nF\ng\n").await;
    assert_eq!(
        bench.reject(hunks(&[format!("{first}-0")])).await,
        "partial partial"
    );
    assert_eq!(bench.read("x"), "a\nb\nc\nD\ne\nF\ng\n");
}

#[tokio::test]
async fn what_lies_beneath_is_accepted_too() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    bench.text(&turn, "x", NEW).await;
    let second = bench.text(&turn, "x", "a\nBB\nc\nd\ne\nF\ng\n").await;
    assert_eq!(bench.accept(edits(&[&second])).await, "partial accepted");
    assert_eq!(bench.read("x"), "a\nBB\nc\nd\ne\nF\ng\n");
}

#[tokio::test]
async fn files_come_back_go_and_move_back() {
    let bench = Bench::new(&[("gone", "gone\n"), ("old", "1\n2\n3\n")]).await;
    let turn = bench.turn().await;
    let made = bench.text(&turn, "made", "made\n").await;
    let empty = bench.text(&turn, "empty", "").await;
    let gone = bench.edit(&turn, "gone", Target::Deleted).await;
    let moved = bench.moved("moved", "1\n2\nthree\n");
    let moved = bench.edit(&turn, "old", moved).await;
    bench.write("moved", "0\n1\n2\nthree\n");
    assert_eq!(
        bench.reject(edits(&[&made, &empty, &gone, &moved])).await,
        "rejected rejected rejected rejected"
    );
    let names = ["made", "empty", "gone", "old", "moved"];
    assert_eq!(
        names.map(|name| bench.read(name)),
        ["-", "-", "gone\n", "0\n1\n2\n3\n", "-"]
    );
}

#[tokio::test]
async fn a_file_that_was_changed_is_not_deleted() {
    let bench = Bench::new(&[]).await;
    let turn = bench.turn().await;
    let made = bench.text(&turn, "made", "made\n").await;
    bench.write("made", "made\nmine\n");
    expect!["conflict: made was changed since the edit was made, so it cannot be taken back without losing that change; put the file back as the edit left it, or accept the edit"]
        .assert_eq(&bench.reject(edits(&[&made])).await);
    assert_eq!(bench.read("made"), "made\nmine\n");
}

#[tokio::test]
async fn an_edit_of_a_file_that_was_deleted_later_comes_back_with_it() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let first = bench.text(&turn, "x", NEW).await;
    bench.edit(&turn, "x", Target::Deleted).await;
    assert_eq!(bench.reject(edits(&[&first])).await, "rejected rejected");
    assert_eq!(bench.read("x"), OLD);
}

#[tokio::test]
async fn what_is_not_there_is_an_error() {
    let bench = Bench::new(&[]).await;
    let none = EditResolveParams::default();
    expect!["invalid: nothing is named; pass `editIds`, `hunkIds`, `uri`, `turnId` or `sessionId`"]
        .assert_eq(&bench.accept(none).await);
    let unknown = "01234567-89ab-7def-8123-456789abcdef".to_owned();
    expect![[r#"notFound: `editIds`: there is no edit with the id "01234567-89ab-7def-8123-456789abcdef"; edit/list names those there are"#]]
        .assert_eq(&bench.reject(edits(&[&unknown])).await);
    expect![[
        r#"notFound: `hunkIds`: there is no hunk with the id "x"; edit/list names those there are"#
    ]]
    .assert_eq(&bench.reject(hunks(&["x".to_owned()])).await);
    let uri = |uri: &str| EditResolveParams {
        uri: Some(Uri(uri.to_owned())),
        ..Default::default()
    };
    assert_eq!(bench.reject(uri("file:///nowhere/x")).await, "");
    expect![[
        r#"invalid: `uri` "untitled:1" is not the `file:` URI of an absolute path on this machine"#
    ]]
    .assert_eq(&bench.reject(uri("untitled:1")).await);
    let session = EditResolveParams {
        session_id: Some("x".to_owned()),
        ..Default::default()
    };
    expect![[
        r#"notFound: there is no session with the id "x"; list the sessions to see which there are"#
    ]]
    .assert_eq(&bench.accept(session).await);
    assert_eq!(bench.accept(hunks(&[])).await, "");
}

#[tokio::test]
async fn conditions_are_met_together() {
    let bench = Bench::new(&[("x", OLD), ("y", OLD)]).await;
    let (one, two) = (bench.turn().await, bench.turn().await);
    bench.text(&one, "x", NEW).await;
    bench.text(&two, "y", NEW).await;
    let of = |turn: &str, name: &str| EditResolveParams {
        turn_id: Some(turn.to_owned()),
        uri: Some(crate::wire::path_to_uri(&bench.path(name))),
        ..Default::default()
    };
    assert_eq!(bench.reject(of(&one, "y")).await, "");
    assert_eq!(bench.reject(of(&two, "y")).await, "rejected");
    assert_eq!((bench.read("x"), bench.read("y")), (NEW.into(), OLD.into()));
}

#[tokio::test]
async fn a_crash_does_not_leave_a_proposal() {
    let bench = Bench::new(&[("x", OLD), ("y", OLD)]).await;
    let turn = bench.turn().await;
    for name in ["x", "y"] {
        let change = bench.change(name, Target::Text(NEW.into())).await;
        bench.store(&turn, &change, Phase::Acting).await;
    }
    bench.write("y", &format!("mine\n{NEW}"));
    expect![[r#"
        x conflicted; pending 1-2 "b\n" > 1-2 "B\n"; pending 5-6 "f\n" > 5-6 "F\n"
        y applied; pending 2-3 "b\n" > 2-3 "B\n"; pending 6-7 "f\n" > 6-7 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
}

#[tokio::test]
async fn accepting_what_the_user_undid_does_not_bring_it_back() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    bench.write("x", "a\nb\nc\nd\ne\nF\ng\n");
    assert_eq!(bench.accept(edits(&[&id])).await, "partial");
    expect![[r#"
        x partial; rejected 1-2 "b\n" > 1-2 "B\n"; accepted 5-6 "f\n" > 5-6 "F\n"
    "#]]
    .assert_eq(&bench.shown().await);
    assert_eq!(bench.read("x"), "a\nb\nc\nd\ne\nF\ng\n");
}

#[tokio::test]
async fn files_that_are_no_text_any_more_do_not_stand_in_the_way() {
    let names = ["big", "binary", "gone", "folder", "x"];
    let bench = Bench::new(&names.map(|name| (name, "a\nb\n"))).await;
    let turn = bench.turn().await;
    for name in names {
        bench.text(&turn, name, "a\nB\n").await;
    }
    bench.write("big", &"x\n".repeat(10 << 20));
    bench.write("binary", "\0\u{1}\0");
    bench.remove("gone");
    bench.replace_by_folder("folder");
    let before = bench.shown().await;
    assert_eq!(before.matches(" applied; pending ").count(), 5, "{before}");
    let all = || EditResolveParams {
        session_id: Some(bench.session.clone()),
        ..Default::default()
    };
    assert_eq!(
        bench.reject(all()).await,
        "applied applied applied applied rejected"
    );
    assert_eq!(bench.read("x"), "a\nb\n");
    let again = bench.reject(all()).await;
    assert!(again.starts_with("invalid: folder is a folder"), "{again}");
    assert_eq!(
        bench.rewind(&turn, true, false).await.1,
        "back []; left [big binary gone folder]"
    );
    assert_eq!(
        bench.accept(all()).await,
        "accepted accepted accepted accepted"
    );
    assert_eq!(bench.read("binary"), "\0\u{1}\0");
}

#[tokio::test]
async fn line_endings_and_marks_come_back() {
    let old = "\u{feff}a\r\nb\r\nc";
    let bench = Bench::new(&[("x", old)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", "\u{feff}a\r\nB\r\nc\r\nd").await;
    bench.write("x", "\u{feff}mine\r\na\r\nB\r\nc\r\nd");
    assert_eq!(bench.reject(edits(&[&id])).await, "rejected");
    assert_eq!(bench.read("x"), "\u{feff}mine\r\na\r\nb\r\nc");
}
