//! Servers of PyPI that fetch pages, tell the time and work on Git repositories.
use std::path::Path;
use std::process::Stdio as Pipe;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::pypi;
use crate::common::{Host, call, called, manager, text, text_of};

#[tokio::test]
async fn time_is_told() {
    let Some(config) = pypi("time_is_told", "mcp-server-time", &["--local-timezone=UTC"]) else {
        return;
    };
    let manager = manager(&Host::new(&[], None), vec![config]);
    let of = json!({
        "source_timezone": "UTC",
        "time": "12:00",
        "target_timezone": "Asia/Kolkata",
    });
    let said = text(&manager, "server", "convert_time", of).await;
    assert!(said.contains("17:30"), "{said}");
    let of = json!({"timezone": "Nowhere/Land"});
    let refused = called(&manager, call("server", "get_current_time", of)).await;
    assert!(refused.expect("it answers").is_error);
    manager.close().await;
}

#[tokio::test]
async fn pages_are_fetched() {
    let flags = &["--ignore-robots-txt", "--allow-private-ips"];
    let Some(config) = pypi("pages_are_fetched", "mcp-server-fetch", flags) else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let page = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("it is asked");
        let mut asked = [0; 4096];
        let length = stream.read(&mut asked).await.expect("it reads");
        assert!(asked.starts_with(b"GET /page"), "{length} bytes");
        let body = "<html><body><article><h1>Engines</h1><p>They count, and count, and count \
                    again, until there is nothing left to count.</p></article></body></html>";
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("it writes");
        stream.write_all(body.as_bytes()).await.expect("it writes");
        stream.shutdown().await.expect("it ends");
    });
    let manager = manager(&Host::new(&[], None), vec![config]);
    let of = json!({"url": format!("http://{address}/page"), "raw": true});
    let said = text(&manager, "server", "fetch", of).await;
    assert!(said.contains("nothing left to count"), "{said}");
    page.await.expect("the page was given");
    let prompts = manager.prompts("server").await.expect("it has prompts");
    assert!(prompts.iter().any(|prompt| prompt.name == "fetch"));
    manager.close().await;
}

#[tokio::test]
async fn a_repository_is_read_and_written() {
    let test = "a_repository_is_read_and_written";
    let folder = tempfile::tempdir().expect("a folder");
    let Some(config) = pypi(test, "mcp-server-git", &[]) else {
        return;
    };
    git(folder.path(), &["init", "--quiet"]).await;
    git(folder.path(), &["config", "user.name", "Ada"]).await;
    git(folder.path(), &["config", "user.email", "ada@example.org"]).await;
    let file = folder.path().join("a.txt");
    let written = tokio::fs::write(file, "one\n").await;
    written.expect("it is written");
    let host = Host::new(&[folder.path()], None);
    let manager = manager(&host, vec![config]);
    let repository = folder.path();
    let of = json!({"repo_path": repository});
    let status = text(&manager, "server", "git_status", of.clone()).await;
    assert!(status.contains("a.txt"), "{status}");
    let add = json!({"repo_path": repository, "files": ["a.txt"]});
    text(&manager, "server", "git_add", add).await;
    let commit = json!({"repo_path": repository, "message": "Count"});
    text(&manager, "server", "git_commit", commit).await;
    let log = text(&manager, "server", "git_log", of).await;
    assert!(log.contains("Count"), "{log}");
    let none = json!({"repo_path": "/project/none"});
    let refused = called(&manager, call("server", "git_status", none)).await;
    let refused = refused.expect("it answers");
    assert!(refused.is_error, "{}", text_of(&refused));
    manager.close().await;
}

#[allow(
    clippy::disallowed_methods,
    reason = "the repository under test is made as a person would"
)]
async fn git(folder: &Path, args: &[&str]) {
    let status = tokio::process::Command::new("git")
        .args(args)
        .current_dir(folder)
        .stdin(Pipe::null())
        .status()
        .await;
    assert!(status.expect("git runs").success());
}
