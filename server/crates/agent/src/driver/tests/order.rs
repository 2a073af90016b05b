//! What runs beside what, and how fast a cancel ends what waits.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Barrier;
use tokio_util::sync::CancellationToken;

use super::{Log, World, done, log, world};
use crate::event::TurnStop;
use crate::item::ToolKind;
use crate::permission::{Effect, PermissionMode};
use crate::testing::{
    FakeApprover, FakeTool, Reply, call, calls_end, change, check_events, end, text,
};
use crate::tool::{Outcome, ToolOutput};

fn one_answer(calls: &[(&'static str, &str)]) -> Vec<Reply> {
    let calls = calls.iter().enumerate();
    let chunks = calls.map(|(index, (name, arguments))| call(index, name, arguments));
    vec![
        Reply::Streams(vec![Ok(chunks.chain([calls_end()]).collect())]),
        Reply::chunks(vec![end()]),
    ]
}

#[tokio::test]
async fn reads_overlap() {
    // Each of the two waits until the other one runs.
    let barrier = Arc::new(Barrier::new(2));
    let world = World::new(one_answer(&[("read", "{\"n\":1}"), ("read", "{\"n\":2}")]));
    let world = world.tool(FakeTool::new("read", ToolKind::Read, move |_, _| {
        let barrier = Arc::clone(&barrier);
        async move {
            barrier.wait().await;
            Ok(done("read"))
        }
    }));
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::EndTurn);
    check_events(&played.events);
}

#[tokio::test]
async fn a_write_waits_for_what_is_before_it_and_holds_what_is_after_it() {
    let seen = Log::default();
    let tool = |name: &'static str, kind| {
        let seen = seen.clone();
        FakeTool::new(name, kind, move |arguments, _| {
            let seen = seen.clone();
            async move {
                log(&seen, &format!("{name} {} begins", arguments["n"]));
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
                log(&seen, &format!("{name} {} ends", arguments["n"]));
                Ok(done("x"))
            }
        })
    };
    let world = World::new(one_answer(&[
        ("read", "{\"n\":1}"),
        ("read", "{\"n\":2}"),
        ("sh", "{\"n\":3}"),
        ("sh", "{\"n\":4}"),
        ("read", "{\"n\":5}"),
    ]))
    .tool(tool("read", ToolKind::Read))
    .tool(tool("sh", ToolKind::Execute));
    let played = world.play().await;
    check_events(&played.events);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[..2], ["read 1 begins", "read 2 begins"]);
    assert_eq!(
        seen[4..],
        [
            "sh 3 begins",
            "sh 3 ends",
            "sh 4 begins",
            "sh 4 ends",
            "read 5 begins",
            "read 5 ends"
        ]
    );
}

/// Cancels as soon as the first event comes.
fn cancelling(mut world: World) -> World {
    world.sink.cancel_at = Some((0, world.cancel.clone()));
    world
}

#[tokio::test]
async fn a_cancel_ends_a_request_that_hangs() {
    let world = World::new(vec![Reply::Hangs]);
    let cancel = world.cancel.clone();
    let (played, ()) = tokio::join!(world.play(), async move {
        tokio::task::yield_now().await;
        cancel.cancel();
    });
    assert_eq!(played.outcome.stop, TurnStop::Cancelled);
    assert_eq!(played.requests.len(), 1);
    assert!(played.events.is_empty());
}

#[tokio::test]
async fn a_turn_cancelled_before_it_begins_asks_nobody() {
    let world = World::new(Vec::new());
    world.cancel.cancel();
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::Cancelled);
    assert!(played.requests.is_empty());
}

#[tokio::test]
async fn a_cancel_ends_a_stream_that_stalls() {
    let world = World::new(vec![Reply::Stalls(vec![vec![text("I thi")]])]);
    let played = cancelling(world).play().await;
    expect_test::expect![[r#"
        started #1 text InProgress ""
        delta #1 text "I thi"
        completed #1 text Interrupted "I thi"
        => cancelled
    "#]]
    .assert_eq(&played.shown());
    check_events(&played.events);
}

#[tokio::test]
async fn a_cancel_ends_a_tool_that_hangs() {
    let world = World::new(one_answer(&[("sh", "{}")]));
    let cancel = world.cancel.clone();
    let world = world.tool(FakeTool::new("sh", ToolKind::Execute, move |_, _| {
        cancel.cancel();
        std::future::pending()
    }));
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::Cancelled);
    check_events(&played.events);
}

#[tokio::test]
async fn a_cancel_withdraws_a_question() {
    let (mut world, log) = world(one_answer(&[("sh", "{}")]));
    world.approver = FakeApprover::new(PermissionMode::Ask, Vec::new());
    world.approver.on_ask = world.cancel.clone();
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::Cancelled);
    assert_eq!(played.questions, 1);
    assert!(log.lock().unwrap().is_empty());
    check_events(&played.events);
}

#[tokio::test]
async fn a_change_being_made_is_awaited() {
    let (mut world, _) = world(one_answer(&[("edit", "{}")]));
    world.approver = FakeApprover::new(PermissionMode::AcceptEdits, Vec::new());
    *world.files.on_apply.lock().unwrap() = Some(world.cancel.clone());
    let files = Arc::clone(&world.files);
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::Cancelled);
    let texts = files.texts.lock().unwrap();
    assert_eq!((&*texts["a"], &*texts["b"]), ("new", "old"));
    assert!(
        played
            .shown()
            .contains("changed by this call: a. These were not: b.")
    );
    check_events(&played.events);
}

#[tokio::test]
async fn what_the_session_allows_is_not_asked_again() {
    let (mut world, log) = world(one_answer(&[("sh", "{}")]));
    world.approver = FakeApprover::new(PermissionMode::Ask, Vec::new());
    world.approver.allowed_for_session = true;
    let played = world.play().await;
    assert_eq!(played.questions, 0);
    assert_eq!(*log.lock().unwrap(), ["run"]);
}

#[tokio::test]
async fn a_tool_has_only_so_much_time_and_its_threads_hear_of_it() {
    let mut world = World::new(one_answer(&[("sh", "{}")]));
    world.limits.tool_timeout = Duration::from_millis(1);
    let heard = Arc::new(Mutex::new(CancellationToken::new()));
    let told = Arc::clone(&heard);
    let world = world.tool(FakeTool::new("sh", ToolKind::Execute, move |_, context| {
        *told.lock().unwrap() = context.cancel;
        std::future::pending()
    }));
    let cancel = world.cancel.clone();
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::EndTurn);
    assert!(heard.lock().unwrap().is_cancelled());
    assert!(!cancel.is_cancelled());
    assert!(played.shown().contains("sh was stopped after"));
    check_events(&played.events);
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_a_conflict() {
    let world = World::new(one_answer(&[("edit", "{}")])).tool(
        FakeTool::new("edit", ToolKind::Edit, |_, _| async {
            Ok(Outcome::Edit {
                changes: vec![change("a", "as it was", "new")],
                output: ToolOutput::default(),
            })
        })
        .effects(|_| {
            Ok(vec![Effect::WritePath {
                path: "/w/a".to_owned(),
            }])
        }),
    );
    let files = Arc::clone(&world.files);
    let mine = ("a".to_owned(), "mine".to_owned());
    files.texts.lock().unwrap().extend([mine]);
    let played = world.play().await;
    assert_eq!(files.texts.lock().unwrap()["a"], "mine");
    assert!(
        played
            .shown()
            .contains("a was not changed: the user has changed the same lines meanwhile")
    );
    check_events(&played.events);
}
