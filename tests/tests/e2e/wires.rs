//! The wire formats through the whole program, where the servers of others have no words for it:
//! thought signatures of Gemini, counts of cached tokens, another provider in mid-session.
use aside_script::{Reply, Script, ScriptServer};
use aside_tests::editor::{Client, Editor};
use aside_tests::rules::{kind, text};
use aside_tests::world::World;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, say};
use crate::mocks::Format;

/// A stage on which the model speaks this format.
pub(crate) fn stage(format: Format, replies: impl IntoIterator<Item = Reply>) -> Stage {
    let model = ScriptServer::start(Script::new(replies)).expect("the scripted model starts");
    let url = model.url();
    let mut world = World::new(&url);
    let (root, version) = url.split_at(url.len() - "/v1".len());
    format.settle(
        &mut world,
        root,
        if format.is_openai() { version } else { "" },
    );
    world.write("a.txt", "one\n");
    Stage { model, world }
}

/// A stream of such events, each with its type where it has one.
pub(crate) fn stream(events: impl IntoIterator<Item = Value>) -> Reply {
    events
        .into_iter()
        .fold(Reply::raw_stream(), |reply, event| {
            match event["type"].as_str() {
                Some(kind) => reply.raw(format!("event: {kind}\ndata: {event}\n\n")),
                None => reply.event(&event),
            }
        })
}

/// A piece of one of Gemini's answers.
fn gemini(parts: Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}, "index": 0}]})
}

/// The last piece, with the counts.
pub(crate) fn gemini_end(parts: Value) -> Value {
    json!({
        "candidates": [{
            "content": {"role": "model", "parts": parts}, "index": 0, "finishReason": "STOP",
        }],
        "usageMetadata": {
            "promptTokenCount": 100, "cachedContentTokenCount": 40, "candidatesTokenCount": 7,
            "thoughtsTokenCount": 3, "totalTokenCount": 110,
        },
    })
}

/// Claude says this, in one block of text.
fn claude(text: &str) -> Reply {
    stream([
        json!({"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "content": [],
            "model": "claude", "stop_reason": null, "stop_sequence": null,
            "usage": {
                "input_tokens": 50, "cache_read_input_tokens": 40,
                "cache_creation_input_tokens": 10, "output_tokens": 1,
            },
        }}),
        json!({"type": "content_block_start", "index": 0,
            "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0,
            "delta": {"type": "text_delta", "text": text}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": null},
            "usage": {"output_tokens": 10}}),
        json!({"type": "message_stop"}),
    ])
}

