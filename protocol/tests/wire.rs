//! What stands on the wire, literally, and that reading it back gives the same value.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]
use std::fmt::Debug;

use aside_protocol::{
    AsideClientCapabilities, AsideServerCapabilities, ChatCancelParams, ChatEvent,
    ChatEventsResult, ChatRequestPermissionParams, ChatRequestPermissionResult, ChatSendParams,
    ChatSendResult, EditorCapability, ErrorCode, ErrorData, FileEdit, Item, ModelListResult,
    ServerStatusResult, Session, SessionCreateParams, SessionItemsResult, SessionListResult,
    SessionUpdateParams, ToolListResult, Turn, Usage,
};
use expect_test::{Expect, expect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads the JSON as `T` and writes it again: the same JSON must come out, so that no field
/// is lost, renamed or added.
fn check<T: DeserializeOwned + Serialize + PartialEq + Debug>(wire: Value) {
    let value: T = serde_json::from_value(wire.clone()).expect("it is what the type reads");
    assert_eq!(serde_json::to_value(&value).unwrap(), wire);
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), value);
}

fn check_error<T: DeserializeOwned + Debug>(wire: Value, expect: Expect) {
    let error = serde_json::from_value::<T>(wire).expect_err("it is not what the type reads");
    expect.assert_eq(&error.to_string());
}

fn usage() -> Value {
    json!({ "inputTokens": 1200, "cachedInputTokens": 1000, "outputTokens": 40, "reasoningTokens": 8 })
}

fn session() -> Value {
    json!({
        "id": "s1", "title": "Fix the parser", "workspaceUri": "file:///project",
        "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-01-02T03:04:06Z",
        "model": "openai/gpt-5", "agent": "default", "permissionMode": "acceptEdits",
        "status": "waiting", "pinned": false, "archived": true, "parentId": "s0",
        "projectId": "p1", "turnCount": 3, "usage": usage()
    })
}

fn turn() -> Value {
    json!({
        "id": "t1", "sessionId": "s1", "status": "completed", "stopReason": "error",
        "error": { "code": "rateLimited", "message": "Wait a minute.", "retryable": true },
        "createdAt": "2026-01-02T03:04:05Z", "startedAt": "2026-01-02T03:04:05Z",
        "completedAt": "2026-01-02T03:04:09Z", "usage": usage()
    })
}

fn range() -> Value {
    json!({ "start": { "line": 1, "character": 2 }, "end": { "line": 3, "character": 0 } })
}

fn tool_call() -> Value {
    json!({
        "id": "i3", "turnId": "t1", "createdAt": "2026-01-02T03:04:07Z",
        "type": "toolCall", "name": "read_file", "source": { "type": "builtin" },
        "kind": "read", "title": "Read src/main.rs",
        "arguments": { "path": "src/main.rs", "limit": 10 }, "status": "completed",
        "output": [{ "type": "text", "text": "1: fn main() {}" }], "editIds": ["e1"],
        "locations": [{ "uri": "file:///project/src/main.rs", "range": range() }],
        "durationMs": 12
    })
}

fn edit() -> Value {
    json!({
        "id": "e1", "sessionId": "s1", "turnId": "t1", "itemId": "i3",
        "uri": "file:///project/a.rs", "newUri": "file:///project/b.rs", "kind": "rename",
        "status": "applied", "version": 7, "baseHash": "abc", "diff": "@@ -1 +1 @@\n-a\n+b\n",
        "hunks": [{
            "id": "h1", "oldRange": range(), "newRange": range(), "oldText": "a\n",
            "newText": "b\n", "status": "pending"
        }]
    })
}

#[test]
fn nouns() {
    check::<Session>(session());
    check::<Turn>(turn());
    check::<Turn>(json!({
        "id": "t1", "sessionId": "s1", "status": "queued",
        "createdAt": "2026-01-02T03:04:05Z", "usage": usage()
    }));
    check::<FileEdit>(edit());
    check::<Usage>(json!({
        "inputTokens": 1, "cachedInputTokens": 0, "outputTokens": 2, "reasoningTokens": 0,
        "costUsd": 0.25
    }));
}

