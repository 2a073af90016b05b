//! Rewinding, and taking that back.
use aside_agent::host::Target;
use aside_store::Write;
use expect_test::expect;

use super::bench::{Bench, edits, hunks};
use crate::engine::edits::steps::StoredRewind;

const OLD: &str = "a\nb\nc\nd\ne\nf\ng\n";
const NEW: &str = "a\nB\nc\nd\ne\nF\ng\n";

#[tokio::test]
async fn everything_goes_back_and_comes_back() {
    let mut bench = Bench::new(&[("x", OLD), ("gone", "gone\n"), ("old", "1\n2\n3\n")]).await;
    bench.turn().await;
    let turn = bench.turn().await;
    bench.text(&turn, "x", NEW).await;
    bench.text(&turn, "made", "made\n").await;
    bench.text(&turn, "empty", "").await;
    bench.edit(&turn, "gone", Target::Deleted).await;
    let moved = bench.moved("moved", "1\n2\nthree\n");
    bench.edit(&turn, "old", moved).await;
    let later = bench.turn().await;
    bench.text(&later, "x", "a\nBB\nc\nd\ne\nF\ng\n").await;
    bench.text(&later, "moved", "1\n2\nthree\n4\n").await;
    bench.write("x", "mine\na\nBB\nc\nd\ne\nF\ng\n");
    let names = ["x", "made", "empty", "gone", "old", "moved"];
    let all = |bench: &Bench| names.map(|name| bench.read(name));
    let before = all(&bench);

    let (id, dry) = bench.rewind(&turn, false, true).await;
    assert_eq!((id, all(&bench)), (None, before.clone()));
    let (id, done) = bench.rewind(&turn, false, false).await;
    assert_eq!(dry, done);
    expect!["back [x made empty gone old x moved]; left []"].assert_eq(&done);
    assert_eq!(
        all(&bench),
        [
            "mine\na\nb\nc\nd\ne\nf\ng\n",
            "-",
            "-",
            "gone\n",
            "1\n2\n3\n",
            "-"
        ]
    );
    assert_eq!(bench.turn_count().await, 1);
    assert_eq!(bench.notes().await, "");
    assert!(bench.told().ends_with("reverted session"));
    let (_, twice) = bench.rewind(&turn, false, false).await;
    assert!(twice.contains("was taken back already"), "{twice}");

    bench.restart().await;
    bench.write("x", "mine\na\nb\nc\nd\ne\nf\ng\nmine\n");
    let id = id.unwrap();
    expect!["back [x made empty gone old x moved]"].assert_eq(&bench.unrewind(&id).await);
    assert_eq!(bench.read("x"), "mine\na\nBB\nc\nd\ne\nF\ng\nmine\n");
    assert_eq!(all(&bench)[1..], before[1..]);
    assert_eq!(bench.turn_count().await, 3);
    let twice = bench.unrewind(&id).await;
    assert!(twice.starts_with("invalid: "), "{twice}");
}

