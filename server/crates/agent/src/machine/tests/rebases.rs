//! Edits of files that the user changes meanwhile.
use expect_test::expect;

use super::super::{ApplyEnd, Input};
use super::edits::{check, conflict, ended, made};
use crate::host::{AppliedChange, Document, FileChange, HostError, Stamp, Target};
use crate::limits::MAX_REBASES;
use crate::permission::PermissionMode::AcceptEdits;
use crate::testing::{change, path};

/// The file is `text` now, in an open document.
fn stale(name: &str, text: &str) -> Input {
    stale_at(name, text, 1)
}

fn stale_at(name: &str, text: &str, version: i32) -> Input {
    ended(ApplyEnd::Stale {
        now: Document {
            text: text.into(),
            stamp: Stamp::Open {
                version,
                revision: 9,
            },
            ..Document::absent(path(name))
        },
        error: HostError::Stale("It has changed.".to_owned()),
    })
}

fn deleted(name: &str) -> FileChange {
    FileChange {
        target: Target::Deleted,
        meant: "".into(),
        ..change(name, "1\n", "")
    }
}

fn gone(name: &str) -> Input {
    ended(ApplyEnd::Stale {
        now: Document::absent(path(name)),
        error: HostError::Stale("It has changed.".to_owned()),
    })
}

#[test]
fn what_the_tool_told_of_the_user_is_not_told_again() {
    let merged = FileChange {
        meant: "1\n2\nX\n4\n5\n".into(),
        ..change("a", "U\n2\n3\n4\n5\n", "U\n2\nX\n4\n5\n")
    };
    check(
        AcceptEdits,
        vec![merged],
        vec![stale("a", "U\n2\n3\n4\nV\n"), made()],
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "U\n2\n3\n4\n5\n" -> "U\n2\nX\n4\n5\n"

            edit #2 rebased: a: "U\n2\n3\n4\nV\n" of version 1 -> "U\n2\nX\n4\nV\n"
            => apply 0: a: "U\n2\n3\n4\nV\n" of version 1 -> "U\n2\nX\n4\nV\n"

            edit #2 applied
            => note seen: a "1\n2\nX\n4\n5\n"
            completed #1 call title 0 Completed "Edited.\n\nThe user changed a meanwhile. This edit was made on top of that, and the user's change is kept.\nThe user's lines:\n```\n5\tV\n```" edits #2 20 ms
            => request the model

        "#]],
    );
}

#[test]
fn an_edit_is_made_over_what_the_user_changed() {
    check(
        AcceptEdits,
        vec![change("a", "1\n2\n3\n", "1\n2\nX\n")],
        vec![stale("a", "U\n2\n3\n"), stale("a", "V\n2\n3\n"), made()],
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "1\n2\n3\n" -> "1\n2\nX\n"

            edit #2 rebased: a: "U\n2\n3\n" of version 1 -> "U\n2\nX\n"
            => apply 0: a: "U\n2\n3\n" of version 1 -> "U\n2\nX\n"

            edit #2 rebased: a: "V\n2\n3\n" of version 1 -> "V\n2\nX\n"
            => apply 0: a: "V\n2\n3\n" of version 1 -> "V\n2\nX\n"

            edit #2 applied
            => note seen: a "1\n2\nX\n"
            completed #1 call title 0 Completed "Edited.\n\nThe user changed a meanwhile. This edit was made on top of that, and the user's change is kept.\nThe user's lines:\n```\n1\tV\n```" edits #2 30 ms
            => request the model

        "#]],
    );
}

