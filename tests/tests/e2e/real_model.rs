//! A turn against a real model, where one is given.
use serde_json::json;

use crate::common::{Stage, tool_calls};

/// The base URL, with `/v1`, of a server that speaks Chat Completions and calls tools.
const URL: &str = "ASIDE_TEST_MODEL_URL";
/// The name of its model, where it needs one.
const MODEL: &str = "ASIDE_TEST_MODEL";

#[tokio::test]
async fn a_real_model_reads_a_file() {
    let Ok(url) = std::env::var(URL) else {
        eprintln!("not run: a_real_model_reads_a_file ({URL} is not set)");
        return;
    };
    let mut stage = Stage::new([]);
    stage.world.set("OPENAI_BASE_URL", url);
    let model = std::env::var(MODEL).unwrap_or_else(|_| "local".to_owned());
    stage.world.set("ASIDE_MODEL", format!("openai/{model}"));
    stage
        .world
        .write("colour.txt", "The secret colour is vermilion.\n");
    let mut editor = stage.open().await;
    // On a small machine a model reads some ten tokens in a second.
    editor.patience *= 10;
    let session = editor.create_free().await;
    let prompt = "Use the read_file tool to read colour.txt, then tell me the secret colour.";
    let turn = editor.turn(&session, prompt).await;
    let items = editor.items(&session).await;
    eprintln!("{items:#?}");
    assert_eq!(turn["stopReason"], json!("endTurn"), "{turn:#}");
    let calls = tool_calls(&items);
    assert!(
        calls
            .iter()
            .any(|call| call["name"] == "read_file" && call["status"] == "completed"),
        "{calls:#?}"
    );
    let said = items.last().unwrap()["text"].as_str().unwrap_or_default();
    assert!(said.to_lowercase().contains("vermilion"), "{said}");
    editor.checked_events(&session);
    editor.close().await;
}
