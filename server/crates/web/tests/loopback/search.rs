//! Search engines, and what they may answer.
use aside_web::{Hit, SearchError, SearchProvider, Secret};

use super::{Reply, Server, local, page, reply, run};

const KEY: &str = "key-very-secret";

fn tavily(server: &Server) -> SearchProvider {
    SearchProvider::Tavily {
        key: Secret::new(KEY).unwrap(),
        base_url: server.url("/api/"),
    }
}

fn brave(server: &Server) -> SearchProvider {
    SearchProvider::Brave {
        key: Secret::new(KEY).unwrap(),
        base_url: server.url(""),
    }
}

fn searxng(server: &Server) -> SearchProvider {
    SearchProvider::SearXng {
        base_url: server.url("/searx/search?q=x"),
    }
}

fn hit(title: &str, url: &str, snippet: &str) -> Hit {
    Hit {
        title: title.to_owned(),
        url: url.to_owned(),
        snippet: snippet.to_owned(),
    }
}

#[test]
fn each_engine_is_asked_in_its_own_way() {
    run(async {
        let results = r#"{"results": [
            {"title": "One", "url": "https://one.example/", "content": "First\n words"},
            {"title": "No link"},
            {"title": "Odd", "url": "javascript:alert(1)", "content": "x"},
            {"url": "http://two.example/a b"},
            {"title": "Three", "url": "https://three.example/", "content": 3}
        ]}"#;
        let server = Server::start(move |_| page("application/json", results)).await;
        let expect = [
            hit("One", "https://one.example/", "First words"),
            hit("", "http://two.example/a%20b", ""),
        ];
        for provider in [tavily(&server), searxng(&server)] {
            let hits = local().search(&provider, " a & b ", 2).await;
            assert_eq!(hits.as_deref(), Ok(expect.as_slice()), "{provider:?}");
            let hits = local().search(&provider, "a", 0).await;
            assert_eq!(hits.as_deref(), Ok(&expect[..1]), "{provider:?}");
        }
        let heads = server.heads();
        assert!(
            heads[0].starts_with("POST /api/search HTTP"),
            "{}",
            heads[0]
        );
        assert!(heads[0].contains("authorization: Bearer key-very-secret"));
        let expect = "GET /searx/search?q=a+%26+b&format=json HTTP";
        assert!(heads[2].starts_with(expect), "{}", heads[2]);
    });
}

#[test]
fn brave_marks_words_which_are_taken_out() {
    run(async {
        let results = r#"{"query": {}, "web": {"results": [{
            "title": "A &amp; <strong>B</strong>", "url": "https://one.example/",
            "description": "The <strong>word</strong>&#x27;s place"
        }]}}"#;
        let server = Server::start(move |_| page("application/json", results)).await;
        let hits = local().search(&brave(&server), "a", 5).await;
        let expect = [hit("A & B", "https://one.example/", "The word's place")];
        assert_eq!(hits.as_deref(), Ok(expect.as_slice()));
        let head = &server.heads()[0];
        let expect = "GET /res/v1/web/search?q=a&count=5 HTTP";
        assert!(head.starts_with(expect), "{head}");
        assert!(
            head.contains("x-subscription-token: key-very-secret"),
            "{head}"
        );
        let server = Server::start(|_| page("application/json", r#"{"query": {}}"#)).await;
        assert_eq!(
            local().search(&brave(&server), "a", 5).await,
            Ok(Vec::new())
        );
    });
}

async fn refused(answer: impl Fn() -> Reply + Send + Sync + 'static) -> SearchError {
    let server = Server::start(move |_| answer()).await;
    let error = local().search(&tavily(&server), "a", 5).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY), "{error:?}");
    error
}

