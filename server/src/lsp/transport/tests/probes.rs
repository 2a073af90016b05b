//! What bare tower-lsp 0.20 fails at, one test per probe of the design's table.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::super::calls::MAX_OPEN_REQUESTS;
use super::super::output::NOTIFY_STOP_BYTES;
use super::super::{ExitReason, MAX_OPEN_NOTIFICATIONS};
use super::peer::{Peer, soon};

#[tokio::test]
async fn cancel_is_answered_while_2000_handlers_wait() {
    let mut peer = Peer::ready().await;
    for n in 0..2_000 {
        peer.request(json!(n), "test/hang", json!({ "n": n })).await;
    }
    for n in 0..2_000 {
        assert_eq!(peer.seen().await, json!({ "n": n }));
    }
    for id in [1_999, 0, 1_000] {
        peer.notify("$/cancelRequest", json!({ "id": id })).await;
        let received = peer.receive().await;
        assert_eq!(
            (&received["id"], &received["error"]["code"]),
            (&json!(id), &json!(-32800))
        );
    }
    // The others still wait, and their number is free again once it is answered.
    peer.request(json!(0), "test/echo", json!({})).await;
    peer.expect_result(json!(0), json!({})).await;
    peer.request(json!(1), "test/echo", json!({})).await;
    peer.expect_error(json!(1), -32600, "invalid").await;
    peer.expect_alive().await;
}

#[tokio::test]
async fn any_id_can_be_cancelled() {
    let mut peer = Peer::ready().await;
    for id in [
        json!(i64::MAX),
        json!(u64::MAX),
        json!(-7),
        json!(1.5),
        json!("1"),
        json!(""),
        json!("é\"\\"),
    ] {
        peer.request(id.clone(), "test/hang", json!(null)).await;
        peer.seen().await;
        peer.notify("$/cancelRequest", json!({ "id": id })).await;
        let received = peer.receive().await;
        assert_eq!(
            (&received["id"], &received["error"]["code"]),
            (&id, &json!(-32800))
        );
    }
    for params in [
        json!(null),
        json!({}),
        json!([1]),
        json!({ "id": {} }),
        json!({ "id": 404 }),
    ] {
        peer.notify("$/cancelRequest", params).await;
    }
    peer.expect_alive().await;
}

