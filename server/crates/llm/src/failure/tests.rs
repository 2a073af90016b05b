//! What failures of providers are called, and what is told of them.
use serde_json::{Value, json};

use super::*;
use crate::Wire;

const KEY: &str = "sk-very-secret";

fn failures() -> Failures {
    let config = ProviderConfig::new(Wire::Chat, "http://test/v1", Secret::new(KEY));
    Failures::new(&config, Url::parse(&config.base_url).ok().as_ref())
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

fn at(status: u16, body: &Value) -> ModelError {
    failures().described(status, &HeaderMap::new(), &body.to_string())
}

#[test]
fn kinds_tell_what_may_be_tried_again() {
    for (kind, retryable) in [
        (ModelErrorKind::NoModel, false),
        (ModelErrorKind::Auth, false),
        (ModelErrorKind::RateLimited, true),
        (ModelErrorKind::Rejected, false),
        (ModelErrorKind::ContextFull, false),
        (ModelErrorKind::Provider, true),
        (ModelErrorKind::Network, true),
        (ModelErrorKind::Timeout, true),
        (ModelErrorKind::Truncated, true),
    ] {
        assert_eq!(failures().error(kind, String::new()).retryable, retryable);
    }
}

#[test]
fn statuses_tell_the_kind() {
    for (status, kind, retryable) in [
        (400, ModelErrorKind::Rejected, false),
        (401, ModelErrorKind::Auth, false),
        (402, ModelErrorKind::RateLimited, false),
        (403, ModelErrorKind::Auth, false),
        (404, ModelErrorKind::Rejected, false),
        (408, ModelErrorKind::Timeout, true),
        (409, ModelErrorKind::Provider, true),
        (413, ModelErrorKind::ContextFull, false),
        (422, ModelErrorKind::Rejected, false),
        (429, ModelErrorKind::RateLimited, true),
        (500, ModelErrorKind::Provider, true),
        (503, ModelErrorKind::Provider, true),
        (529, ModelErrorKind::Provider, true),
        (599, ModelErrorKind::Provider, true),
    ] {
        let error = at(status, &json!({}));
        assert_eq!((error.kind, error.retryable), (kind, retryable), "{status}");
        assert_eq!(error.status, Some(status));
    }
}

/// Answers to a conversation that is too long, as each server words them.
fn too_long() -> Vec<(u16, Value)> {
    let said =
        |message: &str| json!({"error": {"message": message, "type": "invalid_request_error"}});
    vec![
        (
            400,
            json!({"error": {"message": "Too many.", "code": "context_length_exceeded"}}),
        ),
        (
            400,
            json!({"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 4096,
                "message": "request (5000 tokens) exceeds the available context size (4096 tokens)"}}),
        ),
        (
            400,
            json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message":
                "The input token count (9) exceeds the maximum number of tokens allowed (8)."}}),
        ),
        (
            400,
            json!({"type": "error", "request_id": "req_1", "error": {
                "type": "invalid_request_error",
                "message": "prompt is too long: 9 tokens > 8 maximum"}}),
        ),
        (
            413,
            json!({"error": {"type": "request_too_large", "message": "Request exceeds"}}),
        ),
        (
            413,
            json!({"error": {"code": "tokens_limit_reached", "message": "Max size: 8 tokens"}}),
        ),
        (
            400,
            said("This model's maximum context length is 8 tokens."),
        ),
        (
            400,
            said("Your input exceeds the context window of this model."),
        ),
        (
            422,
            said("input length and `max_tokens` exceed context limit: 9 + 1 > 8"),
        ),
        (
            400,
            said("Please reduce the length of the messages or completion."),
        ),
        (500, json!({"error": "context size exceeded"})),
        (
            400,
            json!({"error": {"message": "Provider returned error", "code": 400, "metadata": {
                "raw": "{\"error\":{\"message\":\"prompt is too long: 9 > 8\"}}"}}}),
        ),
    ]
}

#[test]
fn a_full_context_is_told_from_other_bad_requests() {
    for (status, body) in too_long() {
        for error in [at(status, &body), failures().provider(&body.to_string())] {
            assert_eq!(error.kind, ModelErrorKind::ContextFull, "{error}");
            assert!(!error.retryable);
            assert!(
                error.message.starts_with("The conversation is too long"),
                "{error}"
            );
        }
    }
    let error = at(
        400,
        &json!({"error": {"message": "max_tokens is too large"}}),
    );
    assert_eq!(error.kind, ModelErrorKind::Rejected);
    // A limit on the rate stays one, whatever its words.
    let error = at(
        429,
        &json!({"error": {"message": "reduce the length of the messages"}}),
    );
    assert_eq!(error.kind, ModelErrorKind::RateLimited);
}

