//! `aside sessions`, `aside doctor` and `aside demo`.
use aside_tests::process::{Finished, run};
use aside_tests::world::SECRET;
use serde_json::json;

use crate::common::{Stage, edit, say};

async fn aside(stage: &Stage, arguments: &[&str]) -> Finished {
    run(&stage.world, arguments, "").await
}

#[tokio::test]
async fn sessions_are_listed_shown_and_deleted() {
    let stage = Stage::new([edit("call-1", "a.txt", "one", "two"), say("It is done.")]);
    stage.world.write("a.txt", "one\n");
    let editor = stage.open().await;
    let session = editor
        .create(json!({"permissionMode": "acceptEdits"}))
        .await;
    editor.turn(&session, "Make it say two.").await;
    editor.close().await;

    let list = aside(&stage, &["sessions", "list"]).await.expect_code(0);
    assert!(list.stdout.contains(&session), "{}", list.stdout);
    assert!(list.stdout.contains("Make it say two."), "{}", list.stdout);
    let show = aside(&stage, &["sessions", "show", &session])
        .await
        .expect_code(0);
    for part in ["Make it say two.", "It is done.", "a.txt"] {
        assert!(
            show.stdout.contains(part),
            "{part:?} is not in {}",
            show.stdout
        );
    }
    aside(&stage, &["sessions", "delete", &session])
        .await
        .expect_code(0);
    let list = aside(&stage, &["sessions", "list"]).await.expect_code(0);
    assert!(!list.stdout.contains(&session), "{}", list.stdout);
    for command in ["show", "delete"] {
        let gone = aside(&stage, &["sessions", command, &session])
            .await
            .expect_code(2);
        assert!(gone.stderr.contains(&session), "{}", gone.stderr);
    }
}

#[tokio::test]
async fn an_empty_list_is_no_failure() {
    let stage = Stage::new([]);
    aside(&stage, &["sessions", "list"]).await.expect_code(0);
}

#[tokio::test]
async fn the_doctor_says_what_is_well() {
    let stage = Stage::new([]);
    let done = aside(&stage, &["doctor"]).await.expect_code(0);
    for part in ["openai/scripted", &stage.model.url(), "ASIDE_MODEL"] {
        assert!(
            done.stdout.contains(part),
            "{part:?} is not in {}",
            done.stdout
        );
    }
    let data = stage.world.data_dir();
    assert!(
        done.stdout.contains(data.to_str().unwrap()),
        "{}",
        done.stdout
    );
    assert!(!done.stdout.contains(SECRET), "{}", done.stdout);
}

#[tokio::test]
async fn the_doctor_says_what_to_do() {
    let mut stage = Stage::new([]);
    stage.world.unset("OPENAI_API_KEY");
    stage.world.unset("OPENAI_BASE_URL");
    let done = aside(&stage, &["doctor"]).await;
    assert!(done.stdout.contains("OPENAI_API_KEY"), "{done:?}");

    stage.world.set("OPENAI_API_KEY", SECRET);
    stage.world.set("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
    let done = aside(&stage, &["doctor"]).await;
    assert!(done.stdout.contains("127.0.0.1:9"), "{done:?}");
    assert!(done.stdout.contains("OPENAI_BASE_URL"), "{done:?}");
    assert!(!done.stdout.contains(SECRET), "{done:?}");
}

#[tokio::test]
async fn the_doctor_knows_the_editors_seen_last() {
    let stage = Stage::new([]);
    stage.open().await.close().await;
    let editor = stage.open().await;
    editor.create(json!({})).await;
    editor.close().await;
    let done = aside(&stage, &["doctor"]).await.expect_code(0);
    assert!(done.stdout.contains("aside-tests"), "{}", done.stdout);
}

#[tokio::test]
async fn the_doctor_lists_every_setting_with_its_default() {
    let stage = Stage::new([]);
    stage.world.configure("[permission]\ntimeout_s = 17\n");
    let done = aside(&stage, &["doctor", "--settings"])
        .await
        .expect_code(0);
    let line = |name: &str| {
        let found = done.stdout.lines().find(|line| line.contains(name));
        found.unwrap_or_else(|| panic!("{name} is not in {}", done.stdout))
    };
    let timeout = line("permission.timeout_s");
    assert!(
        timeout.contains("600") && timeout.contains("17"),
        "{timeout}"
    );
}

#[tokio::test]
async fn a_settings_file_that_is_wrong_is_said() {
    for toml in ["permission = ", "[permission]\ntimeout_s = \"soon\"\n"] {
        let stage = Stage::new([say("Hello.")]);
        stage.world.configure(toml);
        let done = aside(&stage, &["doctor"]).await;
        let said = done.stdout + &done.stderr;
        assert!(said.contains("config.toml"), "{said}");
        // An editor's server must start all the same, or the user sees nothing.
        let editor = stage.open().await;
        editor.is_alive().await;
        editor.close().await;
    }
}

#[tokio::test]
async fn the_demo_needs_no_key_and_no_network() {
    let mut stage = Stage::new([]);
    for name in ["OPENAI_API_KEY", "OPENAI_BASE_URL", "ASIDE_MODEL"] {
        stage.world.unset(name);
    }
    let done = aside(&stage, &["demo"]).await.expect_code(0);
    let said = done.stdout.to_lowercase();
    for part in [
        "recording",
        "read leap.sh",
        "edit leap.sh",
        "\n  -if [",
        "\n  +if [",
        "openai_api_key",
    ] {
        assert!(said.contains(part), "{part:?} is not in {}", done.stdout);
    }
    // It works in a place of its own and leaves the user's alone.
    assert_eq!(
        std::fs::read_dir(stage.world.workspace()).unwrap().count(),
        0
    );
    assert!(
        stage.world.data_files().is_empty(),
        "{:?}",
        stage.world.data_files()
    );
}

#[tokio::test]
async fn version_and_help() {
    let stage = Stage::new([]);
    let version = aside(&stage, &["--version"]).await.expect_code(0);
    assert!(version.stdout.starts_with("aside "), "{}", version.stdout);
    let help = aside(&stage, &["--help"]).await.expect_code(0);
    for command in ["lsp", "run", "sessions", "doctor", "demo"] {
        assert!(help.stdout.contains(command), "{}", help.stdout);
    }
}
