//! Models that fail, and the turn that goes on.
use std::time::Duration;

use aside_llm::{Chunk, ModelErrorKind, Place, RetryPolicy};

use super::faults::check_next;
use super::{Log, Played, World, check_files, script, whole_script, world};
use crate::event::{TurnEvent, TurnStop};
use crate::item::{ItemBody, ItemRecord};
use crate::testing::{
    Reply, call, check_events, end, model_error, opaque, show_messages, text, usage,
};

/// Retries without a wait.
pub(super) fn at_once() -> RetryPolicy {
    RetryPolicy {
        base: Duration::ZERO,
        ..RetryPolicy::default()
    }
}

fn breaks_after(chunks: Vec<Chunk>) -> Reply {
    let reads = chunks.into_iter().map(|chunk| Ok(vec![chunk]));
    let error = model_error(ModelErrorKind::Network);
    Reply::Streams(reads.chain([Err(error)]).collect())
}

/// The plain turn, with two models that fail in every way.
pub(super) fn failing() -> (World, Log) {
    let mut answers = script().into_iter();
    let mut next = || Reply::chunks(answers.next().unwrap_or_default());
    let mut refused = model_error(ModelErrorKind::Auth);
    refused.retryable = false;
    let replies = vec![
        Reply::Fails(model_error(ModelErrorKind::RateLimited)),
        breaks_after(vec![
            Chunk::Reasoning("I should".to_owned()),
            Chunk::Opaque(Place::Part, opaque("{\"lost\":1}")),
            text("I loo"),
            usage(10, 3),
        ]),
        next(),
        breaks_after(vec![
            text("I ed"),
            call(0, "edit", "{}"),
            call(1, "sh", "{"),
        ]),
        Reply::Fails(refused),
    ];
    let last = vec![
        Chunk::Reasoning("All is done.".to_owned()),
        Chunk::Opaque(Place::Part, opaque("{\"signed\":1}")),
        text("Done."),
        Chunk::Opaque(Place::Alone, opaque("{\"kept\":1}")),
        Chunk::Note("the model is old".to_owned()),
        usage(30, 7),
        end(),
    ];
    let others = vec![
        // The stream ends without a word.
        Reply::chunks(vec![text("I edit"), call(0, "sh", "{}")]),
        next(),
        Reply::chunks(last),
    ];
    let (mut world, log) = world(replies);
    world.others = vec![others];
    world.limits.retry = at_once();
    (world, log)
}

/// The texts of items that the model must never see again.
fn superseded(records: &[ItemRecord]) -> Vec<String> {
    let hidden = records.iter().filter(|record| {
        let replay = record.replay.as_ref();
        replay.is_some_and(|replay| replay.superseded)
    });
    let texts = hidden.filter_map(|record| match &record.item.body {
        ItemBody::AssistantMessage { text, .. } | ItemBody::Reasoning { text, .. } => {
            Some(format!("{text:?}"))
        }
        ItemBody::ToolCall(_) | ItemBody::UserMessage { .. } | ItemBody::Compaction { .. } => None,
    });
    texts.collect()
}

/// No request holds a line that is one of those texts. The texts of a turn must all differ.
pub(super) fn check_superseded(played: &Played, records: &[ItemRecord]) {
    let hidden = superseded(records);
    for request in &played.requests {
        let shown = show_messages(&request.messages);
        for line in shown.lines() {
            let line = line.trim_start();
            let said = line.strip_prefix("reasoning ").unwrap_or(line);
            assert!(!hidden.iter().any(|text| text == said), "{said}:\n{shown}");
        }
    }
}

