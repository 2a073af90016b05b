//! Which requests begin with the one before, and what is said of those that do not.
use std::sync::Arc;

use aside_llm::{
    AssistantPart, Effort, Message, ModelRequest, Opaque, OutputSchema, ToolDef, UserPart,
};

use super::{Break, PrefixWatch};

fn user(text: &str) -> Message {
    Message::User(vec![UserPart::Text(text.to_owned())])
}

fn says(text: &str) -> Message {
    Message::Assistant(vec![AssistantPart::Text(text.to_owned())])
}

fn result(name: &str, text: &str) -> Message {
    Message::Tool {
        call_id: "c".to_owned(),
        name: name.to_owned(),
        text: text.to_owned(),
        failed: false,
    }
}

fn request() -> ModelRequest {
    ModelRequest {
        system: "Be good.".to_owned(),
        messages: vec![
            user("Do it."),
            says("I read."),
            result("read_file", "one"),
            says("Done."),
        ],
        tools: Arc::from([ToolDef {
            name: "read_file".to_owned(),
            description: "Reads.".to_owned(),
            input_schema: serde_json::json!({"type": "object"}),
        }]),
        ..ModelRequest::new("m")
    }
}

/// What is said of a request that differs from the one before in what `change` does.
fn after(change: impl FnOnce(&mut ModelRequest)) -> Option<Break> {
    let mut watch = PrefixWatch::default();
    assert_eq!(watch.check("p/m", &request(), 0), None);
    assert_eq!(watch.check("p/m", &request(), 0), None, "the same again");
    let mut next = request();
    change(&mut next);
    let found = watch.check("p/m", &next, 0);
    // What was told once is the measure from then on.
    assert_eq!(watch.check("p/m", &next, 0), None);
    found
}

fn check(why: &str, kept: usize, change: impl FnOnce(&mut ModelRequest)) {
    let found = after(change);
    let expected = Break {
        why: why.to_owned(),
        kept,
        before: 4,
    };
    assert_eq!(found, Some(expected));
}

#[test]
fn a_conversation_that_only_grows_is_silent() {
    assert_eq!(after(|next| next.messages.push(user("And now?"))), None);
    assert_eq!(after(|_| {}), None);
}

#[test]
fn each_break_is_named() {
    check("the system prompt changed", 0, |next| {
        next.system.push('!');
    });
    check("the tools changed", 0, |next| next.tools = Arc::from([]));
    check("the tools changed", 0, |next| {
        let mut tools = next.tools.to_vec();
        tools[0].input_schema = serde_json::json!({"type": "string"});
        next.tools = tools.into();
    });
    let shape = "how much the model is to think, or the shape of its answer, changed";
    check(shape, 0, |next| next.thinking.effort = Some(Effort::Low));
    check(shape, 0, |next| {
        next.output = Some(Arc::new(OutputSchema {
            name: "out".to_owned(),
            schema: serde_json::json!({}),
        }));
    });
    check("message 3 (result of read_file) changed", 2, |next| {
        next.messages[2] = result("read_file", "two");
    });
    check("message 1 (of the user) changed", 0, |next| {
        next.messages.remove(0);
        next.messages[0] = user("Summary.");
    });
    check("message 4 (of the model) changed", 3, |next| {
        let opaque = Opaque {
            origin: Arc::from("p/chat"),
            json: Arc::from("{}"),
        };
        let parts = vec![
            AssistantPart::Text("Done.".to_owned()),
            AssistantPart::Attached(opaque),
        ];
        next.messages[3] = Message::Assistant(parts);
    });
    check(
        "the conversation was cut back from 4 to 2 messages",
        2,
        |next| {
            next.messages.truncate(2);
        },
    );
}

#[test]
fn another_model_reads_all_anew() {
    let mut watch = PrefixWatch::default();
    assert_eq!(watch.check("p/m", &request(), 0), None);
    let found = watch.check("q/m", &request(), 4);
    let why = found.map(|found| found.why);
    assert_eq!(why.as_deref(), Some("another model is asked"));
}

#[test]
fn what_is_known_is_not_looked_at() {
    let mut watch = PrefixWatch::default();
    // Nothing is known before the first request, whatever is said.
    assert_eq!(watch.check("p/m", &request(), 9), None);
    let mut next = request();
    next.messages[0] = user("Another one.");
    next.messages.push(user("And now?"));
    assert_eq!(watch.check("p/m", &next, 4), None);
    let found = watch.check("p/m", &next, 0).map(|found| found.kept);
    assert_eq!(found, Some(0));
    assert!(watch.check("p/m", &ModelRequest::new("m"), 9).is_some());
}

#[test]
fn texts_that_run_together_differ() {
    let call = |id: &str, name: &str| {
        let mut request = ModelRequest::new("m");
        request.messages = vec![Message::Assistant(vec![AssistantPart::ToolCall {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: String::new(),
        }])];
        request
    };
    let mut watch = PrefixWatch::default();
    assert_eq!(watch.check("p/m", &call("ab", "c"), 0), None);
    assert!(watch.check("p/m", &call("a", "bc"), 0).is_some());
}
