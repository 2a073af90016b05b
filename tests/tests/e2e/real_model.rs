//! Turns against a real model, where one is given: it reads a file and edits it, over each wire
//! format that its server speaks.
use aside_tests::editor::Says;
use serde_json::{Value, json};

use crate::common::{Stage, tool_calls};

/// The base URL, with `/v1`, of a server that speaks these formats and calls tools.
const URL: &str = "ASIDE_TEST_MODEL_URL";
/// The name of its model, where it needs one.
const MODEL: &str = "ASIDE_TEST_MODEL";
/// A small model throws dice: so many times it may begin anew, each with a file of its own.
const FILES: [&str; 4] = ["colour.txt", "sky.txt", "flag.txt", "door.txt"];
const BEFORE: &str = "The secret colour is vermilion.\n";

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
    // A model that asks its user is to go on by itself.
    let mut client = stage.client();
    client.aside = json!({"elicitation": true});
    let declined = Says::Result(json!({"action": "decline"}));
    client.says.insert("chat/elicit", vec![declined]);
    let mut editor = stage.open_with(client).await;
    // On a small machine a model reads some ten tokens in a second.
    editor.patience *= 20;
    for name in FILES {
        let path = stage.world.write(name, BEFORE);
        editor.open_file(&path);
        let session = editor.create_free().await;
        let prompt = format!(
            "Read the file {name} with read_file. Then change vermilion to green in it with edit_file."
        );
        let turn = editor.turn(&session, &prompt).await;
        let calls = tool_calls(&editor.items(&session).await);
        editor.checked_events(&session);
        let is_done = |name: &str| {
            let done = |call: &Value| call["name"] == name && call["status"] == "completed";
            calls.iter().any(done)
        };
        let text = editor.buffer(&path);
        // Whether the edit is the right one is what `cargo xtask model` counts.
        if is_done("read_file") && is_done("edit_file") && text != BEFORE {
            editor.close().await;
            return;
        }
        eprintln!("{wire}, {name}: {text:?} {turn:#} {calls:#?}");
    }
    panic!("{wire}: the model read and edited none of {FILES:?}");
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
