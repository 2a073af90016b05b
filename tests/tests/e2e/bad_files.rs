//! Files that are not there, not text, too large or not in the workspace; tools that do not exist.
use std::os::unix::fs::symlink;

use aside_script::Reply;
use aside_tests::editor::{ApplyEdit, Client};
use aside_tests::world::write_at;
use serde_json::{Value, json};

use crate::common::{Stage, call, check_sentence, edit, output, patiently, read, say, tool_calls};

/// The most that the result of one tool call may add to a request, in bytes.
const LARGEST_RESULT: usize = 256 * 1024;

/// The workspace's secret neighbour.
const SECRET_TEXT: &str = "the neighbour's secret";

async fn check_refused(name: &str, arguments: impl Fn(&Stage) -> Value) {
    for apply_edit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        let mut stage = Stage::new([]);
        let secret = stage.world.outside().join("secret.txt");
        write_at(&secret, SECRET_TEXT);
        symlink(stage.world.outside(), stage.world.path("link")).unwrap();
        symlink(&secret, stage.world.path("file-link.txt")).unwrap();
        symlink(
            stage.world.outside().join("absent.txt"),
            stage.world.path("dangling.txt"),
        )
        .unwrap();
        let script =
            aside_script::Script::new([call("call-1", name, arguments(&stage)), say("I see.")]);
        stage.model = aside_script::ScriptServer::start(script).unwrap();
        stage.world.set("OPENAI_BASE_URL", stage.model.url());
        let client = Client {
            apply_edit,
            ..stage.client()
        };
        let editor = stage.open_with(client).await;
        let session = editor.create(json!({"permissionMode": "full"})).await;
        let turn = editor.turn(&session, "Do it.").await;
        assert_eq!(turn["stopReason"], "endTurn");
        let shown = format!("{name} {}", arguments(&stage));
        let calls = tool_calls(&editor.items(&session).await);
        let status = calls[0]["status"].as_str().unwrap();
        assert!(
            ["failed", "rejected"].contains(&status),
            "{shown}: {:#}",
            calls[0]
        );
        let told = output(&calls[0]);
        check_sentence(told.trim());
        assert!(!told.contains(SECRET_TEXT), "{shown}: {told}");
        assert_eq!(
            std::fs::read_to_string(&secret).unwrap(),
            SECRET_TEXT,
            "{shown}"
        );
        let outside: Vec<_> = std::fs::read_dir(stage.world.outside()).unwrap().collect();
        assert_eq!(outside.len(), 1, "{shown}");
        assert!(editor.asked("workspace/applyEdit").is_empty(), "{shown}");
        editor.is_alive().await;
        editor.close().await;
    }
}

fn replace(path: &str) -> Value {
    json!({"path": path, "edits": [{"old_text": SECRET_TEXT, "new_text": "x"}]})
}

#[tokio::test]
async fn paths_outside_by_dots_are_refused() {
    for path in [
        "../outside/secret.txt",
        "a/../../outside/secret.txt",
        "link/../../outside/secret.txt",
    ] {
        check_refused("read_file", |_| json!({"path": path})).await;
        check_refused("edit_file", |_| replace(path)).await;
        check_refused("write_file", |_| json!({"path": path, "content": "x"})).await;
    }
}

#[tokio::test]
async fn absolute_paths_outside_are_refused() {
    let secret = |stage: &Stage| {
        stage
            .world
            .outside()
            .join("secret.txt")
            .to_str()
            .unwrap()
            .to_owned()
    };
    check_refused("read_file", |stage| json!({"path": secret(stage)})).await;
    check_refused("edit_file", |stage| replace(&secret(stage))).await;
    check_refused(
        "write_file",
        |stage| json!({"path": secret(stage), "content": "x"}),
    )
    .await;
}

#[tokio::test]
async fn symbolic_links_that_lead_outside_are_refused() {
    for path in ["file-link.txt", "link/secret.txt"] {
        check_refused("read_file", |_| json!({"path": path})).await;
        check_refused("edit_file", |_| replace(path)).await;
        check_refused("write_file", |_| json!({"path": path, "content": "x"})).await;
    }
    for path in ["link/new.txt", "dangling.txt", "link/new/deep.txt"] {
        check_refused("write_file", |_| json!({"path": path, "content": "x"})).await;
    }
}

#[tokio::test]
async fn searches_outside_are_refused() {
    for path in ["..", "link", "../outside"] {
        check_refused("list_directory", |_| json!({"path": path})).await;
        check_refused("grep", |_| json!({"pattern": "secret", "path": path})).await;
        check_refused("glob", |_| json!({"pattern": "*", "path": path})).await;
    }
}

