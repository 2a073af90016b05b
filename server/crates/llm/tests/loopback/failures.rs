//! Servers that refuse, fail, hang, break off or are something else.
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use aside_llm::{Chunk, Model, ModelError, ModelErrorKind, ProviderConfig, Remote, Secret, Wire};
use aside_script::{Gate, Reply, Script, ScriptServer};
use expect_test::{Expect, expect};
use serde_json::json;

use super::{KEY, PATIENCE, SOON, answer, config, impatient, model, request, run, serve, text};

fn shown(error: &ModelError, server: &ScriptServer) -> String {
    let at = format!(
        "{:?} {:?} retryable {}",
        error.kind, error.status, error.retryable
    );
    format!("{at}\n{}\n", error.message.replace(&server.url(), "URL"))
}

/// Checks the error before the stream begins.
fn check_refusal(reply: Reply, expected: &Expect) {
    run(async {
        let server = serve([reply.header("x-request-id", "req-7")]);
        let Err(error) = model(&server).stream(request()).await else {
            panic!("there is a stream");
        };
        expected.assert_eq(&shown(&error, &server));
        assert_eq!(error.request_id.as_deref(), Some("req-7"));
    });
}

/// Checks the partial answer and the error that ends it.
fn check_break(reply: Reply, partial: &[Chunk], kind: ModelErrorKind, words: &str) {
    run(async {
        let server = serve([reply.header("x-request-id", "req-7")]);
        let model = match kind {
            ModelErrorKind::Timeout => impatient(&server),
            _ => model(&server),
        };
        let (chunks, error) = answer(&model).await.unwrap();
        assert_eq!(chunks, partial);
        let error = error.unwrap();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(words), "{error}");
        assert_eq!(error.request_id.as_deref(), Some("req-7"));
    });
}

