//! Bodies that are not good messages, and good ones in unusual forms.

use serde_json::{Value, json};

use super::peer::{Peer, frame};

/// The body gets one error, with this id, code and sentence, and the server lives on.
async fn check_refused(body: impl AsRef<[u8]>, id: Value, code: i64, sentence: &str) {
    let mut peer = Peer::ready().await;
    peer.send_bytes(&frame(body)).await;
    let found = peer.expect_error(id, code, "invalid").await;
    assert!(found.starts_with(sentence), "{found:?} is not {sentence:?}");
    peer.expect_alive().await;
}

#[tokio::test]
async fn what_is_not_json_is_a_parse_error() {
    let not_json = "The message is not JSON";
    check_refused("", Value::Null, -32700, not_json).await;
    check_refused(" \r\n", Value::Null, -32700, not_json).await;
    check_refused("{", Value::Null, -32700, not_json).await;
    check_refused(
        r#"{"jsonrpc":"2.0","id":3,"method":"test/echo","params":{]}"#,
        json!(3),
        -32700,
        not_json,
    )
    .await;
    check_refused(
        r#"{"method":"a","params":{]},"id":3}"#,
        json!(3),
        -32700,
        not_json,
    )
    .await;
    check_refused(r#"{"id":3,"method":"\ud800"}"#, json!(3), -32700, not_json).await;
    check_refused(
        r#"{"id":3,"method":"a","params":1e999}"#,
        json!(3),
        -32700,
        not_json,
    )
    .await;
    check_refused("{\"id\":3,\"method\":\"a\nb\"}", json!(3), -32700, not_json).await;
    check_refused(
        format!(r#"{{"id":3,"params":{}"#, "[".repeat(100_000)),
        json!(3),
        -32700,
        not_json,
    )
    .await;
    check_refused("nonsense", Value::Null, -32700, not_json).await;
    check_refused(
        b"{\"id\":3,\"method\":\"\xff\"}",
        json!(3),
        -32700,
        "The message is not UTF-8, from byte 18",
    )
    .await;
    check_refused(b"\xef\xbb\xbf{}", Value::Null, -32700, not_json).await;
    check_refused([0; 5_000], Value::Null, -32700, not_json).await;
}

#[tokio::test]
async fn what_is_no_message_is_an_invalid_request() {
    let check =
        |body: &'static str, id, sentence: &'static str| check_refused(body, id, -32600, sentence);
    check("3", Value::Null, "A message must be a JSON object").await;
    check("null", Value::Null, "A message must be a JSON object").await;
    check("\"{}\"", Value::Null, "A message must be a JSON object").await;
    check("[]", Value::Null, "Batches are not supported").await;
    check(
        r#"[{"jsonrpc":"2.0","id":1,"method":"test/echo"}]"#,
        Value::Null,
        "Batches",
    )
    .await;
    check("{}", Value::Null, "The message has neither").await;
    check(
        r#"{"jsonrpc":"2.0","id":3}"#,
        json!(3),
        "The message has neither",
    )
    .await;
    check(
        r#"{"jsonrpc":"2.0","id":3,"method":5}"#,
        json!(3),
        "The `method` must be a string",
    )
    .await;
    check(
        r#"{"jsonrpc":"2.0","id":3,"method":null}"#,
        json!(3),
        "The `method` must be a string",
    )
    .await;
    check(
        r#"{"id":3,"method":"test/echo"}"#,
        json!(3),
        "The member `jsonrpc`",
    )
    .await;
    check(
        r#"{"jsonrpc":"1.0","id":3,"method":"test/echo"}"#,
        json!(3),
        "The member `jsonrpc`",
    )
    .await;
    check(
        r#"{"jsonrpc":2.0,"id":"3","method":"test/echo"}"#,
        json!("3"),
        "The member `jsonrpc`",
    )
    .await;
    check(
        r#"{"jsonrpc":"1.0","method":"test/quickNote"}"#,
        Value::Null,
        "The member `jsonrpc`",
    )
    .await;
    for id in ["null", "true", "[1]", "{}"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"test/echo"}}"#);
        check_refused(
            body,
            Value::Null,
            -32600,
            "The `id` must be a number or a string",
        )
        .await;
    }
    check(
        r#"{"jsonrpc":"2.0","id":3,"id":4,"method":"a"}"#,
        json!(4),
        "The message is not a JSON-RPC message",
    )
    .await;
    check(
        r#"{"jsonrpc":"2.0","result":5}"#,
        Value::Null,
        "The reply has no `id`",
    )
    .await;
    check(
        r#"{"jsonrpc":"2.0","id":null,"result":5}"#,
        Value::Null,
        "The reply has no `id`",
    )
    .await;
}

