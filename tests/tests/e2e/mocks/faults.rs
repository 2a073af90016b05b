//! What goes wrong at `aimock`: the turn comes to its end all the same, or says why it cannot.
use serde_json::{Value, json};

use super::script::{
    AFTER, BEFORE, FILE, Fixture, PROMPT, STORY, aimock, answers, edit_call, good, is_over,
    read_call, status,
};
use super::{Format, Outcome, Place};
use crate::common::check_sentence;

in_each_format!(errors, super::check_errors);
in_each_format!(refusals, super::check_refusals);
in_each_format!(cuts, super::check_cuts);
in_each_format!(stalls, super::check_stalls);

/// The answers of a turn with nothing wrong.
fn turn() -> [Value; 3] {
    [
        json!({"content": "I read it.", "toolCalls": [read_call()]}),
        json!({"content": "I change it.", "toolCalls": [edit_call()]}),
        json!({"content": "It is blue now."}),
    ]
}

/// A turn in which these faults come, one after the other, before the good answer of this number.
async fn turn_with(place: &Place, format: Format, nth: usize, faults: &[Fixture]) -> Outcome {
    let mut tries: Vec<Vec<Fixture>> = turn().into_iter().map(|one| vec![good(one)]).collect();
    tries[nth].splice(0..0, faults.iter().cloned());
    answers(place, format, &tries).await;
    place.run(PROMPT).await
}

/// The file is changed, and no call ran that was not whole.
#[track_caller]
fn check_whole(place: &Place, outcome: &Outcome, what: &str) {
    outcome.expect_story(STORY, what);
    assert_eq!(place.world.read(FILE), AFTER, "{what}");
}

/// Errors that pass: the request is made again until it is answered.
async fn check_errors(format: Format, test: &str) {
    let Some(place) = aimock(format, test).await else {
        return;
    };
    place.world.configure(Place::QUICK);
    let mut limited = status(429, "Slow down.");
    limited["response"]["retryAfter"] = json!(0);
    let dropped = json!({"response": {"content": "Never."}, "chaos": {"disconnectRate": 1}});
    let faults = [
        vec![status(500, "Out of order."), status(500, "Out of order.")],
        vec![
            status(502, "No way there."),
            status(503, "Closed."),
            status(504, "Too late."),
        ],
        vec![status(529, "Overloaded.")],
        vec![status(408, "Too slow.")],
        vec![limited.clone(), limited],
        vec![dropped.clone(), dropped],
    ];
    for faults in faults {
        for nth in 0..3 {
            let outcome = turn_with(&place, format, nth, &faults).await;
            let what = format!("{faults:?} before answer {nth}");
            check_whole(&place, &outcome, &what);
            assert_eq!(outcome.retries(), faults.len(), "{what}");
        }
    }
}

/// Errors that stay: the turn ends with the provider's words, the session goes on.
async fn check_refusals(format: Format, test: &str) {
    let Some(place) = aimock(format, test).await else {
        return;
    };
    place.world.configure(Place::QUICK);
    let nonsense = json!({"response": {"content": "Never."}, "chaos": {"malformedRate": 1}});
    let cases = [
        (
            status(400, "Say it otherwise."),
            "provider",
            "Say it otherwise",
            0,
        ),
        (status(401, "Who are you?"), "auth", "Who are you", 0),
        (status(403, "Not you."), "auth", "Not you", 0),
        (
            status(404, "No such model."),
            "provider",
            "No such model",
            0,
        ),
        (
            status(503, "Closed for good."),
            "provider",
            "Closed for good",
            4,
        ),
        (status(429, "Too often."), "rateLimited", "Too often", 4),
        (nonsense, "provider", "", 4),
    ];
    for (mut fault, code, words, retries) in cases {
        if fault["response"]["status"] == 429 {
            fault["response"]["retryAfter"] = json!(0);
        }
        let what = fault.to_string();
        let outcome = turn_with(&place, format, 0, &vec![fault; 8]).await;
        let error = &outcome.turn["error"];
        assert_eq!(outcome.turn["stopReason"], "error", "{what}");
        assert_eq!(error["code"], code, "{what}: {error:#}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{what}: {message}");
        check_sentence(message);
        assert_eq!(outcome.retries(), retries, "{what}");
        assert_eq!(outcome.story(), Vec::<String>::new(), "{what}");
        assert_eq!(place.world.read(FILE), BEFORE, "{what}");
    }
}

/// The connection breaks off after each event of an answer.
async fn check_cuts(format: Format, test: &str) {
    let Some(place) = aimock(format, test).await else {
        return;
    };
    place.world.configure(Place::QUICK);
    for (nth, answer) in turn().into_iter().enumerate() {
        for events in 1.. {
            // The pause lets an event get onto the wire before the connection is gone.
            let cut = json!({
                "response": answer, "latency": 3, "chunkSize": 8, "truncateAfterChunks": events,
            });
            let asked = place.tap.asked().len();
            let outcome = turn_with(&place, format, nth, &[cut]).await;
            let what = format!("answer {nth} cut after {events} events");
            check_whole(&place, &outcome, &what);
            let is_cut = place
                .mock
                .get("/__aimock/journal")
                .await
                .as_array()
                .unwrap()[nth]["response"]["interrupted"]
                == true;
            let answer = place.tap.asked()[asked + nth].answer.clone();
            // What breaks off after all is said may be taken for whole.
            if !is_over(&String::from_utf8_lossy(&answer)) {
                assert_eq!(outcome.retries(), 1, "{what}");
            }
            if !is_cut {
                assert!(events > 2, "{what}: nothing was cut");
                break;
            }
        }
    }
}

/// The connection falls silent after the first event of an answer.
async fn check_stalls(format: Format, test: &str) {
    let Some(place) = aimock(format, test).await else {
        return;
    };
    place
        .world
        .configure(&format!("{}idle_timeout_s = 5\n", Place::QUICK));
    for nth in [0, 1] {
        let answer = &turn()[nth];
        let profile = json!({"ttft": 0, "tps": 0.001});
        let stall = json!({"response": answer, "streamingProfile": profile});
        let outcome = turn_with(&place, format, nth, &[stall]).await;
        let what = format!("a stall in answer {nth}");
        check_whole(&place, &outcome, &what);
        assert!(outcome.retries() >= 1, "{what}");
    }
}
