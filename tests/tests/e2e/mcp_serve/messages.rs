//! Messages: versions, batches, and what is no message.
use serde_json::{Value, json};

use super::Agent;
use crate::common::{Stage, check_sentence};

#[tokio::test]
async fn versions_and_batches() {
    let stage = Stage::new([]);
    stage.world.write("a.txt", "one\n");
    let ping = |id: u64| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
    let read = json!({"jsonrpc": "2.0", "id": "r", "method": "tools/call",
        "params": {"name": "read_file", "arguments": {"path": "a.txt"}}});
    for (asked, given, has_batches) in [
        ("2024-11-05", "2024-11-05", true),
        ("2025-03-26", "2025-03-26", true),
        ("2025-06-18", "2025-06-18", false),
        ("2025-11-25", "2025-11-25", false),
        ("2199-01-01", "2025-11-25", false),
        ("", "2025-11-25", false),
    ] {
        let mut agent = Agent::start(&stage.world, &[]);
        // Before that, nothing can be called.
        agent.send(&read).await;
        assert_eq!(agent.next().await["error"]["code"], -32600);
        let begun = agent.initialize(asked).await;
        assert_eq!(begun["protocolVersion"], given);
        assert!(begun["capabilities"]["tools"].is_object());
        agent.send(&json!([ping(7), read, 1])).await;
        let answer = agent.next().await;
        match has_batches {
            true => {
                let answers = answer.as_array().unwrap();
                let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
                assert_eq!(ids, [&json!(7), &Value::Null, &json!("r")]);
                agent.send(&json!([])).await;
                assert_eq!(agent.next().await["error"]["code"], -32600);
            }
            false => assert_eq!(answer["error"]["code"], -32600),
        }
        agent.close().await;
    }
}

#[tokio::test]
async fn bad_messages_are_answered_and_survived() {
    let stage = Stage::new([]);
    stage.world.write("a.txt", "one\n");
    let mut agent = Agent::open(&stage.world, &[]).await;
    let deep = "[".repeat(100_000);
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    for (line, code) in [
        ("nope", -32700),
        ("{\"jsonrpc\":", -32700),
        ("\u{feff}{}", -32700),
        (deep.as_str(), -32700),
        (long.as_str(), -32600),
        ("1", -32600),
        ("{}", -32600),
        ("[]", -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":1}"#,
            -32600,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, -32602),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#,
            -32602,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#, -32602),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1}}"#,
            -32602,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"bash"}}"#,
            -32602,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"glob","arguments":[]}}"#,
            -32602,
        ),
    ] {
        agent.write(line.as_bytes()).await;
        let answer = agent.next().await;
        assert_eq!(answer["error"]["code"], code, "{line:.80}: {answer}");
        check_sentence(answer["error"]["message"].as_str().unwrap());
    }
    agent.write(b"\xff\xfe").await;
    assert_eq!(agent.next().await["error"]["code"], -32700);
    // These have no answer.
    for line in [
        "",
        "  \r",
        r#"{"jsonrpc":"2.0","method":"nope"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
        r#"{"jsonrpc":"2.0","id":5,"result":{}}"#,
    ] {
        agent.write(line.as_bytes()).await;
    }
    let read = agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("one"), "{read}");
    agent.close().await;
}

#[tokio::test]
async fn newer_clients_shake_no_hands() {
    let stage = Stage::new([]);
    stage.world.write("a.txt", "one\n");
    let mut agent = Agent::start(&stage.world, &[]);
    let meta = |version: &str| {
        json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "sparrow", "version": "1"},
        })
    };
    let now = meta("2026-07-28");
    let answer = agent
        .request("server/discover", json!({"_meta": now}))
        .await;
    assert_eq!(answer["result"]["resultType"], "complete");
    assert_eq!(answer["result"]["supportedVersions"], json!(["2026-07-28"]));
    let answer = agent.request("tools/list", json!({"_meta": now})).await;
    assert_eq!(answer["result"]["cacheScope"], "private");
    let read = json!({"name": "read_file", "arguments": {"path": "a.txt"}, "_meta": now});
    let answer = agent.request("tools/call", read).await;
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    for version in ["2199-01-01", ""] {
        let params = json!({"_meta": meta(version)});
        let answer = agent.request("tools/list", params).await;
        assert_eq!(answer["error"]["code"], -32022);
        assert_eq!(answer["error"]["data"]["requested"], version);
    }
    agent.close().await;
}
