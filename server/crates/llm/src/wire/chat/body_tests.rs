//! Whole bodies, byte for byte.
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::wire::testkit;
use crate::{
    AssistantPart, Effort, EffortField, Message, ModelFacts, Opaque, OutputSchema, Quirks,
    ReasoningReplay, ReasoningStyle, Thinking, UserPart, Wire,
};

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        ..testkit::request()
    }
}

/// A request of nothing but these messages.
fn bare(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        ..ModelRequest::new("m")
    }
}

fn written(request: &ModelRequest, quirks: Quirks) -> String {
    let config = ProviderConfig {
        quirks,
        ..ProviderConfig::new(Wire::Chat, "http://test", None)
    };
    testkit::body(request, &config)
}

fn check(request: &ModelRequest, quirks: Quirks, expected: &Expect) {
    expected.assert_eq(&written(request, quirks));
}

fn check_messages(messages: Vec<Message>, quirks: Quirks, expected: &Expect) {
    let written = written(&bare(messages), quirks);
    let (_, messages) = written.split_once("\"messages\":").unwrap();
    expected.assert_eq(messages.strip_suffix('}').unwrap());
}

fn newer() -> Quirks {
    Quirks {
        max_tokens: MaxTokensField::MaxCompletionTokens,
        ..Quirks::default()
    }
}

fn replaying(reasoning: ReasoningReplay) -> Quirks {
    Quirks {
        reasoning,
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

fn text(text: &str) -> AssistantPart {
    AssistantPart::Text(text.into())
}

fn reasoning(text: &str) -> AssistantPart {
    AssistantPart::Reasoning(text.into())
}

fn opaque(origin: &str, json: &str) -> Opaque {
    Opaque {
        origin: origin.into(),
        json: json.into(),
    }
}

fn call(id: &str, arguments: &str) -> AssistantPart {
    AssistantPart::ToolCall {
        id: id.into(),
        name: "read_file".into(),
        arguments: arguments.into(),
    }
}

fn a_tool() -> Arc<[ToolDef]> {
    Arc::from([ToolDef {
        name: "read_file".into(),
        description: "Reads.".into(),
        input_schema: json!({"type": "object"}),
    }])
}

#[test]
fn a_conversation_with_tools() {
    let mut whole = request(vec![
        user("Look."),
        Message::Assistant(vec![
            text("I "),
            text("look."),
            call("c1", r#"{"path" : "a"}"#),
            call("c2", ""),
        ]),
        result("c1", "1\ta"),
        result("c2", ""),
        Message::Assistant(vec![]),
        Message::Assistant(vec![call("c3", "{\"path")]),
        result("c3", "no"),
    ]);
    whole.tools = a_tool();
    check(
        &whole,
        Quirks::default(),
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"read_file","description":"Reads.","parameters":{"type":"object"}}}],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Look."},{"role":"assistant","content":"I look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{\"path\" : \"a\"}"}},{"id":"c2","type":"function","function":{"name":"read_file","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"1\ta"},{"role":"tool","tool_call_id":"c2","content":""},{"role":"assistant","content":null,"tool_calls":[{"id":"c3","type":"function","function":{"name":"read_file","arguments":"{\"invalid_json\":\"{\\\"path\"}"}}]},{"role":"tool","tool_call_id":"c3","content":"no"}]}"#
        ]],
    );
}

#[test]
fn every_field_is_before_the_conversation() {
    let whole = ModelRequest {
        max_output_tokens: Some(9),
        tools: a_tool(),
        thinking: Thinking {
            effort: Some(Effort::Low),
            budget: None,
        },
        output: Some(Arc::new(OutputSchema {
            name: "answer".into(),
            schema: json!({"type": "object"}),
        })),
        cache_key: Some("session".into()),
        ..request(vec![user("a")])
    };
    let all = Quirks {
        cache_key: true,
        ..Quirks::default()
    };
    check(
        &whole,
        all,
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"},"strict":true}},"prompt_cache_key":"session","tools":[{"type":"function","function":{"name":"read_file","description":"Reads.","parameters":{"type":"object"}}}],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"a"}]}"#
        ]],
    );
    let other = Quirks {
        stream_options: false,
        effort: EffortField::ReasoningObject,
        ..newer()
    };
    check(
        &whole,
        other,
        &expect![[
            r#"{"model":"m","stream":true,"max_completion_tokens":9,"reasoning":{"effort":"low"},"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"},"strict":true}},"tools":[{"type":"function","function":{"name":"read_file","description":"Reads.","parameters":{"type":"object"}}}],"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"a"}]}"#
        ]],
    );
    let without_tools = ModelRequest {
        facts: ModelFacts {
            tools: false,
            ..ModelFacts::default()
        },
        ..whole
    };
    assert!(!written(&without_tools, all).contains("\"tools\""));
}

