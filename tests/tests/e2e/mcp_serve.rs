//! `aside mcp serve`: Aside's tools for other agents, with an editor and without one.
use std::process::ExitStatus;

use aside_tests::editor::{Answer, Editor};
use aside_tests::process::{command, run};
use aside_tests::world::World;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::common::{Stage, check_sentence, patiently};

/// Another agent, with `aside mcp serve` as its server.
struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    last_id: u64,
}

impl Agent {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut child = command(world, &[&["mcp", "serve"], arguments].concat())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
            last_id: 0,
        }
    }

    /// Starts one and shakes hands.
    async fn open(world: &World, arguments: &[&str]) -> Self {
        let mut agent = Self::start(world, arguments);
        agent.initialize("2025-11-25").await;
        agent
    }

    async fn initialize(&mut self, version: &str) -> Value {
        let params = json!({
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": {"name": "parrot", "version": "1"},
        });
        let answer = self.request("initialize", params).await;
        let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.send(&note).await;
        answer["result"].clone()
    }

    async fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).await.unwrap();
        input.write_all(b"\n").await.unwrap();
    }

    async fn send(&mut self, message: &Value) {
        self.write(message.to_string().as_bytes()).await;
    }

    /// The next message.
    async fn next(&mut self) -> Value {
        let line = patiently("a message", self.output.next_line()).await;
        serde_json::from_str(&line.unwrap().expect("one more message")).unwrap()
    }

    async fn start_request(&mut self, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await;
        id
    }

    async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.start_request(method, params).await;
        let answer = self.next().await;
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Calls a tool; its text, and whether it failed.
    async fn call(&mut self, name: &str, arguments: Value) -> (String, bool) {
        let params = json!({"name": name, "arguments": arguments});
        let answer = self.request("tools/call", params).await;
        let text = answer["result"]["content"][0]["text"].as_str();
        let text = text.unwrap_or_else(|| panic!("no text in {answer}"));
        (text.to_owned(), answer["result"]["isError"] == true)
    }

    /// Calls a tool that does what it is asked.
    async fn done(&mut self, name: &str, arguments: Value) -> String {
        let (text, failed) = self.call(name, arguments).await;
        assert!(!failed, "{text}");
        text
    }

    /// Calls a tool that refuses, with this in its words.
    async fn refused(&mut self, name: &str, arguments: Value, part: &str) {
        let (text, failed) = self.call(name, arguments).await;
        assert!(failed && text.contains(part), "{text}");
        check_sentence(&text);
    }

    /// Waits for the server's end after what is left of its answers; gives its standard error.
    async fn end(mut self) -> (ExitStatus, String) {
        while let Some(line) = patiently("the end", self.output.next_line()).await.unwrap() {
            panic!("one more message: {line}");
        }
        let mut said = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        patiently("the errors", errors.read_to_string(&mut said))
            .await
            .unwrap();
        (
            patiently("the exit", self.child.wait()).await.unwrap(),
            said,
        )
    }

    /// Ends it as agents do: by closing its input.
    async fn close(mut self) -> String {
        self.input = None;
        let (status, said) = self.end().await;
        assert_eq!(status.code(), Some(0), "{said}");
        said
    }
}

fn replace(path: &str, old: &str, new: &str) -> Value {
    json!({"path": path, "edits": [{"old_text": old, "new_text": new}]})
}

/// An editor that has the workspace open and offers it.
async fn editor(stage: &Stage, answer: Answer) -> Editor {
    let mut client = stage.client();
    client.answer = answer;
    let editor = stage.open_with(client).await;
    // Its answer comes after all that it does about `initialized`.
    editor.is_alive().await;
    editor
}

