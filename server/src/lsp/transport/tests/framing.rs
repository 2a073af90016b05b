//! Headers and lengths, good and bad.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::super::ExitReason;
use super::super::frame::{Search, find_header};
use super::super::recover::recover;
use super::peer::{Peer, frame};

const BODY: &str = r#"{"jsonrpc":"2.0","id":1,"method":"test/echo","params":{"é":1}}"#;

/// The header is taken, whole and one byte at a time.
async fn check_good_header(header: &str) {
    let header = header.replace('#', &BODY.len().to_string());
    for step in [usize::MAX, 1] {
        let mut peer = Peer::ready().await;
        let bytes = [header.as_bytes(), BODY.as_bytes()].concat();
        for part in bytes.chunks(step.min(bytes.len())) {
            peer.send_bytes(part).await;
        }
        peer.expect_result(json!(1), json!({ "é": 1 })).await;
        peer.expect_alive().await;
    }
}

#[tokio::test]
async fn headers_are_read_leniently() {
    check_good_header("Content-Length: #\r\n\r\n").await;
    check_good_header("content-length:#\r\n\r\n").await;
    check_good_header("CONTENT-LENGTH: \t # \r\n\r\n").await;
    check_good_header("Content-Length: 000#\r\n\r\n").await;
    check_good_header("Content-Length: #\n\n").await;
    check_good_header("\r\n\nContent-Length: #\n\r\n").await;
    check_good_header(
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: #\r\n\r\n",
    )
    .await;
    check_good_header("Content-Length: #\r\nContent-Type: nonsense\r\nX-Other: :\r\n\r\n").await;
    check_good_header("Content-Length: #\r\nContent-Length: #\r\n\r\n").await;
}

/// The bytes are answered by one parse error, and the next good message is found.
async fn check_bad_header(bytes: impl AsRef<[u8]>, sentence: &str) {
    let mut peer = Peer::ready().await;
    let answered = async {
        peer.send_bytes(bytes.as_ref()).await;
        let found = peer.expect_error(Value::Null, -32700, "invalid").await;
        assert!(found.starts_with(sentence), "{found}");
    };
    answered.await;
    peer.expect_alive().await;
    peer.expect_alive().await;
}

#[tokio::test]
async fn a_bad_header_costs_one_error() {
    let not_a_number = "`Content-Length` is not a number of bytes";
    for value in [
        "x",
        "",
        "-5",
        "+5",
        "1.5",
        "5 5",
        "0x10",
        "99999999999999999999999999",
        "4294967296",
    ] {
        check_bad_header(
            format!("Content-Length: {value}\r\n\r\n{BODY}"),
            not_a_number,
        )
        .await;
    }
    check_bad_header(
        "Content-Type: x\r\n\r\n{}",
        "A header has no `Content-Length`",
    )
    .await;
    check_bad_header("{\"jsonrpc\":\"2.0\"}\n", "A header line has no name").await;
    check_bad_header(
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "A header line has no colon",
    )
    .await;
    check_bad_header([0xff, 0xfe, b'\n'], "A header line has no colon").await;
    check_bad_header(b"\0: 1\n", "A header line has no name").await;
    check_bad_header("X: y\r\n".repeat(2_000), "A header is too long").await;
}

