//! Responses against a scripted server: a turn there and back, and streams that end in every way.
use aside_llm::{
    AssistantPart, Chunk, Message, Model, ModelErrorKind, ModelRequest, Place, ProviderConfig,
    Quirks, ReasoningStyle, Remote, Secret, StopReason, Usage, UserPart, Wire,
};
use aside_script::{Gate, Reply, ScriptServer};
use serde_json::{Value, json};

use super::{KEY, PATIENCE, collect, merged, run, serve, text};

fn model(server: &ScriptServer) -> Remote {
    Remote::new(ProviderConfig {
        idle_timeout: PATIENCE,
        quirks: Quirks {
            cache_key: true,
            ..Quirks::default()
        },
        ..ProviderConfig::new(Wire::Responses, server.url(), Secret::new(KEY))
    })
}

fn request(messages: Vec<Message>) -> ModelRequest {
    let mut request = ModelRequest {
        messages,
        ..super::request()
    };
    request.facts.reasoning = ReasoningStyle::Effort;
    request.cache_key = Some("s1".into());
    request
}

fn user() -> Message {
    Message::User(vec![UserPart::Text("Hi.".into())])
}

fn events(events: &[Value]) -> Reply {
    events.iter().fold(Reply::raw_stream(), |reply, event| {
        let kind = event["type"].as_str().unwrap();
        reply.raw(format!("event: {kind}\ndata: {event}\n\n"))
    })
}

fn item(kind: &str, index: u64, item: &Value) -> Value {
    json!({"type": format!("response.output_item.{kind}"), "output_index": index, "item": item})
}

fn delta(kind: &str, index: u64, delta: &str) -> Value {
    json!({"type": format!("response.{kind}.delta"), "output_index": index, "delta": delta})
}

