//! Messages that are too large, not UTF-8, not JSON, not JSON-RPC or not LSP.
use serde_json::json;

use crate::common::{Stage, say};

const HUGE: usize = 40 * 1024 * 1024;

#[tokio::test]
async fn a_message_of_40_megabytes() {
    let stage = Stage::new([say("Long."), say("More.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let content = json!([{"type": "text", "text": "x".repeat(HUGE)}]);
    let answer = editor
        .try_request(
            "chat/send",
            json!({"sessionId": session, "content": content}),
        )
        .await;
    let error = answer.expect_err("no model takes a prompt of 40 MB");
    assert_eq!(error.kind(), "invalid", "{error:?}");
    crate::common::check_sentence(&error.message);
    assert!(stage.requests().is_empty());
    assert!(editor.items(&session).await.is_empty(), "state as before");
    editor.turn(&session, "More.").await;
    editor.close().await;
}

#[tokio::test]
async fn a_method_of_40_megabytes() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let method = "m".repeat(HUGE);
    let error = editor.fail(&method, json!({})).await;
    assert!(error.message.len() < 4096, "{} bytes", error.message.len());
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn bodies_that_are_no_messages() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    for body in [
        &b"\xff\xfe\xfd"[..],
        b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"caf\xe9\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":",
        b"not json",
        b"",
        b"null",
        b"[]",
        b"[1,2]",
        b"17",
        b"{}",
        b"{\"jsonrpc\":\"1.0\",\"id\":\"x\",\"method\":\"session/list\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":7}",
        b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"session/list\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"unknown\",\"result\":null}",
        b"{\"jsonrpc\":\"2.0\",\"id\":424242,\"error\":{\"code\":1,\"message\":\"?\"}}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"\\ud800\",\"method\":\"session/list\"}",
    ] {
        editor.send_body(body);
        editor.is_alive().await;
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    editor.send_body(
        format!("{{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{deep}}}").as_bytes(),
    );
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn headers_in_every_legal_form() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let body = r#"{"jsonrpc":"2.0","method":"$/whatever"}"#;
    for header in [
        format!("Content-Length: {}\r\n", body.len()),
        format!("content-length: {}\r\n", body.len()),
        format!("Content-Length:{}\r\n", body.len()),
        format!(
            "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: {}\r\n",
            body.len()
        ),
    ] {
        editor.send_raw(format!("{header}\r\n{body}").into_bytes());
        editor.is_alive().await;
    }
    editor.close().await;
}

#[tokio::test]
async fn documents_that_are_not_as_they_should_be() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let uri = stage.world.uri("a.txt");
    let change = |params| editor.notify("textDocument/didChange", params);
    // Of a document that is not open.
    change(json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "x"}]}));
    editor.notify(
        "textDocument/didClose",
        json!({"textDocument": {"uri": uri}}),
    );
    editor.open_file(&path);
    let range = |a: u64, b: u64, c: u64, d: u64| json!({"start": {"line": a, "character": b}, "end": {"line": c, "character": d}});
    for range in [
        range(9, 0, 9, 9),
        range(0, 99, 0, 100),
        range(1, 0, 0, 0),
        range(0, 0, 4_000_000_000, 0),
    ] {
        change(json!({
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [{"range": range, "text": "x"}],
        }));
        editor.is_alive().await;
    }
    for uri in [
        "untitled:Untitled-1",
        "file:///no/such/%FF",
        "not a uri",
        "git:/a.txt?x",
    ] {
        editor.notify(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": uri, "languageId": "x", "version": 1, "text": "x",
            }}),
        );
        editor.is_alive().await;
    }
    for params in [
        json!(null),
        json!({}),
        json!({"textDocument": 7}),
        json!([1]),
    ] {
        editor.notify("textDocument/didOpen", params.clone());
        editor.notify("textDocument/didChange", params.clone());
        editor.notify("textDocument/didClose", params.clone());
        editor.notify("$/cancelRequest", params);
        editor.is_alive().await;
    }
    editor.close().await;
}
