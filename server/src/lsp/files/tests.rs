//! Whole changes through an editor of the tests' own: what it says, does and types in between.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests play the user, the editor and other programs"
)]
mod operations;
mod texts;

use std::collections::VecDeque;
use std::sync::Mutex;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tower_lsp::LspService;
use tower_lsp::jsonrpc::Response;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, TextEdit};

use super::*;
use crate::lsp::backend::Backend;
use crate::lsp::text_edits::apply_blindly;
use crate::lsp::transport::Outgoing;
use crate::settings::{Dirs, Layers};

/// What the editor does with one request, and its answer; `None` never answers.
pub(super) type Step = fn(&Bench, &Value) -> Option<Value>;

pub(super) struct Bench {
    pub(super) dir: tempfile::TempDir,
    pub(super) shared: Arc<Shared>,
    pub(super) files: LspFiles,
    pub(super) steps: Mutex<VecDeque<Step>>,
    asked: Mutex<Vec<Value>>,
}

/// An editor that takes edits in all forms, waits `confirm_ms` for what it says that it did, and
/// does `steps` with the requests that come.
pub(super) fn bench_with(confirm_ms: u64, settings: Value, steps: &[Step]) -> Arc<Bench> {
    let dir = tempfile::tempdir().unwrap();
    let mut layers = Layers::default();
    let mut all =
        json!({"editor": {"request_timeout_s": 1, "edit_confirm_timeout_ms": confirm_ms}});
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), settings) {
        all.extend(more);
    }
    layers.set_editor(all);
    let dirs = Dirs {
        config: dir.path().join("config"),
        data: dir.path().join("data"),
    };
    let made = std::sync::OnceLock::new();
    let (_, socket) = LspService::new(|client| {
        let new = || Shared::new(client, Outgoing::new(), dirs, layers);
        let shared = Arc::clone(made.get_or_init(new));
        Backend {
            shared,
            started: std::time::Instant::now(),
            parent: tokio::sync::mpsc::channel(1).0,
        }
    });
    let shared = Arc::clone(made.get().unwrap());
    let edit = json!({
        "documentChanges": true, "changeAnnotationSupport": {},
        "resourceOperations": ["create", "rename", "delete"],
    });
    let capabilities = json!({"workspace": {"applyEdit": true, "workspaceEdit": edit}});
    // Neovim, since what only it does is to be tested here, too.
    let editor = json!({"capabilities": capabilities, "clientInfo": {"name": "Neovim"}});
    let params = serde_json::from_value(editor).unwrap();
    shared.set_profile(ClientProfile::new(&params));
    shared.set_folders(vec![dir.path().join("project")]);
    std::fs::create_dir(dir.path().join("project")).unwrap();
    shared.set_folders(vec![dir.path().join("project")]);
    let bench = Arc::new(Bench {
        files: LspFiles::new(Arc::downgrade(&shared)),
        dir,
        shared,
        steps: Mutex::new(steps.iter().copied().collect()),
        asked: Mutex::default(),
    });
    let editor = Arc::downgrade(&bench);
    tokio::spawn(async move {
        let (mut requests, mut answers) = socket.split();
        while let Some(request) = requests.next().await {
            let (Some(bench), Some(id)) = (editor.upgrade(), request.id().cloned()) else {
                continue;
            };
            let params = request.params().cloned().unwrap_or_default();
            bench.asked.lock().unwrap().push(params.clone());
            let step = bench.steps.lock().unwrap().pop_front().unwrap();
            if let Some(answer) = step(&bench, &params) {
                answers.send(Response::from_ok(id, answer)).await.unwrap();
            }
        }
    });
    bench
}

pub(super) fn bench(steps: &[Step]) -> Arc<Bench> {
    bench_with(30, Value::Null, steps)
}

impl Bench {
    pub(super) fn path(&self, name: &str) -> WorkspacePath {
        self.files.resolve(name).unwrap()
    }

    pub(super) fn uri(&self, name: &str) -> Url {
        path_to_uri(self.path(name).absolute()).unwrap()
    }

    pub(super) fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path(name).absolute(), text).unwrap();
    }

    /// The file's text on disk.
    pub(super) fn disk(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.path(name).absolute()).ok()
    }

    /// The user opens a file with this text, saved or not.
    pub(super) fn open(&self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.shared.documents.open(uri, 1, text).unwrap();
    }

    /// The user, or the editor, makes this of an open document.
    pub(super) fn set(&self, uri: &Url, text: &str) {
        let documents = &self.shared.documents;
        let version = documents.get(uri).unwrap().version() + 1;
        let change = TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: text.to_owned(),
        };
        documents.change(uri, version, vec![change]).unwrap();
    }

    pub(super) fn type_in(&self, name: &str, text: &str) {
        self.set(&self.uri(name), text);
    }

    pub(super) fn buffer(&self, name: &str) -> String {
        let open = self.shared.documents.get(&self.uri(name)).unwrap();
        open.text().unwrap().to_string()
    }

    pub(super) async fn read(&self, name: &str) -> Document {
        self.files.read_text(&self.path(name)).await.unwrap()
    }

    pub(super) async fn write(
        &self,
        base: Document,
        text: &str,
    ) -> Result<AppliedChange, HostError> {
        let change = FileChange::text(base, text.into(), "Edit".to_owned());
        self.files.apply(&change).await
    }

    pub(super) async fn aim(&self, name: &str, target: Target) -> Result<AppliedChange, HostError> {
        let base = self.read(name).await;
        let change = FileChange {
            meant: "".into(),
            label: "Edit".to_owned(),
            base,
            target,
        };
        self.files.apply(&change).await
    }

    pub(super) fn moved(&self, to: &str, text: &str) -> Target {
        Target::Moved {
            to: self.path(to),
            text: text.into(),
        }
    }

    /// Applies the text edits of a request by position, whatever the version is.
    pub(super) fn apply_blindly(&self, params: &Value) {
        let edit = &params["edit"]["documentChanges"][0];
        let uri: Url = serde_json::from_value(edit["textDocument"]["uri"].clone()).unwrap();
        let edits: Vec<TextEdit> = serde_json::from_value(edit["edits"].clone()).unwrap();
        let documents = &self.shared.documents;
        let open = documents.get(&uri).unwrap();
        let text = apply_blindly(open.text().unwrap(), &edits, documents.encoding());
        self.set(&uri, &text.unwrap().to_string());
    }

    pub(super) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

pub(super) fn yes() -> Option<Value> {
    Some(json!({"applied": true}))
}

pub(super) fn no() -> Option<Value> {
    Some(json!({"applied": false, "failureReason": "no"}))
}

pub(super) const OLD: &str = "one\ntwo\nthree\n";
pub(super) const NEW: &str = "one\nTWO\nthree\n";
