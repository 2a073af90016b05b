//! Requests that fail in passing: made again after a while, told to the user, never half done.
use std::time::{Duration, Instant};

use aside_script::{Gate, Reply, Script};
use aside_tests::process::{command, finish, run, signal};
use aside_tests::rules::{Restarts, check_events, kind, seq, text};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

use crate::common::{
    Stage, call, check_sentence, check_types, of_kind, patiently, roles, said, say,
};

/// How soon after a cancel a server sees its connection closed. It takes about a millisecond; the
/// rest is for machines that have much else to do.
const CLOSED_SOON: Duration = Duration::from_millis(100);

/// How often a cancel is measured at most; the quickest counts.
const CANCELS: usize = 50;

/// The first request fails like this, the second is answered. `reason` is in what is told, and
/// the wait is at least `least` and at most `most` milliseconds.
async fn check(failing: Reply, reason: &[&str], least: u64, most: u64) {
    let shown = format!("{failing:.300?}");
    let stage = Stage::new([failing, say("Whole.")]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{shown}: {turn:#}");
    let events = editor.checked_events(&session);
    check_types(&events);
    let retrying = of_kind(&events, "retrying");
    let [retrying] = retrying.as_slice() else {
        panic!("{shown}: {retrying:#?}");
    };
    assert_eq!(
        (&retrying["attempt"], &retrying["maxAttempts"]),
        (&json!(2), &json!(6)),
        "{shown}"
    );
    let told = text(retrying, "/reason");
    check_sentence(told);
    for part in reason {
        assert!(told.contains(part), "{shown}: {told}");
    }
    let delay = retrying["delayMs"].as_u64().unwrap();
    assert!((least..=most).contains(&delay), "{shown}: {delay} ms");
    // The same is asked again, to the byte, and nobody sees that there was something.
    let asked = stage.model.requests();
    assert_eq!(asked.len(), 2, "{shown}");
    assert!(asked[0].raw == asked[1].raw, "{shown}");
    let whole = [("Whole.".to_owned(), "completed".to_owned())];
    assert_eq!(said(&editor.items(&session).await), whole, "{shown}");
    editor.close().await;
}

#[tokio::test]
async fn statuses_that_pass() {
    for status in [408, 500, 502, 503, 504, 529] {
        let reply = Reply::error(status, "Come back soon.");
        check(reply, &["Come back soon", &status.to_string()], 0, 1).await;
    }
    let page = "<html><title>Bad gateway</title></html>";
    check(Reply::body(502, "text/html", page), &["502"], 0, 1).await;
    check(Reply::bare().close(), &["127.0.0.1"], 0, 1).await;
    check(Reply::new().close(), &["127.0.0.1"], 0, 1).await;
}

#[tokio::test]
async fn what_the_provider_asks_for_is_waited() {
    let limit = || Reply::error(429, "Rate limit reached.");
    let words = ["Rate limit reached", "429"];
    // A tenth more at most, so that not all come back at the same moment.
    check(limit().header("retry-after-ms", "30"), &words, 30, 33).await;
    check(limit().header("retry-after", "0"), &words, 0, 0).await;
    check(limit().header("retry-after", "0.02"), &words, 20, 22).await;
    // The finer one counts.
    let both = limit()
        .header("retry-after", "50")
        .header("retry-after-ms", "20");
    check(both, &words, 20, 22).await;
    // What is no time is as if nothing had been said.
    check(limit().header("retry-after", "soon"), &words, 0, 1).await;
    check(limit().header("retry-after-ms", "-5"), &words, 0, 1).await;
}

#[tokio::test]
async fn attempts_are_counted_for_each_answer_anew() {
    let stage = Stage::new([
        Reply::error(500, "One."),
        Reply::error(500, "Two."),
        call("call-1", "list_directory", json!({})),
        Reply::error(500, "Three."),
        say("Done."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Look.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let retrying = of_kind(&editor.checked_events(&session), "retrying");
    let attempts: Vec<&Value> = retrying.iter().map(|event| &event["attempt"]).collect();
    assert_eq!(attempts, [2, 3, 2]);
    editor.close().await;
}

#[tokio::test]
async fn a_server_that_is_back_is_asked_again() {
    let mut stage = Stage::new([say("Back.")]);
    // The port is taken and nobody listens there: connections are refused.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let url = format!("http://{address}/v1");
    stage.world.set("OPENAI_BASE_URL", url);
    let settings = json!({"providers": {
        "max_retries": 20, "retry_base_ms": 20, "retry_cap_s": 1,
    }});
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    let refused = editor
        .wait_event("retrying", |event| kind(event) == "retrying")
        .await;
    let reason = text(&refused, "/event/reason");
    assert!(reason.contains(&address.to_string()), "{reason}");
    let listener = socket.listen(8).unwrap();
    let model = stage.model.address();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(model).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn retries_end_and_the_next_turn_works() {
    let script = Script::answering(|_, number| match number {
        0..3 => Reply::error(503, "Overloaded.").header("x-request-id", "req-7"),
        _ => say("Better."),
    });
    let stage = Stage::with_script(script);
    let settings = json!({"providers": {"max_retries": 2}});
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "error", "{turn:#}");
    assert_eq!(text(&turn, "/error/code"), "provider");
    assert_eq!(turn["error"]["retryable"], true);
    let message = text(&turn, "/error/message");
    check_sentence(message);
    for part in ["Overloaded", "503", "req-7", "3 times"] {
        assert!(message.contains(part), "{message}");
    }
    let events = editor.checked_events(&session);
    let retrying = of_kind(&events, "retrying");
    let attempts = retrying
        .iter()
        .map(|event| (&event["attempt"], &event["maxAttempts"]));
    let attempts: Vec<_> = attempts.collect();
    assert_eq!(attempts, [(&json!(2), &json!(3)), (&json!(3), &json!(3))]);
    assert_eq!(of_kind(&events, "turnCompleted").len(), 1);
    let turn = editor.turn(&session, "Once more.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    // Some servers want every prompt to have an answer.
    let told = ["system", "user", "assistant", "user"];
    assert_eq!(roles(&stage.requests()[3]), told);
    editor.close().await;
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_none() {
    let stage = Stage::new([
        Reply::error(429, "Quota.").header("retry-after", "61"),
        say("Later."),
    ]);
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(text(&turn, "/error/code"), "rateLimited", "{turn:#}");
    assert!(text(&turn, "/error/message").contains("61 s"), "{turn:#}");
    let events = editor.checked_events(&session);
    assert!(of_kind(&events, "retrying").is_empty());
    assert_eq!(stage.requests().len(), 1);
    editor.close().await;
}

/// The provider asks for a wait that no test outlives, and is obeyed.
fn waiting() -> (Stage, Value) {
    let stage = Stage::new([
        Reply::error(429, "Slow down.").header("retry-after", "3000"),
        say("Here I am."),
    ]);
    (stage, json!({"providers": {"retry_cap_s": 3600}}))
}

#[tokio::test]
async fn a_cancel_in_the_wait_ends_the_turn() {
    let (stage, settings) = waiting();
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("retrying", |event| kind(event) == "retrying")
        .await;
    editor
        .request("chat/cancel", json!({"sessionId": session}))
        .await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(turn["stopReason"], "cancelled", "{turn:#}");
    assert_eq!(stage.requests().len(), 1);
    editor.checked_events(&session);
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    editor.close().await;
}

#[tokio::test]
async fn killed_in_the_wait_the_session_goes_on() {
    let (stage, settings) = waiting();
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("retrying", |event| kind(event) == "retrying")
        .await;
    let state = editor.kill9().await;
    let editor = stage.open().await;
    let page = editor
        .request("session/items", json!({"sessionId": session}))
        .await;
    let turn = &page["turns"][0];
    assert_eq!(
        (&turn["id"], &turn["status"], &turn["stopReason"]),
        (
            &json!(sent.turn),
            &json!("completed"),
            &json!("interrupted")
        )
    );
    let turn = editor.turn(&session, "Go on.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    let later = editor.checked_events(&session);
    let highest = state.events.iter().map(seq).max().unwrap();
    assert!(seq(&later[0]) > highest, "a seq came twice");
    check_events(&[state.events, later].concat(), Restarts::Some);
    editor.close().await;
}

/// Wherever the answer is: not begun, begun, or in the middle of a text.
#[tokio::test]
async fn a_cancel_closes_the_connection() {
    for at in 0..3 {
        let gates: Vec<Gate> = (0..CANCELS).map(|_| Gate::new()).collect();
        let at_gates = gates.clone();
        let script = Script::answering(move |_, number| match at {
            0 => Reply::new().gate_before_head(&at_gates[number]),
            1 => Reply::new().gate(&at_gates[number]),
            _ => Reply::new().text("Half").gate(&at_gates[number]),
        });
        let stage = Stage::with_script(script);
        let editor = stage.open().await;
        let session = editor.create(json!({})).await;
        let mut quickest = Duration::MAX;
        for (nth, gate) in gates.iter().enumerate() {
            let sent = editor.prompt(Some(&session), "Talk.").await;
            patiently("the answer", gate.reached()).await;
            let begun = Instant::now();
            editor
                .request("chat/cancel", json!({"sessionId": session}))
                .await;
            patiently("the close", stage.model.wait_for_abandoned(nth + 1)).await;
            quickest = quickest.min(begun.elapsed());
            let turn = editor.completed(&sent.turn).await;
            assert_eq!(turn["stopReason"], "cancelled", "{at}: {turn:#}");
            if nth > 0 && quickest < CLOSED_SOON {
                break;
            }
        }
        assert!(quickest < CLOSED_SOON, "{at}: {quickest:?}");
        let events = editor.checked_events(&session);
        assert!(of_kind(&events, "retrying").is_empty(), "{at}");
        editor.close().await;
    }
}

#[tokio::test]
async fn a_prompt_that_waits_behind_a_wait_is_next() {
    let (stage, settings) = waiting();
    let editor = stage.open_with(stage.client_with(settings)).await;
    let session = editor.create(json!({})).await;
    let first = editor.prompt(Some(&session), "Talk.").await;
    editor
        .wait_event("retrying", |event| kind(event) == "retrying")
        .await;
    let second = editor.prompt(Some(&session), "And then?").await;
    assert_eq!(second.status, "queued");
    let params = json!({"sessionId": session, "turnId": first.turn});
    editor.request("chat/cancel", params).await;
    let turn = editor.completed(&first.turn).await;
    assert_eq!(turn["stopReason"], "cancelled", "{turn:#}");
    let turn = editor.completed(&second.turn).await;
    assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    assert_eq!(stage.requests().len(), 2);
    editor.checked_events(&session);
    editor.close().await;
}

#[tokio::test]
async fn headless_a_retry_is_told_and_the_exit_code_is_that_of_the_end() {
    let failing = || Reply::error(500, "Overloaded.");
    let stage = Stage::new([failing(), say("Whole."), failing(), say("Whole.")]);
    let done = run(&stage.world, &["run", "Talk."], "")
        .await
        .expect_code(0);
    assert_eq!(done.stdout.trim(), "Whole.");
    let told: Vec<&str> = done.stderr.lines().collect();
    assert!(
        matches!(told.as_slice(), [one] if one.contains("Overloaded") && one.contains("try 2 of 6")),
        "{told:?}"
    );
    let done = run(&stage.world, &["run", "--json", "Talk."], "")
        .await
        .expect_code(0);
    let parse = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
    let events: Vec<Value> = done.stdout.lines().map(parse).collect();
    check_events(&events, Restarts::None);
    assert_eq!(of_kind(&events, "retrying").len(), 1);
}

#[tokio::test]
async fn headless_retries_that_end_are_code_1() {
    let script = Script::answering(|_, _| Reply::new().text("Half").close());
    let stage = Stage::with_script(script);
    stage
        .world
        .configure("[providers]\nretry_base_ms = 1\nmax_retries = 1\n");
    let done = run(&stage.world, &["run", "Talk."], "")
        .await
        .expect_code(1);
    // Each try is on a line of its own.
    assert_eq!(done.stdout, "Half\nHalf\n");
    let told: Vec<&str> = done.stderr.lines().collect();
    assert!(
        matches!(told.as_slice(), [kept, retry, end]
            if kept.contains("stays here")
                && retry.contains("try 2 of 2")
                && end.contains("2 times")),
        "{told:?}"
    );
}

#[tokio::test]
async fn headless_an_interrupt_ends_the_wait() {
    let (stage, _) = waiting();
    stage.world.configure("[providers]\nretry_cap_s = 3600\n");
    let mut child = command(&stage.world, &["run", "Talk."]).spawn().unwrap();
    drop(child.stdin.take());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    patiently("a word on the wait", stderr.read_line(&mut told))
        .await
        .unwrap();
    assert!(told.contains("try 2 of 6"), "{told}");
    child.stderr = Some(stderr.into_inner());
    signal(&child, libc::SIGINT);
    finish(child).await.expect_code(130);
    assert_eq!(stage.requests().len(), 1);
}
