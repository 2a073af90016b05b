//! Whole bodies, byte for byte.
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;

use crate::wire::testkit;
use crate::{
    AssistantPart, Effort, Message, ModelRequest, Opaque, OutputSchema, ProviderConfig, Quirks,
    ReasoningStyle, Thinking, ToolDef, UserPart, Wire,
};

/// A compatible server of which nothing is known.
fn compatible() -> ProviderConfig {
    ProviderConfig::new(Wire::Responses, "http://test", None)
}

/// OpenAI itself.
fn openai() -> ProviderConfig {
    ProviderConfig {
        quirks: Quirks {
            cache_key: true,
            ..Quirks::default()
        },
        ..compatible()
    }
}

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        ..testkit::request()
    }
}

/// A request without a system prompt.
fn bare(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        system: String::new(),
        ..request(messages)
    }
}

fn check(request: &ModelRequest, config: &ProviderConfig, expected: &Expect) {
    expected.assert_eq(&testkit::body(request, config));
}

fn user(text: &str) -> Message {
    Message::User(vec![UserPart::Text(text.into())])
}

fn text(text: &str) -> AssistantPart {
    AssistantPart::Text(text.into())
}

fn call(id: &str, arguments: &str) -> AssistantPart {
    AssistantPart::ToolCall {
        id: id.into(),
        name: "read_file".into(),
        arguments: arguments.into(),
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

fn opaque(origin: &str, json: &str) -> Opaque {
    Opaque {
        origin: origin.into(),
        json: json.into(),
    }
}

fn attached(json: &str) -> AssistantPart {
    AssistantPart::Attached(opaque("openai/responses", json))
}

fn alone(json: &str) -> AssistantPart {
    AssistantPart::Opaque(opaque("openai/responses", json))
}

/// Checks the input items of one answer.
fn check_answer(parts: Vec<AssistantPart>, expected: &Expect) {
    let body = testkit::body(&bare(vec![Message::Assistant(parts)]), &compatible());
    let start = r#"{"model":"m","stream":true,"store":false,"input":"#;
    expected.assert_eq(body.strip_prefix(start).unwrap().strip_suffix('}').unwrap());
}

const REASONING: &str =
    r#"{"id":"rs_1", "type":"reasoning", "summary":[], "encrypted_content":"gAAA=="}"#;

#[test]
fn a_conversation_with_tools() {
    let mut whole = request(vec![
        user("Look."),
        Message::Assistant(vec![
            text("I look."),
            call("c1", r#"{"path" : "a"}"#),
            call("c2", " "),
        ]),
        result("c1", "1\ta"),
        result("c2", ""),
        Message::Assistant(vec![]),
        Message::User(vec![]),
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
        &compatible(),
        &expect![[
            r#"{"model":"m","stream":true,"store":false,"tools":[{"type":"function","name":"read_file","description":"Reads.","parameters":{"type":"object"},"strict":false}],"instructions":"Be brief.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Look."}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look."}]},{"type":"function_call","call_id":"c1","name":"read_file","arguments":"{\"path\" : \"a\"}"},{"type":"function_call","call_id":"c2","name":"read_file","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"1\ta"},{"type":"function_call_output","call_id":"c2","output":""},{"type":"function_call","call_id":"c3","name":"read_file","arguments":"{\"invalid_json\":\"{\\\"path\"}"},{"type":"function_call_output","call_id":"c3","output":"no"}]}"#
        ]],
    );
    whole.facts.tools = false;
    assert!(!testkit::body(&whole, &compatible()).contains("\"tools\""));
}

#[test]
fn what_is_asked_of_reasoning() {
    let check = |config: &ProviderConfig, style, thinking: Thinking, expected: &str| {
        let mut asked = bare(vec![]);
        asked.facts.reasoning = style;
        asked.thinking = thinking;
        let body = testkit::body(&asked, config);
        let inner = body
            .strip_prefix(r#"{"model":"m","stream":true,"store":false"#)
            .and_then(|rest| rest.strip_suffix(r#","input":[]}"#));
        assert_eq!(inner, Some(expected), "{style:?} {thinking:?}");
    };
    let nothing = Thinking::default();
    let effort = |effort| Thinking {
        effort: Some(effort),
        budget: None,
    };
    let budget = |budget| Thinking {
        effort: None,
        budget: Some(budget),
    };
    const INCLUDE: &str = r#","include":["reasoning.encrypted_content"]"#;
    let full = |reasoning: &str| format!(r#"{INCLUDE},"reasoning":{{{reasoning}}}"#);
    let (openai, compatible) = (openai(), compatible());

    check(&openai, ReasoningStyle::None, effort(Effort::High), "");
    check(
        &openai,
        ReasoningStyle::Always,
        effort(Effort::High),
        INCLUDE,
    );
    check(&openai, ReasoningStyle::Unknown, nothing, "");
    check(&openai, ReasoningStyle::Unknown, budget(0), "");
    let none = r#","reasoning":{"effort":"none"}"#;
    check(&openai, ReasoningStyle::Unknown, effort(Effort::None), none);
    let summary = full(r#""summary":"auto""#);
    check(&openai, ReasoningStyle::Unknown, budget(9), &summary);
    check(&openai, ReasoningStyle::Effort, nothing, &summary);
    for (asked, word) in [
        (Effort::None, "none"),
        (Effort::Minimal, "minimal"),
        (Effort::Low, "low"),
        (Effort::Medium, "medium"),
        (Effort::High, "high"),
        (Effort::Max, "high"),
    ] {
        let both = full(&format!(r#""effort":"{word}","summary":"auto""#));
        check(&openai, ReasoningStyle::Effort, effort(asked), &both);
        let only = format!(r#","reasoning":{{"effort":"{word}"}}"#);
        check(&compatible, ReasoningStyle::Unknown, effort(asked), &only);
    }
    check(&compatible, ReasoningStyle::Effort, nothing, "");
    check(&compatible, ReasoningStyle::Always, nothing, "");
}

#[test]
fn limits_keys_and_the_shape_of_the_answer() {
    let mut all = bare(vec![]);
    all.max_output_tokens = Some(9);
    all.cache_key = Some("s1".into());
    all.output = Some(Arc::new(OutputSchema {
        name: "answer".into(),
        schema: json!({"type": "object"}),
    }));
    check(
        &all,
        &openai(),
        &expect![[
            r#"{"model":"m","stream":true,"store":false,"prompt_cache_key":"s1","max_output_tokens":9,"text":{"format":{"type":"json_schema","name":"answer","strict":true,"schema":{"type":"object"}}},"input":[]}"#
        ]],
    );
    check(
        &all,
        &compatible(),
        &expect![[
            r#"{"model":"m","stream":true,"store":false,"max_output_tokens":9,"text":{"format":{"type":"json_schema","name":"answer","strict":true,"schema":{"type":"object"}}},"input":[]}"#
        ]],
    );
}

#[test]
fn pictures_and_documents() {
    let parts = vec![
        UserPart::Text("see".into()),
        UserPart::Image {
            mime_type: "image/png".into(),
            data: "AAAA".into(),
        },
        UserPart::Document {
            mime_type: "application/pdf".into(),
            data: "BBBB".into(),
            name: Some("a.pdf".into()),
        },
        UserPart::Document {
            mime_type: "application/pdf".into(),
            data: "CCCC".into(),
            name: None,
        },
    ];
    let mut asked = bare(vec![Message::User(parts)]);
    check(
        &asked,
        &openai(),
        &expect![[
            r#"{"model":"m","stream":true,"store":false,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"},{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,BBBB"},{"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,CCCC"}]}]}"#
        ]],
    );
    asked.facts.vision = false;
    asked.facts.pdf = false;
    check(
        &asked,
        &openai(),
        &expect![[
            r#"{"model":"m","stream":true,"store":false,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"see"},{"type":"input_text","text":"[A picture was left out here: this model does not see pictures.]"},{"type":"input_text","text":"[The document \"a.pdf\" was left out here: this model does not read PDF files.]"},{"type":"input_text","text":"[A document was left out here: this model does not read PDF files.]"}]}]}"#
        ]],
    );
}

#[test]
fn what_the_provider_wants_back_is_at_its_place_byte_for_byte() {
    check_answer(
        vec![
            AssistantPart::Reasoning("Hm.".into()),
            attached(REASONING),
            text("I look."),
            attached(r#"{"id":"msg_1","phase":"commentary"}"#),
            alone(r#"{"type":"web_search_call","id":"ws_1","action":{"query":"a\/b"} }"#),
            call("c1", "{}"),
            attached(r#"{"id":"fc_1"}"#),
            attached(r#"{"namespace":"n"}"#),
        ],
        &expect![[
            r#"[{"id":"rs_1", "type":"reasoning", "summary":[], "encrypted_content":"gAAA=="},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look."}],"id":"msg_1","phase":"commentary"},{"type":"web_search_call","id":"ws_1","action":{"query":"a\/b"} },{"type":"function_call","call_id":"c1","name":"read_file","arguments":"{}","id":"fc_1","namespace":"n"}]"#
        ]],
    );
    // A message that is more than its text.
    check_answer(
        vec![
            text("cited"),
            attached(r#"{"content":[{"type":"output_text","text":"cited","annotations":[{}]}]}"#),
            text(""),
            text(""),
            attached(r#"{"content":[]}"#),
        ],
        &expect![[
            r#"[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"cited","annotations":[{}]}]},{"type":"message","role":"assistant","content":[]}]"#
        ]],
    );
    // Nothing that is said of an item replaces what it is.
    check_answer(
        vec![
            call("c1", "{}"),
            attached(r#"{"call_id":"c2","arguments":"x","role":"user"}"#),
            text("a"),
            attached(r#"{"role":"user"}"#),
        ],
        &expect![[
            r#"[{"type":"function_call","call_id":"c1","name":"read_file","arguments":"{}","role":"user"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}]"#
        ]],
    );
}

#[test]
fn what_is_of_others_or_broken_is_not_sent() {
    let other = |json: &str| AssistantPart::Attached(opaque("other/responses", json));
    check_answer(
        vec![
            AssistantPart::Opaque(opaque("openai/chat", REASONING)),
            AssistantPart::Reasoning("Hm.".into()),
            other(REASONING),
            text("a"),
            other(r#"{"phase":"commentary"}"#),
            attached(r#"{"phase":"final_answer"}"#),
            call("c1", "{}"),
            other(r#"{"id":"fc_1"}"#),
            attached("{broken"),
            attached("7"),
            alone("{}"),
            alone(r#"{"id":"msg_1"}"#),
            alone(r#"{"type":"x""#),
            alone(r#"["type"]"#),
        ],
        &expect![[
            r#"[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}],"phase":"final_answer"},{"type":"function_call","call_id":"c1","name":"read_file","arguments":"{}"}]"#
        ]],
    );
}

#[test]
fn reasoning_goes_back_only_with_what_it_led_to() {
    let open = r#"{"id":"rs_2","type":"reasoning","content":[{"text":"Hm."}]}"#;
    // Interrupted while reasoning.
    check_answer(
        vec![text("a"), attached(REASONING), alone(REASONING)],
        &expect![[
            r#"[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}]"#
        ]],
    );
    // Interrupted within the message, so that its id did not come.
    check_answer(
        vec![alone(REASONING), alone(open), text("ha")],
        &expect![[
            r#"[{"id":"rs_2","type":"reasoning","content":[{"text":"Hm."}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ha"}]}]"#
        ]],
    );
    check_answer(
        vec![
            alone(REASONING),
            AssistantPart::Reasoning("Hm.".into()),
            alone(REASONING),
            call("c1", "{}"),
        ],
        &expect![[
            r#"[{"id":"rs_1", "type":"reasoning", "summary":[], "encrypted_content":"gAAA=="},{"id":"rs_1", "type":"reasoning", "summary":[], "encrypted_content":"gAAA=="},{"type":"function_call","call_id":"c1","name":"read_file","arguments":"{}"}]"#
        ]],
    );
    check_answer(
        vec![alone(REASONING), text(""), alone(r#"{"type":"mcp_call"}"#)],
        &expect![[
            r#"[{"id":"rs_1", "type":"reasoning", "summary":[], "encrypted_content":"gAAA=="},{"type":"mcp_call"}]"#
        ]],
    );
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    let all = [
        user("a"),
        Message::Assistant(vec![
            AssistantPart::Reasoning("Hm.".into()),
            attached(REASONING),
            text("b"),
            attached(r#"{"id":"msg_1"}"#),
            call("c1", "{}"),
            attached(r#"{"id":"fc_1"}"#),
        ]),
        result("c1", "r"),
        Message::Assistant(vec![alone(REASONING)]),
        user("c"),
        Message::Assistant(vec![text("d")]),
        user("e"),
    ];
    for config in [openai(), compatible()] {
        let bodies: Vec<String> = (0..=all.len())
            .map(|count| testkit::body(&request(all[..count].to_vec()), &config))
            .collect();
        for pair in bodies.windows(2) {
            let start = pair[0].strip_suffix("]}").unwrap();
            assert!(pair[1].starts_with(start), "{pair:#?}");
        }
        let again = testkit::body(&request(all.to_vec()), &config);
        assert_eq!(bodies.last(), Some(&again));
    }
}
