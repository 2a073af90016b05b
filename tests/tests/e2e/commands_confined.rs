//! What a command that means to get out of the sandbox comes to, and what the model is told of it.
use aside_tests::rules::text;
use aside_tests::world::write_at;
use serde_json::{Value, json};

use crate::commands::{free, mark, run_in, stage, wait_gone, wait_started};
use crate::common::{Stage, call, say, tool_calls};

/// The ways to confine that are tried: the best that works here, and Landlock alone.
const BACKENDS: [&str; 2] = ["auto", "landlock"];

#[track_caller]
fn check(result: &str, parts: &[&str]) {
    let fits = parts.iter().any(|part| result.contains(part));
    assert!(fits, "none of {parts:?} in: {result}");
}

/// A workspace whose model runs these commands, confined in this way.
fn confined(backend: &str, commands: &[&str]) -> Stage {
    let mut stage = stage(commands);
    stage.world.set("ASIDE_SANDBOX", backend);
    stage
}

#[tokio::test]
async fn nothing_outside_the_workspace_is_written() {
    let commands = [
        "echo x > ../outside/made",
        "d=$(echo ..); echo x > $d/outside/made",
        "ln -s ../outside link && d=$(echo link) && echo x > $d/made",
        "cd .. && touch outside/made",
        "bash -c 'eval \"touch ../out\"side/made'",
    ];
    for backend in BACKENDS {
        let stage = confined(backend, &commands);
        let results: [String; 5] = run_in(&stage).await;
        let made = stage.world.outside().join("made");
        assert!(!made.exists(), "{backend}: {results:#?}");
        // The world lies in the folder for temporary files, of which a command may have its own.
        for result in &results {
            check(
                result,
                &[
                    "would write outside the workspace",
                    "Read-only file system",
                    "Permission denied",
                    "No such file",
                ],
            );
        }
    }
}

#[tokio::test]
async fn credentials_are_not_read() {
    let commands = [
        "cat ~/.ssh/id_ed25519",
        "f=$(echo .ss)h/id_ed25519; cat ~/$f",
        "d=$(dirname $TMPDIR); ls -a $d/..; cat $d/../../config/config.toml",
    ];
    for backend in BACKENDS {
        let stage = confined(backend, &commands);
        let home = stage.world.outside().join("../home");
        write_at(&home.join(".ssh/id_ed25519"), "PRIVATE");
        let results: [String; 3] = run_in(&stage).await;
        assert!(!format!("{results:?}").contains("PRIVATE"), "{results:#?}");
        check(&results[0], &["where credentials are kept"]);
        check(&results[1], &["Permission denied", "No such file"]);
        // Neither are Aside's own settings, where there are keys.
        assert!(!results[2].contains("retry_base_ms"), "{}", results[2]);
    }
}

#[tokio::test]
async fn the_network_is_off_unless_it_was_permitted() {
    let probe = "exec 3<>/dev/tcp/127.0.0.1/$(cat port) && echo reached";
    for backend in BACKENDS {
        let stage = confined(backend, &["bash probe.sh", probe]);
        stage.world.write("probe.sh", probe);
        let address = stage.model.url();
        let port = address.rsplit(':').next().unwrap();
        let port = port.split('/').next().unwrap();
        stage.world.write("port", port);
        let results: [String; 2] = run_in(&stage).await;
        assert!(!results[0].contains("reached"), "{}", results[0]);
        check(&results[0], &["[The sandbox"]);
        // Here it shows that the network is meant, so that it could be asked about.
        assert_eq!(results[1], "reached\n[Done: exit code 0.]");
    }
}

#[tokio::test]
async fn what_runs_code_for_others_stays_as_it_is() {
    let commands = [
        "h=$(echo hooks); echo 'echo owned' > .git/$h/pre-commit; cat .git/$h/pre-commit",
        "c=$(echo config); echo '[core]' >> .git/$c",
        "a=$(echo .aside); mkdir -p $a && echo x > $a/config.toml",
    ];
    for backend in BACKENDS {
        let stage = confined(backend, &commands);
        stage.world.write(".git/hooks/sample", "sample");
        stage.world.write(".git/config", "[user]\n");
        let results: [String; 3] = run_in(&stage).await;
        let made = |name: &str| stage.world.path(name).exists();
        assert!(!made(".git/hooks/pre-commit"), "{results:#?}");
        assert_eq!(stage.world.read(".git/config"), "[user]\n");
        assert!(!made(".aside/config.toml"), "{results:#?}");
        for result in &results {
            check(result, &["[The sandbox"]);
        }
    }
}

