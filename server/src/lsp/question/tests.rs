//! What a message box says.
use aside_agent::host::PermissionRequest;
use aside_agent::item::{Item, ItemBody, ToolCall, ToolKind, ToolSource, ToolStatus};
use aside_agent::permission::Effect;
use serde_json::{Map, Value, json};

use super::{MAX_TOLD_BYTES, Told, told};

fn asked(reason: &str, effects: Vec<Effect>, arguments: Value) -> Told {
    let arguments = match arguments {
        Value::Object(arguments) => arguments,
        _ => Map::new(),
    };
    let call = ToolCall {
        name: "tool".to_owned(),
        source: ToolSource::Builtin,
        kind: ToolKind::Execute,
        title: "A tool".to_owned(),
        arguments,
        status: ToolStatus::Waiting,
        output: Vec::new(),
        edit_ids: Vec::new(),
        locations: Vec::new(),
        duration_ms: None,
    };
    told(&PermissionRequest {
        request_id: "r".to_owned(),
        session_id: "s".to_owned(),
        turn_id: "t".to_owned(),
        item: Item {
            id: "i".to_owned(),
            turn_id: "t".to_owned(),
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            body: ItemBody::ToolCall(call),
        },
        reason: reason.to_owned(),
        effects,
        preview: Vec::new(),
    })
}

fn runs(line: &str) -> Effect {
    Effect::RunProgram {
        program: "sh".to_owned(),
        arguments: vec!["-c".to_owned(), line.to_owned()],
    }
}

#[test]
fn few_effects_are_the_sentence() {
    let told = asked("Aside wants to run sh -c ls.", vec![runs("ls")], json!({}));
    assert_eq!(told.text, "Aside wants to run sh -c ls.");
    assert!(told.is_whole);
}

#[test]
fn many_effects_and_long_ones_are_all_shown() {
    let many = (0..20)
        .map(|number| runs(&format!("echo {number}")))
        .collect();
    let told = asked("Aside wants to do much.", many, json!({}));
    assert!(
        told.is_whole && told.text.contains("\n- run sh -c echo 19"),
        "{told:?}"
    );
    let long = runs(&format!("{}; rm -r src", "true; ".repeat(200)));
    let told = asked("Aside wants to run …", vec![long], json!({}));
    assert!(
        told.is_whole && told.text.ends_with("; rm -r src"),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_shown_whole_says_so() {
    let endless = runs(&"é; ".repeat(MAX_TOLD_BYTES));
    let told = asked("Aside wants to run …", vec![endless], json!({}));
    assert!(
        !told.is_whole && told.text.contains("can only be refused here"),
        "{told:?}"
    );
    assert!(told.text.len() < MAX_TOLD_BYTES + 400);
}

#[test]
fn arguments_of_servers_are_shown() {
    let call = Effect::McpTool {
        server: "db".to_owned(),
        tool: "query".to_owned(),
        read_only: false,
    };
    let told = asked(
        "Aside wants to call query of db.",
        vec![call.clone()],
        json!({"sql": "DROP TABLE t"}),
    );
    assert!(
        told.is_whole && told.text.contains("{\"sql\":\"DROP TABLE t\"}"),
        "{told:?}"
    );
    let told = asked(
        "Aside wants to call it.",
        vec![call],
        json!({"sql": "x".repeat(MAX_TOLD_BYTES)}),
    );
    assert!(!told.is_whole);
}

#[test]
fn what_is_not_seen_is_named() {
    let told = asked(
        "Aside wants to run a\u{202e}b\u{1b}[2J\u{200b}c.",
        Vec::new(),
        json!({}),
    );
    assert_eq!(
        told.text,
        "Aside wants to run a<U+202E>b<U+001B>[2J<U+200B>c."
    );
}

#[test]
fn the_ends_of_lines_are_seen() {
    let told = asked(
        "Aside wants to run sh -c echo hi rm -r src.",
        vec![runs("echo hi\nrm -r src"), runs("a\r\nb")],
        json!({}),
    );
    let all = "\nAll of it:\n- run sh -c echo hi ⏎ rm -r src\n- run sh -c a ⏎ b";
    assert!(told.text.ends_with(all), "{told:?}");
}
