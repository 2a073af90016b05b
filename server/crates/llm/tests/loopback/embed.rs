//! Texts turned into vectors.
use std::time::Duration;

use aside_llm::{KeyStyle, ModelErrorKind, ProviderConfig, Remote, Secret, Wire};
use aside_script::{Gate, Reply, Script, ScriptServer};
use serde_json::{Value, json};

use super::{KEY, config, run, serve};

fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

/// A server that makes of each text a vector of two numbers: its length and the request's.
fn counting() -> ScriptServer {
    let answer = |body: &Value, nth: usize| {
        let texts = body["input"].as_array().unwrap();
        let data: Vec<Value> = texts
            .iter()
            .map(|text| json!({"embedding": [text.as_str().unwrap().len(), nth]}))
            .collect();
        Reply::json(200, &json!({"data": data, "usage": {"prompt_tokens": 1}}))
    };
    ScriptServer::start(Script::answering(answer)).unwrap()
}

#[test]
fn each_text_has_its_vector() {
    run(async {
        let answer = json!({"object": "list", "model": "e", "data": [
            {"object": "embedding", "index": 1, "embedding": [3, -0.5]},
            {"object": "embedding", "index": 0, "embedding": [1.5, 2e-3]},
        ], "usage": {"prompt_tokens": 7, "total_tokens": 7}});
        let server = serve([Reply::json(200, &answer)]);
        let model = Remote::new(config(&server));
        let embedded = model.embed("e", &texts(["a", "b"]), Some(2)).await.unwrap();
        assert_eq!(embedded.vectors, [[1.5, 0.002], [3.0, -0.5]]);
        assert_eq!(embedded.usage.input_tokens, 7);
        let sent = &server.requests()[0];
        assert_eq!(sent.path, "/v1/embeddings");
        assert_eq!(sent.header("accept"), Some("application/json"));
        let expected =
            json!({"model": "e", "input": ["a", "b"], "encoding_format": "float", "dimensions": 2});
        assert_eq!(sent.body, expected);
    });
}

#[test]
fn many_texts_go_in_batches() {
    run(async {
        let server = counting();
        let model = Remote::new(config(&server));
        let check = async |texts: &[String], batches: &[usize]| {
            let before = server.requests().len();
            let embedded = model.embed("e", texts, None).await.unwrap();
            let lengths: Vec<usize> = server.requests()[before..]
                .iter()
                .map(|sent| sent.body["input"].as_array().unwrap().len())
                .collect();
            assert_eq!(lengths, batches);
            assert_eq!(embedded.usage.input_tokens, batches.len() as u64);
            let vectors: Vec<usize> = embedded.vectors.iter().map(|v| v[0] as usize).collect();
            let expected: Vec<usize> = texts.iter().map(String::len).collect();
            assert_eq!(vectors, expected);
        };
        check(&[], &[]).await;
        let short: Vec<String> = (0..150).map(|length| "x".repeat(length)).collect();
        check(&short, &[64, 64, 22]).await;
        let long = texts([200_000, 50_000, 50_000, 300_000, 1].map(|length| "x".repeat(length)));
        check(&long, &[2, 1, 1, 1]).await;
    });
}

#[test]
fn google_and_azure_have_places_of_their_own() {
    run(async {
        let values = json!({"embeddings": [{"values": [1]}, {"values": [2]}],
                            "usageMetadata": {"promptTokenCount": 4}});
        let server = serve([
            Reply::json(200, &values),
            Reply::json(200, &json!({"data": [{"index": 0, "embedding": [5]}]})),
        ]);
        let base = format!("http://{}", server.address());
        let google = Remote::new(ProviderConfig {
            key_style: KeyStyle::Header("x-goog-api-key"),
            ..ProviderConfig::new(Wire::Gemini, base.clone(), Secret::new(KEY))
        });
        let embedded = google
            .embed("e", &texts(["a", "b"]), Some(1))
            .await
            .unwrap();
        assert_eq!(embedded.vectors, [[1.0], [2.0]]);
        assert_eq!(embedded.usage.input_tokens, 4);
        let azure = Remote::new(ProviderConfig {
            path: Some("/openai/deployments/{model}/chat/completions".into()),
            query: vec![("api-version".into(), "1".into())],
            ..ProviderConfig::new(Wire::Chat, base, None)
        });
        let embedded = azure.embed("e", &texts(["a"]), None).await.unwrap();
        assert_eq!(embedded.vectors, [[5.0]]);
        let sent = server.requests();
        assert_eq!(sent[0].path, "/v1beta/models/e:batchEmbedContents");
        assert_eq!(sent[0].header("x-goog-api-key"), Some(KEY));
        let request = |text: &str| {
            json!({"model": "models/e", "content": {"parts": [{"text": text}]},
                   "outputDimensionality": 1})
        };
        assert_eq!(
            sent[0].body,
            json!({"requests": [request("a"), request("b")]})
        );
        assert_eq!(
            sent[1].path,
            "/openai/deployments/e/embeddings?api-version=1"
        );
    });
}