#[tokio::test]
async fn the_question_says_what_is_not_confined() {
    let not = "Not sandboxed: this command can do everything that you can do";
    for (backend, is_said) in [("auto", false), ("off", true)] {
        let stage = confined(backend, &["touch made"]);
        let editor = stage.open().await;
        let session = editor.create(json!({})).await;
        editor.turn(&session, "Run.").await;
        let asked = editor.asked("chat/requestPermission");
        let reason = text(&asked[0], "/reason");
        assert_eq!(reason.contains(not), is_said, "{reason}");
        editor.close().await;
    }
}

#[tokio::test]
async fn memory_is_bounded() {
    for backend in BACKENDS {
        let stage = confined(backend, &["tail -c 600M /dev/zero | tail -n 1 | wc -c"]);
        stage.world.configure("[sandbox]\nmemory_mb = 200\n");
        let results: [String; 1] = run_in(&stage).await;
        check(&results[0], &["memory", "exit code", "Killed"]);
        assert!(!results[0].contains("629145600"), "{}", results[0]);
    }
}

#[tokio::test]
async fn all_of_a_command_ends_with_a_killed_server() {
    for (backend, number) in BACKENDS.into_iter().zip([77108, 77109]) {
        let mark = &mark(number);
        let stage = confined(backend, &[&format!("setsid sleep {mark} & sleep {mark}")]);
        let editor = stage.open().await;
        let session = free(&editor).await;
        editor.prompt(Some(&session), "Run.").await;
        wait_started(mark, 2).await;
        editor.kill9().await;
        wait_gone(mark).await;
    }
}

#[tokio::test]
async fn code_keeps_its_files_and_shows_its_pictures() {
    let code = |id: &str, language: &str, code: &str| {
        call(
            id,
            "code_interpreter",
            json!({"language": language, "code": code}),
        )
    };
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let draw = format!(
        "import base64\nopen('dot.png', 'wb').write(base64.b64decode('{png}'))\nopen('kept.txt', 'w').write('kept')\nprint(6 * 7)"
    );
    let stage = Stage::new([
        code("call-0", "python", &draw),
        code("call-1", "python", "print(open('kept.txt').read())"),
        code(
            "call-2",
            "javascript",
            "console.log(require('fs').readFileSync('kept.txt', 'utf8'))",
        ),
        code("call-4", "python", "raise ValueError('no')"),
        code("call-5", "perl", "1"),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = free(&editor).await;
    editor.turn(&session, "Run.").await;
    let result = |id: &str| stage.tool_result(id);
    let items = editor.items(&session).await;
    if result("call-0").contains("There is no Python") {
        editor.close().await;
        return;
    }
    assert_eq!(
        result("call-0"),
        "42\n[Done: exit code 0.]\n[Files written: dot.png (70 bytes), shown to the user; kept.txt (4 bytes).]"
    );
    let calls = tool_calls(&items);
    let picture = &calls[0]["output"][1];
    assert_eq!(
        (&picture["mimeType"], &picture["data"]),
        (&json!("image/png"), &json!(png))
    );
    assert_eq!(result("call-1"), "kept\n[Done: exit code 0.]");
    check(
        &result("call-2"),
        &["kept\n[Done: exit code 0.]", "There is no JavaScript"],
    );
    check(
        &result("call-4"),
        &["ValueError: no\n[Failed: exit code 1.]"],
    );
    check(&result("call-5"), &["language"]);
    editor.close().await;
}

#[tokio::test]
async fn a_tool_of_the_users_own_gets_its_arguments() {
    let arguments = json!({"who": "$(touch made) 'x'", "times": 2});
    let stage = Stage::new([call("call-0", "greet", arguments), say("Done.")]);
    stage.world.configure(
        r#"
[tools.greet]
description = "Greets."
command = 'echo "Hello $ASIDE_ARG_who" $ASIDE_ARG_times; cat'
[tools.greet.parameters]
type = "object"
[tools.greet.parameters.properties.who]
type = "string"
"#,
    );
    let results: [String; 1] = run_in(&stage).await;
    let input = json!({"times": 2, "who": "$(touch made) 'x'"});
    assert_eq!(
        results[0],
        format!("Hello $(touch made) 'x' 2\n{input}\n[Done: exit code 0.]")
    );
    assert!(!stage.world.path("made").exists());
    let offered = stage.requests()[0]["tools"].as_array().unwrap().clone();
    let is_greet = |tool: &&Value| tool["function"]["name"] == "greet";
    let greet = offered.iter().find(is_greet).expect("it is offered");
    assert_eq!(greet["function"]["description"], "Greets.");
}