#[test]
fn models_of_anthropics_get_a_cache_mark_where_it_is_understood() {
    let marking = Quirks {
        cache_control: true,
        ..Quirks::default()
    };
    for (model, quirks, is_marked) in [
        ("anthropic/claude-opus-5.5", marking, true),
        ("~anthropic/claude-sonnet-latest", marking, true),
        ("openai/gpt-5", marking, false),
        ("anthropic", marking, false),
        ("anthropic/claude-opus-5.5", Quirks::default(), false),
    ] {
        let asked = ModelRequest {
            model: model.into(),
            ..request(vec![user("a")])
        };
        let body = written(&asked, quirks);
        let mark = r#","cache_control":{"type":"ephemeral"},"messages":["#;
        assert_eq!(body.contains(mark), is_marked, "{body}");
        assert_eq!(body.contains("cache_control"), is_marked, "{body}");
    }
}

fn picture() -> UserPart {
    UserPart::Image {
        mime_type: "image/png".into(),
        data: "AAAA".into(),
    }
}

fn document(name: Option<&str>) -> UserPart {
    UserPart::Document {
        mime_type: "application/pdf".into(),
        data: "BBBB".into(),
        name: name.map(str::to_owned),
    }
}

#[test]
fn texts_are_joined_and_pictures_make_parts() {
    let text = |text: &str| UserPart::Text(text.into());
    check_messages(
        vec![
            Message::User(vec![text("a"), text("b")]),
            Message::User(vec![text("see"), picture()]),
        ],
        Quirks::default(),
        &expect![[
            r#"[{"role":"user","content":"a\n\nb"},{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]"#
        ]],
    );
}

#[test]
fn documents_are_files_where_the_server_takes_them() {
    let messages = || {
        vec![Message::User(vec![
            document(Some("a \"b\".pdf")),
            document(None),
        ])]
    };
    let able = Quirks {
        pdf: true,
        ..Quirks::default()
    };
    check_messages(
        messages(),
        able,
        &expect![[
            r#"[{"role":"user","content":[{"type":"file","file":{"filename":"a \"b\".pdf","file_data":"data:application/pdf;base64,BBBB"}},{"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,BBBB"}}]}]"#
        ]],
    );
    check_messages(
        messages(),
        Quirks::default(),
        &expect![[
            r#"[{"role":"user","content":"[The document \"a \\\"b\\\".pdf\" was left out here: this model does not read PDF files.]\n\n[A document was left out here: this model does not read PDF files.]"}]"#
        ]],
    );
    let mut blind = bare(vec![Message::User(vec![
        UserPart::Text("see".into()),
        picture(),
        document(None),
    ])]);
    blind.facts.vision = false;
    blind.facts.pdf = false;
    check(
        &blind,
        able,
        &expect![[
            r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"see\n\n[A picture was left out here: this model does not see pictures.]\n\n[A document was left out here: this model does not read PDF files.]"}]}"#
        ]],
    );
}

fn thoughtful() -> Vec<Message> {
    vec![
        user("a"),
        Message::Assistant(vec![
            reasoning("hm"),
            text("b"),
            reasoning("oh"),
            call("c1", "{}"),
        ]),
        result("c1", "r"),
        Message::Assistant(vec![reasoning("so"), text("c")]),
        user("d"),
        Message::Assistant(vec![text("e")]),
        Message::Assistant(vec![reasoning("nothing else")]),
    ]
}

#[test]
fn reasoning_goes_back_as_text_where_it_is_wanted() {
    check_messages(
        thoughtful(),
        Quirks::default(),
        &expect![[
            r#"[{"role":"user","content":"a"},{"role":"assistant","content":"b","tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"},{"role":"assistant","content":"c"},{"role":"user","content":"d"},{"role":"assistant","content":"e"}]"#
        ]],
    );
    check_messages(
        thoughtful(),
        replaying(ReasoningReplay::Content),
        &expect![[
            r#"[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"hmoh","tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"r"},{"role":"assistant","content":"c","reasoning_content":"so"},{"role":"user","content":"d"},{"role":"assistant","content":"e"}]"#
        ]],
    );
    let content = |style: ReasoningStyle| {
        let mut request = bare(thoughtful());
        request.facts.reasoning = style;
        let body = written(&request, replaying(ReasoningReplay::Content));
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let back = body["messages"].as_array().unwrap().iter();
        back.filter_map(|message| message.get("reasoning_content").cloned())
            .collect::<Vec<_>>()
    };
    // A model that reasons is told of each message that there was none.
    for style in [
        ReasoningStyle::Effort,
        ReasoningStyle::Budget,
        ReasoningStyle::Always,
    ] {
        assert_eq!(content(style), ["hmoh", "so", " "]);
    }
    assert_eq!(content(ReasoningStyle::None), [""; 0]);
}