#[tokio::test]
async fn strange_paths_are_refused() {
    for path in [
        "",
        "a\0b",
        "/dev/stdin",
        "/proc/self/environ",
        "file:///etc/passwd",
    ] {
        check_refused("read_file", |_| json!({"path": path})).await;
        check_refused("write_file", |_| json!({"path": path, "content": "x"})).await;
    }
    check_refused("write_file", |_| json!({"path": ".", "content": "x"})).await;
    check_refused("read_file", |_| json!({"path": "x/".repeat(3000)})).await;
}

/// One tool call that must fail. Gives what the model was told.
async fn told_after(stage: &Stage, client: Client) -> String {
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({"permissionMode": "full"})).await;
    let turn = editor.turn(&session, "Do it.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let items = editor.items(&session).await;
    let calls = tool_calls(&items);
    assert_eq!(calls[0]["status"], "failed", "{:#}", calls[0]);
    editor.checked_events(&session);
    editor.is_alive().await;
    editor.close().await;
    let told = stage.tool_result("call-1");
    // What is there instead may follow the sentence, or be quoted before it.
    match told.split_once("\nThe file has there") {
        Some((sentence, _)) => check_sentence(sentence),
        None => check_sentence(told.trim()),
    }
    told
}

#[tokio::test]
async fn a_file_that_is_not_text() {
    for bytes in [
        &b"\x7fELF\x02\x01\x01\0\0\0"[..],
        &b"caf\xe9 in latin-1\n"[..],
        &b"\xff\xfea\0b\0"[..],
    ] {
        for reply in [read("call-1", "b.bin"), edit("call-1", "b.bin", "a", "b")] {
            let stage = Stage::new([reply, say("I see.")]);
            let path = stage.world.write("b.bin", bytes);
            let told = told_after(&stage, stage.client()).await;
            assert!(told.contains("b.bin"), "{told}");
            assert_eq!(std::fs::read(path).unwrap(), bytes);
        }
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_or_a_folder() {
    for reply in [
        read("call-1", "absent.txt"),
        edit("call-1", "absent.txt", "a", "b"),
        read("call-1", "folder"),
        edit("call-1", "folder", "a", "b"),
        call(
            "call-1",
            "write_file",
            json!({"path": "folder", "content": "x"}),
        ),
        call(
            "call-1",
            "write_file",
            json!({"path": "file.txt/x", "content": "x"}),
        ),
        call("call-1", "list_directory", json!({"path": "file.txt"})),
    ] {
        let stage = Stage::new([reply, say("I see.")]);
        stage.world.write("file.txt", "x\n");
        std::fs::create_dir_all(stage.world.path("folder")).unwrap();
        told_after(&stage, stage.client()).await;
    }
}

#[tokio::test]
async fn a_fifo_does_not_hang_the_server() {
    for reply in [
        read("call-1", "fifo"),
        edit("call-1", "fifo", "a", "b"),
        call(
            "call-1",
            "write_file",
            json!({"path": "fifo", "content": "x"}),
        ),
    ] {
        let stage = Stage::new([reply, say("I see.")]);
        make_fifo(&stage);
        told_after(&stage, stage.client()).await;
    }
    // A search passes it over.
    let stage = Stage::new([
        call("call-1", "grep", json!({"pattern": "needle"})),
        call(
            "call-2",
            "grep",
            json!({"pattern": "needle", "path": "fifo"}),
        ),
        say("I see."),
    ]);
    make_fifo(&stage);
    stage.world.write("a.txt", "a needle\n");
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Find it.").await;
    let told = stage.tool_result("call-1");
    assert!(told.contains("a.txt:1:a needle"), "{told}");
    editor.close().await;
}

#[allow(unsafe_code, reason = "the standard library makes no named pipes")]
fn make_fifo(stage: &Stage) {
    let path = std::ffi::CString::new(stage.world.path("fifo").to_str().unwrap()).unwrap();
    // SAFETY: `mkfifo` reads the string, which ends with a zero, and keeps nothing of it.
    let result = unsafe { libc::mkfifo(path.as_ptr(), 0o600) };
    assert_eq!(result, 0);
}

#[tokio::test]
async fn a_file_deleted_between_read_and_edit() {
    for apply_edit in [ApplyEdit::Apply, ApplyEdit::Unsupported] {
        let gate = aside_script::Gate::new();
        let stage = Stage::new([
            read("call-0", "a.txt"),
            edit("call-1", "a.txt", "one", "two").gate_before_head(&gate),
            say("I see."),
        ]);
        let path = stage.world.write("a.txt", "one\n");
        let client = Client {
            apply_edit,
            ..stage.client()
        };
        let editor = stage.open_with(client).await;
        let session = editor.create_free().await;
        let sent = editor.prompt(Some(&session), "Change it.").await;
        patiently("the second request", stage.model.wait_for_requests(2)).await;
        std::fs::remove_file(&path).unwrap();
        gate.open();
        editor.completed(&sent.turn).await;
        let calls = tool_calls(&editor.items(&session).await);
        assert_eq!(calls[1]["status"], "failed", "{:#}", calls[1]);
        check_sentence(output(&calls[1]).trim());
        assert!(!path.exists(), "a deleted file came back");
        editor.close().await;
    }
}

#[tokio::test]
async fn a_file_of_one_line_of_40_megabytes() {
    const LENGTH: usize = 40 * 1024 * 1024;
    let stage = Stage::new([
        read("call-1", "long.txt"),
        call("call-2", "grep", json!({"pattern": "needle"})),
        edit("call-3", "long.txt", "needle", "pin"),
        say("Long."),
    ]);
    let mut text = "x".repeat(LENGTH);
    text.push_str("needle");
    let path = stage.world.write("long.txt", &text);
    let editor = stage.open().await;
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Read it.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    for request in stage.model.requests() {
        assert!(
            request.raw.len() < LARGEST_RESULT,
            "{} bytes",
            request.raw.len()
        );
    }
    // The same in a buffer.
    editor.open_file(&path);
    editor.change(&path, &(text + "!"));
    editor.is_alive().await;
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn a_tool_that_does_not_exist() {
    let stage = Stage::new([
        call("call-1", "teleport", json!({"to": "moon"})),
        say("I see."),
    ]);
    let told = told_after(&stage, stage.client()).await;
    assert!(told.contains("teleport"), "{told}");
    assert!(
        told.contains("read_file"),
        "the tools there are, are named: {told}"
    );
}

#[tokio::test]
async fn arguments_that_are_not_what_the_tool_takes() {
    for (name, arguments) in [
        ("read_file", "{\"path\": \"a.txt\""),
        ("read_file", ""),
        ("read_file", "[\"a.txt\"]"),
        ("read_file", "null"),
        ("read_file", "{\"path\": 7}"),
        ("read_file", "{\"file\": \"a.txt\"}"),
        ("read_file", "{\"path\": \"a.txt\", \"offset\": -3}"),
        ("edit_file", "{\"path\": \"a.txt\", \"edits\": []}"),
        (
            "edit_file",
            "{\"path\": \"a.txt\", \"edits\": [{\"old_text\": \"\", \"new_text\": \"x\"}]}",
        ),
        (
            "edit_file",
            "{\"path\": \"a.txt\", \"edits\": [{\"old_text\": \"one\", \"new_text\": \"one\"}]}",
        ),
        (
            "edit_file",
            "{\"path\": \"a.txt\", \"edits\": [{\"old_text\": \"none\", \"new_text\": \"x\"}]}",
        ),
        (
            "edit_file",
            "{\"path\": \"a.txt\", \"edits\": [{\"old_text\": \"o\", \"new_text\": \"x\"}]}",
        ),
        ("grep", "{\"pattern\": \"(unclosed\"}"),
        ("glob", "{\"pattern\": \"[unclosed\"}"),
    ] {
        let reply = Reply::new()
            .tool_call("call-1", name, &[arguments])
            .finish("tool_calls");
        let stage = Stage::new([reply, say("I see.")]);
        stage.world.write("a.txt", "one two one\n");
        told_after(&stage, stage.client()).await;
        assert_eq!(stage.world.read("a.txt"), "one two one\n");
        // What the model wrote goes back to it in a form that providers take: valid JSON.
        let messages = stage.requests()[1]["messages"].clone();
        let sent = messages[2]["tool_calls"][0]["function"]["arguments"]
            .as_str()
            .unwrap();
        let valid: Result<Value, _> = serde_json::from_str(sent);
        assert!(valid.is_ok() || sent == arguments, "{sent:?}");
    }
}

#[tokio::test]
async fn all_edits_of_a_call_or_none() {
    let edits = json!([
        {"old_text": "one", "new_text": "1"},
        {"old_text": "absent", "new_text": "2"},
    ]);
    let stage = Stage::new([
        call(
            "call-1",
            "edit_file",
            json!({"path": "a.txt", "edits": edits}),
        ),
        say("I see."),
    ]);
    stage.world.write("a.txt", "one\n");
    told_after(&stage, stage.client()).await;
    assert_eq!(stage.world.read("a.txt"), "one\n");
}
