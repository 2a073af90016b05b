//! Lines of servers, whatever is in them.
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proptest::prelude::{any, proptest};
use rmcp::model::{NumberOrString, ServerJsonRpcMessage};
use serde_json::{Value, json};
use tokio::io::BufReader;

use crate::peer::{Elicitation, Elicited, LogLevel, Peer, Root, SampleRequest, Sampled};
use crate::signals::{Answer, Signals};
use crate::status::ServerStatus;
use crate::stdio::{Line, read_line, read_message};

struct Nobody;

impl Peer for Nobody {
    fn roots(&self) -> Vec<Root> {
        Vec::new()
    }

    fn elicit(&self, _server: &str, _what: Elicitation) -> BoxFuture<'_, Elicited> {
        async { Elicited::Declined }.boxed()
    }

    fn sample(&self, _: &str, _: SampleRequest) -> BoxFuture<'_, Result<Sampled, String>> {
        async { Err("There is no model.".to_owned()) }.boxed()
    }

    fn log(&self, _server: &str, _level: LogLevel, _text: &str) {}

    fn changed(&self, _status: &ServerStatus) {}
}

/// A connection on which request 1 is open, and request 0 of the handshake.
fn signals() -> Signals {
    let signals = Signals::new("s", Arc::new(Nobody));
    signals.asked(NumberOrString::Number(0), Answer::Handshake);
    signals.asked(NumberOrString::Number(1), Answer::Plain);
    signals
}

fn read(message: Value) -> Option<ServerJsonRpcMessage> {
    let Value::Object(message) = message else {
        panic!("{message} is no object");
    };
    read_message(message, &signals())
}

fn check(message: Value, expected: Value) {
    let read = read(message.clone()).expect("it is a message");
    let read = serde_json::to_value(read).expect("it can be written");
    assert_eq!(read, expected, "{message}");
}

#[test]
fn answers_are_read() {
    let expected = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [7]}});
    check(expected.clone(), expected.clone());
    check(json!({"id": "1", "result": {"tools": [7]}}), expected);
    let refused = json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": "no"}});
    check(refused.clone(), refused);
    let vague = json!({"code": -32603, "message": "The server gave no reason."});
    check(
        json!({"id": 1, "error": "no", "result": 1}),
        json!({"jsonrpc": "2.0", "id": 1, "error": vague}),
    );
}

#[test]
fn an_introduction_is_filled_in() {
    let whole = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "x", "version": "1"},
    });
    check(
        json!({"id": 0, "result": whole}),
        json!({"jsonrpc": "2.0", "id": 0, "result": whole}),
    );
    let least = json!({
        "protocolVersion": "2024-11-05",
        "capabilities": {},
        "serverInfo": {"name": "s", "version": "unknown"},
    });
    for result in [
        json!({}),
        json!({"protocolVersion": 3, "capabilities": [], "serverInfo": {"name": 7}}),
        json!({"capabilities": {"tools": true}, "serverInfo": "x", "_meta": 3}),
    ] {
        check(
            json!({"id": 0, "result": result}),
            json!({"jsonrpc": "2.0", "id": 0, "result": least}),
        );
    }
}

#[test]
fn what_answers_nothing_is_no_message() {
    for message in [
        json!({}),
        json!({"id": 1}),
        json!({"id": 2, "result": {}}),
        json!({"id": "one", "result": {}}),
        json!({"id": 1.5, "result": {}}),
        json!({"id": null, "result": {}}),
        json!({"id": {}, "error": {}}),
        json!({"error": {"code": 1, "message": "m"}}),
        json!({"method": 7, "id": 2}),
        json!({"method": "a/b", "id": []}),
    ] {
        assert!(read(message.clone()).is_none(), "{message}");
    }
}

#[test]
fn requests_and_notifications_are_read() {
    for message in [
        json!({"jsonrpc": "2.0", "id": "q", "method": "elicitation/create", "params": {"a": 1}}),
        json!({"jsonrpc": "2.0", "id": 7, "method": "ping"}),
        json!({"jsonrpc": "2.0", "method": "notifications/unheard", "params": {"a": 1}}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 3}}),
    ] {
        check(message.clone(), message);
    }
}

async fn lines(text: &[u8], max_bytes: usize) -> (Vec<Vec<u8>>, Line) {
    // A buffer so small that every line is read in parts.
    let mut read = BufReader::with_capacity(3, text);
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        match read_line(&mut read, &mut line, max_bytes).await {
            Ok(Line::Whole) => lines.push(line),
            Ok(end) => return (lines, end),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn lines_are_bounded() {
    let check = async |text: &str, expected: &[&str], end: Line| {
        let (lines, last) = lines(text.as_bytes(), 5).await;
        let expected: Vec<&[u8]> = expected.iter().map(|line| line.as_bytes()).collect();
        assert_eq!(
            (lines, last),
            (expected.iter().map(|line| line.to_vec()).collect(), end)
        );
    };
    check("", &[], Line::End).await;
    check("\n", &[""], Line::End).await;
    check("12345\n1\n", &["12345", "1"], Line::End).await;
    check("1\nrest", &["1"], Line::End).await;
    check("1\n123456\n", &["1"], Line::TooLong).await;
    check("123456", &[], Line::TooLong).await;
}

proptest! {
    #![proptest_config(crate::tests::config())]

    #[test]
    fn no_message_breaks_it(text in "\\{(\"(id|method|params|result|error|jsonrpc)\":(1|0|\"a\"|\\{\\}|null),?){0,5}\\}") {
        if let Ok(Value::Object(message)) = serde_json::from_str(&text) {
            let _ = read_message(message, &signals());
        }
    }

    #[test]
    fn no_name_of_a_method_breaks_it(method in any::<String>(), id in any::<Option<i64>>()) {
        let message = json!({"method": method, "id": id});
        assert!(read(message).is_some());
    }
}
