//! Bodies as a conversation grows: each begins as the one before, and reads what that wrote.
use std::sync::Arc;

use serde_json::{Value, json};

use crate::wire::testkit;
use crate::{
    AssistantPart, Message, ModelRequest, Opaque, ProviderConfig, ToolDef, UserPart, Wire,
};

/// How many blocks before a mark the provider looks for what it wrote.
const LOOK_BACK: usize = 20;
const MARK: &str = r#","cache_control":{"type":"ephemeral"}"#;

fn config() -> ProviderConfig {
    ProviderConfig::new(Wire::Messages, "http://test", None)
}

fn user(text: &str) -> Message {
    Message::User(vec![UserPart::Text(text.into())])
}

fn thought(text: &str) -> [AssistantPart; 2] {
    let block = json!({"type": "thinking", "thinking": text, "signature": "c2ln"});
    [
        AssistantPart::Reasoning(text.into()),
        AssistantPart::Attached(Opaque {
            origin: config().origin(),
            json: Arc::from(block.to_string()),
        }),
    ]
}

/// An answer of so many calls, and their results.
fn calls(answer: usize, count: usize) -> Vec<Message> {
    let id = |call: usize| format!("toolu_{answer}_{call}");
    let call = |nth: usize| AssistantPart::ToolCall {
        id: id(nth),
        name: "read_file".into(),
        arguments: json!({"path": nth}).to_string(),
    };
    let mut parts = thought("Where is it?").to_vec();
    parts.extend((0..count).map(call));
    let result = |nth: usize| Message::Tool {
        call_id: id(nth),
        name: "read_file".into(),
        text: if nth == 1 {
            String::new()
        } else {
            format!("{nth}")
        },
        failed: nth == 2,
    };
    let mut messages = vec![Message::Assistant(parts)];
    messages.extend((0..count).map(result));
    messages
}

/// The requests of a conversation of several turns, with short and long tool loops.
fn growing() -> Vec<ModelRequest> {
    let tool = |name: &str| ToolDef {
        name: name.into(),
        description: "Reads.".into(),
        input_schema: json!({"type": "object"}),
    };
    let tools: Arc<[ToolDef]> = Arc::from([tool("read_file"), tool("list_directory")]);
    let mut requests: Vec<ModelRequest> = Vec::new();
    let mut messages = Vec::new();
    let mut answer = 0;
    for loops in [[1, 0, 0], [2, 30, 1], [0, 0, 0], [40, 1, 1]] {
        messages.push(user("Look."));
        for count in loops.into_iter().filter(|count| *count > 0) {
            requests.push(request(&messages, &tools));
            answer += 1;
            messages.extend(calls(answer, count));
        }
        requests.push(request(&messages, &tools));
        let mut parts = thought("So it is.").to_vec();
        parts.push(AssistantPart::Text("It is there. ".into()));
        messages.push(Message::Assistant(parts));
    }
    requests
}

fn request(messages: &[Message], tools: &Arc<[ToolDef]>) -> ModelRequest {
    ModelRequest {
        messages: messages.to_vec(),
        tools: Arc::clone(tools),
        ..testkit::request()
    }
}

/// The places of the marks, counted in blocks from the first tool on, and the count of blocks.
fn marks(body: &str) -> (Vec<usize>, usize) {
    let body: Value = serde_json::from_str(body).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap();
    let mut blocks = list(&body["tools"]);
    blocks.extend(list(&body["system"]));
    for message in list(&body["messages"]) {
        blocks.extend(list(&message["content"]));
    }
    let marked = |block: &Value| block.get("cache_control").is_some();
    let places = (0..blocks.len()).filter(|at| marked(&blocks[*at]));
    (places.collect(), blocks.len())
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter_one() {
    let bodies: Vec<String> = growing()
        .iter()
        .map(|request| testkit::body(request, &config()).replace(MARK, ""))
        .collect();
    assert!(bodies.len() > 8);
    for pair in bodies.windows(2) {
        let beginning = pair[0].strip_suffix("]}").unwrap();
        assert!(pair[1].starts_with(beginning), "{}\n{}", pair[0], pair[1]);
    }
}

#[test]
fn each_request_reads_what_the_one_before_it_wrote() {
    let mut written: Option<usize> = None;
    for request in growing() {
        let (marks, count) = marks(&testkit::body(&request, &config()));
        assert!((3..=4).contains(&marks.len()), "{marks:?}");
        // The last tool, the system prompt, and the very end.
        assert_eq!(marks[..2], [1, 2]);
        assert_eq!(marks.last(), Some(&(count - 1)));
        if let Some(written) = written {
            let reads = |mark: &usize| (written..written + LOOK_BACK).contains(mark);
            assert!(marks.iter().any(reads), "{written} {marks:?}");
        }
        written = marks.last().copied();
    }
}

#[test]
fn without_marks_there_is_none() {
    let mut config = config();
    config.quirks.cache_marks = false;
    for request in growing() {
        let body = testkit::body(&request, &config);
        assert!(!body.contains("cache_control"));
        assert!(body.contains(r#""system":"Be brief.""#));
    }
}

#[test]
fn thinking_and_answers_are_never_marked() {
    // The last message is an answer that the provider paused.
    let mut request = growing().swap_remove(3);
    request
        .messages
        .push(Message::Assistant(vec![AssistantPart::Text("I".into())]));
    let body = testkit::body(&request, &config());
    let json: Value = serde_json::from_str(&body).unwrap();
    for message in json["messages"].as_array().unwrap() {
        let is_user = message["role"] == "user";
        assert!(is_user || !message.to_string().contains("cache_control"));
    }
    assert_eq!(body.matches("cache_control").count(), 4);
}
