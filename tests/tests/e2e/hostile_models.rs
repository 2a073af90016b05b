//! Servers that repeat the key, in every place where their words are read: it reaches neither
//! the shell nor an event nor the disk.
use aside_script::{Reply, Script};
use aside_tests::process::run;
use aside_tests::world::SECRET;
use serde_json::json;

use crate::common::Stage;

/// A piece of the key that nothing else has.
const PIECE: &str = "9a27e0b84d";

/// The key as JSON may hold it, each letter escaped.
fn escaped() -> String {
    let letters = SECRET.chars().map(|c| format!("\\u{:04x}", u32::from(c)));
    letters.collect()
}

/// Replies that hold the key.
fn replies() -> Vec<Reply> {
    let escaped = escaped();
    let filler = "x".repeat(580);
    let event = |data: String| Reply::raw_stream().raw(format!("data: {data}\n\n"));
    let error = |words: &str| format!(r#"{{"error": {{"message": "{words}"}}}}"#);
    let json = |status: u16, body: String| Reply::body(status, "application/json", body);
    vec![
        Reply::error(401, &format!("Wrong key {SECRET}.")),
        json(400, error(&escaped)),
        json(400, error(&format!("{filler} {escaped}"))),
        json(
            500,
            format!(r#"{{"error": {{"message": "No."}}, "request_id": "{escaped}"}}"#),
        ),
        Reply::body(400, "text/plain", format!("{filler}{SECRET}")),
        Reply::body(200, "text/html", format!("<title>{SECRET}</title>")),
        Reply::body(307, "text/plain", "").header("location", &format!("http://test/{SECRET}")),
        Reply::error(429, "Slow down.")
            .header("x-request-id", &format!("{}{SECRET}", "r".repeat(115)))
            .header("retry-after", SECRET),
        event(error(&escaped)),
        event(format!("{} {SECRET}", "y".repeat(185))),
        event(json!({"choices": SECRET}).to_string()),
        event(
            json!({"choices": [{"delta": {"content": "a"}, "finish_reason": "content_filter",
            "content_filter_results": {(SECRET): {"filtered": true}}}]})
            .to_string(),
        ),
    ]
}

#[tokio::test]
async fn a_key_that_servers_repeat_is_seen_nowhere() {
    for reply in replies() {
        let shown = format!("{reply:.200?}");
        let answer = reply.clone();
        let list = json!({"data": [{"id": SECRET}, {"id": "fine"}]});
        let script = Script::answering(move |_, _| answer.clone());
        let script = script.models_reply(Reply::json(200, &list));
        let mut stage = Stage::with_script(script);
        stage.world.set("ASIDE_LOG", "trace");
        let commands: [&[&str]; 5] = [
            &["run", "--json", "Talk."],
            &["run", "Talk."],
            &["models", "--json"],
            &["doctor"],
            &["auth", "test", "openai"],
        ];
        for arguments in commands {
            let done = run(&stage.world, arguments, "").await;
            for text in [&done.stdout, &done.stderr] {
                assert!(!text.contains(PIECE), "{shown} {arguments:?}: {text}");
            }
        }
        for path in stage.world.data_files() {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(PIECE), "{shown} {}", path.display());
        }
        assert!(!stage.requests().is_empty(), "{shown}");
    }
}
