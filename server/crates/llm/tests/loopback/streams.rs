//! Answers that arrive, in all the ways in which they may.
use std::time::Duration;

use aside_llm::{Chunk, Model, ProviderConfig, Remote, StopReason, Usage, Wire};
use aside_script::{Gate, Reply, Script, ScriptServer};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{KEY, answer, config, ids, impatient, merged, model, request, run, serve, text};

fn check(reply: Reply, expected: &[Chunk]) {
    check_by(model, reply, expected);
}

/// The server goes on with the connection, and says nothing more.
fn check_silent(reply: Reply, expected: &[Chunk]) {
    check_by(impatient, reply.gate(&Gate::new()), expected);
}

fn check_by(model: fn(&ScriptServer) -> Remote, reply: Reply, expected: &[Chunk]) {
    run(async {
        let server = serve([reply]);
        let (chunks, error) = answer(&model(&server)).await.unwrap();
        assert_eq!(chunks, expected);
        assert!(error.is_none(), "{error:?}");
    });
}

#[test]
fn reasoning_text_calls_and_usage() {
    let call = |index: usize, id: &str, name: &str, arguments: &str| Chunk::ToolCall {
        index,
        id: Some(id.into()),
        name: Some(name.into()),
        arguments: arguments.into(),
    };
    let reply = Reply::new()
        .reasoning("Hm")
        .reasoning(".")
        .texts(["I ", "look", "\u{1F980}"])
        .tool_call("a", "f", &["{\"x\"", ": 1", "}"])
        .tool_call("b", "g", &[])
        .usage(aside_script::Usage {
            input: 9,
            cached: 4,
            output: 3,
            reasoning: 1,
        })
        .finish("tool_calls");
    let expected = [
        Chunk::Reasoning("Hm.".into()),
        text("I look\u{1F980}"),
        call(0, "a", "f", "{\"x\": 1}"),
        call(1, "b", "g", ""),
        Chunk::Usage(Usage {
            input_tokens: 9,
            cached_input_tokens: 4,
            output_tokens: 3,
            reasoning_tokens: 1,
            ..Usage::default()
        }),
        Chunk::Stop(StopReason::ToolCalls),
    ];
    check(reply.clone(), &expected);
    check(reply.without_done().merged(), &expected);
}

#[test]
fn the_request_says_what_it_must() {
    run(async {
        let server = serve([Reply::say("ok")]);
        answer(&model(&server)).await.unwrap();
        let sent = &server.requests()[0];
        assert_eq!(sent.path, "/v1/chat/completions");
        assert_eq!(
            sent.header("authorization"),
            Some(format!("Bearer {KEY}").as_str())
        );
        assert_eq!(sent.header("content-type"), Some("application/json"));
        assert!(sent.header("user-agent").unwrap().starts_with("aside/"));
        assert_eq!(
            sent.body,
            json!({
                "model": "m", "stream": true, "stream_options": {"include_usage": true},
                "tools": [{"type": "function", "function": {
                    "name": "f", "description": "Does.", "parameters": {"type": "object"}}}],
                "messages": [{"role": "system", "content": "Be brief."},
                             {"role": "user", "content": "Hi."}],
            })
        );
    });
}

#[test]
fn base_urls_with_slashes_and_queries_and_no_key() {
    run(async {
        let server = ScriptServer::start(Script::answering(|_, _| Reply::say("ok"))).unwrap();
        let url = server.url();
        for (base, path) in [
            (url.clone(), "/v1/chat/completions"),
            (format!(" {url}/ "), "/v1/chat/completions"),
            (format!("{url}/chat/completions"), "/v1/chat/completions"),
            (format!("{url}//?v=1"), "/v1/chat/completions?v=1"),
            (url.replace("/v1", ""), "/chat/completions"),
        ] {
            let model = Remote::new(ProviderConfig::new(Wire::Chat, base.clone(), None));
            answer(&model).await.unwrap();
            let sent = server.requests().pop().unwrap();
            assert_eq!(sent.path, path, "{base}");
            assert_eq!(sent.header("authorization"), None);
        }
    });
}

/// A stream with every line end, a comment, several data lines and text of four bytes.
fn odd_stream() -> Vec<u8> {
    let event = |delta: Value, finish: Value| {
        json!({"choices": [{"delta": delta, "finish_reason": finish}]}).to_string()
    };
    let first = event(json!({"content": "h\u{e9}"}), Value::Null);
    let second = event(json!({"content": "\u{1F980}"}), Value::Null);
    let last = event(json!({}), json!("stop"));
    let two_lines = second.replacen(",", ",\r\ndata:", 1);
    format!(
        "\u{FEFF}: hello\r\n\r\ndata: {first}\r\n\r\nevent: x\rdata: {two_lines}\r\r\
         data: {last}\n\ndata: [DONE]\n\ndata: {first}\n\n"
    )
    .into_bytes()
}

