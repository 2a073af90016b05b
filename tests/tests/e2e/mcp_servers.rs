//! Turns whose tools are those of MCP servers that nobody here wrote.
//!
//! They run where `ASIDE_MCP_SERVERS` names the folder in which the servers are installed, which
//! is what `cargo xtask mcp` and `cargo xtask test` see to.
use std::path::{Path, PathBuf};

use aside_tests::editor::Editor;
use aside_tests::process::{run, signal_pid};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, call, output, patiently, say, tool_calls};

/// Names the folder.
const VARIABLE: &str = "ASIDE_MCP_SERVERS";

/// The folder; none where the tests are not asked for.
fn servers() -> Option<PathBuf> {
    let folder = std::env::var_os(VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("not asked: {VARIABLE} names no folder of MCP servers");
    }
    folder
}

fn python(folder: &Path, name: &str, args: &[&str]) -> Value {
    json!({"command": folder.join("pypi/bin").join(name), "args": args})
}

fn node(folder: &Path, package: &str, args: &[&str]) -> Value {
    let entry = format!("npm/node_modules/@modelcontextprotocol/{package}/dist/index.js");
    let mut all = vec![folder.join(entry).to_string_lossy().into_owned()];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    json!({"command": "node", "args": all})
}

/// The user's own `mcp.json`.
fn configure(stage: &Stage, servers: &[(&str, Value)]) {
    let servers = servers
        .iter()
        .map(|(name, entry)| ((*name).to_owned(), entry.clone()));
    let file = json!({"mcpServers": servers.collect::<serde_json::Map<_, _>>()});
    let path = stage.world.config_dir().join("mcp.json");
    std::fs::create_dir_all(stage.world.config_dir()).expect("the folder");
    std::fs::write(path, file.to_string()).expect("the file");
}

/// The names of the tools that a request offers.
fn offered(request: &Value) -> Vec<String> {
    let tools = request["tools"].as_array().cloned().unwrap_or_default();
    let names = tools
        .iter()
        .map(|tool| text(tool, "/function/name").to_owned());
    names.collect()
}

async fn free(editor: &Editor) -> String {
    editor.create(json!({"permissionMode": "full"})).await
}

#[tokio::test]
async fn a_model_finds_a_tool_and_calls_it() {
    let Some(folder) = servers() else { return };
    let stage = Stage::new([
        call(
            "c1",
            "find_tools",
            json!({"query": "convert a time between zones"}),
        ),
        call(
            "c2",
            "mcp__time__convert_time",
            json!({"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"}),
        ),
        say("It is 21:00 there."),
        say("Again."),
    ]);
    configure(
        &stage,
        &[(
            "time",
            python(&folder, "mcp-server-time", &["--local-timezone", "UTC"]),
        )],
    );
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "When is noon in Tokyo?").await;
    assert!(stage.tool_result("c1").contains("mcp__time__convert_time"));
    assert!(
        stage.tool_result("c2").contains("21:00"),
        "{}",
        stage.tool_result("c2")
    );
    let wanted = "mcp__time__convert_time".to_owned();
    let requests = stage.requests();
    assert!(!offered(&requests[0]).contains(&wanted));
    assert!(offered(&requests[1]).contains(&wanted));
    let calls = tool_calls(&editor.items(&session).await);
    assert_eq!(calls[1]["source"], json!({"type": "mcp", "server": "time"}));
    // What the session called is offered after a restart too.
    editor.kill9().await;
    let editor = stage.open().await;
    editor.turn(&session, "And again?").await;
    let last = stage.requests().pop().expect("a request");
    assert!(offered(&last).contains(&wanted), "{:?}", offered(&last));
    editor.close().await;
}

#[tokio::test]
async fn a_tool_that_is_named_starts_its_server_and_is_asked_about() {
    let Some(folder) = servers() else { return };
    let stage = Stage::new([
        call("c1", "mcp__memory__read_graph", json!({})),
        call("c2", "mcp__memory__no_such_tool", json!({})),
        call("c3", "mcp__nobody__x", json!({})),
        say("Done."),
    ]);
    configure(&stage, &[("memory", node(&folder, "server-memory", &[]))]);
    let editor = stage.open().await;
    let listed = editor.request("mcp/list", json!({})).await;
    assert_eq!(text(&listed, "/servers/0/status"), "stopped");
    let session = editor.create(json!({})).await;
    editor.turn(&session, "What do you remember?").await;
    let asked = editor.asked("chat/requestPermission");
    assert_eq!(text(&asked[0], "/effects/0/type"), "mcpTool");
    assert_eq!(text(&asked[0], "/effects/0/server"), "memory");
    let calls = tool_calls(&editor.items(&session).await);
    assert_eq!(
        text(&calls[0], "/status"),
        "completed",
        "{}",
        output(&calls[0])
    );
    assert_eq!(text(&calls[1], "/status"), "failed");
    assert_eq!(text(&calls[2], "/status"), "failed");
    let listed = editor.request("mcp/list", json!({})).await;
    assert_eq!(text(&listed, "/servers/0/status"), "ready");
    editor
        .wait_notification("mcp/event", |params| params["server"]["status"] == "ready")
        .await;
    let off = json!({"name": "memory", "enabled": false});
    let off = editor.request("mcp/setEnabled", off).await;
    assert_eq!(text(&off, "/status"), "disabled");
    let error = editor.fail("mcp/restart", json!({"name": "nobody"})).await;
    assert_eq!(error.data["code"], "notFound");
    editor.close().await;
}

