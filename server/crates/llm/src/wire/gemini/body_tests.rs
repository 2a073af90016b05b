//! Whole bodies, byte for byte.
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;

use crate::wire::testkit;
use crate::{
    AssistantPart, Effort, Message, ModelFacts, ModelRequest, Opaque, OutputSchema, ProviderConfig,
    ReasoningStyle, Thinking, ToolDef, UserPart, Wire,
};

fn written(request: &ModelRequest) -> String {
    testkit::body(request, &ProviderConfig::new(Wire::Gemini, "", None))
}

fn check(request: &ModelRequest, expected: &Expect) {
    expected.assert_eq(&written(request));
}

/// A request without a system prompt.
fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        ..ModelRequest::new("gemini-2.5-flash")
    }
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
        name: "f".into(),
        arguments: arguments.into(),
    }
}

fn opaque(json: &str) -> Opaque {
    Opaque {
        origin: Arc::from("openai/gemini"),
        json: Arc::from(json),
    }
}

fn attached(json: &str) -> AssistantPart {
    AssistantPart::Attached(opaque(json))
}

fn foreign(json: &str) -> Opaque {
    Opaque {
        origin: Arc::from("anthropic/messages"),
        ..opaque(json)
    }
}

fn result(call_id: &str, text: &str, failed: bool) -> Message {
    Message::Tool {
        call_id: call_id.into(),
        name: "f".into(),
        text: text.into(),
        failed,
    }
}

