//! How servers end: with all that they started.
use std::collections::BTreeMap;
use std::time::Duration;

use aside_mcp::{Manager, ServerConfig, Servers, Stdio, Transport};
use serde_json::json;

use super::hostile;
use crate::common::{Host, PATIENCE, limits, manager, marked, text};

/// A server that can be found by a variable in its environment, which its children have too.
fn found_by(mark: &str, mut config: ServerConfig) -> (ServerConfig, String) {
    let value = format!("{mark}-{}", std::process::id());
    if let Transport::Stdio(stdio) = &mut config.transport {
        stdio.env.insert("TEST_MARK".to_owned(), value.clone());
    }
    (config, format!("TEST_MARK={value}"))
}

fn check_gone(mark: &str) {
    let left = marked(mark);
    assert!(left.is_empty(), "{left:?} are left");
}

async fn until_gone(mark: &str) {
    let gone = async {
        while !marked(mark).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::time::timeout(PATIENCE, gone).await;
    gone.expect("no process is left");
}

async fn start(mark: &str, config: ServerConfig, processes: usize) -> (Manager, String) {
    let (config, mark) = found_by(mark, config);
    let name = config.name.clone();
    let manager = manager(&Host::new(&[], None), vec![config]);
    text(&manager, &name, "echo", json!({})).await;
    // What is between its fork and its own program has no variables to be found by yet.
    let all = async {
        while marked(&mark).len() < processes {
            tokio::task::yield_now().await;
        }
    };
    let all = tokio::time::timeout(PATIENCE, all).await;
    all.expect("all of them run");
    (manager, mark)
}

async fn close(manager: &Manager) {
    let closed = tokio::time::timeout(PATIENCE, manager.close()).await;
    closed.expect("it closes in time");
}

#[tokio::test]
async fn the_whole_family_ends_when_closed() {
    let (manager, mark) = start("closed", hostile("bad", "family"), 3).await;
    close(&manager).await;
    check_gone(&mark);
}

#[tokio::test]
async fn the_whole_family_ends_when_dropped() {
    let (manager, mark) = start("dropped", hostile("bad", "family"), 3).await;
    drop(manager);
    until_gone(&mark).await;
}

#[tokio::test]
async fn the_whole_family_ends_when_the_server_crashes() {
    let (manager, mark) = start("crashed", hostile("bad", "family"), 3).await;
    let before = marked(&mark);
    let died = crate::common::called(&manager, crate::common::call("bad", "crash", json!({})));
    died.await.expect_err("it died");
    let gone = async {
        while marked(&mark).iter().any(|id| before.contains(id)) {
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::time::timeout(PATIENCE, gone).await;
    gone.expect("no process of the first start is left");
    close(&manager).await;
    check_gone(&mark);
}

#[tokio::test]
async fn the_whole_family_ends_when_configured_no_more() {
    let (manager, mark) = start("replaced", hostile("bad", "family"), 3).await;
    manager.configure(Servers::default());
    until_gone(&mark).await;
    assert!(manager.status().is_empty());
    close(&manager).await;
}

#[test]
fn the_whole_family_ends_with_the_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let config = hostile("bad", "family");
    let (manager, mark) = runtime.block_on(start("runtime", config, 3));
    // As in a panic: nobody waits for anything.
    drop(runtime);
    check_gone(&mark);
    drop(manager);
}

#[tokio::test]
async fn one_that_does_not_want_to_end_is_killed() {
    let program = env!("CARGO_BIN_EXE_aside-mcp-hostile");
    let transport = Transport::Stdio(Stdio {
        command: "sh".to_owned(),
        args: ["-c", "trap '' TERM; exec \"$0\" stubborn", program]
            .map(str::to_owned)
            .to_vec(),
        env: BTreeMap::new(),
        cwd: None,
    });
    let config = ServerConfig::new("bad", transport, "tests");
    let (config, mark) = found_by("stubborn", config);
    let servers = Servers {
        servers: vec![config],
        faults: Vec::new(),
    };
    let mut limits = limits();
    limits.end_patience = Duration::from_millis(100);
    let manager = Manager::new(servers, Host::new(&[], None), limits);
    text(&manager, "bad", "echo", json!({})).await;
    close(&manager).await;
    check_gone(&mark);
}

#[tokio::test]
async fn a_start_that_hangs_is_ended() {
    let (config, mark) = found_by("hanging", hostile("bad", "silent"));
    let manager = manager(&Host::new(&[], None), vec![config]);
    let running = async {
        while marked(&mark).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        result = manager.tools("bad") => panic!("it started: {result:?}"),
        running = tokio::time::timeout(PATIENCE, running) => running.expect("it runs"),
    }
    close(&manager).await;
    check_gone(&mark);
}

#[tokio::test]
async fn what_did_not_change_goes_on_running() {
    let (config, mark) = found_by("same", hostile("same", "plain"));
    let (other, other_mark) = found_by("other", hostile("other", "plain"));
    let manager = manager(&Host::new(&[], None), vec![config.clone(), other.clone()]);
    text(&manager, "same", "echo", json!({})).await;
    text(&manager, "other", "echo", json!({})).await;
    let running = marked(&mark);
    let was = marked(&other_mark);
    let mut changed = other;
    changed.call_timeout = Duration::from_secs(7);
    manager.configure(Servers {
        servers: vec![config, changed],
        faults: Vec::new(),
    });
    text(&manager, "other", "echo", json!({})).await;
    assert_eq!(marked(&mark), running);
    assert!(marked(&other_mark).iter().any(|id| !was.contains(id)));
    close(&manager).await;
    check_gone(&mark);
    check_gone(&other_mark);
}

#[tokio::test]
async fn nothing_starts_after_the_end() {
    let (manager, mark) = start("ended", hostile("bad", "plain"), 1).await;
    close(&manager).await;
    manager.tools("bad").await.expect_err("it is over");
    check_gone(&mark);
}
