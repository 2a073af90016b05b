//! JSON-RPC messages of the Model Context Protocol, read with care and written plainly:
//! <https://modelcontextprotocol.io/specification/2025-11-25/basic>.
use serde_json::{Map, Value, json};

/// The text is not JSON.
pub const PARSE_ERROR: i32 = -32700;
/// The JSON is no message.
pub const INVALID_REQUEST: i32 = -32600;
/// There is no such method.
pub const METHOD_NOT_FOUND: i32 = -32601;
/// The parameters are wrong.
pub const INVALID_PARAMS: i32 = -32602;
/// Too much is asked at once.
pub const BUSY: i32 = -32000;

/// A message of the client.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Wants an answer.
    Request(Request),
    /// Wants none.
    Notification {
        /// What it is.
        method: String,
        /// With what; empty where absent or no object.
        params: Map<String, Value>,
    },
    /// Answers a request, of which this server makes none.
    Response,
    /// Is none.
    Invalid {
        /// Of the request that it was to be, null where that is not known.
        id: Value,
        /// A sentence.
        why: &'static str,
    },
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// A string or a number.
    pub id: Value,
    /// What is asked.
    pub method: String,
    /// With what; empty where absent.
    pub params: Map<String, Value>,
}

/// Reads one message.
pub fn read(value: Value) -> Message {
    let Value::Object(mut object) = value else {
        return invalid(Value::Null, "A message is a JSON object.");
    };
    let id = object.remove("id");
    let known = match &id {
        Some(id @ (Value::String(_) | Value::Number(_))) => id.clone(),
        Some(_) | None => Value::Null,
    };
    if object.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return invalid(known, "`jsonrpc` must be \"2.0\".");
    }
    let method = match object.remove("method") {
        Some(Value::String(method)) => method,
        Some(_) => return invalid(known, "`method` must be a string."),
        None if object.contains_key("result") || object.contains_key("error") => {
            return Message::Response;
        }
        None => return invalid(known, "`method` is missing."),
    };
    let params = match object.remove("params") {
        Some(Value::Object(params)) => params,
        None => Map::new(),
        Some(_) => return invalid(known, "`params` must be an object."),
    };
    match id {
        None => Message::Notification { method, params },
        Some(id @ (Value::String(_) | Value::Number(_))) => {
            Message::Request(Request { id, method, params })
        }
        Some(_) => invalid(Value::Null, "`id` must be a string or a number."),
    }
}

fn invalid(id: Value, why: &'static str) -> Message {
    Message::Invalid { id, why }
}

/// An answer.
pub fn result(id: &Value, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// A refusal.
pub fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::Value;

    use super::{Message, read};

    fn check(text: &str, expect: Expect) {
        let value: Value = serde_json::from_str(text).unwrap();
        expect.assert_eq(&match read(value) {
            Message::Request(request) => format!("request {} {}", request.id, request.method),
            Message::Notification { method, .. } => format!("notification {method}"),
            Message::Response => "response".to_owned(),
            Message::Invalid { id, why } => format!("invalid {id}: {why}"),
        });
    }

    #[test]
    fn messages_are_told_apart() {
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            expect!["request 1 ping"],
        );
        check(
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}"#,
            expect![[r#"request "a" ping"#]],
        );
        check(
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            expect!["notification notifications/initialized"],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            expect!["response"],
        );
    }

    #[test]
    fn what_is_no_message_is_said() {
        check("1", expect!["invalid null: A message is a JSON object."]);
        check("[]", expect!["invalid null: A message is a JSON object."]);
        check(
            r#"{"id":1,"method":"ping"}"#,
            expect![[r#"invalid 1: `jsonrpc` must be "2.0"."#]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1}"#,
            expect!["invalid 1: `method` is missing."],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":{}}"#,
            expect!["invalid 1: `method` must be a string."],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#,
            expect!["invalid 1: `params` must be an object."],
        );
        for id in ["null", "{}", "[1]", "true"] {
            check(
                &format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#),
                expect!["invalid null: `id` must be a string or a number."],
            );
        }
    }
}
