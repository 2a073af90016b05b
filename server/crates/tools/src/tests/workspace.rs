//! A host over a temporary folder, with open documents.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aside_agent::attempt::Attempts;
use aside_agent::editing::EditDialect;
use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, HostError, Replaced, Stamp, Target, WorkspacePath,
};
use aside_agent::permission::Effect;
use aside_agent::seen::Seen;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolOutput};
use aside_sandbox::{Choice, Launcher, Limits, Network};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{CommandSettings, Services};

/// A workspace on disk, and what the user has open in it.
pub(crate) struct Workspace {
    host: Arc<Host>,
    pub(super) cancel: CancellationToken,
    pub(super) seen: Arc<Seen>,
    pub(super) attempts: Attempts,
    pub(super) dialect: EditDialect,
}

struct Host {
    folder: TempDir,
    others: Vec<PathBuf>,
    open: Mutex<BTreeMap<PathBuf, Arc<str>>>,
    changed: Mutex<BTreeSet<PathBuf>>,
}

impl Workspace {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::with_others(files, Vec::new())
    }

    pub(super) fn with_others(files: &[(&str, &str)], others: Vec<PathBuf>) -> Self {
        let workspace = Self {
            host: Arc::new(Host {
                folder: tempfile::tempdir().expect("a temporary folder"),
                others,
                open: Mutex::default(),
                changed: Mutex::default(),
            }),
            cancel: CancellationToken::new(),
            seen: Arc::default(),
            attempts: Attempts::default(),
            dialect: EditDialect::default(),
        };
        for (path, text) in files {
            workspace.put(path, text.as_bytes());
        }
        workspace
    }

    pub(crate) fn root(&self) -> PathBuf {
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

    /// Another program changes a file on disk below an open document.
    pub(super) fn change_on_disk(&self, path: &str, text: &str) {
        self.put(path, text.as_bytes());
        let mut changed = self.host.changed.lock().expect("the lock");
        changed.insert(self.root().join(path));
    }

    /// All files on disk with their texts.
    pub(super) fn tree(&self) -> String {
        let mut out = String::new();
        show_tree(&self.root(), &self.root(), &mut out);
        out
    }

    pub(super) fn disk(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("the file")
    }

    pub(crate) fn context(&self) -> ToolContext {
        ToolContext {
            cancel: self.cancel.clone(),
            seen: self.seen.clone(),
            attempts: self.attempts.clone(),
            dialect: self.dialect,
            ..ToolContext::new(self.host.clone())
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
                self.make(&changes).await?;
                Ok(output)
            }
        }
    }

    /// Makes changes as the driver does.
    pub(super) async fn make(&self, changes: &[FileChange]) -> Result<(), String> {
        for change in changes {
            let made = self.host.apply(change).await;
            made.map_err(|error| error.to_string())?;
            self.seen.forget(change.base.path.absolute());
            if change.target != Target::Deleted {
                self.seen.note(change.new_path().absolute(), &change.meant);
            }
        }
        Ok(())
    }

    pub(super) fn effects(&self, name: &str, arguments: Value) -> Result<Vec<Effect>, String> {
        tool(name)
            .effects(&object(arguments), &self.context())
            .map_err(|error| error.to_string())
    }
}

pub(super) fn tool(name: &str) -> Arc<dyn Tool> {
    let mut tools = crate::builtin(&services()).into_iter();
    tools
        .find(|tool| tool.spec().name == name)
        .expect("the tool exists")
}

/// Services at rest: nothing is started by them.
pub(super) fn services() -> Services {
    let nowhere = PathBuf::from("/nowhere");
    let place = crate::Place {
        launcher: Launcher {
            program: nowhere.clone(),
            args: Vec::new(),
        },
        home: Some(PathBuf::from("/home/me")),
        data: nowhere.clone(),
        config: nowhere.clone(),
        root: nowhere,
    };
    let settings = CommandSettings {
        backend: Choice::Best,
        container: None,
        network: Network::Off,
        limits: Limits::default(),
        environment: Vec::new(),
        timeout: Duration::from_secs(60),
        background_after: Duration::from_secs(30),
        max_output: 4096,
        max_jobs: 2,
    };
    Services::new(place, settings)
}

pub(crate) fn object(value: Value) -> Arguments {
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
        let changed = self.changed.lock().expect("the lock");
        let document = |text: Arc<str>, stamp| Document {
            text,
            stamp,
            changed_on_disk: changed.contains(path.absolute()),
            ..Document::absent(path.clone())
        };
        let open = self.open.lock().expect("the lock");
        if let Some(text) = open.get(path.absolute()) {
            return Ok(document(
                text.clone(),
                Stamp::Open {
                    version: 1,
                    revision: 1,
                },
            ));
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
            let io = |error: std::io::Error| HostError::Io(error.to_string());
            match &change.target {
                Target::Text(_) => {}
                Target::Deleted => {
                    std::fs::remove_file(path.absolute()).map_err(io)?;
                    return Ok(AppliedChange::default());
                }
                Target::Moved { to, text } => {
                    let to = to.absolute();
                    if to.exists() {
                        return Err(HostError::Conflict("the place is taken".to_owned()));
                    }
                    std::fs::create_dir_all(to.parent().expect("a parent")).map_err(io)?;
                    std::fs::write(to, text.as_bytes()).map_err(io)?;
                    std::fs::remove_file(path.absolute()).map_err(io)?;
                    return Ok(AppliedChange::default());
                }
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
                .map_err(io)?;
            Ok(AppliedChange::default())
        })
    }

    fn changes_between(&self, _: &WorkspacePath, _: u64, _: u64) -> Option<Vec<Replaced>> {
        None
    }
}

fn show_tree(root: &Path, folder: &Path, out: &mut String) {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths = entries
        .map(|entry| entry.expect("an entry").path())
        .collect::<Vec<_>>();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            show_tree(root, &path, out);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text");
        let name = path.strip_prefix(root).expect("inside").display();
        out.push_str(&format!("{name}: {text:?}\n"));
    }
}