#[tokio::test]
async fn of_two_lengths_the_last_is_tried() {
    let mut peer = Peer::ready().await;
    let header = format!(
        "Content-Length: 5\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    peer.send_bytes(format!("{header}{BODY}").as_bytes()).await;
    let sentence = peer.expect_error(Value::Null, -32700, "invalid").await;
    assert!(
        sentence.starts_with("A header has two different"),
        "{sentence}"
    );
    peer.expect_result(json!(1), json!({ "é": 1 })).await;
    peer.expect_alive().await;
}

#[tokio::test]
async fn a_line_of_40_mb_is_skipped_without_being_held() {
    let mut peer = Peer::ready().await;
    let chunk = vec![b'c'; 64 * 1024];
    for _ in 0..(40 * 16) {
        peer.send_bytes(&chunk).await;
    }
    peer.expect_error(Value::Null, -32700, "invalid").await;
    peer.expect_alive().await;
}

#[tokio::test]
async fn a_length_that_is_wrong_by_a_few_bytes_costs_one_message() {
    for wrong in [1, 5, 12, 20, 30] {
        let mut peer = Peer::ready().await;
        // Too long: the body takes bytes of the next header.
        peer.send_bytes(format!("Content-Length: {}\r\n\r\n{BODY}", BODY.len() + wrong).as_bytes())
            .await;
        peer.request(json!(2), "test/echo", json!({})).await;
        peer.expect_error(json!(1), -32700, "invalid").await;
        peer.expect_result(json!(2), json!({})).await;
        // Too short: the rest looks like a header.
        peer.send_bytes(format!("Content-Length: {}\r\n\r\n{BODY}", BODY.len() - wrong).as_bytes())
            .await;
        peer.request(json!(3), "test/echo", json!({})).await;
        peer.expect_error(json!(1), -32700, "invalid").await;
        peer.expect_error(Value::Null, -32700, "invalid").await;
        peer.expect_result(json!(3), json!({})).await;
    }
}

/// A message over the limit is answered with the id; what follows is heard.
async fn check_too_large(body: String, id: Value) {
    let mut peer = Peer::ready_with(|options| options.max_message_bytes = 20_000).await;
    peer.send_bytes(&frame(&body)).await;
    let sentence = peer.expect_error(id, -32600, "invalid").await;
    assert!(
        sentence.contains(&format!("{} bytes; at most 20000", body.len())),
        "{sentence}"
    );
    peer.expect_alive().await;
}

#[tokio::test]
async fn a_message_over_the_limit_is_skipped() {
    let long = "x".repeat(30_000);
    check_too_large(
        format!(r#"{{"jsonrpc":"2.0","id":7,"method":"a","params":"{long}"}}"#),
        json!(7),
    )
    .await;
    check_too_large(
        format!(r#"{{"params":"{long}","method":"a","id":"é7" }} "#),
        json!("é7"),
    )
    .await;
    check_too_large(
        format!(r#"{{"method":"a","params":"{long}","id" : 7,"jsonrpc":"2.0"}}"#),
        json!(7),
    )
    .await;
    check_too_large(
        format!(r#"{{"method":"a","params":["{long}",{{"id":7}}]}}"#),
        Value::Null,
    )
    .await;
    check_too_large(
        format!(r#"{{"method":"a","params":{{"id":7,"text":"{long}"}}}}"#),
        Value::Null,
    )
    .await;
    check_too_large(long, Value::Null).await;
}

#[tokio::test]
async fn the_limit_itself_is_not_over_it() {
    let limit = 2 * BODY.len();
    let mut peer = Peer::ready_with(|options| options.max_message_bytes = limit).await;
    let padded = BODY.to_owned() + &" ".repeat(BODY.len());
    peer.send_bytes(&frame(&padded)).await;
    peer.expect_result(json!(1), json!({ "é": 1 })).await;
    peer.send_bytes(&frame(padded + " ")).await;
    peer.expect_error(json!(1), -32600, "invalid").await;
}

#[tokio::test]
async fn a_reply_over_the_limit_reaches_whoever_waits() {
    let mut peer = Peer::ready_with(|options| options.max_message_bytes = 2_000).await;
    peer.request(json!(1), "test/ask", json!({})).await;
    let question = peer.receive().await;
    let reply = json!({ "jsonrpc": "2.0", "id": question["id"], "result": "x".repeat(3_000) });
    peer.send(reply).await;
    let answer = peer.receive().await;
    let error = answer["result"]["error"].as_str().unwrap();
    assert!(error.contains("at most 2000 are read"), "{error}");
}

#[tokio::test]
async fn the_input_may_end_anywhere() {
    let whole = frame(BODY);
    for length in 0..whole.len() {
        let mut peer = Peer::ready().await;
        peer.send_bytes(&whole[..length]).await;
        peer.input.shutdown().await.unwrap();
        assert_eq!(peer.ended().await, ExitReason::EndOfInput { code: 1 });
    }
}

#[test]
fn only_whole_headers_are_found() {
    let missing = |keep_from| Search::Missing { keep_from };
    let check =
        |text: &str, expected| assert_eq!(find_header(text.as_bytes()), expected, "{text:?}");
    check("", missing(0));
    check("cccc", missing(3));
    check("xx Content-Length: 5\r\n", Search::Found(3));
    check("xx}content-length:5\n", Search::Found(3));
    check(
        "Content-Length: x\r\nContent-Length: 5\r\n",
        Search::Found(19),
    );
    check("Content-Length: \r\n", missing(18));
    check("Content-Length: 5", missing(0));
    check("xxConte", missing(2));
    check("Content-Length", missing(0));
    check("Content-Length; 5\r\n", missing(19));
    check(&format!("Content-Length: {}", " ".repeat(40)), missing(56));
}

#[test]
fn ids_are_found_at_both_ends() {
    let check = |head: &str, tail: &str, expected: (Value, bool)| {
        let found = recover(head.as_bytes(), tail.as_bytes());
        assert_eq!(
            (json!(found.id), found.is_reply),
            expected,
            "{head:?} … {tail:?}"
        );
    };
    check(r#"{"id":5,"x":""#, "", (json!(5), false));
    check(
        r#" { "x" : {"id":4,"}":[1,"]"]} , "id" : "a\"b" ,"#,
        "",
        (json!("a\"b"), false),
    );
    check(r#"{"id":5"#, "", (Value::Null, false));
    check(r#"{"id":null,"result":1"#, "", (Value::Null, true));
    check(
        r#"{"result":{"deep"#,
        r#"er":1},"id":-3}"#,
        (json!(-3), true),
    );
    check(
        r#"{"error":{"#,
        r#"}},"id":3,"jsonrpc":"2.0"}  "#,
        (json!(3), true),
    );
    check(r#"{"x":"#, r#"{"id":3}}"#, (Value::Null, false));
    check(r#"{"x":"#, r#""id":3},"id":"#, (Value::Null, false));
    check("[", r#""id":3}"#, (json!(3), false));
    check("{\"\\", "\\\"", (Value::Null, false));
    check("", "", (Value::Null, false));
}
