//! Turns of two tools against `aimock`: all comes in order, is counted, and the file is changed.
use aside_tests::world::SECRET;
use serde_json::{Value, json};

use super::script::{AFTER, FILE, PROMPT, aimock, answers, edit_call, good, read_call};
use super::{Format, Outcome, Place};

in_each_format!(one_after_the_other, super::check_one_after_the_other);
in_each_format!(both_in_one_answer, super::check_both_in_one_answer);
in_each_format!(keys, super::check_keys);

/// The tokens of one answer, in the words of each format.
fn usage() -> Value {
    json!({"prompt_tokens": 100, "completion_tokens": 10, "input_tokens": 100, "output_tokens": 10})
}

async fn check_one_after_the_other(format: Format, test: &str) {
    let turn = [
        good(json!({
            "reasoning": "I should look at it first.", "content": "I read it.",
            "toolCalls": [read_call()], "usage": usage(),
        })),
        good(json!({
            "reasoning": "It is red.", "toolCalls": [edit_call()], "usage": usage(),
        })),
        good(json!({"content": "It is blue now.", "usage": usage()})),
    ];
    let story = [
        "reasoning I should look at it first.",
        "assistantMessage I read it.",
        "toolCall read_file",
        "reasoning It is red.",
        "toolCall edit_file",
        "assistantMessage It is blue now.",
    ];
    check(format, test, &turn, &story).await;
}

async fn check_both_in_one_answer(format: Format, test: &str) {
    let turn = [
        good(json!({"toolCalls": [read_call(), edit_call()], "usage": usage()})),
        good(json!({"content": "It is blue now.", "usage": usage()})),
    ];
    let story = [
        "toolCall read_file",
        "toolCall edit_file",
        "assistantMessage It is blue now.",
    ];
    check(format, test, &turn, &story).await;
}

/// The same turn in the editor and in the shell.
async fn check(format: Format, test: &str, turn: &[Value], story: &[&str]) {
    let Some(place) = aimock(format, test).await else {
        return;
    };
    let tries: Vec<Vec<Value>> = turn.iter().map(|answer| vec![answer.clone()]).collect();
    answers(&place, format, &tries).await;
    let editor = place.open().await;
    let outcome = place.turn(&editor, PROMPT).await;
    check_outcome(&place, &outcome, story, turn.len());
    editor.close().await;
    let outcome = place.run(PROMPT).await;
    check_outcome(&place, &outcome, story, turn.len());
    assert_eq!(place.tap.asked().len(), 2 * turn.len());
}

#[track_caller]
fn check_outcome(place: &Place, outcome: &Outcome, story: &[&str], requests: usize) {
    outcome.expect_good("a turn");
    assert_eq!(outcome.story(), story);
    assert_eq!(place.world.read(FILE), AFTER);
    assert_eq!(outcome.retries(), 0);
    let tokens = |name: &str| outcome.turn["usage"][name].as_u64();
    let counted = (tokens("inputTokens"), tokens("outputTokens"));
    let requests = u64::try_from(requests).unwrap();
    assert_eq!(counted, (Some(100 * requests), Some(10 * requests)));
}

/// The right key is taken, in the header that the format has for it and nowhere else; with a wrong
/// one the turn says so and does not show it.
async fn check_keys(format: Format, test: &str) {
    let Some(mut place) = aimock(format, test).await else {
        return;
    };
    answers(&place, format, &[vec![good(json!({"content": "Hello."}))]]).await;
    place.run(PROMPT).await.expect_good("the right key");
    let asked = &place.tap.asked()[0];
    let header = match format {
        Format::Chat | Format::Responses => "authorization: bearer ",
        Format::Messages => "x-api-key: ",
        Format::Gemini => "x-goog-api-key: ",
        Format::Azure => "api-key: ",
    };
    let secret = SECRET.to_lowercase();
    let headers: Vec<String> = asked
        .headers
        .iter()
        .map(|line| line.to_lowercase())
        .collect();
    let with_key: Vec<&String> = headers
        .iter()
        .filter(|line| line.contains(&secret))
        .collect();
    assert_eq!(with_key, [&format!("{header}{secret}")], "{headers:#?}");
    assert!(!asked.path.contains(SECRET), "{}", asked.path);
    let path = match format {
        Format::Chat => "/v1/chat/completions",
        Format::Responses => "/v1/responses",
        Format::Messages => "/v1/messages",
        Format::Gemini => "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
        Format::Azure => "/openai/deployments/our-gpt/chat/completions?api-version=2024-10-21",
    };
    assert_eq!(asked.path, path);
    place.world.set(format.key(), "sk-wrong-0123456789abcdef");
    let outcome = place.run(PROMPT).await;
    let error = &outcome.turn["error"];
    assert_eq!(error["code"], "auth", "{error:#}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(format.key()), "{message}");
    assert!(!message.contains("0123456789"), "{message}");
    assert_eq!(outcome.retries(), 0);
}
