//! What the user says while the turn runs, by way of the driver.
use tokio::sync::mpsc;

use super::{World, done};
use crate::event::TurnStop;
use crate::item::{ContentBlock, ToolKind};
use crate::steer::Steer;
use crate::testing::{FakeTool, Reply, call, calls_end, check_events, end, show_messages, text};

#[tokio::test]
async fn what_is_said_during_a_call_is_in_the_next_request() {
    let (say, steers) = mpsc::channel(1);
    let mut world = World::new(vec![
        Reply::chunks(vec![call(0, "read", "{}"), calls_end()]),
        Reply::chunks(vec![text("As you say."), end()]),
    ])
    .tool(FakeTool::new("read", ToolKind::Read, move |_, _| {
        let steer = Steer {
            content: vec![ContentBlock::text("Read no more.")],
            client_message_id: None,
        };
        say.try_send(steer).unwrap();
        async {
            tokio::task::yield_now().await;
            Ok(done("a text"))
        }
    }));
    world.steers = steers;
    let played = world.play().await;
    assert_eq!(played.outcome.stop, TurnStop::EndTurn);
    check_events(&played.events);
    expect_test::expect![[r#"
        user: Do it.
        assistant:
          call c0 read {}
        tool c0 read: a text
        assistant:
          "[The user says something more here.]"
        user: Read no more.
    "#]]
    .assert_eq(&show_messages(&played.requests[1].messages));
}
