//! What the user says to a turn at work.
use expect_test::expect;

use super::{Bench, answer, at_once, check, check_bench, done, examined};
use crate::event::TurnEvent;
use crate::item::{ContentBlock, ItemBody};
use crate::limits::Limits;
use crate::machine::Input;
use crate::permission::PermissionMode;
use crate::steer::Steer;
use crate::testing::{call, calls_end, end, model_error, no_retries, show_messages, text};

fn says(text: &str) -> Input {
    Input::Steered(Steer {
        content: vec![ContentBlock::text(text)],
        client_message_id: Some(format!("id of {text}")),
    })
}

#[test]
fn it_joins_after_the_calls_of_the_answer() {
    let mut inputs = vec![Input::Start];
    inputs.extend(at_once(vec![
        text("I look."),
        call(0, "read", "{}"),
        calls_end(),
    ]));
    inputs.push(says("Not there."));
    inputs.push(examined(0, PermissionMode::Ask, Vec::new()));
    inputs.push(says("But here."));
    inputs.push(done(0, "nothing"));
    inputs.extend(at_once(vec![text("So I do."), end()]));
    let mut bench = Bench::new(no_retries());
    for input in inputs {
        bench.take(input);
    }
    bench.check_end();
    let mut history = vec![bench.state.prompt().unwrap().clone()];
    history.extend(bench.state.records().iter().cloned());
    expect![[r#"
        user: Do it.
        assistant:
          "I look."
          call c0 read {}
        tool c0 read: nothing
        assistant:
          "[The user says something more here.]"
        user: Not there.
        assistant:
          "[The user says something more here.]"
        user: But here.
        assistant:
          "So I do."
    "#]]
    .assert_eq(&show_messages(&crate::history::messages(&history)));
    // What a turn sends is what is made of its items later.
    let own = crate::history::messages_of_turn(None, "t", bench.state.records());
    assert_eq!(own[..], crate::history::messages(&history)[1..]);
}

#[test]
fn a_turn_goes_on_that_would_have_ended() {
    let mut inputs = vec![Input::Start];
    let mut first = answer(vec![text("Done."), end()]);
    first.insert(1, says("Not yet."));
    inputs.extend(first);
    inputs.extend(at_once(vec![text("Now."), end()]));
    check(
        inputs,
        expect![[r#"
        => request the model

        started #1 text InProgress ""
        delta #1 text "Done."



        completed #1 text Completed "Done."
        started #2 user
        completed #2 user
        => request the model

        started #3 text InProgress ""
        delta #3 text "Now."

        completed #3 text Completed "Now."
        => stop work
        => finish: end of turn, 0 in, 0 out

    "#]],
    );
}

#[test]
fn nothing_is_taken_in_by_a_request_that_is_made_again() {
    let mut bench = Bench::new(Limits::default());
    bench.take(Input::Start);
    bench.take(says("Hurry."));
    bench.take(Input::AnswerFailed(model_error(
        aside_llm::ModelErrorKind::Provider,
    )));
    bench.take(Input::Waited);
    assert_eq!(bench.state.records(), []);
    let said = bench.state.clone();
    for input in at_once(vec![text("Here."), end()]) {
        bench.take(input);
    }
    assert!(matches!(
        bench.state.records().last().unwrap().item.body,
        ItemBody::UserMessage { .. }
    ));
    for input in at_once(vec![text("I do."), end()]) {
        bench.take(input);
    }
    bench.check_end();
    // Also before the model said anything, users and assistants take turns.
    let mut early = Bench::new(no_retries());
    early.state = said;
    for input in at_once(vec![end()]) {
        early.take(input);
    }
    for input in at_once(vec![text("I do."), end()]) {
        early.take(input);
    }
    let own = crate::history::messages_of_turn(None, "t", early.state.records());
    expect![[r#"
        assistant:
          "[The user says something more here.]"
        user: Hurry.
        assistant:
          "I do."
    "#]]
    .assert_eq(&show_messages(&own));
}

#[test]
fn a_turn_that_ends_otherwise_takes_nothing_in() {
    let ends: [fn(&mut Bench); 3] = [
        |bench| drop(bench.take(Input::Cancel)),
        |bench| {
            let kind = aside_llm::ModelErrorKind::Auth;
            bench.take(Input::AnswerFailed(model_error(kind)));
        },
        |bench| {
            let stop = aside_llm::Chunk::Stop(aside_llm::StopReason::MaxTokens);
            bench.take(Input::Chunks(vec![stop]));
            bench.take(Input::AnswerEnded);
        },
    ];
    for end in ends {
        let mut bench = Bench::new(no_retries());
        bench.take(Input::Start);
        bench.take(says("Wait."));
        end(&mut bench);
        bench.take(says("Too late."));
        bench.check_end();
        let is_said = |event: &TurnEvent| {
            matches!(event, TurnEvent::ItemStarted(record)
                if matches!(record.item.body, ItemBody::UserMessage { .. }))
        };
        assert!(!bench.events.iter().any(is_said), "{}", bench.shown);
    }
}

#[test]
fn the_limit_of_requests_holds() {
    let limits = Limits {
        max_iterations: 1,
        ..no_retries()
    };
    let mut inputs = vec![Input::Start, says("More.")];
    inputs.extend(at_once(vec![text("Done."), end()]));
    check_bench(
        Bench::new(limits),
        inputs,
        expect![[r#"
        => request the model


        started #1 text InProgress ""
        delta #1 text "Done."

        completed #1 text Completed "Done."
        notice The turn stopped after 1 requests to the model, which is its limit. Send another message to go on.
        => stop work
        => finish: max iterations, 0 in, 0 out

    "#]],
    );
}