#[test]
fn a_stream_split_at_every_byte_gives_the_same() {
    run(async {
        let stream = odd_stream();
        let count = stream.len();
        let script = Script::answering(move |_, nth| {
            Reply::raw_stream().raw(&stream[..nth]).raw(&stream[nth..])
        });
        let server = ScriptServer::start(script).unwrap();
        let model = model(&server);
        for at in 0..=count {
            let (chunks, error) = answer(&model).await.unwrap();
            let expected = [text("h\u{e9}\u{1F980}"), Chunk::Stop(StopReason::EndTurn)];
            assert_eq!(chunks, expected, "split at {at}");
            assert!(error.is_none(), "{error:?}");
        }
        assert!(server.connections() <= count);
    });
    let bytes = odd_stream();
    let reply = bytes
        .chunks(1)
        .fold(Reply::raw_stream(), |reply, byte| reply.raw(byte));
    let expected = [text("h\u{e9}\u{1F980}"), Chunk::Stop(StopReason::EndTurn)];
    check(reply, &expected);
}

#[test]
fn one_read_gives_one_item_with_its_text_merged() {
    run(async {
        let gate = Gate::new();
        let pieces = (0..500).map(|number| format!("{number} "));
        let all: String = pieces.clone().collect();
        // The gate makes sure that what is before it is an item of its own.
        let reply = Reply::new()
            .text("first")
            .gate(&gate)
            .texts(pieces)
            .finish("stop")
            .merged();
        let server = serve([reply]);
        let mut stream = model(&server).stream(request()).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), [text("first")]);
        gate.open();
        let mut items = Vec::new();
        while let Some(item) = stream.next().await {
            items.push(item.unwrap());
        }
        // 500 events of 150 bytes come in a few reads of the socket.
        assert!(items.len() < 50, "{}", items.len());
        let texts = |item: &Vec<Chunk>| item.iter().filter(|c| matches!(c, Chunk::Text(_))).count();
        assert!(items.iter().all(|item| texts(item) <= 1));
        let chunks = merged(items.concat());
        assert_eq!(chunks, [text(&all), Chunk::Stop(StopReason::EndTurn)]);
    });
}

#[test]
fn each_chunk_is_given_on_before_the_next_one_comes() {
    run(async {
        let gates = [Gate::new(), Gate::new(), Gate::new()];
        let reply = gates
            .iter()
            .enumerate()
            .fold(Reply::new(), |reply, (n, gate)| {
                reply.text(n.to_string()).gate(gate)
            });
        let server = serve([reply.finish("stop")]);
        let mut stream = model(&server).stream(request()).await.unwrap();
        for (n, gate) in gates.iter().enumerate() {
            assert_eq!(
                stream.next().await.unwrap().unwrap(),
                [text(&n.to_string())]
            );
            gate.open();
        }
        let last = stream.next().await.unwrap().unwrap();
        assert_eq!(last, [Chunk::Stop(StopReason::EndTurn)]);
        assert!(stream.next().await.is_none());
    });
}

#[test]
fn ends_that_are_sloppy_but_whole() {
    let answer = || Reply::new().text("a").finish("stop");
    let expected = [text("a"), Chunk::Stop(StopReason::EndTurn)];
    check(answer().without_done(), &expected);
    check(answer().close(), &expected);
    check_silent(answer(), &expected);
    check_silent(answer().raw("data: [DONE]\n\n"), &expected);
    check(answer().raw("data: [DONE]\n\ndata: {}}\n\n"), &expected);
    check(answer().raw("data: [DONE]\n\n").close(), &expected);
}

#[test]
fn a_completion_that_comes_whole() {
    let body = json!({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]});
    let expected = [text("a"), Chunk::Stop(StopReason::EndTurn)];
    check(Reply::json(200, &body), &expected);
    // The bytes count, not what the server calls them.
    check(
        Reply::body(200, "text/event-stream", body.to_string()),
        &expected,
    );
    let events = format!("\n data: x\ndata: {body}\n\n");
    check(Reply::body(200, "application/json", events), &expected);
}

#[test]
fn connections_are_used_again() {
    run(async {
        let server = ScriptServer::start(Script::answering(|_, _| Reply::say("ok"))).unwrap();
        let model = model(&server);
        // The rest of a body is read aside, so a quick next request may open one more.
        const TRIES: usize = 200;
        for _ in 0..TRIES {
            answer(&model).await.unwrap();
        }
        assert!(server.connections() < TRIES, "{}", server.connections());
    });
}