#[test]
fn a_conflict_overwrites_nothing_and_takes_back_the_rest() {
    check(
        AcceptEdits,
        vec![change("a", "1\n", "2\n"), change("b", "1\n", "2\n")],
        vec![made(), stale("b", "U\n"), made()],
        expect![[r#"
            => judge 0: write /w/a, write /w/b

            running #1 call title 0 Running edits #2 #3 changes [a b]
            => apply 0: a: "1\n" -> "2\n"

            edit #2 applied
            => apply 0: b: "1\n" -> "2\n"

            edit #3 failed
            => take back 0: a: "2\n" -> "1\n"

            edit #2 failed
            completed #1 call title 0 Failed "b was not changed: the user has changed the same lines meanwhile, and nothing was overwritten.\n\nThe user's line 1 now:\n```\nU\n```\nThis edit wanted there:\n```\n2\n```\n\nRead the file again, and make the edit against its current text so that what the user wrote is kept.\nThe changes of one call are made all or none, so nothing was changed: a, b are as before this call." 30 ms
            => request the model

        "#]],
    );
}

#[test]
fn what_is_there_already_is_not_made_again() {
    check(
        AcceptEdits,
        vec![change("a", "1\n", "2\n"), change("b", "1\n", "2\n")],
        vec![stale("a", "2\n"), conflict()],
        expect![[r#"
            => judge 0: write /w/a, write /w/b

            running #1 call title 0 Running edits #2 #3 changes [a b]
            => apply 0: a: "1\n" -> "2\n"

            edit #2 rebased: a: "2\n" of version 1 -> "2\n"
            edit #2 applied
            => apply 0: b: "1\n" -> "2\n"

            edit #3 failed
            edit #2 failed
            completed #1 call title 0 Failed "b was not changed: It was changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text.\nThe changes of one call are made all or none, so nothing was changed: a, b are as before this call." 20 ms
            => request the model

        "#]],
    );
    check(
        AcceptEdits,
        vec![deleted("a"), deleted("b")],
        vec![gone("a"), made()],
        expect![[r#"
            => judge 0: write /w/a, write /w/b

            running #1 call title 0 Running edits #2 #3 changes [a b]
            => apply 0: a: "1\n" -> deleted

            edit #2 rebased: a: nothing -> deleted
            edit #2 applied
            => apply 0: b: "1\n" -> deleted

            edit #3 applied
            => note seen: a "", b ""
            completed #1 call title 0 Completed "Edited." edits #2 #3 20 ms
            => request the model

        "#]],
    );
}

#[test]
fn a_file_that_never_rests_is_given_up() {
    let mut inputs = Vec::new();
    for version in 0..=MAX_REBASES {
        let text = format!("U{version}\n2\n3\n");
        inputs.push(stale_at("a", &text, version.cast_signed()));
    }
    check(
        AcceptEdits,
        vec![change("a", "1\n2\n3\n", "1\n2\nX\n")],
        inputs,
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "1\n2\n3\n" -> "1\n2\nX\n"

            edit #2 rebased: a: "U0\n2\n3\n" of version 0 -> "U0\n2\nX\n"
            => apply 0: a: "U0\n2\n3\n" of version 0 -> "U0\n2\nX\n"

            edit #2 rebased: a: "U1\n2\n3\n" of version 1 -> "U1\n2\nX\n"
            => apply 0: a: "U1\n2\n3\n" of version 1 -> "U1\n2\nX\n"

            edit #2 rebased: a: "U2\n2\n3\n" of version 2 -> "U2\n2\nX\n"
            => apply 0: a: "U2\n2\n3\n" of version 2 -> "U2\n2\nX\n"

            edit #2 rebased: a: "U3\n2\n3\n" of version 3 -> "U3\n2\nX\n"
            => apply 0: a: "U3\n2\n3\n" of version 3 -> "U3\n2\nX\n"

            edit #2 rebased: a: "U4\n2\n3\n" of version 4 -> "U4\n2\nX\n"
            => apply 0: a: "U4\n2\n3\n" of version 4 -> "U4\n2\nX\n"

            edit #2 failed
            completed #1 call title 0 Failed "a was not changed: It has changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text." 60 ms
            => request the model

        "#]],
    );
}

#[test]
fn a_cancel_begins_nothing_anew() {
    check(
        AcceptEdits,
        vec![change("a", "1\n2\n3\n", "1\n2\nX\n")],
        vec![Input::Cancel, stale("a", "U\n2\n3\n")],
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "1\n2\n3\n" -> "1\n2\nX\n"

            => stop work

            edit #2 failed
            completed #1 call title 0 Cancelled "The user cancelled before this call was made." 20 ms
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn what_the_user_typed_since_stays_when_an_edit_is_taken_back() {
    let open = |version| {
        ended(ApplyEnd::Made(AppliedChange {
            version: Some(version),
            revision: Some(2),
        }))
    };
    check(
        AcceptEdits,
        vec![change("a", "1\n2\n3\n", "1\n2\nX\n"), change("b", "1", "2")],
        vec![open(4), conflict(), stale("a", "U\n2\nX\n"), open(6)],
        expect![[r#"
            => judge 0: write /w/a, write /w/b

            running #1 call title 0 Running edits #2 #3 changes [a b]
            => apply 0: a: "1\n2\n3\n" -> "1\n2\nX\n"

            edit #2 applied
            => apply 0: b: "1" -> "2"

            edit #3 failed
            => take back 0: a: "1\n2\nX\n" of version 4 -> "1\n2\n3\n"

            => take back 0: a: "U\n2\nX\n" of version 1 -> "U\n2\n3\n"

            edit #2 failed
            completed #1 call title 0 Failed "b was not changed: It was changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text.\nThe changes of one call are made all or none, so nothing was changed: a, b are as before this call." 40 ms
            => request the model

        "#]],
    );
}

#[test]
fn what_cannot_be_taken_back_is_left_and_named() {
    check(
        AcceptEdits,
        vec![
            change("a", "1\n", "2\n"),
            change("b", "1\n", "2\n"),
            change("c", "1\n", "2\n"),
            change("d", "1\n", "2\n"),
        ],
        vec![
            made(),
            made(),
            made(),
            conflict(),
            stale("c", "U\n"),
            conflict(),
            stale("a", "1\n"),
        ],
        expect![[r#"
            => judge 0: write /w/a, write /w/b, write /w/c, write /w/d

            running #1 call title 0 Running edits #2 #3 #4 #5 changes [a b c d]
            => apply 0: a: "1\n" -> "2\n"

            edit #2 applied
            => apply 0: b: "1\n" -> "2\n"

            edit #3 applied
            => apply 0: c: "1\n" -> "2\n"

            edit #4 applied
            => apply 0: d: "1\n" -> "2\n"

            edit #5 failed
            => take back 0: c: "2\n" -> "1\n"

            => take back 0: b: "2\n" -> "1\n"

            => take back 0: a: "2\n" -> "1\n"

            edit #2 failed
            => note seen: b "2\n", c "2\n"
            completed #1 call title 0 Failed "d was not changed: It was changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text.\nThe changes of one call are made all or none, but these could not be taken back: b, c. Look at these files before you go on. These are as before: a, d." edits #3 #4 70 ms
            => request the model

        "#]],
    );
}

#[test]
fn an_editor_that_ends_the_last_line_has_made_the_edit() {
    check(
        AcceptEdits,
        vec![change("a", "1\n2\n", "1\nX")],
        vec![stale("a", "1\nX\n")],
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "1\n2\n" -> "1\nX"

            edit #2 rebased: a: "1\n2\n" -> "1\nX\n"
            edit #2 applied
            => note seen: a "1\nX\n"
            completed #1 call title 0 Completed "Edited." edits #2 10 ms
            => request the model

        "#]],
    );
}