fn sockets(world: &World) -> usize {
    std::fs::read_dir(world.data_dir().join("live")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn without_an_editor_rules_decide() {
    let stage = Stage::new([]);
    let world = &stage.world;
    world.write("src/a.txt", "one\ntwo\n");
    world.write("b.txt", "two\n");
    let allow = ["permission", "add", "allow", "writePath", "src/**"];
    run(world, &allow, "").await.expect_code(0);
    let deny = ["permission", "add", "deny", "readPath", "b.txt"];
    run(world, &deny, "").await.expect_code(0);
    let mut agent = Agent::open(world, &[]).await;
    let listed = agent.request("tools/list", json!({})).await;
    let tools = listed["result"]["tools"].as_array().unwrap();
    let facts = |name: &str| {
        let tool = tools.iter().find(|tool| tool["name"] == name).unwrap();
        assert_eq!(tool["inputSchema"]["type"], "object");
        assert!(tool["description"].as_str().unwrap().len() > 20);
        let hints = &tool["annotations"];
        (
            hints["readOnlyHint"] == true,
            hints["destructiveHint"] == true,
        )
    };
    assert_eq!(tools.len(), 13);
    assert_eq!(facts("read_file"), (true, false));
    assert_eq!(facts("grep"), (true, false));
    assert_eq!(facts("edit_file"), (false, true));
    assert_eq!(facts("move_file"), (false, false));
    let read = agent.done("read_file", json!({"path": "src/a.txt"})).await;
    assert!(read.contains("one"), "{read}");
    let found = agent
        .done("grep", json!({"pattern": "two", "path": "src"}))
        .await;
    assert!(found.contains("src/a.txt:2"), "{found}");
    agent
        .done("edit_file", replace("src/a.txt", "one", "ONE"))
        .await;
    assert_eq!(world.read("src/a.txt"), "ONE\ntwo\n");
    let outside = world.outside().join("x.txt");
    let outside = outside.to_str().unwrap();
    for (name, arguments, part) in [
        (
            "write_file",
            json!({"path": "c.txt", "content": "x"}),
            "nobody to ask",
        ),
        ("delete_file", json!({"path": "b.txt"}), "nobody to ask"),
        ("read_file", json!({"path": "b.txt"}), "rule"),
        ("read_file", json!({"path": outside}), "x.txt"),
        ("edit_file", replace("src/a.txt", "none", "x"), "src/a.txt"),
        ("edit_file", json!({}), "path"),
    ] {
        agent.refused(name, arguments, part).await;
    }
    assert!(!world.path("c.txt").exists());
    assert_eq!(world.read("b.txt"), "two\n");
    let said = agent.close().await;
    assert!(said.contains("from the disk"), "{said}");
    let log = run(world, &["audit", "show"], "").await.expect_code(0);
    assert!(log.stdout.contains("parrot"), "{}", log.stdout);
    assert!(log.stdout.contains("edit_file"), "{}", log.stdout);
    let verified = run(world, &["audit", "verify"], "").await;
    verified.expect_code(0);
}

#[tokio::test]
async fn with_an_editor_the_buffers_count() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "disk\n");
    let editor = editor(&stage, Answer::Kind("allowOnce")).await;
    editor.open_file(&path);
    editor.change(&path, "unsaved\n");
    editor.is_alive().await;
    let mut agent = Agent::open(&stage.world, &[]).await;
    let read = agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("unsaved") && !read.contains("disk"), "{read}");
    let found = agent.done("grep", json!({"pattern": "unsaved"})).await;
    assert!(found.contains("a.txt"), "{found}");
    // What the user types meanwhile stays.
    editor.change(&path, "mine\nunsaved\n");
    editor.is_alive().await;
    agent
        .done("edit_file", replace("a.txt", "unsaved", "edited"))
        .await;
    assert_eq!(editor.buffer(&path), "mine\nedited\n");
    assert_eq!(stage.world.read("a.txt"), "disk\n");
    assert_eq!(editor.asked("workspace/applyEdit").len(), 1);
    let asked = editor.asked("chat/requestPermission");
    let reason = asked[0]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("parrot (another agent) wants to write"),
        "{reason}"
    );
    let diff = asked[0]["preview"][0]["diff"].as_str().unwrap();
    assert!(diff.contains("+edited"), "{diff}");
    editor.set_habits(|client| client.answer = Answer::Kind("rejectOnce"));
    agent
        .refused("edit_file", replace("a.txt", "edited", "x"), "user")
        .await;
    editor.set_habits(|client| client.answer = Answer::Kind("allowSession"));
    for (old, new) in [("edited", "x"), ("x", "y")] {
        agent.done("edit_file", replace("a.txt", old, new)).await;
    }
    assert_eq!(editor.asked("chat/requestPermission").len(), 3);
    // By itself where it is told so.
    let mut alone = Agent::open(&stage.world, &["--standalone"]).await;
    let read = alone.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("disk"), "{read}");
    alone.close().await;
    let said = agent.close().await;
    assert!(said.contains("the editor"), "{said}");
    assert_eq!(sockets(&stage.world), 1);
    editor.close().await;
    assert_eq!(sockets(&stage.world), 0);
}

