//! A full disk, a database that another holds, is broken, or was made by a later version.
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use aside_script::Reply;
use aside_tests::editor::Editor;
use aside_tests::process::{binary, settle};
use serde_json::{Value, json};

use crate::common::{Stage, check_sentence, say};

/// A server that can make no file larger than this, in bytes: as on a full disk, a write fails.
async fn open_limited(stage: &Stage, limit: u64) -> Editor {
    const BLOCK: u64 = 512;
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" lsp", limit / BLOCK);
    let mut command = tokio::process::Command::new("sh");
    command.arg("-c").arg(script).arg(binary());
    settle(&mut command, &stage.world);
    Editor::open_command(command, stage.client()).await
}

#[tokio::test]
async fn a_full_disk_is_said_and_the_server_lives() {
    const LIMIT: u64 = 512 * 1024;
    let large = "x".repeat(2 * 1024 * 1024);
    let stage = Stage::new([say("Hello."), Reply::say(large.clone()), say("Again.")]);
    let editor = open_limited(&stage, LIMIT).await;
    let session = editor.create(json!({"title": "Kept"})).await;
    editor.turn(&session, "Hello?").await;
    let before = editor.items(&session).await;

    let content = json!([{"type": "text", "text": large[..768 * 1024]}]);
    let params = json!({"sessionId": session, "content": content});
    match editor.try_request("chat/send", params).await {
        Err(error) => {
            assert_eq!(error.kind(), "storage", "{error:?}");
            check_sentence(&error.message);
        }
        Ok(sent) => {
            let turn = editor.completed(sent["turnId"].as_str().unwrap()).await;
            assert_eq!(turn["error"]["code"], "storage", "{turn:#}");
        }
    }
    editor.is_alive().await;
    let after = editor.items(&session).await;
    assert_eq!(
        after[..before.len()],
        before[..],
        "what was stored is as before"
    );
    editor.close().await;

    // With room again, the session goes on.
    let editor = stage.open().await;
    let list = editor.request("session/list", json!({})).await;
    assert_eq!(list["sessions"][0]["title"], "Kept");
    editor.turn(&session, "Again?").await;
    editor.close().await;
}

#[tokio::test]
async fn an_answer_that_fills_the_disk_ends_the_turn() {
    const LIMIT: u64 = 512 * 1024;
    let pieces = vec!["y".repeat(4096); 512];
    let stage = Stage::new([Reply::new().texts(pieces).finish("stop"), say("Again.")]);
    let editor = open_limited(&stage, LIMIT).await;
    let session = editor.create(json!({})).await;
    let sent = editor.prompt(Some(&session), "Talk.").await;
    let turn = editor.completed(&sent.turn).await;
    assert_eq!(
        (&turn["stopReason"], &turn["error"]["code"]),
        (&json!("error"), &json!("storage")),
        "{turn:#}"
    );
    editor.is_alive().await;
    editor.close().await;
    let editor = stage.open().await;
    editor.turn(&session, "Again?").await;
    editor.close().await;
}

/// Makes a database with one session and ends the server.
async fn made(stage: &Stage) -> (String, PathBuf) {
    let editor = stage.open().await;
    let session = editor.create(json!({"title": "Old"})).await;
    editor.turn(&session, "Hello?").await;
    editor.close().await;
    (session, stage.world.database())
}

/// The message by which the client is told that something is wrong.
async fn wait_told(editor: &Editor) -> String {
    let what = "a message for the user";
    let told = editor
        .wait(what, |state| {
            let shown = state
                .notifications
                .iter()
                .find(|message| message["method"] == "window/showMessage")
                .map(|message| message["params"]["message"].clone());
            shown.or_else(|| {
                let notice = |event: &&Value| event["event"]["type"] == "notice";
                let found = state.events.iter().find(notice);
                found.map(|event| event["event"]["message"].clone())
            })
        })
        .await;
    told.as_str().unwrap().to_owned()
}

