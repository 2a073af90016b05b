//! What may stand behind an `@` or a `/`.
use std::fs;

use aside_tests::editor::{Client, Editor, Roots};
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, content, patiently, say};

async fn offered(editor: &Editor, trigger: &str, query: &str) -> Vec<Value> {
    let params = json!({"trigger": trigger, "query": query});
    let result = editor.request("context/complete", params).await;
    result["candidates"].as_array().expect("a list").clone()
}

fn labels(candidates: &[Value]) -> Vec<&str> {
    candidates.iter().map(|it| text(it, "/label")).collect()
}

#[tokio::test]
async fn open_documents_come_first_then_files_and_folders() {
    let stage = Stage::new([say("I see.")]);
    for (path, text) in [
        (".gitignore", "target\n*.log\n"),
        ("src/main.rs", ""),
        ("src/my main.rs", ""),
        ("docs/domain.md", ""),
        ("docs/old/main.md", ""),
        ("target/main.rs", ""),
        ("main.log", ""),
    ] {
        stage.world.write(path, text);
    }
    let open = stage.world.write("docs/open_main.md", "text\n");
    let editor = stage.open().await;
    editor.open_file(&open);
    let found = offered(&editor, "@", "main").await;
    assert_eq!(
        labels(&found),
        [
            "docs/open_main.md",
            "src/main.rs",
            "docs/old/main.md",
            "src/my main.rs",
            "docs/domain.md",
        ]
    );
    assert_eq!(found[0]["detail"], "open file");
    assert_eq!(found[3]["insert"], "@src/my main.rs");
    let uri = stage.world.uri("src/my main.rs");
    let resource = json!({"type": "resource", "uri": uri});
    assert_eq!(found[3]["resource"], resource);
    let folders = offered(&editor, "@", "OLD").await;
    assert_eq!(labels(&folders)[0], "docs/old/");
    assert_eq!(folders[0]["detail"], "folder");
    // With nothing typed, what is least deep.
    let all = offered(&editor, "@", "").await;
    assert_eq!(
        labels(&all)[..4],
        ["docs/open_main.md", "src/", "docs/", ".gitignore"]
    );
    assert_eq!(all.len(), 9);
    assert_eq!(
        offered(&editor, "@", "nothing of the kind").await,
        [] as [Value; 0]
    );
    assert_eq!(offered(&editor, "/", "").await, [] as [Value; 0]);

    // What was chosen is sent as it came.
    let session = editor.create(json!({})).await;
    let blocks = json!([{"type": "text", "text": "See @src/my main.rs"}, found[3]["resource"]]);
    let params = json!({"sessionId": session, "content": blocks});
    let sent = editor.request("chat/send", params).await;
    editor.completed(text(&sent, "/turnId")).await;
    let message = stage.requests()[0]["messages"][1].clone();
    assert_eq!(
        content(&message),
        "See @src/my main.rs\n\nAttached: src/my main.rs"
    );
    editor.close().await;
}

#[tokio::test]
async fn files_of_other_folders_are_named_whole() {
    let stage = Stage::new([]);
    stage.world.write("a.txt", "");
    let other = tempfile::TempDir::new().unwrap();
    let other = other.path().canonicalize().unwrap();
    fs::write(other.join("b.txt"), "").unwrap();
    let client = Client {
        roots: Roots::Folders(vec![stage.world.workspace(), other.clone()]),
        ..stage.client()
    };
    let editor = stage.open_with(client).await;
    let found = offered(&editor, "@", "txt").await;
    let whole = other.join("b.txt").to_string_lossy().into_owned();
    assert_eq!(labels(&found), ["a.txt", &whole]);
    editor.close().await;
}