#[test]
fn statuses() {
    check_refusal(
        Reply::error(401, &format!("Incorrect API key: {KEY}.")),
        &expect![[r#"
            Auth Some(401) retryable false
            The model server at URL refuses the API key (HTTP 401: Incorrect API key: [redacted]). Check OPENAI_API_KEY. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::error(403, "Region not allowed."),
        &expect![[r#"
            Auth Some(403) retryable false
            The model server at URL refuses access (HTTP 403: Region not allowed). Check OPENAI_API_KEY and what it allows. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::error(404, "The model `m` does not exist"),
        &expect![[r#"
            Rejected Some(404) retryable false
            The model server at URL does not know the model or the address (HTTP 404: The model `m` does not exist). Check the model's name and OPENAI_BASE_URL. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::error(429, "Slow down").header("retry-after", "7"),
        &expect![[r#"
            RateLimited Some(429) retryable true
            The model server at URL limits the rate (HTTP 429: Slow down). Try again after 7 s. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::error(429, "").header("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
        &expect![[r#"
            RateLimited Some(429) retryable true
            The model server at URL limits the rate (HTTP 429). Try again after Wed, 21 Oct 2015 07:28:00 GMT. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::json(
            429,
            &json!({"error": {"message": "You have no quota.", "code": "insufficient_quota"}}),
        ),
        &expect![[r#"
            RateLimited Some(429) retryable false
            The account at URL has no quota left (HTTP 429: You have no quota). Check its plan and its credit. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::error(400, "Too many\n\u{1b}[31m tokens"),
        &expect![[r#"
            Rejected Some(400) retryable false
            The model server at URL rejects the request (HTTP 400: Too many [31m tokens). Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::body(422, "text/plain", "bad  field"),
        &expect![[r#"
            Rejected Some(422) retryable false
            The model server at URL rejects the request (HTTP 422: bad field). Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::json(500, &json!({"detail": [{"loc": 1}]})),
        &expect![[r#"
            Provider Some(500) retryable true
            The model server at URL failed (HTTP 500: [{"loc":1}]). Try again later. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::body(503, "text/plain", ""),
        &expect![[r#"
            Provider Some(503) retryable true
            The model server at URL failed (HTTP 503). Try again later. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::body(502, "text/html", "<html><TITLE>Bad\nGateway</TITLE><body>x"),
        &expect![[r#"
            Provider Some(502) retryable true
            The model server at URL failed (HTTP 502: Bad Gateway). Try again later. Request id: req-7.
        "#]],
    );
    check_refusal(
        Reply::body(200, "text/html; charset=utf-8", "<!doctype html><p>Log in"),
        &expect![[r#"
            Rejected Some(200) retryable false
            A web page came from URL instead of an answer: a web page without a title. Check OPENAI_BASE_URL (it commonly ends in /v1) and any proxy in between. Request id: req-7.
        "#]],
    );
}

#[test]
fn redirects_are_not_followed() {
    let other = serve([]);
    check_refusal(
        Reply::body(307, "text/plain", "").header("location", "http://other.test/v1"),
        &expect![[r#"
            Rejected Some(307) retryable false
            The model server at URL redirects elsewhere (HTTP 307), which is not followed. Set OPENAI_BASE_URL to the address that it names: http://other.test/v1. Request id: req-7.
        "#]],
    );
    run(async {
        let server = serve([Reply::body(308, "text/plain", "").header("location", &other.url())]);
        assert!(answer(&model(&server)).await.is_err());
    });
    assert_eq!(other.connections(), 0);
}

#[test]
fn no_key_is_another_story_than_a_wrong_one() {
    run(async {
        let server = serve([Reply::error(401, "")]);
        let mut config = ProviderConfig::new(Wire::Chat, server.url(), None);
        config.key_hint = "OTHER_KEY".into();
        let error = answer(&Remote::new(config)).await.unwrap_err();
        assert!(error.message.contains("wants an API key"), "{error}");
        assert!(error.message.contains("Set OTHER_KEY."), "{error}");
    });
}

#[test]
fn the_key_shows_nowhere() {
    run(async {
        let long = "x".repeat(595);
        let replies = [
            Reply::error(400, &format!("{long}{KEY}")),
            Reply::body(500, "text/plain", format!("<title>{KEY}</title>")),
            Reply::body(302, "text/plain", "").header("location", KEY),
            Reply::body(200, "text/html", format!("<title>{KEY}</title>")),
        ];
        let count = replies.len();
        let server = serve(replies);
        let model = model(&server);
        for _ in 0..count {
            let error = answer(&model).await.unwrap_err();
            assert!(!format!("{error:?} {error}").contains("sk-"), "{error}");
        }
        assert!(!format!("{model:?}").contains(KEY));
        let broken = Secret::new("sk-\u{1}\n-x").unwrap();
        let config = ProviderConfig::new(Wire::Chat, server.url(), Some(broken));
        let error = answer(&Remote::new(config)).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Auth);
        assert!(!format!("{error:?}").contains("sk-"), "{error}");
    });
}

#[test]
fn errors_with_endless_or_late_bodies() {
    let long = "word ".repeat(1_000_000);
    run(async {
        let server = serve([Reply::body(500, "text/plain", long)]);
        let error = answer(&model(&server)).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Provider);
        assert!(error.message.len() < 1000, "{}", error.message.len());
    });
    run(async {
        let reply = Reply::body(500, "text/plain", "some").close();
        let server = serve([reply]);
        let error = answer(&model(&server)).await.unwrap_err();
        assert!(error.message.contains("some"), "{error}");
    });
}

#[test]
fn streams_that_break() {
    let a = [text("a")];
    let begun = || Reply::new().text("a");
    let check = check_break;
    check(begun(), &a, ModelErrorKind::Truncated, "ended before");
    check(
        begun().without_done(),
        &a,
        ModelErrorKind::Truncated,
        "ended before",
    );
    check(begun().close(), &a, ModelErrorKind::Network, "broke");
    check(
        begun().gate(&Gate::new()),
        &a,
        ModelErrorKind::Timeout,
        "sent nothing more",
    );
    check(
        Reply::raw_stream(),
        &[],
        ModelErrorKind::Truncated,
        "ended before",
    );
    check(
        Reply::raw_stream().raw("\n\n"),
        &[],
        ModelErrorKind::Truncated,
        "ended before",
    );
    check(
        Reply::new().gate(&Gate::new()),
        &[],
        ModelErrorKind::Timeout,
        "sent nothing more",
    );
    check(
        begun().raw("data: {\n\n"),
        &a,
        ModelErrorKind::Truncated,
        "something else",
    );
    check(
        begun().raw("data: \u{1F980}\n\n"),
        &a,
        ModelErrorKind::Truncated,
        "something else",
    );
    check(
        begun().raw(b"data: \xFF\n\n"),
        &a,
        ModelErrorKind::Truncated,
        "something else",
    );
    check(
        // Both come in one read; the text is still given out.
        begun()
            .event(&json!({"error": {"message": format!("Overloaded {KEY}")}}))
            .merged(),
        &a,
        ModelErrorKind::Provider,
        "Overloaded [redacted]",
    );
    check(
        Reply::json(200, &json!({"error": {"message": "no"}})),
        &[],
        ModelErrorKind::Provider,
        "no",
    );
    check(
        Reply::body(200, "text/event-stream", " <html>"),
        &[],
        ModelErrorKind::Rejected,
        "web page",
    );
    check(
        Reply::body(200, "application/json", "{\"choices\": ["),
        &[],
        ModelErrorKind::Truncated,
        "something else",
    );
}

#[test]
fn an_event_that_never_ends_is_refused() {
    let megabyte = vec![b'a'; 1 << 20];
    let endless = (0..20).fold(Reply::raw_stream().raw("data: "), |reply, _| {
        reply.raw(megabyte.clone())
    });
    check_break(endless, &[], ModelErrorKind::Truncated, "longer than");
    let whole = (0..20).fold(Reply::raw_stream().raw("{"), |reply, _| {
        reply.raw(megabyte.clone())
    });
    check_break(whole, &[], ModelErrorKind::Truncated, "longer than");
}

#[test]
fn servers_that_do_not_answer() {
    run(async {
        let server = serve([Reply::new().gate_before_head(&Gate::new())]);
        let hanging = Remote::new(ProviderConfig {
            headers_timeout: SOON,
            ..config(&server)
        });
        let error = answer(&hanging).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Timeout, "{error}");
        assert!(error.message.contains("within 1 s"), "{error}");
        server.wait_for_abandoned(1).await;
    });
    for (bare, kind) in [
        (Reply::bare(), ModelErrorKind::Network),
        (
            Reply::bare().raw("SSH-2.0-x\r\n\r\n"),
            ModelErrorKind::Network,
        ),
        (Reply::bare().raw("HTTP/1.1 200"), ModelErrorKind::Network),
    ] {
        run(async {
            let server = serve([bare]);
            let error = answer(&model(&server)).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.message.contains("broke"), "{error}");
        });
    }
}

#[test]
fn nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    run(async {
        let url = format!("http://user:pass@{address}/v1");
        let model = Remote::new(ProviderConfig::new(Wire::Chat, url, None));
        let error = answer(&model).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::NoModel, "{error}");
        assert!(error.message.contains("a password"), "{error}");
        assert!(!error.message.contains("pass@"), "{error}");
        let url = format!("http://{address}/v1?token=pass");
        let model = Remote::new(ProviderConfig::new(Wire::Chat, url, None));
        let refused = answer(&model).await.unwrap_err();
        let unlisted = model.models(PATIENCE).await.unwrap_err();
        for error in [refused, unlisted] {
            assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
            assert!(
                error
                    .message
                    .contains(&format!("http://{address}/v1 cannot")),
                "{error}"
            );
            assert!(error.message.contains("OPENAI_BASE_URL"), "{error}");
            assert!(!error.message.contains("pass"), "{error}");
            assert!(error.retryable);
        }
        // A client for https is set up too, certificates and all.
        let model = Remote::new(ProviderConfig::new(
            Wire::Chat,
            format!("https://{address}"),
            None,
        ));
        let error = answer(&model).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
    });
}

#[test]
fn tls_to_a_server_without_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());
    let plain = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // What the client sends is read to its end: unread bytes would reset the connection.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    run(async {
        let model = Remote::new(ProviderConfig::new(Wire::Chat, url, None));
        let error = answer(&model).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
        assert!(error.message.contains("cannot be reached"), "{error}");
    });
    plain.join().unwrap();
}

#[test]
fn tls_to_a_server_that_says_nothing() {
    run(async {
        let server = serve([]);
        let model = Remote::new(ProviderConfig {
            connect_timeout: Duration::from_millis(30),
            ..ProviderConfig::new(Wire::Chat, server.url().replace("http:", "https:"), None)
        });
        let error = answer(&model).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Timeout, "{error}");
        assert!(error.message.contains("took too long"), "{error}");
    });
}

#[test]
fn base_urls_that_are_none() {
    run(async {
        for url in [
            "",
            "nonsense",
            "ftp://x/v1",
            "http://",
            "file:///x",
            "mailto:a",
            "//x",
        ] {
            let model = Remote::new(ProviderConfig::new(Wire::Chat, url, None));
            let error = answer(&model).await.unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::NoModel, "{url}");
            assert!(error.message.contains("Set OPENAI_BASE_URL"), "{error}");
        }
    });
}

#[test]
fn models_that_cannot_be_listed() {
    let limit = Duration::from_millis(30);
    for (reply, limit, kind) in [
        (Reply::error(401, "no"), PATIENCE, ModelErrorKind::Auth),
        (Reply::error(404, "no"), PATIENCE, ModelErrorKind::Rejected),
        (
            Reply::json(200, &json!({"x": 1})),
            PATIENCE,
            ModelErrorKind::Truncated,
        ),
        (
            Reply::body(200, "text/plain", "hi"),
            PATIENCE,
            ModelErrorKind::Truncated,
        ),
        (
            Reply::body(200, "text/html", "<p>"),
            PATIENCE,
            ModelErrorKind::Rejected,
        ),
        (
            Reply::body(200, "text/plain", vec![b' '; 5 << 20]),
            PATIENCE,
            ModelErrorKind::Truncated,
        ),
        (
            Reply::new().gate_before_head(&Gate::new()),
            limit,
            ModelErrorKind::Timeout,
        ),
        (
            Reply::new().gate(&Gate::new()),
            limit,
            ModelErrorKind::Timeout,
        ),
        (
            Reply::new().text("a").close(),
            PATIENCE,
            ModelErrorKind::Network,
        ),
    ] {
        run(async {
            let server = ScriptServer::start(Script::new([]).models_reply(reply)).unwrap();
            let error = model(&server).models(limit).await.unwrap_err();
            assert_eq!(error.kind, kind, "{error}");
        });
    }
}
