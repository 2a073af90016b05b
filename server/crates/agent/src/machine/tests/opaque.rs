//! What a provider wants to see again, and what it says beside its answer.
use aside_llm::{Chunk, Place, StopReason};
use expect_test::{Expect, expect};

use super::super::Input;
use super::{Bench, at_once, check, check_bench, done, examined};
use crate::limits::{Limits, MAX_ANSWER_NOTES, MAX_OPAQUE_BYTES};
use crate::permission::PermissionMode;
use crate::testing::{
    call, calls_end, check_history, end, more, no_retries, opaque, show_messages, text, user,
};

fn thinks(text: &str) -> Chunk {
    Chunk::Reasoning(text.to_owned())
}

fn of_part(json: &str) -> Chunk {
    Chunk::Opaque(Place::Part, opaque(json))
}

fn of_call(call: usize, json: &str) -> Chunk {
    Chunk::Opaque(Place::Call(call), opaque(json))
}

fn alone(json: &str) -> Chunk {
    Chunk::Opaque(Place::Alone, opaque(json))
}

fn note(words: &str) -> Chunk {
    Chunk::Note(words.to_owned())
}

fn stop(reason: StopReason) -> Chunk {
    Chunk::Stop(reason)
}

fn turn(parts: Vec<Vec<Input>>) -> Vec<Input> {
    let inputs = [Input::Start].into_iter();
    inputs.chain(parts.into_iter().flatten()).collect()
}

/// The messages after a turn whose only answer is this, which may be cut short by a cancel.
fn messages_after(chunks: Vec<Chunk>) -> String {
    let one_by_one = chunks.iter().map(|chunk| vec![chunk.clone()]).collect();
    let shown = [vec![chunks], one_by_one].map(|reads| {
        let mut bench = Bench::new(no_retries());
        bench.take(Input::Start);
        for read in reads {
            bench.take(Input::Chunks(read));
        }
        bench.take(Input::AnswerEnded);
        bench.take(Input::Cancel);
        bench.check_end();
        let mut history = vec![user("u", "t", "Do it.")];
        history.extend(bench.state.records().iter().cloned());
        history.push(user("u2", "t2", "And now?"));
        show_messages(&check_history(&history))
    });
    assert_eq!(shown[0], shown[1], "at once and one by one");
    shown[0].clone()
}

fn check_messages(chunks: Vec<Chunk>, expect: Expect) {
    expect.assert_eq(&messages_after(chunks));
}

/// All answers give the same messages.
fn check_all(answers: Vec<Vec<Chunk>>, expect: Expect) {
    let shown = answers.into_iter().map(messages_after);
    let mut shown = shown.collect::<Vec<_>>();
    shown.dedup();
    expect.assert_eq(&shown.join("or:\n"));
}

