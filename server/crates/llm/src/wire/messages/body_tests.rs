//! Whole bodies, byte for byte.
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::json;

use crate::wire::testkit;
use crate::{
    AssistantPart, Effort, Message, ModelRequest, Opaque, OutputSchema, ProviderConfig,
    ReasoningStyle, ToolDef, UserPart, Wire,
};

fn config(cache_marks: bool) -> ProviderConfig {
    let mut config = ProviderConfig::new(Wire::Messages, "http://test", None);
    config.id = "anthropic".into();
    config.quirks.cache_marks = cache_marks;
    config
}

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        max_output_tokens: Some(9000),
        ..testkit::request()
    }
}

/// Checks the whole body, without cache marks.
fn check(request: &ModelRequest, expected: &Expect) {
    expected.assert_eq(&testkit::body(request, &config(false)));
}

/// Checks the messages of the body alone.
fn check_messages(messages: Vec<Message>, expected: &Expect) {
    let body = testkit::body(&request(messages), &config(false));
    let (_, messages) = body.split_once(r#","messages":["#).unwrap();
    let messages = messages.strip_suffix("]}").unwrap();
    expected.assert_eq(&format!("{}\n", messages.replace("]},{", "]}\n{")));
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

fn result(id: &str, text: &str, failed: bool) -> Message {
    Message::Tool {
        call_id: id.into(),
        name: "read_file".into(),
        text: text.into(),
        failed,
    }
}

fn opaque(json: &str) -> Opaque {
    Opaque {
        origin: Arc::from("anthropic/messages"),
        json: Arc::from(json),
    }
}

fn alone(json: &str) -> AssistantPart {
    AssistantPart::Opaque(opaque(json))
}

fn attached(json: &str) -> AssistantPart {
    AssistantPart::Attached(opaque(json))
}

#[test]
fn a_conversation_with_tools() {
    let mut whole = request(vec![
        user("Look."),
        Message::Assistant(vec![
            AssistantPart::Reasoning("Hm.".into()),
            attached(r#"{"type":"thinking","thinking":"Hm.","signature":"c2ln"}"#),
            text("I look."),
            call("toolu_1", r#" {"path" : "a"} "#),
            call("toolu_2", ""),
        ]),
        result("toolu_1", "1\ta", false),
        result("toolu_2", "", true),
        user("Go on."),
    ]);
    whole.tools = Arc::from([
        ToolDef {
            name: "read_file".into(),
            description: "Reads.".into(),
            input_schema: json!({"type": "object"}),
        },
        ToolDef {
            name: "stop".into(),
            description: String::new(),
            input_schema: json!({"anyOf": []}),
        },
    ]);
    let body = testkit::body(&whole, &config(true));
    expect![[r#"{"model":"m","max_tokens":9000,"stream":true,"tools":[{"name":"read_file","description":"Reads.","input_schema":{"type":"object"}},{"name":"stop","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}],"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"Look.","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"text","text":"I look."},{"type":"tool_use","id":"toolu_1","name":"read_file","input":{"path" : "a"}},{"type":"tool_use","id":"toolu_2","name":"read_file","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"1\ta"},{"type":"tool_result","tool_use_id":"toolu_2","content":"The call failed.","is_error":true},{"type":"text","text":"Go on.","cache_control":{"type":"ephemeral"}}]}]}"#]].assert_eq(&body);
    whole.facts.tools = false;
    assert!(!testkit::body(&whole, &config(true)).contains("\"tools\""));
    whole.system = " \n".into();
    whole.facts.tools = true;
    whole.tools = Arc::from([]);
    whole.messages.truncate(1);
    check(
        &whole,
        &expect![[
            r#"{"model":"m","max_tokens":9000,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"Look."}]}]}"#
        ]],
    );
}

#[test]
fn thinking_and_structured_output() {
    let mut asked = request(vec![user("Hi.")]);
    asked.max_output_tokens = None;
    asked.facts.reasoning = ReasoningStyle::Budget;
    asked.thinking.effort = Some(Effort::Low);
    check(
        &asked,
        &expect![[
            r#"{"model":"m","max_tokens":12288,"stream":true,"thinking":{"type":"enabled","budget_tokens":4096},"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Hi."}]}]}"#
        ]],
    );
    asked.facts.reasoning = ReasoningStyle::Effort;
    asked.output = Some(Arc::new(OutputSchema {
        name: "answer".into(),
        schema: json!({"type": "object", "properties": {}}),
    }));
    check(
        &asked,
        &expect![[
            r#"{"model":"m","max_tokens":8192,"stream":true,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"additionalProperties":false,"properties":{},"type":"object"}}},"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Hi."}]}]}"#
        ]],
    );
    asked.thinking.effort = Some(Effort::None);
    check(
        &asked,
        &expect![[
            r#"{"model":"m","max_tokens":8192,"stream":true,"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"additionalProperties":false,"properties":{},"type":"object"}}},"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Hi."}]}]}"#
        ]],
    );
}

#[test]
fn thinking_is_not_switched_on_in_the_middle_of_a_turn() {
    let signed = || {
        [
            AssistantPart::Reasoning("Hm.".into()),
            attached(r#"{"type":"thinking","thinking":"Hm.","signature":"c2ln"}"#),
        ]
    };
    let thinks = |messages: Vec<Message>| {
        let mut request = request(messages);
        request.thinking.budget = Some(2000);
        testkit::body(&request, &config(false)).contains(r#""thinking":{"type":"enabled""#)
    };
    let answer = |thought: bool, nth: &str| {
        let mut parts = Vec::new();
        if thought {
            parts.extend(signed());
        }
        parts.push(call(nth, "{}"));
        [Message::Assistant(parts), result(nth, "r", false)]
    };
    let turn = |answers: &[(bool, &str)]| {
        let mut messages = vec![user("Look.")];
        for (thought, nth) in answers {
            messages.extend(answer(*thought, nth));
        }
        messages
    };
    assert!(thinks(turn(&[])));
    assert!(thinks(turn(&[(true, "a")])));
    assert!(!thinks(turn(&[(false, "a")])));
    // A turn that began with thinking may go on without.
    assert!(thinks(turn(&[(true, "a"), (false, "b")])));
    assert!(!thinks(turn(&[(false, "a"), (true, "b")])));
    // What earlier turns did does not matter.
    let mut later = turn(&[(false, "a")]);
    later.push(Message::Assistant(vec![text("Done.")]));
    later.push(user("More."));
    assert!(thinks(later.clone()));
    later.extend(answer(true, "b"));
    assert!(thinks(later));
}

#[test]
fn pictures_and_documents() {
    let image = UserPart::Image {
        mime_type: "image/png".into(),
        data: "AAAA".into(),
    };
    let document = |name: Option<&str>| UserPart::Document {
        mime_type: "application/pdf".into(),
        data: "JVBERg==".into(),
        name: name.map(str::to_owned),
    };
    let parts = || {
        vec![
            image.clone(),
            document(Some(" a.pdf ")),
            document(Some(" ")),
            UserPart::Text("See.".into()),
            UserPart::Text(" \n".into()),
            document(None),
        ]
    };
    check_messages(
        vec![Message::User(parts())],
        &expect![[r#"
        {"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="},"title":"a.pdf"},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="}},{"type":"text","text":"See."},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="}}]}
    "#]],
    );
    let mut blind = request(vec![Message::User(parts())]);
    blind.facts.vision = false;
    blind.facts.pdf = false;
    check(
        &blind,
        &expect![[
            r#"{"model":"m","max_tokens":9000,"stream":true,"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"[A picture was left out here: this model does not see pictures.]"},{"type":"text","text":"[The document \" a.pdf \" was left out here: this model does not read PDF files.]"},{"type":"text","text":"[The document \" \" was left out here: this model does not read PDF files.]"},{"type":"text","text":"See."},{"type":"text","text":"[A document was left out here: this model does not read PDF files.]"}]}]}"#
        ]],
    );
    let long = "é".repeat(600);
    let title = super::super::block::title(&long);
    assert_eq!(title.map(str::len), Some(1000));
}

#[test]
fn what_one_side_says_goes_together() {
    check_messages(
        vec![
            user("a"),
            user("b"),
            Message::Assistant(vec![text("c"), text(""), text(" \n")]),
            Message::Assistant(vec![]),
            Message::Assistant(vec![text("d ")]),
            user(""),
            Message::User(vec![]),
            Message::Assistant(vec![text("e")]),
            user("f"),
        ],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}
            {"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"},{"type":"text","text":"e"}]}
            {"role":"user","content":[{"type":"text","text":"f"}]}
        "#]],
    );
}

#[test]
fn an_answer_that_goes_on_does_not_end_with_white_space() {
    let paused = |last: &str| {
        vec![
            user("a"),
            Message::Assistant(vec![text("b \n"), text(last)]),
        ]
    };
    check_messages(
        paused("c \n"),
        &expect![[r#"
        {"role":"user","content":[{"type":"text","text":"a"}]}
        {"role":"assistant","content":[{"type":"text","text":"b \n"},{"type":"text","text":"c"}]}
    "#]],
    );
    check_messages(
        paused(" \n"),
        &expect![[r#"
        {"role":"user","content":[{"type":"text","text":"a"}]}
        {"role":"assistant","content":[{"type":"text","text":"b"}]}
    "#]],
    );
}

#[test]
fn thinking_that_is_bound_may_be_dropped() {
    let mut asked = request(vec![user("Hi.")]);
    let mut config = config(false);
    config.quirks.bound_thinking = true;
    assert!(!testkit::body(&asked, &config).contains("thinking"));
    asked.facts.reasoning = ReasoningStyle::Effort;
    let body = testkit::body(&asked, &config);
    let said = r#","thinking":{"type":"adaptive","display":"summarized","block_binding":{"prefix_mismatch_behavior":"drop_block"}},"#;
    assert!(body.contains(said), "{body}");
}

#[test]
fn an_answer_stays_as_it_is_once_it_is_not_the_last() {
    let paused = vec![user("a"), Message::Assistant(vec![text("b"), text("c \n")])];
    let last = testkit::body(&request(paused.clone()), &config(false));
    let last = last.strip_suffix("]}]}").unwrap();
    for next in [
        Message::Assistant(vec![text("d")]),
        Message::Assistant(vec![call("x", "{}")]),
        user("d"),
    ] {
        let longer = [paused.as_slice(), &[next]].concat();
        let longer = testkit::body(&request(longer), &config(false));
        assert!(longer.starts_with(last), "{longer}");
    }
}

#[test]
fn arguments_and_ids_that_would_be_refused() {
    check_messages(
        vec![
            user("a"),
            Message::Assistant(vec![
                call("call|1", "{\"path"),
                call("", "[1]"),
                call("é", "null"),
                call("call_0", "{\"a\":\"\\ud800\"}"),
                call("x", &format!("{}{}", "[".repeat(300), "]".repeat(300))),
            ]),
            result("call|1", "1", false),
            result("", "2", false),
            result("é", "3", false),
            result("call_0", "4", false),
            result("x", "5", false),
            Message::Assistant(vec![call("call_0", "{}"), call("call|1", "{}")]),
            result("call_0", "6", false),
            result("call|1", "7", false),
        ],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"}]}
            {"role":"assistant","content":[{"type":"tool_use","id":"call_7c1","name":"read_file","input":{"invalid_json":"{\"path"}},{"type":"tool_use","id":"_","name":"read_file","input":{"invalid_json":"[1]"}},{"type":"tool_use","id":"_c3_a9","name":"read_file","input":{"invalid_json":"null"}},{"type":"tool_use","id":"call_0","name":"read_file","input":{"invalid_json":"{\"a\":\"\\ud800\"}"}},{"type":"tool_use","id":"x","name":"read_file","input":{"invalid_json":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"}}]}
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_7c1","content":"1"},{"type":"tool_result","tool_use_id":"_","content":"2"},{"type":"tool_result","tool_use_id":"_c3_a9","content":"3"},{"type":"tool_result","tool_use_id":"call_0","content":"4"},{"type":"tool_result","tool_use_id":"x","content":"5"}]}
            {"role":"assistant","content":[{"type":"tool_use","id":"call_0_2","name":"read_file","input":{}},{"type":"tool_use","id":"call_7c1_2","name":"read_file","input":{}}]}
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_0_2","content":"6"},{"type":"tool_result","tool_use_id":"call_7c1_2","content":"7"}]}
        "#]],
    );
}

#[test]
fn what_was_kept_goes_back_as_it_came() {
    check_messages(
        vec![
            user("a"),
            Message::Assistant(vec![
                AssistantPart::Reasoning("one".into()),
                attached(r#"{"type":"thinking","thinking":"one","signature":"s+/="}"#),
                AssistantPart::Reasoning("two".into()),
                attached(r#"{"type":"thinking","thinking":"two","signature":"t"}"#),
                alone(r#"{"type":"redacted_thinking", "data" : "\u0041"}"#),
                text("Let me see."),
                alone(
                    r#"{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"q":1}}"#,
                ),
                alone(r#"{"type":"web_search_tool_result","tool_use_id":"srv_1","content":[]}"#),
                text("Before. Cited."),
                attached(r#"{"aside_attached":"citations","bytes":6,"citations":[{"u":1.0},{}]}"#),
                text("All cited."),
                attached(r#"{"aside_attached":"citations","bytes":10,"citations":[{}]}"#),
                alone(r#"{"type":"yet_to_come","x":[1e400]}"#),
                call("toolu_1", "{}"),
                attached(
                    r#"{"aside_attached":"call","fields":{"caller":{"type":"code", "id":1}}}"#,
                ),
            ]),
            result("toolu_1", "r", false),
        ],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"}]}
            {"role":"assistant","content":[{"type":"thinking","thinking":"one","signature":"s+/="},{"type":"thinking","thinking":"two","signature":"t"},{"type":"redacted_thinking", "data" : "\u0041"},{"type":"text","text":"Let me see."},{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"q":1}},{"type":"web_search_tool_result","tool_use_id":"srv_1","content":[]}
            {"type":"text","text":"Before. "},{"type":"text","text":"Cited.","citations":[{"u":1.0},{}]}
            {"type":"text","text":"All cited.","citations":[{}]}
            {"type":"yet_to_come","x":[1e400]}
            {"type":"tool_use","id":"toolu_1","name":"read_file","input":{},"caller":{"type":"code", "id":1}}]}
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"r"}]}
        "#]],
    );
}

#[test]
fn what_cannot_go_back_is_left_out() {
    let foreign = |json: &str| Opaque {
        origin: Arc::from("other/messages"),
        json: Arc::from(json),
    };
    check_messages(
        vec![
            user("a"),
            Message::Assistant(vec![
                // Nobody signed it, or another did.
                AssistantPart::Reasoning("one".into()),
                AssistantPart::Reasoning("two".into()),
                AssistantPart::Attached(foreign(r#"{"type":"thinking","signature":"t"}"#)),
                AssistantPart::Opaque(foreign(r#"{"type":"redacted_thinking"}"#)),
                // Not a block.
                alone(""),
                alone("[1]"),
                alone("{"),
                alone(r#"{"type":null}"#),
                alone(r#"{"aside_attached":"citations","bytes":1,"citations":[]}"#),
                attached(r#"{"aside_attached":"call","fields":{}}"#),
                text("é"),
                // Citations of half a letter, and of more than there is.
                attached(r#"{"aside_attached":"citations","bytes":1,"citations":[]}"#),
                text("b"),
                attached(r#"{"aside_attached":"citations","bytes":2,"citations":[]}"#),
                attached(r#"{"aside_attached":"citations","citations":[]}"#),
                // Citations of a call, further fields of a text.
                call("c", "{}"),
                attached(r#"{"aside_attached":"citations","bytes":0,"citations":[]}"#),
                text("d"),
                attached(r#"{"aside_attached":"call","fields":{"x":1}}"#),
            ]),
            result("c", "r", false),
        ],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"}]}
            {"role":"assistant","content":[{"type":"text","text":"é"},{"type":"text","text":"b"},{"type":"tool_use","id":"c","name":"read_file","input":{}},{"type":"text","text":"d"}]}
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"r"}]}
        "#]],
    );
}

#[test]
fn what_a_broken_answer_left_behind_is_left_out() {
    let thought = r#"{"type":"thinking","thinking":"t","signature":"s"}"#;
    let search = r#"{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}"#;
    // Thinking at the end, and a search whose result never came.
    check_messages(
        vec![
            user("a"),
            Message::Assistant(vec![
                alone(thought),
                text("b"),
                alone(search),
                alone(thought),
            ]),
            user("c"),
            Message::Assistant(vec![
                alone(thought),
                alone(r#"{"type":"redacted_thinking"}"#),
            ]),
            user("d"),
        ],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"}]}
            {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"b"}]}
            {"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}
        "#]],
    );
    // A search that is still at work.
    check_messages(
        vec![user("a"), Message::Assistant(vec![alone(search)])],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"}]}
            {"role":"assistant","content":[{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}}]}
        "#]],
    );
    check_messages(
        vec![
            user("a"),
            Message::Assistant(vec![alone(search), call("c", "{}")]),
            result("c", "r", false),
        ],
        &expect![[r#"
            {"role":"user","content":[{"type":"text","text":"a"}]}
            {"role":"assistant","content":[{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}},{"type":"tool_use","id":"c","name":"read_file","input":{}}]}
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"r"}]}
        "#]],
    );
}
