//! A host over a temporary folder, with open documents.
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use aside_agent::attempt::Attempts;
use aside_agent::editing::EditDialect;
use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, HostError, Replaced, Stamp, WorkspacePath,
};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolOutput};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A workspace on disk, and what the user has open in it.
pub(super) struct Workspace {
    host: Arc<Host>,
    pub(super) cancel: CancellationToken,
}

struct Host {
    folder: TempDir,
    others: Vec<PathBuf>,
    open: Mutex<BTreeMap<PathBuf, Arc<str>>>,
}

impl Workspace {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        Self::with_others(files, Vec::new())
    }

    pub(super) fn with_others(files: &[(&str, &str)], others: Vec<PathBuf>) -> Self {
        let workspace = Self {
            host: Arc::new(Host {
                folder: tempfile::tempdir().expect("a temporary folder"),
                others,
                open: Mutex::default(),
            }),
            cancel: CancellationToken::new(),
        };
        for (path, text) in files {
            workspace.put(path, text.as_bytes());
        }
        workspace
    }

    pub(super) fn root(&self) -> PathBuf {
        self.host.root()
    }

    /// Writes a file behind everybody's back.
    pub(super) fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// Opens a document, or changes it, without saving.
    pub(super) fn open(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        let mut open = self.host.open.lock().expect("the lock");
        open.insert(path, text.into());
    }

    pub(super) fn disk(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("the file")
    }

    pub(super) fn context(&self) -> ToolContext {
        ToolContext {
            files: self.host.clone(),
            cancel: self.cancel.clone(),
            seen: Arc::default(),
            attempts: Attempts::default(),
            dialect: EditDialect::default(),
        }
    }

    /// Calls a tool; an edit is not made.
    pub(super) async fn call(&self, name: &str, arguments: Value) -> Result<Outcome, String> {
        let outcome = tool(name).call(object(arguments), self.context()).await;
        outcome.map_err(|error| error.to_string())
    }

    /// The text of a call that only reads, or of its error.
    pub(super) async fn text(&self, name: &str, arguments: Value) -> String {
        match self.call(name, arguments).await {
            Ok(Outcome::Done(output)) => output.text,
            Ok(Outcome::Edit { .. }) => panic!("{name} edits"),
            Err(error) => format!("error: {error}"),
        }
    }

    /// Calls a tool and makes its edit.
    pub(super) async fn edit(&self, name: &str, arguments: Value) -> Result<ToolOutput, String> {
        match self.call(name, arguments).await? {
            Outcome::Done(output) => Ok(output),
            Outcome::Edit { changes, output } => {
                for change in &changes {
                    let made = self.host.apply(change).await;
                    made.map_err(|error| error.to_string())?;
                }
                Ok(output)
            }
        }
    }

    pub(super) fn effects(&self, name: &str, arguments: Value) -> Result<Vec<Effect>, String> {
        tool(name)
            .effects(&object(arguments), &self.context())
            .map_err(|error| error.to_string())
    }
}

pub(super) fn tool(name: &str) -> Arc<dyn Tool> {
    let mut tools = crate::builtin().into_iter();
    tools
        .find(|tool| tool.spec().name == name)
        .expect("the tool exists")
}

pub(super) fn object(value: Value) -> Arguments {
    match value {
        Value::Object(fields) => fields,
        other => panic!("not an object: {other}"),
    }
}

impl Host {
    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("the folder")
    }

    fn read(&self, path: &WorkspacePath) -> Result<Document, HostError> {
        let document = |text: Arc<str>, stamp| Document {
            text,
            stamp,
            ..Document::absent(path.clone())
        };
        let open = self.open.lock().expect("the lock");
        if let Some(text) = open.get(path.absolute()) {
            return Ok(document(text.clone(), Stamp::Open {
                version: 1,
                revision: 1,
            }));
        }
        let unreadable =
            |what: &str| HostError::Unreadable(format!("{} is {what}", path.display()));
        let bytes = match std::fs::read(path.absolute()) {
            Ok(bytes) => bytes,
            Err(_) if path.absolute().is_dir() => return Err(unreadable("a folder")),
            Err(_) => return Ok(document("".into(), Stamp::Absent)),
        };
        if bytes.contains(&0) {
            return Err(unreadable("binary"));
        }
        let text = String::from_utf8(bytes).map_err(|_| unreadable("not UTF-8"))?;
        Ok(document(text.into(), Stamp::Disk))
    }
}

impl Files for Host {
    fn roots(&self) -> Vec<PathBuf> {
        [vec![self.root()], self.others.clone()].concat()
    }

    fn resolve(&self, path: &str) -> Result<WorkspacePath, HostError> {
        let root = self.root();
        let mut absolute = PathBuf::new();
        for part in root.join(path).components() {
            match part {
                Component::ParentDir => {
                    absolute.pop();
                }
                Component::CurDir => {}
                other => absolute.push(other),
            }
        }
        let existing = absolute
            .ancestors()
            .find_map(|ancestor| ancestor.canonicalize().ok());
        let inside = |path: &Path| self.roots().iter().any(|root| path.starts_with(root));
        if !inside(&absolute) || !existing.is_some_and(|existing| inside(&existing)) {
            return Err(HostError::Denied(format!(
                "{path} is outside the workspace"
            )));
        }
        let display = match absolute.strip_prefix(&root) {
            Ok(relative) if relative.as_os_str().is_empty() => ".".to_owned(),
            Ok(relative) => relative.display().to_string(),
            Err(_) => absolute.display().to_string(),
        };
        Ok(WorkspacePath::new_checked(absolute, display))
    }

    fn read_text<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Document, HostError>> {
        Box::pin(async move { self.read(path) })
    }

    fn open_documents(&self) -> Vec<Document> {
        let open = self.open.lock().expect("the lock").clone();
        open.keys()
            .filter_map(|path| {
                let path = self.resolve(&path.to_string_lossy()).ok()?;
                self.read(&path).ok()
            })
            .collect()
    }

    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>> {
        Box::pin(async move {
            let path = &change.base.path;
            let now = self.read(path)?;
            if now.stamp != change.base.stamp || now.text != change.base.text {
                return Err(HostError::Conflict("the file changed".to_owned()));
            }
            let mut open = self.open.lock().expect("the lock");
            if let Some(text) = open.get_mut(path.absolute()) {
                *text = change.new_text();
                return Ok(AppliedChange {
                    version: Some(2),
                    revision: Some(2),
                });
            }
            let parent = path.absolute().parent().unwrap_or(Path::new("/"));
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::write(path.absolute(), change.new_text().as_bytes()))
                .map_err(|error| HostError::Io(error.to_string()))?;
            Ok(AppliedChange::default())
        })
    }

    fn changes_between(&self, _: &WorkspacePath, _: u64, _: u64) -> Option<Vec<Replaced>> {
        None
    }
}
