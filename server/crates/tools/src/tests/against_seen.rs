//! Edits of files that the user changed since the model saw them.
use aside_agent::attempt::Dialect;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::workspace::Workspace;

const SEEN: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";

/// The model reads the file, the user changes it, the model calls a tool: what is there then,
/// and what the model is told.
async fn check(now: &str, tool: &str, call: Value, expect: Expect) -> Workspace {
    let workspace = Workspace::new(&[("a", SEEN)]);
    let read = json!({"path": "a", "limit": 2});
    workspace.text("read_file", read).await;
    workspace.put("a", now.as_bytes());
    let made = workspace.edit(tool, call).await;
    let told = made.map_or_else(|error| format!("error: {error}"), |output| output.text);
    expect.assert_eq(&format!("{told}\n---\n{}", workspace.disk("a")));
    workspace
}

fn edit(old: &str, new: &str) -> Value {
    json!({"path": "a", "edits": [{"old_text": old, "new_text": new}]})
}

#[tokio::test]
async fn the_users_change_of_other_lines_is_kept() {
    let workspace = check(
        "one\ntwo\nthree\nfour\nfive\nSIX\nsix and a half\nseven\n",
        "edit_file",
        edit("two\n", "2\n"),
        expect![[r#"
            Edited a: 1 place replaced.
            It now reads:
            1	one
            2	2
            3	three
            4	four
            The user changed a since you read it; that change is kept:
            6	SIX
            7	six and a half
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            one
            2
            three
            four
            five
            SIX
            six and a half
            seven
        "#]],
    )
    .await;
    let attempts = workspace.attempts.take();
    assert_eq!(attempts.len(), 1);
    assert_eq!(&*attempts[0].base, SEEN);
    assert_eq!(attempts[0].stage, Some("exact"));
    assert_eq!(attempts[0].refusal, None);
    assert_eq!(
        attempts[0].result.as_deref(),
        Some("one\n2\nthree\nfour\nfive\nsix\nseven\n")
    );
    // The next edit is matched against what the model takes the file for.
    let made = workspace.edit("edit_file", edit("six", "6")).await;
    assert!(made.is_err(), "{made:?}");
    let made = workspace.edit("edit_file", edit("one", "1")).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(
        workspace.disk("a"),
        "1\n2\nthree\nfour\nfive\nSIX\nsix and a half\nseven\n"
    );
}

#[tokio::test]
async fn removed_lines_are_told_too() {
    check(
        "one\ntwo\nthree\nfour\nfive\nseven\n",
        "edit_file",
        edit("two\n", "2\n"),
        expect![[r#"
            Edited a: 1 place replaced.
            It now reads:
            1	one
            2	2
            3	three
            4	four
            The user changed a since you read it; that change is kept: lines were removed.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            one
            2
            three
            four
            five
            seven
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_conflict_shows_both_texts_and_overwrites_nothing() {
    let workspace = check(
        "ONE\nzwei\nthree\nfour\nfive\nsix\nseven\n",
        "edit_file",
        edit("two\n", "2\n"),
        expect![[r#"
            error: a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

            The user's lines 1 to 2 now:
            ```
            ONE
            zwei
            ```
            This edit wanted there:
            ```
            one
            2
            ```

            Read the file again, and make the edit against its current text so that what the user wrote is kept.
            ---
            ONE
            zwei
            three
            four
            five
            six
            seven
        "#]],
    )
    .await;
    let attempts = workspace.attempts.take();
    assert_eq!(attempts[0].refusal, Some("conflict"));
    assert_eq!(attempts[0].stage, Some("exact"));
    // What the conflict showed is what the model goes on with.
    let made = workspace.edit("edit_file", edit("zwei", "deux")).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(
        workspace.disk("a"),
        "ONE\ndeux\nthree\nfour\nfive\nsix\nseven\n"
    );
}

#[tokio::test]
async fn what_a_conflict_did_not_show_stays_the_users() {
    let now = "one\nzwei\nthree\nfour\nfive\nsix\nSEVEN\n";
    let workspace = Workspace::new(&[("a", SEEN)]);
    workspace.text("read_file", json!({"path": "a"})).await;
    workspace.put("a", now.as_bytes());
    let made = workspace.edit("edit_file", edit("two", "2")).await;
    assert!(made.is_err(), "{made:?}");
    // Of line 7 the model knows nothing, so it stays, also where all of the file is written.
    let content = SEEN.replace("two", "deux");
    let write = json!({"path": "a", "content": content});
    let made = workspace.edit("write_file", write).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(workspace.disk("a"), now.replace("zwei", "deux"));
}

#[tokio::test]
async fn what_only_fits_the_file_as_it_is_is_made_there() {
    check(
        "one\nzwei\nthree\nfour\nfive\nsix\nseven\n",
        "edit_file",
        edit("zwei\n", "2\n"),
        expect![[r#"
            Edited a: 1 place replaced.
            It now reads:
            1	one
            2	2
            3	three
            4	four
            The user changed a since you saw it: other lines may not be what you know.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            one
            2
            three
            four
            five
            six
            seven
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_fits_neither_is_refused_by_the_file_as_it_is() {
    let workspace = check(
        "one\nzwei\n",
        "edit_file",
        edit("deux\n", "2\n"),
        expect![[r#"
            error: a is unchanged. old_text is not in the file.
            These are the lines of the file from line 1 on:
            ```
            one
            zwei
            ```
            Call edit_file again. Copy old_text exactly from these lines: those that are to be replaced.
            The file changed since you saw it: go by what it is now.
            ---
            one
            zwei
        "#]],
    )
    .await;
    let attempts = workspace.attempts.take();
    assert_eq!(attempts.len(), 1);
    assert_eq!(&*attempts[0].base, "one\nzwei\n");
    assert_eq!(attempts[0].refusal, Some("notFound"));
}

#[tokio::test]
async fn what_the_user_has_made_already_is_no_change() {
    check(
        "one\n2\nthree\nfour\nfive\nsix\nseven\n",
        "edit_file",
        edit("two\n", "2\n"),
        expect![[r#"
            a is unchanged: it already had exactly this text.
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            one
            2
            three
            four
            five
            six
            seven
        "#]],
    )
    .await;
}

#[tokio::test]
async fn writing_a_whole_file_keeps_what_the_user_wrote() {
    let write = |content: &str| json!({"path": "a", "content": content});
    let workspace = check(
        "one\ntwo\nthree\nfour\nfive\nSIX\nseven\n",
        "write_file",
        write("1\ntwo\nthree\nfour\nfive\nsix\nseven\n"),
        expect![[r#"
            Wrote a: 7 lines in place of 7.
            The user changed a since you read it; that change is kept:
            6	SIX
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            1
            two
            three
            four
            five
            SIX
            seven
        "#]],
    )
    .await;
    assert_eq!(workspace.attempts.take()[0].dialect, Dialect::WriteFile);
    check(
        "one\ntwo\nthree\nfour\nfive\nSIX\nseven\n",
        "write_file",
        write("other\n"),
        expect![[r#"
            error: a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

            The user's lines 1 to 7 now:
            ```
            one
            two
            three
            four
            five
            SIX
            seven
            ```
            This edit wanted there:
            ```
            other
            ```

            Read the file again, and make the edit against its current text so that what the user wrote is kept.
            ---
            one
            two
            three
            four
            five
            SIX
            seven
        "#]],
    )
    .await;
}

#[tokio::test]
async fn patches_are_matched_against_what_the_model_saw() {
    let patch = |text: &str| json!({"patch": format!("*** Begin Patch\n{text}*** End Patch")});
    let now = "one\ntwo\nthree\nfour\nfive\nSIX\nseven\n";
    check(
        now,
        "apply_patch",
        patch("*** Update File: a\n@@\n one\n-two\n+2\n three\n"),
        expect![[r#"
            Edited a: 1 hunk.
            It now reads:
            1	one
            2	2
            3	three
            4	four
            The user changed a since you read it; that change is kept:
            6	SIX
            [This needs no check. If nothing is left to do, tell the user now what you changed.]
            ---
            one
            2
            three
            four
            five
            SIX
            seven
        "#]],
    )
    .await;
    check(
        now,
        "apply_patch",
        patch("*** Delete File: a\n"),
        expect![[r#"
            error: The patch was not made: no file was changed. The user changed a since you read it, so it was not deleted. Read it again, and go on only if nothing in it is needed.
            ---
            one
            two
            three
            four
            five
            SIX
            seven
        "#]],
    )
    .await;
    // The second part is about what the first one leaves, with the user's line in it.
    check(
        now,
        "apply_patch",
        patch(
            "*** Update File: a\n@@\n-one\n+1\n*** Update File: a\n@@\n-six\n+6\n",
        ),
        expect![[r#"
            error: The patch was not made: no file was changed. a was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.

            The user's line 6 now:
            ```
            SIX
            ```
            This edit wanted there:
            ```
            6
            ```

            Read the file again, and make the edit against its current text so that what the user wrote is kept.
            ---
            one
            two
            three
            four
            five
            SIX
            seven
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_change_on_disk_below_unsaved_text_is_told() {
    let workspace = Workspace::new(&[]);
    workspace.open("a", "unsaved\n");
    workspace.change_on_disk("a", "other\n");
    let read = workspace.text("read_file", json!({"path": "a"})).await;
    expect![[r#"
        1	unsaved
        [Another program changed a on disk while the editor holds unsaved text. This is the editor's text; the user has to decide there which to keep.]"#]].assert_eq(&read);
    let made = workspace.edit("edit_file", edit("unsaved", "edited")).await;
    expect![[r#"
        Edited a: 1 place replaced.
        It now reads:
        1	edited
        [Another program changed a on disk while the editor holds unsaved text. This is the editor's text; the user has to decide there which to keep.]
        [This needs no check. If nothing is left to do, tell the user now what you changed.]"#]].assert_eq(&made.expect("made").text);
}
