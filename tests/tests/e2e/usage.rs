//! Tokens and costs: `usage/get`, `aside usage`, the ledger, and that all say the same.
use aside_script::{Reply, Script};
use aside_tests::editor::Editor;
use aside_tests::process::{Finished, run};
use aside_tests::rules::{kind, text};
use serde_json::{Value, json};

use crate::common::{Stage, TOKENS, read, say};

/// Prices under which one scripted reply costs 220 millionths of a dollar: 60 tokens at 2 dollars
/// for a million, 40 from the cache at 0.5, and 10 of output at 8.
const PRICES: &str = "[providers]\nretry_base_ms = 1\n[providers.openai.models.scripted]\n\
    input_price = 2.0\ncached_input_price = 0.5\noutput_price = 8.0\n";

/// What one scripted reply costs under these prices.
const COST: f64 = 0.000_22;

/// A stage whose model reads a file once, and else says hello.
fn stage() -> Stage {
    let script = Script::answering(|_, number| match number {
        0 => read("call-1", "a.txt"),
        _ => say("Hello."),
    });
    let stage = Stage::with_script(script);
    stage.world.write("a.txt", "one\n");
    stage
}

/// Fails unless these are the tokens of so many replies.
#[track_caller]
fn check_tokens(usage: &Value, replies: u64) {
    let expected = [
        ("inputTokens", TOKENS.input),
        ("cachedInputTokens", TOKENS.cached),
        ("outputTokens", TOKENS.output),
        ("reasoningTokens", TOKENS.reasoning),
    ];
    for (name, tokens) in expected {
        assert_eq!(usage[name], tokens * replies, "{name}: {usage:#}");
    }
}

/// Fails unless this is what so many replies cost.
#[track_caller]
fn check_cost(usage: &Value, replies: u32) {
    let cost = usage["costUsd"].as_f64();
    let expected = COST * f64::from(replies);
    assert!(
        cost.is_some_and(|cost| (cost - expected).abs() < 1e-9),
        "{expected} was expected: {usage:#}"
    );
}

/// How many requests there were in all, which are those of the total.
#[track_caller]
fn requests(result: &Value) -> u64 {
    let typed: Result<aside_protocol::UsageGetResult, _> = serde_json::from_value(result.clone());
    let typed = typed.expect("the type of the protocol");
    let count = typed.days.iter().map(|day| day.requests).sum();
    check_tokens(&result["total"], count);
    count
}

async fn get(editor: &Editor, params: Value) -> Value {
    editor.request("usage/get", params).await
}

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

#[tokio::test]
async fn turns_sessions_and_events_agree() {
    let stage = stage();
    stage.world.configure(PRICES);
    let editor = stage.open().await;
    let first = editor.create(json!({})).await;
    let second = editor.create(json!({})).await;
    assert_eq!(requests(&get(&editor, json!({})).await), 0);
    let read = editor.turn(&first, "Read it.").await;
    check_tokens(&read["usage"], 2);
    check_cost(&read["usage"], 2);
    let again = editor.turn(&first, "Again.").await;
    check_tokens(&again["usage"], 1);
    editor.turn(&second, "Hello.").await;
    for (session, replies) in [(&first, 3), (&second, 1)] {
        let params = json!({"sessionId": session});
        let usage = get(&editor, params.clone()).await;
        assert_eq!(requests(&usage), replies);
        assert_eq!(usage["days"][0]["model"], "openai/scripted");
        let session = editor.request("session/get", params).await;
        assert_eq!(session["usage"], usage["total"], "{session:#}");
    }
    let all = get(&editor, json!({})).await;
    assert_eq!(requests(&all), 4);
    check_cost(&all["total"], 4);
    // The last event of a turn's usage is what the turn used.
    let events = editor.checked_events(&first);
    for turn in [&read, &again] {
        let mut of_turn = events
            .iter()
            .filter(|event| event["turnId"] == turn["id"] && kind(event) == "usageUpdated");
        let last = of_turn.next_back().expect("an event of the turn's usage");
        assert_eq!(last["event"]["usage"], turn["usage"], "{last:#}");
        let used = last["event"]["context"]["usedTokens"].as_u64();
        assert_eq!(used, Some(TOKENS.input + TOKENS.output), "{last:#}");
    }
    editor.close().await;
    // Another server reads the same.
    let editor = stage.open().await;
    assert_eq!(get(&editor, json!({})).await, all);
    editor.close().await;
}

