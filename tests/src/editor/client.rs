//! What an editor can do and how it behaves: the good ones, and all that are not.
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::world::{World, to_uri};

/// How the editor treats `workspace/applyEdit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyEdit {
    /// Does not announce it.
    Unsupported,
    /// Applies it, tells the server with `didChange`, then answers.
    Apply,
    /// Applies it and answers before it tells the server.
    AnswerFirst,
    /// Answers `applied: false`.
    Refuse,
    /// Answers `applied: true` and does nothing.
    Lie,
    /// Never answers.
    Silent,
    /// The user types at the start of the document just before the edit arrives.
    TypeFirst,
}

/// How the editor answers questions about permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Chooses the option of this kind.
    Kind(&'static str),
    /// Dismisses the question.
    Dismiss,
    /// Does not answer; the question waits in the editor's state.
    Silent,
    /// Answers with an error.
    MethodNotFound,
    /// Answers with something that is no answer.
    Nonsense,
}

/// What the editor announces about permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// `experimental.aside.permission`.
    RequestPermission,
    /// `window.showMessage` with action items only.
    ShowMessageRequest,
    /// Neither: it answers both with an error.
    Nothing,
}

/// What the editor opens.
#[derive(Debug, Clone)]
pub enum Roots {
    /// `workspaceFolders`, and the first one as `rootUri`.
    Folders(Vec<PathBuf>),
    /// Only `rootUri`.
    RootUri(PathBuf),
    /// Neither: both are null.
    Null,
}

/// An editor's abilities, habits and settings.
#[derive(Debug, Clone)]
pub struct Client {
    /// `general.positionEncodings`; empty announces nothing.
    pub encodings: Vec<&'static str>,
    /// How it treats edits.
    pub apply_edit: ApplyEdit,
    /// Whether it announces versioned `documentChanges`.
    pub document_changes: bool,
    /// Whether it announces creating, renaming and deleting files.
    pub resource_operations: bool,
    /// Whether it wants `chat/event`.
    pub events: bool,
    /// How it can be asked.
    pub asks: Asks,
    /// What it answers.
    pub answer: Answer,
    /// Whether it shows work-done progress.
    pub progress: bool,
    /// What it opens.
    pub roots: Roots,
    /// `initializationOptions`.
    pub settings: Value,
    /// `processId`.
    pub process_id: Option<u32>,
}

impl Client {
    /// An editor that can do everything and allows what it is asked once.
    pub fn full(world: &World) -> Self {
        Self {
            encodings: vec!["utf-8", "utf-16", "utf-32"],
            apply_edit: ApplyEdit::Apply,
            document_changes: true,
            resource_operations: true,
            events: true,
            asks: Asks::RequestPermission,
            answer: Answer::Kind("allowOnce"),
            progress: true,
            roots: Roots::Folders(vec![world.workspace()]),
            settings: Value::Null,
            process_id: Some(std::process::id()),
        }
    }

    /// The parameters of `initialize`.
    pub fn initialize_params(&self) -> Value {
        let (root_uri, folders) = match &self.roots {
            Roots::Folders(folders) => {
                let list: Vec<Value> = folders
                    .iter()
                    .map(|path| json!({"uri": to_uri(path), "name": path.file_name().map(|name| name.to_string_lossy())}))
                    .collect();
                (json!(folders.first().map(|path| to_uri(path))), json!(list))
            }
            Roots::RootUri(path) => (json!(to_uri(path)), Value::Null),
            Roots::Null => (Value::Null, Value::Null),
        };
        json!({
            "processId": self.process_id,
            "clientInfo": {"name": "aside-tests", "version": "1"},
            "rootUri": root_uri,
            "workspaceFolders": folders,
            "initializationOptions": self.settings,
            "capabilities": self.capabilities(),
        })
    }

    fn capabilities(&self) -> Value {
        let mut capabilities = json!({
            "workspace": {"workspaceFolders": true},
            "textDocument": {"synchronization": {"didSave": true}},
            "window": {"workDoneProgress": self.progress},
        });
        if !self.encodings.is_empty() {
            capabilities["general"] = json!({"positionEncodings": self.encodings});
        }
        if self.apply_edit != ApplyEdit::Unsupported {
            capabilities["workspace"]["applyEdit"] = json!(true);
            let mut edit = json!({"documentChanges": self.document_changes});
            if self.resource_operations {
                edit["resourceOperations"] = json!(["create", "rename", "delete"]);
            }
            capabilities["workspace"]["workspaceEdit"] = edit;
        }
        let permission = self.asks == Asks::RequestPermission;
        if self.asks == Asks::ShowMessageRequest {
            capabilities["window"]["showMessage"] =
                json!({"messageActionItem": {"additionalPropertiesSupport": true}});
        }
        if self.events || permission {
            capabilities["experimental"] =
                json!({"aside": {"events": self.events, "permission": permission}});
        }
        capabilities
    }
}