#[tokio::test]
async fn a_call_is_cancelled_and_its_question_withdrawn() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    editor.open_file(&path);
    let mut agent = Agent::open(&stage.world, &[]).await;
    let params = json!({"name": "edit_file", "arguments": replace("a.txt", "one", "two")});
    let id = agent.start_request("tools/call", params.clone()).await;
    let question = editor.wait_asked("chat/requestPermission").await;
    // The same id twice, while the first is under way.
    agent
        .send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
        .await;
    let answer = agent.next().await;
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    for id in [json!(id), json!(99), Value::Null] {
        let params = json!({"requestId": id});
        agent
            .send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}))
            .await;
    }
    editor
        .wait_notification("$/cancelRequest", |params| params["id"] == question["id"])
        .await;
    // No answer to it comes before this one, nor at the end.
    let read = agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(read.contains("one"), "{read}");
    agent.close().await;
    assert_eq!(editor.buffer(&path), "one\n");
    editor.close().await;
}

#[tokio::test]
async fn an_agent_that_leaves_withdraws_its_questions() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    editor.open_file(&path);
    let mut agent = Agent::open(&stage.world, &[]).await;
    let params = json!({"name": "delete_file", "arguments": {"path": "a.txt"}});
    agent.start_request("tools/call", params).await;
    let question = editor.wait_asked("chat/requestPermission").await;
    agent.child.kill().await.unwrap();
    editor
        .wait_notification("$/cancelRequest", |params| params["id"] == question["id"])
        .await;
    assert!(path.exists());
    editor.close().await;
}

#[tokio::test]
async fn the_editors_server_may_die() {
    let stage = Stage::new([]);
    stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    let mut agent = Agent::open(&stage.world, &[]).await;
    agent.done("read_file", json!({"path": "a.txt"})).await;
    editor.kill9().await;
    let (status, said) = agent.end().await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("editor's server ended"), "{said}");
    // What is left of it misleads nobody.
    assert_eq!(sockets(&stage.world), 1);
    let mut agent = Agent::open(&stage.world, &[]).await;
    agent.done("read_file", json!({"path": "a.txt"})).await;
    assert!(agent.close().await.contains("from the disk"));
}

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
async fn many_calls_at_once_are_bounded() {
    let stage = Stage::new([]);
    let path = stage.world.write("a.txt", "one\n");
    let editor = editor(&stage, Answer::Silent).await;
    editor.open_file(&path);
    let mut agent = Agent::open(&stage.world, &[]).await;
    for _ in 0..32 {
        let params = json!({"name": "edit_file", "arguments": replace("a.txt", "one", "two")});
        agent.start_request("tools/call", params).await;
    }
    let params = json!({"name": "read_file", "arguments": {"path": "a.txt"}});
    let answer = agent.request("tools/call", params).await;
    assert_eq!(answer["error"]["code"], -32000, "{answer}");
    // What needs no waiting is answered nevertheless.
    agent.request("ping", json!({})).await;
    agent.child.kill().await.unwrap();
    editor.close().await;
}