#[test]
fn everything_goes_back_to_its_place() {
    check_messages(
        vec![
            alone("0"),
            thinks("Hm."),
            of_part("1"),
            thinks("Well."),
            of_part("2"),
            of_part("3"),
            text("I "),
            text("look."),
            of_part("4"),
            text("Here."),
            alone("5"),
            alone("6"),
            text("There."),
            call(0, "sh", "{\"a\""),
            of_call(0, "7"),
            call(1, "sh", "{}"),
            more(0, ":1}"),
            of_call(1, "8"),
            of_call(1, "9"),
            alone("10"),
            calls_end(),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              opaque 0
              reasoning "Hm."
              attached 1
              reasoning "Well."
              attached 2
              opaque 3
              "I look."
              attached 4
              "Here."
              opaque 5
              opaque 6
              "There."
              call c0 sh {"a":1}
              attached 7
              call c1 sh {}
              attached 9
              opaque 10
            tool c0 sh failed: The user cancelled before this call was made.
            tool c1 sh failed: The user cancelled before this call was made.
            assistant:
              "[The turn was stopped here.]"
            user: And now?
        "#]],
    );
}

#[test]
fn a_signature_for_nothing_stands_alone() {
    check_messages(
        vec![
            text("\n"),
            of_part("1"),
            call(0, "sh", "{}"),
            of_part("2"),
            of_call(7, "lost"),
            calls_end(),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              opaque 1
              call c0 sh {}
              opaque 2
            tool c0 sh failed: The user cancelled before this call was made.
            assistant:
              "[The turn was stopped here.]"
            user: And now?
        "#]],
    );
}

#[test]
fn a_call_without_a_name_yet_keeps_what_is_its_own() {
    check_messages(
        vec![
            more(0, "{\"a\":"),
            of_call(0, "1"),
            alone("2"),
            call(0, "sh", "1}"),
            more(1, "{}"),
            of_call(1, "3"),
            calls_end(),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              opaque 2
              call c0 sh {"a":1}
              attached 1
              call call_0_1 unnamed {}
              attached 3
            tool c0 sh failed: The user cancelled before this call was made.
            tool call_0_1 unnamed failed: The user cancelled before this call was made.
            assistant:
              "[The turn was stopped here.]"
            user: And now?
        "#]],
    );
}

#[test]
fn what_stands_at_a_cut_is_dropped() {
    // The other half of it may be missing.
    let said = || vec![text("I look."), alone("1")];
    let cut = |reason| said().into_iter().chain([stop(reason)]).collect();
    let answers = vec![
        cut(StopReason::MaxTokens),
        cut(StopReason::Refusal),
        cut(StopReason::Filtered),
        cut(StopReason::ContextFull),
        said(),
    ];
    check_all(
        answers,
        expect![[r#"
            user: Do it.
            assistant:
              "I look."
            user: And now?
        "#]],
    );
}

#[test]
fn thoughts_without_a_word_are_not_sent_back() {
    let answers = vec![
        vec![thinks("Hm."), of_part("1"), end()],
        vec![thinks("Hm."), of_part("1"), alone("2"), end()],
        vec![alone("1"), thinks("Hm."), end()],
        vec![alone("1"), end()],
        vec![thinks("Hm."), of_part("1"), thinks("Half a th")],
    ];
    check_all(
        answers,
        expect![[r#"
            user: Do it.
            assistant:
              "[The turn was stopped here.]"
            user: And now?
        "#]],
    );
    // At the end of an answer they are left out as well.
    check_messages(
        vec![
            thinks("Hm."),
            text("Yes."),
            thinks("Or not."),
            text(" \n"),
            thinks("No."),
            of_part("1"),
            end(),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              reasoning "Hm."
              "Yes."
            user: And now?
        "#]],
    );
}

#[test]
fn thoughts_that_follow_each_other_are_one() {
    check_messages(
        vec![
            thinks("Hm."),
            text("\n"),
            thinks("Well."),
            of_part("1"),
            thinks("So."),
            text("Yes."),
            end(),
        ],
        expect![[r#"
            user: Do it.
            assistant:
              reasoning "Hm.\n\nWell."
              attached 1
              reasoning "So."
              "Yes."
            user: And now?
        "#]],
    );
}

#[test]
fn an_item_that_is_over_is_stored_again_with_what_follows_it() {
    check(
        turn(vec![at_once(vec![
            text("Yes."),
            alone("1"),
            alone("2"),
            end(),
        ])]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "Yes."
            completed #1 text Completed "Yes."

            noted #1 text Completed "Yes." None
            => stop work
            => finish: end of turn, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_paused_answer_is_sent_back_and_goes_on() {
    let mut bench = Bench::new(no_retries());
    let inputs = turn(vec![
        at_once(vec![
            thinks("Hm."),
            of_part("1"),
            alone("{\"search\":1}"),
            stop(StopReason::Paused),
        ]),
        at_once(vec![text("Found."), stop(StopReason::Paused)]),
        at_once(vec![call(0, "read", "{}"), stop(StopReason::Paused)]),
        vec![
            examined(0, PermissionMode::Full, Vec::new()),
            done(0, "old"),
        ],
        at_once(vec![text("Done."), end()]),
    ]);
    for input in inputs {
        bench.take(input);
    }
    bench.check_end();
    expect![[r#"
        assistant:
          reasoning "Hm."
          attached 1
          opaque {"search":1}
        assistant:
          "Found."
        assistant:
          call c0 read {}
        tool c0 read: old
        assistant:
          "Done."
    "#]]
    .assert_eq(&show_messages(&crate::history::messages(
        bench.state.records(),
    )));
}

#[test]
fn an_answer_that_pauses_for_ever_ends() {
    let mut bench = Bench::new(no_retries());
    bench.state.setup.limits.max_iterations = 3;
    let pause = || at_once(vec![stop(StopReason::Paused)]);
    check_bench(
        bench,
        turn(vec![pause(), pause(), pause()]),
        expect![[r#"
            => request the model


            => request the model


            => request the model


            notice The turn stopped after 3 requests to the model, which is its limit. Send another message to go on.
            => stop work
            => finish: max iterations, 0 in, 0 out

        "#]],
    );
}

#[test]
fn more_than_is_kept_is_dropped_with_a_word() {
    let large = "x".repeat(MAX_OPAQUE_BYTES / 2 + 1);
    let mut bench = Bench::new(Limits::default());
    for input in turn(vec![at_once(vec![
        thinks("Hm."),
        of_part(&large),
        thinks("Well."),
        of_part(&large),
        text("Yes."),
        of_part("1"),
        end(),
    ])]) {
        bench.take(input);
    }
    bench.check_end();
    let shown = show_messages(&check_history(bench.state.records()));
    let shown = shown.replace(&large, "large");
    expect![[r#"
        assistant:
          reasoning "Hm."
          attached large
          reasoning "Well."
          "Yes."
          attached 1
    "#]]
    .assert_eq(&shown);
    let notices = bench.shown.lines().filter(|line| line.contains("notice"));
    expect!["notice The provider's own data in this answer is more than Aside keeps, so a part of it is not sent back. If the next request fails, start a new session."].assert_eq(&notices.collect::<Vec<_>>().join("\n"));
}

#[test]
fn more_than_an_answer_may_have_ends_it() {
    let large = "x".repeat(MAX_OPAQUE_BYTES);
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    bench.take(Input::Chunks(vec![
        text("Yes."),
        alone(&large),
        alone(&large),
    ]));
    bench.check_end();
    assert!(bench.shown.contains("so it was cut there"));
    assert!(bench.shown.contains("finish: max tokens"));
}

/// The last lines of a turn with this answer: notices and the end.
fn ending(chunks: Vec<Chunk>) -> String {
    let mut bench = Bench::new(no_retries());
    bench.state.setup.models[0].context_window = Some(8192);
    for input in turn(vec![at_once(chunks)]) {
        bench.take(input);
    }
    bench.check_end();
    let lines = bench.shown.lines();
    let lines = lines.filter(|line| line.starts_with("notice") || line.contains("finish"));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn what_the_provider_says_is_told_at_the_end() {
    use StopReason::{ContextFull, EndTurn, Filtered, MaxTokens, Refusal};
    let mut shown = String::new();
    for (chunks, reason) in [
        (vec![note("violence"), note("and more")], Filtered),
        (vec![text("I"), note("violence")], Refusal),
        (vec![], Filtered),
        (vec![text("I won't.")], Refusal),
        (vec![], Refusal),
        (vec![text("Yes."), note("the model is old")], EndTurn),
        (vec![text("Yes"), note("the model is old")], MaxTokens),
        (vec![text("Yes")], ContextFull),
        (vec![note("a"); MAX_ANSWER_NOTES + 3], EndTurn),
    ] {
        shown.push_str(&ending(chunks.into_iter().chain([stop(reason)]).collect()));
    }
    expect![[r#"
        notice The provider stopped the answer: violence; and more.
        => finish: refusal, 0 in, 0 out
        notice The provider stopped the answer: violence.
        => finish: refusal, 0 in, 0 out
        notice The provider's filter stopped the answer. Say it in other words, or try another model.
        => finish: refusal, 0 in, 0 out
        => finish: refusal, 0 in, 0 out
        notice The model refused to answer. Say it in other words, or try another model.
        => finish: refusal, 0 in, 0 out
        notice The provider says: the model is old.
        => finish: end of turn, 0 in, 0 out
        notice The provider says: the model is old.
        => finish: max tokens, 0 in, 0 out
        notice The conversation fills the model's context window of 8192 tokens, so the answer was cut. Start a new session, or choose a model with a larger window.
        => finish: max tokens, 0 in, 0 out
        notice The provider says: a; a; a; a; a; a; a; a.
        => finish: end of turn, 0 in, 0 out
    "#]].assert_eq(&shown);
}
