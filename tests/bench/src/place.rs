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

    /// How large the database is, with what is not yet in its main file, in bytes.
    pub(crate) fn database_size(&self) -> f64 {
        let database = self.database();
        let sizes = ["db", "db-wal"].map(|extension| {
            let file = std::fs::metadata(database.with_extension(extension));
            file.map_or(0, |file| file.len())
        });
        f64::from(u32::try_from(sizes.iter().sum::<u64>()).expect("a small database"))
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
        let settings = [
            ("ASIDE_MODEL", "openai/scripted".to_owned()),
            ("OPENAI_BASE_URL", model_url.to_owned()),
            ("OPENAI_API_KEY", "none".to_owned()),
        ];
        self.program(kind, &settings)
    }

    /// A command of Aside in this place, with these settings.
    pub(crate) fn command_with(&self, settings: &[(&'static str, String)]) -> Command {
        self.program(Kind::Aside, settings)
    }

    fn program(&self, kind: Kind, settings: &[(&'static str, String)]) -> Command {
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
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.workspace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        command
    }
}