#[tokio::test]
async fn a_time_limits_what_is_summed() {
    let stage = stage();
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read it.").await;
    for (since, expected) in [
        ("2001-01-31", 2),
        ("2001-01-31T08:00:00Z", 2),
        ("2999-12-31", 0),
        ("2999-12-31T23:59:59.999Z", 0),
    ] {
        let usage = get(&editor, json!({"since": since})).await;
        assert_eq!(requests(&usage), expected, "{since}: {usage:#}");
    }
    for since in [
        "",
        "yesterday",
        "7d",
        "2026-1-1",
        "2026-02-30",
        "2026-01-31T08:00",
        "20260131",
        "31.1.26",
        "2026-01-31 ",
        "2026-01-31T08:00:00+02:00",
        "' OR 1=1 --",
    ] {
        let error = editor.fail("usage/get", json!({"since": since})).await;
        assert_eq!(error.kind(), "invalid", "{since:?}: {error:?}");
        assert!(error.message.contains("since"), "{since:?}: {error:?}");
    }
    for since in [json!(7), json!({}), json!(["2026-01-31"])] {
        let error = editor.fail("usage/get", json!({"since": since})).await;
        assert!(error.message.contains("since"), "{since}: {error:?}");
    }
    editor.close().await;
}

#[tokio::test]
async fn a_cost_that_is_not_known_is_absent() {
    let stage = stage();
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Read it.").await;
    let usage = get(&editor, json!({})).await;
    assert_eq!(requests(&usage), 2);
    let session = editor
        .request("session/get", json!({"sessionId": session}))
        .await;
    for usage in [
        &turn["usage"],
        &session["usage"],
        &usage["total"],
        &usage["days"][0]["usage"],
    ] {
        assert_eq!(usage.get("costUsd"), None, "{usage:#}");
    }
    editor.close().await;
}

/// A sum of which one part is not known is not known.
#[tokio::test]
async fn a_known_cost_and_an_unknown_one_are_not_added() {
    let stage = stage();
    stage.world.configure(PRICES);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read it.").await;
    let update = json!({"sessionId": session, "model": "openai/other"});
    editor.request("session/update", update).await;
    editor.turn(&session, "Again.").await;
    let usage = get(&editor, json!({})).await;
    assert_eq!(requests(&usage), 3);
    let cost = |model: &str| {
        let days = usage["days"].as_array().unwrap();
        let day = days.iter().find(|day| day["model"] == model).unwrap();
        day["usage"]["costUsd"].clone()
    };
    assert!(cost("openai/scripted").is_number());
    assert_eq!(cost("openai/other"), Value::Null);
    assert_eq!(usage["total"].get("costUsd"), None, "{usage:#}");
    editor.close().await;
}

#[tokio::test]
async fn what_was_used_stays_when_the_session_is_deleted() {
    let stage = stage();
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Read it.").await;
    let before = get(&editor, json!({})).await;
    let params = json!({"sessionId": session});
    editor.request("session/delete", params.clone()).await;
    assert_eq!(get(&editor, json!({})).await, before);
    assert_eq!(get(&editor, params).await, before);
    let error = editor
        .fail("usage/get", json!({"sessionId": "never-was"}))
        .await;
    assert_eq!(error.kind(), "notFound", "{error:?}");
    assert!(error.message.contains("never-was"), "{error:?}");
    editor.close().await;
}

