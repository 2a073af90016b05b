//! Whole bodies, byte for byte.
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::wire::testkit;
use crate::{Quirks, Wire as WireFormat};

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        ..testkit::request()
    }
}

fn written(request: &ModelRequest, quirks: Quirks) -> String {
    let config = ProviderConfig {
        quirks,
        ..ProviderConfig::new(WireFormat::Chat, "http://test", None)
    };
    testkit::body(request, &config)
}

fn check(request: &ModelRequest, quirks: Quirks, expected: &Expect) {
    expected.assert_eq(&written(request, quirks));
}

fn newer() -> Quirks {
    Quirks {
        max_tokens: MaxTokensField::MaxCompletionTokens,
        ..Quirks::default()
    }
}

fn result(call_id: &str, text: &str) -> Message {
    Message::Tool {
        call_id: call_id.into(),
        name: "read_file".into(),
        text: text.into(),
        failed: false,
    }
}

fn user(text: &str) -> Message {
    Message::User(vec![UserPart::Text(text.into())])
}

fn call(id: &str, arguments: &str) -> AssistantPart {
    AssistantPart::ToolCall {
        id: id.into(),
        name: "read_file".into(),
        arguments: arguments.into(),
    }
}

#[test]
fn a_conversation_with_tools() {
    let mut whole = request(vec![
        user("Look."),
        Message::Assistant(vec![
            AssistantPart::Text("I ".into()),
            AssistantPart::Text("look.".into()),
            call("c1", r#"{"path" : "a"}"#),
            call("c2", ""),
        ]),
        result("c1", "1\ta"),
        result("c2", ""),
        Message::Assistant(vec![]),
        Message::Assistant(vec![call("c3", "{\"path")]),
        result("c3", "no"),
    ]);
    whole.tools = Arc::from([ToolDef {
        name: "read_file".into(),
        description: "Reads.".into(),
        input_schema: json!({"type": "object"}),
    }]);
    check(
        &whole,
        Quirks::default(),
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"read_file","description":"Reads.","parameters":{"type":"object"}}}],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Look."},{"role":"assistant","content":"I look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{\"path\" : \"a\"}"}},{"id":"c2","type":"function","function":{"name":"read_file","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"1\ta"},{"role":"tool","tool_call_id":"c2","content":""},{"role":"assistant","content":null,"tool_calls":[{"id":"c3","type":"function","function":{"name":"read_file","arguments":"{\"invalid_json\":\"{\\\"path\"}"}}]},{"role":"tool","tool_call_id":"c3","content":"no"}]}"#
        ]],
    );
}

#[test]
fn texts_are_joined_and_pictures_make_parts() {
    let text = |text: &str| UserPart::Text(text.into());
    let image = UserPart::Image {
        mime_type: "image/png".into(),
        data: "AAAA".into(),
    };
    let mut whole = request(vec![
        Message::User(vec![text("a"), text("b")]),
        Message::User(vec![text("see"), image]),
    ]);
    whole.system.clear();
    check(
        &whole,
        Quirks::default(),
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"a\n\nb"},{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}"#
        ]],
    );
}

#[test]
fn the_token_limit_has_the_name_that_the_server_knows() {
    let mut limited = request(vec![]);
    limited.system.clear();
    limited.max_output_tokens = Some(9);
    check(
        &limited,
        newer(),
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9,"messages":[]}"#
        ]],
    );
    check(
        &limited,
        Quirks::default(),
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"messages":[]}"#
        ]],
    );
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    let short = request(vec![user("a")]);
    let long = request(vec![
        user("a"),
        Message::Assistant(vec![AssistantPart::Text("b".into())]),
        user("c"),
    ]);
    let short = written(&short, newer());
    let long = written(&long, newer());
    assert!(long.starts_with(&short[..short.len() - b"]}".len()]));
}
