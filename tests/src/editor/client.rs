//! What an editor can do and how it behaves: the good ones, and all that are not.
use std::collections::BTreeMap;
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
    /// Applies it to whatever text there is, without looking at its version.
    Blind,
}

/// How the editor tells the server of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// One notification with one range around all that differs.
    Incremental,
    /// One notification with the whole text.
    Whole,
    /// A notification for each place, the last place first; a replacement is a deletion and then
    /// an insertion.
    Split,
    /// One notification with a change for each place, the last place first.
    Batched,
}

/// How the editor ends a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// As it is.
    AsItIs,
    /// Every text ends with a line ending, an empty one too, behind which there is no line: text
    /// that is put there gets a line ending more. Neovim does so.
    WithLineEnding,
}

/// When the user types while an edit is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Just before the edit arrives.
    BeforeEdit,
    /// After the editor made it, before it answers.
    BeforeAnswer,
    /// Right after the answer.
    AfterAnswer,
}

/// What the user types once, as soon as an edit of the file comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// At which moment.
    pub when: When,
    /// Into which open file.
    pub path: PathBuf,
    /// The text that is replaced; its first place in the file counts.
    pub old: String,
    /// What is there instead.
    pub new: String,
}

/// What an editor does to a text when it saves it.
pub type Formatter = fn(&str) -> String;

/// How the editor shows hunks that wait for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// It draws them itself: `experimental.aside.review`.
    Hunks,
    /// By plain LSP: hints and code actions.
    Hints,
    /// The same, and code lenses.
    Lenses,
    /// Code actions only, and these as bare commands.
    Commands,
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

/// What the editor answers to a request that only some editors know.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// This result.
    Result(Value),
    /// An error.
    Error,
    /// Nothing; the request waits in the editor's state.
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
    /// How it tells of changes.
    pub sync: Sync,
    /// How it ends its texts.
    pub ends: Ends,
    /// What the user types while edits are on their way.
    pub typing: Vec<Typing>,
    /// It saves after each edit that it made, before it answers, and formats the text then.
    pub saves: Option<Formatter>,
    /// How it shows hunks.
    pub shows: Shows,
    /// Whether it announces `changeAnnotationSupport`.
    pub change_annotations: bool,
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
    /// What else it announces in `experimental.aside`: an object.
    pub aside: Value,
    /// What it answers to further requests, by method and in order; the last one again and again.
    pub says: BTreeMap<&'static str, Vec<Says>>,
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
            sync: Sync::Incremental,
            ends: Ends::AsItIs,
            typing: Vec::new(),
            saves: None,
            shows: Shows::Hunks,
            change_annotations: false,
            document_changes: true,
            resource_operations: true,
            events: true,
            asks: Asks::RequestPermission,
            answer: Answer::Kind("allowOnce"),
            progress: true,
            aside: json!({}),
            says: BTreeMap::new(),
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
            if self.change_annotations {
                edit["changeAnnotationSupport"] = json!({"groupsOnLabel": true});
            }
            capabilities["workspace"]["workspaceEdit"] = edit;
        }
        self.show(&mut capabilities["textDocument"]);
        if self.shows == Shows::Lenses {
            capabilities["workspace"]["codeLens"] = json!({"refreshSupport": true});
        }
        let permission = self.asks == Asks::RequestPermission;
        if self.asks == Asks::ShowMessageRequest {
            capabilities["window"]["showMessage"] =
                json!({"messageActionItem": {"additionalPropertiesSupport": true}});
        }
        let review = self.shows == Shows::Hunks;
        if self.events || permission || review {
            capabilities["experimental"] = json!({"aside": {
                "events": self.events, "permission": permission, "review": review,
            }});
            for (name, value) in self.aside.as_object().into_iter().flatten() {
                capabilities["experimental"]["aside"][name] = value.clone();
            }
        }
        capabilities
    }

    fn show(&self, document: &mut Value) {
        let literals = json!({"codeActionLiteralSupport": {"codeActionKind": {
            "valueSet": ["", "quickfix", "source"],
        }}});
        match self.shows {
            // An editor with a plugin has all of these for its other servers.
            Shows::Hunks | Shows::Lenses => {
                document["publishDiagnostics"] = json!({});
                document["codeAction"] = literals;
                document["codeLens"] = json!({});
            }
            Shows::Hints => {
                document["publishDiagnostics"] = json!({});
                document["codeAction"] = literals;
            }
            Shows::Commands => document["codeAction"] = json!({}),
        }
    }
}
