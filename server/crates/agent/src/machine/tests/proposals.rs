//! Edits that wait for the user, notes for the model, attempts for the ledger.
use expect_test::{Expect, expect};

use super::super::Input;
use super::{Bench, at_once, done, edits, examined, runs, says_of_edits, writes};
use crate::attempt::{Attempt, Dialect};
use crate::editing::EditMode;
use crate::limits::Limits;
use crate::permission::Effect;
use crate::permission::PermissionMode::{self, Ask, Full, ReadOnly};
use crate::testing::{call, calls_end, change, check_history, end, show_messages, text};

fn propose(mode: PermissionMode, effects: Vec<Effect>, then: Vec<Input>, expect: Expect) {
    let mut bench = Bench::new(Limits::default());
    bench.state.setup.edit_mode = EditMode::Propose;
    bench.take(Input::Start);
    for input in at_once(vec![call(0, "edit", "{}"), calls_end()]) {
        bench.take(input);
    }
    bench.shown.clear();
    bench.take(examined(0, mode, effects));
    for input in then {
        bench.take(input);
    }
    bench.take(Input::Cancel);
    expect.assert_eq(&bench.shown);
    bench.check_end();
}

fn judged(mode: PermissionMode) -> Input {
    Input::Judged {
        call: 0,
        judgement: says_of_edits(mode),
    }
}

fn two() -> Input {
    edits(0, vec![change("a", "1", "2"), change("b", "1", "2")])
}

#[test]
fn a_proposal_is_stored_and_not_asked_about_and_not_made() {
    propose(
        Ask,
        vec![writes("/w/a")],
        vec![two(), judged(Ask)],
        expect![[r#"
            => run 0: edit {}

            => judge 0: write /w/a, write /w/b

            running #1 call title 0 Running edits #2 #3 changes [a b]
            edit #2 proposed
            edit #3 proposed
            completed #1 call title 0 Completed "Proposed to the user, not made yet: a, b. The files are as they were, and stay so until the user accepts; you will be told what the user accepts or rejects. Do not make the same edit again, and do not rely on it." edits #2 #3 0 ms
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_read_only_session_proposes_nothing() {
    propose(
        ReadOnly,
        Vec::new(),
        vec![two(), judged(ReadOnly)],
        expect![[r#"
            => run 0: edit {}

            => judge 0: write /w/a, write /w/b

            completed #1 call title 0 Rejected "This call was not permitted. This session is read-only, so it may not write /w/a. Change its permission mode to allow it."
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn what_a_proposal_does_besides_is_asked_about() {
    propose(
        Ask,
        vec![writes("/w/a"), runs("ls")],
        Vec::new(),
        expect![[r#"
            updated #1 call title 0 Waiting
            question #2 #1 call title 0 Waiting
            => ask 0: #2 Aside wants to run ls. (run ls, 0 previewed)

            => stop work
            answer #2 cancelled #1 call title 0 Waiting
            completed #1 call title 0 Cancelled "The user cancelled before this call was made."
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn attempts_come_before_what_comes_of_them() {
    let attempt = Attempt {
        path: "/w/a".into(),
        dialect: Dialect::EditFile,
        stage: None,
        refusal: Some("notFound"),
        base: "1".into(),
        result: None,
        request: serde_json::Value::Null,
    };
    let failed = Input::Returned {
        call: 0,
        result: Err("a is unchanged.".to_owned()),
        attempts: vec![attempt],
    };
    propose(
        Full,
        vec![writes("/w/a")],
        vec![failed.clone(), failed],
        expect![[r#"
            => run 0: edit {}

            attempts of #1: 1
            completed #1 call title 0 Failed "a is unchanged."
            => request the model


            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn notes_are_told_with_what_is_new() {
    let mut bench = Bench::new(Limits::default());
    bench.notes.add("The user rejected a.".to_owned());
    bench.notes.add("The user accepted b.".to_owned());
    bench.take(Input::Start);
    bench.notes.add("The user accepted c.".to_owned());
    for input in at_once(vec![
        call(0, "read", "{\"n\":0}"),
        call(1, "read", "{\"n\":1}"),
        calls_end(),
    ]) {
        bench.take(input);
    }
    bench.take(examined(0, Ask, Vec::new()));
    bench.take(examined(1, Ask, Vec::new()));
    bench.take(done(1, "one"));
    bench.take(done(0, "zero"));
    bench
        .notes
        .add("Nobody hears this in this turn.".to_owned());
    for input in at_once(vec![text("Well."), end()]) {
        bench.take(input);
    }
    bench.check_end();
    let left = bench.notes.take();
    assert_eq!(left.as_deref(), Some("Nobody hears this in this turn."));
    expect![[r#"
        noted u1 user Some("The user rejected a.\nThe user accepted b.")
        => request the model

        started #1 call read Pending
        delta #1 arguments "{\"n\":0}"
        started #2 call read Pending
        delta #2 arguments "{\"n\":1}"

        => examine 0: read {"n":0}
        => examine 1: read {"n":1}

        running #1 call title 0 Running changes []
        => run 0: read {"n":0}

        running #2 call title 1 Running changes []
        => run 1: read {"n":1}

        completed #2 call title 1 Completed "one" 10 ms

        completed #1 call title 0 Completed "zero" 30 ms
        noted #2 call title 1 Completed "one" 10 ms Some("The user accepted c.")
        => request the model

        started #3 text InProgress ""
        delta #3 text "Well."

        completed #3 text Completed "Well."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]]
    .assert_eq(&bench.shown);
    let mut history = vec![bench.state.prompt().unwrap().clone()];
    history.extend(bench.state.records().to_vec());
    expect![[r#"
        user: [Aside: The user rejected a.]
        [Aside: The user accepted b.]

        Do it.
        assistant:
          call c0 read {"n":0}
          call c1 read {"n":1}
        tool c0 read: zero
        tool c1 read: one

        [Aside: The user accepted c.]
        assistant:
          "Well."
    "#]]
    .assert_eq(&show_messages(&check_history(&history)));
}

#[test]
fn notes_wait_where_there_is_nothing_new_to_tell_them_with() {
    let mut bench = Bench::new(Limits::default());
    bench.state.setup.prompt = None;
    bench.notes.add("The user rejected a.".to_owned());
    bench.take(Input::Start);
    assert_eq!(bench.shown.trim(), "=> request the model");
    assert_eq!(bench.notes.take().as_deref(), Some("The user rejected a."));
}
