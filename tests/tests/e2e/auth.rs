//! `aside auth`: keys are kept encrypted, used, listed and removed, and never seen.
use aside_script::{Reply, Script};
use aside_tests::process::{Finished, run};
use aside_tests::world::write_at;
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, say};

/// The key that is added here. Nothing in it looks like a key, so that only what knows it can
/// blot it out.
const KEY: &str = "quite-plain-words-4711";

/// A world without a key in its environment, whose encrypted file has a passphrase.
fn stage(script: Script) -> Stage {
    let mut stage = Stage::with_script(script);
    stage.world.unset("OPENAI_API_KEY");
    stage.world.set("ASIDE_PASSPHRASE", "open sesame");
    stage
}

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

async fn add(stage: &Stage, key: &str) -> Finished {
    run(&stage.world, &["auth", "add", "openai"], key).await
}

/// The entries of `aside auth list --json` as `provider kind source used`.
async fn list(stage: &Stage) -> Vec<String> {
    let done = aside(stage, &["auth", "list", "--json"])
        .await
        .expect_code(0);
    let rows: Vec<Value> = serde_json::from_str(&done.stdout).unwrap();
    let shown = rows.iter().map(|row| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let used = if row["used"] == true {
            "used"
        } else {
            "not used"
        };
        [text("provider"), text("kind"), text("source"), used.into()].join(" ")
    });
    shown.collect()
}

/// The key is in no file of the data and configuration folders.
#[track_caller]
fn check_hidden(stage: &Stage) {
    let mut files = stage.world.data_files();
    assert!(!files.is_empty());
    files.push(stage.world.config_dir().join("config.toml"));
    for file in files {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let found = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
        assert!(!found, "the key is in {}", file.display());
    }
}

#[track_caller]
fn check_silent(done: &Finished) {
    let said = format!("{}{}", done.stdout, done.stderr);
    assert!(!said.contains(KEY), "{said}");
    assert!(!said.contains("sesame"), "{said}");
}

#[tokio::test]
async fn an_added_key_is_sent_and_never_seen() {
    let mut stage = stage(Script::new([
        say("Hello."),
        Reply::error(401, &format!("Incorrect API key provided: {KEY}.")),
    ]));
    stage.world.set("ASIDE_LOG", "trace");
    assert_eq!(list(&stage).await, [""; 0]);
    let added = add(&stage, &format!("  {KEY}\r\nrest\n"))
        .await
        .expect_code(0);
    check_silent(&added);
    assert!(added.stdout.contains("keys.enc"), "{added:?}");
    assert!(added.stderr.contains("aside auth test openai"), "{added:?}");
    assert_eq!(list(&stage).await, ["openai key file used"]);

    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello.").await;
    editor.turn(&session, "Hello again.").await;
    let state = editor.close().await;
    let requests = stage.model.requests();
    let bearer = format!("Bearer {KEY}");
    for request in &requests {
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    }
    assert!(requests.len() >= 2);
    let seen = format!(
        "{:?}{:?}{}",
        state.events, state.notifications, state.stderr
    );
    assert!(!seen.contains(KEY), "the key was shown to the client");

    for arguments in [
        &["doctor"][..],
        &["doctor", "--settings"],
        &["models", "--providers"],
        &["auth", "list"],
        &["auth", "test", "openai"],
    ] {
        check_silent(&aside(&stage, arguments).await);
    }
    check_hidden(&stage);
}

#[tokio::test]
async fn a_running_server_takes_a_key_that_is_added_meanwhile() {
    let stage = stage(Script::new([say("One."), say("Two."), say("Three.")]));
    let editor = stage.open().await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "One?").await;
    add(&stage, KEY).await.expect_code(0);
    editor.turn(&session, "Two?").await;
    aside(&stage, &["auth", "remove", "openai"])
        .await
        .expect_code(0);
    editor.turn(&session, "Three?").await;
    editor.close().await;
    let sent: Vec<Option<String>> = stage
        .model
        .requests()
        .iter()
        .map(|request| request.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(sent, [None, Some(format!("Bearer {KEY}")), None]);
}

