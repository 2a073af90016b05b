//! Requests that fail: made again, given to another model, or the end of the turn.
use std::time::Duration;

use aside_llm::{Chunk, ModelError, ModelErrorKind, Place, Prices};
use expect_test::{Expect, expect};

use super::super::{Input, ModelFact, Phase};
use super::{Bench, answer, at_once, check_bench, done, examined};
use crate::limits::Limits;
use crate::permission::PermissionMode;
use crate::testing::{
    call, calls_end, check_history, end, model_error, more, opaque, show_messages, text, usage,
};

fn fails(kind: ModelErrorKind) -> Input {
    Input::AnswerFailed(model_error(kind))
}

fn breaks() -> Input {
    fails(ModelErrorKind::Network)
}

/// A bench with the default retries and so many models.
fn bench(models: usize) -> Bench {
    let mut bench = Bench::new(Limits::default());
    let fact = |number: usize| ModelFact {
        id: format!("p/m{number}"),
        ..ModelFact::default()
    };
    bench.state.setup.models = (0..models).map(fact).collect();
    bench
}

fn check(models: usize, parts: Vec<Vec<Input>>, expect: Expect) {
    let inputs = [Input::Start].into_iter();
    let inputs = inputs.chain(parts.into_iter().flatten());
    check_bench(bench(models), inputs.collect(), expect);
}

