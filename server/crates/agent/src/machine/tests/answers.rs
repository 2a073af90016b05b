//! From chunks to items.
use aside_llm::{Chunk, ModelErrorKind, StopReason};
use expect_test::expect;

use super::super::Input;
use super::{Bench, answer, at_once, check};
use crate::event::{Delta, TurnEvent};
use crate::item::{ContentBlock, ItemBody};
use crate::limits::{
    Limits, MAX_ANSWER_CALLS, MAX_ANSWER_ITEMS, MAX_ARGUMENT_BYTES, MAX_CALL_ID_BYTES,
    MAX_NAME_BYTES, MAX_TEXT_BYTES,
};
use crate::testing::{call, calls_end, end, model_error, more, no_retries, text, usage};

fn turn(parts: Vec<Vec<Input>>) -> Vec<Input> {
    let mut inputs = vec![Input::Start];
    inputs.extend(parts.into_iter().flatten());
    inputs
}

#[test]
fn text_streams_and_ends() {
    let chunks = vec![text("Hel"), text("lo"), usage(10, 2), end()];
    check(
        turn(vec![answer(chunks)]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "Hel"

            delta #1 text "lo"



            completed #1 text Completed "Hello"
            usage p/m: 10 in, 2 out, context 12
            => stop work
            => finish: end of turn, 10 in, 2 out

        "#]],
    );
}

#[test]
fn parts_become_items_in_their_order() {
    let reasoning = |text: &str| Chunk::Reasoning(text.to_owned());
    check(
        turn(vec![
            at_once(vec![
                text("\n\n"),
                reasoning("Hm."),
                text("\n"),
                text("I look."),
                text(""),
                call(0, "nope", "{\"a\""),
                more(0, ":1}"),
                text("\n\n"),
                call(1, "nope", ""),
                calls_end(),
            ]),
            at_once(vec![text("Well."), end()]),
        ]),
        expect![[r#"
            => request the model

            started #1 reasoning InProgress ""
            delta #1 text "Hm."
            completed #1 reasoning Completed "Hm."
            started #2 text InProgress ""
            delta #2 text "\nI look."
            completed #2 text Completed "\nI look."
            started #3 call nope Pending
            delta #3 arguments "{\"a\""
            delta #3 arguments ":1}"
            started #4 call nope Pending

            completed #3 call nope Failed "There is no tool named \"nope\". The tools are: edit, find, read, sh. Call one of these."
            completed #4 call nope Failed "There is no tool named \"nope\". The tools are: edit, find, read, sh. Call one of these."
            => request the model

            started #5 text InProgress ""
            delta #5 text "Well."

            completed #5 text Completed "Well."
            => stop work
            => finish: end of turn, 0 in, 0 out

        "#]],
    );
}

#[test]
fn an_empty_answer_is_a_normal_end() {
    check(
        turn(vec![answer(vec![text(" \n"), end()])]),
        expect![[r#"
        => request the model



        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
    );
}

#[test]
fn arguments_that_are_no_object_fail_the_call() {
    let mut chunks = Vec::new();
    for (index, raw) in ["{\"a\": ", "[1]", "\"x\"", "7", "{\"a\":\"\\ud800\"}"]
        .into_iter()
        .enumerate()
    {
        chunks.push(call(index, "sh", raw));
    }
    chunks.push(calls_end());
    check(
        turn(vec![at_once(chunks), at_once(vec![end()])]),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{\"a\": "
            started #2 call sh Pending
            delta #2 arguments "[1]"
            started #3 call sh Pending
            delta #3 arguments "\"x\""
            started #4 call sh Pending
            delta #4 arguments "7"
            started #5 call sh Pending
            delta #5 arguments "{\"a\":\"\\ud800\"}"

            completed #1 call sh Failed "The arguments of this call are not a JSON object (EOF while parsing a value at line 1 column 6), so nothing was done. Call the tool again with one complete JSON object as its description says."
            completed #2 call sh Failed "The arguments of this call are not a JSON object (they are an array), so nothing was done. Call the tool again with one complete JSON object as its description says."
            completed #3 call sh Failed "The arguments of this call are not a JSON object (they are a string), so nothing was done. Call the tool again with one complete JSON object as its description says."
            completed #4 call sh Failed "The arguments of this call are not a JSON object (they are a single value), so nothing was done. Call the tool again with one complete JSON object as its description says."
            completed #5 call sh Failed "The arguments of this call are not a JSON object (unexpected end of hex escape at line 1 column 13), so nothing was done. Call the tool again with one complete JSON object as its description says."
            => request the model


            => stop work
            => finish: end of turn, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_cut_answer_runs_no_call() {
    check(
        turn(vec![at_once(vec![
            text("I write."),
            call(0, "sh", "{}"),
            call(1, "sh", "{\"command\": \"rm -r"),
            Chunk::Stop(StopReason::MaxTokens),
        ])]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "I write."
            completed #1 text Completed "I write."
            started #2 call sh Pending
            delta #2 arguments "{}"
            started #3 call sh Pending
            delta #3 arguments "{\"command\": \"rm -r"

            => stop work
            completed #2 call sh Failed "This call was not made: the answer reached its length limit before it was complete. Make shorter calls, one at a time."
            completed #3 call sh Failed "This call was not made: the answer reached its length limit before it was complete. Make shorter calls, one at a time."
            => finish: max tokens, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_refusal_runs_no_call() {
    check(
        turn(vec![at_once(vec![
            text("No."),
            call(0, "sh", "{}"),
            Chunk::Stop(StopReason::Refusal),
        ])]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "No."
            completed #1 text Completed "No."
            started #2 call sh Pending
            delta #2 arguments "{}"

            => stop work
            completed #2 call sh Failed "This call was not made: the answer ended in a refusal."
            => finish: refusal, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_stream_that_breaks_off_keeps_what_came_and_runs_nothing() {
    check(
        turn(vec![vec![
            Input::Chunks(vec![text("I lo"), usage(3, 1)]),
            Input::AnswerFailed(model_error(ModelErrorKind::Network)),
        ]]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "I lo"

            completed #1 text Interrupted "I lo"
            usage p/m: 3 in, 1 out, context 4
            => stop work
            => finish: error provider (retryable: true) The model failed., 3 in, 1 out

        "#]],
    );
    check(
        turn(vec![vec![
            Input::Chunks(vec![call(0, "sh", "{}")]),
            Input::AnswerEnded,
        ]]),
        expect![[r#"
            => request the model

            started #1 call sh Pending
            delta #1 arguments "{}"

            => stop work
            completed #1 call sh Failed "This call was not made: the answer broke off before it was complete."
            => finish: error provider (retryable: true) The model's answer broke off before its end. Try again., 0 in, 0 out

        "#]],
    );
}

#[test]
fn an_error_after_the_stop_does_not_matter() {
    check(
        turn(vec![vec![
            Input::Chunks(vec![text("Done."), end(), text(" Not mine.")]),
            Input::AnswerFailed(model_error(ModelErrorKind::Network)),
        ]]),
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "Done."

            completed #1 text Completed "Done."
            => stop work
            => finish: end of turn, 0 in, 0 out

        "#]],
    );
}

#[test]
fn a_name_may_come_late_or_never() {
    let late = Chunk::ToolCall {
        index: 0,
        id: Some(String::new()),
        name: Some("read".to_owned()),
        arguments: "1}".to_owned(),
    };
    check(
        turn(vec![
            at_once(vec![more(0, "{\"a\":"), more(1, "{}"), late, calls_end()]),
            vec![Input::Cancel],
        ]),
        expect![[r#"
            => request the model

            started #1 call read Pending
            delta #1 arguments "{\"a\":1}"

            started #2 call unnamed Pending
            delta #2 arguments "{}"
            => examine 0: read {"a":1}

            => stop work
            completed #1 call read Cancelled "The user cancelled before this call was made."
            completed #2 call unnamed Cancelled "The user cancelled before this call was made."
            => finish: cancelled, 0 in, 0 out

        "#]],
    );
}

#[test]
fn each_kind_of_failure_has_its_code() {
    use ModelErrorKind::{
        Auth, Network, NoModel, Provider, RateLimited, Rejected, Timeout, Truncated,
    };
    let kinds = [
        NoModel,
        Auth,
        RateLimited,
        Rejected,
        Provider,
        Network,
        Timeout,
        Truncated,
    ];
    let mut shown = String::new();
    for kind in kinds {
        let mut bench = Bench::new(no_retries());
        bench.take(Input::Start);
        bench.take(Input::AnswerFailed(model_error(kind)));
        bench.check_end();
        let last = bench.shown.trim_end().lines().last().unwrap_or_default();
        shown.push_str(&format!("{kind:?} {last}\n"));
    }
    expect![[r#"
        NoModel => finish: error noModel (retryable: true) The model failed., 0 in, 0 out
        Auth => finish: error auth (retryable: true) The model failed., 0 in, 0 out
        RateLimited => finish: error rateLimited (retryable: true) The model failed., 0 in, 0 out
        Rejected => finish: error provider (retryable: true) The model failed., 0 in, 0 out
        Provider => finish: error provider (retryable: true) The model failed., 0 in, 0 out
        Network => finish: error provider (retryable: true) The model failed., 0 in, 0 out
        Timeout => finish: error provider (retryable: true) The model failed., 0 in, 0 out
        Truncated => finish: error provider (retryable: true) The model failed., 0 in, 0 out
    "#]]
    .assert_eq(&shown);
}

#[test]
fn what_is_kept_of_an_answer_is_bounded() {
    // One text that never ends, in pieces that break characters' boundaries.
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    let piece = "a€".repeat(64 * 1024);
    while bench.finished == 0 {
        bench.take(Input::Chunks(vec![text(&piece)]));
    }
    bench.check_end();
    let streamed = bench.events.iter().map(|event| match event {
        TurnEvent::ItemDelta {
            delta: Delta::Text(text),
            ..
        } => text.len(),
        _ => 0,
    });
    let streamed = streamed.sum::<usize>();
    assert!((MAX_TEXT_BYTES - 4..=MAX_TEXT_BYTES).contains(&streamed));
    assert!(bench.shown.contains("=> finish: max tokens"));

    // Items without end.
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    while bench.finished == 0 {
        bench.take(Input::Chunks(vec![
            text("a"),
            Chunk::Reasoning("b".to_owned()),
        ]));
    }
    bench.check_end();
    assert_eq!(bench.state.records().len(), MAX_ANSWER_ITEMS);

    // White space without end.
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    let piece = " ".repeat(1024 * 1024);
    while bench.finished == 0 {
        bench.take(Input::Chunks(vec![text(&piece)]));
    }
    bench.check_end();
    assert!(bench.state.records().is_empty());
}

#[test]
fn too_many_calls_are_dropped_and_too_long_ones_fail() {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    let calls = (0..MAX_ANSWER_CALLS + 6).map(|index| call(index, "nope", &index.to_string()));
    bench.take(Input::Chunks(calls.chain([calls_end()]).collect()));
    bench.take(Input::AnswerEnded);
    assert!(bench.shown.contains("notice The model made more than 64"));
    assert_eq!(bench.state.records().len(), MAX_ANSWER_CALLS);
    let long = "x".repeat(MAX_ARGUMENT_BYTES);
    bench.take(Input::Chunks(vec![
        call(0, "read", "{\"a\":\""),
        more(0, &long),
        more(0, "\"}"),
        calls_end(),
    ]));
    bench.take(Input::AnswerEnded);
    let last = bench.state.records().last().map(|record| &record.item.body);
    let Some(ItemBody::ToolCall(last)) = last else {
        panic!("no call");
    };
    let [ContentBlock::Text { text }] = &last.output[..] else {
        panic!("{:?}", last.output);
    };
    assert!(text.contains("longer than 2097152 bytes"), "{text}");
    bench.take(Input::Cancel);
    bench.check_end();
}

#[test]
fn names_and_ids_of_calls_are_bounded() {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    let named = |index: usize, id: String, name: &str| Chunk::ToolCall {
        index,
        id: Some(id),
        name: Some(name.to_owned()),
        arguments: String::new(),
    };
    bench.take(Input::Chunks(vec![
        named(0, "i".repeat(MAX_CALL_ID_BYTES), "nope"),
        named(
            1,
            "i".repeat(MAX_CALL_ID_BYTES + 1),
            &"é".repeat(MAX_NAME_BYTES),
        ),
        calls_end(),
    ]));
    bench.take(Input::AnswerEnded);
    let kept = bench.state.records().iter().map(|record| {
        let ItemBody::ToolCall(call) = &record.item.body else {
            panic!("no call");
        };
        let replay = record.replay.as_ref().unwrap();
        (call.name.len(), replay.call_id.as_ref().unwrap().len())
    });
    let own = "call_0_1".len();
    let expected = [(4, MAX_CALL_ID_BYTES), (MAX_NAME_BYTES, own)];
    assert_eq!(kept.collect::<Vec<_>>(), expected);
    bench.take(Input::Cancel);
    bench.check_end();
}
