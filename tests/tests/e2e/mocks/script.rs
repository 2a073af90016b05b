//! What the servers are to say: answers in the order of a turn, and the form that each server
//! wants them in.
use aside_tests::mocks::{Mock, Tap};
use aside_tests::world::{SECRET, World};
use serde_json::{Value, json};

use super::{AIMOCK, DEPLOYMENT, Format, LLMOCK, Place, program};

/// The file that the model reads and changes.
pub(super) const FILE: &str = "colour.txt";

/// What is in it at first, and after the turn.
pub(super) const BEFORE: &str = "The colour is red.\n";
pub(super) const AFTER: &str = "The colour is blue.\n";

/// The prompt of all turns.
pub(super) const PROMPT: &str = "Make the colour blue.";

/// What is told of a turn of the script, where the model says something before each call.
pub(super) const STORY: &[&str] = &[
    "assistantMessage I read it.",
    "toolCall read_file",
    "assistantMessage I change it.",
    "toolCall edit_file",
    "assistantMessage It is blue now.",
];

/// How an answer says that it has come to its end, in all formats.
const ENDS: &[&str] = &[
    "\"finish_reason\":\"",
    "\"stop_reason\":\"",
    "\"response.completed\"",
    "\"finishReason\":\"",
];

/// Whether an answer, or a piece of it, says that it has come to its end.
pub(super) fn is_over(answer: &str) -> bool {
    ENDS.iter().any(|end| answer.contains(end))
}

/// The model reads the file.
pub(super) fn read_call() -> Value {
    json!({"name": "read_file", "arguments": {"path": FILE}})
}

/// The model changes the file.
pub(super) fn edit_call() -> Value {
    let edits = json!([{"old_text": "red", "new_text": "blue"}]);
    json!({"name": "edit_file", "arguments": {"path": FILE, "edits": edits}})
}

/// One answer as `aimock` has it, with what is wrong with it beside `response`.
pub(super) type Fixture = Value;

/// An answer with nothing wrong.
pub(super) fn good(response: Value) -> Fixture {
    json!({"response": response})
}

/// An answer of this status, and nothing else.
pub(super) fn status(status: u16, message: &str) -> Fixture {
    json!({"response": {"status": status, "error": {"message": message, "type": "test_error"}}})
}

/// How many of a conversation's messages `aimock` takes an answer for.
fn weight(format: Format, response: &Value) -> usize {
    let calls = response["toolCalls"].as_array().map_or(0, Vec::len);
    match format {
        Format::Chat | Format::Messages | Format::Gemini | Format::Azure => 1,
        // Each item of an answer is one.
        Format::Responses => calls + usize::from(response["content"].is_string()),
    }
}

/// A place whose model is `aimock`, or `None` where there is none.
pub(super) async fn aimock(format: Format, test: &str) -> Option<Place> {
    let program = program(AIMOCK, test)?;
    let mut world = World::new("http://127.0.0.1:9/v1");
    let empty = world.outside().join("fixtures.json");
    std::fs::write(&empty, "{\"fixtures\": []}").unwrap();
    let fixtures = empty.to_str().unwrap();
    let arguments = ["--port", "0", "--fixtures", fixtures];
    let variables = [
        ("AIMOCK_STRICT_TURN_INDEX", "1"),
        // Every request must have the key, in whatever header the format has for it.
        ("AIMOCK_API_KEYS", SECRET),
    ];
    let mock = Mock::start(&program, &arguments, &variables).await;
    let tap = Tap::start(mock.address(), str::to_owned).await;
    let prefix = match format {
        Format::Chat | Format::Responses => "/v1",
        Format::Messages | Format::Gemini | Format::Azure => "",
    };
    format.settle(&mut world, &tap.url(), prefix);
    Some(Place { mock, tap, world })
}

/// Has `aimock` answer the requests of a turn: for each of the model's answers, what comes at the
/// first try, at the second and so on. The last one is given from then on.
pub(super) async fn answers(place: &Place, format: Format, turn: &[Vec<Fixture>]) {
    place.mock.post("/__aimock/reset", &json!({})).await;
    let mut fixtures = Vec::new();
    let mut before = 0;
    for tries in turn {
        let last = tries.len() - 1;
        for (nth, fixture) in tries.iter().enumerate() {
            let mut fixture = fixture.clone();
            fixture["match"] = json!({"userMessage": PROMPT, "turnIndex": before});
            if nth < last {
                fixture["match"]["sequenceIndex"] = json!(nth);
            }
            fixtures.push(fixture);
        }
        before += weight(format, &tries[last]["response"]);
    }
    let fixtures = json!({"fixtures": fixtures});
    place.mock.post("/__aimock/fixtures", &fixtures).await;
}

/// A place whose model is `llmock`, or `None` where there is none.
pub(super) async fn llmock(format: Format, test: &str) -> Option<Place> {
    let program = program(LLMOCK, test)?;
    let mut world = World::new("http://127.0.0.1:9/v1");
    let arguments = ["serve", "--port", "0", "--tool-mode", "off"];
    let mock = Mock::start(&program, &arguments, &[("LLMOCK_PORT", "0")]).await;
    // It knows no deployments, only what Azure answers.
    let route = |path: &str| match path.split_once(DEPLOYMENT) {
        Some((_, method)) => format!("/v1/{method}"),
        None => path.to_owned(),
    };
    let tap = Tap::start(mock.address(), route).await;
    let prefix = match format {
        Format::Chat | Format::Responses => "/v1",
        Format::Messages => "/anthropic",
        Format::Gemini => "/gemini",
        Format::Azure => "",
    };
    format.settle(&mut world, &tap.url(), prefix);
    Some(Place { mock, tap, world })
}
