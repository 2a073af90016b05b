//! What the rows of the audit log hold.
use aside_agent::item::{ToolKind, ToolSource, ToolStatus};
use expect_test::{Expect, expect};

use super::*;

fn call(status: ToolStatus, arguments: Value, output: &str) -> ToolCall {
    ToolCall {
        name: "bash".to_owned(),
        source: ToolSource::Builtin,
        kind: ToolKind::Execute,
        title: "Run it".to_owned(),
        arguments: arguments.as_object().cloned().unwrap_or_default(),
        status,
        output: vec![ContentBlock::Text {
            text: output.to_owned(),
        }],
        edit_ids: Vec::new(),
        locations: Vec::new(),
        duration_ms: Some(5),
    }
}

fn item(call: &ToolCall) -> Item {
    Item {
        id: "i".to_owned(),
        turn_id: "t".to_owned(),
        created_at: "2026".to_owned(),
        body: aside_agent::item::ItemBody::ToolCall(call.clone()),
    }
}

const AT: At<'static> = At {
    session: "s",
    turn: Some("t"),
};

fn json(write: Write) -> Value {
    let Write::Audit(entry) = write else {
        panic!("it is another row: {write:?}");
    };
    assert_eq!(entry.session_id.as_deref(), Some("s"));
    serde_json::from_str(&entry.json).unwrap()
}

fn check(write: Write, expect: Expect) {
    let mut shown = json(write);
    if let Some(hash) = shown.get_mut("argumentsHash") {
        assert_eq!(hash.as_str().map(str::len), Some(64));
        *hash = "HASH".into();
    }
    expect.assert_eq(&shown.to_string());
}

#[test]
fn a_call_is_told_without_its_secrets() {
    let done = call(
        ToolStatus::Completed,
        json!({"command": "curl -H 'Authorization: Bearer sk-0123456789abcdef0123'"}),
        "all of the output",
    );
    check(
        ended(AT, &item(&done), &done),
        expect![[
            r#"{"arguments":"{\"command\":\"curl -H 'Authorization: [redacted]'\"}","argumentsHash":"HASH","durationMs":5,"itemId":"i","name":"bash","status":"completed"}"#
        ]],
    );
    let refused = call(ToolStatus::Rejected, json!({}), "The user said no.");
    check(
        ended(AT, &item(&refused), &refused),
        expect![[
            r#"{"arguments":"{}","argumentsHash":"HASH","durationMs":5,"itemId":"i","name":"bash","reason":"The user said no.","status":"rejected"}"#
        ]],
    );
    check(
        started(AT, &item(&refused), &refused, "ask"),
        expect![[
            r#"{"arguments":"{}","argumentsHash":"HASH","itemId":"i","name":"bash","permissionMode":"ask"}"#
        ]],
    );
}

#[test]
fn who_answered_is_told() {
    let waiting = call(ToolStatus::Waiting, json!({"command": "ls"}), "");
    let told = |outcome: &PermissionOutcome| {
        let row = json(permitted(AT, &item(&waiting), &waiting, outcome));
        format!("{} {} {}", row["outcome"], row["by"], row["text"])
    };
    let feedback = Some("use ls".to_owned());
    let all = [
        (PermissionOutcome::Allowed, r#""allowed" "user" null"#),
        (
            PermissionOutcome::Rejected { feedback },
            r#""rejected" "user" "use ls""#,
        ),
        (
            PermissionOutcome::Denied("a rule".to_owned()),
            r#""denied" "rule" "a rule""#,
        ),
        (PermissionOutcome::Expired, r#""expired" "nobody" null"#),
    ];
    for (outcome, expect) in all {
        assert_eq!(told(&outcome), expect);
    }
}

#[test]
fn long_texts_are_cut_and_their_hash_is_of_all() {
    let long = |end: &str| {
        let text = format!("{}{end}", "é".repeat(MAX_ARGUMENT_BYTES));
        let call = call(ToolStatus::Failed, json!({"content": text}), &text);
        json(ended(AT, &item(&call), &call))
    };
    let (a, b) = (long("a"), long("b"));
    assert_eq!(a["arguments"], b["arguments"]);
    assert_ne!(a["argumentsHash"], b["argumentsHash"]);
    assert!(a["arguments"].as_str().unwrap().len() <= MAX_ARGUMENT_BYTES + "…".len());
    assert!(a["reason"].as_str().unwrap().len() <= MAX_TEXT_BYTES + "…".len());
}
