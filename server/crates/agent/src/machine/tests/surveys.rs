//! Edits beside an editor that says what they make new or cure.
use expect_test::{Expect, expect};

use super::super::Input;
use super::edits::{conflict, made};
use super::{Bench, at_once, edits, examined, writes};
use crate::limits::Limits;
use crate::permission::PermissionMode::AcceptEdits;
use crate::testing::{call, calls_end, change};
use crate::world::{Known, Reported};

fn surveyed(is_known: bool) -> Input {
    let known = || {
        Some(Reported {
            diagnostics: Vec::new(),
            known: Known::Whole,
        })
    };
    Input::Surveyed {
        call: 0,
        before: match is_known {
            true => vec![known(), None],
            false => Vec::new(),
        },
    }
}

fn settled() -> Input {
    Input::Settled {
        call: 0,
        text: "Edited, and it is fine.".to_owned(),
    }
}

/// What happens once two edits are computed and allowed; then the turn is cancelled.
fn check(then: Vec<Input>, expect: Expect) {
    let mut bench = Bench::new(Limits::default());
    bench.state.setup.surveys_edits = true;
    bench.take(Input::Start);
    for input in at_once(vec![call(0, "edit", "{}"), calls_end()]) {
        bench.take(input);
    }
    bench.take(examined(0, AcceptEdits, vec![writes("/w/a")]));
    let changes = vec![change("a", "1", "2"), change("b", "1", "2")];
    bench.take(edits(0, changes));
    bench.shown.clear();
    bench.take(Input::Judged {
        call: 0,
        judgement: super::says_of_edits(AcceptEdits),
    });
    for input in then {
        bench.take(input);
    }
    bench.take(Input::Cancel);
    expect.assert_eq(&bench.shown);
    bench.check_end();
}

#[test]
fn what_is_known_before_is_compared_after() {
    check(
        vec![surveyed(true), made(), made(), settled()],
        expect![[r#"
            running #1 call title 0 Running edits #2 #3 changes [a b]
            => survey 0: a: "1" -> "2", b: "1" -> "2"

            => apply 0: a: "1" -> "2"

            edit #2 applied
            => apply 0: b: "1" -> "2"

            edit #3 applied
            => settle 0: edit "Edited."

            => note seen: a "2", b "2"
            completed #1 call title 0 Completed "Edited, and it is fine." edits #2 #3 40 ms
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn where_nothing_is_known_nothing_is_waited_for() {
    check(
        vec![surveyed(false), made(), made()],
        expect![[r#"
        running #1 call title 0 Running edits #2 #3 changes [a b]
        => survey 0: a: "1" -> "2", b: "1" -> "2"

        => apply 0: a: "1" -> "2"

        edit #2 applied
        => apply 0: b: "1" -> "2"

        edit #3 applied
        => note seen: a "2", b "2"
        completed #1 call title 0 Completed "Edited." edits #2 #3 30 ms
        => request the model

        => stop work
        => finish: cancelled, 0 in, 0 out

    "#]],
    );
}

#[test]
fn a_failed_edit_is_not_compared() {
    check(
        vec![surveyed(true), made(), conflict(), made()],
        expect![[r#"
            running #1 call title 0 Running edits #2 #3 changes [a b]
            => survey 0: a: "1" -> "2", b: "1" -> "2"

            => apply 0: a: "1" -> "2"

            edit #2 applied
            => apply 0: b: "1" -> "2"

            edit #3 failed
            => take back 0: a: "2" -> "1"

            edit #2 failed
            completed #1 call title 0 Failed "b was not changed: It was changed.\nThe file may have been changed meanwhile. Read it again and make the edit against its current text.\nThe changes of one call are made all or none, so nothing was changed: a, b are as before this call." 40 ms
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_cancel_ends_the_wait() {
    check(
        vec![],
        expect![[r#"
        running #1 call title 0 Running edits #2 #3 changes [a b]
        => survey 0: a: "1" -> "2", b: "1" -> "2"

        => stop work
        edit #2 failed
        edit #3 failed
        completed #1 call title 0 Cancelled "The user cancelled before this call was made." 10 ms
        => finish: cancelled, 0 in, 0 out

    "#]],
    );
    check(
        vec![surveyed(true), made(), made()],
        expect![[r#"
        running #1 call title 0 Running edits #2 #3 changes [a b]
        => survey 0: a: "1" -> "2", b: "1" -> "2"

        => apply 0: a: "1" -> "2"

        edit #2 applied
        => apply 0: b: "1" -> "2"

        edit #3 applied
        => settle 0: edit "Edited."

        => stop work
        => note seen: a "2", b "2"
        completed #1 call title 0 Completed "Edited." edits #2 #3 40 ms
        => finish: cancelled, 0 in, 0 out

    "#]],
    );
}

#[test]
fn inputs_at_the_wrong_time_do_nothing() {
    let other = Input::Surveyed {
        call: 7,
        before: Vec::new(),
    };
    check(
        vec![
            other,
            settled(),
            surveyed(true),
            surveyed(false),
            settled(),
            made(),
            made(),
        ],
        expect![[r#"
            running #1 call title 0 Running edits #2 #3 changes [a b]
            => survey 0: a: "1" -> "2", b: "1" -> "2"



            => apply 0: a: "1" -> "2"



            edit #2 applied
            => apply 0: b: "1" -> "2"

            edit #3 applied
            => settle 0: edit "Edited."

            => stop work
            => note seen: a "2", b "2"
            completed #1 call title 0 Completed "Edited." edits #2 #3 80 ms
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}
