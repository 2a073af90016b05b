//! Rules of permission: added, listed and removed; kept over restarts; made by answers.
use aside_tests::editor::{Answer, Editor};
use aside_tests::process::run;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, call, check_sentence, edit, output, say, tool_calls};

pub(crate) fn rule(decision: &str, effect: &str, pattern: &str, scope: &str) -> Value {
    json!({"effect": effect, "pattern": pattern, "decision": decision, "scope": scope})
}

/// The rules without where they stand.
pub(crate) async fn rules(editor: &Editor, params: Value) -> Vec<Value> {
    let result = editor.request("permission/list", params).await;
    plain(&result)
}

fn plain(result: &Value) -> Vec<Value> {
    let keys = ["effect", "pattern", "decision", "scope"];
    let of = |rule: &Value| keys.map(|key| (key.to_owned(), rule[key].clone()));
    let rules = result["rules"].as_array().expect("a list of rules");
    rules
        .iter()
        .map(|rule| Value::Object(of(rule).into_iter().collect()))
        .collect()
}

pub(crate) async fn add(editor: &Editor, rule: Value) {
    editor
        .request("permission/update", json!({"add": [rule]}))
        .await;
}

fn questions(editor: &Editor) -> usize {
    editor.asked("chat/requestPermission").len()
}

/// The statuses of all tool calls of a session.
async fn statuses(editor: &Editor, session: &str) -> Vec<String> {
    let calls = tool_calls(&editor.items(session).await);
    calls
        .iter()
        .map(|call| text(call, "/status").to_owned())
        .collect()
}

#[tokio::test]
async fn rules_survive_a_restart_and_go_when_they_are_removed() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let other = editor.create(json!({})).await;
    let of_session = rule("allow", "runProgram", "cargo test *", "session");
    let of_workspace = rule("ask", "network", "*.example.org", "workspace");
    let of_user = rule("deny", "readPath", "**/.env", "user");
    let params = json!({"sessionId": session, "add": [of_user, of_workspace, of_session]});
    let result = editor.request("permission/update", params.clone()).await;
    let all = [of_session.clone(), of_workspace.clone(), of_user.clone()];
    assert_eq!(plain(&result), all);
    let built_in = result["builtIn"].as_array().unwrap();
    assert!(built_in.iter().all(|one| one["patterns"][0].is_string()));
    // Once more changes nothing.
    let again = editor.request("permission/update", params).await;
    assert_eq!(again, result);
    editor.close().await;

    let editor = stage.open().await;
    let this = json!({"sessionId": session});
    assert_eq!(rules(&editor, this.clone()).await, all);
    assert_eq!(rules(&editor, json!({})).await, all[1..]);
    let that = json!({"sessionId": other});
    assert_eq!(rules(&editor, that).await, all[1..]);
    let remove = json!({"sessionId": session, "remove": [of_session, of_user]});
    let left = editor.request("permission/update", remove).await;
    assert_eq!(plain(&left), [of_workspace]);
    editor.request("session/delete", this.clone()).await;
    assert_eq!(
        editor.fail("permission/list", this).await.kind(),
        "notFound"
    );
    editor.close().await;
}

#[tokio::test]
async fn bad_rules_name_the_field_and_change_nothing() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let good = rule("deny", "network", "*", "user");
    for (bad, field) in [
        (rule("deny", "writepath", "**", "user"), "add[1].effect"),
        (rule("deny", "writePath", "", "user"), "add[1].pattern"),
        (rule("deny", "writePath", "../x", "user"), "add[1].pattern"),
        (
            rule("deny", "network", "a/b", "workspace"),
            "add[1].pattern",
        ),
        (rule("deny", "*", "**", "workspace"), "add[1].pattern"),
        (rule("deny", "network", "*", "session"), "add[1].scope"),
        (rule("maybe", "network", "*", "user"), "add"),
        (rule("deny", "network", "*", "galaxy"), "add"),
        (json!({"effect": "network"}), "add"),
        (json!(17), "add"),
    ] {
        let params = json!({"add": [good, bad]});
        let error = editor.fail("permission/update", params).await;
        assert_eq!((error.code, error.kind()), (-32602, "invalid"), "{error:?}");
        let named = format!("`{field}`");
        assert!(error.message.contains(&named), "{field}: {}", error.message);
        check_sentence(&error.message);
    }
    for params in [
        json!({"remove": [good]}),
        json!({"remove": [rule("deny", "network", "x", "workspace")], "add": [good]}),
        json!({"sessionId": "nobody", "add": [good]}),
    ] {
        let error = editor.fail("permission/update", params).await;
        assert_eq!(error.kind(), "notFound", "{error:?}");
        check_sentence(&error.message);
    }
    assert!(rules(&editor, json!({})).await.is_empty());
    editor.close().await;
}