/// The processes whose command lines have this in them.
fn processes(mark: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let found = entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        String::from_utf8_lossy(&line).contains(mark).then_some(pid)
    });
    found.collect()
}

#[tokio::test]
async fn a_server_that_is_killed_loses_no_turn_and_no_other_server() {
    let Some(folder) = servers() else { return };
    let gate = aside_script::Gate::new();
    let stage = Stage::new([
        call(
            "c1",
            "mcp__time__get_current_time",
            json!({"timezone": "UTC"}),
        ),
        call("c2", "mcp__git__git_status", json!({"repo_path": "."})).gate_before_head(&gate),
        call(
            "c3",
            "mcp__time__get_current_time",
            json!({"timezone": "UTC"}),
        ),
        say("Done."),
    ]);
    let workspace = stage.world.workspace();
    let made = std::process::Command::new("git")
        .arg("init")
        .arg("-q")
        .arg(&workspace)
        .status();
    assert!(made.expect("git").success());
    let mark = workspace.to_string_lossy().into_owned();
    configure(
        &stage,
        &[
            // The folder among the arguments is how the test knows its own server.
            (
                "time",
                python(&folder, "mcp-server-time", &["--local-timezone", "UTC"]),
            ),
            (
                "git",
                python(&folder, "mcp-server-git", &["--repository", &mark]),
            ),
        ],
    );
    let editor = stage.open().await;
    let session = free(&editor).await;
    let sent = editor.prompt(Some(&session), "Look.").await;
    editor
        .wait_event("the first result", |event| {
            kind(event) == "itemCompleted"
                && event["event"]["item"]["name"] == "mcp__time__get_current_time"
        })
        .await;
    let own = descendants(editor.pid());
    for pid in processes("mcp-server-time")
        .into_iter()
        .filter(|pid| own.contains(pid))
    {
        signal_pid(pid, 9);
    }
    gate.open();
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(text(&turn, "/stopReason"), "endTurn");
    let calls = tool_calls(&editor.items(&session).await);
    let statuses: Vec<&str> = calls.iter().map(|call| text(call, "/status")).collect();
    assert_eq!(statuses, ["completed"; 3], "{calls:#?}");
    let pid = editor.pid();
    let left = descendants(pid);
    editor.close().await;
    patiently("the end of all servers", async {
        while left
            .iter()
            .any(|pid| Path::new(&format!("/proc/{pid}")).exists())
        {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// All that a process started, and what that started.
fn descendants(pid: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let parents: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let own = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            let rest = stat.rsplit_once(')')?.1;
            let parent = rest.split_whitespace().nth(1)?.parse().ok()?;
            Some((own, parent))
        })
        .collect();
    let mut found = vec![pid];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        found.extend(children.map(|(own, _)| *own));
        at += 1;
    }
    found.remove(0);
    found
}

#[tokio::test]
async fn prompts_are_slash_commands_and_resources_are_read() {
    let Some(folder) = servers() else { return };
    let stage = Stage::new([
        say("A prompt."),
        call("c1", "mcp_resource", json!({"server": "everything"})),
        say("Done."),
    ]);
    configure(
        &stage,
        &[("everything", node(&folder, "server-everything", &["stdio"]))],
    );
    let editor = stage.open().await;
    let session = free(&editor).await;
    let none = editor.fail(
        "chat/send",
        json!({"sessionId": session, "content": [{"type": "text", "text": "/everything:nothing"}]}),
    );
    let message = none.await.message;
    assert!(message.contains("has no prompt nothing"), "{message}");
    let listed = editor.request("command/list", json!({})).await;
    let commands = listed["commands"].as_array().expect("a list");
    let simple = commands.iter().find(|it| it["arguments"] == json!([]));
    let name = text(simple.expect("a prompt without arguments"), "/name").to_owned();
    editor.turn(&session, &format!("/{name}")).await;
    let request = stage.requests().pop().expect("a request");
    assert!(!request.to_string().contains(&format!("/{name}")));
    editor.turn(&session, "What is there?").await;
    assert!(
        stage.tool_result("c1").contains("://"),
        "{}",
        stage.tool_result("c1")
    );
    editor.close().await;
}

#[tokio::test]
async fn a_folder_that_is_not_trusted_starts_no_server() {
    let Some(folder) = servers() else { return };
    let stage = Stage::new([
        call(
            "c1",
            "mcp__time__get_current_time",
            json!({"timezone": "UTC"}),
        ),
        say("No."),
        call(
            "c2",
            "mcp__time__get_current_time",
            json!({"timezone": "UTC"}),
        ),
        say("Yes."),
    ]);
    let time = python(&folder, "mcp-server-time", &["--local-timezone", "UTC"]);
    stage.world.write(
        ".mcp.json",
        json!({"mcpServers": {"time": time}}).to_string(),
    );
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "What time is it?").await;
    let calls = tool_calls(&editor.items(&session).await);
    assert_eq!(text(&calls[0], "/status"), "failed");
    editor.close().await;
    run(&stage.world, &["trust", "--yes"], "")
        .await
        .expect_code(0);
    let editor = stage.open().await;
    editor.turn(&session, "And now?").await;
    assert!(
        stage.tool_result("c2").contains("UTC"),
        "{}",
        stage.tool_result("c2")
    );
    editor.close().await;
}
