//! A folder with a database in it, rows to fill it, and child processes.
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use aside_store::{
    EditRow, EventRow, ItemRow, Opened, SessionRow, Store, StoreError, StoreOptions, TurnRow,
    Write, blob_hash,
};
use tempfile::TempDir;

/// Says to a test that it is the child, and names the folder.
pub const CHILD: &str = "ASIDE_STORE_TEST_CHILD";

/// How long a child may take to say something.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder for one test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        database(self.0.path())
    }

    pub fn server(&self, id: &str) -> Store {
        let opened = self.open(id).unwrap();
        assert_eq!(opened.moved_aside, None);
        opened.store
    }

    pub fn open(&self, id: &str) -> Result<Opened, StoreError> {
        self.open_within(id, Duration::from_secs(20))
    }

    pub fn open_within(&self, id: &str, busy_timeout: Duration) -> Result<Opened, StoreError> {
        Store::open(options(self.0.path(), id, busy_timeout))
    }

    /// The names of all files, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in [self.0.path().to_owned(), self.0.path().join("servers")] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_file() {
                    names.push(entry.file_name().into_string().unwrap());
                }
            }
        }
        names.sort();
        names
    }

    /// Runs the test of this name again, as a child process, which sees the folder in
    /// [`CHILD`]. `limit` is a shell command that comes first.
    pub fn child(&self, test: &str, limit: &str) -> Running {
        #[allow(
            clippy::disallowed_methods,
            reason = "the test runs itself, which needs no sandbox"
        )]
        let mut command = Command::new("sh");
        let mut child = command
            .arg("-c")
            .arg(format!("{limit} exec \"$0\" \"$@\""))
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(CHILD, self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, heard) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // The harness may have written the test's name before it on the same line.
                if let Some((_, rest)) = line.split_once('@')
                    && said.send(rest.trim_end().to_owned()).is_err()
                {
                    return;
                }
            }
        });
        Running {
            input: child.stdin.take().unwrap(),
            heard,
            child,
        }
    }
}

/// A child process, killed on drop.
pub struct Running {
    child: Child,
    input: ChildStdin,
    heard: mpsc::Receiver<String>,
}

impl Running {
    /// Waits for what the child says next with [`say`].
    pub fn hear(&mut self, prefix: &str) -> String {
        let line = self.heard.recv_timeout(PATIENCE).unwrap();
        let rest = line.strip_prefix(prefix);
        rest.unwrap_or_else(|| panic!("{line:?} is not {prefix:?}"))
            .trim_start()
            .to_owned()
    }

    pub fn tell(&mut self) {
        writeln!(self.input, "go on").unwrap();
    }

    /// Sends `SIGKILL`, waits for the end, and answers with what was said until then.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.heard.iter().collect()
    }

    pub fn wait(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder given to this process by its parent, if it is a child.
pub fn parent_folder() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// Says something to the parent.
pub fn say(prefix: &str, rest: impl std::fmt::Display) {
    println!("@{prefix} {rest}");
}

/// Waits until the parent tells this process to go on, or is gone.
pub fn wait_for_parent() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

pub fn database(folder: &Path) -> PathBuf {
    folder.join("data").join("aside.db")
}

pub fn options(folder: &Path, id: &str, busy_timeout: Duration) -> StoreOptions {
    StoreOptions {
        path: database(folder),
        server_id: id.to_owned(),
        servers_dir: folder.join("servers"),
        busy_timeout,
    }
}

pub fn session(id: &str) -> SessionRow {
    SessionRow {
        id: id.to_owned(),
        title: format!("Session {id}"),
        workspace_uri: "file:///w".to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        updated_at: "2026-01-01T00:00:00Z".to_owned(),
        model: "openai/m".to_owned(),
        agent: "default".to_owned(),
        permission_mode: "ask".to_owned(),
        status: "idle".to_owned(),
        usage: "{}".to_owned(),
        ..SessionRow::default()
    }
}

pub fn turn(session_id: &str, id: &str, status: &str) -> TurnRow {
    TurnRow {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        status: status.to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        usage: "{}".to_owned(),
        ..TurnRow::default()
    }
}

pub fn item(session_id: &str, turn_id: &str, id: &str, status: &str) -> ItemRow {
    ItemRow {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        turn_id: turn_id.to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        kind: "assistantMessage".to_owned(),
        status: status.to_owned(),
        json: format!("{{\"id\":\"{id}\"}}"),
        replay: None,
        first_seq: 1,
    }
}

pub fn event(session_id: &str, seq: i64) -> EventRow {
    EventRow {
        session_id: session_id.to_owned(),
        seq,
        json: format!("{{\"n\":{seq}}}"),
        ..EventRow::default()
    }
}

pub fn delta(session_id: &str, seq: i64, item_id: &str) -> EventRow {
    EventRow {
        item_id: Some(item_id.to_owned()),
        ..event(session_id, seq)
    }
}

pub fn edit(session_id: &str, id: &str, pre_image: Option<&str>) -> EditRow {
    EditRow {
        id: id.to_owned(),
        session_id: session_id.to_owned(),
        turn_id: "t".to_owned(),
        item_id: "i".to_owned(),
        created_at: "2026-01-01T00:00:00Z".to_owned(),
        path: "src/lib.rs".to_owned(),
        kind: "modify".to_owned(),
        status: "applied".to_owned(),
        base_hash: "00".to_owned(),
        pre_image: pre_image.map(str::to_owned),
        json: "{}".to_owned(),
        ..EditRow::default()
    }
}

/// A blob with its right hash.
pub fn blob(data: &[u8]) -> Write {
    Write::Blob {
        hash: blob_hash(data),
        data: data.to_vec(),
    }
}

/// Checks that something was not found, and what.
pub fn check_missing<T: std::fmt::Debug>(result: Result<T, StoreError>, expect: &str) {
    match result {
        Err(StoreError::NotFound { what, .. }) => assert_eq!(what, expect),
        other => panic!("{other:?}"),
    }
}

/// Checks that an argument was refused, and which.
pub fn check_invalid<T: std::fmt::Debug>(result: Result<T, StoreError>, expect: &str) {
    match result {
        Err(StoreError::Invalid { field, .. }) => assert_eq!(field, expect),
        other => panic!("{other:?}"),
    }
}

pub async fn create(store: &Store, ids: &[&str]) {
    let batch = ids.iter().map(|it| Write::CreateSession(session(it)));
    store.write(batch.collect()).await.unwrap();
}

pub fn ids(items: &[ItemRow]) -> Vec<&str> {
    items.iter().map(|it| it.id.as_str()).collect()
}
