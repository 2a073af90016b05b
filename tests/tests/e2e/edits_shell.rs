//! Edits from the shell: review, undo, the ledger, and the engine without a model.
use aside_tests::process::{Finished, run};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, call, edit, read, say};
use crate::desk::{Desk, id, stage, state};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";
const EDITED: &str = "one\ntwo\nTHREE\nfour\nfive\n";

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

fn json_of(done: &Finished) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error} in {done:?}"))
}

/// Two files edited headless, a turn each.
async fn worked() -> Stage {
    let stage = stage([
        edit("first", "a.txt", "three", "THREE"),
        say("First."),
        edit("second", "b.txt", "beta", "BETA"),
        say("Second."),
        say("Third."),
    ]);
    stage.world.write("a.txt", TEXT);
    stage.world.write("b.txt", "beta\n");
    for arguments in [&["run"][..], &["run", "--continue"]] {
        let more = ["--permission-mode", "acceptEdits", "Do it."];
        aside(&stage, &[arguments, &more].concat())
            .await
            .expect_code(0);
    }
    assert_eq!(stage.world.read("a.txt"), EDITED);
    assert_eq!(stage.world.read("b.txt"), "BETA\n");
    stage
}

#[tokio::test]
async fn undo_goes_back_a_turn_and_redo_forth() {
    let stage = worked().await;
    let done = aside(&stage, &["undo", "--dry-run"]).await.expect_code(0);
    assert!(
        done.stdout.contains("b.txt") && !done.stdout.contains("a.txt"),
        "{done:?}"
    );
    assert_eq!(stage.world.read("b.txt"), "BETA\n");
    let done = aside(&stage, &["undo", "--json"]).await.expect_code(0);
    let undone = json_of(&done);
    assert_eq!(undone["conflicts"], json!([]), "{undone:#}");
    assert_eq!(stage.world.read("b.txt"), "beta\n");
    assert_eq!(stage.world.read("a.txt"), EDITED);
    let rewind = text(&undone, "/rewindId").to_owned();
    aside(&stage, &["undo", "--redo", &rewind])
        .await
        .expect_code(0);
    assert_eq!(stage.world.read("b.txt"), "BETA\n");
    // Turn by turn.
    aside(&stage, &["undo"]).await.expect_code(0);
    aside(&stage, &["undo"]).await.expect_code(0);
    assert_eq!(stage.world.read("a.txt"), TEXT);
    assert_eq!(stage.world.read("b.txt"), "beta\n");
    let done = aside(&stage, &["undo"]).await;
    assert_ne!(done.code(), 0, "nothing is left: {done:?}");
    assert!(!done.stderr.is_empty());
}

#[tokio::test]
async fn undo_of_files_only_leaves_the_conversation() {
    let stage = worked().await;
    aside(&stage, &["undo", "--files-only"])
        .await
        .expect_code(0);
    assert_eq!(stage.world.read("b.txt"), "beta\n");
    aside(&stage, &["run", "--continue", "Go on."])
        .await
        .expect_code(0);
    let last = stage.requests().last().cloned().unwrap_or_default();
    assert!(last.to_string().contains("Second."), "{last:#}");
}

#[tokio::test]
async fn undo_without_only_files_takes_the_turn_from_the_conversation() {
    let stage = worked().await;
    aside(&stage, &["undo"]).await.expect_code(0);
    aside(&stage, &["run", "--continue", "Go on."])
        .await
        .expect_code(0);
    let last = stage
        .requests()
        .last()
        .cloned()
        .unwrap_or_default()
        .to_string();
    assert!(
        last.contains("First.") && !last.contains("Second."),
        "{last}"
    );
}

#[tokio::test]
async fn undo_leaves_a_file_in_which_work_would_be_lost() {
    let stage = worked().await;
    stage.world.write("b.txt", "BETA, typed\n");
    for arguments in [&["undo", "--dry-run"][..], &["undo"]] {
        let done = aside(&stage, arguments).await.expect_code(1);
        assert!(done.stdout.contains("b.txt"), "{done:?}");
        assert_eq!(stage.world.read("b.txt"), "BETA, typed\n");
    }
}

#[tokio::test]
async fn undo_of_what_is_not_there() {
    let stage = stage([]);
    for arguments in [
        &["undo"][..],
        &["undo", "--redo", "nope"],
        &["undo", "--session", "nope"],
    ] {
        let done = aside(&stage, arguments).await;
        assert!([1, 2].contains(&done.code()), "{arguments:?}: {done:?}");
        assert!(
            done.stdout.is_empty() && done.stderr.contains(' '),
            "{done:?}"
        );
    }
    aside(&stage, &["undo", "--fast"]).await.expect_code(2);
}

