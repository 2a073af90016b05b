//! `permission/explain`: it says what then happens, and which rule decides.
use aside_tests::editor::Editor;
use aside_tests::process::run;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, call, check_sentence, say, tool_calls};
use crate::permission_rules::{add, rule};

async fn explain(editor: &Editor, session: &str, tool: &str, arguments: &Value) -> Value {
    let params = json!({"sessionId": session, "tool": tool, "arguments": arguments});
    let explained = editor.request("permission/explain", params).await;
    check_sentence(text(&explained, "/reason").trim());
    explained
}

#[tokio::test]
async fn what_it_says_is_what_happens() {
    let arguments = |path: &str| json!({"path": path, "content": "x\n"});
    let calls = [
        ("write_file", arguments("free.md")),
        ("write_file", arguments("secret.txt")),
        ("write_file", arguments("other.rs")),
        ("write_file", arguments(".git/config")),
        ("write_file", arguments("../outside/x")),
        ("read_file", json!({"path": "free.md"})),
        ("bash", json!({"command": "ls"})),
        ("bash", json!({"command": "touch made.md"})),
        ("bash", json!({"command": "cat ~/.ssh/id_rsa"})),
        ("bash", json!({"command": "rm -rf ~"})),
    ];
    for mode in ["ask", "acceptEdits", "readOnly", "full"] {
        let replies = calls.iter().enumerate();
        let replies = replies
            .map(|(n, (tool, arguments))| call(&format!("call-{n}"), tool, arguments.clone()));
        let stage = Stage::new(replies.chain([say("Done.")]));
        stage.world.write(".git/config", "[core]\n");
        let editor = stage.open().await;
        for made in [
            rule("allow", "writePath", "*.md", "workspace"),
            rule("deny", "writePath", "secret.*", "user"),
            rule("ask", "writePath", "*.rs", "user"),
        ] {
            add(&editor, made).await;
        }
        let session = editor.create(json!({"permissionMode": mode})).await;
        let mut explained = Vec::new();
        for (tool, arguments) in &calls {
            explained.push(explain(&editor, &session, tool, arguments).await);
        }
        editor.turn(&session, "Do it all.").await;
        let happened = tool_calls(&editor.items(&session).await);
        let asked = editor.asked("chat/requestPermission");
        for (explained, happened) in explained.iter().zip(&happened) {
            let was_asked = asked
                .iter()
                .any(|question| question["item"]["id"] == happened["id"]);
            let was_refused = ["rejected", "failed"].contains(&text(happened, "/status"));
            let decision = match (was_asked, was_refused) {
                (true, _) => "ask",
                (false, true) => "deny",
                (false, false) => "allow",
            };
            // Reading fails where there is nothing to read, which is no refusal.
            if happened["name"] != "read_file" {
                assert_eq!(explained["decision"], decision, "{mode}: {happened:#}");
            }
        }
        editor.close().await;
    }
}

#[tokio::test]
async fn the_rule_that_decided_is_named() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let pushes = rule("deny", "runProgram", "git push *", "user");
    let makes = rule("allow", "runProgram", "make *", "workspace");
    add(&editor, pushes.clone()).await;
    add(&editor, makes.clone()).await;
    let bash = |command: &str| json!({"command": command});
    let denied = explain(&editor, &session, "bash", &bash("make && git push")).await;
    assert_eq!(
        (&denied["decision"], &denied["rule"]),
        (&json!("deny"), &pushes)
    );
    assert!(text(&denied, "/reason").contains("git push *"), "{denied}");
    let effects = denied["effects"].as_array().unwrap();
    let judgements = denied["judgements"].as_array().unwrap();
    assert_eq!(effects.len(), judgements.len());
    let of = |program: &str| {
        let mut pairs = effects.iter().zip(judgements);
        pairs
            .find(|(effect, _)| effect["program"] == program)
            .unwrap()
            .1
    };
    assert_eq!(of("make")["rule"], makes);
    let asked = explain(&editor, &session, "bash", &bash("git pull")).await;
    assert_eq!(asked["decision"], "ask");
    assert!(asked.get("rule").is_none(), "{asked}");
    let nothing = explain(&editor, &session, "read_file", &json!({"path": "a"})).await;
    assert_eq!(nothing["decision"], "allow");
    // Wrong arguments are refused before anybody is asked.
    let wrong = explain(&editor, &session, "write_file", &json!({"path": 1})).await;
    assert_eq!(wrong["decision"], "deny");
    editor.close().await;
}

