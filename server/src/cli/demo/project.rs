//! The demo's small program, in a folder of its own.
#![allow(
    clippy::disallowed_methods,
    reason = "the demo makes, saves and runs its own files, as a user's editor and shell would"
)]
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::cli::Failure;

const FILES: &[(&str, &str)] = &[
    ("leap.sh", include_str!("project/leap.sh")),
    ("test.sh", include_str!("project/test.sh")),
];

/// How long the test may run.
const TEST_LIMIT: Duration = Duration::from_secs(30);

/// A folder with the program, its test, and Aside's data beside them.
pub struct Project {
    root: PathBuf,
    temporary: Option<tempfile::TempDir>,
}

/// How the test went.
pub struct TestRun {
    /// What it printed.
    pub output: String,
    /// Whether it passed.
    pub passed: bool,
}

impl Project {
    /// Makes the folder: a temporary one, unless `dir` names one or it is to be kept.
    pub fn create(dir: Option<PathBuf>, keep: bool) -> Result<Self, Failure> {
        let (root, temporary) = match dir {
            Some(dir) => (dir, None),
            None => {
                let temporary = tempfile::Builder::new().prefix("aside-demo-").tempdir()?;
                if keep {
                    (temporary.keep(), None)
                } else {
                    (temporary.path().to_owned(), Some(temporary))
                }
            }
        };
        let project = Self { root, temporary };
        std::fs::create_dir_all(project.folder())?;
        for (name, text) in FILES {
            std::fs::write(project.file(name), text)?;
        }
        Ok(project)
    }

    /// The workspace.
    pub fn folder(&self) -> PathBuf {
        self.root.join("leap-years")
    }

    /// A file of the workspace.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Where Aside keeps its data during the demo.
    pub fn data(&self) -> PathBuf {
        self.root.join("aside-data")
    }

    /// The folder, if it stays.
    pub fn kept(&self) -> Option<&Path> {
        match self.temporary {
            Some(_) => None,
            None => Some(&self.root),
        }
    }

    /// What an editor does on save.
    pub fn save(&self, name: &str, text: &str) -> Result<(), Failure> {
        Ok(std::fs::write(self.file(name), text)?)
    }

    /// Runs `sh test.sh`.
    pub async fn run_test(&self) -> Result<TestRun, Failure> {
        let run = Command::new("sh")
            .arg("test.sh")
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(TEST_LIMIT, run)
            .await
            .map_err(|_| Failure::failed("the demo's test does not end"))?
            .map_err(|error| Failure::failed(format!("`sh` cannot be run: {error}")))?;
        Ok(TestRun {
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            passed: output.status.success(),
        })
    }
}