#[tokio::test]
async fn what_the_service_refuses_has_a_sentence_and_a_code() {
    let mut peer = Peer::ready().await;
    for method in ["no/such", "", "$/no/such", "rpc.discover"] {
        peer.request(json!(1), method, json!({})).await;
        let sentence = peer.expect_error(json!(1), -32601, "invalid").await;
        assert_eq!(
            sentence,
            format!("There is no method `{method}` in this version of Aside.")
        );
    }
    for params in [json!({ "text": 5 }), json!("text"), json!(5)] {
        peer.request(json!(1), "test/typed", params).await;
        let sentence = peer.expect_error(json!(1), -32602, "invalid").await;
        assert!(
            sentence.starts_with("The params of `test/typed` are not as expected: invalid type"),
            "{sentence}"
        );
    }
    for method in ["test/quickNote", "initialized", "$/cancelRequest"] {
        peer.request(json!(1), method, json!({})).await;
        let sentence = peer.expect_error(json!(1), -32600, "invalid").await;
        assert_eq!(
            sentence,
            format!("`{method}` is a notification: send it without an `id`.")
        );
    }
    peer.request(json!(1), "initialize", json!({ "capabilities": {} }))
        .await;
    peer.expect_error(json!(1), -32600, "invalid").await;
    // Notifications are never answered.
    for method in [
        "no/such",
        "$/no/such",
        "test/echo",
        "initialize",
        "test/typed",
    ] {
        peer.notify(method, json!(5)).await;
    }
    peer.expect_alive().await;
}

#[tokio::test]
async fn params_may_be_absent_null_or_empty_alike() {
    let mut peer = Peer::ready().await;
    for params in ["", r#","params":null"#, r#","params":{}"#] {
        for (method, result) in [("test/echo", json!({})), ("test/typed", json!(""))] {
            peer.send_bytes(&frame(format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"{method}"{params}}}"#
            )))
            .await;
            peer.expect_result(json!(1), result).await;
        }
        peer.send_bytes(&frame(format!(
            r#"{{"jsonrpc":"2.0","method":"initialized"{params}}}"#
        )))
        .await;
        assert_eq!(peer.seen().await, "initialized");
    }
}

#[tokio::test]
async fn the_order_of_life_is_kept() {
    let mut peer = Peer::raw(|_| {});
    peer.request(json!(1), "test/echo", json!({})).await;
    let sentence = peer.expect_error(json!(1), -32002, "invalid").await;
    assert_eq!(sentence, "Send `initialize` before `test/echo`.");
    peer.notify("test/quickNote", json!("too early")).await;
    peer.request(json!(2), "initialize", json!([])).await;
    peer.expect_error(json!(2), -32602, "invalid").await;
    peer.request(json!(3), "initialize", json!({ "capabilities": {} }))
        .await;
    peer.expect_result(json!(3), json!({ "capabilities": {} }))
        .await;
    peer.expect_alive().await;
    peer.request(json!(4), "test/gate", json!({})).await;
    peer.request(json!(5), "shutdown", json!({})).await;
    peer.expect_result(json!(5), Value::Null).await;
    for method in ["test/echo", "initialize", "shutdown", "no/such"] {
        peer.request(json!(6), method, json!({})).await;
        let sentence = peer.expect_error(json!(6), -32600, "invalid").await;
        assert!(
            sentence.starts_with("The server has been shut down"),
            "{sentence}"
        );
    }
    // What was asked before is still answered.
    peer.inside.gate.add_permits(1);
    peer.expect_result(json!(4), json!({})).await;
    assert!(peer.inside.seen.try_recv().is_err());
}