#[tokio::test]
async fn edits_are_listed_accepted_and_rejected() {
    let stage = worked().await;
    let done = aside(&stage, &["edits", "list"]).await.expect_code(0);
    for part in ["a.txt", "b.txt", "-three", "+THREE", "+BETA"] {
        assert!(done.stdout.contains(part), "{part:?} in {}", done.stdout);
    }
    let list = json_of(
        &aside(&stage, &["edits", "list", "--json"])
            .await
            .expect_code(0),
    );
    let edits = list.as_array().unwrap();
    assert_eq!(edits.len(), 2);
    let hunk = text(&edits[0], "/hunks/0/id").to_owned();
    aside(&stage, &["edits", "reject", &hunk])
        .await
        .expect_code(0);
    assert_eq!(stage.world.read("a.txt"), TEXT);
    let accepted = aside(&stage, &["edits", "accept", "--json", &id(&edits[1])])
        .await
        .expect_code(0);
    assert_eq!(state(&json_of(&accepted)[0]), "accepted a");
    let done = aside(&stage, &["edits", "list"]).await.expect_code(0);
    assert!(done.stdout.is_empty(), "{done:?}");
    let all = json_of(
        &aside(&stage, &["edits", "list", "--all", "--json"])
            .await
            .expect_code(0),
    );
    let states: Vec<String> = all.as_array().unwrap().iter().map(state).collect();
    assert_eq!(states, ["rejected r", "accepted a"]);
}

#[tokio::test]
async fn edits_are_resolved_by_path() {
    let stage = worked().await;
    aside(&stage, &["edits", "reject", "--path", "a.txt"])
        .await
        .expect_code(0);
    assert_eq!(stage.world.read("a.txt"), TEXT);
    assert_eq!(stage.world.read("b.txt"), "BETA\n");
    stage.world.write("b.txt", "BETA, typed\n");
    let done = aside(&stage, &["edits", "reject", "--path", "b.txt"])
        .await
        .expect_code(1);
    assert!(done.stderr.contains("b.txt"), "{done:?}");
    assert_eq!(stage.world.read("b.txt"), "BETA, typed\n");
    for arguments in [
        &["edits", "accept"][..],
        &["edits", "accept", "nope"],
        &["edits"],
    ] {
        let done = aside(&stage, arguments).await;
        assert!([1, 2].contains(&done.code()), "{arguments:?}: {done:?}");
    }
}

#[tokio::test]
async fn an_editor_reviews_what_was_edited_headless() {
    let stage = worked().await;
    let list = aside(&stage, &["sessions", "list", "--json"])
        .await
        .expect_code(0);
    let session = text(&json_of(&list), "/sessions/0/id").to_owned();
    let editor = stage.open().await;
    editor.open_file(&stage.world.path("a.txt"));
    let desk = Desk {
        stage,
        editor,
        session,
    };
    desk.type_over("a.txt", "one\n", "zero\none\n");
    let edits = desk.edits().await;
    desk.reject(json!({"editIds": [id(&edits[0])]})).await;
    desk.check("a.txt", "zero\none\ntwo\nthree\nfour\nfive\n")
        .await;
    desk.close().await;
}

/// A turn whose first attempt is refused and whose second one fits, and one that fits at once.
async fn attempted() -> Desk {
    let desk = Desk::new(
        [
            read("read", "a.txt"),
            edit("first", "a.txt", "thre\n", "THREE\n"),
            edit("second", "a.txt", "three\n", "THREE\n"),
            say("Done."),
            edit("third", "b.txt", "beta", "BETA"),
            call(
                "fourth",
                "write_file",
                json!({"path": "c.txt", "content": "c\n"}),
            ),
            say("Done."),
        ],
        &[("a.txt", TEXT), ("b.txt", "beta\n")],
    )
    .await;
    desk.turn().await;
    desk.turn().await;
    desk.check("a.txt", EDITED).await;
    desk
}

