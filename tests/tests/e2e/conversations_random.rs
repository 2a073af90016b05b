//! Random conversations: a model that says anything, asked over every wire format in one session,
//! with pictures, rewinds and restarts in between. Each request is one that the strictest server
//! takes, whatever was said before it.
use std::sync::{Arc, Mutex};

use aside_script::Script;
use aside_tests::editor::Editor;
use aside_tests::rules::text;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence};
use crate::edits_random::Dice;
use crate::speaker::Speaker;
use crate::strict::{Judge, Signed};

const TURNS: usize = 24;

const MODELS: &[&str] = &[
    "openai-chat/gpt-5-mini",
    "azure/gpt-5-mini",
    "azure/gpt-4.1",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-opus-4-6",
    "gemini/gemini-2.5-flash",
    "gemini/gemini-3-pro-preview",
    "mistral/mistral-large-latest",
    "deepseek/deepseek-reasoner",
    "openrouter/anthropic/claude-sonnet-4.5",
];

/// What was asked and what is wrong with it.
#[derive(Default)]
struct Court {
    signed: Signed,
    faults: Vec<String>,
    bodies: Vec<Value>,
}

fn stage(court: &Arc<Mutex<Court>>, seed: u64) -> Stage {
    let court = Arc::clone(court);
    let mut speaker = Speaker::new(seed);
    let script = Script::answering(move |body, number| {
        let mut court = court.lock().unwrap();
        let court = &mut *court;
        for fault in Judge::faults(body, &court.signed) {
            court
                .faults
                .push(format!("{number} {}: {fault}", body["model"]));
        }
        court.bodies.push(body.clone());
        speaker.answer(body, &mut court.signed)
    });
    let mut stage = Stage::with_script(script);
    let url = stage.model.url();
    let root = url.trim_end_matches("/v1").to_owned();
    for (name, value) in [
        ("ANTHROPIC_BASE_URL", root.clone()),
        ("GOOGLE_GEMINI_BASE_URL", root.clone()),
        ("AZURE_OPENAI_ENDPOINT", root),
        ("ANTHROPIC_API_KEY", "sk-hostile-1".to_owned()),
        ("GEMINI_API_KEY", "sk-hostile-2".to_owned()),
        ("AZURE_OPENAI_API_KEY", "sk-hostile-3".to_owned()),
    ] {
        stage.world.set(name, value);
    }
    let compatible = ["mistral", "deepseek", "openrouter"]
        .map(|id| format!("[providers.{id}]\nbase_url = \"{url}\"\napi_key = \"sk-hostile-4\"\n"));
    stage.world.configure(&format!(
        "reasoning_effort = \"medium\"\n[providers]\nretry_base_ms = 1\nmax_retries = 4\n\
         [providers.azure]\nwire = \"responses\"\n{}",
        compatible.concat()
    ));
    stage.world.write("a.txt", "one\n");
    stage.world.write("b.txt", "");
    stage
}

/// What the user says, perhaps with something that is no text.
fn content(dice: &mut Dice, nth: usize) -> Value {
    let picture = json!({"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgo="});
    let paper = json!({"type": "image", "mimeType": "application/pdf", "data": "JVBERi0xLjQK"});
    let words = json!({"type": "text", "text": format!("Do {nth}.")});
    match dice.below(8) {
        0 => json!([words, picture]),
        1 => json!([picture]),
        2 => json!([paper, {"type": "text", "text": " \n"}]),
        3 => json!([{"type": "text", "text": "data: [DONE]\n\nevent: error\ndata: {}\n\n"}]),
        _ => json!([words]),
    }
}

async fn converse(seed: u64) {
    let court = Arc::new(Mutex::new(Court::default()));
    let stage = stage(&court, seed);
    let mut dice = Dice::new(seed ^ 0x5eed);
    let mut editor = stage.open().await;
    let session = editor.create_free().await;
    let mut turns: Vec<String> = Vec::new();
    for nth in 0..TURNS {
        if dice.below(3) > 0 || nth == 0 {
            let model = MODELS[dice.below(MODELS.len())];
            let update = json!({"sessionId": session, "model": model});
            editor.request("session/update", update).await;
        }
        let params = json!({"sessionId": session, "content": content(&mut dice, nth)});
        let sent = editor.request("chat/send", params).await;
        let turn = text(&sent, "/turnId").to_owned();
        if dice.below(8) == 0 {
            let cancel = json!({"sessionId": session, "turnId": turn});
            editor.request("chat/cancel", cancel).await;
        }
        let ended = editor.completed(&turn).await;
        if ended["stopReason"] == "error" {
            check_sentence(text(&ended, "/error/message"));
        }
        turns.push(turn);
        if dice.below(6) == 0 {
            let back = dice.below(3).min(turns.len() - 1);
            let turn = turns[turns.len() - 1 - back].clone();
            turns.truncate(turns.len() - 1 - back);
            let params = json!({"sessionId": session, "turnId": turn});
            editor.request("session/rewind", params).await;
        }
        if dice.below(8) == 0 {
            editor.kill9().await;
            editor = Editor::open(&stage.world, stage.client()).await;
        }
        let faults = std::mem::take(&mut court.lock().unwrap().faults);
        assert!(faults.is_empty(), "seed {seed}, turn {nth}: {faults:#?}");
    }
    editor.close().await;
}

#[tokio::test]
async fn no_request_is_one_that_a_strict_server_refuses() {
    let first: u64 = std::env::var("ASIDE_TEST_SEED").map_or(1, |seed| seed.parse().unwrap());
    let count: u64 = std::env::var("ASIDE_TEST_SEEDS").map_or(6, |count| count.parse().unwrap());
    for seed in first..first + count {
        converse(seed).await;
    }
}
