//! Servers that start badly, or speak in odd ways.
use std::path::Path;
use std::time::Duration;

use aside_mcp::{McpError, ServerConfig, ServerState, Transport};
use serde_json::json;

use super::{Pair, hostile};
use crate::common::{call, called, stdio, text};

/// The bad server does not start, and its error says this.
async fn check_fails(bad: ServerConfig, part: &str) {
    let pair = Pair::of(bad);
    let error = called(&pair.manager, call("bad", "echo", json!({}))).await;
    let error = error.expect_err("it cannot start");
    assert!(matches!(error, McpError::Start { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains(part), "{said}");
    let status = pair.manager.server("bad").expect("it is there");
    assert_eq!(status.state, ServerState::Failed);
    assert_eq!(status.error, Some(said));
    pair.end().await;
}

/// The bad server works in spite of how it behaves.
async fn check_works(mode: &str) {
    let pair = Pair::new(mode);
    for _ in 0..3 {
        let said = text(&pair.manager, "bad", "echo", json!({"say": "hello"})).await;
        assert_eq!(said, "hello", "{mode}");
    }
    pair.end().await;
}

fn in_a_second(mode: &str) -> ServerConfig {
    let mut config = hostile("bad", mode);
    config.start_timeout = Duration::from_secs(1);
    config
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let bad = stdio("bad", Path::new("/project/no-such-program"), &[]);
    check_fails(bad, "`/project/no-such-program` was not found").await;
}

#[tokio::test]
async fn a_folder_that_is_no_program() {
    check_fails(stdio("bad", Path::new("/"), &[]), "may not be run").await;
}

#[tokio::test]
async fn one_that_ends_at_once() {
    check_fails(hostile("bad", "exit"), "exit code 3").await;
}

#[tokio::test]
async fn its_last_words_are_told() {
    check_fails(hostile("bad", "exit"), "no licence was found").await;
}

#[tokio::test]
async fn its_secrets_are_not_told() {
    let mut config = hostile("bad", "exit");
    if let Transport::Stdio(stdio) = &mut config.transport {
        let value = "hush-hush".to_owned();
        stdio.env.insert("SERVICE_TOKEN".to_owned(), value);
    }
    check_fails(config, "the token was [secret].").await;
}

#[tokio::test]
async fn one_that_says_nothing() {
    check_fails(in_a_second("silent"), "in 1 seconds").await;
}

#[tokio::test]
async fn one_that_lists_nothing() {
    check_fails(in_a_second("listless"), "in 1 seconds").await;
}

#[tokio::test]
async fn one_that_ends_when_it_should_list() {
    check_fails(hostile("bad", "dies"), "exit code 9").await;
}

#[tokio::test]
async fn one_whose_line_does_not_end() {
    check_fails(hostile("bad", "endless"), "a line of more than 64 MiB").await;
}

#[tokio::test]
async fn a_program_that_is_no_server() {
    let bad = stdio("bad", Path::new("/bin/echo"), &["Usage: echo"]);
    check_fails(bad, "exit code 0").await;
}

#[tokio::test]
async fn the_oldest_version() {
    check_works("oldest").await;
}

#[tokio::test]
async fn a_version_without_a_handshake() {
    check_works("modern").await;
}

#[tokio::test]
async fn a_careless_introduction() {
    check_works("careless").await;
}

#[tokio::test]
async fn numbers_as_strings() {
    check_works("strings").await;
}

#[tokio::test]
async fn lists_of_messages() {
    check_works("batches").await;
}

#[tokio::test]
async fn garbage_between_messages() {
    check_works("garbage").await;
}