#[tokio::test]
async fn the_environment_comes_first() {
    let mut stage = stage(Script::new([say("Hello.")]));
    stage.world.set("OPENAI_API_KEY", "another-key-entirely");
    let added = add(&stage, KEY).await.expect_code(0);
    assert!(added.stderr.contains("OPENAI_API_KEY"), "{added:?}");
    assert_eq!(
        list(&stage).await,
        ["openai key environment used", "openai key file not used"]
    );
    aside(&stage, &["run", "Hello."]).await.expect_code(0);
    let request = &stage.model.requests()[0];
    let sent = request.header("authorization");
    assert_eq!(sent, Some("Bearer another-key-entirely"));
}

#[tokio::test]
async fn without_its_passphrase_nothing_is_opened_or_lost() {
    let mut stage = stage(Script::new([say("One."), say("Two.")]));
    add(&stage, KEY).await.expect_code(0);
    stage.world.set("ASIDE_PASSPHRASE", "open barley");
    for arguments in [&["auth", "add", "groq"][..], &["auth", "remove", "openai"]] {
        let done = run(&stage.world, arguments, "another-key").await;
        let done = done.expect_code(1);
        assert!(done.stderr.contains("does not open"), "{done:?}");
        assert!(!done.stderr.contains("barley"), "{done:?}");
    }
    stage.world.unset("ASIDE_PASSPHRASE");
    let done = aside(&stage, &["auth", "remove", "openai"])
        .await
        .expect_code(1);
    for part in [
        "ASIDE_PASSPHRASE",
        "ASIDE_PASSPHRASE_FILE",
        "keys.passphrase",
    ] {
        assert!(done.stderr.contains(part), "{done:?}");
    }
    let done = aside(&stage, &["auth", "test"]).await.expect_code(1);
    assert!(done.stderr.contains("keys.passphrase"), "{done:?}");
    // Who has a key can be told all the same.
    assert_eq!(list(&stage).await, ["openai key file used"]);
    // At an address of the user's own no key may be needed, so it goes on, and says why without.
    let done = aside(&stage, &["run", "One?"]).await.expect_code(0);
    assert!(done.stderr.contains("keys.passphrase"), "{done:?}");
    assert_eq!(stage.model.requests()[0].header("authorization"), None);
    // It is looked for in the configuration folder too, where others may not read it.
    let path = stage.world.config_dir().join("keys.passphrase");
    write_at(&path, "open sesame\n");
    set_mode(&path, 0o644);
    let done = aside(&stage, &["auth", "remove", "openai"]).await;
    assert!(done.stderr.contains("chmod 600"), "{done:?}");
    set_mode(&path, 0o600);
    aside(&stage, &["run", "Two?"]).await.expect_code(0);
    let bearer = format!("Bearer {KEY}");
    let request = &stage.model.requests()[1];
    assert_eq!(request.header("authorization"), Some(bearer.as_str()));
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_said_in_the_editor() {
    let mut stage = stage(Script::new([]));
    add(&stage, KEY).await.expect_code(0);
    stage.world.unset("OPENAI_BASE_URL");
    stage.world.unset("ASIDE_PASSPHRASE");
    let editor = stage.open().await;
    let params = json!({"content": [{"type": "text", "text": "Hello."}]});
    let error = editor.fail("chat/send", params).await;
    check_sentence(&error.message);
    assert!(error.message.contains("ASIDE_PASSPHRASE"), "{error:?}");
    editor.close().await;
}

#[tokio::test]
async fn a_removed_key_is_gone() {
    let stage = stage(Script::new([say("Hello.")]));
    add(&stage, KEY).await.expect_code(0);
    let removed = aside(&stage, &["auth", "remove", "openai"]).await;
    check_silent(&removed.expect_code(0));
    assert_eq!(list(&stage).await, [""; 0]);
    assert!(!stage.world.data_dir().join("keys.enc").exists());
    aside(&stage, &["auth", "remove", "openai"])
        .await
        .expect_code(2);
    aside(&stage, &["run", "Hello."]).await.expect_code(0);
    assert_eq!(stage.model.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn what_is_no_key_or_no_provider_is_refused() {
    let stage = stage(Script::new([]));
    for (input, part) in [
        ("", "empty"),
        (" \n", "empty"),
        ("sk-\u{1b}[A\n", "control character"),
        (&"k".repeat(10_000), "8 KiB"),
    ] {
        let done = add(&stage, input).await.expect_code(2);
        assert!(done.stderr.contains(part), "{done:?}");
    }
    let done = run(&stage.world, &["auth", "add", "nobody"], KEY).await;
    let done = done.expect_code(2);
    for part in ["nobody", "openai", "anthropic", "config.toml"] {
        assert!(done.stderr.contains(part), "{done:?}");
    }
    let arguments = ["auth", "add", "groq", "--token"];
    let done = run(&stage.world, &arguments, KEY).await.expect_code(2);
    assert!(done.stderr.contains("--token"), "{done:?}");
    assert!(!stage.world.data_dir().join("keys.enc").exists());

    // One that the settings name is known.
    let url = stage.model.url();
    let toml = format!("[providers.mine]\nbase_url = \"{url}\"\n");
    stage.world.configure(&toml);
    run(&stage.world, &["auth", "add", "mine"], KEY)
        .await
        .expect_code(0);
    let arguments = ["auth", "add", "anthropic", "--token"];
    run(&stage.world, &arguments, KEY).await.expect_code(0);
    assert_eq!(
        list(&stage).await,
        ["anthropic token file used", "mine key file used"]
    );
}

#[tokio::test]
async fn a_test_says_whether_the_key_works() {
    let works = stage(Script::new([]).models(["small", "large"]));
    add(&works, KEY).await.expect_code(0);
    let done = aside(&works, &["auth", "test", "openai"]).await;
    assert!(done.expect_code(0).stdout.contains("2 models"));
    let asked = works.model.other_requests();
    let bearer = format!("Bearer {KEY}");
    assert_eq!(asked[0].header("authorization"), Some(bearer.as_str()));
    let done = aside(&works, &["auth", "test", "openai", "--model", "large"]).await;
    assert!(done.expect_code(0).stdout.contains("large"));
    let done = aside(&works, &["auth", "test", "--model", "huge"]).await;
    assert!(done.expect_code(1).stderr.contains("huge"));

    let refused = Reply::error(401, &format!("Incorrect API key provided: {KEY}."));
    let refuses = stage(Script::new([]).models_reply(refused));
    add(&refuses, KEY).await.expect_code(0);
    let done = aside(&refuses, &["auth", "test"]).await.expect_code(1);
    check_silent(&done);
    assert!(done.stderr.contains("Incorrect API key"), "{done:?}");
    check_hidden(&refuses);
}

#[tokio::test]
async fn a_test_without_a_key_says_what_to_do() {
    let mut stage = stage(Script::new([]));
    stage.world.unset("OPENAI_BASE_URL");
    let done = aside(&stage, &["auth", "test", "openai"])
        .await
        .expect_code(1);
    assert!(done.stderr.contains("OPENAI_API_KEY"), "{done:?}");
}

#[tokio::test]
async fn only_the_keyring_will_do_and_there_is_none() {
    let stage = stage(Script::new([]));
    stage.world.configure("[keys]\nstore = \"keyring\"\n");
    let done = add(&stage, KEY).await.expect_code(1);
    assert!(done.stderr.contains("keys.store"), "{done:?}");
    assert!(!stage.world.data_dir().join("keys.enc").exists());
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
