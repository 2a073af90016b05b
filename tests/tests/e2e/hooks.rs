//! Hooks: told, heard, and ended, whatever they do.
use aside_tests::process::{Finished, run};
use serde_json::{Value, json};

use crate::commands::{mark, wait_gone};
use crate::common::{Stage, content, edit, patiently, read, say};

/// A hook as config.toml has it.
fn hook(event: &str, more: &str, command: &str) -> String {
    format!("[[hooks]]\nevent = '{event}'\n{more}\ncommand = '''{command}'''\n")
}

fn stage(replies: impl IntoIterator<Item = aside_script::Reply>, hooks: &[String]) -> Stage {
    let stage = Stage::new(replies);
    stage.world.write("a.txt", "one\n");
    stage.world.configure(&hooks.concat());
    stage
}

async fn play(stage: &Stage) -> Finished {
    let arguments = ["run", "--permission-mode", "full", "Make it say two."];
    run(&stage.world, &arguments, "").await
}

fn editing() -> [aside_script::Reply; 3] {
    [
        read("call-1", "a.txt"),
        edit("call-2", "a.txt", "one", "two"),
        say("Done."),
    ]
}

#[tokio::test]
async fn hooks_are_told_what_happens() {
    let events = [
        "session_start",
        "turn_start",
        "before_tool",
        "after_tool",
        "turn_end",
        "session_end",
    ];
    let hooks = events.map(|event| hook(event, "", "cat >> told; echo >> told; pwd >> where"));
    let stage = stage(editing(), &hooks);
    play(&stage).await.expect_code(0);
    assert_eq!(stage.world.read("a.txt"), "two\n");
    let told: Vec<Value> = stage
        .world
        .read("told")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let session = &told[0]["sessionId"];
    let shown: Vec<String> = told
        .iter()
        .map(|told| {
            let tool = &told["tool"];
            let output = tool["output"].as_str().unwrap_or_default();
            assert_eq!(told["version"], 1);
            assert_eq!(&told["sessionId"], session);
            [
                told["event"].as_str().unwrap(),
                tool["name"].as_str().unwrap_or_default(),
                tool["arguments"]["path"].as_str().unwrap_or_default(),
                output.split(['\n', '.']).next().unwrap_or_default(),
                told["prompt"].as_str().unwrap_or_default(),
                told["stopReason"].as_str().unwrap_or_default(),
            ]
            .join(" ")
            .trim_end()
            .to_owned()
        })
        .collect();
    expect_test::expect![[r#"
        session_start
        turn_start    Make it say two.
        before_tool read_file a.txt
        after_tool read_file a.txt 1	one
        before_tool edit_file a.txt
        after_tool edit_file a.txt Edited a
        turn_end     endTurn
        session_end"#]]
    .assert_eq(&shown.join("\n"));
    let workspace = stage.world.workspace().canonicalize().unwrap();
    let places = stage.world.read("where");
    assert!(
        places
            .lines()
            .all(|place| place == workspace.to_str().unwrap())
    );
}

#[tokio::test]
async fn a_hook_refuses_a_call_and_the_model_is_told_why() {
    let no = hook(
        "before_tool",
        "matcher = 'edit_*'",
        "echo 'a.txt is mine' >&2; exit 2",
    );
    let stage = stage(editing(), &[no]);
    play(&stage).await.expect_code(0);
    assert_eq!(stage.world.read("a.txt"), "one\n");
    assert!(stage.tool_result("call-1").contains("one"));
    assert!(stage.tool_result("call-2").contains("a.txt is mine"));
    let audit = run(&stage.world, &["audit", "show"], "").await;
    let is_told = |line: &str| line.contains("blocked") && line.contains("a.txt is mine");
    assert!(audit.stdout.lines().any(is_told), "{audit:?}");
}

#[tokio::test]
async fn a_hook_adds_to_a_result() {
    let lint = hook(
        "after_tool",
        "matcher = 'edit_file'",
        "grep -q two a.txt || exit 0; echo 'line 1: no numbers' >&2; exit 2",
    );
    let stage = stage(editing(), &[lint]);
    play(&stage).await.expect_code(0);
    assert_eq!(stage.world.read("a.txt"), "two\n");
    assert!(!stage.tool_result("call-1").contains("no numbers"));
    assert!(stage.tool_result("call-2").contains("no numbers"));
}

#[tokio::test]
async fn a_refused_prompt_is_sent_to_no_model() {
    let guard = hook(
        "turn_start",
        "",
        "grep -q password && echo 'it has a password' >&2 && exit 2; exit 0",
    );
    let stage = stage([say("Hello.")], &[guard]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let done = editor.turn(&session, "My password is 1234.").await;
    let turn = &done;
    assert_eq!(turn["stopReason"], "error");
    assert_eq!(turn["error"]["code"], "denied");
    let message = turn["error"]["message"].as_str().unwrap();
    assert!(message.contains("it has a password"), "{message}");
    assert!(stage.requests().is_empty());
    editor.turn(&session, "Say hello.").await;
    let requests = stage.requests();
    let messages = requests[0]["messages"].as_array().unwrap();
    assert!(
        messages
            .iter()
            .all(|message| !content(message).contains("1234"))
    );
    // The user still sees it.
    let items = editor.items(&session).await;
    assert!(
        items.iter().any(|item| item.to_string().contains("1234")),
        "{items:?}"
    );
    editor.close().await;
}

#[tokio::test]
async fn a_hook_that_fails_stops_nothing_and_is_told() {
    let hooks = [
        hook("before_tool", "", "echo broken >&2; exit 1"),
        hook("turn_start", "", "no-such-program-anywhere"),
        hook("after_tool", "", "kill -9 $$"),
    ];
    let stage = stage(editing(), &hooks);
    let editor = stage.open().await;
    let session = editor.create(json!({"permissionMode": "full"})).await;
    editor.turn(&session, "Make it say two.").await;
    let notices: Vec<String> = editor.read(|state| {
        let events = state.events_of(&session);
        let messages = events
            .iter()
            .filter(|event| event["event"]["type"] == "notice");
        messages
            .map(|event| event["event"]["message"].to_string())
            .collect()
    });
    for wanted in ["broken", "127", "signal 9"] {
        let told = notices.iter().filter(|notice| notice.contains(wanted));
        assert_eq!(told.count(), 1, "{wanted}: {notices:?}");
    }
    editor.checked_events(&session);
    editor.close().await;
    assert!(stage.tool_result("call-2").contains("a.txt"));
}

#[tokio::test]
async fn a_hook_that_hangs_is_ended_with_all_that_it_started() {
    let mark = &mark(86397);
    let hangs = hook(
        "before_tool",
        "timeout_s = 1",
        &format!("sleep {mark} & sleep {mark}"),
    );
    let stage = stage([read("call-1", "a.txt"), say("Done.")], &[hangs]);
    let done = play(&stage).await.expect_code(0);
    assert!(done.stderr.contains("stopped after 1 s"), "{done:?}");
    assert!(stage.tool_result("call-1").contains("one"));
    wait_gone(mark).await;
}

#[tokio::test]
async fn a_cancel_ends_a_hook() {
    let mark = &mark(86398);
    let hangs = hook(
        "turn_start",
        "",
        &format!("touch began; sleep {mark} & wait"),
    );
    let stage = stage([], &[hangs]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Hello.").await;
    patiently("the hook", async {
        while !stage.world.path("began").exists() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    editor
        .request(
            "chat/cancel",
            json!({"sessionId": session, "turnId": sent.turn}),
        )
        .await;
    let done = editor.completed(&sent.turn).await;
    assert_eq!(done["stopReason"], "cancelled");
    wait_gone(mark).await;
    editor.close().await;
}

#[tokio::test]
async fn a_flood_of_output_and_secrets_of_the_environment_do_not_arrive() {
    let hooks = [
        hook(
            "before_tool",
            "",
            "yes | head -c 9000000; yes | head -c 9000000 >&2; exit 2",
        ),
        hook("turn_start", "", "env > environment; cat > /dev/null"),
    ];
    let stage = stage([read("call-1", "a.txt"), say("Done.")], &hooks);
    play(&stage).await.expect_code(0);
    assert!(stage.tool_result("call-1").len() < 20_000);
    let environment = stage.world.read("environment");
    assert!(
        environment.contains("ASIDE_HOOK_EVENT=turn_start"),
        "{environment}"
    );
    assert!(!environment.contains("OPENAI_API_KEY"), "{environment}");
}