#[tokio::test]
async fn always_is_a_rule_of_the_workspace() {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("Done."),
        edit("call-2", "a.txt", "two", "three"),
        say("Done."),
        edit("call-3", "a.txt", "three", "four"),
        say("Done."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Kind("allowAlways");
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    for _ in 0..2 {
        let session = editor.create(json!({})).await;
        editor.turn(&session, "Change it.").await;
        assert_eq!(statuses(&editor, &session).await, ["completed"]);
    }
    assert_eq!(questions(&editor), 1);
    let made = [rule("allow", "writePath", "**", "workspace")];
    assert_eq!(rules(&editor, json!({})).await, made);
    editor.save(&path);
    editor.close().await;
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Change it.").await;
    assert_eq!(statuses(&editor, &session).await, ["completed"]);
    assert_eq!(questions(&editor), 0);
    editor.close().await;
}

#[tokio::test]
async fn never_is_a_rule_too_and_holds_in_every_mode() {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("I see."),
        edit("call-2", "a.txt", "one", "two"),
        edit("call-3", "b.txt", "one", "two"),
        say("I see."),
    ]);
    stage.world.write("a.txt", "one\n");
    stage.world.write("b.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Kind("rejectAlways");
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Change it.").await;
    let made = [rule("deny", "writePath", "a.txt", "workspace")];
    assert_eq!(rules(&editor, json!({})).await, made);
    let free = editor.create(json!({"permissionMode": "full"})).await;
    editor.turn(&free, "Change it.").await;
    assert_eq!(statuses(&editor, &free).await, ["rejected", "completed"]);
    assert_eq!(questions(&editor), 1);
    let told = stage.tool_result("call-2");
    assert!(told.contains("deny writePath a.txt"), "{told}");
    assert_eq!(stage.world.read("a.txt"), "one\n");
    editor.close().await;
}

#[tokio::test]
async fn what_was_allowed_for_a_session_outlives_the_server_and_not_the_mode() {
    let stage = Stage::new([
        edit("call-1", "a.txt", "one", "two"),
        say("Done."),
        edit("call-2", "a.txt", "two", "three"),
        say("Done."),
        edit("call-3", "a.txt", "three", "four"),
        say("I see."),
    ]);
    let path = stage.world.write("a.txt", "one\n");
    let mut client = stage.client();
    client.answer = Answer::Kind("allowSession");
    let editor = stage.open_with(client).await;
    editor.open_file(&path);
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Change it.").await;
    editor.save(&path);
    editor.close().await;
    let editor = stage.open().await;
    editor.open_file(&path);
    editor.turn(&session, "Again.").await;
    assert_eq!(questions(&editor), 0);
    let read_only = json!({"sessionId": session, "permissionMode": "readOnly"});
    editor.request("session/update", read_only).await;
    editor.turn(&session, "Again.").await;
    assert_eq!(editor.buffer(&path), "three\n");
    editor.close().await;
}

