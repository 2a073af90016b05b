//! Messages against a scripted server: a turn there and back, and streams that end in every way.
use aside_llm::{
    AssistantPart, Chunk, KeyStyle, Message, Model, ModelErrorKind, ModelRequest, Place,
    ProviderConfig, Remote, Secret, StopReason, Usage, UserPart, Wire,
};
use aside_script::{Gate, Reply, ScriptServer};
use serde_json::{Value, json};

use super::{KEY, PATIENCE, collect, merged, run, serve, text};

fn config(server: &ScriptServer) -> ProviderConfig {
    let base = format!("http://{}", server.address());
    ProviderConfig {
        id: "anthropic".into(),
        key_style: KeyStyle::Header("x-api-key"),
        idle_timeout: PATIENCE,
        ..ProviderConfig::new(Wire::Messages, base, Secret::new(KEY))
    }
}

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        ..super::request()
    }
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

fn start(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u64, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn end(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason},
           "usage": {"output_tokens": 3}})
}

fn over() -> Value {
    json!({"type": "message_stop"})
}

fn words(words: &str) -> [Value; 2] {
    [start(0, &json!({"type": "text", "text": words})), stop(0)]
}

/// What the model said, as it goes back; calls come whole here.
fn said(chunks: &[Chunk]) -> Message {
    let part = |chunk: &Chunk| match chunk {
        Chunk::Text(text) => Some(AssistantPart::Text(text.clone())),
        Chunk::Reasoning(text) => Some(AssistantPart::Reasoning(text.clone())),
        Chunk::ToolCall {
            id,
            name,
            arguments,
            ..
        } => Some(AssistantPart::ToolCall {
            id: id.clone().unwrap(),
            name: name.clone().unwrap(),
            arguments: arguments.clone(),
        }),
        Chunk::Opaque(Place::Part | Place::Call(_), opaque) => {
            Some(AssistantPart::Attached(opaque.clone()))
        }
        Chunk::Opaque(Place::Alone, opaque) => Some(AssistantPart::Opaque(opaque.clone())),
        Chunk::Note(_) | Chunk::Usage(_) | Chunk::Stop(_) => None,
    };
    Message::Assistant(chunks.iter().filter_map(part).collect())
}

#[test]
fn a_turn_with_a_tool_goes_there_and_back() {
    let search = json!({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
        "input": {"query": "a"}});
    let found = json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1",
        "content": []});
    run(async {
        let first = [
            json!({"type": "message_start", "message": {"content": [], "usage": {
                "input_tokens": 2, "cache_creation_input_tokens": 3,
                "cache_read_input_tokens": 4, "output_tokens": 1}}}),
            start(
                0,
                &json!({"type": "thinking", "thinking": "", "signature": ""}),
            ),
            delta(0, &json!({"type": "thinking_delta", "thinking": "Hm."})),
            delta(0, &json!({"type": "signature_delta", "signature": "c2ln"})),
            stop(0),
            start(1, &search),
            stop(1),
            start(2, &found),
            stop(2),
            start(3, &json!({"type": "text", "text": "", "citations": []})),
            delta(
                3,
                &json!({"type": "citations_delta", "citation": {"url": "u"}}),
            ),
            delta(3, &json!({"type": "text_delta", "text": "It says so."})),
            stop(3),
            json!({"type": "ping"}),
            start(
                4,
                &json!({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}),
            ),
            delta(
                4,
                &json!({"type": "input_json_delta", "partial_json": "{\"x\""}),
            ),
            delta(
                4,
                &json!({"type": "input_json_delta", "partial_json": ": 1}"}),
            ),
            stop(4),
            end("tool_use"),
            over(),
        ];
        let second = [words("Done.").as_slice(), &[end("end_turn"), over()]].concat();
        let server = serve([events(&first), events(&second)]);
        let model = Remote::new(config(&server));
        let mut messages = vec![user()];
        let stream = model.stream(request(messages.clone())).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert!(error.is_none(), "{error:?}");
        let chunks = merged(chunks);
        let usage = Usage {
            input_tokens: 9,
            cached_input_tokens: 4,
            cache_write_tokens: 3,
            output_tokens: 3,
            ..Usage::default()
        };
        let ends = [Chunk::Usage(usage), Chunk::Stop(StopReason::ToolCalls)];
        assert!(chunks.ends_with(&ends), "{chunks:?}");
        messages.push(said(&chunks));
        messages.push(Message::Tool {
            call_id: "toolu_1".into(),
            name: "f".into(),
            text: "1".into(),
            failed: false,
        });
        let stream = model.stream(request(messages)).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(chunks[0], text("Done."));

        let sent = server.requests();
        assert_eq!(sent[0].path, "/v1/messages");
        assert_eq!(sent[0].header("x-api-key"), Some(KEY));
        assert_eq!(sent[0].header("authorization"), None);
        assert_eq!(sent[0].header("anthropic-version"), Some("2023-06-01"));
        let mark = json!({"type": "ephemeral"});
        let asked = json!({"role": "user",
            "content": [{"type": "text", "text": "Hi.", "cache_control": mark}]});
        let mut body = json!({
            "model": "m", "max_tokens": 8192, "stream": true,
            "tools": [{"name": "f", "description": "Does.", "input_schema": {"type": "object"},
                       "cache_control": mark}],
            "system": [{"type": "text", "text": "Be brief.", "cache_control": mark}],
            "messages": [asked],
        });
        assert_eq!(sent[0].body, body);
        body["messages"] = json!([
            asked,
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                search,
                found,
                {"type": "text", "text": "It says so.", "citations": [{"url": "u"}]},
                {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": 1}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1",
                "content": "1", "cache_control": mark}]},
        ]);
        assert_eq!(sent[1].body, body);
    });
}