#[test]
fn a_provider_without_embeddings_says_so() {
    run(async {
        let server = serve([]);
        let messages = Remote::new(ProviderConfig {
            id: "anthropic".into(),
            ..ProviderConfig::new(Wire::Messages, server.url(), None)
        });
        let error = messages.embed("e", &texts(["a"]), None).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::NoModel);
        let expected = "The provider `anthropic` has no embeddings. Choose a model of another \
                        provider for them.";
        assert_eq!(error.message, expected);
        assert!(server.requests().is_empty());
    });
}

/// Asks for the vectors of two texts; gives what went wrong.
async fn failed(reply: Reply, dimensions: Option<u32>) -> (ModelErrorKind, String) {
    let server = serve([reply]);
    let asked = texts(["a", "b"]);
    let model = Remote::new(config(&server));
    let error = model.embed("e", &asked, dimensions).await.unwrap_err();
    assert!(!error.message.contains(KEY), "{error}");
    (error.kind, error.message)
}

#[test]
fn vectors_that_are_not_usable_are_refused() {
    let of = |data: &str| format!("{{\"data\": [{data}]}}");
    let one = r#"{"index": 0, "embedding": [1, 2]}"#;
    let two = r#"{"index": 1, "embedding": [1, 2]}"#;
    for (body, why) in [
        (of(""), "there is not one for each text"),
        (of(one), "there is not one for each text"),
        (
            of(&format!("{one},{two},{two}")),
            "there is not one for each text",
        ),
        (of(&format!("{one},{one}")), "two are for the same text"),
        (
            of(&format!("{one},{}", two.replace('1', "2"))),
            "one is for no text",
        ),
        (
            of(&format!("{one},{}", two.replace("1, 2", "1"))),
            "their lengths differ",
        ),
        (
            of(&format!("{one},{}", two.replace("1, 2", ""))),
            "one is empty",
        ),
        (
            of(&format!("{one},{}", two.replace("1, 2", "1, 1e39"))),
            "one holds a number that is none",
        ),
    ] {
        run(async {
            let reply = Reply::body(200, "application/json", body.as_str());
            let (kind, message) = failed(reply, None).await;
            assert_eq!(kind, ModelErrorKind::Truncated, "{body}");
            let expected = format!("The vectors that came are not usable: {why}.");
            assert!(message.starts_with(&expected), "{body}: {message}");
        });
    }
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "x",
        "{\"data\": null}",
        "{\"data\": [{\"embedding\": \"AAAA\"}]}",
        "{\"data\": [{\"embedding\": [null, NaN]}]}",
        "{\"data\": [{\"embedding\": [1",
    ] {
        run(async {
            let reply = Reply::body(200, "application/json", body);
            let (kind, message) = failed(reply, None).await;
            assert_eq!(kind, ModelErrorKind::Truncated, "{body}");
            let expected = "The server answers, but not with vectors.";
            assert!(message.starts_with(expected), "{body}: {message}");
        });
    }
    run(async {
        let reply = Reply::body(200, "application/json", of(&format!("{one},{two}")));
        let (kind, message) = failed(reply, Some(3)).await;
        assert_eq!(kind, ModelErrorKind::Rejected);
        assert!(
            message.contains("vectors of 2 numbers and not of 3"),
            "{message}"
        );
        let huge = Reply::body(200, "application/json", vec![b' '; 33 * 1024 * 1024]);
        let (kind, message) = failed(huge, None).await;
        assert_eq!(kind, ModelErrorKind::Truncated);
        assert!(message.contains("too long"), "{message}");
    });
}

#[test]
fn failures_are_those_of_any_request() {
    run(async {
        let key = format!("no such key: {KEY}");
        let page = Reply::body(200, "text/html", "<html><title>Sign in</title></html>");
        let within = json!({"error": {"message": "no such model", "code": 404}});
        for (reply, expected, words) in [
            (Reply::error(401, &key), ModelErrorKind::Auth, "no such key"),
            (
                Reply::error(429, "slow down"),
                ModelErrorKind::RateLimited,
                "slow down",
            ),
            (
                Reply::error(500, "broken"),
                ModelErrorKind::Provider,
                "broken",
            ),
            (
                Reply::json(200, &within),
                ModelErrorKind::Rejected,
                "no such model",
            ),
            (page, ModelErrorKind::Rejected, "Sign in"),
            (
                Reply::raw_stream().raw("{").close(),
                ModelErrorKind::Network,
                "",
            ),
        ] {
            let (kind, message) = failed(reply, None).await;
            assert_eq!(kind, expected, "{message}");
            assert!(message.contains(words), "{message}");
        }
    });
    run(async {
        let server = serve([Reply::raw_stream().raw("{\"data\"").gate(&Gate::new())]);
        let model = Remote::new(ProviderConfig {
            idle_timeout: Duration::from_millis(30),
            ..config(&server)
        });
        let error = model.embed("e", &texts(["a"]), None).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Timeout);
        assert!(error.retryable);
    });
}