/// OpenAI's Responses say this, in one message.
fn responses(text: &str) -> Reply {
    let content = json!([{"type": "output_text", "text": text, "annotations": []}]);
    let item = |status: &str, content: &Value| {
        json!({"type": "message", "id": "msg_1", "role": "assistant", "status": status,
            "content": content})
    };
    let whole = item("completed", &content);
    stream([
        json!({"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}),
        json!({"type": "response.output_item.added", "output_index": 0,
            "item": item("in_progress", &json!([]))}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
            "content_index": 0, "delta": text}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": whole}),
        json!({"type": "response.completed", "response": {
            "id": "resp_1", "status": "completed", "output": [whole],
            "usage": {
                "input_tokens": 100, "input_tokens_details": {"cached_tokens": 40},
                "output_tokens": 10, "output_tokens_details": {"reasoning_tokens": 3},
                "total_tokens": 110,
            },
        }}),
    ])
}

#[tokio::test]
async fn thought_signatures_of_gemini_go_back_with_their_parts() {
    let read = json!({"functionCall": {"name": "read_file", "args": {"path": "a.txt"}},
        "thoughtSignature": "c2lnbmVkIDI="});
    let list = json!({"functionCall": {"name": "list_directory", "args": {}}});
    let said = json!({"text": "I look.", "thoughtSignature": "c2lnbmVkIDE=+/"});
    let stage = stage(
        Format::Gemini,
        [
            stream([
                gemini(json!([{"text": "What is there?", "thought": true}])),
                gemini(json!([said])),
                gemini_end(json!([read, list])),
            ]),
            stream([gemini_end(json!([{"text": "One."}]))]),
            stream([gemini_end(json!([{"text": "Still one."}]))]),
        ],
    );
    let editor = stage.open().await;
    let session = editor.create_free().await;
    for prompt in ["Look.", "Again."] {
        let turn = editor.turn(&session, prompt).await;
        assert_eq!(turn["stopReason"], "endTurn", "{turn:#}");
    }
    let requests = stage.requests();
    let parts = requests[1]["contents"][1]["parts"].as_array().unwrap();
    let signed = |part: &&Value| part["thoughtSignature"].is_string();
    assert_eq!(parts.iter().filter(signed).count(), 2, "{parts:#?}");
    let with = |signature: &str, name: &str| {
        let found = parts
            .iter()
            .find(|part| part["thoughtSignature"] == signature);
        found.map(|part| part[name].clone())
    };
    assert_eq!(
        with("c2lnbmVkIDE=+/", "text"),
        Some(json!("I look.")),
        "{parts:#?}"
    );
    let call = with("c2lnbmVkIDI=", "functionCall").unwrap();
    assert_eq!(
        (&call["name"], &call["args"]),
        (&json!("read_file"), &json!({"path": "a.txt"}))
    );
    // What the model is told grows, and what it was told stays.
    let [first, second, third] = [0, 1, 2].map(|at| requests[at]["contents"].as_array().unwrap());
    assert_eq!(second[..first.len()], first[..]);
    assert_eq!(third[..second.len()], second[..]);
    editor.checked_events(&session);
    editor.close().await;
}

/// The tokens of one answer are told as they were counted: 100 in, 40 of them cached; 10 out.
async fn check_usage(format: Format, reply: Reply, reasoning: u64) {
    let stage = stage(format, [reply]);
    let editor = stage.open().await;
    let session = editor.create_free().await;
    let turn = editor.turn(&session, "Talk.").await;
    assert_eq!(turn["stopReason"], "endTurn", "{format:?}: {turn:#}");
    let names = [
        "inputTokens",
        "cachedInputTokens",
        "outputTokens",
        "reasoningTokens",
    ];
    let counted = names.map(|name| turn["usage"][name].as_u64().unwrap_or_default());
    assert_eq!(counted, [100, 40, 10, reasoning], "{format:?}: {turn:#}");
    editor.close().await;
}

#[tokio::test]
async fn tokens_are_counted_as_each_provider_counts_them() {
    check_usage(Format::Chat, say("Hello."), 3).await;
    check_usage(Format::Azure, say("Hello."), 3).await;
    check_usage(Format::Responses, responses("Hello."), 3).await;
    check_usage(Format::Messages, claude("Hello."), 0).await;
    let parts = json!([{"text": "Hello."}]);
    check_usage(Format::Gemini, stream([gemini_end(parts)]), 3).await;
}

/// What one provider signed is not shown to another, and the conversation goes on.
#[tokio::test]
async fn another_provider_is_told_all_but_what_is_opaque() {
    let signed = json!({"text": "One.", "thoughtSignature": "c2VjcmV0"});
    let mut stage = stage(
        Format::Gemini,
        [
            stream([gemini_end(json!([signed]))]),
            claude("Two."),
            responses("Three."),
            say("Four."),
            stream([gemini_end(json!([{"text": "Five."}]))]),
        ],
    );
    let url = stage.model.url();
    stage.world.set("OPENAI_BASE_URL", url.clone());
    stage
        .world
        .set("ANTHROPIC_BASE_URL", url.trim_end_matches("/v1"));
    stage.world.set("OPENAI_API_KEY", "sk-another-1");
    stage.world.set("ANTHROPIC_API_KEY", "sk-another-2");
    let editor = Editor::open(&stage.world, Client::full(&stage.world)).await;
    let session = editor.create_free().await;
    let formats = [
        Format::Gemini,
        Format::Messages,
        Format::Responses,
        Format::Chat,
        Format::Gemini,
    ];
    for (nth, format) in formats.into_iter().enumerate() {
        let update = json!({"sessionId": session, "model": format.model()});
        editor.request("session/update", update).await;
        let turn = editor.turn(&session, &format!("Say it {nth}.")).await;
        assert_eq!(turn["stopReason"], "endTurn", "{format:?}: {turn:#}");
        let body = stage.requests()[nth].to_string();
        let is_gemini = format == Format::Gemini && nth > 0;
        assert_eq!(body.contains("c2VjcmV0"), is_gemini, "{format:?}: {body}");
        // Each was told what the others said.
        for said in ["One.", "Two.", "Three.", "Four."].iter().take(nth) {
            assert!(
                body.contains(said),
                "{format:?} does not know {said} {body}"
            );
        }
    }
    editor.close().await;
}

/// The first events of an answer, which say "Half", and an error in the midst of it.
fn half(format: Format) -> Reply {
    match format {
        Format::Chat | Format::Azure => Reply::new()
            .text("Half")
            .event(&json!({"error": {"message": "Overloaded.", "type": "server_error"}}))
            .without_done(),
        Format::Responses => stream([
            json!({"type": "response.output_item.added", "output_index": 0, "item": {
                "type": "message", "id": "msg_0", "role": "assistant", "content": [],
            }}),
            json!({"type": "response.output_text.delta", "item_id": "msg_0", "output_index": 0,
                "content_index": 0, "delta": "Half"}),
            json!({"type": "response.failed", "response": {"id": "resp_0", "status": "failed",
                "error": {"code": "server_error", "message": "Overloaded."}}}),
        ]),
        Format::Messages => stream([
            json!({"type": "message_start", "message": {
                "id": "msg_0", "type": "message", "role": "assistant", "content": [],
                "usage": {"input_tokens": 9, "output_tokens": 1},
            }}),
            json!({"type": "content_block_start", "index": 0,
                "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0,
                "delta": {"type": "text_delta", "text": "Half"}}),
            json!({"type": "error", "error": {
                "type": "overloaded_error", "message": "Overloaded."}}),
        ]),
        Format::Gemini => stream([
            gemini(json!([{"text": "Half"}])),
            json!({"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}),
        ]),
    }
}

/// The whole answer.
pub(crate) fn whole(format: Format) -> Reply {
    match format {
        Format::Chat | Format::Azure => say("Whole."),
        Format::Responses => responses("Whole."),
        Format::Messages => claude("Whole."),
        Format::Gemini => stream([gemini_end(json!([{"text": "Whole."}]))]),
    }
}

#[tokio::test]
async fn an_error_in_the_midst_of_an_answer_is_no_end() {
    for format in Format::ALL {
        let stage = stage(format, [half(format), whole(format)]);
        let settings = json!({"providers": {"retry_base_ms": 10}});
        let editor = stage.open_with(stage.client_with(settings)).await;
        let session = editor.create_free().await;
        let turn = editor.turn(&session, "Talk.").await;
        assert_eq!(turn["stopReason"], "endTurn", "{format:?}: {turn:#}");
        let events = editor.checked_events(&session);
        let retryings: Vec<&Value> = events
            .iter()
            .filter(|event| kind(event) == "retrying")
            .collect();
        assert_eq!(retryings.len(), 1, "{format:?}: {events:#?}");
        let reason = text(retryings[0], "/event/reason");
        assert!(reason.contains("Overloaded"), "{format:?}: {reason}");
        let said: Vec<(Value, Value)> = editor
            .items(&session)
            .await
            .iter()
            .filter(|item| item["type"] == "assistantMessage")
            .map(|item| (item["text"].clone(), item["status"].clone()))
            .collect();
        let expected = [("Half", "interrupted"), ("Whole.", "completed")];
        assert_eq!(
            said,
            expected.map(|(a, b)| (json!(a), json!(b))),
            "{format:?}"
        );
        // The same is asked again, to the byte.
        let asked: Vec<Vec<u8>> = stage.model.requests().into_iter().map(|r| r.raw).collect();
        assert!(asked[0] == asked[1], "{format:?}: {:#?}", stage.requests());
        editor.close().await;
    }
}

#[tokio::test]
async fn what_is_no_stream_is_no_answer() {
    let page = "<html><title>Sign in</title><body>to the network</body></html>";
    let error = json!({"error": {"code": 400, "type": "invalid_request_error",
        "message": "The model is not here.", "status": "INVALID_ARGUMENT"}});
    for format in Format::ALL {
        for reply in [
            Reply::body(200, "text/html", page),
            Reply::json(200, &error),
            Reply::json(200, &json!({})),
            Reply::body(200, "text/event-stream", ""),
        ] {
            let shown = format!("{format:?} {reply:.300?}");
            let stage = stage(format, [reply]);
            let settings = json!({"providers": {"max_retries": 0}});
            let editor = stage.open_with(stage.client_with(settings)).await;
            let session = editor.create_free().await;
            let turn = editor.turn(&session, "Talk.").await;
            assert_eq!(turn["stopReason"], "error", "{shown}: {turn:#}");
            assert_eq!(text(&turn, "/error/code"), "provider", "{shown}: {turn:#}");
            check_sentence(text(&turn, "/error/message"));
            editor.close().await;
        }
    }
}