#[test]
fn the_words_of_an_engine_are_told_without_the_key() {
    run(async {
        let body = r#"{"detail": {"error": "Invalid key-very-secret\n given."}}"#;
        let error = refused(move || reply("401 No", &[], body)).await;
        assert_eq!(
            error.to_string(),
            "Tavily refuses the key (status 401): Invalid [redacted] given. Check the key in the \
             settings."
        );
        let error = refused(|| reply("429 No", &[], "slow down")).await;
        assert_eq!(
            error.to_string(),
            "Tavily takes no more requests for now (status 429): slow down. Try again later."
        );
        let error = refused(|| reply("500 No", &[], "<html>oops</html>")).await;
        assert_eq!(error.to_string(), "Tavily answers with status 500.");
        let error = refused(|| reply("400 No", &[], r#"{"error": {"message": "bad"}}"#)).await;
        assert_eq!(error.to_string(), "Tavily answers with status 400: bad.");
        let long = refused(|| reply("400 No", &[], "long ".repeat(100_000))).await;
        assert!(long.to_string().len() < 600, "{long}");
    });
}

#[test]
fn answers_that_make_no_sense() {
    run(async {
        for body in [
            "",
            "[]",
            "{",
            "null",
            r#"{"results": 1}"#,
            "\u{0}",
            "<html>",
        ] {
            let error = refused(move || page("application/json", body)).await;
            assert!(
                matches!(error, SearchError::BadAnswer { .. }),
                "{body}: {error:?}"
            );
        }
        let error = refused(|| page("application/json", "[".repeat(5_000_000))).await;
        assert!(matches!(error, SearchError::BadAnswer { .. }), "{error:?}");
        // As deep as what parsers of JSON refuse.
        let error = refused(|| page("application/json", "[".repeat(100_000))).await;
        assert!(matches!(error, SearchError::BadAnswer { .. }), "{error:?}");
    });
}

#[test]
fn keys_do_not_go_to_where_a_redirect_leads() {
    run(async {
        let other = Server::start(|_| page("application/json", "{}")).await;
        let to = format!("location: {}", other.url("/"));
        let server = Server::start(move |_| reply("307 Go", &[&to], "")).await;
        let error = local().search(&brave(&server), "a", 5).await;
        assert!(
            matches!(error, Err(SearchError::Status { status: 307, .. })),
            "{error:?}"
        );
        assert_eq!(other.heads(), [""; 0]);
    });
}

#[test]
fn what_cannot_be_asked() {
    run(async {
        let server = Server::start(|_| page("application/json", "{}")).await;
        for query in ["", "  ", &"a".repeat(3_000)] {
            let error = local().search(&tavily(&server), query, 5).await;
            assert!(matches!(error, Err(SearchError::BadQuery(_))), "{error:?}");
        }
        for base_url in ["", "ftp://127.0.0.1/", "nothing", "http://"] {
            let base_url = base_url.to_owned();
            let provider = SearchProvider::SearXng { base_url };
            let error = local().search(&provider, "a", 5).await;
            assert!(matches!(error, Err(SearchError::BadUrl(_))), "{error:?}");
        }
        let error = reply_of_searxng("403 No").await;
        assert!(error.to_string().contains("search.formats"), "{error}");
        let provider = SearchProvider::Tavily {
            key: Secret::new("a\nkey").unwrap(),
            base_url: server.url(""),
        };
        let error = local().search(&provider, "a", 5).await;
        assert!(matches!(error, Err(SearchError::Key { .. })), "{error:?}");
        assert_eq!(format!("{provider:?}"), "SearchProvider(\"Tavily\")");
        assert_eq!(server.heads(), [""; 0]);
    });
}

async fn reply_of_searxng(status: &'static str) -> SearchError {
    let server = Server::start(move |_| reply(status, &[], "")).await;
    let found = local().search(&searxng(&server), "a", 5).await;
    found.unwrap_err()
}

#[test]
fn an_engine_behind_a_password() {
    run(async {
        let server = Server::start(|_| page("application/json", r#"{"results": []}"#)).await;
        let base_url = server.url("").replace("http://", "http://me:hunter2@");
        let provider = SearchProvider::SearXng { base_url };
        assert_eq!(local().search(&provider, "a", 5).await, Ok(Vec::new()));
        // The base64 of `me:hunter2`.
        let head = &server.heads()[0];
        assert!(head.contains("Basic bWU6aHVudGVyMg=="), "{head}");
        assert!(!format!("{provider:?}").contains("hunter2"), "{provider:?}");
    });
}