#[test]
fn reasoning_details_go_back_as_they_came_and_to_nobody_else() {
    let details =
        |origin: &str, items: &str| opaque(origin, &format!("{{\"reasoning_details\":{items}}}"));
    let messages = || {
        vec![Message::Assistant(vec![
            reasoning("hm"),
            AssistantPart::Attached(details(
                "openai/chat",
                r#"[{"signature" : "s\u0041","b":1e2}]"#,
            )),
            AssistantPart::Opaque(details("other/chat", r#"[{"not":"ours"}]"#)),
            text("b"),
            call("c1", "{}"),
            AssistantPart::Opaque(details("openai/chat", r#"[{"data":"e"},7]"#)),
            AssistantPart::Opaque(details("openai/chat", r#"[{"broken""#)),
            AssistantPart::Opaque(opaque("openai/chat", r#"{"extra_content":{"not":"here"}}"#)),
        ])]
    };
    check_messages(
        messages(),
        replaying(ReasoningReplay::Details),
        &expect![[
            r#"[{"role":"assistant","content":"b","reasoning_details":[{"signature" : "s\u0041","b":1e2},{"data":"e"},7],"tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{}"}}]}]"#
        ]],
    );
    for quirks in [Quirks::default(), replaying(ReasoningReplay::Content)] {
        assert!(!written(&bare(messages()), quirks).contains("reasoning_details"));
    }
}

#[test]
fn what_came_with_a_call_goes_back_on_it() {
    let extra = |origin: &str| {
        AssistantPart::Attached(opaque(
            origin,
            r#"{"extra_content":{"google" : {"thought_signature":"s"}}}"#,
        ))
    };
    check_messages(
        vec![Message::Assistant(vec![
            call("c1", "{}"),
            extra("openai/chat"),
            call("c2", "{}"),
            call("c3", "{}"),
            extra("google/gemini"),
            text("x"),
            extra("openai/chat"),
        ])],
        Quirks::default(),
        &expect![[
            r#"[{"role":"assistant","content":"x","tool_calls":[{"id":"c1","type":"function","function":{"name":"read_file","arguments":"{}"},"extra_content":{"google" : {"thought_signature":"s"}}},{"id":"c2","type":"function","function":{"name":"read_file","arguments":"{}"}},{"id":"c3","type":"function","function":{"name":"read_file","arguments":"{}"}}]}]"#
        ]],
    );
}

#[test]
fn ids_are_cut_alike_in_call_and_result() {
    let quirks = Quirks {
        short_call_ids: true,
        ..Quirks::default()
    };
    check_messages(
        vec![
            Message::Assistant(vec![call("call_0", "{}"), call("abcDEF012", "{}")]),
            result("call_0", "a"),
            result("abcDEF012", "b"),
        ],
        quirks,
        &expect![[
            r#"[{"role":"assistant","content":null,"tool_calls":[{"id":"ckTj2MTct","type":"function","function":{"name":"read_file","arguments":"{}"}},{"id":"abcDEF012","type":"function","function":{"name":"read_file","arguments":"{}"}}]},{"role":"tool","tool_call_id":"ckTj2MTct","content":"a"},{"role":"tool","tool_call_id":"abcDEF012","content":"b"}]"#
        ]],
    );
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    for quirks in [
        Quirks::default(),
        newer(),
        replaying(ReasoningReplay::Content),
        replaying(ReasoningReplay::Details),
    ] {
        let all = thoughtful();
        let mut shorter = written(&request(vec![]), quirks);
        for count in 1..=all.len() {
            let longer = written(&request(all[..count].to_vec()), quirks);
            let same = shorter.strip_suffix("]}").unwrap();
            assert!(longer.starts_with(same), "{shorter}\n{longer}");
            shorter = longer;
        }
    }
}