#[tokio::test]
async fn the_ledger_counts_first_tries() {
    let desk = attempted().await;
    let done = aside(&desk.stage, &["edits", "stats", "--json"])
        .await
        .expect_code(0);
    let stats = json_of(&done);
    let row = |dialect: &str| {
        let rows = stats.as_array().unwrap().iter();
        rows.clone()
            .find(|row| row["dialect"] == dialect)
            .unwrap_or_else(|| panic!("no {dialect} in {stats:#}"))
    };
    let edits = row("editFile");
    assert_eq!(edits["model"], "openai/scripted");
    let counts = ["attempts", "firstTries", "firstTryOk", "ok", "refused"]
        .map(|name| edits[name].as_i64().unwrap());
    assert_eq!(counts, [3, 2, 1, 2, 1], "{edits:#}");
    assert_eq!(edits["byStage"]["exact"], 2, "{edits:#}");
    assert_eq!(row("writeFile")["ok"], 1);
    let done = aside(&desk.stage, &["edits", "stats"]).await.expect_code(0);
    assert!(
        done.stdout.contains("1/2") && done.stdout.contains("50 %"),
        "{done:?}"
    );
    desk.close().await;
}

#[tokio::test]
async fn the_ledger_runs_again() {
    let desk = attempted().await;
    let done = aside(&desk.stage, &["edits", "replay"])
        .await
        .expect_code(0);
    let said = done.stdout + &done.stderr;
    assert!(said.contains("4 as before"), "{said}");
    desk.close().await;
}

#[tokio::test]
async fn an_empty_ledger_is_no_failure() {
    let stage = stage([]);
    aside(&stage, &["edits", "stats"]).await.expect_code(0);
    aside(&stage, &["edits", "replay"]).await.expect_code(0);
    aside(&stage, &["edits", "list"]).await.expect_code(0);
    let done = aside(&stage, &["edits", "stats", "--json"])
        .await
        .expect_code(0);
    assert_eq!(json_of(&done), json!([]));
}

/// A patch in each dialect that changes the third line of `a.txt`, by the text to be replaced.
fn patch(dialect: &str, old: &str) -> String {
    match dialect {
        "v4a" => {
            format!("*** Begin Patch\n*** Update File: a.txt\n@@\n-{old}\n+THREE\n*** End Patch\n")
        }
        "unified" => format!("--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n two\n-{old}\n+THREE\n"),
        _ => format!("a.txt\n```\n<<<<<<< SEARCH\n{old}\n=======\nTHREE\n>>>>>>> REPLACE\n```\n"),
    }
}

const DIALECTS: [&str; 3] = ["v4a", "unified", "search-replace"];