#[test]
fn dropping_the_stream_or_the_request_closes_the_connection() {
    run(async {
        let script = [
            Reply::new().text("a").gate(&Gate::new()),
            Reply::new().gate_before_head(&Gate::new()),
        ];
        let server = serve(script);
        let model = model(&server);
        let mut stream = model.stream(request()).await.unwrap();
        stream.next().await.unwrap().unwrap();
        drop(stream);
        server.wait_for_abandoned(1).await;

        let asked = tokio::spawn(model.stream(request()));
        server.wait_for_requests(2).await;
        asked.abort();
        server.wait_for_abandoned(2).await;
    });
}

#[test]
fn many_requests_at_once() {
    run(async {
        let script = Script::answering(|_, nth| Reply::say(format!("{nth}")));
        let server = ScriptServer::start(script).unwrap();
        let model = model(&server);
        let answers = (0..40).map(|_| answer(&model));
        let answers = futures_util::future::join_all(answers).await;
        let mut texts: Vec<String> = answers
            .into_iter()
            .map(|answer| format!("{:?}", answer.unwrap().0[0]))
            .collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 40);
    });
}

#[test]
fn the_models_are_listed() {
    run(async {
        let limit = Duration::from_secs(30);
        let server = ScriptServer::start(Script::new([]).models(["a", "b"])).unwrap();
        assert_eq!(ids(model(&server).models(limit).await.unwrap()), ["a", "b"]);
        let sent = &server.other_requests()[0];
        assert_eq!(
            (sent.method.as_str(), sent.path.as_str()),
            ("GET", "/v1/models")
        );
        assert!(sent.header("authorization").is_some());

        for (body, wanted) in [
            (json!({"models": [{"name": "x"}, {"other": 1}]}), vec!["x"]),
            (json!([{"id": "x"}]), vec!["x"]),
            (json!({"data": []}), vec![]),
        ] {
            let script = Script::new([]).models_reply(Reply::json(200, &body));
            let server = ScriptServer::start(script).unwrap();
            let found = Remote::new(config(&server)).models(limit).await.unwrap();
            assert_eq!(ids(found), wanted);
        }
    });
}

/// A server that keeps the connection alive after the end of the answer, for ever.
#[test]
fn an_answer_that_is_whole_is_not_waited_for() {
    run(async {
        let ping = Duration::from_millis(100);
        let pings =
            |reply: Reply| (0..600).fold(reply, |reply, _| reply.raw(": ping\n\n").delay(ping));
        let reply = pings(Reply::new().text("ok").finish("stop"));
        let server = serve([reply]);
        let (chunks, error) = answer(&model(&server)).await.unwrap();
        assert_eq!(chunks, [text("ok"), Chunk::Stop(StopReason::EndTurn)]);
        assert!(error.is_none(), "{error:?}");
    });
}

/// A server that says nothing, and that it is alive, for ever.
#[test]
fn the_whole_limit_holds_for_a_server_that_only_pings() {
    run(async {
        for pause in [Duration::from_millis(10), Duration::ZERO] {
            let reply = (0..9000).fold(Reply::raw_stream(), |reply, _| {
                let reply = reply.raw(": ping\n\n".repeat(2000));
                if pause.is_zero() {
                    reply
                } else {
                    reply.delay(pause)
                }
            });
            let server = serve([reply]);
            let model = Remote::new(ProviderConfig {
                total_timeout: Duration::from_millis(200),
                ..config(&server)
            });
            let (chunks, error) = answer(&model).await.unwrap();
            assert_eq!(chunks, []);
            let error = error.unwrap();
            assert!(error.message.contains("did not finish"), "{error}");
        }
    });
}

/// A model's name stays where the names of models are, and what cannot is no name.
#[test]
fn no_name_of_a_model_leads_elsewhere() {
    run(async {
        let server = ScriptServer::start(Script::answering(|_, _| Reply::say("ok"))).unwrap();
        for (name, path) in [
            ("a/b:c@d", Some("a/b:c@d")),
            ("a?b#c%2f d", Some("a%3Fb%23c%252f%20d")),
            ("{model}\\", Some("%7Bmodel%7D%5C")),
            ("\u{e9}\n", Some("%C3%A9%0A")),
            ("...", Some("...")),
            ("..", None),
            ("../../v1/files", None),
            ("a/../../b", None),
            ("./a", None),
            ("a//b", None),
            ("/a", None),
            ("a/", None),
            ("", None),
        ] {
            let before = server.requests().len();
            let model = Remote::new(ProviderConfig::new(
                Wire::Gemini,
                server.url(),
                aside_llm::Secret::new(KEY),
            ));
            let mut asked = request();
            asked.model = name.to_owned();
            let refused = model.stream(asked).await.err();
            let sent = server.requests().get(before).map(|sent| sent.path.clone());
            let expected =
                path.map(|path| format!("/v1/v1beta/models/{path}:streamGenerateContent?alt=sse"));
            assert_eq!(sent, expected, "{name:?} {refused:?}");
            assert_eq!(refused.is_some(), path.is_none(), "{name:?} {refused:?}");
        }
    });
}