#[tokio::test]
async fn many_files_are_offered_in_part_and_soon_again() {
    let stage = Stage::new([]);
    for folder in 0..40 {
        for file in 0..50 {
            stage.world.write(&format!("d{folder}/f{file}.rs"), "");
        }
    }
    let editor = stage.open().await;
    let found = offered(&editor, "@", "rs").await;
    assert_eq!(found.len(), 50);
    assert_eq!(
        labels(&offered(&editor, "@", "d7/f49").await)[0],
        "d7/f49.rs"
    );
    assert_eq!(
        labels(&offered(&editor, "@", "d39f49").await)[0],
        "d39/f49.rs"
    );
    editor.close().await;
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    for (params, code) in [
        (json!({}), "invalid"),
        (json!({"trigger": "@"}), "invalid"),
        (json!({"trigger": "#", "query": ""}), "invalid"),
        (json!({"trigger": "@", "query": 1}), "invalid"),
        (
            json!({"trigger": "@", "query": "x".repeat(2000)}),
            "invalid",
        ),
        (
            json!({"trigger": "@", "query": "", "sessionId": "none"}),
            "notFound",
        ),
    ] {
        let error = editor.fail("context/complete", params).await;
        assert_eq!(error.kind(), code, "{error:?}");
        check_sentence(&error.message);
    }
    for query in ["../..", "/", "\\", "\u{0}", "é\u{301}", "@@@", "%"] {
        offered(&editor, "@", query).await;
        offered(&editor, "/", query).await;
    }
    editor.close().await;
}

/// An MCP server in a few lines: it has one prompt and one resource.
#[cfg(unix)]
const SERVER: &str = r#"
while read -r line; do
  id=$(printf %s "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case "$line" in
    *'"initialize"'*) result='{"protocolVersion":"2025-06-18","capabilities":{"prompts":{},"resources":{}},"serverInfo":{"name":"s","version":"1"}}';;
    *'"prompts/list"'*) result='{"prompts":[{"name":"review","description":"Looks at a change.\nWith care."}]}';;
    *'"resources/list"'*) result='{"resources":[{"uri":"wiki://page/1","name":"Front page","description":"What is new."}]}';;
    *'"resources/templates/list"'*) result='{"resourceTemplates":[]}';;
    *) result='{}';;
  esac
  [ -n "$id" ] && printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$result"
done
"#;

#[cfg(unix)]
#[tokio::test]
async fn servers_that_run_add_their_commands_and_resources() {
    let stage = Stage::new([]);
    let script = stage.world.write("server.sh", SERVER);
    let server = json!({"command": "sh", "args": [script]});
    let file = json!({"mcpServers": {"wiki": server}});
    fs::create_dir_all(stage.world.config_dir()).unwrap();
    fs::write(stage.world.config_dir().join("mcp.json"), file.to_string()).unwrap();
    let editor = stage.open().await;
    // An `@` starts no server.
    assert_eq!(offered(&editor, "@", "front page").await, [] as [Value; 0]);
    let listed = editor.request("mcp/list", json!({})).await;
    assert_eq!(listed["servers"][0]["status"], "stopped", "{listed:#}");
    editor.request("mcp/restart", json!({"name": "wiki"})).await;
    let is_listed = async |trigger: &str, query: &str| loop {
        let found = offered(&editor, trigger, query).await;
        if !found.is_empty() {
            return found;
        }
        tokio::task::yield_now().await;
    };
    let found = patiently("the resource", is_listed("@", "front")).await;
    let page = json!({
        "label": "Front page", "detail": "resource of wiki: What is new.",
        "insert": "@wiki:wiki://page/1",
        "resource": {"type": "resource", "uri": "wiki://page/1"},
    });
    assert_eq!(found, [page]);
    let found = patiently("the prompt", is_listed("/", "rev")).await;
    let prompt = json!({
        "label": "/wiki:review", "detail": "Looks at a change.", "insert": "/wiki:review",
    });
    assert_eq!(found, [prompt]);
    // A session that may not use the server is not offered what it has.
    let session = editor.create(json!({"mcpServers": []})).await;
    for trigger in ["@", "/"] {
        let params = json!({"sessionId": session, "trigger": trigger, "query": "wiki"});
        let result = editor.request("context/complete", params).await;
        assert_eq!(result, json!({"candidates": []}));
    }
    editor.close().await;
}
