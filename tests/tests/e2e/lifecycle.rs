//! How a server begins and ends: roots, exit codes, end of input, the death of its parent.
use std::process::Stdio;

use aside_script::{Gate, Reply, Script, ScriptServer};
use aside_tests::editor::{ApplyEdit, Asks, Client, Roots};
use aside_tests::process::{command, signal};
use aside_tests::rules::text;
use aside_tests::wire::{frame, read_message};
use aside_tests::world::{to_uri, write_at};
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout};

use crate::common::{Stage, edit, patiently, read, say};

#[tokio::test]
async fn exit_after_shutdown_is_0_and_without_it_1() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    editor.create(json!({})).await;
    editor.close().await;
    let mut editor = stage.open().await;
    editor.notify("exit", Value::Null);
    // Standard input stays open: `exit` alone must end the process.
    assert_eq!(editor.exited().await.code(), Some(1));
}

#[tokio::test]
async fn after_shutdown_requests_are_refused() {
    let stage = Stage::new([]);
    let mut editor = stage.open().await;
    editor.request("shutdown", Value::Null).await;
    let error = editor.fail("session/list", json!({})).await;
    assert_eq!(error.code, -32600, "{error:?}");
    editor.notify("exit", Value::Null);
    assert_eq!(editor.exited().await.code(), Some(0));
}

#[tokio::test]
async fn the_end_of_input_ends_the_server_also_in_a_turn() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::new().text("Half").gate(&gate), say("Next.")]);
    let mut editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;
    editor.close_input();
    editor.exited().await;
    // The next server goes on.
    let editor = stage.open().await;
    let turn = editor.turn(&session, "Next?").await;
    assert_eq!(turn["stopReason"], "endTurn");
    editor.close().await;
}

#[tokio::test]
async fn the_death_of_the_parent_ends_the_server() {
    let stage = Stage::new([]);
    let mut parent = tokio::process::Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("a process to be the parent");
    let client = Client {
        process_id: parent.id(),
        ..stage.client()
    };
    let mut editor = stage.open_with(client).await;
    editor.is_alive().await;
    parent.kill().await.expect("the parent is killed");
    editor.exited().await;
}

#[tokio::test]
async fn termination_ends_the_server_and_keeps_what_was_said() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::new().text("Half of it").gate(&gate)]);
    let mut editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.prompt(Some(&session), "Talk.").await;
    patiently("the gate", gate.reached()).await;
    aside_tests::process::signal_pid(editor.pid(), libc::SIGTERM);
    editor.exited().await;
    let editor = stage.open().await;
    let items = editor.items(&session).await;
    assert_eq!(items[0]["type"], "userMessage");
    editor.close().await;
}