#[test]
fn items() {
    let check_item = |body: Value| {
        let mut item = json!({ "id": "i1", "turnId": "t1", "createdAt": "2026-01-02T03:04:05Z" });
        for (name, value) in body.as_object().unwrap() {
            item[name] = value.clone();
        }
        check::<Item>(item);
    };
    check_item(json!({
        "type": "userMessage", "clientMessageId": "m1",
        "content": [
            { "type": "text", "text": "Look." },
            { "type": "image", "mimeType": "image/png", "data": "aGk=" },
            { "type": "resource", "uri": "file:///project/a.rs", "range": range(), "text": "a" },
            { "type": "resource", "uri": "file:///project/b.rs" }
        ]
    }));
    check_item(json!({ "type": "assistantMessage", "text": "Yes", "status": "inProgress" }));
    check_item(json!({ "type": "reasoning", "text": "Hm", "status": "interrupted" }));
    check_item(json!({ "type": "compaction", "summary": "Much.", "droppedItems": 40 }));
    check::<Item>(tool_call());
    let mut other = tool_call();
    other["source"] = json!({ "type": "mcp", "server": "files" });
    check::<Item>(other);
}

#[test]
fn events() {
    let check_event = |event: Value| {
        check::<ChatEvent>(json!({ "sessionId": "s1", "seq": 5, "turnId": "t1", "event": event }));
    };
    check_event(json!({ "type": "turnStarted", "turn": turn() }));
    check_event(json!({ "type": "turnCompleted", "turn": turn() }));
    check_event(json!({ "type": "itemStarted", "item": tool_call() }));
    check_event(json!({ "type": "itemCompleted", "item": tool_call() }));
    check_event(json!({ "type": "itemUpdated", "item": tool_call() }));
    check_event(json!({ "type": "itemDelta", "itemId": "i1", "text": "He" }));
    check_event(json!({ "type": "itemDelta", "itemId": "i1", "argumentsText": "{\"p" }));
    check_event(json!({ "type": "itemDelta", "itemId": "i1", "outputText": "ok" }));
    check_event(json!({ "type": "editUpdated", "edit": edit() }));
    check_event(json!({
        "type": "planUpdated", "entries": [{ "text": "Read", "status": "inProgress" }]
    }));
    check_event(json!({
        "type": "usageUpdated", "usage": usage(),
        "context": { "usedTokens": 900, "windowTokens": 128000 }
    }));
    check_event(json!({
        "type": "permissionRequested", "requestId": "r1", "item": tool_call()
    }));
    check_event(json!({
        "type": "permissionResolved", "requestId": "r1", "item": tool_call(),
        "outcome": "expired"
    }));
    check_event(json!({
        "type": "retrying", "attempt": 2, "maxAttempts": 5, "delayMs": 500,
        "reason": "The provider answered 503."
    }));
    check_event(json!({ "type": "notice", "level": "warning", "message": "Careful." }));
    check::<ChatEvent>(json!({
        "sessionId": "s1", "seq": 1, "event": { "type": "sessionUpdated", "session": session() }
    }));
}

#[test]
fn methods() {
    check::<SessionCreateParams>(json!({}));
    check::<SessionCreateParams>(json!({
        "title": "T", "model": "openai/m", "agent": "default", "permissionMode": "readOnly",
        "projectId": "p1"
    }));
    check::<SessionUpdateParams>(json!({ "sessionId": "s1", "pinned": true, "archived": false }));
    check::<SessionListResult>(json!({ "sessions": [session()], "nextCursor": "c" }));
    check::<SessionItemsResult>(json!({
        "items": [tool_call()], "turns": [turn()], "seq": 9, "prevCursor": "p", "nextCursor": "n"
    }));
    check::<ChatSendParams>(json!({
        "sessionId": "s1", "content": [{ "type": "text", "text": "Hi" }], "delivery": "steer",
        "clientMessageId": "m1"
    }));
    check::<ChatSendResult>(json!({ "sessionId": "s1", "turnId": "t1", "status": "queued" }));
    check::<ChatCancelParams>(json!({ "sessionId": "s1", "turnId": "t1" }));
    check::<ChatEventsResult>(json!({ "events": [], "nextSeq": 4 }));
    check::<ToolListResult>(json!({ "tools": [{
        "name": "grep", "description": "Searches.", "source": { "type": "builtin" },
        "kind": "search", "inputSchema": { "type": "object" }, "permission": "allow"
    }] }));
    check::<ModelListResult>(json!({ "models": [{
        "id": "openai/m", "provider": "openai", "name": "M", "contextWindow": 0,
        "maxOutput": 0, "vision": false, "reasoning": false, "tools": true,
        "available": false, "reason": "Set OPENAI_API_KEY."
    }] }));
    check::<ServerStatusResult>(json!({
        "version": "0.1.0", "uptimeMs": 1500, "memoryBytes": 9000000,
        "databasePath": "/data/w.db", "providers": [{ "name": "openai", "available": true }]
    }));
}

