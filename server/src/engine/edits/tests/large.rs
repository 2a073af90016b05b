//! Large texts.
use aside_agent::host::Target;
use aside_protocol::EditResolveParams;

use super::bench::Bench;
use crate::engine::limits::MAX_SHOWN_EDITS_BYTES;

#[tokio::test]
async fn a_list_holds_the_newest_edits_that_fit() {
    let bench = Bench::new(&[]).await;
    let turn = bench.turn().await;
    let large = |letter: &str| Target::Text(letter.repeat(MAX_SHOWN_EDITS_BYTES / 5 * 2).into());
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(bench.edit(&turn, name, large(name)).await);
    }
    let listed = bench.list().await;
    let listed: Vec<&str> = listed.iter().map(|edit| edit.id.as_str()).collect();
    assert_eq!(listed, ids[1..]);
    // What is not listed is meant all the same.
    let all = EditResolveParams {
        session_id: Some(bench.session.clone()),
        ..Default::default()
    };
    assert_eq!(bench.accept(all).await, "accepted accepted accepted");
}
