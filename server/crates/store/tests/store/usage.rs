//! What requests used: sums by day and model, and what becomes of them.
use aside_store::{Store, UsageRow, Write};
use expect_test::{Expect, expect};

use crate::support::{Folder, check_missing, create};

fn row(session: &str, at: &str, model: &str, input: i64, cost: Option<f64>) -> Write {
    Write::Usage(UsageRow {
        session_id: session.to_owned(),
        turn_id: Some("t".to_owned()),
        created_at: at.to_owned(),
        model: model.to_owned(),
        purpose: "turn".to_owned(),
        input_tokens: input,
        cached_input_tokens: input / 2,
        cache_write_tokens: 1,
        output_tokens: 10,
        reasoning_tokens: 5,
        estimated: cost.is_none(),
        cost_usd: cost,
    })
}

async fn check(store: &Store, session: Option<&str>, since: Option<&str>, expect: Expect) {
    expect.assert_eq(&lines(store, session, since).await);
}

async fn lines(store: &Store, session: Option<&str>, since: Option<&str>) -> String {
    let sums = store.usage(session.map(str::to_owned), since.map(str::to_owned));
    sums.await
        .unwrap()
        .iter()
        .map(|it| {
            let sum = &it.sum;
            format!(
                "{} {} x{}: {} ({} read, {} written) {} ({}) {:?}{}\n",
                it.day,
                sum.model,
                it.requests,
                sum.input_tokens,
                sum.cached_input_tokens,
                sum.cache_write_tokens,
                sum.output_tokens,
                sum.reasoning_tokens,
                sum.cost_usd,
                if sum.estimated { " estimated" } else { "" }
            )
        })
        .collect()
}

#[tokio::test]
async fn usage_is_summed_by_day_and_model_and_outlives_its_session() {
    let folder = Folder::new();
    let store = folder.server("me");
    create(&store, &["a", "b"]).await;
    let writes = vec![
        row("a", "2026-01-01T10:00:00Z", "x/m", 100, Some(0.25)),
        row("a", "2026-01-01T23:59:59Z", "x/m", 100, Some(0.5)),
        row("b", "2026-01-01T12:00:00Z", "y/m", 7, None),
        row("b", "2026-01-02T00:00:00Z", "y/m", 7, Some(1.0)),
        row("b", "2026-01-02T00:00:01Z", "y/m", 7, None),
    ];
    store.write(writes).await.unwrap();
    let before = lines(&store, None, None).await;
    let all = expect![[r#"
        2026-01-02 y/m x2: 14 (6 read, 2 written) 20 (10) None estimated
        2026-01-01 x/m x2: 200 (100 read, 2 written) 20 (10) Some(0.75)
        2026-01-01 y/m x1: 7 (3 read, 1 written) 10 (5) None estimated
    "#]];
    check(&store, None, None, all).await;
    check(
        &store,
        Some("a"),
        None,
        expect![[r#"
            2026-01-01 x/m x2: 200 (100 read, 2 written) 20 (10) Some(0.75)
        "#]],
    )
    .await;
    check(
        &store,
        Some("b"),
        Some("2026-01-02"),
        expect![[r#"
            2026-01-02 y/m x2: 14 (6 read, 2 written) 20 (10) None estimated
        "#]],
    )
    .await;
    check(&store, Some("c"), None, expect![""]).await;
    store.delete_session("a").await.unwrap();
    assert_eq!(lines(&store, None, None).await, before);
    let nowhere = row("c", "2026-01-01T10:00:00Z", "x/m", 1, None);
    check_missing(store.write(vec![nowhere]).await, "session");
}