#[test]
fn a_filter_is_told_with_what_it_found() {
    let azure = json!({"error": {
        "message": "The response was filtered.", "type": null, "param": "prompt",
        "code": "content_filter", "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {
            "hate": {"filtered": false, "severity": "safe"},
            "jailbreak": {"detected": true, "filtered": true},
            "self_harm": {"filtered": true, "severity": "high"},
            "odd": 7,
        }},
    }});
    let error = at(400, &azure);
    assert_eq!(
        (error.kind, error.retryable),
        (ModelErrorKind::Rejected, false)
    );
    assert_eq!(
        error.message,
        "The content filter of the model server at http://test/v1 refuses the request (HTTP 400: \
         The response was filtered). It found: jailbreak, self harm. Say it in other words."
    );
    let moderated = json!({"error": {"code": 403, "message": "Flagged.",
        "metadata": {"reasons": ["violence", 7], "flagged_input": "x"}}});
    let error = at(403, &moderated);
    assert_eq!(error.kind, ModelErrorKind::Rejected);
    assert!(error.message.contains("It found: violence. Say"), "{error}");
    let policy = json!({"error": {"message": "No.", "code": "content_policy_violation"}});
    assert!(at(400, &policy).message.contains("(HTTP 400: No). Say it"));
}

#[test]
fn errors_in_a_stream_are_kept_apart_by_their_names() {
    for (error, kind, retryable) in [
        (
            json!({"type": "overloaded_error"}),
            ModelErrorKind::Provider,
            true,
        ),
        (json!({"type": "api_error"}), ModelErrorKind::Provider, true),
        (
            json!({"type": "rate_limit_error"}),
            ModelErrorKind::RateLimited,
            true,
        ),
        (
            json!({"code": "rate_limit_exceeded"}),
            ModelErrorKind::RateLimited,
            true,
        ),
        (
            json!({"type": "authentication_error"}),
            ModelErrorKind::Auth,
            false,
        ),
        (
            json!({"type": "invalid_request_error"}),
            ModelErrorKind::Rejected,
            false,
        ),
        (
            json!({"code": "server_error", "type": "x"}),
            ModelErrorKind::Provider,
            true,
        ),
        (
            json!({"code": 503, "status": "UNAVAILABLE"}),
            ModelErrorKind::Provider,
            true,
        ),
        (
            json!({"code": "insufficient_quota"}),
            ModelErrorKind::Provider,
            false,
        ),
        (
            json!({"code": "tool_use_failed", "type": "invalid_request_error"}),
            ModelErrorKind::Rejected,
            true,
        ),
    ] {
        let body = json!({ "error": error });
        let found = failures().provider(&body.to_string());
        assert_eq!((found.kind, found.retryable), (kind, retryable), "{body}");
    }
    let refused = json!({"error": {"code": 400, "message": "API key not valid. Pass one.",
                                   "status": "INVALID_ARGUMENT"}});
    assert_eq!(at(400, &refused).kind, ModelErrorKind::Auth);
}

