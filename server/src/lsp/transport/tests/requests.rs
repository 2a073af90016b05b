//! Requests to the client, and the parent that goes away.

use serde_json::{Value, json};

use super::super::{RequestError, parent_gone, request_with_timeout};
use super::peer::{Ask, PATIENCE, Peer, soon};

#[tokio::test]
async fn a_handler_asks_the_client_while_2000_others_wait() {
    let mut peer = Peer::ready().await;
    for n in 0..2_000 {
        peer.request(json!(n), "test/hang", json!({})).await;
    }
    for n in 0..3 {
        peer.request(json!("ask"), "test/ask", json!({ "n": n }))
            .await;
        let question = peer.receive().await;
        assert_eq!(
            (&question["method"], &question["params"]),
            (&json!("client/ask"), &json!({ "n": n }))
        );
        peer.send(json!({ "jsonrpc": "2.0", "id": question["id"], "result": "yes" }))
            .await;
        peer.expect_result(json!("ask"), json!({ "answer": "yes" }))
            .await;
    }
}

#[tokio::test]
async fn a_request_that_times_out_is_taken_back_and_its_late_answer_ignored() {
    let mut peer = Peer::ready().await;
    peer.request(json!(1), "test/ask", json!({ "limitMs": 1 }))
        .await;
    let question = peer.receive().await;
    let mut rest = [peer.receive().await, peer.receive().await];
    rest.sort_by_key(|message| message["method"].is_null());
    assert_eq!(rest[0]["method"], "$/cancelRequest");
    assert_eq!(rest[0]["params"]["id"], question["id"]);
    assert_eq!(
        rest[1]["result"]["error"],
        "the editor did not answer `client/ask` within 0.001 s"
    );
    for _ in 0..2 {
        peer.send(json!({ "jsonrpc": "2.0", "id": question["id"], "result": "late" }))
            .await;
    }
    peer.expect_alive().await;
}

#[tokio::test]
async fn a_cancelled_handler_takes_its_question_back() {
    let mut peer = Peer::ready().await;
    peer.request(json!(1), "test/ask", json!({})).await;
    let question = peer.receive().await;
    peer.notify("$/cancelRequest", json!({ "id": 1 })).await;
    let mut rest = [peer.receive().await, peer.receive().await];
    rest.sort_by_key(|message| message["method"].is_null());
    assert_eq!(rest[0]["params"]["id"], question["id"]);
    assert_eq!(rest[1]["error"]["code"], -32800);
    peer.send(json!({ "jsonrpc": "2.0", "id": question["id"], "result": "late" }))
        .await;
    peer.expect_alive().await;
}

async fn check_answer(answer: Value, expected: Value) {
    let mut peer = Peer::ready().await;
    peer.request(json!(1), "test/ask", json!({})).await;
    let question = peer.receive().await;
    let mut reply = json!({ "id": question["id"] });
    reply
        .as_object_mut()
        .unwrap()
        .append(&mut answer.as_object().unwrap().clone());
    peer.send(reply).await;
    peer.expect_result(json!(1), expected).await;
}

#[tokio::test]
async fn answers_are_understood_as_far_as_possible() {
    check_answer(
        json!({ "jsonrpc": "2.0", "result": "yes" }),
        json!({ "answer": "yes" }),
    )
    .await;
    check_answer(json!({ "result": "yes" }), json!({ "answer": "yes" })).await;
    check_answer(
        json!({ "result": "yes", "error": null }),
        json!({ "answer": "yes" }),
    )
    .await;
    let refused = |why: &str| json!({ "error": format!("the editor refused `client/ask`: {why}") });
    check_answer(
        json!({ "error": { "code": -32601, "message": "no", "extra": 1 } }),
        refused("Method not found: no"),
    )
    .await;
    check_answer(
        json!({ "result": null, "error": { "code": 7 } }),
        refused("Server error: no reason given"),
    )
    .await;
    check_answer(
        json!({ "error": "text" }),
        refused("Internal error: no reason given"),
    )
    .await;
    let unexpected = "the editor's answer to `client/ask` is not as expected: invalid type: integer `5`, expected a string";
    check_answer(json!({ "result": 5 }), json!({ "error": unexpected })).await;
}

#[tokio::test]
async fn a_request_ends_when_the_client_leaves() {
    let mut peer = Peer::ready().await;
    peer.notify("exit", json!({})).await;
    peer.ended().await;
    let answer = request_with_timeout::<Ask>(&peer.inside.client, json!({}), PATIENCE).await;
    assert!(
        matches!(answer, Err(RequestError::Closed { .. })),
        "{answer:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
#[allow(
    clippy::disallowed_methods,
    reason = "the test needs a process that ends"
)]
async fn a_parent_that_ends_is_noticed() {
    use std::future::Future;
    use std::task::{Context, Waker};

    let mut child = tokio::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let pid = child.id().unwrap();
    let mut gone = std::pin::pin!(parent_gone(pid));
    let mut nobody = Context::from_waker(Waker::noop());
    assert!(gone.as_mut().poll(&mut nobody).is_pending(), "it is alive");
    drop(child.stdin.take());
    child.wait().await.unwrap();
    soon("the end of the child", gone).await;
    // Now it does not exist to begin with.
    soon("a process that is not there", parent_gone(pid)).await;
    // Neither is an answer for what cannot be a process of ours.
    let mut unknown = std::pin::pin!(parent_gone(0));
    assert!(unknown.as_mut().poll(&mut nobody).is_pending());
}