#[tokio::test]
async fn without_a_session_it_is_what_a_new_one_would_do() {
    let mut stage = Stage::new([]);
    let write = json!({"tool": "write_file", "arguments": {"path": "a", "content": ""}});
    // An editor may have its settings from the folder that is open.
    for (mode, decision) in [("ask", "ask"), ("readOnly", "deny"), ("full", "ask")] {
        let editor = stage
            .open_with(stage.client_with(json!({"permission_mode": mode})))
            .await;
        let explained = editor.request("permission/explain", write.clone()).await;
        assert_eq!(explained["decision"], decision, "{explained:#}");
        editor.close().await;
    }
    let editor = stage.open().await;
    let proposing = stage
        .open_with(stage.client_with(json!({"edits": {"mode": "propose"}})))
        .await;
    let explained = proposing.request("permission/explain", write).await;
    assert_eq!(explained["decision"], "allow", "{explained:#}");
    for (params, kind) in [
        (json!({"tool": "no_such_tool"}), "notFound"),
        (json!({"sessionId": "nobody", "tool": "bash"}), "notFound"),
        (json!({"arguments": {}}), "invalid"),
        (json!({"tool": "bash", "arguments": [1]}), "invalid"),
    ] {
        let error = editor.fail("permission/explain", params).await;
        assert_eq!(error.kind(), kind, "{error:?}");
        check_sentence(&error.message);
    }
    proposing.close().await;
    editor.close().await;
    stage.world.set("ASIDE_PERMISSION_MODE", "full");
    let editor = stage.open().await;
    let write = json!({"tool": "write_file", "arguments": {"path": "a", "content": ""}});
    let explained = editor.request("permission/explain", write).await;
    assert_eq!(explained["decision"], "allow", "{explained:#}");
    editor.close().await;
}

#[tokio::test]
async fn the_shell_explains_alike() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    add(&editor, rule("deny", "runProgram", "git push *", "user")).await;
    let arguments = ["permission", "explain", "git push origin main", "--json"];
    let said = run(&stage.world, &arguments, "").await.expect_code(0);
    let said: Value = serde_json::from_str(&said.stdout).unwrap();
    let params = json!({"tool": "bash", "arguments": {"command": "git push origin main"}});
    assert_eq!(said, editor.request("permission/explain", params).await);
    editor.close().await;
    let arguments = ["permission", "explain", "git push origin main"];
    let said = run(&stage.world, &arguments, "").await.expect_code(0);
    let out = &said.stdout;
    assert!(
        out.starts_with("deny: ") && out.contains("rule: deny runProgram git push *"),
        "{out}"
    );
    assert!(!out.contains('\u{1b}'), "{out}");
    let of_tool = [
        "permission",
        "explain",
        "--tool",
        "write_file",
        "--arguments",
    ];
    for (json, code, part) in [
        ("{\"path\": \"a\", \"content\": \"\"}", 0, "ask: "),
        ("{\"path\": \"~/.bashrc\", \"content\": \"\"}", 0, ""),
        ("[]", 2, "--arguments"),
        ("{", 2, "--arguments"),
    ] {
        let arguments: Vec<&str> = of_tool.into_iter().chain([json]).collect();
        let said = run(&stage.world, &arguments, "").await.expect_code(code);
        let said = format!("{}{}", said.stdout, said.stderr);
        assert!(said.contains(part), "{said}");
    }
    run(&stage.world, &["permission", "explain"], "")
        .await
        .expect_code(2);
}