#[test]
fn the_wait_that_a_provider_asks_for() {
    let asked =
        |pairs: &[(&'static str, &str)]| failures().described(429, &headers(pairs), "").retry_after;
    let ms = |ms| Some(Duration::from_millis(ms));
    assert_eq!(asked(&[]), None);
    assert_eq!(asked(&[("retry-after", "7")]), ms(7000));
    assert_eq!(asked(&[("retry-after", " 1.5 ")]), ms(1500));
    assert_eq!(
        asked(&[("retry-after-ms", "250"), ("retry-after", "7")]),
        ms(250)
    );
    assert_eq!(
        asked(&[("retry-after-ms", "soon"), ("retry-after", "7")]),
        ms(7000)
    );
    for odd in [
        "-1",
        "NaN",
        "inf",
        "1e300",
        "",
        "Wed, 21 Oct 2015 07:28:00 GMT",
    ] {
        assert_eq!(asked(&[("retry-after", odd)]), None, "{odd}");
    }
    let google = |delay: Value| {
        let body =
            json!({"error": {"code": 429, "details": [7, {"@type": "x"}, {"retryDelay": delay}]}});
        at(429, &body).retry_after
    };
    assert_eq!(google(json!("34.5s")), ms(34_500));
    for odd in [json!("34"), json!("s"), json!("-1s"), json!(3), json!(null)] {
        assert_eq!(google(odd), None);
    }
}

#[test]
fn a_provider_may_say_whether_to_try_again() {
    let retryable = |status, value| {
        failures()
            .described(status, &headers(&[("x-should-retry", value)]), "")
            .retryable
    };
    assert!(retryable(400, "true"));
    assert!(!retryable(500, "false"));
    assert!(retryable(500, "perhaps"));
}

#[test]
fn the_id_of_the_request_is_in_the_message_once() {
    let told = |pairs: &[(&'static str, &str)], body: &Value| {
        let error = failures().described(500, &headers(pairs), &body.to_string());
        let (_, rest) = error.message.split_once("(HTTP 500").unwrap();
        (error.request_id, rest.to_owned())
    };
    let id = |id: &str| Some(id.to_owned());
    assert_eq!(
        told(&[("x-request-id", "req_1")], &json!({"error": "no"})),
        (
            id("req_1"),
            ": no). Try again later. Request id: req_1.".into()
        )
    );
    assert_eq!(
        told(&[("x-request-id", "req_1")], &json!({"error": "no, req_1"})),
        (id("req_1"), ": no, req_1). Try again later.".into())
    );
    let in_body = json!({"error": {"message": "no"}, "request_id": "req_2"});
    assert_eq!(
        told(&[], &in_body),
        (
            id("req_2"),
            ": no). Try again later. Request id: req_2.".into()
        )
    );
    assert_eq!(told(&[("request-id", "req_3")], &in_body).0, id("req_3"));
    assert_eq!(told(&[], &json!({"error": "no"})).0, None);
    let error = failures().provider(&in_body.to_string());
    assert!(error.message.ends_with("no. Request id: req_2."), "{error}");
    let again = failures().identified(error, id("req_9"));
    assert_eq!(again.request_id, id("req_2"));
}

#[test]
fn the_key_shows_in_no_part_of_an_error() {
    let body = json!({
        "request_id": KEY,
        "error": {"message": format!("no {KEY}"), "code": KEY, "metadata": {"raw": KEY}},
    });
    let sent = headers(&[
        ("x-request-id", KEY),
        ("retry-after", KEY),
        ("location", KEY),
    ]);
    for status in [302, 400, 401, 404, 413, 429, 500] {
        let error = failures().described(status, &sent, &body.to_string());
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
    let error = failures().provider(&body.to_string());
    assert!(!format!("{error:?}").contains(KEY), "{error:?}");
}

#[test]
fn other_secrets_show_no_more_than_the_key() {
    let secret = |text: &str| Secret::new(text).unwrap();
    let mut config = ProviderConfig::new(Wire::Chat, "http://test/v1", None);
    config.headers = vec![
        ("x-token".into(), secret("token-of-mine")),
        ("x-team".into(), secret("blue")),
    ];
    config.network.proxy = Secret::new("http://me:open-sesame@proxy.test");
    let failures = Failures::new(&config, None);
    let body = "blue, token-of-mine and open-sesame";
    for error in [
        failures.described(500, &HeaderMap::new(), body),
        failures.provider(body),
        failures.error(ModelErrorKind::Network, body.to_owned()),
    ] {
        let said = "blue, [redacted] and [redacted]";
        assert!(error.message.contains(said), "{error}");
    }
}

#[test]
fn a_word_in_the_place_of_a_key_is_no_secret() {
    let told = |key: &str| {
        let config = ProviderConfig::new(Wire::Chat, "http://test/v1", Secret::new(key));
        Failures::new(&config, None).redacted("none of them is 123456".to_owned())
    };
    for word in ["n", "none", "them"] {
        assert_eq!(told(word), "none of them is 123456");
    }
    assert_eq!(told("123456"), "none of them is [redacted]");
}

#[test]
fn money_that_is_gone_is_told_as_such() {
    for (status, body) in [
        (402, json!({"error": {"message": "Insufficient Balance"}})),
        (
            429,
            json!({"error": {"code": "insufficient_quota", "message": "x"}}),
        ),
        (
            400,
            json!({"type": "error", "error": {"type": "invalid_request_error",
                "message": "Your credit balance is too low. Buy credits."}}),
        ),
        (400, json!("Credit balance is too low")),
    ] {
        let error = at(status, &body);
        assert_eq!(error.kind, ModelErrorKind::RateLimited, "{error}");
        assert!(!error.retryable, "{error}");
        assert!(
            error.message.contains("has no quota left (HTTP 4"),
            "{error}"
        );
    }
}

#[test]
fn secrets_are_found_however_they_are_written() {
    let base = Url::parse("https://me:pass-word-1@test/v1?key=query-key-1").unwrap();
    let config = ProviderConfig {
        headers: vec![("x-gate".to_owned(), Secret::new("gate-key-1").unwrap())],
        ..ProviderConfig::new(Wire::Chat, base.as_str(), Secret::new(KEY))
    };
    let failures = Failures::new(&config, Some(&base));
    let escaped = KEY.replace('s', "\\u0073").replace('-', "\\u002d");
    let filler = "x".repeat(590);
    let bodies = [
        format!(r#"{{"error": {{"message": "{escaped}"}}}}"#),
        format!(r#"{{"error": {{"message": "{filler} {escaped}"}}}}"#),
        format!(r#"{{"error": {{"message": "No."}}, "request_id": "{escaped}"}}"#),
        format!(r#"[{{"error": {{"metadata": {{"raw": "{escaped}"}}}}}}]"#),
        format!("{filler}{KEY}"),
        format!("<title>{KEY}</title>"),
        "gate-key-1 pass-word-1 query-key-1".to_owned(),
    ];
    let long = "y".repeat(MAX_HEADER - 8);
    let found = headers(&[
        ("x-request-id", &format!("{long}{KEY}")),
        ("location", &format!("https://test/{}{KEY}", &long[20..])),
        ("retry-after", KEY),
    ]);
    for body in &bodies {
        for (status, headers) in [(401, &HeaderMap::new()), (307, &found), (429, &found)] {
            let told = [
                failures.described(status, headers, body),
                failures.provider(body),
                failures.web_page(body),
            ];
            for error in told {
                let shown = format!("{error:?}");
                for part in ["very", "gate-k", "pass-w", "query-k"] {
                    assert!(!shown.contains(part), "{status} {body}: {shown}");
                }
            }
        }
    }
}
