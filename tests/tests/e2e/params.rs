//! Parameters: absent, null and empty alike; wrong ones named in the error; all errors typed.
use aside_tests::editor::{Editor, RpcError};
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, say};

#[tokio::test]
async fn absent_null_and_empty_params_are_alike() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    for method in [
        "session/create",
        "session/list",
        "tool/list",
        "permission/list",
        "permission/update",
        "model/list",
        "server/status",
    ] {
        for message in [
            json!({"jsonrpc": "2.0", "method": method}),
            json!({"jsonrpc": "2.0", "method": method, "params": null}),
            json!({"jsonrpc": "2.0", "method": method, "params": {}}),
            json!({"jsonrpc": "2.0", "method": method, "params": {"noSuchField": 1}}),
        ] {
            let answer = editor.start_message(message.clone());
            let answer = editor.answer_of(answer, method).await;
            assert!(answer.is_ok(), "{message}: {answer:?}");
        }
    }
    // Where a field is needed, all three say so alike.
    for method in [
        "session/get",
        "session/items",
        "session/delete",
        "chat/send",
        "chat/cancel",
        "permission/explain",
    ] {
        let mut errors = Vec::new();
        for message in [
            json!({"jsonrpc": "2.0", "method": method}),
            json!({"jsonrpc": "2.0", "method": method, "params": null}),
            json!({"jsonrpc": "2.0", "method": method, "params": {}}),
        ] {
            let answer = editor.start_message(message);
            errors.push(editor.answer_of(answer, method).await.unwrap_err());
        }
        assert_eq!(errors[0], errors[1]);
        assert_eq!(errors[1], errors[2]);
        check_invalid(&errors[0]);
    }
    editor.close().await;
}

#[track_caller]
fn check_invalid(error: &RpcError) {
    assert_eq!((error.code, error.kind()), (-32602, "invalid"), "{error:?}");
    check_sentence(&error.message);
}

async fn check_named(editor: &Editor, method: &str, params: Value, field: &str) {
    let error = editor.fail(method, params.clone()).await;
    check_invalid(&error);
    assert!(
        error.message.contains(field),
        "{method} {params}: {field} is not named in {error:?}"
    );
}

#[tokio::test]
async fn wrong_values_are_named() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let id = editor.create(json!({})).await;
    let content = json!([{"type": "text", "text": "x"}]);
    for (method, params, field) in [
        ("session/create", json!({"title": 7}), "title"),
        (
            "session/create",
            json!({"permissionMode": "yolo"}),
            "permissionMode",
        ),
        ("session/list", json!({"limit": "ten"}), "limit"),
        ("session/list", json!({"limit": -1}), "limit"),
        ("session/list", json!({"cursor": "nonsense"}), "cursor"),
        ("session/get", json!({"sessionId": {"id": id}}), "sessionId"),
        ("session/get", json!({}), "sessionId"),
        (
            "session/update",
            json!({"sessionId": id, "pinned": "yes"}),
            "pinned",
        ),
        (
            "session/items",
            json!({"sessionId": id, "before": "nonsense"}),
            "before",
        ),
        (
            "session/items",
            json!({"sessionId": id, "after": "nonsense"}),
            "after",
        ),
        ("chat/send", json!({"sessionId": id}), "content"),
        (
            "chat/send",
            json!({"sessionId": id, "content": "hello"}),
            "content",
        ),
        (
            "chat/send",
            json!({"sessionId": id, "content": []}),
            "content",
        ),
        (
            "chat/send",
            json!({"sessionId": id, "content": [{"type": "text"}]}),
            "text",
        ),
        (
            "chat/send",
            json!({"sessionId": id, "content": content, "delivery": "pigeon"}),
            "delivery",
        ),
        ("chat/events", json!({"sessionId": id}), "afterSeq"),
        (
            "chat/events",
            json!({"sessionId": id, "afterSeq": -3}),
            "afterSeq",
        ),
        ("chat/cancel", json!({"sessionId": 1}), "sessionId"),
    ] {
        check_named(&editor, method, params, field).await;
    }
    for params in [json!([1, 2]), json!("text"), json!(7)] {
        let error = editor.fail("session/get", params).await;
        assert!([-32602, -32600].contains(&error.code), "{error:?}");
    }
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn an_unknown_session_is_not_found() {
    let stage = Stage::new([say("Hello.")]);
    let editor = stage.open().await;
    for id in [
        "nope",
        "",
        "00000000-0000-7000-8000-000000000000",
        "' OR 1=1 --",
        "../x",
    ] {
        for (method, mut params) in [
            ("session/get", json!({})),
            ("session/items", json!({})),
            ("session/delete", json!({})),
            ("chat/events", json!({"afterSeq": 0})),
            (
                "chat/send",
                json!({"content": [{"type": "text", "text": "x"}]}),
            ),
        ] {
            params["sessionId"] = json!(id);
            let error = editor.fail(method, params).await;
            assert!(
                ["notFound", "invalid"].contains(&error.kind()),
                "{method} {id:?}: {error:?}"
            );
            check_sentence(&error.message);
        }
    }
    let session = editor.create(json!({})).await;
    let params = json!({"sessionId": session, "turnId": "nope"});
    match editor.try_request("chat/cancel", params).await {
        Ok(result) => assert_eq!(result, json!({"cancelled": false})),
        Err(error) => assert_eq!(error.kind(), "notFound"),
    }
    assert_eq!(stage.requests().len(), 0, "nothing was sent to the model");
    editor.close().await;
}

#[tokio::test]
async fn an_unknown_method_is_answered() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    for method in ["session/teleport", "chat", "", "session/Create"] {
        let error = editor.fail(method, json!({})).await;
        assert_eq!(error.code, -32601, "{method}: {error:?}");
    }
    // Unknown notifications are ignored.
    editor.notify("$/whatever", json!({}));
    editor.notify("session/teleport", json!({"x": 1}));
    editor.is_alive().await;
    editor.close().await;
}

#[tokio::test]
async fn the_handshake_names_every_method_it_answers() {
    let stage = Stage::new([]);
    let editor = stage.open().await;
    let aside = &editor.initialized["capabilities"]["experimental"]["aside"];
    assert_eq!(aside["protocolVersion"], 1);
    assert!(aside["version"].is_string());
    let methods = aside["methods"].as_array().unwrap().clone();
    for needed in [
        "session/create",
        "session/list",
        "session/get",
        "session/update",
        "session/delete",
        "session/items",
        "chat/send",
        "chat/cancel",
        "chat/events",
    ] {
        assert!(methods.contains(&json!(needed)), "{needed}");
    }
    for method in methods {
        let method = method.as_str().unwrap();
        if let Err(error) = editor.try_request(method, Value::Null).await {
            assert_ne!(error.code, -32601, "{method} is announced");
            assert!(!error.kind().is_empty(), "{method}: {error:?}");
        }
    }
    editor.close().await;
}

#[tokio::test]
async fn requests_before_initialize_are_refused() {
    let stage = Stage::new([]);
    let command = aside_tests::process::command(&stage.world, &["lsp"]);
    let editor = Editor::spawn(command, stage.client());
    let error = editor.fail("session/list", json!({})).await;
    assert_eq!(error.code, -32002, "{error:?}");
    let params = editor.read(|state| state.client.initialize_params());
    editor.request("initialize", params.clone()).await;
    editor.notify("initialized", json!({}));
    editor.is_alive().await;
    let error = editor.fail("initialize", params).await;
    assert_eq!(error.code, -32600, "{error:?}");
    editor.close().await;
}
