//! What answers as an engine of containers may not be one.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "the helpers of tests may panic as tests do"
)]
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aside_container::{Config, ContainerError, Containers, Limits, Owner, Pull};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

/// For an answer that is bound to come.
const PATIENCE: Duration = Duration::from_secs(60);

fn containers(socket: &Path, image: &str) -> Containers {
    Containers::new(Config {
        socket: Some(socket.display().to_string()),
        image: image.to_owned(),
        pull: Pull::Missing,
        pool: 1,
        idle: Duration::from_secs(60),
        limits: Limits {
            memory_bytes: 1 << 30,
            processes: 64,
            milli_cpus: 500,
        },
        owner: Owner {
            server: "live".to_owned(),
            workspace: "here".to_owned(),
            lives: Arc::new(|_| true),
        },
    })
}

/// Answers every connection with these bytes, after it was asked something.
async fn check(answer: &[u8], expect: &str) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    let answer = answer.to_vec();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    let prepared = containers(&socket, "image");
    let prepared = tokio::time::timeout(PATIENCE, prepared.prepare());
    let error = prepared.await.unwrap().unwrap_err();
    server.abort();
    assert!(
        matches!(error, ContainerError::Unreachable { .. }),
        "{error:?}"
    );
    let error = error.to_string();
    assert!(error.contains(expect), "{error}");
    assert!(error.chars().count() < 1000, "{error}");
}

fn json(body: &str) -> Vec<u8> {
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn what_is_no_engine_is_told() {
    check(b"", "does not answer as one").await;
    check(b"\0\xff\xfe garbage\r\n\r\n", "does not answer as one").await;
    check(b"SSH-2.0-OpenSSH_9\r\n", "does not answer as one").await;
    check(
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        "does not answer as one",
    )
    .await;
    check(
        b"HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nno\nno",
        "no no",
    )
    .await;
    check(&json("[]"), "does not answer as one").await;
    check(&json("{\"ApiVersion\":\"x.y\"}"), "does not answer as one").await;
    check(&json("{\"ApiVersion\":7}"), "does not answer as one").await;
    check(&json(&"[".repeat(100_000)), "does not answer as one").await;
    let long = "x".repeat(100_000);
    let long = format!("HTTP/1.1 400 No\r\nContent-Length: 100000\r\n\r\n{long}");
    check(long.as_bytes(), "xxx").await;
}

#[tokio::test]
async fn what_is_missing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let error = containers(&socket, "image").prepare().await.unwrap_err();
    assert!(
        matches!(error, ContainerError::NoSocket { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("sandbox.container.socket"));
    let error = containers(&socket, "").prepare().await.unwrap_err();
    assert_eq!(error, ContainerError::ImageNotSet);
    // A file is there, but nobody listens.
    drop(UnixListener::bind(&socket).unwrap());
    let error = containers(&socket, "image").prepare().await.unwrap_err();
    assert!(
        matches!(error, ContainerError::Unreachable { .. }),
        "{error:?}"
    );
    // Closing what was never started is nothing.
    containers(&socket, "image").close().await;
}
