//! The ledger of edits: first tries, outcomes, figures, and reading it page by page.
use aside_store::{AttemptRow, MAX_PAGE, OUTCOMES, Store, StoreError, Write};
use expect_test::{Expect, expect};

use crate::support::{Folder, check_invalid, check_missing, create};

fn attempt(session: &str, turn: &str, path: &str, id: &str, outcome: &str) -> AttemptRow {
    AttemptRow {
        id: id.to_owned(),
        session_id: session.to_owned(),
        turn_id: turn.to_owned(),
        item_id: "i".to_owned(),
        created_at: "2026-01-02T00:00:00Z".to_owned(),
        model: "openai/m".to_owned(),
        path: path.to_owned(),
        dialect: "edit_file".to_owned(),
        outcome: outcome.to_owned(),
        request: "{}".to_owned(),
        ..AttemptRow::default()
    }
}

async fn add(store: &Store, row: AttemptRow) -> bool {
    let id = row.id.clone();
    store.write(vec![Write::Attempt(row)]).await.unwrap();
    let all = store.attempts_after(0, MAX_PAGE).await.unwrap();
    all.into_iter()
        .find(|(_, it)| it.id == id)
        .unwrap()
        .1
        .first_try
}

fn outcome(id: &str, outcome: &str) -> Write {
    Write::AttemptOutcome {
        id: id.to_owned(),
        outcome: outcome.to_owned(),
    }
}

#[tokio::test]
async fn a_first_try_is_one_that_follows_no_failure() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let mut number = 0;
    let mut check = async |turn: &str, path: &str, outcome: &str, expect: bool| {
        number += 1;
        let row = attempt("a", turn, path, &format!("{number}"), outcome);
        let first = add(&store, row).await;
        assert_eq!(first, expect, "{turn} {path} {outcome}, number {number}");
    };
    check("t1", "/x", "refused", true).await;
    check("t1", "/x", "refused", false).await;
    check("t1", "/y", "applied", true).await;
    check("t2", "/x", "proposed", true).await;
    check("t1", "/x", "applied", false).await;
    check("t1", "/x", "rebased", true).await;
    check("t1", "/x", "conflicted", true).await;
    check("t1", "/x", "failed", false).await;
    check("t1", "/x", "proposed", false).await;
    check("t1", "/x", "applied", true).await;
    check("t2", "/x", "refused", true).await;
    check("t3", "/x", "applied", true).await;
    // Another session's failure says nothing, even if its ids were the same.
    let other = attempt("b", "t1", "/z", "other", "refused");
    assert!(add(&store, other).await);
    assert!(add(&store, attempt("a", "t1", "/z", "mine", "applied")).await);
    // What the caller says of it is not believed.
    let row = AttemptRow {
        first_try: true,
        ..attempt("b", "t1", "/z", "again", "applied")
    };
    assert!(!add(&store, row).await);
    // In one batch as well, and by how the one before ended after all.
    let batch = vec![
        Write::Attempt(attempt("a", "t9", "/x", "p", "proposed")),
        outcome("p", "failed"),
        Write::Attempt(attempt("a", "t9", "/x", "q", "applied")),
        Write::Attempt(attempt("a", "t9", "/x", "r", "applied")),
    ];
    store.write(batch).await.unwrap();
    let all = store.attempts_after(0, MAX_PAGE).await.unwrap();
    let last: Vec<_> = all
        .iter()
        .rev()
        .take(3)
        .map(|(_, it)| (it.id.as_str(), it.outcome.as_str(), it.first_try))
        .collect();
    assert_eq!(
        last,
        [
            ("r", "applied", true),
            ("q", "applied", false),
            ("p", "failed", true)
        ]
    );
}

#[tokio::test]
async fn attempts_are_read_page_by_page() {
    let folder = Folder::new();
    let store = folder.server("me");
    assert_eq!(store.attempts_after(0, 10).await, Ok(Vec::new()));
    create(&store, &["a", "b"]).await;
    let whole = AttemptRow {
        stage: Some("exact".to_owned()),
        code: Some("notFound".to_owned()),
        base_hash: Some("00".to_owned()),
        result_hash: Some("11".to_owned()),
        first_try: true,
        ..attempt("a", "t", "/x", "0", "applied")
    };
    let mut rows = vec![whole];
    rows.extend((1..7).map(|it| AttemptRow {
        first_try: true,
        ..attempt(["a", "b"][it % 2], "t", "/x", &it.to_string(), "applied")
    }));
    let batch = rows.iter().cloned().map(Write::Attempt).collect();
    store.write(batch).await.unwrap();
    for limit in [0, 1, 3, 7, u32::MAX] {
        let (mut seen, mut after) = (Vec::new(), 0);
        loop {
            let page = store.attempts_after(after, limit).await.unwrap();
            assert!(page.len() <= limit.clamp(1, MAX_PAGE) as usize);
            let Some((position, _)) = page.last() else {
                break;
            };
            assert!(*position > after);
            after = *position;
            seen.extend(page.into_iter().map(|(_, row)| row));
        }
        assert_eq!(seen, rows, "{limit}");
    }
    assert_eq!(store.attempts_after(i64::MIN, 10).await.unwrap().len(), 7);
    assert_eq!(store.attempts_after(i64::MAX, 10).await, Ok(Vec::new()));
    store.delete_session("a").await.unwrap();
    let left = store.attempts_after(0, 10).await.unwrap();
    assert!(left.iter().all(|(_, it)| it.session_id == "b"));
    assert_eq!((left.len(), store.stats().await.unwrap().attempts), (3, 3));
}

