//! Gemini against a scripted server: the request on the wire, and streams that end with their body.

use aside_llm::{
    AssistantPart, Chunk, KeyStyle, Message, Model, ModelErrorKind, ModelRequest, Place,
    ProviderConfig, Remote, Secret, StopReason, Usage, UserPart, Wire,
};
use aside_script::{Gate, Reply, ScriptServer};
use serde_json::{Value, json};

use super::{KEY, PATIENCE, SOON, collect, merged, run, serve, text};

fn model(server: &ScriptServer) -> Remote {
    let base = format!("http://{}", server.address());
    Remote::new(ProviderConfig {
        id: "google".into(),
        key_style: KeyStyle::Header("x-goog-api-key"),
        idle_timeout: PATIENCE,
        ..ProviderConfig::new(Wire::Gemini, base, Secret::new(KEY))
    })
}

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        messages,
        tools: super::request().tools,
        ..ModelRequest::new("gemini-3-flash")
    }
}

fn user() -> Message {
    Message::User(vec![UserPart::Text("Hi.".into())])
}

fn events(events: &[Value]) -> Reply {
    events.iter().fold(Reply::raw_stream(), Reply::event)
}

fn parts(parts: &Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}}]})
}

fn stop() -> Value {
    json!({"candidates": [{"finishReason": "STOP"}]})
}

#[test]
fn a_turn_with_a_tool_goes_there_and_back() {
    run(async {
        let first = [
            parts(&json!([{"text": "Hm.", "thought": true}, {"text": "I look."}])),
            parts(
                &json!([{"functionCall": {"name": "f", "args": {"x": 1}, "id": "g1"},
                           "thoughtSignature": "c2ln"}]),
            ),
            stop(),
            json!({"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2,
                                     "thoughtsTokenCount": 1}}),
        ];
        let second = [parts(&json!([{"text": "Done."}])), stop()];
        let server = serve([events(&first), events(&second)]);
        let model = model(&server);
        let stream = model.stream(request(vec![user()])).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert!(error.is_none(), "{error:?}");
        let chunks = merged(chunks);
        let Some(Chunk::Opaque(Place::Call(0), opaque)) = chunks.get(3) else {
            panic!("{chunks:?}");
        };
        assert_eq!(&*opaque.origin, "google/gemini");
        let call = Chunk::ToolCall {
            index: 0,
            id: Some("g1".into()),
            name: Some("f".into()),
            arguments: "{\"x\":1}".into(),
        };
        let expected = [
            Chunk::Reasoning("Hm.".into()),
            text("I look."),
            call,
            Chunk::Opaque(Place::Call(0), opaque.clone()),
            Chunk::Usage(Usage {
                input_tokens: 9,
                output_tokens: 3,
                reasoning_tokens: 1,
                ..Usage::default()
            }),
            Chunk::Stop(StopReason::ToolCalls),
        ];
        assert_eq!(chunks, expected);

        let said = Message::Assistant(vec![
            AssistantPart::Reasoning("Hm.".into()),
            AssistantPart::Text("I look.".into()),
            AssistantPart::ToolCall {
                id: "g1".into(),
                name: "f".into(),
                arguments: "{\"x\":1}".into(),
            },
            AssistantPart::Attached(opaque.clone()),
        ]);
        let result = Message::Tool {
            call_id: "g1".into(),
            name: "f".into(),
            text: "2".into(),
            failed: false,
        };
        let stream = model.stream(request(vec![user(), said, result])).await;
        let (chunks, error) = collect(stream.unwrap()).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(merged(chunks)[0], text("Done."));
        // The stream was read to its end, so the connection was good for a second request.
        assert_eq!(server.connections(), 1);

        let sent = server.requests();
        for sent in &sent {
            let path = "/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse";
            assert_eq!(sent.path, path);
            assert_eq!(sent.header("x-goog-api-key"), Some(KEY));
            assert_eq!(sent.header("authorization"), None);
        }
        let said_first = json!({"role": "user", "parts": [{"text": "Hi."}]});
        assert_eq!(
            sent[0].body,
            json!({
                "tools": [{"functionDeclarations": [{
                    "name": "f", "description": "Does.",
                    "parametersJsonSchema": {"type": "object", "properties": {}}}]}],
                "contents": [said_first],
            })
        );
        assert_eq!(
            sent[1].body["contents"],
            json!([
                said_first,
                {"role": "model", "parts": [
                    {"text": "I look."},
                    {"functionCall": {"id": "g1", "name": "f", "args": {"x": 1}},
                     "thoughtSignature": "c2ln"}]},
                {"role": "user", "parts": [{"functionResponse": {
                    "id": "g1", "name": "f", "response": {"output": "2"}}}]},
            ])
        );
    });
}

