//! Servers of HTTP that answer badly.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aside_mcp::{Http, McpError, ServerConfig, Transport};
use serde_json::json;

use super::site::{Answer, Request, Site, nothing, of_json, tools};
use crate::common::{Host, call, called, manager, text};

/// Part of a URL that nobody may read.
const SECRET: &str = "hush-hush";

fn config(url: String) -> ServerConfig {
    let headers = [("X-Key".to_owned(), SECRET.to_owned())].into();
    ServerConfig::new("bad", Transport::Http(Http { url, headers }), "tests")
}

/// A server at this URL cannot be used, and the error says this and nothing secret.
async fn check_url(url: String, part: &str) {
    let manager = manager(&Host::new(&[], None), vec![config(url)]);
    let error = called(&manager, call("bad", "echo", json!({}))).await;
    let error = error.expect_err("it cannot be used");
    let said = error.to_string();
    assert!(matches!(error, McpError::Start { .. }), "{error:?}");
    assert!(said.contains(part), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    manager.close().await;
}

async fn check(behave: impl Fn(&Request) -> Answer + Send + Sync + 'static, part: &str) {
    let site = Site::new(move |_, request| behave(request)).await;
    check_url(format!("{}/mcp?key={SECRET}", site.base), part).await;
}

#[tokio::test]
async fn nobody_listens() {
    check_url(format!("http://127.0.0.1:1/mcp?key={SECRET}"), "refused").await;
}

#[tokio::test]
async fn nothing_is_there() {
    check(|_| nothing(404), "404").await;
}

#[tokio::test]
async fn only_old_streams_are_there() {
    check(|_| nothing(405), "405").await;
}

#[tokio::test]
async fn it_is_broken() {
    check(|_| nothing(500), "500").await;
}

#[tokio::test]
async fn it_is_a_page() {
    let page = |_: &Request| {
        let kind = ("Content-Type", "text/html".to_owned());
        Answer(200, vec![kind], "<html></html>".to_owned())
    };
    check(page, "text/html").await;
}

#[tokio::test]
async fn it_speaks_of_something_else() {
    check(|_| of_json(200, &json!({"hello": "world"})), "no message").await;
}

#[tokio::test]
async fn it_leads_elsewhere() {
    let elsewhere = |_: &Request| {
        let to = ("Location", "http://example.org/mcp".to_owned());
        Answer(307, vec![to], String::new())
    };
    check(elsewhere, "307").await;
}

#[tokio::test]
async fn it_refuses_without_saying_how_to_log_in() {
    check(|_| nothing(401), "set an `Authorization` header").await;
}

#[tokio::test]
async fn one_that_answers_plainly_is_used() {
    let site = Site::new(|_, request| tools(request)).await;
    let config = config(format!("{}/mcp", site.base));
    let manager = manager(&Host::new(&[], None), vec![config]);
    assert_eq!(text(&manager, "bad", "echo", json!({})).await, "done");
    let requests = site.requests();
    let is_keyed = |request: &Request| {
        request
            .headers
            .get("x-key")
            .is_some_and(|key| key == SECRET)
    };
    assert!(requests.iter().all(is_keyed));
    manager.close().await;
}

#[tokio::test]
async fn a_call_that_fails_loses_no_other() {
    let site = Site::new(|_, request| match request.body.contains("\"fail\"") {
        true => nothing(500),
        false => tools(request),
    })
    .await;
    let config = config(format!("{}/mcp?key={SECRET}", site.base));
    let manager = manager(&Host::new(&[], None), vec![config]);
    let of = json!({"what": "fail"});
    let error = called(&manager, call("bad", "echo", of)).await;
    let error = error.expect_err("it failed");
    assert!(matches!(error, McpError::Died { .. }), "{error:?}");
    assert!(!error.to_string().contains(SECRET), "{error}");
    // It is not asked a second time by itself.
    let asked = site.requests();
    let asked = asked
        .iter()
        .filter(|request| request.body.contains("\"fail\""));
    assert_eq!(asked.count(), 1);
    assert_eq!(text(&manager, "bad", "echo", json!({})).await, "done");
    manager.close().await;
}

#[tokio::test]
async fn one_that_is_silent_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut config = config(format!("http://{address}/mcp?key={SECRET}"));
    config.start_timeout = Duration::from_millis(300);
    let manager = manager(&Host::new(&[], None), vec![config]);
    let error = called(&manager, call("bad", "echo", json!({}))).await;
    let said = error.expect_err("it is silent").to_string();
    assert!(said.contains("0.3 seconds"), "{said}");
    manager.close().await;
}

#[tokio::test]
async fn one_that_forgot_the_session_is_introduced_again() {
    let knows = Arc::new(AtomicBool::new(true));
    let known = Arc::clone(&knows);
    let site = Site::new(move |_, request| {
        if request.body.contains("\"initialize\"") {
            known.store(true, Ordering::SeqCst);
        }
        match known.load(Ordering::SeqCst) {
            true => tools(request),
            false => nothing(400),
        }
    })
    .await;
    let config = config(format!("{}/mcp", site.base));
    let manager = manager(&Host::new(&[], None), vec![config]);
    assert_eq!(text(&manager, "bad", "echo", json!({})).await, "done");
    knows.store(false, Ordering::SeqCst);
    let error = called(&manager, call("bad", "echo", json!({}))).await;
    assert!(matches!(error, Err(McpError::Died { .. })), "{error:?}");
    assert_eq!(text(&manager, "bad", "echo", json!({})).await, "done");
    manager.close().await;
}