#[tokio::test]
async fn late_duplicate_and_unknown_replies_are_ignored() {
    let mut peer = Peer::ready().await;
    peer.request(json!(1), "test/askAndDrop", json!({})).await;
    let mut asked = Vec::new();
    for _ in 0..2 {
        asked.push(peer.receive().await);
    }
    asked.sort_by_key(|message| message["method"].is_null());
    let (question, answer) = (&asked[0], &asked[1]);
    assert_eq!(question["method"], "client/ask");
    assert_eq!(answer["result"], true, "the request was given up");
    for id in [
        question["id"].clone(),
        question["id"].clone(),
        json!(4_000),
        json!("x"),
        json!(0.5),
    ] {
        peer.send(json!({ "jsonrpc": "2.0", "id": id, "result": "late" }))
            .await;
        peer.send(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": 1, "message": "late" } }))
            .await;
    }
    // Only 0.5 cannot be an id of ours.
    for _ in 0..2 {
        peer.expect_error(Value::Null, -32600, "invalid").await;
    }
    peer.expect_alive().await;
}

async fn check_exit(before: &[(&str, Value)], expected: u8) {
    let mut peer = Peer::ready().await;
    peer.request(json!(1), "test/hang", json!({})).await;
    for (method, params) in before {
        peer.request(json!(method), method, params.clone()).await;
        peer.expect_result(json!(method), Value::Null).await;
    }
    peer.notify("exit", Value::Null).await;
    let reason = peer.ended().await;
    assert_eq!(reason, ExitReason::Exit { code: expected });
    assert_eq!(reason.code(), expected);
}

#[tokio::test]
async fn exit_ends_with_the_input_left_open() {
    check_exit(&[], 1).await;
    check_exit(&[("shutdown", Value::Null)], 0).await;
    check_exit(&[("shutdown", json!({}))], 0).await;
}

#[tokio::test]
async fn exit_before_initialize_ends_with_1() {
    for method in ["", "shutdown"] {
        let mut peer = Peer::raw(|_| {});
        if !method.is_empty() {
            peer.send(json!({ "jsonrpc": "2.0", "id": 1, "method": method }))
                .await;
            peer.expect_error(json!(1), -32002, "invalid").await;
        }
        peer.send(json!({ "jsonrpc": "2.0", "method": "exit" }))
            .await;
        assert_eq!(peer.ended().await, ExitReason::Exit { code: 1 });
    }
}

#[tokio::test]
async fn end_of_input_ends_with_a_handler_running() {
    for shut_down in [false, true] {
        let mut peer =
            Peer::ready_with(|options| options.end_of_input_grace = Duration::ZERO).await;
        peer.request(json!(1), "test/hang", json!({})).await;
        peer.notify("test/hangNote", json!({})).await;
        if shut_down {
            peer.request(json!(2), "shutdown", Value::Null).await;
        }
        peer.input.shutdown().await.unwrap();
        assert_eq!(
            peer.ended().await,
            ExitReason::EndOfInput {
                code: u8::from(!shut_down)
            }
        );
    }
}

#[tokio::test]
async fn requests_before_the_end_of_input_are_answered() {
    let mut peer =
        Peer::ready_with(|options| options.end_of_input_grace = super::peer::PATIENCE).await;
    peer.request(json!(1), "test/gate", json!({ "n": 1 })).await;
    peer.input.shutdown().await.unwrap();
    peer.inside.gate.add_permits(1);
    peer.expect_result(json!(1), json!({ "n": 1 })).await;
    assert_eq!(peer.ended().await, ExitReason::EndOfInput { code: 1 });
}

#[tokio::test]
async fn a_closed_output_ends() {
    let (near, far) = tokio::io::duplex(64);
    let (_open, input) = tokio::io::duplex(64);
    drop(near);
    let (service, socket, options, inside) = super::peer::backend();
    inside
        .outgoing
        .notify("client/tell", &json!({}))
        .await
        .unwrap();
    let served = super::super::serve(input, far, service, socket, options);
    assert_eq!(soon("the end", served).await, ExitReason::OutputClosed);
    assert!(
        inside
            .outgoing
            .notify("client/tell", &json!({}))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn notifications_that_wait_first_are_handled_in_order() {
    let mut peer = Peer::ready().await;
    for n in 0..8 {
        peer.notify("test/slowNote", json!({ "n": n })).await;
    }
    // This one overtakes them, as it need not wait, and tells that all have come.
    peer.notify("test/quickNote", json!("quick")).await;
    assert_eq!(peer.seen().await, json!("quick"));
    peer.inside.gate.add_permits(8);
    for n in 0..8 {
        assert_eq!(peer.seen().await, json!({ "n": n }));
    }
}

#[tokio::test]
async fn quick_notifications_and_requests_keep_their_order() {
    let mut peer = Peer::ready().await;
    // More than a task's cooperative budget, in as few reads as the pipe allows.
    for n in 0..1_000 {
        peer.notify("test/quickNote", json!({ "n": n })).await;
    }
    peer.request(json!(1), "test/echo", json!({})).await;
    peer.expect_result(json!(1), json!({})).await;
    for n in 0..1_000 {
        assert_eq!(peer.inside.seen.try_recv().unwrap(), json!({ "n": n }));
    }
}

#[tokio::test]
async fn a_panic_costs_only_its_own_request() {
    let mut peer = Peer::ready().await;
    peer.request(json!("waiting"), "test/gate", json!("waited"))
        .await;
    for method in ["test/panic", "test/panicLate"] {
        peer.request(json!(1), method, json!({})).await;
        let sentence = peer.expect_error(json!(1), -32603, "internal").await;
        assert!(sentence.contains(method), "{sentence}");
        // The same id may be used again.
        peer.request(json!(1), "test/echo", json!({})).await;
        peer.expect_result(json!(1), json!({})).await;
    }
    for method in ["test/panicNote", "test/panicNoteLate"] {
        peer.notify(method, json!({})).await;
        peer.expect_alive().await;
    }
    peer.inside.gate.add_permits(1);
    peer.expect_result(json!("waiting"), json!("waited")).await;
}

#[tokio::test]
async fn a_panic_in_initialize_can_be_followed_by_a_good_one() {
    let mut peer = Peer::raw(|_| {});
    peer.request(
        json!(1),
        "initialize",
        json!({ "capabilities": {}, "processId": u32::MAX }),
    )
    .await;
    peer.expect_error(json!(1), -32603, "internal").await;
    peer.request(json!(2), "initialize", json!({ "capabilities": {} }))
        .await;
    peer.expect_result(json!(2), json!({ "capabilities": {} }))
        .await;
    peer.expect_alive().await;
}

#[tokio::test]
async fn all_of_400_hanging_requests_are_accepted() {
    let mut peer = Peer::ready().await;
    for n in 0..400 {
        peer.request(json!(n), "test/hang", json!({ "n": n })).await;
    }
    for n in 0..400 {
        assert_eq!(peer.seen().await, json!({ "n": n }));
    }
    peer.expect_alive().await;
}

#[tokio::test]
async fn more_requests_than_can_be_held_are_refused_as_busy() {
    let mut peer = Peer::ready().await;
    for n in 0..MAX_OPEN_REQUESTS {
        peer.request(json!(n), "test/hang", json!({})).await;
    }
    for _ in 0..2 {
        peer.request(json!("more"), "test/echo", json!({})).await;
        peer.expect_error(json!("more"), -32000, "busy").await;
    }
    peer.notify("$/cancelRequest", json!({ "id": 5 })).await;
    assert_eq!(peer.receive().await["id"], 5);
    peer.expect_alive().await;
    peer.request(json!("last"), "shutdown", json!({})).await;
    peer.expect_result(json!("last"), Value::Null).await;
}

#[tokio::test]
async fn more_notifications_than_can_be_held_wait_in_order() {
    let count = MAX_OPEN_NOTIFICATIONS + 500;
    let mut peer = Peer::ready().await;
    for n in 0..MAX_OPEN_NOTIFICATIONS {
        peer.notify("test/slowNote", json!({ "n": n })).await;
    }
    peer.inside.gate.add_permits(count);
    for n in MAX_OPEN_NOTIFICATIONS..count {
        peer.notify("test/slowNote", json!({ "n": n })).await;
    }
    for n in 0..count {
        assert_eq!(peer.seen().await, json!({ "n": n }));
    }
    peer.expect_alive().await;
}

#[tokio::test]
async fn all_of_4000_requests_are_accepted_from_a_client_that_does_not_read() {
    let mut peer = Peer::ready().await;
    for n in 0..4_000 {
        peer.request(json!(n), "test/echo", json!({ "n": n })).await;
    }
    // Nothing is dropped, and nothing is held but the answers.
    let answer = r#"Content-Length: 46 {"jsonrpc":"2.0","id":3999,"result":{"n":3999}}"#.len() + 3;
    assert!(peer.inside.outgoing.unwritten_bytes() <= 4_000 * answer);
    for n in 0..4_000 {
        peer.expect_result(json!(n), json!({ "n": n })).await;
    }
    peer.expect_alive().await;
}

#[tokio::test]
async fn notifications_wait_for_a_client_that_does_not_read() {
    let mut peer = Peer::ready().await;
    let message = json!({ "text": "x".repeat(10_000) });
    let outgoing = peer.inside.outgoing.clone();
    let sender = tokio::spawn(async move {
        for _ in 0..500 {
            outgoing.notify("client/tell", &message).await.unwrap();
        }
    });
    let stalled = async {
        while peer.inside.outgoing.unwritten_bytes() < NOTIFY_STOP_BYTES {
            tokio::task::yield_now().await;
        }
    };
    soon("the sender to stall", stalled).await;
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert!(peer.inside.outgoing.unwritten_bytes() < NOTIFY_STOP_BYTES + 11_000);
    assert!(!sender.is_finished());
    // Requests are heard all the same, and their answers come behind.
    peer.request(json!(1), "test/echo", json!({})).await;
    let mut told = 0;
    let mut answered = false;
    while told < 500 || !answered {
        match peer.receive().await["method"].is_null() {
            true => answered = true,
            false => told += 1,
        }
    }
    sender.await.unwrap();
}
