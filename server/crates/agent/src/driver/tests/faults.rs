//! Everything that can fail, failing at every place.
use std::collections::BTreeMap;

use aside_llm::ModelErrorKind;
use expect_test::expect;

use super::worlds::WORLDS;
use super::{Log, World, check_files, done, script, whole_script, world};
use crate::event::{EditOutcome, TurnEvent, TurnStop};
use crate::host::HostError;
use crate::item::{ItemBody, ItemRecord, ToolKind};
use crate::testing::{
    FakeTool, MemoryFiles, Reply, call, calls_end, check_events, check_history, end, model_error,
    text, user,
};

/// The conversation after a turn must be one that providers take.
pub(super) fn check_next(completed: Vec<ItemRecord>) {
    let mut history = vec![user("u", "t", "Do it.")];
    history.extend(completed);
    let now = check_history(&history);
    history.push(user("u2", "t2", "And now?"));
    let next = check_history(&history);
    assert_eq!(now, next[..now.len()]);
}

#[tokio::test]
async fn a_cancel_at_every_event() {
    for (name, make) in WORLDS {
        let all = make().0.play().await.events.len();
        assert!(all > 10, "{name}: {all}");
        let mut cancelled = 0;
        for at in 0..all {
            let (mut world, _) = make();
            world.sink.cancel_at = Some((at, world.cancel.clone()));
            let files = std::sync::Arc::clone(&world.files);
            let played = world.play().await;
            match played.outcome.stop {
                TurnStop::Cancelled => cancelled += 1,
                // The cancel came with the last events, when all was done.
                TurnStop::EndTurn => assert_eq!(played.events.len(), all, "{name}"),
                stop => panic!("{name} cancelled at {at}: {stop:?}"),
            }
            let late = played.events.iter().skip(at + 1);
            let applied = |event: &TurnEvent| {
                matches!(
                    event,
                    TurnEvent::EditResolved {
                        outcome: EditOutcome::Applied(_),
                        ..
                    }
                )
            };
            assert_eq!(
                late.filter(|event| applied(event)).count(),
                0,
                "{name} {at}"
            );
            check_next(check_events(&played.events));
            check_files(&files, &played.events);
        }
        assert!(cancelled >= all - 3, "{name}: {cancelled} of {all}");
    }
}

/// The script with a failure in the place of its n-th chunk, counted over all answers.
fn failing_at(at: usize) -> Option<Vec<Reply>> {
    let mut replies = Vec::new();
    let mut left = at;
    for answer in script() {
        if left < answer.len() {
            let chunks = answer.into_iter().take(left).map(|chunk| Ok(vec![chunk]));
            let error = model_error(ModelErrorKind::Truncated);
            replies.push(Reply::Streams(chunks.chain([Err(error)]).collect()));
            return Some(replies);
        }
        left -= answer.len();
        replies.push(Reply::chunks(answer));
    }
    None
}

#[tokio::test]
async fn a_model_error_at_every_chunk() {
    let mut at = 0;
    while let Some(replies) = failing_at(at) {
        let answers = replies.len();
        let (world, log) = world(replies);
        let files = std::sync::Arc::clone(&world.files);
        let played = world.play().await;
        assert!(
            matches!(&played.outcome.stop, TurnStop::Error(error) if error.code == "provider"),
            "{at}: {:?}",
            played.outcome.stop
        );
        // Only the calls of whole answers were made.
        let made = [0, 2, 4][answers - 1];
        assert_eq!(log.lock().unwrap().len(), made, "{at}");
        check_next(check_events(&played.events));
        check_files(&files, &played.events);
        at += 1;
    }
    assert_eq!(at, script().iter().map(Vec::len).sum::<usize>());
}

#[tokio::test]
async fn a_request_that_fails_at_every_answer() {
    for answers in 0..script().len() {
        let mut replies = whole_script();
        replies.truncate(answers);
        replies.push(Reply::Fails(model_error(ModelErrorKind::Auth)));
        let (world, _) = world(replies);
        let played = world.play().await;
        let stop = &played.outcome.stop;
        assert!(
            matches!(stop, TurnStop::Error(error) if error.code == "auth"),
            "{stop:?}"
        );
        check_next(check_events(&played.events));
    }
}

/// What still holds where events are lost: an item that the sink has taken the start of is
/// completed at most once and then silent; says how many are left open.
fn check_items(events: &[TurnEvent]) -> usize {
    let mut open: BTreeMap<&str, bool> = BTreeMap::new();
    for event in events {
        match event {
            TurnEvent::ItemStarted(record) => {
                assert!(open.insert(&record.item.id, true).is_none());
            }
            TurnEvent::ItemCompleted(record) => {
                assert_eq!(open.insert(&record.item.id, false), Some(true));
            }
            TurnEvent::ItemDelta { item_id, .. } => {
                assert_eq!(open.get(item_id.as_str()), Some(&true));
            }
            TurnEvent::ToolRunning { record, .. } | TurnEvent::ItemUpdated(record) => {
                assert_eq!(open.get(record.item.id.as_str()), Some(&true));
            }
            TurnEvent::EditResolved { .. }
            | TurnEvent::ItemNoted(_)
            | TurnEvent::EditRebased { .. }
            | TurnEvent::Attempted { .. }
            | TurnEvent::UsageUpdated { .. }
            | TurnEvent::Retrying { .. }
            | TurnEvent::PermissionRequested { .. }
            | TurnEvent::PermissionResolved { .. }
            | TurnEvent::PlanUpdated { .. }
            | TurnEvent::Notice { .. } => {}
        }
    }
    open.values().filter(|is_open| **is_open).count()
}

