//! A fresh workspace with directories of its own for each run.
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::measure::Kind;

/// The file that scripted turns read and edit.
pub(crate) const FILE: &str = "main.txt";

/// Where one server runs.
pub(crate) struct Place {
    root: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let place = Self { root };
        for name in ["workspace", "data", "config"] {
            std::fs::create_dir(place.folder(name)).expect("a folder");
        }
        std::fs::write(place.file(), Self::text()).expect("the file");
        place
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.folder("workspace")
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.workspace().join(FILE)
    }

    /// The database that the server made.
    pub(crate) fn database(&self) -> PathBuf {
        let mut workspaces =
            std::fs::read_dir(self.folder("data").join("workspaces")).expect("the workspaces");
        let folder = workspaces.next().expect("a workspace").expect("a folder");
        folder.path().join("aside.db")
    }

    /// Where a command may say what it does, beside the answer.
    pub(crate) fn stderr(&self) -> File {
        File::create(self.folder("stderr")).expect("a file")
    }

    /// What was said there.
    pub(crate) fn said_on_stderr(&self) -> String {
        std::fs::read_to_string(self.folder("stderr")).expect("the file")
    }

    /// What is in the file at first: a value among lines that stay.
    pub(crate) fn text() -> String {
        let mut lines: Vec<String> = (0..60).map(|n| format!("line {n} stays")).collect();
        lines.insert(30, "value 0".to_owned());
        lines.join("\n") + "\n"
    }

    /// A command of one of the two programs in this place, with this model.
    pub(crate) fn command(&self, kind: Kind, model_url: &str) -> Command {
        let variable = match kind {
            Kind::Aside => "ASIDE_BIN",
            Kind::Floor => "ASIDE_FLOOR_BIN",
        };
        let program = std::env::var_os(variable)
            .unwrap_or_else(|| panic!("{variable} is not set; run `cargo xtask bench`"));
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.root.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("ASIDE_DATA_DIR", self.folder("data"))
            .env("ASIDE_CONFIG_DIR", self.folder("config"))
            .env("ASIDE_MODEL", "openai/scripted")
            .env("OPENAI_BASE_URL", model_url)
            .env("OPENAI_API_KEY", "none")
            .current_dir(self.workspace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        command
    }
}