#[tokio::test]
async fn what_does_not_belong_in_the_ledger_is_refused() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    for odd in ["", "Applied", "accepted", "applied "] {
        let row = attempt("a", "t", "/x", "1", odd);
        check_invalid(store.write(vec![Write::Attempt(row)]).await, "outcome");
    }
    let nowhere = attempt("none", "t", "/x", "1", "applied");
    check_missing(store.write(vec![Write::Attempt(nowhere)]).await, "session");
    for known in OUTCOMES {
        let row = attempt("a", "t", "/x", known, known);
        store.write(vec![Write::Attempt(row)]).await.unwrap();
    }
    for session in ["a", "b"] {
        let twice = attempt(session, "t", "/x", "applied", "applied");
        let result = store.write(vec![Write::Attempt(twice)]).await;
        assert!(
            matches!(
                result,
                Err(StoreError::Exists {
                    what: "attempt",
                    ..
                })
            ),
            "{result:?}"
        );
    }
    check_missing(
        store.write(vec![outcome("none", "failed")]).await,
        "attempt",
    );
    check_invalid(store.write(vec![outcome("applied", "x")]).await, "outcome");
    let other = folder.server("other");
    other.acquire("a").await.unwrap();
    let busy = store.write(vec![outcome("applied", "failed")]).await;
    assert!(matches!(busy, Err(StoreError::Busy { .. })), "{busy:?}");
    assert_eq!(store.stats().await.unwrap().attempts, OUTCOMES.len() as i64);
}

async fn check_stats(store: &Store, expect: Expect) {
    let lines: Vec<String> = store
        .attempt_stats()
        .await
        .unwrap()
        .into_iter()
        .map(|it| {
            format!(
                "{} {}: {} attempts, {} of {} first tries, {} ok, {} rebased, {} proposed, \
                 {} refused, {} conflicted, {} failed, {:?}, {:?}\n",
                it.model,
                it.dialect,
                it.attempts,
                it.first_try_ok,
                it.first_tries,
                it.ok,
                it.rebased,
                it.proposed,
                it.refused,
                it.conflicted,
                it.failed,
                it.by_stage,
                it.by_code
            )
        })
        .collect();
    expect.assert_eq(&lines.concat());
}

#[tokio::test]
async fn figures_by_model_and_dialect() {
    let folder = Folder::new();
    let store = folder.server("me");
    check_stats(&store, expect![[""]]).await;
    create(&store, &["a"]).await;
    let mut batch = Vec::new();
    let rows = [
        ("m1", "edit_file", "/a", "refused", None, Some("notFound")),
        ("m1", "edit_file", "/a", "refused", None, Some("ambiguous")),
        ("m1", "edit_file", "/a", "applied", Some("indent"), None),
        ("m1", "edit_file", "/b", "applied", Some("exact"), None),
        ("m1", "edit_file", "/b", "rebased", Some("exact"), None),
        (
            "m1",
            "v4a",
            "/c",
            "conflicted",
            Some("exact"),
            Some("overlap"),
        ),
        ("m1", "v4a", "/c", "failed", None, None),
        ("m2", "edit_file", "/d", "proposed", Some("exact"), None),
        ("", "", "", "refused", Some(""), Some("")),
    ];
    for (number, (model, dialect, path, outcome, stage, code)) in rows.into_iter().enumerate() {
        batch.push(Write::Attempt(AttemptRow {
            model: model.to_owned(),
            dialect: dialect.to_owned(),
            stage: stage.map(str::to_owned),
            code: code.map(str::to_owned),
            ..attempt("a", "t", path, &number.to_string(), outcome)
        }));
    }
    store.write(batch).await.unwrap();
    check_stats(&store, expect![[r#"
         : 1 attempts, 0 of 1 first tries, 0 ok, 0 rebased, 0 proposed, 1 refused, 0 conflicted, 0 failed, [("", 1)], [("", 1)]
        m1 edit_file: 5 attempts, 2 of 3 first tries, 3 ok, 1 rebased, 0 proposed, 2 refused, 0 conflicted, 0 failed, [("exact", 2), ("indent", 1)], [("ambiguous", 1), ("notFound", 1)]
        m1 v4a: 2 attempts, 0 of 1 first tries, 0 ok, 0 rebased, 0 proposed, 0 refused, 1 conflicted, 1 failed, [("exact", 1)], [("overlap", 1)]
        m2 edit_file: 1 attempts, 1 of 1 first tries, 1 ok, 0 rebased, 1 proposed, 0 refused, 0 conflicted, 0 failed, [("exact", 1)], []
    "#]]).await;
    // An outcome that this version does not know is counted, but as nothing.
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    let odd = "UPDATE attempts SET outcome = 'odd', first_try = 7 WHERE dialect <> 'edit_file'";
    other.execute(odd, []).unwrap();
    check_stats(&store, expect![[r#"
         : 1 attempts, 0 of 1 first tries, 0 ok, 0 rebased, 0 proposed, 0 refused, 0 conflicted, 0 failed, [("", 1)], [("", 1)]
        m1 edit_file: 5 attempts, 2 of 3 first tries, 3 ok, 1 rebased, 0 proposed, 2 refused, 0 conflicted, 0 failed, [("exact", 2), ("indent", 1)], [("ambiguous", 1), ("notFound", 1)]
        m1 v4a: 2 attempts, 0 of 2 first tries, 0 ok, 0 rebased, 0 proposed, 0 refused, 0 conflicted, 0 failed, [("exact", 1)], [("overlap", 1)]
        m2 edit_file: 1 attempts, 1 of 1 first tries, 1 ok, 0 rebased, 1 proposed, 0 refused, 0 conflicted, 0 failed, [("exact", 1)], []
    "#]]).await;
}