#[tokio::test]
async fn the_shell_shows_it_for_people_and_as_json() {
    let stage = stage();
    stage.world.configure(PRICES);
    let done = aside(&stage, &["usage"]).await.expect_code(0);
    assert!(
        done.stdout.is_empty() && !done.stderr.is_empty(),
        "{done:?}"
    );
    let ran = aside(&stage, &["run", "--json", "Read it."])
        .await
        .expect_code(0);
    let first: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    let session = text(&first, "/sessionId");
    aside(&stage, &["run", "Again."]).await.expect_code(0);
    for (arguments, replies) in [
        (&["usage", "--json"][..], 3),
        (&["usage", "--json", "--all"], 3),
        (&["usage", "--json", "--since", "7d"], 3),
        (&["usage", "--json", "--since", "0d"], 3),
        (&["usage", "--json", "--since", "2001-01-31"], 3),
        (&["usage", "--json", "--since", "2999-12-31"], 0),
        (&["usage", "--json", "--session", session], 2),
    ] {
        let done = aside(&stage, arguments).await.expect_code(0);
        let usage: Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(requests(&usage), replies, "{arguments:?}: {usage:#}");
    }
    let done = aside(&stage, &["usage"]).await.expect_code(0);
    let rows: Vec<Vec<&str>> = done
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let [head, .., total] = rows.as_slice() else {
        panic!("{done:?}");
    };
    assert_eq!(head[0], "day");
    assert_eq!(
        total[..],
        ["total", "3", "300", "120", "30", "9", "$0.0007"]
    );
    assert!(rows[1].contains(&"openai/scripted"), "{rows:?}");
    for arguments in [
        &["usage", "--since", "yesterday"][..],
        &["usage", "--since", "-1d"],
        &["usage", "--since", "99999999d"],
        &["usage", "--since", ""],
        &["usage", "--session", "never-was"],
        &["usage", "--session", session, "--all"],
    ] {
        let done = aside(&stage, arguments).await.expect_code(2);
        assert!(done.stdout.is_empty(), "{arguments:?}: {done:?}");
        assert!(
            done.stderr.starts_with("error: "),
            "{arguments:?}: {done:?}"
        );
    }
}

/// Where a database of SQLite says which version of our tables it has.
///
/// <https://www.sqlite.org/fileformat.html#the_database_header>
const USER_VERSION: usize = 60;

/// `--all` counts the folders together.
#[tokio::test]
async fn all_folders_are_added() {
    let stage = stage();
    aside(&stage, &["run", "Read it."]).await.expect_code(0);
    let elsewhere = stage.world.outside();
    let mut command = aside_tests::process::command(&stage.world, &["run", "Hello."]);
    command.current_dir(&elsewhere);
    let child = command.spawn().unwrap();
    aside_tests::process::finish(child).await.expect_code(0);
    for (arguments, replies) in [
        (&["usage", "--json"][..], 2),
        (&["usage", "--json", "--all"], 3),
    ] {
        let done = aside(&stage, arguments).await.expect_code(0);
        let usage: Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(requests(&usage), replies, "{arguments:?}: {usage:#}");
        let days = usage["days"].as_array().unwrap();
        assert_eq!(days.len(), 1, "{arguments:?}: {usage:#}");
    }
    // A folder that a newer Aside was in is told, and hides none of the others.
    let folders = stage.world.data_dir().join("workspaces");
    let mut folder = std::fs::read_dir(&folders).unwrap();
    let mut database = std::fs::read(folder.next().unwrap().unwrap().path().join("aside.db"))
        .expect("a database is there");
    database[USER_VERSION..][..4].copy_from_slice(&999_u32.to_be_bytes());
    std::fs::create_dir(folders.join("newer")).unwrap();
    std::fs::write(folders.join("newer/aside.db"), database).unwrap();
    let done = aside(&stage, &["usage", "--json", "--all"])
        .await
        .expect_code(0);
    let usage: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(requests(&usage), 3, "{usage:#}");
    assert!(
        done.stderr.contains("newer/aside.db is not counted."),
        "{done:?}"
    );
}