#[test]
fn permission() {
    check::<ChatRequestPermissionParams>(json!({
        "requestId": "r1", "sessionId": "s1", "turnId": "t1", "item": tool_call(),
        "reason": "Aside wants to write.",
        "effects": [
            { "type": "readPath", "path": "/project/a" },
            { "type": "writePath", "path": "/project/a" },
            { "type": "runProgram", "program": "make", "arguments": ["-j"] },
            { "type": "network", "host": "example.org" },
            { "type": "mcpTool", "server": "files", "tool": "read", "readOnly": true }
        ],
        "preview": [edit()],
        "options": [
            { "id": "1", "label": "Allow", "kind": "allowOnce" },
            { "id": "2", "label": "Allow here", "kind": "allowSession" },
            { "id": "3", "label": "Allow always", "kind": "allowAlways" },
            { "id": "4", "label": "Reject", "kind": "rejectOnce" },
            { "id": "5", "label": "Never", "kind": "rejectAlways" }
        ]
    }));
    check::<ChatRequestPermissionResult>(json!({ "optionId": "1" }));
    check::<ChatRequestPermissionResult>(json!({ "optionId": "4", "feedback": "Use b." }));
    check::<ChatRequestPermissionResult>(json!({ "cancelled": true }));
}

#[test]
fn an_answer_in_doubt_permits_nothing() {
    let both = json!({ "optionId": "1", "cancelled": true });
    let answer: ChatRequestPermissionResult = serde_json::from_value(both).unwrap();
    assert_eq!(
        answer,
        ChatRequestPermissionResult::Cancelled { cancelled: true }
    );
    check_error::<ChatRequestPermissionResult>(
        json!({ "cancelled": false }),
        expect!["missing field `optionId`"],
    );
    check_error::<ChatRequestPermissionResult>(json!({}), expect!["missing field `optionId`"]);
}

#[test]
fn errors() {
    for code in ErrorCode::ALL {
        check::<ErrorData>(json!({ "code": code.as_str() }));
        assert_eq!(code.as_str().parse(), Ok(code));
    }
    check_error::<ErrorData>(
        json!({ "code": "nope" }),
        expect![
            "unknown variant `nope`, expected one of `notFound`, `invalid`, `busy`, `noModel`, `auth`, `rateLimited`, `provider`, `conflict`, `denied`, `storage`, `internal`"
        ],
    );
    expect!["`nope` is not an error code of the protocol"]
        .assert_eq(&"nope".parse::<ErrorCode>().unwrap_err().to_string());
}

#[test]
fn unknown_fields_are_ignored() {
    let mut session = session();
    session["colour"] = json!("red");
    assert!(serde_json::from_value::<Session>(session).is_ok());
    let mut item = tool_call();
    item["colour"] = json!({ "deep": [1] });
    assert!(serde_json::from_value::<Item>(item).is_ok());
}

#[test]
fn null_is_as_good_as_absent() {
    let params: SessionCreateParams =
        serde_json::from_value(json!({ "title": null, "permissionMode": null })).unwrap();
    assert_eq!(params, SessionCreateParams::default());
}

#[test]
fn handshake() {
    check::<AsideServerCapabilities>(json!({
        "protocolVersion": 1, "methods": ["session/create"], "version": "0.1.0"
    }));
    check::<AsideClientCapabilities>(json!({
        "events": true, "permission": true, "elicitation": false, "review": false,
        "editor": ["diagnostics", "openDocuments"]
    }));
}

#[test]
fn a_sloppy_client_can_still_start() {
    let read =
        |experimental: Value| AsideClientCapabilities::from_experimental(Some(&experimental));
    assert_eq!(AsideClientCapabilities::from_experimental(None), None);
    for nothing in [
        json!(null),
        json!({}),
        json!([]),
        json!("x"),
        json!({ "aside": null }),
        json!({ "aside": true }),
    ] {
        assert_eq!(read(nothing), None);
    }
    assert_eq!(
        read(json!({ "aside": {} })),
        Some(AsideClientCapabilities::default())
    );
    assert_eq!(
        read(json!({ "aside": {
            "events": true, "permission": "yes", "review": null,
            "editor": ["hover", "telepathy", 7, "selection"], "future": {}
        } })),
        Some(AsideClientCapabilities {
            events: true,
            editor: vec![EditorCapability::Hover, EditorCapability::Selection],
            ..AsideClientCapabilities::default()
        })
    );
    assert_eq!(
        read(json!({ "aside": { "editor": "hover" } })),
        Some(AsideClientCapabilities::default())
    );
}
