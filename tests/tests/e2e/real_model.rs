//! Turns against a real model, where one is given: it reads a file and edits it, over each wire
//! format that its server speaks.
use serde_json::{Value, json};

use crate::common::{Stage, tool_calls};

/// The base URL, with `/v1`, of a server that speaks these formats and calls tools.
const URL: &str = "ASIDE_TEST_MODEL_URL";
/// The name of its model, where it needs one.
const MODEL: &str = "ASIDE_TEST_MODEL";
/// A small model throws dice: so many times it may begin anew.
const TRIES: usize = 4;
const BEFORE: &str = "The secret colour is vermilion.\n";
const AFTER: &str = "The secret colour is green.\n";
const PROMPT: &str = "Read the file with the path colour.txt, exactly so, with read_file. Then change \
    vermilion to green in it with edit_file.";

/// Sessions at a server that speaks `wire`, until the model has read the file and edited it.
async fn check(wire: &str) {
    let Ok(url) = std::env::var(URL) else {
        eprintln!("not run: a real model over {wire} ({URL} is not set)");
        return;
    };
    let base_url = match wire {
        "messages" => url.trim_end_matches("/v1"),
        _ => url.as_str(),
    };
    let mut stage = Stage::new([]);
    // A model that goes on and on after its edit is stopped.
    stage.world.configure(&format!(
        "[providers.real]\nbase_url = {}\nwire = {}\n[turn]\nmax_iterations = 6\n",
        json!(base_url),
        json!(wire),
    ));
    let model = std::env::var(MODEL).unwrap_or_else(|_| "local".to_owned());
    stage.world.set("ASIDE_MODEL", format!("real/{model}"));
    stage.world.write("colour.txt", BEFORE);
    let mut editor = stage.open().await;
    // On a small machine a model reads some ten tokens in a second.
    editor.patience *= 20;
    for attempt in 1..=TRIES {
        stage.world.write("colour.txt", BEFORE);
        let session = editor.create_free().await;
        let turn = editor.turn(&session, PROMPT).await;
        let calls = tool_calls(&editor.items(&session).await);
        editor.checked_events(&session);
        let is_done = |name: &str| {
            let done = |call: &Value| call["name"] == name && call["status"] == "completed";
            calls.iter().any(done)
        };
        let text = stage.world.read("colour.txt");
        if is_done("read_file") && is_done("edit_file") && text == AFTER {
            editor.close().await;
            return;
        }
        eprintln!("{wire}, try {attempt}: {text:?} {turn:#} {calls:#?}");
    }
    panic!("{wire}: the model did not read and edit the file in {TRIES} tries");
}

#[tokio::test]
async fn a_real_model_reads_and_edits_over_chat_completions() {
    check("chat").await;
}

#[tokio::test]
async fn a_real_model_reads_and_edits_over_responses() {
    check("responses").await;
}

#[tokio::test]
async fn a_real_model_reads_and_edits_over_messages() {
    check("messages").await;
}
