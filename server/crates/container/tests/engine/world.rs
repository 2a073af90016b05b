//! A workspace, and an engine where there is one.
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aside_container::{
    Access, Config, Containers, Exit, Limits, Network, Owner, Place, Pull, Running, Spec, Streams,
};
use tokio::io::AsyncReadExt;

/// Where the engine listens.
const SOCKET: &str = "ASIDE_TEST_CONTAINERS";
/// What the image is called that it has.
pub(crate) const IMAGE: &str = "localhost/aside-test:latest";
/// No program of a test works longer, if all is well.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) containers: Containers,
    pub(crate) root: PathBuf,
    pub(crate) data: PathBuf,
    _folder: tempfile::TempDir,
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: Exit,
}

/// A configuration of that engine; nothing where there is none.
pub(crate) fn config(server: &str, workspace: &str) -> Option<Config> {
    let Ok(socket) = std::env::var(SOCKET) else {
        println!("not asked: {SOCKET} is not set; `cargo xtask containers` does it");
        return None;
    };
    Some(Config {
        socket: Some(socket),
        image: IMAGE.to_owned(),
        pull: Pull::Never,
        pool: 0,
        idle: Duration::from_secs(3600),
        limits: Limits {
            memory_bytes: 64 << 20,
            processes: 64,
            milli_cpus: 0,
        },
        owner: Owner {
            server: server.to_owned(),
            workspace: workspace.to_owned(),
            lives: Arc::new(|server| !server.starts_with("dead")),
        },
    })
}

impl World {
    pub(crate) fn new(name: &str) -> Option<Self> {
        Self::with(name, |_| {})
    }

    pub(crate) fn with(name: &str, change: impl FnOnce(&mut Config)) -> Option<Self> {
        let mut config = config(&format!("live-{name}"), name)?;
        change(&mut config);
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let (root, data) = (base.join("project"), base.join("data"));
        for made in ["project/.git/hooks", "project/.aside", "data/scratch"] {
            std::fs::create_dir_all(base.join(made)).unwrap();
        }
        write(&root.join(".git/config"), "[core]\n");
        Some(Self {
            containers: Containers::new(config),
            root,
            data,
            _folder: folder,
        })
    }

    pub(crate) fn place(&self, session: &str) -> Place {
        let scratch = self.data.join("scratch").join(session);
        std::fs::create_dir_all(&scratch).unwrap();
        let protected = [".git/hooks", ".git/config", ".git/commondir", ".aside"];
        Place {
            roots: vec![self.root.clone()],
            access: Access::ReadWrite,
            protected: protected.map(|name| self.root.join(name)).to_vec(),
            hidden: Vec::new(),
            scratch,
            network: Network::Off,
        }
    }

    pub(crate) fn spec(&self, command: &str) -> Spec {
        Spec {
            program: "sh".to_owned(),
            args: vec!["-c".to_owned(), command.to_owned()],
            cwd: self.root.clone(),
            environment: Vec::new(),
            stdin: None,
            output: Streams::Separate,
        }
    }

    pub(crate) async fn start(&self, session: &str, command: &str) -> Running {
        let (spec, place) = (self.spec(command), self.place(session));
        self.containers.run(session, &spec, &place).await.unwrap()
    }

    pub(crate) async fn sh(&self, session: &str, command: &str) -> Done {
        self.run(session, &self.spec(command), &self.place(session))
            .await
    }

    pub(crate) async fn run(&self, session: &str, spec: &Spec, place: &Place) -> Done {
        done(self.containers.run(session, spec, place).await.unwrap()).await
    }

    /// How many processes of that command line there are on the machine.
    pub(crate) fn processes(&self, needle: &str) -> usize {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let lines = processes.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
        let all = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
        all.filter(|line| line.trim_end() == needle).count()
    }
}

pub(crate) async fn done(mut running: Running) -> Done {
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let out = running.take_stdout();
    let err = running.take_stderr();
    let work = async {
        let out = async {
            if let Some(mut out) = out {
                out.read_to_string(&mut stdout).await.unwrap();
            }
        };
        let err = async {
            if let Some(mut err) = err {
                err.read_to_string(&mut stderr).await.unwrap();
            }
        };
        tokio::join!(out, err);
        running.wait().await
    };
    let exit = tokio::time::timeout(PATIENCE, work).await.unwrap();
    Done {
        stdout,
        stderr,
        exit,
    }
}

pub(crate) fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