#[tokio::test]
async fn patches_are_applied_without_a_model() {
    for dialect in DIALECTS {
        let stage = stage([]);
        stage.world.write("sub/a.txt", TEXT);
        let apply = ["edits", "apply", "--dialect", dialect, "--root", "sub"];
        let with = |more: &[&'static str]| [&apply[..], more].concat();
        let input = patch(dialect, "three");
        let done = run(&stage.world, &with(&["--json", "--dry-run", "-"]), &input)
            .await
            .expect_code(0);
        let report = json_of(&done).to_string();
        assert!(
            report.contains("exact") && report.contains("a.txt"),
            "{report}"
        );
        assert_eq!(stage.world.read("sub/a.txt"), TEXT);
        run(&stage.world, &with(&["-"]), &input)
            .await
            .expect_code(0);
        assert_eq!(stage.world.read("sub/a.txt"), EDITED);
        // From a file, and refused.
        let stale = patch(dialect, "drei").replace("THREE", "TROIS");
        stage.world.write("change.patch", stale);
        let done = run(&stage.world, &with(&["--json", "change.patch"]), "")
            .await
            .expect_code(1);
        let report = json_of(&done).to_string();
        assert!(
            report.contains("a.txt") && report.contains("notFound"),
            "{report}"
        );
        assert_eq!(stage.world.read("sub/a.txt"), EDITED);
        let done = run(&stage.world, &with(&["change.patch"]), "")
            .await
            .expect_code(1);
        assert!((done.stdout + &done.stderr).contains("a.txt"));
        assert!(stage.requests().is_empty());
    }
}

#[tokio::test]
async fn patches_that_lead_outside_the_root_are_refused() {
    for dialect in DIALECTS {
        for path in ["../a.txt", "link/a.txt", "/etc/hostname"] {
            let stage = stage([]);
            stage.world.write("a.txt", TEXT);
            stage.world.write("sub/b.txt", "beta\n");
            let out = stage.world.outside();
            aside_tests::world::write_at(&out.join("a.txt"), TEXT);
            std::os::unix::fs::symlink(&out, stage.world.path("sub/link")).unwrap();
            let input = patch(dialect, "three").replace("a.txt", path);
            let arguments = ["edits", "apply", "--dialect", dialect, "--root", "sub", "-"];
            let done = run(&stage.world, &arguments, &input).await;
            assert_eq!(done.code(), 1, "{dialect} {path}: {done:?}");
            assert_eq!(stage.world.read("a.txt"), TEXT);
            assert_eq!(std::fs::read_to_string(out.join("a.txt")).unwrap(), TEXT);
        }
    }
}

#[tokio::test]
async fn files_are_made_deleted_and_moved_without_a_model() {
    let stage = stage([]);
    stage.world.write("b.txt", "beta\n");
    stage.world.write("c.txt", "gamma\n");
    let input = "*** Begin Patch\n*** Add File: sub/new.txt\n+new\n*** Delete File: b.txt\n\
                 *** Update File: c.txt\n*** Move to: d.txt\n@@\n-gamma\n+GAMMA\n*** End Patch\n";
    let arguments = ["edits", "apply", "--dialect", "v4a", "--root", ".", "-"];
    run(&stage.world, &arguments, input).await.expect_code(0);
    assert_eq!(stage.world.read("sub/new.txt"), "new\n");
    assert_eq!(stage.world.read("d.txt"), "GAMMA\n");
    assert!(!stage.world.path("b.txt").exists() && !stage.world.path("c.txt").exists());
    // The files are there already, or gone: all or none.
    run(&stage.world, &arguments, input).await.expect_code(1);
    assert_eq!(stage.world.read("sub/new.txt"), "new\n");
}

#[tokio::test]
async fn patches_that_are_none_are_refused() {
    for dialect in DIALECTS {
        for input in [
            "",
            "hello\n",
            "*** Begin Patch\n",
            "<<<<<<< SEARCH\n",
            "--- a\n",
        ] {
            let stage = stage([]);
            let arguments = [
                "edits",
                "apply",
                "--dialect",
                dialect,
                "--root",
                ".",
                "--json",
                "-",
            ];
            let done = run(&stage.world, &arguments, input).await;
            assert_eq!(done.code(), 1, "{dialect} {input:?}: {done:?}");
            json_of(&done);
        }
    }
    let stage = stage([]);
    for arguments in [
        &["edits", "apply", "--dialect", "morse", "--root", ".", "-"][..],
        &["edits", "apply", "-"],
        &["edits", "fly"],
    ] {
        aside(&stage, arguments).await.expect_code(2);
    }
    let absent = [
        "edits",
        "apply",
        "--dialect",
        "v4a",
        "--root",
        "absent",
        "-",
    ];
    let done = run(&stage.world, &absent, &patch("v4a", "three")).await;
    assert!([1, 2].contains(&done.code()), "{done:?}");
}

#[tokio::test]
async fn a_call_of_edit_file_is_matched_without_a_model() {
    let stage = stage([]);
    stage.world.write("a.txt", "one  \ntwo\nthree\n");
    let input =
        |old: &str| json!({"edits": [{"old_text": old, "new_text": "1\nTWO\n"}]}).to_string();
    let arguments = ["edits", "match", "--path", "a.txt", "--json"];
    let done = run(
        &stage.world,
        &[&arguments[..], &["--dry-run"]].concat(),
        &input("one\ntwo\n"),
    )
    .await
    .expect_code(0);
    assert!(
        json_of(&done).to_string().contains("trailingSpace"),
        "{done:?}"
    );
    assert_eq!(stage.world.read("a.txt"), "one  \ntwo\nthree\n");
    run(&stage.world, &arguments, &input("one\ntwo\n"))
        .await
        .expect_code(0);
    assert_eq!(stage.world.read("a.txt"), "1\nTWO\nthree\n");
    let done = run(&stage.world, &arguments, &input("one\ntow\n"))
        .await
        .expect_code(1);
    let refusal = json_of(&done)["refusal"].clone();
    assert_eq!(
        (&refusal["code"], &refusal["alreadyAt"]),
        (&json!("alreadyThere"), &json!(1)),
        "{refusal}"
    );
    let stale = input("1\ntow\n").replace("TWO", "DEUX");
    let done = run(&stage.world, &arguments, &stale).await.expect_code(1);
    let refusal = json_of(&done)["refusal"].clone();
    assert_eq!(refusal["code"], "notFound", "{refusal}");
    assert_eq!(stage.world.read("a.txt"), "1\nTWO\nthree\n");
    for input in ["", "[]", "{\"edits\": 7}", "{\"edits\": []}"] {
        let done = run(&stage.world, &arguments, input).await;
        assert!([1, 2].contains(&done.code()), "{input}: {done:?}");
    }
    assert_eq!(stage.world.read("a.txt"), "1\nTWO\nthree\n");
}