#[test]
fn vertex_is_the_same_elsewhere_and_with_a_token() {
    run(async {
        let server = serve([events(&[parts(&json!([{"text": "ok"}])), stop()])]);
        let place = "/v1/projects/p/locations/global/publishers/google/models/{model}";
        let model = Remote::new(ProviderConfig {
            path: Some(format!("{place}:streamGenerateContent")),
            key_style: KeyStyle::Bearer,
            ..model(&server).config().clone()
        });
        let stream = model.stream(request(vec![user()])).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(chunks[0], text("ok"));
        let sent = &server.requests()[0];
        let path = place.replace("{model}", "gemini-3-flash:streamGenerateContent?alt=sse");
        assert_eq!(sent.path, path);
        let token = format!("Bearer {KEY}");
        assert_eq!(sent.header("authorization"), Some(token.as_str()));
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

#[test]
fn answers_that_come_whole_or_break() {
    let said = [text("a"), Chunk::Stop(StopReason::EndTurn)];
    let whole = json!([parts(&json!([{"text": "a"}])), stop()]);
    check(Reply::json(200, &whole), &said, None);
    // Only the text and the reason to stop matter, not how the body ends.
    let open = events(&[parts(&json!([{"text": "a"}])), stop()]);
    check(open.clone().close(), &said, None);
    run(async {
        // What is left open after the reason to stop is not waited for as an answer is.
        let server = serve([open.gate(&Gate::new())]);
        let idle = Remote::new(ProviderConfig {
            idle_timeout: SOON,
            ..model(&server).config().clone()
        });
        let stream = idle.stream(request(vec![user()])).await.unwrap();
        let (chunks, error) = collect(stream).await;
        assert_eq!(merged(chunks), said);
        assert!(error.is_none(), "{error:?}");
    });

    let text_then = |then: &str| {
        let started = events(&[parts(&json!([{"text": "a"}]))]);
        started.raw(then)
    };
    let truncated = Some(ModelErrorKind::Truncated);
    check(text_then(""), &said[..1], truncated);
    let half = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\"";
    check(text_then(half), &said[..1], truncated);
    check(
        text_then(half).close(),
        &said[..1],
        Some(ModelErrorKind::Network),
    );
    let limited = json!({"error": {"code": 429, "message": "Slow down."}});
    check(
        text_then(&format!("data: {limited}\n\n")),
        &said[..1],
        Some(ModelErrorKind::RateLimited),
    );
    for body in [json!([limited]), limited] {
        check(
            Reply::json(200, &body),
            &[],
            Some(ModelErrorKind::RateLimited),
        );
    }
    let page = Reply::body(200, "text/plain", "<html><title>Sign in</title></html>");
    check(page, &[], Some(ModelErrorKind::Rejected));
}

#[test]
fn a_line_without_end_ends() {
    // It is more than one event may have: a gigabyte would not be read any further.
    let started = events(&[parts(&json!([{"text": "a"}]))]).raw("data: \"");
    let line = vec![b'x'; 1024 * 1024];
    let endless = (0..12).fold(started, |reply, _| reply.raw(line.clone()));
    check(endless, &[text("a")], Some(ModelErrorKind::Truncated));
}