#[test]
fn a_conversation_with_tools() {
    let mut whole = request(vec![
        user("Look."),
        Message::Assistant(vec![
            AssistantPart::Reasoning("hm".into()),
            text("I look."),
            call("call_0", "{\"path\" : \"a\"}"),
            attached(r#"{"id":"g7","thoughtSignature":"c2ln"}"#),
            call("call_1", " "),
        ]),
        // The second was done first.
        result("call_1", "", true),
        result("call_0", "1\ta", false),
        user("Go on."),
        Message::Assistant(vec![]),
        Message::Assistant(vec![call("x", "{\"path")]),
        result("x", "no", true),
        Message::Assistant(vec![call("y", "[1]")]),
        result("unknown", "?", false),
    ]);
    whole.system = "Be brief.".into();
    whole.max_output_tokens = Some(9);
    whole.tools = Arc::from([ToolDef {
        name: "f".into(),
        description: "Does.".into(),
        input_schema: json!({"properties": {}, "type": "object"}),
    }]);
    check(
        &whole,
        &expect![[
            r#"{"generationConfig":{"maxOutputTokens":9},"tools":[{"functionDeclarations":[{"name":"f","description":"Does.","parametersJsonSchema":{"properties":{},"type":"object"}}]}],"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Look."}]},{"role":"model","parts":[{"text":"I look."},{"functionCall":{"id":"g7","name":"f","args":{"path" : "a"}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"g7","name":"f","response":{"output":"1\ta"}}},{"functionResponse":{"name":"f","response":{"error":""}}}]},{"role":"user","parts":[{"text":"Go on."}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"invalid_json":"{\"path"}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"error":"no"}}}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"invalid_json":"[1]"}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"?"}}}]}]}"#
        ]],
    );
}

#[test]
fn pictures_and_documents_or_a_text_in_their_place() {
    let mut whole = request(vec![
        Message::User(vec![
            UserPart::Text("See.".into()),
            UserPart::Image {
                mime_type: "image/png".into(),
                data: "AAAA".into(),
            },
            UserPart::Text(String::new()),
        ]),
        Message::User(vec![UserPart::Document {
            mime_type: "application/pdf".into(),
            data: "BBBB".into(),
            name: Some("a.pdf".into()),
        }]),
        Message::User(vec![UserPart::Text(String::new())]),
    ]);
    check(
        &whole,
        &expect![[
            r#"{"contents":[{"role":"user","parts":[{"text":"See."},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"inlineData":{"mimeType":"application/pdf","data":"BBBB"}}]}]}"#
        ]],
    );
    whole.facts = ModelFacts {
        vision: false,
        pdf: false,
        ..ModelFacts::default()
    };
    check(
        &whole,
        &expect![[
            r#"{"contents":[{"role":"user","parts":[{"text":"See."},{"text":"[A picture was left out here: this model does not see pictures.]"},{"text":"[The document \"a.pdf\" was left out here: this model does not read PDF files.]"}]}]}"#
        ]],
    );
}

#[test]
fn signatures_go_back_on_the_part_that_they_came_with() {
    check(
        &request(vec![Message::Assistant(vec![
            AssistantPart::Reasoning("not signed".into()),
            AssistantPart::Reasoning("unsigned, signed".into()),
            attached(r#"{"thoughtSignature":"r","bytes":6}"#),
            text("whole"),
            attached(r#"{"thoughtSignature":"w","bytes":5}"#),
            text("h\u{e9} tail"),
            attached(r#"{"thoughtSignature":"t","bytes":4}"#),
            // Lengths that do not fit the text, or cut a character, count for nothing.
            text("\u{e9}"),
            attached(r#"{"thoughtSignature":"c","bytes":1}"#),
            text("x"),
            attached(r#"{"thoughtSignature":"l","bytes":99}"#),
            AssistantPart::Opaque(opaque(r#"{"text":"","thoughtSignature":"e"}"#)),
            AssistantPart::Opaque(opaque(r#"{"executableCode": {"code":"1+1"}}"#)),
        ])]),
        &expect![[
            r#"{"contents":[{"role":"model","parts":[{"text":"signed","thought":true,"thoughtSignature":"r"},{"text":"whole","thoughtSignature":"w"},{"text":"hé "},{"text":"tail","thoughtSignature":"t"},{"text":"é","thoughtSignature":"c"},{"text":"x","thoughtSignature":"l"},{"text":"","thoughtSignature":"e"},{"executableCode": {"code":"1+1"}}]}]}"#
        ]],
    );
}

#[test]
fn what_is_opaque_goes_to_nobody_else_and_breaks_nothing() {
    check(
        &request(vec![Message::Assistant(vec![
            text("a"),
            AssistantPart::Attached(foreign(r#"{"thoughtSignature":"no"}"#)),
            call("c", "{}"),
            AssistantPart::Attached(foreign(r#"{"id":"no"}"#)),
            attached(r#"{"id":"yes"}"#),
            AssistantPart::Opaque(foreign(r#"{"text":"no"}"#)),
            AssistantPart::Opaque(opaque("{broken")),
            AssistantPart::Opaque(opaque("[1]")),
            text("b"),
            attached("{broken"),
            text(""),
            attached(r#"{"thoughtSignature":"of nothing"}"#),
        ])]),
        &expect![[
            r#"{"contents":[{"role":"model","parts":[{"text":"a"},{"functionCall":{"id":"yes","name":"f","args":{}}},{"text":"b"}]}]}"#
        ]],
    );
}

#[test]
fn newer_models_get_a_word_where_a_signature_is_missing() {
    let conversation = || {
        vec![
            Message::Assistant(vec![call("a", "{}"), call("b", "{}")]),
            result("a", "1", false),
            result("b", "2", false),
            Message::Assistant(vec![
                call("c", "{}"),
                attached(r#"{"thoughtSignature":"s"}"#),
            ]),
        ]
    };
    for (model, wanted) in [
        ("gemini-3-pro-preview", 1),
        ("gemini-3.1-flash", 1),
        ("models/gemini-4-pro", 1),
        ("gemini-flash-latest", 1),
        ("gemini-2.5-pro", 0),
        ("gemini-1.5-flash", 0),
        ("gemma-3-27b-it", 0),
    ] {
        let mut request = request(conversation());
        request.model = model.into();
        let body = written(&request);
        let count = body.matches("skip_thought_signature_validator").count();
        assert_eq!(count, wanted, "{model}: {body}");
        let first = r#"{"functionCall":{"name":"f","args":{}},"thoughtSignature":"skip_th"#;
        assert_eq!(body.contains(first), wanted > 0, "{model}: {body}");
    }
}

#[test]
fn thinking_in_tokens_and_in_words() {
    use ReasoningStyle::{Always, Budget, Effort as Words, None as Never, Unknown};
    let flash = "gemini-2.5-flash";
    let pro = "gemini-2.5-pro";
    let three = "gemini-3-flash-preview";
    let asked = |effort: Option<Effort>, budget: Option<u32>| Thinking { effort, budget };
    let effort = |effort| asked(Some(effort), None);
    let nothing = asked(None, None);
    for (style, model, thinking, expected) in [
        (Never, flash, effort(Effort::High), ""),
        (Unknown, flash, nothing, ""),
        (
            Always,
            flash,
            effort(Effort::High),
            r#"{"includeThoughts":true}"#,
        ),
        (Budget, flash, nothing, r#"{"includeThoughts":true}"#),
        (
            Budget,
            flash,
            effort(Effort::None),
            r#"{"thinkingBudget":0}"#,
        ),
        (
            Budget,
            flash,
            effort(Effort::Low),
            r#"{"thinkingBudget":4096,"includeThoughts":true}"#,
        ),
        (
            Budget,
            flash,
            effort(Effort::Max),
            r#"{"thinkingBudget":24576,"includeThoughts":true}"#,
        ),
        (
            Budget,
            pro,
            effort(Effort::Max),
            r#"{"thinkingBudget":32000,"includeThoughts":true}"#,
        ),
        (
            Budget,
            pro,
            effort(Effort::None),
            r#"{"thinkingBudget":128,"includeThoughts":true}"#,
        ),
        (
            Budget,
            flash,
            asked(Some(Effort::Low), Some(7)),
            r#"{"thinkingBudget":7,"includeThoughts":true}"#,
        ),
        (
            Budget,
            flash,
            asked(None, Some(u32::MAX)),
            r#"{"thinkingBudget":24576,"includeThoughts":true}"#,
        ),
        (
            Budget,
            pro,
            asked(None, Some(0)),
            r#"{"thinkingBudget":128,"includeThoughts":true}"#,
        ),
        (Words, three, nothing, r#"{"includeThoughts":true}"#),
        (
            Words,
            three,
            effort(Effort::None),
            r#"{"thinkingLevel":"MINIMAL","includeThoughts":true}"#,
        ),
        (
            Words,
            three,
            effort(Effort::Minimal),
            r#"{"thinkingLevel":"MINIMAL","includeThoughts":true}"#,
        ),
        (
            Words,
            "gemini-3-pro",
            effort(Effort::Minimal),
            r#"{"thinkingLevel":"LOW","includeThoughts":true}"#,
        ),
        (
            Words,
            three,
            effort(Effort::Low),
            r#"{"thinkingLevel":"LOW","includeThoughts":true}"#,
        ),
        (
            Words,
            three,
            effort(Effort::Medium),
            r#"{"thinkingLevel":"MEDIUM","includeThoughts":true}"#,
        ),
        (
            Words,
            three,
            effort(Effort::Max),
            r#"{"thinkingLevel":"HIGH","includeThoughts":true}"#,
        ),
        (
            Words,
            three,
            asked(None, Some(5)),
            r#"{"thinkingLevel":"MINIMAL","includeThoughts":true}"#,
        ),
        (
            Words,
            "gemini-3.8-flash",
            effort(Effort::None),
            r#"{"thinkingLevel":"LOW","includeThoughts":true}"#,
        ),
        (
            Words,
            "gemini-4-argon",
            asked(None, Some(12_000)),
            r#"{"thinkingLevel":"MEDIUM","includeThoughts":true}"#,
        ),
        (
            Unknown,
            three,
            effort(Effort::High),
            r#"{"thinkingLevel":"HIGH","includeThoughts":true}"#,
        ),
        (
            Unknown,
            flash,
            effort(Effort::High),
            r#"{"thinkingBudget":24000,"includeThoughts":true}"#,
        ),
    ] {
        let mut request = request(vec![]);
        request.model = model.into();
        request.facts.reasoning = style;
        request.thinking = thinking;
        let config = match expected {
            "" => String::new(),
            expected => format!(r#""generationConfig":{{"thinkingConfig":{expected}}},"#),
        };
        let expected = format!(r#"{{{config}"contents":[]}}"#);
        assert_eq!(
            written(&request),
            expected,
            "{style:?} {model} {thinking:?}"
        );
    }
}

#[test]
fn a_model_that_calls_no_tools_is_told_of_none() {
    let mut request = request(vec![user("a")]);
    let without = written(&request);
    request.tools = Arc::from([ToolDef {
        name: "f".into(),
        description: "Does.".into(),
        input_schema: json!({}),
    }]);
    assert_ne!(written(&request), without);
    request.facts.tools = false;
    assert_eq!(written(&request), without);
}

#[test]
fn structured_output() {
    let mut request = request(vec![]);
    request.output = Some(Arc::new(OutputSchema {
        name: "answer".into(),
        schema: json!({"properties": {"a": {"type": "string"}}, "type": "object"}),
    }));
    check(
        &request,
        &expect![[
            r#"{"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"properties":{"a":{"type":"string"}},"type":"object"}},"contents":[]}"#
        ]],
    );
}

/// A conversation of all kinds of messages.
fn conversation() -> Vec<Message> {
    vec![
        user("a"),
        user("b"),
        Message::Assistant(vec![
            AssistantPart::Reasoning("r".into()),
            attached(r#"{"thoughtSignature":"r"}"#),
            text("c"),
            call("c0", r#"{"x":1}"#),
            attached(r#"{"id":"g0","thoughtSignature":"s"}"#),
            call("c1", "{"),
        ]),
        result("c0", "d", false),
        result("c1", "e", true),
        user("f"),
        Message::Assistant(vec![]),
        Message::Assistant(vec![
            text("g"),
            AssistantPart::Opaque(opaque(r#"{"text":"","thoughtSignature":"e"}"#)),
        ]),
        user("h"),
    ]
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    let all = conversation();
    for model in ["gemini-2.5-pro", "gemini-3-pro-preview"] {
        let body = |count: usize| {
            let mut request = request(all[..count].to_vec());
            request.model = model.into();
            request.system = "Be brief.".into();
            written(&request)
        };
        for count in 1..all.len() {
            let (short, long) = (body(count), body(count + 1));
            assert_eq!(short, body(count), "the same gives the same");
            // What closes the lists and objects may be followed by more in the same content.
            let open = short.strip_suffix("]}]}").unwrap();
            assert!(long.starts_with(open), "{count}:\n{short}\n{long}");
        }
    }
}
