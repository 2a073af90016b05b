//! `aside run`: the same agent without an editor.
use aside_script::{Gate, Reply};
use aside_tests::process::{command, finish, run, signal};
use aside_tests::rules::{Restarts, check_events, kind};
use aside_tests::world::SECRET;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use crate::common::{Stage, check_types, content, edit, only_call, patiently, read, say};

fn editing() -> Stage {
    let stage = Stage::new([
        read("call-1", "a.txt"),
        edit("call-2", "a.txt", "one", "two"),
        say("It says two now."),
    ]);
    stage.world.write("a.txt", "one\r\n");
    stage
}

/// Each line as the `chat/event` params that it is.
fn events(stdout: &str) -> Vec<Value> {
    let parse = |line: &str| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in the line {line:?}"))
    };
    stdout.lines().map(parse).collect()
}

#[tokio::test]
async fn json_lines_are_the_events_and_the_file_is_edited_on_disk() {
    let stage = editing();
    let arguments = [
        "run",
        "--json",
        "--permission-mode",
        "acceptEdits",
        "Make it say two.",
    ];
    let done = run(&stage.world, &arguments, "").await.expect_code(0);
    assert_eq!(stage.world.read("a.txt"), "two\r\n");
    let events = events(&done.stdout);
    check_events(&events, Restarts::None);
    check_types(&events);
    let last = events.last().unwrap();
    assert_eq!(
        (kind(last), &last["event"]["turn"]["stopReason"]),
        ("turnCompleted", &json!("endTurn"))
    );
    // No temporary file is left beside the file.
    let names: Vec<_> = std::fs::read_dir(stage.world.workspace())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["a.txt"]);
}

#[tokio::test]
async fn for_people_the_answer_is_on_stdout() {
    let stage = editing();
    let arguments = [
        "run",
        "--permission-mode",
        "acceptEdits",
        "Make it say two.",
    ];
    let done = run(&stage.world, &arguments, "").await.expect_code(0);
    assert!(done.stdout.contains("It says two now."), "{}", done.stdout);
    assert_eq!(stage.world.read("a.txt"), "two\r\n");
}

#[tokio::test]
async fn with_nobody_to_ask_an_edit_is_refused_with_code_3() {
    let stage = editing();
    let done = run(&stage.world, &["run", "--json", "Make it say two."], "")
        .await
        .expect_code(3);
    assert_eq!(stage.world.read("a.txt"), "one\r\n");
    let events = events(&done.stdout);
    check_events(&events, Restarts::None);
    let told = stage.tool_result("call-2");
    assert!(
        told.contains("--permission-mode"),
        "it says what to do: {told}"
    );
}

#[tokio::test]
async fn a_failure_is_code_1_and_says_why() {
    let stage = Stage::new([Reply::error(401, &format!("Incorrect API key: {SECRET}."))]);
    let done = run(&stage.world, &["run", "Hello."], "")
        .await
        .expect_code(1);
    assert!(done.stderr.contains("OPENAI_API_KEY"), "{}", done.stderr);
    assert!(!done.stderr.contains(SECRET) && !done.stdout.contains(SECRET));
}

#[tokio::test]
async fn wrong_usage_is_code_2() {
    let stage = Stage::new([]);
    for arguments in [
        &["run", "--no-such-flag"][..],
        &["run", "--permission-mode", "yolo", "Hello."],
        &["run", "--continue", "--session", "x", "Hello."],
        &["fly"],
        &["run"],
        &["run", "-"],
        &["run", ""],
    ] {
        let done = run(&stage.world, arguments, "").await;
        assert_eq!(done.code(), 2, "{arguments:?}: {done:?}");
        assert!(
            done.stdout.is_empty() && !done.stderr.is_empty(),
            "{done:?}"
        );
    }
    assert!(stage.requests().is_empty());
}

#[tokio::test]
async fn an_unknown_session_fails() {
    let stage = Stage::new([]);
    let done = run(&stage.world, &["run", "--session", "nope", "Hello."], "")
        .await
        .expect_code(2);
    assert!(done.stderr.contains("nope"), "{done:?}");
    // There is nothing to continue yet.
    run(&stage.world, &["run", "--continue", "Hello."], "")
        .await
        .expect_code(2);
}

#[tokio::test]
async fn an_interrupt_cancels_with_code_130() {
    let gate = Gate::new();
    let stage = Stage::new([Reply::new().text("Half").gate(&gate)]);
    let mut child = command(&stage.world, &["run", "--json", "Talk."])
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    patiently("the gate", gate.reached()).await;
    signal(&child, libc::SIGINT);
    let done = finish(child).await.expect_code(130);
    let events = events(&done.stdout);
    check_events(&events, Restarts::None);
    assert_eq!(
        events.last().unwrap()["event"]["turn"]["stopReason"],
        "cancelled"
    );
}

/// A turn whose output no pipe holds, and which only a cancel ends.
fn flood() -> Stage {
    Stage::new([Reply::new()
        .texts(vec!["x".repeat(4096); 500])
        .gate(&Gate::new())])
}