fn completed() -> Value {
    json!({"type": "response.completed", "response": {"status": "completed", "usage": {
        "input_tokens": 9, "input_tokens_details": {"cached_tokens": 4},
        "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 1}}}})
}

/// What the model said, as it goes back.
fn said(chunks: &[Chunk]) -> Message {
    let mut parts = Vec::new();
    let mut calls = Vec::new();
    for chunk in chunks {
        match chunk {
            Chunk::Text(text) => parts.push(AssistantPart::Text(text.clone())),
            Chunk::Reasoning(text) => parts.push(AssistantPart::Reasoning(text.clone())),
            Chunk::ToolCall {
                id: Some(id),
                name: Some(name),
                arguments,
                ..
            } => {
                calls.push(parts.len());
                parts.push(AssistantPart::ToolCall {
                    id: id.clone(),
                    name: name.clone(),
                    arguments: arguments.clone(),
                });
            }
            Chunk::ToolCall {
                index,
                arguments: more,
                ..
            } => match &mut parts[calls[*index]] {
                AssistantPart::ToolCall { arguments, .. } => arguments.push_str(more),
                other => panic!("{other:?}"),
            },
            Chunk::Opaque(Place::Part | Place::Call(_), opaque) => {
                parts.push(AssistantPart::Attached(opaque.clone()));
            }
            Chunk::Opaque(Place::Alone, opaque) => {
                parts.push(AssistantPart::Opaque(opaque.clone()));
            }
            Chunk::Note(_) | Chunk::Usage(_) | Chunk::Stop(_) => {}
        }
    }
    Message::Assistant(parts)
}

#[test]
fn a_turn_with_a_tool_goes_there_and_back() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA",
        "summary": [{"type": "summary_text", "text": "Hm."}]});
    let message = json!({"type": "message", "id": "msg_1", "role": "assistant",
        "phase": "commentary", "status": "completed",
        "content": [{"type": "output_text", "text": "I look.", "annotations": []}]});
    let search = json!({"type": "web_search_call", "id": "ws_1", "status": "completed"});
    let call = json!({"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f",
        "arguments": "{\"x\": 1}", "status": "completed"});
    run(async {
        let first = [
            delta("reasoning_summary_text", 0, "Hm."),
            item("done", 0, &reasoning),
            delta("output_text", 1, "I "),
            delta("output_text", 1, "look."),
            item("done", 1, &message),
            item("done", 2, &search),
            item(
                "added",
                3,
                &json!({"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f"}),
            ),
            delta("function_call_arguments", 3, "{\"x\""),
            delta("function_call_arguments", 3, ": 1}"),
            item("done", 3, &call),
            completed(),
        ];
        let second = [delta("output_text", 0, "Done."), completed()];
        let server = serve([events(&first), events(&second)]);
        let model = model(&server);
        let stream = model.stream(request(vec![user()])).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert!(error.is_none(), "{error:?}");
        let usage = Usage {
            input_tokens: 9,
            cached_input_tokens: 4,
            output_tokens: 3,
            reasoning_tokens: 1,
            ..Usage::default()
        };
        let end = [Chunk::Usage(usage), Chunk::Stop(StopReason::ToolCalls)];
        assert!(chunks.ends_with(&end), "{chunks:?}");

        let result = Message::Tool {
            call_id: "c1".into(),
            name: "f".into(),
            text: "2".into(),
            failed: false,
        };
        let messages = vec![user(), said(&merged(chunks)), result];
        let stream = model.stream(request(messages)).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(merged(chunks)[0], text("Done."));

        let sent = server.requests();
        assert_eq!(sent[0].path, "/v1/responses");
        let key = format!("Bearer {KEY}");
        assert_eq!(sent[0].header("authorization"), Some(key.as_str()));
        let asked = json!({"type": "message", "role": "user",
            "content": [{"type": "input_text", "text": "Hi."}]});
        assert_eq!(
            sent[0].body,
            json!({
                "model": "m", "stream": true, "store": false,
                "include": ["reasoning.encrypted_content"], "prompt_cache_key": "s1",
                "reasoning": {"summary": "auto"},
                "tools": [{"type": "function", "name": "f", "description": "Does.",
                    "parameters": {"type": "object"}, "strict": false}],
                "instructions": "Be brief.",
                "input": [asked],
            })
        );
        assert_eq!(
            sent[1].body["input"],
            json!([
                asked,
                reasoning,
                {"type": "message", "role": "assistant", "id": "msg_1", "phase": "commentary",
                 "content": [{"type": "output_text", "text": "I look."}]},
                search,
                {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f",
                 "arguments": "{\"x\": 1}"},
                {"type": "function_call_output", "call_id": "c1", "output": "2"},
            ])
        );
        let shorter = sent[0].raw.strip_suffix(b"]}").unwrap();
        assert!(sent[1].raw.starts_with(shorter));
    });
}

/// The chunks of an answer, and the kind of its error.
fn check(reply: Reply, expected: &[Chunk], failed: Option<ModelErrorKind>) {
    run(async {
        let server = serve([reply]);
        let stream = model(&server).stream(request(vec![user()])).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert_eq!(merged(chunks), expected);
        assert_eq!(error.map(|error| error.kind), failed);
    });
}

fn end() -> Value {
    json!({"type": "response.completed"})
}

fn call(arguments: &str) -> Chunk {
    Chunk::ToolCall {
        index: 0,
        id: Some("c1".into()),
        name: Some("f".into()),
        arguments: arguments.into(),
    }
}

fn call_item(arguments: &str) -> Value {
    json!({"type": "function_call", "call_id": "c1", "name": "f", "arguments": arguments})
}

#[test]
fn answers_that_come_whole() {
    let expected = [text("a"), Chunk::Stop(StopReason::EndTurn)];
    let whole = json!({"object": "response", "status": "completed", "output": [
        {"type": "message", "content": [{"type": "output_text", "text": "a"}]}]});
    check(Reply::json(200, &whole), &expected, None);
    let said = || events(&[delta("output_text", 0, "a"), end()]);
    // Nothing is waited for after the last event.
    check(said().gate(&Gate::new()), &expected, None);
    check(said().raw("data: [DONE]\n\n").close(), &expected, None);
    let bytes = "\u{FEFF}data: {\"type\": \"response.output_text.delta\",\r\ndata: \"delta\": \"a\"}\r\n\r\n\
        event: response.completed\rdata: {}\r\r";
    let byte_by_byte = |reply: Reply, byte: &u8| reply.raw([*byte]);
    let reply = bytes
        .as_bytes()
        .iter()
        .fold(Reply::raw_stream(), byte_by_byte);
    check(reply, &expected, None);
}

#[test]
fn streams_that_are_cut_give_what_came() {
    let announced = item("added", 1, &call_item(""));
    let whole = item("done", 1, &call_item("{}"));
    let said = delta("output_text", 0, "a");
    let half = "data: {\"type\": \"response.function_call_arguments.delta\", \"delta\": \"{";
    for (stream, expected) in [
        (events(&[]), vec![]),
        (events(std::slice::from_ref(&said)), vec![text("a")]),
        (
            events(&[said.clone(), announced.clone()]).raw(half),
            vec![text("a"), call("")],
        ),
        (
            events(&[announced, delta("function_call_arguments", 1, "{")]),
            vec![call("{")],
        ),
        (events(&[said, whole]), vec![text("a"), call("{}")]),
    ] {
        let (truncated, broken) = (ModelErrorKind::Truncated, ModelErrorKind::Network);
        check(stream.clone(), &expected, Some(truncated));
        check(stream.close(), &expected, Some(broken));
    }
}

#[test]
fn errors_and_other_things_in_place_of_an_answer() {
    let error = json!({"type": "error", "code": "429", "message": "Slow down."});
    let limited = Some(ModelErrorKind::RateLimited);
    let said = delta("output_text", 0, "a");
    check(events(&[said.clone(), error]), &[text("a")], limited);
    let body = json!({"error": {"code": 429, "message": "Slow down."}});
    check(Reply::json(200, &body), &[], limited);
    let failed = json!({"type": "response.failed", "response": {"status": "failed", "error": body["error"]}});
    check(events(&[said, failed, end()]), &[text("a")], limited);
    let page = Reply::body(200, "text/plain", "<html><title>Sign in</title></html>");
    check(page, &[], Some(ModelErrorKind::Rejected));
}

#[test]
fn a_line_without_end_ends() {
    // It is more than one event may have: a gigabyte would not be read any further.
    let started = events(&[delta("output_text", 0, "a")]).raw("data: \"");
    let line = vec![b'x'; 1024 * 1024];
    let endless = (0..12).fold(started, |reply, _| reply.raw(line.clone()));
    check(endless, &[text("a")], Some(ModelErrorKind::Truncated));
}