#[test]
fn a_token_is_sent_as_such() {
    run(async {
        let answer = [words("ok").as_slice(), &[end("end_turn"), over()]].concat();
        let server = serve([events(&answer)]);
        let oauth = Secret::new("oauth-2025-04-20").unwrap();
        let model = Remote::new(ProviderConfig {
            key_style: KeyStyle::Bearer,
            headers: vec![("anthropic-beta".into(), oauth)],
            ..config(&server)
        });
        collect(model.stream(request(vec![user()])).await.unwrap()).await;
        let sent = &server.requests()[0];
        let bearer = format!("Bearer {KEY}");
        assert_eq!(sent.header("authorization"), Some(bearer.as_str()));
        assert_eq!(sent.header("x-api-key"), None);
        assert_eq!(sent.header("anthropic-beta"), Some("oauth-2025-04-20"));
    });
}

/// What comes of a reply: the chunks, and the kind of the error.
fn outcome(reply: Reply) -> (Vec<Chunk>, Option<ModelErrorKind>) {
    let mut outcome = (Vec::new(), None);
    run(async {
        let server = serve([reply]);
        match Remote::new(config(&server))
            .stream(request(vec![user()]))
            .await
        {
            Ok(stream) => {
                let (chunks, error) = collect(stream).await;
                outcome = (merged(chunks), error.map(|error| error.kind));
            }
            Err(error) => outcome.1 = Some(error.kind),
        }
    });
    outcome
}

#[test]
fn what_came_before_a_failure_is_kept() {
    let begun = || words("a").to_vec();
    let call = start(
        1,
        &json!({"type": "tool_use", "id": "t", "name": "f", "input": {}}),
    );
    let error = |kind: &str| json!({"type": "error", "error": {"type": kind, "message": "m"}});
    for (more, cut, kind) in [
        (vec![], false, ModelErrorKind::Truncated),
        (vec![], true, ModelErrorKind::Network),
        (vec![call.clone()], false, ModelErrorKind::Truncated),
        (vec![call.clone()], true, ModelErrorKind::Network),
        (
            vec![call.clone(), end("tool_use")],
            false,
            ModelErrorKind::Truncated,
        ),
        (vec![call, end("tool_use")], true, ModelErrorKind::Network),
        (
            vec![error("overloaded_error")],
            false,
            ModelErrorKind::Provider,
        ),
        (
            vec![error("rate_limit_error")],
            false,
            ModelErrorKind::RateLimited,
        ),
        (
            vec![error("authentication_error")],
            false,
            ModelErrorKind::Auth,
        ),
        (
            vec![error("invalid_request_error")],
            false,
            ModelErrorKind::Rejected,
        ),
    ] {
        let reply = events(&[begun(), more.clone()].concat());
        let reply = if cut { reply.close() } else { reply };
        let (chunks, error) = outcome(reply);
        assert_eq!(error, Some(kind), "{more:?} {cut}");
        assert_eq!(chunks[0], text("a"));
        assert!(!chunks.iter().any(|chunk| matches!(chunk, Chunk::Stop(_))));
    }
}

#[test]
fn a_stream_is_over_with_its_last_event() {
    // The server never ends the body.
    let gate = Gate::new();
    let whole = [words("a").as_slice(), &[end("end_turn"), over()]].concat();
    let (chunks, error) = outcome(events(&whole).gate(&gate));
    assert_eq!(error, None);
    assert_eq!(chunks.last(), Some(&Chunk::Stop(StopReason::EndTurn)));
}

#[test]
fn answers_that_are_no_stream() {
    let message = json!({"type": "message", "content": [{"type": "text", "text": "a"}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}});
    let (chunks, error) = outcome(Reply::json(200, &message));
    assert_eq!((chunks[0].clone(), error), (text("a"), None));
    let error = |kind: &str| json!({"type": "error", "error": {"type": kind, "message": "m"}});
    let page = "<!doctype html><title>Sign in</title>";
    for (reply, kind) in [
        (
            Reply::json(200, &error("overloaded_error")),
            ModelErrorKind::Provider,
        ),
        (
            Reply::json(200, &error("not_found_error")),
            ModelErrorKind::Rejected,
        ),
        (
            Reply::json(529, &error("overloaded_error")),
            ModelErrorKind::Provider,
        ),
        (
            Reply::json(429, &error("rate_limit_error")),
            ModelErrorKind::RateLimited,
        ),
        (
            Reply::json(401, &error("authentication_error")),
            ModelErrorKind::Auth,
        ),
        (
            Reply::json(400, &error("invalid_request_error")),
            ModelErrorKind::Rejected,
        ),
        (Reply::json(200, &json!([])), ModelErrorKind::Provider),
        (
            Reply::body(200, "text/html", page),
            ModelErrorKind::Rejected,
        ),
        (
            Reply::body(200, "text/event-stream", page),
            ModelErrorKind::Rejected,
        ),
        (
            Reply::body(200, "text/event-stream", ""),
            ModelErrorKind::Truncated,
        ),
    ] {
        let shown = format!("{reply:?}");
        assert_eq!(outcome(reply), (vec![], Some(kind)), "{shown}");
    }
}

#[test]
fn an_endless_line_ends_the_answer() {
    let piece = vec![b'a'; 1 << 20];
    let begun = events(&words("a")).raw("data: ");
    let reply = (0..16).fold(begun, |reply, _| reply.raw(piece.clone()));
    let (chunks, error) = outcome(reply);
    assert_eq!(chunks, [text("a")]);
    assert_eq!(error, Some(ModelErrorKind::Truncated));
}