#[tokio::test]
async fn later_work_is_not_lost() {
    let bench = Bench::new(&[("x", OLD), ("y", OLD)]).await;
    let turn = bench.turn().await;
    bench.text(&turn, "x", NEW).await;
    bench.text(&turn, "y", NEW).await;
    bench.text(&turn, "made", "made\n").await;
    bench
        .edit(&turn, "made", Target::Text("made more\n".into()))
        .await;
    bench.write("x", "a\nB mine\nc\nd\ne\nF\ng\n");
    bench.write("made", "made more\nmine\n");
    let (_, done) = bench.rewind(&turn, true, false).await;
    expect!["back [y]; left [x made made]"].assert_eq(&done);
    let names = ["x", "y", "made"];
    assert_eq!(
        names.map(|name| bench.read(name)),
        ["a\nB mine\nc\nd\ne\nF\ng\n", OLD, "made more\nmine\n"]
    );
    expect![[r#"
        The user took your changes to these files back, so they hold the text from before: y.
    "#]]
    .assert_eq(&bench.notes().await);
    assert_eq!(bench.turn_count().await, 1);
}

#[tokio::test]
async fn what_was_rejected_does_not_stand_in_the_way() {
    let bench = Bench::new(&[("x", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    bench.reject(hunks(&[format!("{id}-0")])).await;
    let (_, done) = bench.rewind(&turn, false, false).await;
    expect!["back [x]; left []"].assert_eq(&done);
    assert_eq!(bench.read("x"), OLD);
}

#[tokio::test]
async fn accepted_edits_go_back_and_proposals_with_them() {
    let bench = Bench::new(&[("x", OLD), ("y", OLD)]).await;
    let turn = bench.turn().await;
    let id = bench.text(&turn, "x", NEW).await;
    bench.accept(edits(&[&id])).await;
    let proposal = bench.propose(&turn, "y", Target::Text(NEW.into())).await;
    let half = bench
        .propose(&turn, "y", Target::Text("A\nb\nc\nd\ne\nf\nG\n".into()))
        .await;
    bench.accept(hunks(&[format!("{half}-0")])).await;
    assert_eq!(bench.read("y"), "A\nb\nc\nd\ne\nf\ng\n");
    let (rewind, done) = bench.rewind(&turn, false, false).await;
    expect!["back [x y]; left []"].assert_eq(&done);
    assert_eq!((bench.read("x"), bench.read("y")), (OLD.into(), OLD.into()));
    assert_eq!(bench.accept(edits(&[&proposal])).await, "rejected");
    bench.unrewind(&rewind.unwrap()).await;
    assert_eq!(bench.read("y"), "A\nb\nc\nd\ne\nf\ng\n");
    assert_eq!(bench.accept(edits(&[&proposal])).await, "accepted");
    assert_eq!(bench.read("y"), "A\nB\nc\nd\ne\nF\ng\n");
}

#[tokio::test]
async fn nothing_comes_back_over_later_work() {
    let bench = Bench::new(&[("x", OLD), ("y", OLD)]).await;
    let turn = bench.turn().await;
    bench.text(&turn, "x", NEW).await;
    bench.text(&turn, "y", NEW).await;
    let (id, _) = bench.rewind(&turn, false, false).await;
    let id = id.unwrap();
    let mine = "a\nmine\nc\nd\ne\nf\ng\n";
    bench.write("x", mine);
    expect!["conflict: later work would be lost in x, so nothing was brought back; undo what was done there since the rewind, then try again"]
        .assert_eq(&bench.unrewind(&id).await);
    assert_eq!(
        (bench.read("x"), bench.read("y")),
        (mine.into(), OLD.into())
    );
    bench.write("x", OLD);
    bench.turn().await;
    let later = bench.unrewind(&id).await;
    assert!(
        later.starts_with("conflict: the conversation went on"),
        "{later}"
    );
}

#[tokio::test]
async fn a_turn_that_is_not_there_is_an_error() {
    let bench = Bench::new(&[]).await;
    let other = Bench::new(&[]).await;
    let turn = other.turn().await;
    let (_, answer) = bench.rewind(&turn, false, false).await;
    assert!(answer.contains("NotFound"), "{answer}");
    let answer = bench.unrewind("x").await;
    assert!(answer.starts_with("notFound: "), "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn executable_bits_and_links_come_back() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let bench = Bench::new(&[("run", "run\n"), ("target", "target\n")]).await;
    let mode = |bench: &Bench| {
        let metadata = std::fs::metadata(bench.path("run")).unwrap();
        metadata.permissions().mode() & 0o777
    };
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bench.path("run"), executable).unwrap();
    symlink("target", bench.path("link")).unwrap();
    let turn = bench.turn().await;
    bench.edit(&turn, "run", Target::Deleted).await;
    bench.edit(&turn, "link", Target::Deleted).await;
    assert_eq!(
        (bench.read("run"), bench.read("target")),
        ("-".into(), "target\n".into())
    );
    let (id, done) = bench.rewind(&turn, true, false).await;
    expect!["back [run link]; left []"].assert_eq(&done);
    assert_eq!(mode(&bench), 0o755);
    let link = std::fs::read_link(bench.path("link")).unwrap();
    assert_eq!(link, std::path::Path::new("target"));
    bench.unrewind(&id.unwrap()).await;
    assert!(!bench.path("run").exists() && bench.path("link").symlink_metadata().is_err());
    assert_eq!(bench.read("target"), "target\n");
}

#[tokio::test]
async fn what_a_crash_left_of_a_rewind_comes_back_too() {
    let bench = Bench::new(&[("x", "1\n2\n"), ("old", "o\n")]).await;
    let turn = bench.turn().await;
    let mut ids = vec![bench.text(&turn, "x", "1\ntwo\n").await];
    ids.push(bench.text(&turn, "made", "made\n").await);
    let moved = bench.moved("new", "n\n");
    ids.push(bench.edit(&turn, "old", moved).await);
    let store = bench.engine.store().await.unwrap();
    let mut edits = Vec::new();
    for id in &ids {
        edits.push(Write::UpsertEdit(
            store.get_edit(id.as_str()).await.unwrap(),
        ));
    }
    let (first, _) = bench.rewind(&turn, true, false).await;
    // As if the crash came when the files were back and that was not stored.
    let mut row = store.get_rewind(first.unwrap()).await.unwrap();
    let mut stored: StoredRewind = serde_json::from_str(&row.json).unwrap();
    stored.edits.clear();
    row.json = serde_json::to_string(&stored).unwrap();
    edits.push(Write::Rewind(row));
    store.write(edits).await.unwrap();

    let (again, told) = bench.rewind(&turn, true, false).await;
    assert_eq!(told, "back [x made old]; left []");
    let names = ["x", "made", "old", "new"];
    let texts = || names.map(|name| bench.read(name));
    assert_eq!(texts(), ["1\n2\n", "-", "o\n", "-"]);
    assert_eq!(bench.unrewind(&again.unwrap()).await, "back [x made old]");
    assert_eq!(texts(), ["1\ntwo\n", "made\n", "-", "n\n"]);
    assert_eq!(bench.list().await.len(), 3);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_two_names_goes_back_by_both() {
    let bench = Bench::new(&[("x", "a\nb\n")]).await;
    std::os::unix::fs::symlink("x", bench.path("link")).unwrap();
    for names in [["link", "x"], ["x", "link"]] {
        let turn = bench.turn().await;
        bench.text(&turn, names[0], "a\nB\n").await;
        let newest = bench.text(&turn, names[1], "a\nBB\n").await;
        let (_, done) = bench.rewind(&turn, true, false).await;
        assert_eq!(done, format!("back [{}]; left []", names.join(" ")));
        assert_eq!(bench.read("x"), "a\nb\n");
        assert_eq!(bench.reject(edits(&[&newest])).await, "reverted");

        let turn = bench.turn().await;
        bench.text(&turn, names[0], "a\nB\n").await;
        bench.text(&turn, names[1], "a\nBB\n").await;
        let all = aside_protocol::EditResolveParams {
            turn_id: Some(turn),
            ..Default::default()
        };
        assert_eq!(bench.reject(all).await, "rejected rejected");
        assert_eq!(bench.read("x"), "a\nb\n");
    }
    let link = bench.path("link").symlink_metadata().unwrap();
    assert!(link.is_symlink());
}
