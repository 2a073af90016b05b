//! Edits: planned, asked about, made one after the other.
use expect_test::{Expect, expect};

use super::super::{ApplyEnd, Input};
use super::{Bench, at_once, edits, examined, writes};
use crate::host::{AppliedChange, FileChange, HostError, PermissionOutcome};
use crate::limits::Limits;
use crate::permission::PermissionMode::{self, AcceptEdits, Ask, ReadOnly};
use crate::testing::{call, calls_end, change};

/// The actions after the tool has computed its edits; then the turn is cancelled.
pub(super) fn check(
    mode: PermissionMode,
    changes: Vec<FileChange>,
    then: Vec<Input>,
    expect: Expect,
) {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    for input in at_once(vec![call(0, "edit", "{}"), calls_end()]) {
        bench.take(input);
    }
    bench.take(examined(0, mode, vec![writes("/w/a")]));
    assert!(!bench.shown.contains("running"), "planning is not acting");
    bench.shown.clear();
    bench.take(edits(0, changes));
    bench.take(Input::Judged {
        call: 0,
        judgement: super::says_of_edits(mode),
    });
    for input in then {
        bench.take(input);
    }
    expect.assert_eq(&bench.shown);
    bench.take(Input::Cancel);
    bench.check_end();
}

fn three() -> Vec<FileChange> {
    vec![
        change("a", "1", "2"),
        change("b", "1", "2"),
        change("c", "1", "2"),
    ]
}

pub(super) fn made() -> Input {
    ended(ApplyEnd::Made(AppliedChange {
        version: Some(3),
        revision: None,
    }))
}

pub(super) fn ended(end: ApplyEnd) -> Input {
    Input::Applied { call: 0, end }
}

pub(super) fn conflict() -> Input {
    ended(ApplyEnd::Failed(HostError::Conflict(
        "It was changed.".to_owned(),
    )))
}

#[test]
fn edits_are_made_in_order() {
    let changes = vec![change("a", "1", "2"), change("b", "1", "2")];
    check(
        AcceptEdits,
        changes,
        vec![made(), made()],
        expect![[r#"
            => judge 0: write /w/a, write /w/b

            running #1 call title 0 Running edits #2 #3 changes [a b]
            => apply 0: a: "1" -> "2"

            edit #2 applied
            => apply 0: b: "1" -> "2"

            edit #3 applied
            => note seen: a "2", b "2"
            completed #1 call title 0 Completed "Edited." edits #2 #3 20 ms
            => request the model

        "#]],
    );
}

#[test]
fn the_question_shows_the_edit() {
    let allowed = Input::Answered {
        call: 0,
        outcome: PermissionOutcome::AllowedForSession,
    };
    check(
        Ask,
        vec![change("a", "1", "2")],
        vec![allowed, conflict()],
        expect![[r#"
            => judge 0: write /w/a

            updated #1 call title 0 Waiting
            question #2 #1 call title 0 Waiting
            => ask 0: #2 Aside wants to write /w/a. (write /w/a, 1 previewed)

            answer #2 allowed for session #1 call title 0 Pending
            running #1 call title 0 Running edits #3 changes [a]
            => apply 0: a: "1" -> "2"

            edit #3 failed
            completed #1 call title 0 Failed "a was not changed: It was changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text." 10 ms
            => request the model

        "#]],
    );
}

#[test]
fn a_later_failure_takes_back_what_was_made() {
    check(
        AcceptEdits,
        three(),
        vec![made(), made(), conflict(), made(), Input::Cancel, made()],
        expect![[r#"
            => judge 0: write /w/a, write /w/b, write /w/c

            running #1 call title 0 Running edits #2 #3 #4 changes [a b c]
            => apply 0: a: "1" -> "2"

            edit #2 applied
            => apply 0: b: "1" -> "2"

            edit #3 applied
            => apply 0: c: "1" -> "2"

            edit #4 failed
            => take back 0: b: "2" -> "1"

            edit #3 failed
            => take back 0: a: "2" -> "1"

            => stop work

            edit #2 failed
            completed #1 call title 0 Failed "c was not changed: It was changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text.\nThe changes of one call are made all or none, so nothing was changed: a, b, c are as before this call." 60 ms
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_cancel_waits_for_the_change_being_made() {
    check(
        AcceptEdits,
        three(),
        vec![made(), Input::Cancel, made()],
        expect![[r#"
            => judge 0: write /w/a, write /w/b, write /w/c

            running #1 call title 0 Running edits #2 #3 #4 changes [a b c]
            => apply 0: a: "1" -> "2"

            edit #2 applied
            => apply 0: b: "1" -> "2"

            => stop work

            edit #3 applied
            edit #4 failed
            => note seen: a "2", b "2"
            completed #1 call title 0 Cancelled "The user cancelled this call while it ran; part of it may have been done.\nThese files were changed by this call: a, b. These were not: c." edits #2 #3 30 ms
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
    check(
        AcceptEdits,
        vec![change("a", "1", "2")],
        vec![Input::Cancel, made()],
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "1" -> "2"

            => stop work

            edit #2 applied
            => note seen: a "2"
            completed #1 call title 0 Completed "Edited." edits #2 20 ms
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
    check(
        AcceptEdits,
        vec![change("a", "1", "2")],
        vec![ended(ApplyEnd::NotBegun)],
        expect![[r#"
            => judge 0: write /w/a

            running #1 call title 0 Running edits #2 changes [a]
            => apply 0: a: "1" -> "2"

            edit #2 failed
            completed #1 call title 0 Cancelled "The user cancelled before this call was made." 10 ms
            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn no_changes_are_a_plain_result() {
    check(
        AcceptEdits,
        Vec::new(),
        Vec::new(),
        expect![[r#"
        completed #1 call title 0 Completed "Edited."
        => request the model


    "#]],
    );
}

#[test]
fn a_tool_may_not_write_more_than_the_session_allows() {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    for input in at_once(vec![call(0, "edit", "{}"), calls_end()]) {
        bench.take(input);
    }
    // It says that it writes nothing, so even a read-only session lets it compute.
    bench.take(examined(0, ReadOnly, Vec::new()));
    bench.take(edits(0, vec![change("a", "1", "2")]));
    bench.take(Input::Judged {
        call: 0,
        judgement: super::says_of_edits(ReadOnly),
    });
    bench.take(Input::Cancel);
    assert!(!bench.shown.contains("=> apply"), "{}", bench.shown);
    assert!(bench.shown.contains("Rejected"), "{}", bench.shown);
    bench.check_end();
}