#[tokio::test]
async fn models_fail_and_the_turn_ends_well() {
    let (world, log) = failing();
    let files = std::sync::Arc::clone(&world.files);
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::EndTurn);
    let completed = check_events(&played.events);
    check_superseded(&played, &completed);
    assert_eq!(superseded(&completed).len(), 4);
    check_files(&files, &played.events);
    // Only what whole answers asked for was done, and once.
    assert_eq!(*log.lock().unwrap(), ["read", "read", "plan", "run"]);
    let models = played.requests.iter().map(|request| request.model.as_str());
    assert_eq!(
        models.collect::<Vec<_>>(),
        ["m0", "m0", "m0", "m0", "m0", "m1", "m1", "m1"]
    );
    let told = played.shown();
    let told = told.lines().filter(|line| {
        ["retrying", "notice", "usage"]
            .iter()
            .any(|word| line.starts_with(word))
    });
    expect_test::expect![[r#"
        retrying 1/5 in 0 ms: The model failed.
        usage p/m0: 10 in, 3 out, context 13
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 2/5 in 0 ms: The model failed.
        usage p/m0: 10 in, 5 out, context 15
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 1/5 in 0 ms: The model failed.
        notice p/m0 failed (The model failed); going on with p/m1.
        notice The answer broke off and is asked for again. What came of it stays here, but is no part of the conversation.
        retrying 1/5 in 0 ms: The model's answer broke off before its end. Try again.
        usage p/m1: 20 in, 6 out, context 26
        usage p/m1: 30 in, 7 out, context 37
        notice The provider says: the model is old.
    "#]]
    .assert_eq(&(told.collect::<Vec<_>>().join("\n") + "\n"));
    // The conversation is the one that it would be had nothing failed.
    let plain = super::world(whole_script()).0.play().await;
    assert_eq!(played.last_request(), plain.last_request());
    check_next(completed);
}

/// The script with a failure in the place of its n-th chunk, counted over all answers, after
/// which the same answer comes whole; none where there are fewer chunks.
fn failing_once_at(at: usize) -> Option<Vec<Reply>> {
    let mut left = Some(at);
    let mut replies = Vec::new();
    for answer in script() {
        match left {
            Some(before) if before < answer.len() => {
                replies.push(breaks_after(answer[..before].to_vec()));
                left = None;
            }
            Some(before) => left = Some(before - answer.len()),
            None => {}
        }
        replies.push(Reply::chunks(answer));
    }
    left.is_none().then_some(replies)
}

#[tokio::test]
async fn one_failure_at_every_chunk_changes_nothing() {
    let plain = world(whole_script()).0.play().await;
    let mut at = 0;
    while let Some(replies) = failing_once_at(at) {
        let (mut world, log) = world(replies);
        world.limits.retry = at_once();
        let files = std::sync::Arc::clone(&world.files);
        let played = world.play().await;
        assert_eq!(played.outcome.stop, TurnStop::EndTurn, "{at}");
        assert_eq!(*log.lock().unwrap(), ["read", "read", "plan", "run"]);
        assert_eq!(played.last_request(), plain.last_request(), "{at}");
        let retried = |event: &&TurnEvent| matches!(event, TurnEvent::Retrying { .. });
        assert_eq!(played.events.iter().filter(retried).count(), 1, "{at}");
        check_files(&files, &played.events);
        check_next(check_events(&played.events));
        at += 1;
    }
    assert_eq!(at, script().iter().map(Vec::len).sum::<usize>());
}

#[tokio::test]
async fn a_cancel_ends_a_long_wait_at_once() {
    let mut error = model_error(ModelErrorKind::RateLimited);
    error.retry_after = Some(Duration::from_secs(50));
    let mut world = World::new(vec![Reply::Fails(error)]);
    world.limits.retry = RetryPolicy::default();
    // The first event is the one that says how long it will be.
    world.sink.cancel_at = Some((0, world.cancel.clone()));
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::Cancelled);
    let first = played.events.first();
    assert!(
        matches!(first, Some(TurnEvent::Retrying { delay_ms, .. }) if *delay_ms >= 50_000),
        "{first:?}"
    );
}

#[tokio::test]
async fn a_model_that_panics_is_not_asked_again() {
    let mut world = World::new(vec![Reply::PanicsAfter(vec![vec![text("I thi")]])]);
    world.others = vec![vec![Reply::chunks(vec![text("I think."), end()])]];
    world.limits.retry = at_once();
    let played = world.play().await;
    let stop = &played.outcome.stop;
    assert!(
        matches!(stop, TurnStop::Error(error) if error.code == "internal"),
        "{stop:?}"
    );
    check_next(check_events(&played.events));
}

#[tokio::test]
async fn calls_of_an_answer_that_fails_again_and_again_are_never_made() {
    let broken = || {
        breaks_after(vec![
            call(0, "sh", "{}"),
            call(1, "read", "{\"path\":\"a\"}"),
            usage(1, 1),
        ])
    };
    let (mut world, log) = world(vec![broken(), broken(), broken()]);
    world.others = vec![vec![broken(), broken(), broken()]];
    world.limits.retry = at_once();
    let played = world.play().await;
    assert!(matches!(played.outcome.stop, TurnStop::Error(_)));
    assert!(log.lock().unwrap().is_empty());
    assert_eq!(played.outcome.usage.input_tokens, 6);
    let completed = check_events(&played.events);
    assert_eq!(completed.len(), 12);
    check_next(completed);
    assert!(
        played
            .requests
            .iter()
            .all(|request| show_messages(&request.messages) == "user: Do it.\n")
    );
}
