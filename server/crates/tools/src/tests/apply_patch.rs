//! `apply_patch` on trees of files.
use aside_agent::host::Target;
use aside_agent::tool::Outcome;
use expect_test::{Expect, expect};
use serde_json::json;

use super::workspace::{Workspace, object, tool};
use crate::plan::IF_DONE;

fn envelope(body: &str) -> String {
    format!("*** Begin Patch\n{body}*** End Patch\n")
}

/// What the model is told, and what is there afterwards.
async fn check(files: &[(&str, &str)], patch: &str, expect: Expect) {
    let workspace = Workspace::new(files);
    let before = workspace.tree();
    let made = workspace.edit("apply_patch", json!({"patch": patch})).await;
    if made.is_err() {
        assert_eq!(workspace.tree(), before);
    }
    let told = made.map_or_else(|error| format!("error: {error}"), |output| output.text);
    expect.assert_eq(&format!("{told}\n---\n{}", workspace.tree()));
}

#[tokio::test]
async fn files_are_added_changed_deleted_and_moved() {
    check(
        &[
            ("a", "1\n2\n3\n"),
            ("gone", "x\n"),
            ("old/name", "one\ntwo\n"),
            ("still", "s"),
        ],
        &envelope(
            "*** Add File: new/deep\n+hello\n*** Update File: a\n@@\n 1\n-2\n+two\n 3\n\
             *** Delete File: gone\n*** Update File: old/name\n*** Move to: new/name\n@@\n one\n\
             -two\n+2\n*** Update File: still\n*** Move to: moved\n",
        ),
        expect![[r#"
            Created new/deep with 1 line.
            Edited a: 1 hunk.
            It now reads:
            1	1
            2	two
            3	3
            Deleted gone.
            Moved old/name to new/name, with 1 hunk.
            It now reads:
            1	one
            2	2
            Moved still to moved.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            a: "1\ntwo\n3\n"
            moved: "s"
            new/deep: "hello\n"
            new/name: "one\n2\n"
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_there_is_written_over() {
    check(
        &[("a", "from\n"), ("b", "there\n"), ("c", "old\r\n")],
        &envelope("*** Update File: a\n*** Move to: b\n@@\n-from\n+new\n*** Add File: c\n+added\n"),
        expect![[r#"
            Edited b: 1 hunk.
            It now reads:
            1	new
            Deleted a.
            Wrote c: 1 line in place of 1.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            b: "new\n"
            c: "added\r\n"
        "#]],
    )
    .await;
    let workspace = Workspace::new(&[("a", "from\n"), ("b", "there\n")]);
    let patch = envelope("*** Update File: a\n*** Move to: b\n@@\n-from\n+new\n");
    let outcome = workspace
        .call("apply_patch", json!({ "patch": patch }))
        .await;
    let Ok(Outcome::Edit { changes, .. }) = outcome else {
        panic!("no edit: {outcome:?}");
    };
    // What the user wrote there since the model saw it does not go.
    workspace.text("read_file", json!({"path": "b"})).await;
    workspace.put("b", b"the user's\n");
    let patch = envelope("*** Update File: a\n*** Move to: b\n@@\n-from\n+new\n");
    let refused = workspace
        .call("apply_patch", json!({ "patch": patch }))
        .await;
    let expect = "The patch was not made: no file was changed. The user changed b since you read \
                  it, so it was not overwritten. Read it again, and go on only if nothing in it \
                  is needed.";
    assert_eq!(refused.err().as_deref(), Some(expect));
    // The goal is written before the source goes.
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0].base.path.display(), "b");
    assert_eq!(changes[0].target, Target::Text("new\n".into()));
    assert_eq!(changes[1].base.path.display(), "a");
    assert_eq!(changes[1].target, Target::Deleted);
}

#[tokio::test]
async fn a_path_that_comes_again_means_what_came_of_it() {
    check(
        &[("a", "1\n2\n3\n")],
        &envelope(
            "*** Update File: a\n@@\n-1\n+one\n*** Update File: a\n@@\n-one\n+uno\n\
             *** Add File: b\n+x\n*** Update File: b\n@@\n-x\n+y\n\
             *** Add File: c\n+x\n*** Delete File: c\n",
        ),
        expect![[r#"
            Edited a: 2 hunks.
            It now reads:
            1	uno
            2	2
            3	3
            Created b with 1 line.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            a: "uno\n2\n3\n"
            b: "y\n"
        "#]],
    )
    .await;
    // Two moves are one; a file that moves away makes room.
    check(
        &[("a", "A\n"), ("b", "B\n"), ("x", "X\n")],
        &envelope(
            "*** Update File: a\n*** Move to: tmp\n@@\n-A\n+A1\n\
             *** Update File: b\n*** Move to: a\n@@\n-B\n+B1\n\
             *** Update File: tmp\n*** Move to: b\n@@\n-A1\n+A2\n\
             *** Update File: x\n*** Move to: x\n@@\n-X\n+X1\n",
        ),
        expect![[r#"
            Edited a: 1 hunk.
            It now reads:
            1	B1
            Edited b: 2 hunks.
            It now reads:
            1	A2
            Edited x: 1 hunk.
            It now reads:
            1	X1
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            a: "B1\n"
            b: "A2\n"
            x: "X1\n"
        "#]],
    )
    .await;
    check(
        &[("a", "A\n"), ("b", "B\n")],
        &envelope(
            "*** Update File: b\n*** Move to: c\n@@\n-B\n+B1\n\
             *** Update File: a\n*** Move to: b\n@@\n-A\n+A1\n\
             *** Add File: a\n+new\n",
        ),
        expect![[r#"
            Edited b: 1 hunk.
            It now reads:
            1	A1
            Created c with 1 line.
            Wrote a: 1 line in place of 1.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            a: "new\n"
            b: "A1\n"
            c: "B1\n"
        "#]],
    )
    .await;
    check(
        &[("a", "A\n")],
        &envelope("*** Delete File: a\n*** Update File: a\n@@\n-A\n+B\n"),
        expect![[r#"
            error: The patch was not made: no file was changed. a is not there any more: an earlier part of this took it away.
            ---
            a: "A\n"
        "#]],
    )
    .await;
    check(
        &[("a", "A\n")],
        &envelope("*** Delete File: a\n*** Add File: a\n+B\n"),
        expect![[r#"
            Wrote a: 1 line in place of 1.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            a: "B\n"
        "#]],
    )
    .await;
}

#[tokio::test]
async fn nothing_is_made_where_one_part_is_refused() {
    let files = &[("a", "1\n2\n3\n"), ("dir/x", "x\n"), ("twice", "t\nt\n")];
    let first = "*** Add File: new\n+x\n";
    for (part, expect) in [
        (
            "*** Update File: a\n@@\n 1\n-two\n+2\n",
            expect![[r#"
                The patch was not made: no file was changed. a: Its lines are not in the file. Read the file with read_file and copy the lines from there.
                These are the lines of the file from line 1 on:
                ```
                1
                2
                3
                ```
                Call apply_patch again. Copy the lines that stay and those that go exactly from these."#]],
        ),
        (
            "*** Update File: twice\n@@\n-t\n+u\n",
            expect![
                "The patch was not made: no file was changed. twice: Its lines are in the file 2 times, at lines 1, 2. Give more lines around the change, or a line above it behind @@, so that there is only one place."
            ],
        ),
        (
            "*** Update File: missing\n@@\n-1\n+2\n",
            expect![
                "The patch was not made: no file was changed. missing does not exist. Use list_directory to see what is there; `*** Add File: path` creates a file."
            ],
        ),
        (
            "*** Delete File: missing\n",
            expect![
                "The patch was not made: no file was changed. missing does not exist. Use list_directory to see what is there; `*** Add File: path` creates a file."
            ],
        ),
        (
            "*** Delete File: dir\n",
            expect![
                "The patch was not made: no file was changed. dir is a folder, not a file. Use list_directory to see what is in it."
            ],
        ),
        (
            "*** Add File: dir\n+x\n",
            expect![
                "The patch was not made: no file was changed. dir is a folder, not a file. Use list_directory to see what is in it."
            ],
        ),
        (
            "*** Add File: ../out\n+x\n",
            expect!["../out is outside the workspace"],
        ),
        (
            "*** Update File: a\n*** Move to: ../out\n",
            expect!["../out is outside the workspace"],
        ),
        (
            "*** Frobnicate File: a\n",
            expect![
                "The patch cannot be read, so no file was changed. line 4 of the patch: `*** Frobnicate File: a` is no header. Headers are `*** Add File: path`, `*** Update File: path`, `*** Move to: path` and `*** Delete File: path`."
            ],
        ),
    ] {
        let workspace = Workspace::new(files);
        let before = workspace.tree();
        let patch = json!({"patch": envelope(&format!("{first}{part}"))});
        let made = workspace.edit("apply_patch", patch).await;
        assert_eq!(workspace.tree(), before);
        expect.assert_eq(&made.expect_err("refused"));
    }
}

#[tokio::test]
async fn unified_diffs_and_line_endings() {
    check(
        &[("src/a", "1\r\n2\r\n3\r\n"), ("gone", "x\n")],
        "diff --git a/src/a b/src/a\n--- a/src/a\n+++ b/src/a\n@@ -9,9 +9,9 @@\n 1\n-2\n+two\n 3\n\
         --- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
         --- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n",
        expect![[r#"
            Edited src/a: 1 hunk.
            It now reads:
            1	1
            2	two
            3	3
            Deleted gone.
            Created new with 1 line.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            new: "n\n"
            src/a: "1\r\ntwo\r\n3\r\n"
        "#]],
    )
    .await;
}

#[test]
fn effects_are_all_paths_and_titles_name_them() {
    let workspace = Workspace::new(&[]);
    let patch = envelope(
        "*** Update File: a\n*** Move to: b\n@@\n-x\n+y\n*** Delete File: c\n*** Add File: a\n+x\n",
    );
    let effects = workspace.effects("apply_patch", json!({ "patch": patch }));
    let effects = serde_json::to_string(&effects.expect("effects")).expect("text");
    let root = format!("{}/", workspace.root().display());
    expect![[r#"[{"type":"writePath","path":"a"},{"type":"writePath","path":"b"},{"type":"writePath","path":"c"}]"#]].assert_eq(&effects.replace(&root, ""));
    let title = |patch: &str| tool("apply_patch").title(&object(json!({ "patch": patch })));
    assert_eq!(title(&patch), "Patch a and 2 more");
    assert_eq!(title(&envelope("*** Delete File: c\n")), "Patch c");
    assert_eq!(title("nonsense"), "Apply a patch");
    let outside = envelope("*** Update File: a\n*** Move to: /etc/b\n@@\n-x\n+y\n");
    let refused = workspace.effects("apply_patch", json!({ "patch": outside }));
    assert_eq!(refused, Err("/etc/b is outside the workspace".to_owned()));
    // What cannot be read does nothing; the call says why.
    let unread = workspace.effects("apply_patch", json!({"patch": "nonsense"}));
    assert_eq!(unread, Ok(Vec::new()));
}

#[tokio::test]
async fn many_files_are_told_in_part() {
    let workspace = Workspace::new(&[]);
    let parts = (0..300).map(|n| format!("*** Add File: f{n}\n+{n}\n"));
    let patch = envelope(&parts.collect::<String>());
    let made = workspace
        .edit("apply_patch", json!({ "patch": patch }))
        .await;
    let made = made.expect("made");
    assert!(
        made.text
            .ends_with(&format!("\n[200 more files not shown.]{IF_DONE}")),
        "{}",
        made.text
    );
    assert_eq!(workspace.tree().lines().count(), 300);
    assert_eq!(made.locations.len(), 100);
}

#[tokio::test]
async fn a_mangled_patch_is_made_whole_or_not_at_all() {
    let patch = envelope(
        "*** Update File: ä\n*** Move to: b\n@@ eins\n zwei\n-drei\n+trois\n*** End of File\n\
         *** Add File: c\n+é\n",
    );
    let workspace = Workspace::new(&[("ä", "eins\nzwei\ndrei\n")]);
    let chars = patch.chars().collect::<Vec<_>>();
    for at in 0..chars.len() {
        let (head, tail) = chars.split_at(at);
        for mangled in [
            head.to_vec(),
            tail.to_vec(),
            [head, &tail[1..]].concat(),
            [head, &['\n'], tail].concat(),
            [head, &['\u{feff}', '\r'], tail].concat(),
            [head, &chars, tail].concat(),
        ] {
            let patch = mangled.into_iter().collect::<String>();
            let call = json!({ "patch": patch });
            let effects = workspace.effects("apply_patch", call.clone());
            let Ok(Outcome::Edit { changes, .. }) = workspace.call("apply_patch", call).await
            else {
                continue;
            };
            // What is changed is what permission was asked for.
            let effects = serde_json::to_string(&effects.expect("effects")).expect("text");
            for change in changes {
                for path in [&change.base.path, change.new_path()] {
                    let path = serde_json::to_string(path.absolute()).expect("text");
                    assert!(effects.contains(&path), "{path} in {effects}: {patch}");
                }
            }
        }
        assert!(!workspace.attempts.take().is_empty());
    }
}