#[test]
fn a_request_is_made_again_after_a_while() {
    check(
        1,
        vec![
            vec![breaks(), Input::Waited, breaks(), Input::Waited],
            at_once(vec![text("Hello."), usage(3, 1), end()]),
        ],
        expect![[r#"
            => request the model

            retrying 1/5 in 250 ms: The model failed.
            => wait 250 ms

            => request the model

            retrying 2/5 in 500 ms: The model failed.
            => wait 500 ms

            => request the model

            started #1 text InProgress ""
            delta #1 text "Hello."

            completed #1 text Completed "Hello."
            usage p/m0: 3 in, 1 out, context 4
            => stop work
            => finish: end of turn, 3 in, 1 out

        "#]],
    );
}

#[test]
fn what_was_seen_of_an_answer_stays_and_is_not_sent_back() {
    let mut bench = bench(1);
    for input in [
        Input::Start,
        Input::Chunks(vec![
            Chunk::Reasoning("Hm.".to_owned()),
            Chunk::Opaque(Place::Part, opaque("{\"s\":1}")),
            text("I loo"),
            usage(9, 4),
        ]),
        breaks(),
        Input::Waited,
        Input::Chunks(vec![
            text("I look."),
            call(0, "sh", "{}"),
            call(1, "sh", "{\"a\""),
            more(2, "{}"),
        ]),
        Input::AnswerEnded,
        Input::Waited,
        Input::Chunks(vec![text("I look."), call(0, "read", "{}"), calls_end()]),
        Input::AnswerEnded,
    ] {
        bench.take(input);
    }
    let messages = check_history(bench.state.records());
    expect![[r#"
        assistant:
          "I look."
          call c0 read {}
        tool c0 read failed: This call was not made.
    "#]]
    .assert_eq(&show_messages(&messages));
    for input in [
        examined(0, PermissionMode::Full, Vec::new()),
        done(0, "found"),
        // The answer before ended well, so that this one has all tries again.
        Input::Chunks(vec![text("So")]),
        breaks(),
        Input::Waited,
        Input::Chunks(vec![text("So.")]),
        breaks(),
        Input::Waited,
        Input::Chunks(vec![text("So..")]),
        breaks(),
    ] {
        bench.take(input);
    }
    expect![[r#"
        => request the model

        started #1 reasoning InProgress ""
        delta #1 text "Hm."
        completed #1 reasoning Completed "Hm."
        started #2 text InProgress ""
        delta #2 text "I loo"

        noted #1 reasoning Completed "Hm." None
        completed #2 text Interrupted "I loo"
        usage p/m0: 9 in, 4 out, context 13
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 1/5 in 250 ms: The model failed.
        => wait 250 ms

        => request the model

        started #3 text InProgress ""
        delta #3 text "I look."
        completed #3 text Completed "I look."
        started #4 call sh Pending
        delta #4 arguments "{}"
        started #5 call sh Pending
        delta #5 arguments "{\"a\""

        noted #3 text Completed "I look." None
        completed #4 call sh Failed "This call was not made: the answer broke off before it was complete."
        completed #5 call sh Failed "This call was not made: the answer broke off before it was complete."
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 2/5 in 500 ms: The model's answer broke off before its end. Try again.
        => wait 500 ms

        => request the model

        started #6 text InProgress ""
        delta #6 text "I look."
        completed #6 text Completed "I look."
        started #7 call read Pending
        delta #7 arguments "{}"

        => examine 0: read {}

        running #7 call title 0 Running changes []
        => run 0: read {}

        completed #7 call title 0 Completed "found" 10 ms
        => request the model

        started #8 text InProgress ""
        delta #8 text "So"

        completed #8 text Interrupted "So"
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 1/5 in 250 ms: The model failed.
        => wait 250 ms

        => request the model

        started #9 text InProgress ""
        delta #9 text "So."

        completed #9 text Interrupted "So."
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 2/5 in 500 ms: The model failed.
        => wait 500 ms

        => request the model

        started #10 text InProgress ""
        delta #10 text "So.."

        completed #10 text Interrupted "So.."
        => stop work
        => finish: error provider (retryable: true) The model failed. Aside has tried 3 times., 9 in, 4 out

    "#]].assert_eq(&bench.shown);
    bench.check_end();
    let messages = check_history(bench.state.records());
    expect![[r#"
        assistant:
          "I look."
          call c0 read {}
        tool c0 read: found
        assistant:
          "So.."
    "#]]
    .assert_eq(&show_messages(&messages));
}

#[test]
fn retries_end() {
    let mut bench = bench(1);
    bench.take(Input::Start);
    for _ in 0..5 {
        bench.take(fails(ModelErrorKind::RateLimited));
        bench.take(Input::Waited);
    }
    bench.take(fails(ModelErrorKind::RateLimited));
    let waits = bench.shown.lines().filter(|line| line.contains("wait "));
    let waits = waits.collect::<Vec<_>>().join("\n") + "\n";
    expect![[r#"
        => wait 250 ms
        => wait 500 ms
        => wait 1000 ms
        => wait 2000 ms
        => wait 4000 ms
    "#]]
    .assert_eq(&waits);
    let last = bench.shown.trim_end().lines().last().unwrap_or_default();
    expect!["=> finish: error rateLimited (retryable: true) The model failed. Aside has tried 6 times., 0 in, 0 out"].assert_eq(last);
    bench.check_end();
}

#[test]
fn a_cancel_ends_the_wait_at_once() {
    check(
        2,
        vec![vec![breaks(), Input::Cancel, Input::Waited, breaks()]],
        expect![[r#"
            => request the model

            retrying 1/5 in 250 ms: The model failed.
            => wait 250 ms

            => stop work
            => finish: cancelled, 0 in, 0 out



        "#]],
    );
}

#[test]
fn what_comes_while_nothing_is_asked_does_not_matter() {
    let mut bench = bench(1);
    bench.take(Input::Start);
    bench.take(breaks());
    let before = bench.shown.lines().count();
    for input in [
        Input::Chunks(vec![text("Late."), end()]),
        Input::AnswerEnded,
        breaks(),
        done(0, "late"),
        Input::Start,
    ] {
        assert!(bench.take(input).is_empty());
    }
    assert!(matches!(bench.state.phase, Phase::Waiting));
    assert!(before > 0);
    bench.take(Input::Waited);
    assert!(bench.take(Input::Waited).is_empty(), "it is waited once");
}

#[test]
fn another_model_goes_on_and_stays() {
    let unfit = || {
        let mut error = model_error(ModelErrorKind::Auth);
        error.retryable = false;
        error.message = "The key is refused. Check it.".to_owned();
        Input::AnswerFailed(error)
    };
    check(
        3,
        vec![
            vec![Input::Chunks(vec![text("I")]), unfit()],
            vec![breaks(), Input::Waited],
            at_once(vec![call(0, "nope", "{}"), usage(3, 1), calls_end()]),
            vec![unfit()],
            answer(vec![text("Done."), usage(5, 1), end()]),
        ],
        expect![[r#"
            => request the model

            started #1 text InProgress ""
            delta #1 text "I"

            completed #1 text Interrupted "I"
            notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
            notice p/m0 failed (The key is refused. Check it); going on with p/m1.
            => request model 1

            retrying 1/5 in 250 ms: The model failed.
            => wait 250 ms

            => request model 1

            started #2 call nope Pending
            delta #2 arguments "{}"

            usage p/m1: 3 in, 1 out, context 4
            completed #2 call nope Failed "There is no tool named \"nope\". The tools are: edit, find, read, sh. Call one of these."
            => request model 1

            notice p/m1 failed (The key is refused. Check it); going on with p/m2.
            => request model 2

            started #3 text InProgress ""
            delta #3 text "Done."



            completed #3 text Completed "Done."
            usage p/m2: 5 in, 1 out, context 6
            => stop work
            => finish: end of turn, 8 in, 2 out

        "#]],
    );
}

/// What follows a failure that no wait helps, where another model is there.
fn after(kind: ModelErrorKind, status: Option<u16>) -> String {
    let mut bench = bench(2);
    bench.take(Input::Start);
    let error = ModelError {
        retryable: false,
        status,
        ..model_error(kind)
    };
    let actions = bench.take(Input::AnswerFailed(error));
    let last = actions.last().map(crate::testing::show_action);
    format!("{kind:?} {status:?} {}\n", last.unwrap_or_default())
}

#[test]
fn another_model_is_asked_where_it_may_help() {
    use ModelErrorKind::{
        Auth, ContextFull, Network, NoModel, Provider, RateLimited, Rejected, Timeout, Truncated,
    };
    let mut shown = String::new();
    for (kind, status) in [
        (NoModel, None),
        (Auth, Some(401)),
        (RateLimited, Some(429)),
        (Provider, None),
        (Network, None),
        (Timeout, None),
        (Truncated, None),
        (Rejected, Some(404)),
        (Rejected, Some(402)),
        (Rejected, Some(200)),
        (Rejected, Some(400)),
        (Rejected, Some(422)),
        (Rejected, None),
        (ContextFull, Some(400)),
    ] {
        shown.push_str(&after(kind, status));
    }
    expect![[r#"
        NoModel None => request model 1
        Auth Some(401) => request model 1
        RateLimited Some(429) => request model 1
        Provider None => request model 1
        Network None => request model 1
        Timeout None => request model 1
        Truncated None => request model 1
        Rejected Some(404) => request model 1
        Rejected Some(402) => request model 1
        Rejected Some(200) => request model 1
        Rejected Some(400) => finish: error provider (retryable: false) The model failed., 0 in, 0 out
        Rejected Some(422) => finish: error provider (retryable: false) The model failed., 0 in, 0 out
        Rejected None => finish: error provider (retryable: false) The model failed., 0 in, 0 out
        ContextFull Some(400) => finish: error provider (retryable: false) The model failed., 0 in, 0 out
    "#]].assert_eq(&shown);
}

#[test]
fn a_provider_that_asks_for_too_long_a_wait_is_left() {
    let mut bench = bench(2);
    bench.take(Input::Start);
    let mut error = model_error(ModelErrorKind::RateLimited);
    error.retry_after = Some(Duration::from_secs(1));
    let wait = bench.take(Input::AnswerFailed(error.clone()));
    bench.take(Input::Waited);
    error.retry_after = Some(Duration::from_secs(3600));
    let next = bench.take(Input::AnswerFailed(error));
    let last = [wait, next].map(|actions| actions.last().map(crate::testing::show_action));
    let last = last.map(Option::unwrap_or_default);
    assert_eq!(last, ["=> wait 1000 ms", "=> request model 1"]);
}

#[test]
fn retries_are_no_iterations() {
    let mut bench = bench(1);
    bench.state.setup.limits.max_iterations = 1;
    let inputs = [breaks(), Input::Waited, breaks(), Input::Waited];
    let inputs = [Input::Start].into_iter().chain(inputs);
    let inputs = inputs.chain(at_once(vec![text("Hello."), end()]));
    for input in inputs {
        bench.take(input);
    }
    bench.check_end();
    assert!(bench.shown.contains("finish: end of turn"));
}

#[test]
fn costs_are_of_the_model_that_answered() {
    let mut bench = bench(2);
    let price = |dollars: f64| {
        Some(Prices {
            input: dollars,
            cached_input: dollars,
            cache_write: dollars,
            output: dollars,
            long: None,
        })
    };
    bench.state.setup.models[0].prices = price(1.0);
    bench.state.setup.models[1].prices = price(2.0);
    let mut error = model_error(ModelErrorKind::Provider);
    error.retryable = false;
    let used = |cost_usd| {
        Chunk::Usage(aside_llm::Usage {
            input_tokens: 900_000,
            output_tokens: 100_000,
            cost_usd,
            ..aside_llm::Usage::default()
        })
    };
    let inputs = [
        vec![
            Input::Start,
            Input::Chunks(vec![used(None)]),
            Input::AnswerFailed(error),
        ],
        at_once(vec![call(0, "nope", "{}"), used(None), calls_end()]),
        at_once(vec![text("Done."), used(Some(7.0)), end()]),
    ];
    for input in inputs.into_iter().flatten() {
        bench.take(input);
    }
    bench.check_end();
    let shown = bench.shown.lines().filter(|line| line.contains("usage"));
    expect![[r#"
        usage p/m0: 900000 in, 100000 out, context 1000000, $1.000000
        usage p/m1: 900000 in, 100000 out, context 1000000, $2.000000
        usage p/m1: 900000 in, 100000 out, context 1000000, $7.000000
    "#]]
    .assert_eq(&(shown.collect::<Vec<_>>().join("\n") + "\n"));
    let cost = bench.state.usage().cost_usd.unwrap_or_default();
    assert!((cost - 10.0).abs() < 1e-9, "{cost}");
}
