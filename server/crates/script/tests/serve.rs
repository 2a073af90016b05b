//! The scripted server over real sockets, read by a client that knows nothing of it.
#![allow(
    clippy::unwrap_used,
    reason = "the helpers of tests may panic as tests do"
)]
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aside_script::{Gate, Reply, Script, ScriptServer, Usage};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

fn connect(server: &ScriptServer) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends the bytes and reads until the server closes.
fn exchange(server: &ScriptServer, request: &[u8]) -> String {
    let mut stream = connect(server);
    stream.write_all(request).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    String::from_utf8(response).unwrap()
}

fn chat(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The data of each event of a chunked response whose events are one chunk each.
fn events(response: &str) -> Vec<String> {
    response
        .lines()
        .filter_map(|line| line.strip_prefix("data: ").map(str::to_owned))
        .collect()
}

#[test]
fn answers_in_order_and_then_says_that_the_script_is_exhausted() {
    let server = ScriptServer::start(Script::new([Reply::say("one"), Reply::say("two")])).unwrap();
    for text in ["one", "two"] {
        let response = exchange(&server, &chat(&json!({"model": "m"})));
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        let events = events(&response);
        assert_eq!(events.len(), 3);
        let first: Value = serde_json::from_str(&events[0]).unwrap();
        assert_eq!(first["choices"][0]["delta"]["content"], text);
        assert_eq!(first["model"], "m");
        assert_eq!(events[2], "[DONE]");
    }
    let response = exchange(&server, &chat(&json!({})));
    assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
    assert!(response.contains("the script is exhausted"), "{response}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn usage_is_sent_only_if_asked_for() {
    let usage = Usage {
        input: 7,
        cached: 1,
        output: 5,
        reasoning: 2,
    };
    let reply = Reply::say("x").usage(usage);
    let server = ScriptServer::start(Script::new([reply.clone(), reply])).unwrap();
    let without = exchange(&server, &chat(&json!({})));
    assert!(!without.contains("prompt_tokens"), "{without}");
    let with = exchange(
        &server,
        &chat(&json!({"stream_options": {"include_usage": true}})),
    );
    assert!(with.contains(r#""prompt_tokens":7"#), "{with}");
}

#[test]
fn chunked_requests_and_keep_alive_work_in_any_write_sizes() {
    let script = Script::answering(|body, nth| Reply::say(format!("{nth} {}", body["say"])));
    let server = ScriptServer::start(script).unwrap();
    let request = b"POST /chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
        6;x=y\r\n{\"say\"\r\n4\r\n:41}\r\n0\r\nTrailer: t\r\n\r\n";
    let mut stream = connect(&server);
    for byte in request {
        stream.write_all(std::slice::from_ref(byte)).unwrap();
    }
    stream.write_all(&chat(&json!({"say": 42}))).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.contains("0 41"), "{response}");
    assert!(response.contains("1 42"), "{response}");
    assert_eq!(server.connections(), 1);
    assert_eq!(server.requests()[0].body, json!({"say": 41}));
}

#[test]
fn bad_requests_close_the_connection_and_leave_the_server_alive() {
    let server = ScriptServer::start(Script::new([Reply::say("alive")])).unwrap();
    let long = [b"GET / HTTP/1.1\r\nx: ".as_slice(), &[b'a'; 80 * 1024]].concat();
    for bad in [
        b"\r\n\r\n".as_slice(),
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nno colon\r\n\r\n",
        &long,
    ] {
        let mut stream = connect(&server);
        // The server may close before it has read everything.
        let _ = stream.write_all(bad);
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        assert!(response.is_empty());
    }
    assert!(exchange(&server, &chat(&json!({}))).contains("alive"));
}

#[test]
fn lists_models_and_refuses_other_paths() {
    let server = ScriptServer::start(Script::new([]).models(["a", "b"])).unwrap();
    let get = |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n");
        exchange(&server, request.as_bytes())
    };
    let models = get("/v1/models");
    assert!(models.contains(r#""id":"a""#) && models.contains(r#""id":"b""#));
    assert!(get("/v1/nothing").starts_with("HTTP/1.1 404 "));
    assert_eq!(server.other_requests().len(), 2);
    assert!(server.requests().is_empty());
}

#[test]
fn gates_hold_the_reply_and_a_client_that_leaves_is_noticed() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let gate = Gate::new();
        let script = Script::new([
            Reply::new().text("before").gate(&gate).text("after"),
            Reply::new().gate_before_head(&Gate::new()),
        ]);
        let server = ScriptServer::start(script).unwrap();
        let mut stream = connect(&server);
        stream.write_all(&chat(&json!({}))).unwrap();
        tokio::time::timeout(PATIENCE, gate.reached())
            .await
            .unwrap();
        gate.open();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.contains("after"));

        let mut stream = connect(&server);
        stream.write_all(&chat(&json!({}))).unwrap();
        tokio::time::timeout(PATIENCE, server.wait_for_requests(2))
            .await
            .unwrap();
        drop(stream);
        tokio::time::timeout(PATIENCE, server.wait_for_abandoned(1))
            .await
            .unwrap();
    });
}

#[test]
fn a_script_can_be_data() {
    let script = Script::from_json(
        r#"{"models": ["demo"], "replies": [
            {"parts": [{"reasoning": "hm"}, {"text": "Let me look at the file."},
                       {"toolCall": {"id": "c1", "name": "read_file",
                                     "arguments": {"path": "src/main.rs"}}}],
             "usage": {"input": 3, "output": 4}},
            {"status": 429, "error": "slow down", "headers": [["retry-after", "3"]]}]}"#,
    )
    .unwrap();
    let server = ScriptServer::start(script).unwrap();
    let first = exchange(&server, &chat(&json!({})));
    let text: String = events(&first)
        .iter()
        .filter_map(|event| serde_json::from_str::<Value>(event).ok())
        .filter_map(|event| {
            let delta = &event["choices"][0]["delta"];
            let arguments = &delta["tool_calls"][0]["function"]["arguments"];
            delta["content"]
                .as_str()
                .or(arguments.as_str())
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(text, r#"Let me look at the file.{"path":"src/main.rs"}"#);
    assert!(first.contains(r#""finish_reason":"tool_calls""#));
    let second = exchange(&server, &chat(&json!({})));
    assert!(second.starts_with("HTTP/1.1 429 ") && second.contains("retry-after: 3"));

    let bad = Script::from_json(r#"{"replies": [{"parts": [{"smell": "x"}]}]}"#);
    assert!(bad.is_err());
}
