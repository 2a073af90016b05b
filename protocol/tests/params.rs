//! Reading params: what is alike, and what an error says.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
use std::fmt::Debug;

use aside_protocol::{
    ChatEventsParams, ChatSendParams, ModelListParams, SessionCreateParams, SessionGetParams,
    SessionItemsParams, SessionListParams, ToolListParams, read_params,
};
use expect_test::{Expect, expect};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn check_error<P: DeserializeOwned + Debug>(params: impl Into<Option<Value>>, expect: Expect) {
    let error = read_params::<P>(params.into()).expect_err("the params are wrong");
    expect.assert_eq(&error.to_string());
}

#[test]
fn absent_null_and_empty_are_alike() {
    for params in [None, Some(Value::Null), Some(json!({})), Some(json!([]))] {
        assert_eq!(
            read_params::<SessionCreateParams>(params.clone()),
            Ok(SessionCreateParams::default())
        );
        assert_eq!(
            read_params::<SessionListParams>(params.clone()),
            Ok(SessionListParams::default())
        );
        assert_eq!(
            read_params::<ToolListParams>(params.clone()),
            Ok(ToolListParams::default())
        );
        assert_eq!(
            read_params::<ModelListParams>(params.clone()),
            Ok(ModelListParams {})
        );
        check_error::<SessionGetParams>(
            params,
            expect!["the params are not valid: missing field `sessionId`"],
        );
    }
}

#[test]
fn unknown_fields_are_ignored() {
    assert_eq!(
        read_params::<ModelListParams>(Some(json!({ "x": 1 }))),
        Ok(ModelListParams {})
    );
}

#[test]
fn params_that_are_no_object() {
    for params in [json!(["s1"]), json!("s1"), json!(1), json!(true)] {
        check_error::<SessionGetParams>(
            params,
            expect!["the params are not valid: they must be an object"],
        );
    }
}

#[test]
fn errors_name_the_field() {
    check_error::<SessionGetParams>(
        json!({ "sessionId": 7 }),
        expect!["`sessionId` is not valid: invalid type: integer `7`, expected a string"],
    );
    check_error::<SessionGetParams>(
        json!({ "sessionId": null }),
        expect!["`sessionId` is not valid: invalid type: null, expected a string"],
    );
    check_error::<SessionItemsParams>(
        json!({ "sessionId": "s1", "limit": -1 }),
        expect!["`limit` is not valid: invalid value: integer `-1`, expected u32"],
    );
    check_error::<SessionItemsParams>(
        json!({ "limit": 5000000000u64 }),
        expect!["`limit` is not valid: invalid value: integer `5000000000`, expected u32"],
    );
    check_error::<SessionItemsParams>(
        json!({ "limit": 5 }),
        expect!["the params are not valid: missing field `sessionId`"],
    );
    check_error::<SessionListParams>(
        json!({ "limit": 1.5, "query": "x" }),
        expect!["`limit` is not valid: invalid type: floating point `1.5`, expected u32"],
    );
    check_error::<SessionListParams>(
        json!({ "archived": "yes" }),
        expect![[r#"`archived` is not valid: invalid type: string "yes", expected a boolean"#]],
    );
    check_error::<SessionCreateParams>(
        json!({ "title": "t", "permissionMode": "yolo" }),
        expect![
            "`permissionMode` is not valid: unknown variant `yolo`, expected one of `ask`, `acceptEdits`, `readOnly`, `full`"
        ],
    );
    check_error::<ChatEventsParams>(
        json!({ "sessionId": "s", "afterSeq": -1 }),
        expect!["`afterSeq` is not valid: invalid value: integer `-1`, expected u64"],
    );
    check_error::<ChatEventsParams>(
        json!({ "sessionId": "s" }),
        expect!["the params are not valid: missing field `afterSeq`"],
    );
}

#[test]
fn errors_in_content() {
    let check = |content: Value, expect: Expect| {
        check_error::<ChatSendParams>(json!({ "sessionId": "s1", "content": content }), expect);
    };
    check(
        json!("hello"),
        expect![[r#"`content` is not valid: invalid type: string "hello", expected a sequence"#]],
    );
    check(
        json!([{ "type": "video", "url": "x" }]),
        expect![
            "`content` is not valid: unknown variant `video`, expected one of `text`, `image`, `resource`"
        ],
    );
    check(
        json!([{ "text": "no type" }]),
        expect!["`content` is not valid: missing field `type`"],
    );
    check(
        json!([{ "type": "text" }]),
        expect!["`content` is not valid: missing field `text`"],
    );
    check(
        json!([{ "type": "image", "data": "aGk=" }]),
        expect!["`content` is not valid: missing field `mimeType`"],
    );
    check(
        json!([{ "type": "text", "text": null }]),
        expect!["`content` is not valid: invalid type: null, expected a string"],
    );
    check(
        json!([7]),
        expect![
            "`content` is not valid: invalid type: integer `7`, expected internally tagged enum ContentBlock"
        ],
    );
    check(
        json!(null),
        expect!["`content` is not valid: invalid type: null, expected a sequence"],
    );
}