#[tokio::test]
async fn an_interrupt_in_a_flood_of_output_cancels() {
    let stage = flood();
    let mut child = command(&stage.world, &["run", "--json", "Talk."])
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).await.unwrap();
    signal(&child, libc::SIGINT);
    let mut rest = String::new();
    patiently("the end", stdout.read_to_string(&mut rest))
        .await
        .unwrap();
    let status = patiently("the exit", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(130));
    let events = events(&(first + &rest));
    check_events(&events, Restarts::None);
    assert_eq!(
        events.last().unwrap()["event"]["turn"]["stopReason"],
        "cancelled"
    );
}

#[tokio::test]
async fn a_second_interrupt_quits_though_nobody_reads_the_output() {
    let stage = flood();
    let mut child = command(&stage.world, &["run", "--json", "Talk."])
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    // Not read any further, the pipe fills up, and the turn cannot end.
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).await.unwrap();
    signal(&child, libc::SIGINT);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    patiently("a word on the cancel", stderr.read_line(&mut said))
        .await
        .unwrap();
    assert!(said.contains("again to quit"), "{said}");
    signal(&child, libc::SIGINT);
    let status = patiently("the exit", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(130));
}

#[tokio::test]
async fn the_prompt_may_come_from_standard_input() {
    let stage = Stage::new([say("Hello.")]);
    run(&stage.world, &["run", "-"], "Grüße\nfrom stdin\n")
        .await
        .expect_code(0);
    let messages = stage.requests()[0]["messages"].clone();
    assert!(
        content(&messages[1]).contains("Grüße\nfrom stdin"),
        "{messages:#}"
    );
}

#[tokio::test]
async fn continue_goes_on_with_the_newest_session_and_session_with_any() {
    let stage = Stage::with_script(aside_script::Script::answering(|_, _| say("Hello.")));
    let first = run(&stage.world, &["run", "--json", "First."], "")
        .await
        .expect_code(0);
    run(&stage.world, &["run", "Second."], "")
        .await
        .expect_code(0);
    run(&stage.world, &["run", "--continue", "Third."], "")
        .await
        .expect_code(0);
    let id = events(&first.stdout)[0]["sessionId"]
        .as_str()
        .unwrap()
        .to_owned();
    run(&stage.world, &["run", "--session", &id, "Fourth."], "")
        .await
        .expect_code(0);
    let prompts: Vec<Vec<String>> = stage
        .requests()
        .iter()
        .map(|body| {
            let messages = body["messages"].as_array().unwrap();
            let users = messages.iter().filter(|message| message["role"] == "user");
            users.map(content).collect()
        })
        .collect();
    assert_eq!(
        prompts,
        [
            vec!["First."],
            vec!["Second."],
            vec!["Second.", "Third."],
            vec!["First.", "Fourth."]
        ]
    );
}

#[tokio::test]
async fn the_model_of_the_flag_is_used() {
    let stage = Stage::new([say("Hello.")]);
    run(
        &stage.world,
        &["run", "--model", "openai/other", "Hello?"],
        "",
    )
    .await
    .expect_code(0);
    assert_eq!(stage.requests()[0]["model"], "other");
}

#[tokio::test]
async fn a_reader_that_goes_away_does_not_hang_it() {
    let stage = Stage::with_script(aside_script::Script::answering(|_, _| {
        Reply::new()
            .texts(vec!["x".repeat(4096); 500])
            .finish("stop")
    }));
    let mut child = command(&stage.world, &["run", "--json", "Talk."])
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    drop(child.stdout.take());
    let status = patiently("the end", child.wait()).await.unwrap();
    assert!(status.code().is_none_or(|code| code != 101), "{status:?}");
}

#[tokio::test]
async fn an_editor_sees_what_was_done_headless() {
    let stage = editing();
    let arguments = [
        "run",
        "--json",
        "--permission-mode",
        "acceptEdits",
        "Make it say two.",
    ];
    let done = run(&stage.world, &arguments, "").await.expect_code(0);
    let events = events(&done.stdout);
    let editor = stage.open().await;
    let list = editor.request("session/list", json!({})).await;
    let id = list["sessions"][0]["id"].as_str().unwrap();
    assert_eq!(events[0]["sessionId"], id);
    assert_eq!(editor.replay(id, 0).await, events);
    editor.close().await;
}

#[tokio::test]
async fn a_link_is_not_followed_outside() {
    let stage = Stage::new([edit("call-1", "link.txt", "one", "two"), say("I see.")]);
    let outside = stage.world.outside().join("a.txt");
    aside_tests::world::write_at(&outside, "one\n");
    std::os::unix::fs::symlink(&outside, stage.world.path("link.txt")).unwrap();
    let done = run(
        &stage.world,
        &["run", "--json", "--permission-mode", "full", "Edit it."],
        "",
    )
    .await;
    let call = only_call(&events(&done.stdout));
    assert!(
        ["failed", "rejected"].contains(&call["status"].as_str().unwrap()),
        "{call:#}"
    );
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "one\n");
}