#[tokio::test]
async fn a_sink_error_at_every_event() {
    for (name, make) in WORLDS {
        let all = make().0.play().await.events.len();
        for (at, fail_for_good) in (0..all).flat_map(|at| [(at, false), (at, true)]) {
            let (mut world, log) = make();
            world.sink.fail_at = Some(at);
            world.sink.fail_for_good = fail_for_good;
            let files = std::sync::Arc::clone(&world.files);
            let played = world.play().await;
            let TurnStop::Error(error) = &played.outcome.stop else {
                panic!("{name} {at}: {:?}", played.outcome.stop);
            };
            let told = (error.code, &*error.message);
            assert_eq!(told, ("storage", "The disk is full."));
            let left_open = check_items(&played.events);
            if !fail_for_good {
                assert_eq!(left_open, 0, "{name} {at}");
            }
            check_stored_first(&played.events, &log, &files);
        }
    }
}

/// Nothing acted that was not stored first.
fn check_stored_first(events: &[TurnEvent], log: &Log, files: &MemoryFiles) {
    let running = |name: &str| {
        let events = events.iter().filter(|event| match event {
            TurnEvent::ToolRunning { record, .. } => match &record.item.body {
                ItemBody::ToolCall(call) => call.name == name,
                _ => false,
            },
            _ => false,
        });
        events.count()
    };
    let acted = |name: &str| {
        let log = log.lock().unwrap();
        log.iter().filter(|line| *line == name).count()
    };
    assert!(acted("read") <= running("read"));
    assert!(acted("run") <= running("sh"));
    // Of each text that is there, the change that made it was stored with what was there before.
    let stored = events.iter().flat_map(|event| match event {
        TurnEvent::ToolRunning { changes, .. } => changes.clone(),
        TurnEvent::EditRebased { change, .. } => vec![change.clone()],
        _ => Vec::new(),
    });
    let stored = stored.map(|change| change.new_text()).collect::<Vec<_>>();
    for text in files.texts.lock().unwrap().values() {
        let is_new = text.contains("new");
        assert!(
            !is_new || stored.iter().any(|new| **new == **text),
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn a_panic_in_a_tool_fails_its_call() {
    let answer = || {
        Reply::chunks(vec![
            call(0, "calls", "{}"),
            call(1, "works", "{}"),
            call(2, "looks", "{}"),
            call(3, "fine", "{}"),
            calls_end(),
        ])
    };
    let world = World::new(vec![answer(), Reply::chunks(vec![end()])])
        .tool(FakeTool::new(
            "calls",
            ToolKind::Read,
            |_, _| -> std::future::Ready<_> { panic!("in the call") },
        ))
        .tool(FakeTool::new("works", ToolKind::Read, |_, _| async {
            tokio::task::yield_now().await;
            panic!("in the {}", "future")
        }))
        .tool(
            FakeTool::new("looks", ToolKind::Read, |_, _| async { Ok(done("x")) })
                .effects(|_| panic!("in the effects")),
        )
        .tool(FakeTool::new("fine", ToolKind::Read, |_, _| async {
            Ok(done("fine"))
        }));
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::EndTurn);
    let completed = check_events(&played.events);
    let outputs = completed.iter().map(|record| match &record.item.body {
        ItemBody::ToolCall(call) => format!("{:?} {:?}", call.status, call.output),
        _ => String::new(),
    });
    let outputs = outputs.collect::<Vec<_>>().join("\n") + "\n";
    expect![[r#"
        Failed [Text { text: "calls failed inside Aside (in the call). Try it another way." }]
        Failed [Text { text: "works failed inside Aside (in the future). Try it another way." }]
        Failed [Text { text: "looks failed inside Aside (in the effects). Try it another way." }]
        Completed [Text { text: "fine" }]
    "#]]
    .assert_eq(&outputs);
}

#[tokio::test]
async fn a_panic_in_the_model_ends_the_turn() {
    for reply in [Reply::Panics, Reply::PanicsAfter(vec![vec![text("I thi")]])] {
        let played = World::new(vec![reply]).play().await;
        let stop = &played.outcome.stop;
        assert!(
            matches!(stop, TurnStop::Error(error) if error.code == "internal"),
            "{stop:?}"
        );
        check_next(check_events(&played.events));
    }
}

#[tokio::test]
async fn every_way_in_which_a_change_fails() {
    let errors = [
        HostError::Denied("No.".to_owned()),
        HostError::NotFound("Gone.".to_owned()),
        HostError::Unreadable("Binary.".to_owned()),
        HostError::Conflict("Changed.".to_owned()),
        HostError::Io("Full.".to_owned()),
        HostError::Stale("Changed.".to_owned()),
    ];
    for error in errors {
        for name in ["a", "b"] {
            let (world, _) = world(whole_script());
            let files = std::sync::Arc::clone(&world.files);
            let failing = (name.to_owned(), error.clone());
            files.failing.lock().unwrap().extend([failing]);
            let played = world.play().await;
            assert_eq!(played.outcome.stop, TurnStop::EndTurn);
            let shown = played.shown();
            let says = format!("{name} was not changed: {error}");
            assert!(shown.contains(&says), "{shown}");
            let texts = files.texts.lock().unwrap().clone();
            assert!(texts.values().all(|text| text == "old"), "{texts:?}");
            check_next(check_events(&played.events));
            check_files(&files, &played.events);
        }
    }
}