async fn check_moved_aside(stage: &Stage, database: &Path, broken: &[u8]) {
    let editor = stage.open().await;
    let list = editor.request("session/list", json!({})).await;
    assert_eq!(list["sessions"], json!([]));
    let told = wait_told(&editor).await;
    check_sentence(&told);
    let session = editor.create(json!({})).await;
    let turn = editor.turn(&session, "Again?").await;
    assert_eq!(turn["stopReason"], "endTurn");
    editor.close().await;
    let kept = stage
        .world
        .data_files()
        .into_iter()
        .filter(|path| path != database)
        .find(|path| std::fs::read(path).is_ok_and(|bytes| bytes == broken));
    let kept = kept.expect("the broken database is kept");
    let name = kept.file_name().unwrap().to_str().unwrap();
    assert!(told.contains(name), "{told:?} does not name {name}");
}

#[tokio::test]
async fn a_broken_database_is_moved_aside_and_said() {
    let stage = Stage::new([say("Hello."), say("Again.")]);
    let (_, database) = made(&stage).await;
    let broken = b"This is no database. ".repeat(1000);
    for side in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{side}", database.display()));
    }
    std::fs::write(&database, &broken).unwrap();
    check_moved_aside(&stage, &database, &broken).await;
}

#[tokio::test]
async fn a_database_with_a_torn_page_is_moved_aside_and_said() {
    let stage = Stage::new([say("Hello."), say("Again.")]);
    let (_, database) = made(&stage).await;
    for side in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{side}", database.display()));
    }
    // The header is whole, the rest is not.
    let mut broken = std::fs::read(&database).unwrap();
    for byte in &mut broken[100..] {
        *byte = 0xA5;
    }
    std::fs::write(&database, &broken).unwrap();
    check_moved_aside(&stage, &database, &broken).await;
}

/// Takes the lock that SQLite's writers take, as another process that is in a transaction.
struct WriteLock {
    file: File,
}

impl WriteLock {
    /// Where SQLite's write-ahead-log index keeps the lock of its one writer.
    const WRITER: i64 = 120;

    fn take(database: &Path) -> Self {
        let index = format!("{}-shm", database.display());
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(index)
            .expect("the index");
        set_lock(&file, libc::F_WRLCK);
        Self { file }
    }

    fn release(self) {
        set_lock(&self.file, libc::F_UNLCK);
    }
}

#[allow(unsafe_code, reason = "the standard library locks no parts of files")]
fn set_lock(file: &File, kind: libc::c_int) {
    let lock = libc::flock {
        l_type: libc::c_short::try_from(kind).unwrap(),
        l_whence: 0,
        l_start: WriteLock::WRITER,
        l_len: 1,
        l_pid: 0,
    };
    // SAFETY: `fcntl` reads the struct, which outlives the call, and keeps nothing of it.
    let result = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLKW, &raw const lock) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

#[tokio::test]
async fn a_locked_database_is_said_and_works_when_it_is_free() {
    let stage = Stage::new([say("Hello."), say("Again.")]);
    let client = stage.client_with(json!({"storage": {"busy_timeout_ms": 1_000}}));
    let editor = stage.open_with(client).await;
    let session = editor.create(json!({})).await;
    editor.turn(&session, "Hello?").await;
    let lock = WriteLock::take(&stage.world.database());
    let error = editor.fail("session/create", json!({})).await;
    assert!(["storage", "busy"].contains(&error.kind()), "{error:?}");
    check_sentence(&error.message);
    let list = editor.request("session/list", json!({})).await;
    assert_eq!(
        list["sessions"].as_array().unwrap().len(),
        1,
        "reading goes on"
    );
    lock.release();
    let turn = editor.turn(&session, "Again?").await;
    assert_eq!(turn["stopReason"], "endTurn");
    editor.close().await;
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_made() {
    let mut stage = Stage::new([]);
    stage.world.write("file", "in the way\n");
    stage
        .world
        .set("ASIDE_DATA_DIR", stage.world.path("file/below"));
    let editor = stage.open().await;
    let error = editor.fail("session/create", json!({})).await;
    assert_eq!(error.kind(), "storage", "{error:?}");
    check_sentence(&error.message);
    let error = editor.fail("session/list", json!({})).await;
    assert_eq!(error.kind(), "storage", "{error:?}");
    editor.close().await;
}