#[tokio::test]
async fn the_ledger_has_a_line_for_each_request() {
    let stage = stage();
    stage.world.configure(&format!(
        "{PRICES}[usage]\nledger = \"spent/ledger.jsonl\"\n"
    ));
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Read it.").await;
    editor.turn(&session, "Again.").await;
    editor.close().await;
    // Another process adds to the same file.
    aside(&stage, &["run", "--session", &session, "Hello."])
        .await
        .expect_code(0);
    let path = stage.world.data_dir().join("spent/ledger.jsonl");
    let ledger = std::fs::read_to_string(&path).expect("the ledger is there");
    assert!(ledger.ends_with('\n'));
    let lines: Vec<Value> = ledger
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    assert_eq!(lines.len(), 4, "{ledger}");
    let workspace = stage.world.workspace();
    for line in &lines {
        check_tokens(line, 1);
        check_cost(line, 1);
        assert_eq!(line["model"], "openai/scripted", "{line:#}");
        assert_eq!(line["sessionId"], session.as_str(), "{line:#}");
        assert_eq!(text(line, "/workspace"), workspace.to_str().unwrap());
        assert_eq!(line["purpose"], "turn", "{line:#}");
        assert!(text(line, "/time").ends_with('Z'), "{line:#}");
    }
    assert!(lines[..2].iter().all(|line| line["turnId"] == turn["id"]));
    // It is for the user alone.
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[tokio::test]
async fn a_ledger_that_cannot_be_written_stops_nobody() {
    let stage = stage();
    // There is a folder where the file should be.
    let folder = stage.world.data_dir().join("taken");
    std::fs::create_dir_all(&folder).unwrap();
    stage.world.configure("[usage]\nledger = \"taken\"\n");
    aside(&stage, &["run", "Read it."]).await.expect_code(0);
    let logs = stage.world.logs();
    assert!(logs.contains("usage.ledger"), "{logs}");
}

#[tokio::test]
async fn tokens_that_nobody_counts_are_estimated_and_have_no_price() {
    let stage = Stage::new([
        Reply::say("Hello, this is an answer of some words."),
        say("Hello."),
    ]);
    stage.world.configure(PRICES);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    let usage = get(&editor, json!({})).await;
    let day = &usage["days"][0];
    assert_eq!(
        (&day["requests"], &day["estimated"]),
        (&json!(1), &json!(true)),
        "{day:#}"
    );
    // The system prompt and the tools are some hundred tokens at least.
    let tokens = |name: &str| usage["total"][name].as_u64().unwrap();
    assert!((100..100_000).contains(&tokens("inputTokens")), "{usage:#}");
    assert!((5..50).contains(&tokens("outputTokens")), "{usage:#}");
    assert_eq!(usage["total"].get("costUsd"), None, "{usage:#}");
    assert_eq!(turn["usage"], usage["total"]);
    editor.close().await;
    let done = aside(&stage, &["usage"]).await.expect_code(0);
    let estimate = format!("~{}", tokens("inputTokens"));
    assert!(done.stdout.contains(&estimate), "{done:?}");
    assert!(done.stderr.contains("estimated"), "{done:?}");
    // What is counted is told as such, beside it.
    aside(&stage, &["run", "--session", &session, "Again."])
        .await
        .expect_code(0);
    let done = aside(&stage, &["usage", "--json"]).await.expect_code(0);
    let usage: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(usage["days"][0]["requests"], 2);
    assert_eq!(usage["days"][0]["estimated"], true);
}

/// What a provider counts beyond all sense is not believed, and breaks nothing.
#[tokio::test]
async fn counts_that_make_no_sense_are_survived() {
    for usage in [
        json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX}),
        json!({"prompt_tokens": -5, "completion_tokens": 1.5}),
        json!({"prompt_tokens": "many", "completion_tokens": null}),
        json!({"prompt_tokens": 1, "completion_tokens": 1,
            "prompt_tokens_details": {"cached_tokens": 99}}),
        json!([]),
        json!("free"),
    ] {
        let shown = usage.to_string();
        let event = json!({"choices": [], "usage": usage});
        let stage = Stage::new([
            Reply::new().text("Hi.").finish("stop").event(&event),
            Reply::new().text("Hi.").finish("stop").event(&event),
        ]);
        stage.world.configure(PRICES);
        let editor = stage.open().await;
        let session = editor.create(json!({})).await;
        for prompt in ["Hello.", "Again."] {
            let turn = editor.turn(&session, prompt).await;
            assert_eq!(turn["stopReason"], "endTurn", "{shown}: {turn:#}");
            let cost = turn["usage"]["costUsd"].as_f64().unwrap_or_default();
            assert!(cost.is_finite() && cost >= 0.0, "{shown}: {turn:#}");
        }
        let usage = get(&editor, json!({})).await;
        let cost = usage["total"]["costUsd"].as_f64().unwrap_or_default();
        assert!(cost.is_finite() && cost >= 0.0, "{shown}: {usage:#}");
        editor.checked_events(&session);
        editor.close().await;
    }
}
