//! A workspace on disk, with an engine, a session, and edits as a turn makes them.
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aside_agent::event::NoticeLevel;
use aside_agent::host::{FileChange, Files, PermissionOutcome, Target};
use aside_agent::item::{Item, ItemBody, ItemRecord};
use aside_protocol::{
    EditListParams, EditResolveParams, Event, FileEdit, SessionCreateParams, SessionRewindParams,
};
use aside_store::{TurnRow, Write};
use futures_util::future::BoxFuture;

use crate::clock;
use crate::engine::edits::stored::{self, Phase};
use crate::engine::error::EngineError;
use crate::engine::front::{Front, Published, Question};
use crate::engine::{Engine, Workspace};
use crate::host::{DiskFiles, Roots};
use crate::settings::{Dirs, Settings};

struct TestFront {
    files: Arc<dyn Files>,
    events: Mutex<Vec<Event>>,
}

impl Front for TestFront {
    fn wants_foreign_events(&self) -> bool {
        false
    }

    fn publish(&self, event: Published) -> BoxFuture<'_, ()> {
        self.events.lock().unwrap().push(event.event);
        Box::pin(std::future::ready(()))
    }

    fn relay(&self, _: String) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    fn ask(&self, _: Question) -> BoxFuture<'_, PermissionOutcome> {
        Box::pin(std::future::ready(PermissionOutcome::Expired))
    }

    fn tell(&self, _: NoticeLevel, _: &str) {}
}

pub struct Bench {
    pub engine: Arc<Engine>,
    pub session: String,
    root: PathBuf,
    front: Arc<TestFront>,
    _dir: tempfile::TempDir,
}

