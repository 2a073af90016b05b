//! Trust: what a repository brings along does nothing until the user says so.
use aside_tests::editor::Editor;
use aside_tests::process::{Finished, run};
use serde_json::{Value, json};

use crate::common::{Stage, read, say};

/// A repository whose hook leaves a mark, and whose settings change the model's limits.
const CONFIG: &str = "permission_mode = 'full'\n\
     [[hooks]]\nevent = 'turn_start'\ncommand = 'touch hooked'\n";

fn stage(turns: usize) -> Stage {
    let stage = Stage::new((0..turns).map(|_| say("Hello.")));
    stage.world.write(".aside/config.toml", CONFIG);
    stage.world.write(
        ".mcp.json",
        r#"{"mcpServers":{"x":{"command":"run-x","args":["--fast"]}}}"#,
    );
    stage
}

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

async fn status(stage: &Stage) -> Value {
    let done = aside(stage, &["trust", "--status", "--json"]).await;
    serde_json::from_str(&done.expect_code(0).stdout).unwrap()
}

async fn prompt(stage: &Stage) -> Finished {
    aside(stage, &["run", "Hello."]).await.expect_code(0)
}

fn is_hooked(stage: &Stage) -> bool {
    let mark = stage.world.path("hooked");
    let there = mark.exists();
    if there {
        std::fs::remove_file(mark).unwrap();
    }
    there
}

#[tokio::test]
async fn nothing_is_active_before_it_is_trusted_and_all_of_it_after() {
    let stage = stage(4);
    let told = prompt(&stage).await;
    assert!(!is_hooked(&stage), "an untrusted hook ran");
    assert!(told.stderr.contains("`aside trust`"), "{told:?}");

    let refused = aside(&stage, &["trust"]).await.expect_code(3);
    for shown in [
        "hooks[0]",
        "touch hooked",
        "mcpServers.x",
        "run-x --fast",
        "full",
    ] {
        assert!(refused.stdout.contains(shown), "{shown}: {refused:?}");
    }
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    prompt(&stage).await;
    assert!(!is_hooked(&stage));

    aside(&stage, &["trust", "--yes"]).await.expect_code(0);
    assert_eq!(status(&stage).await["status"], "trusted");
    let told = prompt(&stage).await;
    assert!(is_hooked(&stage), "a trusted hook did not run");
    assert!(!told.stderr.contains("aside trust"), "{told:?}");

    aside(&stage, &["trust", "--revoke"]).await.expect_code(0);
    prompt(&stage).await;
    assert!(
        !is_hooked(&stage),
        "a hook ran after the trust was taken back"
    );
    assert_eq!(status(&stage).await["status"], "untrusted");
}

#[tokio::test]
async fn any_change_takes_the_trust_away_and_is_named() {
    let stage = stage(8);
    let changes: [(&str, Option<&str>); 4] = [
        (".aside/hooks/new.sh", Some("echo")),
        (".mcp.json", Some("{}")),
        (".aside/config.toml", Some("# other\n")),
        (".mcp.json", None),
    ];
    for (name, text) in changes {
        stage.world.write(".aside/config.toml", CONFIG);
        aside(&stage, &["trust", "--yes"]).await.expect_code(0);
        prompt(&stage).await;
        assert!(is_hooked(&stage), "{name}");
        match text {
            Some(text) => drop(stage.world.write(name, text)),
            None => std::fs::remove_file(stage.world.path(name)).unwrap(),
        }
        let told = prompt(&stage).await;
        assert!(!is_hooked(&stage), "{name}");
        assert!(told.stderr.contains(&format!("{name} changed")), "{told:?}");
        let status = status(&stage).await;
        assert_eq!(status["status"], "changed");
        assert_eq!(status["changed"], json!([name]));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_may_lead_elsewhere_is_never_trusted() {
    let stage = stage(1);
    let link = stage.world.path(".aside/link");
    std::os::unix::fs::symlink("/etc/hostname", link).unwrap();
    let refused = aside(&stage, &["trust", "--yes"]).await.expect_code(1);
    assert!(refused.stdout.contains(".aside/link"), "{refused:?}");
    prompt(&stage).await;
    assert!(!is_hooked(&stage));
}

#[tokio::test]
async fn without_anything_there_is_nothing_to_trust() {
    let stage = Stage::new([]);
    let done = aside(&stage, &["trust", "--yes"]).await.expect_code(0);
    assert!(done.stdout.contains("nothing to trust"), "{done:?}");
    aside(&stage, &["trust", "--revoke"]).await.expect_code(0);
    assert_eq!(status(&stage).await["status"], "nothing");
}

async fn shown(editor: &Editor) -> String {
    let message = editor
        .wait_notification("window/showMessage", |_| true)
        .await;
    message["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_editor_is_told_and_trusts_what_it_showed() {
    let stage = stage(2);
    let editor = stage.open().await;
    let told = shown(&editor).await;
    assert!(told.contains("`aside trust`"), "{told}");
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello.").await;
    assert!(!is_hooked(&stage));

    let state = editor.request("trust/get", json!({})).await;
    assert_eq!(state["status"], "untrusted");
    assert_eq!(state["files"], json!([".aside/config.toml", ".mcp.json"]));
    let hook = json!({"name": "hooks[0]", "value": "turn_start: touch hooked"});
    let entries = state["entries"].as_array().unwrap();
    assert!(entries.contains(&hook), "{state}");

    // Only what was shown is trusted.
    let params = json!({"trusted": true});
    assert_eq!(editor.fail("trust/set", params).await.kind(), "invalid");
    let params = json!({"trusted": true, "hash": "0".repeat(64)});
    assert_eq!(editor.fail("trust/set", params).await.kind(), "conflict");
    let params = json!({"trusted": true, "hash": state["hash"]});
    let state = editor.request("trust/set", params).await;
    assert_eq!(state["status"], "trusted");
    editor.turn(&session, "Again.").await;
    assert!(is_hooked(&stage));
    editor.close().await;

    let audit = aside(&stage, &["audit", "show", "--json"]).await;
    assert!(audit.stdout.contains(r#""kind":"trust""#), "{audit:?}");
}

#[tokio::test]
async fn a_server_that_runs_sees_what_the_shell_says() {
    let stage = stage(3);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello.").await;
    assert!(!is_hooked(&stage));
    aside(&stage, &["trust", "--yes"]).await.expect_code(0);
    editor.turn(&session, "Hello.").await;
    assert!(is_hooked(&stage));
    stage
        .world
        .write(".aside/config.toml", format!("{CONFIG}# more\n"));
    editor.turn(&session, "Hello.").await;
    assert!(!is_hooked(&stage));
    editor.close().await;
}

#[tokio::test]
async fn an_agent_cannot_use_the_trust_of_what_it_changed() {
    let stage = Stage::new([
        crate::common::edit("call-1", ".aside/check.sh", "old", "touch hooked"),
        read("call-2", "a.txt"),
        say("Done."),
    ]);
    stage.world.write("a.txt", "text\n");
    stage.world.write(".aside/check.sh", "# old\n");
    let config = "[[hooks]]\nevent = 'before_tool'\nmatcher = 'read_file'\n\
                  command = 'sh .aside/check.sh'\n";
    stage.world.write(".aside/config.toml", config);
    aside(&stage, &["trust", "--yes"]).await.expect_code(0);
    let done = aside(&stage, &["run", "--permission-mode", "full", "Do it."]).await;
    done.expect_code(0);
    assert!(
        !is_hooked(&stage),
        "the agent's own script ran outside the sandbox"
    );
}
