//! Servers of npm that work on files, thoughts and facts.
use aside_mcp::Transport;
use serde_json::json;

use super::npm;
use crate::common::{Host, call, called, manager, root, text, text_of};

/// How often a server is asked until it took what it was told.
const TRIES: usize = 1000;

#[tokio::test]
async fn filesystem_keeps_to_the_folders_it_is_told() {
    let test = "filesystem_keeps_to_the_folders_it_is_told";
    let first = tempfile::tempdir().expect("a folder");
    let second = tempfile::tempdir().expect("a folder");
    let Some(config) = npm(test, "mcp-server-filesystem", &[]) else {
        return;
    };
    let host = Host::new(&[first.path()], None);
    let manager = manager(&host, vec![config]);
    let inside = first.path().join("a.txt");
    let of = json!({"path": inside, "content": "kept"});
    // It takes the folders from its client a moment after it started.
    for _ in 0..TRIES {
        called(&manager, call("server", "write_file", of.clone()))
            .await
            .expect("it answers");
        if inside.is_file() {
            break;
        }
    }
    let read = std::fs::read_to_string(&inside).expect("it is written");
    assert_eq!(read, "kept");
    let outside = second.path().join("b.txt");
    let of = json!({"path": outside, "content": "no"});
    let refused = called(&manager, call("server", "write_file", of.clone())).await;
    let refused = refused.expect("it answers");
    assert!(refused.is_error, "{}", text_of(&refused));
    // Told of another folder, it works there.
    *host.roots.lock().expect("no one panicked") = vec![root(second.path())];
    manager.roots_changed().await;
    // It asks for them after it is told, and meanwhile answers what it is asked.
    for _ in 0..TRIES {
        called(&manager, call("server", "write_file", of.clone()))
            .await
            .expect("it answers");
        if outside.is_file() {
            break;
        }
    }
    assert!(outside.is_file());
    let tools = manager.tools("server").await.expect("it has tools");
    let of = |name: &str| tools.iter().find(|tool| tool.name == name);
    assert!(of("read_text_file").is_some_and(|tool| tool.read_only && !tool.destructive));
    assert!(of("write_file").is_some_and(|tool| !tool.read_only && tool.destructive));
    manager.close().await;
}

#[tokio::test]
async fn sequential_thinking_counts_thoughts() {
    let test = "sequential_thinking_counts_thoughts";
    let Some(config) = npm(test, "mcp-server-sequential-thinking", &[]) else {
        return;
    };
    let manager = manager(&Host::new(&[], None), vec![config]);
    let thought = |number: u32| {
        json!({
            "thought": "One step.",
            "nextThoughtNeeded": number < 3,
            "thoughtNumber": number,
            "totalThoughts": 3,
        })
    };
    for number in 1..=3 {
        let said = text(&manager, "server", "sequentialthinking", thought(number)).await;
        let said: serde_json::Value = serde_json::from_str(&said).expect("it answers with JSON");
        assert_eq!(said["thoughtHistoryLength"], number);
    }
    manager.close().await;
}

#[tokio::test]
async fn memory_survives_a_restart() {
    let test = "memory_survives_a_restart";
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mut config) = npm(test, "mcp-server-memory", &[]) else {
        return;
    };
    if let Transport::Stdio(stdio) = &mut config.transport {
        let file = folder.path().join("memory.jsonl");
        let file = file.to_string_lossy().into_owned();
        stdio.env.insert("MEMORY_FILE_PATH".to_owned(), file);
    }
    let manager = manager(&Host::new(&[], None), vec![config]);
    let entity = json!({"name": "Ada", "entityType": "person", "observations": ["likes engines"]});
    let of = json!({"entities": [entity]});
    text(&manager, "server", "create_entities", of).await;
    manager.restart("server").await.expect("it starts again");
    let graph = text(&manager, "server", "read_graph", json!({})).await;
    assert!(graph.contains("likes engines"), "{graph}");
    manager.close().await;
}
