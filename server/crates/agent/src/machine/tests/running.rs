//! The running of calls: order, permission, repeats, bounds, cancels.
use expect_test::expect;

use super::super::{Action, Input};
use super::{Bench, at_once, check, check_within, done, examined, runs};
use crate::host::PermissionOutcome;
use crate::item::{ContentBlock, ItemBody};
use crate::limits::{Limits, MAX_OUTPUT_BYTES};
use crate::permission::PermissionMode::{Ask, Full};
use crate::testing::{call, calls_end, end, text};

/// A turn that begins with one answer of calls.
pub(super) fn calls(calls: &[(&str, &str)], then: Vec<Input>) -> Vec<Input> {
    let chunks = calls.iter().enumerate();
    let chunks = chunks.map(|(index, (name, arguments))| call(index, name, arguments));
    let mut inputs = vec![Input::Start];
    inputs.extend(at_once(chunks.chain([calls_end()]).collect()));
    inputs.extend(then);
    inputs
}

#[test]
fn a_call_runs_and_its_result_goes_back() {
    let mut then = vec![examined(0, Ask, Vec::new()), done(0, "1 line")];
    then.extend(at_once(vec![text("It has one line."), end()]));
    check(
        calls(&[("read", "{\"path\":\"a\"}")], then),
        expect![[r#"
        => request the model

        started #1 call read Pending
        delta #1 arguments "{\"path\":\"a\"}"

        => examine 0: read {"path":"a"}

        running #1 call title 0 Running changes []
        => run 0: read {"path":"a"}

        completed #1 call title 0 Completed "1 line" 10 ms
        => request the model

        started #2 text InProgress ""
        delta #2 text "It has one line."

        completed #2 text Completed "It has one line."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
    );
}

#[test]
fn reads_run_side_by_side_and_all_else_in_order() {
    check(
        calls(
            &[
                ("read", "{\"n\":0}"),
                ("find", "{\"n\":1}"),
                ("sh", "{\"n\":2}"),
                ("read", "{\"n\":3}"),
            ],
            vec![
                examined(0, Full, Vec::new()),
                examined(1, Full, Vec::new()),
                done(1, "one"),
                done(0, "zero"),
                examined(2, Full, vec![runs("ls")]),
                done(2, "two"),
                examined(3, Full, Vec::new()),
                done(3, "three"),
                Input::Cancel,
            ],
        ),
        expect![[r#"
            => request the model

            started #1 call read Pending
            delta #1 arguments "{\"n\":0}"
            started #2 call find Pending
            delta #2 arguments "{\"n\":1}"
            started #3 call sh Pending
            delta #3 arguments "{\"n\":2}"
            started #4 call read Pending
            delta #4 arguments "{\"n\":3}"

            => examine 0: read {"n":0}
            => examine 1: find {"n":1}

            running #1 call title 0 Running changes []
            => run 0: read {"n":0}

            running #2 call title 1 Running changes []
            => run 1: find {"n":1}

            completed #2 call title 1 Completed "one" 10 ms

            completed #1 call title 0 Completed "zero" 30 ms
            => examine 2: sh {"n":2}

            running #3 call title 2 Running changes []
            => run 2: sh {"n":2}

            completed #3 call title 2 Completed "two" 10 ms
            => examine 3: read {"n":3}

            running #4 call title 3 Running changes []
            => run 3: read {"n":3}

            completed #4 call title 3 Completed "three" 10 ms
            => request the model

            => stop work
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn not_more_reads_run_side_by_side_than_the_limit_and_never_twins() {
    let limits = Limits {
        parallel_reads: 2,
        ..Limits::default()
    };
    let mut bench = Bench::new(limits);
    let script = calls(
        &[
            ("read", "{\"n\":0}"),
            ("read", "{\"n\":1}"),
            ("read", "{\"n\":2}"),
            ("read", "{\"n\": 2}"),
        ],
        Vec::new(),
    );
    let mut begun = Vec::new();
    let mut note = |actions: Vec<Action>| {
        begun.push(
            actions
                .iter()
                .filter(|action| matches!(action, Action::Examine { .. }))
                .count(),
        );
    };
    for input in script {
        note(bench.take(input));
    }
    for call in [0, 1] {
        note(bench.take(examined(call, Ask, Vec::new())));
    }
    for call in [0, 1] {
        note(bench.take(done(call, "x")));
    }
    note(bench.take(examined(2, Ask, Vec::new())));
    note(bench.take(done(2, "x")));
    assert_eq!(begun, [0, 0, 2, 0, 0, 1, 0, 0, 1]);
    bench.take(Input::Cancel);
    bench.check_end();
}

#[test]
fn a_model_that_repeats_itself_is_told_and_then_stopped() {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    for _ in 0..6 {
        // White space makes no other call of it.
        let same = [call(0, "read", "{\"path\": \"a\"}"), calls_end()];
        bench.take(Input::Chunks(same.to_vec()));
        bench.take(Input::AnswerEnded);
        bench.take(examined(0, Ask, Vec::new()));
        bench.take(done(0, "the same"));
    }
    bench.check_end();
    let ends = bench.shown.lines().filter(|line| {
        line.starts_with("completed") || line.starts_with("=> run") || line.starts_with("=> fin")
    });
    let ends = ends.collect::<Vec<_>>().join("\n") + "\n";
    expect![[r#"
        => run 0: read {"path":"a"}
        completed #1 call title 0 Completed "the same" 10 ms
        => run 0: read {"path":"a"}
        completed #2 call title 0 Completed "the same\n[You have read this already. To change it, call edit_file now. If nothing is to be changed, answer the user.]" 10 ms
        => run 0: read {"path":"a"}
        completed #3 call title 0 Completed "the same\n[You have read this already. To change it, call edit_file now. If nothing is to be changed, answer the user.]" 10 ms
        completed #4 call read Failed "This call was not made: the same call with the same arguments has given the same result 3 times in a row, and would again. Do something else: use other arguments or another tool, or answer with what you know."
        completed #5 call read Failed "This call was not made: the same call with the same arguments has given the same result 3 times in a row, and would again. Do something else: use other arguments or another tool, or answer with what you know."
        completed #6 call read Failed "This call was not made: the same call with the same arguments has given the same result 3 times in a row, and would again. Do something else: use other arguments or another tool, or answer with what you know."
        => finish: error provider (retryable: false) The model repeats the same tool call over and over, so the turn was ended. Say more precisely what you want, or try another model., 0 in, 0 out
    "#]].assert_eq(&ends);
}

#[test]
fn the_rest_of_the_answer_is_closed_when_the_model_repeats_itself() {
    let limits = Limits {
        repeat_limit: 1,
        ..Limits::default()
    };
    check_within(
        limits,
        calls(
            &[
                ("nope", "{}"),
                ("nope", "{}"),
                ("nope", "{}"),
                ("nope", "{}"),
                ("sh", "{}"),
            ],
            Vec::new(),
        ),
        expect![[r#"
            => request the model

            started #1 call nope Pending
            delta #1 arguments "{}"
            started #2 call nope Pending
            delta #2 arguments "{}"
            started #3 call nope Pending
            delta #3 arguments "{}"
            started #4 call nope Pending
            delta #4 arguments "{}"
            started #5 call sh Pending
            delta #5 arguments "{}"

            completed #1 call nope Failed "There is no tool named \"nope\". The tools are: edit, find, read, sh. Call one of these."
            completed #2 call nope Failed "This call was not made: the same call with the same arguments has given the same result 1 times in a row, and would again. Do something else: use other arguments or another tool, or answer with what you know."
            completed #3 call nope Failed "This call was not made: the same call with the same arguments has given the same result 1 times in a row, and would again. Do something else: use other arguments or another tool, or answer with what you know."
            completed #4 call nope Failed "This call was not made: the same call with the same arguments has given the same result 1 times in a row, and would again. Do something else: use other arguments or another tool, or answer with what you know."
            => stop work
            completed #5 call sh Failed "This call was not made: the turn ended because of repeated calls."
            => finish: error provider (retryable: false) The model repeats the same tool call over and over, so the turn was ended. Say more precisely what you want, or try another model., 0 in, 0 out

        "#]],
    );
}

#[test]
fn iterations_are_bounded() {
    let limits = Limits {
        max_iterations: 2,
        ..Limits::default()
    };
    let mut then = at_once(vec![call(0, "nope", "{\"n\":2}"), calls_end()]);
    then.push(Input::Start);
    check_within(
        limits,
        calls(&[("nope", "{\"n\":1}")], then),
        expect![[r#"
        => request the model

        started #1 call nope Pending
        delta #1 arguments "{\"n\":1}"

        completed #1 call nope Failed "There is no tool named \"nope\". The tools are: edit, find, read, sh. Call one of these."
        => request the model

        started #2 call nope Pending
        delta #2 arguments "{\"n\":2}"

        completed #2 call nope Failed "There is no tool named \"nope\". The tools are: edit, find, read, sh. Call one of these."
        notice The turn stopped after 2 requests to the model, which is its limit. Send another message to go on.
        => stop work
        => finish: max iterations, 0 in, 0 out


    "#]],
    );
}

#[test]
fn a_cancel_closes_what_is_open() {
    check(
        calls(
            &[("sh", "{\"n\":1}"), ("sh", "{\"n\":2}")],
            vec![
                examined(0, Full, vec![runs("ls")]),
                Input::Cancel,
                done(0, "too late"),
                Input::Cancel,
            ],
        ),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{\"n\":1}"
            started #2 call sh Pending
            delta #2 arguments "{\"n\":2}"

            => examine 0: sh {"n":1}

            running #1 call title 0 Running changes []
            => run 0: sh {"n":1}

            => stop work
            completed #1 call title 0 Cancelled "The user cancelled this call while it ran; part of it may have been done." 10 ms
            completed #2 call sh Cancelled "The user cancelled before this call was made."
            => finish: cancelled, 0 in, 0 out



        "#]],
    );
}

#[test]
fn inputs_that_make_no_sense_change_nothing() {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    bench.take(Input::Start);
    bench.take(done(7, "x"));
    bench.take(examined(7, Full, Vec::new()));
    bench.take(Input::Judged {
        call: 7,
        judgement: super::says_of_edits(Full),
    });
    bench.take(Input::Answered {
        call: 7,
        outcome: PermissionOutcome::Allowed,
    });
    bench.take(Input::Applied {
        call: 7,
        end: super::super::ApplyEnd::NotBegun,
    });
    assert_eq!(bench.shown.trim(), "=> request the model");
    bench.take(Input::Chunks(vec![end()]));
    bench.take(Input::AnswerEnded);
    bench.check_end();
}

#[test]
fn a_long_result_loses_its_middle() {
    let long = "a line\n".repeat(MAX_OUTPUT_BYTES);
    let mut bench = Bench::new(Limits::default());
    for input in calls(&[("read", "{}")], vec![examined(0, Ask, Vec::new())]) {
        bench.take(input);
    }
    bench.take(done(0, &long));
    bench.take(Input::Cancel);
    bench.check_end();
    let ItemBody::ToolCall(call) = &bench.state.records()[0].item.body else {
        panic!("no call");
    };
    let [ContentBlock::Text { text }] = &call.output[..] else {
        panic!("{:?}", call.output);
    };
    assert!(text.contains("bytes cut here"));
    assert!(text.len() < MAX_OUTPUT_BYTES + 200, "{}", text.len());
}