#[tokio::test]
async fn a_question_names_what_is_new_and_its_answers_what_they_allow() {
    let stage = Stage::new([
        call(
            "call-1",
            "bash",
            json!({"command": "git push origin main && make install"}),
        ),
        say("I see."),
    ]);
    let mut client = stage.client();
    client.answer = Answer::Kind("rejectOnce");
    let editor = stage.open_with(client).await;
    add(&editor, rule("allow", "runProgram", "make *", "user")).await;
    add(&editor, rule("allow", "network", "*", "user")).await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Push it.").await;
    let asked = editor.asked("chat/requestPermission");
    let programs: Vec<&str> = asked[0]["effects"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|effect| effect["program"].as_str())
        .collect();
    assert_eq!(programs, ["git"], "{:#}", asked[0]);
    let reason = text(&asked[0], "/reason");
    assert!(reason.contains("git push origin main"), "{reason}");
    assert!(!reason.contains("make"), "{reason}");
    let options = asked[0]["options"].as_array().unwrap();
    let lasting = options
        .iter()
        .filter(|option| option["kind"] != "allowOnce" && option["kind"] != "rejectOnce");
    for option in lasting {
        assert!(text(option, "/label").contains("git push *"), "{option}");
    }
    editor.close().await;
}

#[tokio::test]
async fn the_rules_of_the_settings_are_listed_with_their_file_and_stay() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("I see.")]);
    stage.world.write("a.txt", "one\n");
    let file = stage.world.config_dir().join("config.toml");
    let rules_in_settings =
        "[[permission.rules]]\neffect = \"writePath\"\npattern = \"*.txt\"\ndecision = \"deny\"\n";
    let before = std::fs::read_to_string(&file).unwrap();
    stage
        .world
        .configure(&format!("{rules_in_settings}\n{before}"));
    let editor = stage.open().await;
    let result = editor.request("permission/list", json!({})).await;
    let denied = rule("deny", "writePath", "*.txt", "user");
    assert_eq!(plain(&result), std::slice::from_ref(&denied));
    assert_eq!(result["rules"][0]["source"], "settings");
    assert_eq!(result["rules"][0]["file"], json!(file));
    let error = editor
        .fail("permission/update", json!({"remove": [denied]}))
        .await;
    assert_eq!(error.kind(), "invalid");
    assert!(error.message.contains("config.toml"), "{}", error.message);
    let session = editor.create(json!({"permissionMode": "full"})).await;
    editor.turn(&session, "Change it.").await;
    let calls = tool_calls(&editor.items(&session).await);
    assert_eq!(calls[0]["status"], "rejected");
    check_sentence(output(&calls[0]).trim());
    editor.close().await;
}

#[tokio::test]
async fn the_shell_lists_adds_and_removes_them() {
    let stage = Stage::new([]);
    let aside = |arguments: &'static [&'static str]| run(&stage.world, arguments, "");
    let list = aside(&["permission", "list"]).await.expect_code(0);
    assert!(list.stdout.is_empty() && list.stderr.contains("no rules"));
    aside(&[
        "permission",
        "add",
        "deny",
        "readPath",
        "**/.env",
        "--scope",
        "user",
    ])
    .await
    .expect_code(0);
    aside(&["permission", "add", "allow", "runProgram", "cargo test *"])
        .await
        .expect_code(0);
    let list = aside(&["permission", "list"]).await.expect_code(0);
    for part in ["**/.env", "cargo test *", "permissions.json"] {
        assert!(list.stdout.contains(part), "{}", list.stdout);
    }
    let list = aside(&["permission", "list", "--json"])
        .await
        .expect_code(0);
    let listed: Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(listed["rules"].as_array().unwrap().len(), 2);
    aside(&[
        "permission",
        "remove",
        "allow",
        "runProgram",
        "cargo test *",
    ])
    .await
    .expect_code(0);
    let gone = aside(&[
        "permission",
        "remove",
        "allow",
        "runProgram",
        "cargo test *",
    ])
    .await;
    assert_ne!(gone.code(), 0);
    let bad = aside(&["permission", "add", "deny", "readpath", "x"]).await;
    assert_ne!(bad.code(), 0);
    assert!(bad.stderr.contains("effect"), "{}", bad.stderr);
    let editor = stage.open().await;
    let left = [rule("deny", "readPath", "**/.env", "user")];
    assert_eq!(rules(&editor, json!({})).await, left);
    editor.close().await;
}