#[tokio::test]
async fn with_no_root_the_repository_of_the_first_document_is_the_workspace() {
    let stage = Stage::new([read("call-1", "src/deep/a.txt"), say("Read.")]);
    std::fs::create_dir_all(stage.world.path("repo/.git")).unwrap();
    let path = stage
        .world
        .write("repo/src/deep/a.txt", "in the repository\n");
    let client = Client {
        roots: Roots::Null,
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.request("session/create", json!({})).await;
    assert_eq!(
        text(&session, "/workspaceUri"),
        to_uri(&stage.world.path("repo"))
    );
    editor.turn(text(&session, "/id"), "Read it.").await;
    assert!(stage.tool_result("call-1").contains("in the repository"));
    editor.close().await;
}

#[tokio::test]
async fn with_no_root_and_no_document_there_is_an_answer() {
    let stage = Stage::new([]);
    let client = Client {
        roots: Roots::Null,
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    for method in ["session/create", "session/list"] {
        let error = editor.fail(method, json!({})).await;
        assert_eq!(error.kind(), "invalid", "{error:?}");
        crate::common::check_sentence(&error.message);
    }
    // A document that is opened later gives it a workspace.
    editor.open_file(&stage.world.write("a.txt", "one\n"));
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn a_root_uri_alone_is_enough() {
    let stage = Stage::new([read("call-1", "a.txt"), say("Read.")]);
    stage.world.write("a.txt", "by root URI\n");
    let client = Client {
        roots: Roots::RootUri(stage.world.workspace()),
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read it.").await;
    assert!(stage.tool_result("call-1").contains("by root URI"));
    editor.close().await;
}

#[tokio::test]
async fn further_folders_are_inside_and_named_by_absolute_paths() {
    let stage = Stage::new([]);
    let second = stage.world.outside().join("second");
    write_at(&second.join("b.txt"), "in the second folder\n");
    write_at(&stage.world.outside().join("c.txt"), "in none\n");
    let second_file = second.join("b.txt").to_str().unwrap().to_owned();
    let neither = stage
        .world
        .outside()
        .join("c.txt")
        .to_str()
        .unwrap()
        .to_owned();
    let model = aside_script::ScriptServer::start(aside_script::Script::new([
        read("call-1", &second_file),
        read("call-2", &neither),
        read("call-3", "a.txt"),
        say("Read."),
    ]))
    .unwrap();
    let mut stage = Stage { model, ..stage };
    stage.world.set("OPENAI_BASE_URL", stage.model.url());
    stage.world.write("a.txt", "in the first folder\n");
    let client = Client {
        roots: Roots::Folders(vec![stage.world.workspace(), second]),
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read them.").await;
    assert!(stage.tool_result("call-1").contains("in the second folder"));
    assert!(!stage.tool_result("call-2").contains("in none"));
    assert!(stage.tool_result("call-3").contains("in the first folder"));
    editor.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_editors_settings_is_told_to_it_and_the_rest_holds() {
    let mut stage = Stage::new([say("Hello.")]);
    // The environment would come after the editor.
    stage.world.unset("ASIDE_MODEL");
    let settings = json!({
        "model": "openai/from-the-editor",
        "turn": {"max_queued": "many"},
        "nonsense": 1,
    });
    let editor = stage.open_with(stage.client_with(settings)).await;
    for part in ["turn.max_queued", "nonsense"] {
        editor
            .wait_notification("window/logMessage", |params| {
                let message = params["message"].as_str();
                message.is_some_and(|message| message.contains(part))
            })
            .await;
    }
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello?").await;
    assert_eq!(stage.requests()[0]["model"], "from-the-editor");
    editor.close().await;
}

#[tokio::test]
async fn a_client_that_announces_nothing_is_asked_nothing() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("Done.")]);
    stage.world.write("a.txt", "one\n");
    let client = Client {
        encodings: Vec::new(),
        apply_edit: ApplyEdit::Unsupported,
        events: false,
        asks: Asks::Nothing,
        progress: false,
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    let session = editor.create_free().await;
    editor.prompt(Some(&session), "Change it.").await;
    // The answer reaches its user all the same, by what every editor shows.
    editor
        .wait_notification("window/logMessage", |params| params["message"] == "Done.")
        .await;
    assert_eq!(stage.world.read("a.txt"), "two\n");
    let state = editor.close().await;
    assert!(state.asked.is_empty(), "{:#?}", state.asked);
    for message in state.notifications {
        assert!(
            text(&message, "/method").starts_with("window/"),
            "{message:#}"
        );
    }
}

#[tokio::test]
async fn settings_and_folders_may_change_while_the_server_runs() {
    let stage = Stage::new([]);
    let later = stage.world.outside().join("later");
    write_at(&later.join("b.txt"), "in the later folder\n");
    let file = later.join("b.txt").to_str().unwrap().to_owned();
    let script = Script::new([
        read("call-1", &file),
        say("Read."),
        read("call-2", &file),
        say("Read."),
    ]);
    let mut stage = Stage {
        model: ScriptServer::start(script).unwrap(),
        ..stage
    };
    stage.world.set("OPENAI_BASE_URL", stage.model.url());
    stage.world.unset("ASIDE_MODEL");
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read it.").await;
    editor.notify(
        "workspace/didChangeWorkspaceFolders",
        json!({"event": {"added": [{"uri": to_uri(&later), "name": "later"}], "removed": []}}),
    );
    editor.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"aside": {"model": "openai/changed"}}}),
    );
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read it.").await;
    assert!(!stage.tool_result("call-1").contains("in the later folder"));
    assert!(stage.tool_result("call-2").contains("in the later folder"));
    let models: Vec<Value> = stage
        .requests()
        .iter()
        .map(|body| body["model"].clone())
        .collect();
    assert_ne!(models[0], "changed");
    assert_eq!(models[2], "changed");
    editor.close().await;
}

/// A server in the middle of a turn that says more than a pipe holds, to an editor that stops
/// reading when it begins to speak. What holds the pipe open comes with it.
async fn unread(stage: &Stage) -> (Child, BufReader<ChildStdout>) {
    let mut child = command(&stage.world, &["lsp"]).spawn().unwrap();
    let params = stage.client().initialize_params();
    let content = json!([{"type": "text", "text": "Talk."}]);
    let stdin = child.stdin.as_mut().unwrap();
    for message in [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}),
        json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "chat/send", "params": {"content": content}}),
    ] {
        stdin.write_all(&frame(&message)).await.unwrap();
    }
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    loop {
        let message = patiently("a message", read_message(&mut stdout)).await;
        if message.unwrap().unwrap()["params"]["event"]["type"] == "itemDelta" {
            return (child, stdout);
        }
    }
}

#[tokio::test]
async fn an_editor_that_does_not_read_keeps_no_server_alive() {
    let flood = || {
        Stage::new([Reply::new()
            .texts(vec!["x".repeat(4096); 500])
            .gate(&Gate::new())])
    };
    let stage = flood();
    let (mut child, _unread) = unread(&stage).await;
    drop(child.stdin.take());
    patiently("the end", child.wait()).await.unwrap();

    let stage = flood();
    let (mut child, _unread) = unread(&stage).await;
    signal(&child, libc::SIGTERM);
    patiently("the end", child.wait()).await.unwrap();

    let stage = flood();
    let (mut child, _unread) = unread(&stage).await;
    let exit = frame(&json!({"jsonrpc": "2.0", "method": "exit"}));
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(&exit)
        .await
        .unwrap();
    let status = patiently("the end", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(1));
}
