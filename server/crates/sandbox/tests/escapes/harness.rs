//! A workspace, a secret and a scratch folder in a temporary folder, and programs run in them.
use std::path::{Path, PathBuf};

use aside_sandbox::{
    Backend, Choice, Config, Exit, Launcher, Limits, Network, Output, Profile, Running, Sandbox,
    Spec, Stdin, environment,
};
use tokio::io::AsyncReadExt;

/// Fails when bubblewrap does not work, instead of testing the others alone.
const REQUIRE: &str = "ASIDE_REQUIRE_BWRAP";

/// What a program did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) exit: Exit,
    pub(crate) output: String,
}

/// Folders for one test and one backend.
pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    pub(crate) profile: Profile,
    pub(crate) root: PathBuf,
    pub(crate) backend: Backend,
    _folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["workspace/.git/hooks", "secrets", "outside"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        put(&root.join("workspace/.git/HEAD"), "ref: refs/heads/main\n");
        put(&root.join("workspace/.git/config"), "[core]\n");
        put(&root.join("workspace/.git/hooks/pre-commit"), "old\n");
        put(&root.join("secrets/key"), "sesame\n");
        put(&root.join("secret-file"), "sesame\n");
        put(&root.join("outside/file"), "outside\n");
        let workspace = root.join("workspace");
        let profile = Profile {
            protected: aside_sandbox::protected_in(&workspace),
            writable: vec![workspace],
            hidden: vec![root.join("secrets"), root.join("secret-file")],
            network: Network::Off,
            scratch: root.join("scratch"),
            limits: Limits {
                processes: 64,
                memory_bytes: 256 << 20,
                ..Limits::default()
            },
        };
        Place {
            sandbox: sandbox(Choice::Only(backend)),
            profile,
            root,
            backend,
            _folder: folder,
        }
    }

    pub(crate) fn spec(&self, script: &str) -> Spec {
        Spec {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            cwd: self.root.join("workspace"),
            environment: environment(std::env::vars_os(), &[]),
            stdin: Stdin::Null,
            output: Output::Merged,
        }
    }

    pub(crate) async fn start(&self, script: &str) -> Running {
        let spec = self.spec(script);
        self.sandbox.spawn(&spec, &self.profile).await.unwrap()
    }

    /// Runs a script of the shell to its end. `$ROOT` is the folder around all.
    pub(crate) async fn run(&self, script: &str) -> Done {
        let mut spec = self.spec(script);
        let root = self.root.clone().into_os_string();
        spec.environment.push(("ROOT".into(), root));
        let running = self.sandbox.spawn(&spec, &self.profile).await.unwrap();
        finish(running).await
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root.join(name)).unwrap_or_default()
    }
}

pub(crate) async fn finish(mut running: Running) -> Done {
    let mut output = Vec::new();
    let mut stdout = running.take_stdout().unwrap();
    stdout.read_to_end(&mut output).await.unwrap();
    let exit = running.wait().await.unwrap();
    Done {
        exit,
        output: String::from_utf8_lossy(&output).into_owned(),
    }
}

pub(crate) fn sandbox(choice: Choice) -> Sandbox {
    Sandbox::new(Config {
        launcher: Launcher {
            program: env!("CARGO_BIN_EXE_aside-sandbox-launcher").into(),
            args: Vec::new(),
        },
        choice,
    })
}

#[allow(clippy::disallowed_methods, reason = "a file of the test")]
pub(crate) fn put(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// Runs a test with each backend that confines and works here. Landlock always must.
pub(crate) async fn each<F: AsyncFn(Place)>(test: F) {
    test(Place::new(Backend::Landlock)).await;
    let is_usable = sandbox(Choice::Only(Backend::Bubblewrap)).backend().await;
    match is_usable {
        Ok(backend) => test(Place::new(backend)).await,
        Err(error) if std::env::var_os(REQUIRE).is_some() => panic!("{error}"),
        Err(_) => {}
    }
}
