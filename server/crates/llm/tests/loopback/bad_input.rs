//! Bad input that only a socket can bring: endless lines, cuts, stalls.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use aside_llm::{Chunk, ModelErrorKind, ProviderConfig, Remote, StopReason, Wire};
use aside_script::{Gate, Reply};
use serde_json::json;

use super::{PATIENCE, SOON, answer, config, impatient, model, run, serve, text};

const MEGABYTE: usize = 1 << 20;

/// A server that sends a gigabyte after `start`, and says how much of it went out.
fn gigabyte(start: &'static str) -> (String, JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let sent = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 64 * 1024];
        let _ = stream.read(&mut request).unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        let mut sent = 0;
        if write!(stream, "{head}{start}").is_err() {
            return sent;
        }
        let megabyte = vec![b'a'; MEGABYTE];
        while sent < 1024 * MEGABYTE {
            // It fails once the client has closed the connection.
            if stream.write_all(&megabyte).is_err() {
                break;
            }
            sent += MEGABYTE;
        }
        sent
    });
    (url, sent)
}

#[test]
fn a_gigabyte_in_one_line_is_neither_held_nor_read() {
    for start in ["data: ", "", "{\"choices\": \"", "<html>"] {
        let (url, sent) = gigabyte(start);
        run(async {
            let model = Remote::new(ProviderConfig::new(Wire::Chat, url, None));
            let (chunks, error) = answer(&model).await.unwrap();
            let error = error.unwrap();
            assert_eq!(chunks, []);
            assert_eq!(error.kind, ModelErrorKind::Truncated, "{start}: {error}");
            assert!(error.message.contains("longer than"), "{error}");
        });
        // What the sockets' buffers take is beyond what was read.
        let sent = sent.join().unwrap();
        assert!(sent < 64 * MEGABYTE, "{start}: {sent}");
    }
}

/// Where an answer with text and a call is cut.
fn begun(events: usize) -> Reply {
    let piece = |arguments: &str| json!({"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]});
    let first = json!({"tool_calls": [{"index": 0, "id": "c", "type": "function",
        "function": {"name": "f", "arguments": ""}}]});
    [
        json!({"content": "a"}),
        first,
        piece("{\"x\""),
        piece(": 1}"),
    ]
    .into_iter()
    .take(events)
    .fold(Reply::new(), Reply::delta)
}

/// What came of it.
fn partial(events: usize) -> Vec<Chunk> {
    let call = |arguments: &str| Chunk::ToolCall {
        index: 0,
        id: Some("c".into()),
        name: Some("f".into()),
        arguments: arguments.into(),
    };
    let mut chunks = vec![text("a")];
    chunks.extend(match events {
        2 => Some(call("")),
        3 => Some(call("{\"x\"")),
        4 => Some(call("{\"x\": 1}")),
        _ => None,
    });
    chunks
}

#[test]
fn an_answer_that_is_cut_before_in_or_after_a_call_is_never_whole() {
    for events in 1..=4 {
        for (reply, kind) in [
            (begun(events).close(), ModelErrorKind::Network),
            (begun(events), ModelErrorKind::Truncated),
            (begun(events).without_done(), ModelErrorKind::Truncated),
            (
                begun(events).raw("data: {\"choices\": [{").close(),
                ModelErrorKind::Network,
            ),
            (
                begun(events).raw("data: {\"choices\": [{").without_done(),
                ModelErrorKind::Truncated,
            ),
            (begun(events).gate(&Gate::new()), ModelErrorKind::Timeout),
            (
                begun(events).event(&json!({"error": {"message": "Overloaded"}})),
                ModelErrorKind::Provider,
            ),
        ] {
            run(async {
                let server = serve([reply]);
                let model = match kind {
                    ModelErrorKind::Timeout => impatient(&server),
                    _ => model(&server),
                };
                let (chunks, error) = answer(&model).await.unwrap();
                assert_eq!(chunks, partial(events));
                let error = error.unwrap();
                assert_eq!(error.kind, kind, "{events}: {error}");
                assert!(error.retryable);
            });
        }
    }
}

#[test]
fn a_call_is_whole_with_its_finish_reason_whatever_comes_then() {
    let mut expected = partial(4);
    expected.push(Chunk::Stop(StopReason::ToolCalls));
    let whole = || begun(4).finish("tool_calls");
    for reply in [
        whole(),
        whole().without_done(),
        whole().close(),
        whole().raw("data: {\"cho").close(),
        whole().event(&json!({"error": {"message": "late"}, "choices": null})),
    ] {
        run(async {
            let server = serve([reply]);
            let (chunks, error) = answer(&model(&server)).await.unwrap();
            assert_eq!(chunks, expected);
            assert!(error.is_none(), "{error:?}");
        });
    }
}

#[test]
fn the_limit_of_the_whole_answer_holds_while_it_streams() {
    run(async {
        let server = serve([Reply::new().text("a").gate(&Gate::new())]);
        let model = Remote::new(ProviderConfig {
            total_timeout: SOON,
            idle_timeout: PATIENCE,
            ..config(&server)
        });
        let (chunks, error) = answer(&model).await.unwrap();
        assert_eq!(chunks, [text("a")]);
        let error = error.unwrap();
        assert_eq!(error.kind, ModelErrorKind::Timeout);
        assert!(
            error.message.contains("did not finish its answer"),
            "{error}"
        );
        server.wait_for_abandoned(1).await;
    });
}