impl Bench {
    /// A workspace with these files on disk.
    pub async fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("project");
        std::fs::create_dir(&root).unwrap();
        let disk = DiskFiles::new(Roots::new([root.clone()]), 16 << 20);
        let bench = Self::with(dir, root, Arc::new(disk)).await;
        for (name, text) in files {
            bench.write(name, text);
        }
        bench
    }

    /// A workspace whose files are a host's.
    pub async fn on(files: Arc<dyn Files>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_owned();
        Self::with(dir, root, files).await
    }

    async fn with(dir: tempfile::TempDir, root: PathBuf, files: Arc<dyn Files>) -> Self {
        let environment = BTreeMap::from([
            ("ASIDE_DATA_DIR", dir.path().join("data")),
            ("ASIDE_CONFIG_DIR", dir.path().join("config")),
        ]);
        let environment = environment
            .into_iter()
            .map(|(name, path)| (name.to_owned(), path.display().to_string()))
            .collect();
        let workspace = Workspace::new(&root, &Dirs::new(&environment));
        let front = Arc::new(TestFront {
            files,
            events: Mutex::default(),
        });
        let settings = Arc::new(Settings::default());
        let engine = Engine::new(workspace, settings, Arc::clone(&front) as _);
        let session = engine.create(SessionCreateParams::default()).await.unwrap();
        Self {
            session: session.id,
            engine,
            root,
            front,
            _dir: dir,
        }
    }

    /// Another server on the same workspace, as after a restart.
    pub async fn restart(&mut self) {
        self.engine.close().await;
        let workspace = self.engine.workspace().clone();
        let settings = self.engine.settings();
        self.engine = Engine::new(workspace, settings, Arc::clone(&self.front) as _);
    }

    #[allow(clippy::disallowed_methods, reason = "plays the user")]
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.root.join(name), text).unwrap();
    }

    #[allow(clippy::disallowed_methods, reason = "plays the user")]
    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.root.join(name)).unwrap();
    }

    #[allow(clippy::disallowed_methods, reason = "plays the user")]
    pub fn replace_by_folder(&self, name: &str) {
        self.remove(name);
        std::fs::create_dir(self.root.join(name)).unwrap();
    }

    /// What a file holds; `-` where there is none.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root.join(name)).unwrap_or_else(|_| "-".to_owned())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A turn that has ended, with a message.
    pub async fn turn(&self) -> String {
        let id = clock::new_id();
        let store = self.engine.store().await.unwrap();
        let turn = TurnRow {
            id: id.clone(),
            session_id: self.session.clone(),
            status: "completed".to_owned(),
            created_at: clock::now(),
            usage: "{}".to_owned(),
            ..TurnRow::default()
        };
        let record = ItemRecord {
            item: item(&id),
            replay: None,
        };
        let count = store
            .get_session(self.session.as_str())
            .await
            .unwrap()
            .turn_count;
        store
            .write(vec![
                Write::UpsertTurn(turn),
                Write::UpsertItem(crate::wire::item_row(&self.session, &record, 0)),
                Write::UpdateSession {
                    id: self.session.clone(),
                    patch: aside_store::SessionPatch {
                        turn_count: Some(count + 1),
                        ..Default::default()
                    },
                },
            ])
            .await
            .unwrap();
        id
    }

    pub async fn change(&self, name: &str, target: Target) -> FileChange {
        let files = self.front.files();
        let path = files.resolve(name).unwrap();
        let base = files.read_text(&path).await.unwrap();
        let mut change = FileChange::text(base, Arc::from(""), format!("Edit {name}"));
        change.target = target;
        change.meant = change.new_text();
        change
    }

    pub fn moved(&self, name: &str, text: &str) -> Target {
        Target::Moved {
            to: self.front.files().resolve(name).unwrap(),
            text: Arc::from(text),
        }
    }

    /// Stores an edit in a phase.
    pub async fn store(&self, turn: &str, change: &FileChange, phase: Phase) -> String {
        let id = clock::new_id();
        let (mut row, mut edit) = stored::acting(&id, &self.session, &item(turn), change);
        edit.phase = phase;
        edit.proposed = phase == Phase::Proposed;
        edit.write_to(&mut row);
        let store = self.engine.store().await.unwrap();
        store.write(stored::writes(&row, change)).await.unwrap();
        id
    }

    /// An edit that is made.
    pub async fn edit(&self, turn: &str, name: &str, target: Target) -> String {
        let change = self.change(name, target).await;
        let files = self.front.files();
        let applied = files.apply(&change).await.unwrap();
        let id = self.store(turn, &change, Phase::Made).await;
        let store = self.engine.store().await.unwrap();
        let row = store.get_edit(id.as_str()).await.unwrap();
        self.engine.revisions.remember(&row, applied.revision);
        id
    }

    pub async fn text(&self, turn: &str, name: &str, text: &str) -> String {
        self.edit(turn, name, Target::Text(Arc::from(text))).await
    }

    /// An edit that is only proposed.
    pub async fn propose(&self, turn: &str, name: &str, target: Target) -> String {
        let change = self.change(name, target).await;
        self.store(turn, &change, Phase::Proposed).await
    }

    pub async fn list(&self) -> Vec<FileEdit> {
        let list = self.engine.edit_list(EditListParams::default()).await;
        list.unwrap().edits
    }

    /// All edits, one a line: status and hunks where they are now.
    pub async fn shown(&self) -> String {
        let mut out = String::new();
        for edit in self.list().await {
            let name = edit
                .uri
                .as_str()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            let _ = write!(out, "{name} {}", crate::wire::name_of(&edit.status));
            for hunk in &edit.hunks {
                let _ = write!(
                    out,
                    "; {} {}-{} {:?} > {}-{} {:?}",
                    crate::wire::name_of(&hunk.status),
                    hunk.old_range.start.line,
                    hunk.old_range.end.line,
                    hunk.old_text,
                    hunk.new_range.start.line,
                    hunk.new_range.end.line,
                    hunk.new_text,
                );
            }
            out.push('\n');
        }
        out
    }

    pub async fn accept(&self, params: EditResolveParams) -> String {
        outcome(self.engine.edit_accept(params).await.map(|it| it.edits))
    }

    pub async fn reject(&self, params: EditResolveParams) -> String {
        outcome(self.engine.edit_reject(params).await.map(|it| it.edits))
    }

    /// Rewinds; answers with the id of the rewind, and what happened.
    pub async fn rewind(&self, turn: &str, files: bool, dry: bool) -> (Option<String>, String) {
        let params = SessionRewindParams {
            session_id: self.session.clone(),
            turn_id: turn.to_owned(),
            files: files.then_some(true),
            conversation: None,
            dry_run: dry.then_some(true),
        };
        match self.engine.rewind(params).await {
            Ok(done) => (
                done.rewind_id,
                format!(
                    "back {}; left {}",
                    names(&done.reverted),
                    names(&done.conflicts)
                ),
            ),
            Err(error) => (None, format!("{error:?}")),
        }
    }

    pub async fn unrewind(&self, rewind_id: &str) -> String {
        let params = aside_protocol::SessionUnrewindParams {
            rewind_id: rewind_id.to_owned(),
        };
        match self.engine.unrewind(params).await {
            Ok(done) => format!("back {}", names(&done.reverted)),
            Err(error) => format!("{}: {error}", crate::wire::name_of(&error.code)),
        }
    }

    pub async fn notes(&self) -> String {
        let store = self.engine.store().await.unwrap();
        let notes = store.notes(self.session.as_str()).await.unwrap();
        notes.into_iter().map(|note| note.text + "\n").collect()
    }

    /// The statuses that events told, in order; takes them.
    pub fn told(&self) -> String {
        let mut events = self.front.events.lock().unwrap();
        let told = events.drain(..).filter_map(|event| match event {
            Event::EditUpdated { edit } => Some(crate::wire::name_of(&edit.status)),
            Event::SessionUpdated { .. } => Some("session".to_owned()),
            _ => None,
        });
        told.collect::<Vec<_>>().join(" ")
    }

    pub async fn turn_count(&self) -> u64 {
        self.engine.get(&self.session).await.unwrap().turn_count
    }
}

fn item(turn: &str) -> Item {
    Item {
        id: clock::new_id(),
        turn_id: turn.to_owned(),
        created_at: clock::now(),
        body: ItemBody::UserMessage {
            content: Vec::new(),
            client_message_id: None,
        },
    }
}

fn names(edits: &[FileEdit]) -> String {
    let names: Vec<_> = edits
        .iter()
        .map(|edit| edit.uri.as_str().rsplit('/').next().unwrap_or_default())
        .collect();
    format!("[{}]", names.join(" "))
}

fn outcome(result: Result<Vec<FileEdit>, EngineError>) -> String {
    match result {
        Ok(edits) => edits
            .iter()
            .map(|edit| crate::wire::name_of(&edit.status))
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => format!("{}: {error}", crate::wire::name_of(&error.code)),
    }
}

pub fn edits(ids: &[&String]) -> EditResolveParams {
    EditResolveParams {
        edit_ids: Some(ids.iter().map(|id| (*id).clone()).collect()),
        ..Default::default()
    }
}

pub fn hunks(ids: &[String]) -> EditResolveParams {
    EditResolveParams {
        hunk_ids: Some(ids.to_vec()),
        ..Default::default()
    }
}
