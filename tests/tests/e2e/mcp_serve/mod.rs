//! `aside mcp serve`: Aside's tools for other agents, with an editor and without one.
mod alone;
mod messages;
mod with_editor;

use std::process::ExitStatus;

use aside_tests::editor::{Answer, Editor};
use aside_tests::process::command;
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
        let more = patiently("the end", self.output.next_line()).await;
        assert_eq!(more.unwrap(), None);
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
