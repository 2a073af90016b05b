//! Rules of permission: kept, once each, of the workspace and of its sessions.
use aside_store::{MAX_RULES, RuleRow, Store, StoreError};

use crate::support::{Folder, check_invalid, check_missing, create};

fn rule(session: &str, pattern: &str) -> RuleRow {
    RuleRow {
        session_id: Some(session.to_owned()).filter(|id| !id.is_empty()),
        effect: "runProgram".to_owned(),
        pattern: pattern.to_owned(),
        decision: "allow".to_owned(),
        created_at: "2026-01-02T00:00:00Z".to_owned(),
    }
}

async fn patterns(store: &Store, session: &str) -> Vec<String> {
    let session = Some(session.to_owned()).filter(|id| !id.is_empty());
    let rules = store.permission_rules(session).await.unwrap();
    rules.into_iter().map(|rule| rule.pattern).collect()
}

#[tokio::test]
async fn rules_are_kept_once_and_apart() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["s"]).await;
    create(&store, &["t"]).await;
    let add = vec![
        rule("", "b"),
        rule("", "a"),
        rule("", "b"),
        rule("s", "b"),
        rule("s", "c"),
    ];
    store
        .change_permission_rules(Vec::new(), add)
        .await
        .unwrap();
    let other = folder.server("other");
    for store in [&store, &other] {
        assert_eq!(patterns(store, "").await, ["b", "a"]);
        assert_eq!(patterns(store, "s").await, ["b", "c"]);
        assert!(patterns(store, "t").await.is_empty());
        assert!(patterns(store, "nobody").await.is_empty());
    }
    let all = other.permission_rules(None).await.unwrap();
    assert_eq!(all[0], rule("", "b"));
}

#[tokio::test]
async fn a_change_is_whole_or_not_at_all() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["s"]).await;
    store
        .change_permission_rules(Vec::new(), vec![rule("", "a"), rule("s", "a")])
        .await
        .unwrap();
    let gone = store
        .change_permission_rules(vec![rule("", "a"), rule("", "x")], vec![rule("", "b")])
        .await;
    check_missing(gone, "rule");
    let nobody = store
        .change_permission_rules(vec![rule("", "a")], vec![rule("nobody", "b")])
        .await;
    check_missing(nobody, "session");
    assert_eq!(patterns(&store, "").await, ["a"]);
    // Removing goes first, so that a rule can be put at the end.
    store
        .change_permission_rules(vec![rule("", "a")], vec![rule("", "b"), rule("", "a")])
        .await
        .unwrap();
    assert_eq!(patterns(&store, "").await, ["b", "a"]);
    assert_eq!(patterns(&store, "s").await, ["a"]);
}

#[tokio::test]
async fn a_session_takes_its_rules_along() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["s"]).await;
    store
        .change_permission_rules(Vec::new(), vec![rule("", "a"), rule("s", "a")])
        .await
        .unwrap();
    store.delete_session("s").await.unwrap();
    assert_eq!(patterns(&store, "").await, ["a"]);
    assert!(patterns(&store, "s").await.is_empty());
}

#[tokio::test]
async fn there_are_only_so_many() {
    let folder = Folder::new();
    let store = folder.server("me");
    let add = |from: u32, to: u32| {
        let rules = (from..to).map(|n| rule("", &n.to_string())).collect();
        store.change_permission_rules(Vec::new(), rules)
    };
    add(0, MAX_RULES).await.unwrap();
    let error: StoreError = add(0, MAX_RULES + 1).await.unwrap_err();
    check_invalid(Err::<(), _>(error), "add");
    assert_eq!(patterns(&store, "").await.len(), MAX_RULES as usize);
}
