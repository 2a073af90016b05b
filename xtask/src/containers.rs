//! An engine of containers: Podman, got, started in a folder of its own, and the tests run against
//! it.
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::mocks::run_tests;
use crate::programs::{find, find_or_install, install, run as run_program};
use crate::steps::Outcome;

/// Tells the tests where the engine listens.
const VARIABLE: &str = "ASIDE_TEST_CONTAINERS";
/// The tests that talk to it, as cargo is asked for them: of containers, and of tools in them.
const TESTS: &[&[&str]] = &[
    &["test", "--package", "aside-container", "--test", "engine"],
    &["test", "--package", "aside-tools", "--lib", "contained"],
];
/// What the tests call the image.
const IMAGE: &str = "localhost/aside-test:latest";
/// How long the engine may take to start.
const START: Duration = Duration::from_secs(60);
/// Between two looks whether it has.
const LOOK: Duration = Duration::from_millis(100);

/// What Podman starts besides, which is in no search path.
const HELPERS: &[(&str, &str)] = &[
    ("/usr/lib/podman/netavark", "netavark"),
    ("/usr/lib/podman/aardvark-dns", "aardvark-dns"),
];

/// What works inside other containers too: limits that may be set there, and the runtime that
/// needs least.
const CONFIGURATION: &str = "\
[containers]
default_ulimits = [\"nofile=4096:4096\", \"nproc=4096:4096\"]
[engine]
cgroup_manager = \"cgroupfs\"
events_logger = \"file\"
runtime = \"runc\"
";

/// Gets and starts the engine, runs the tests, and stops it.
pub(crate) fn run() -> Outcome {
    match Engine::start() {
        Ok(engine) => {
            let socket = engine.socket();
            let run = |tests: &&[&str]| run_tests(tests, &[(VARIABLE, &socket)]);
            TESTS.iter().try_for_each(run).into()
        }
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    }
}

/// Podman's folder, which is deleted in the end with all containers.
struct Engine {
    podman: PathBuf,
    folder: PathBuf,
    server: Option<Child>,
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = run_program(
            self.podman()
                .args(["rm", "--all", "--force", "--time", "0"]),
        );
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
        let _ = run_program(self.podman().args(["rmi", "--all", "--force"]));
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Engine {
    fn start() -> anyhow::Result<Self> {
        let podman = find_or_install(&["podman"], "podman")?;
        find_or_install(&["runc"], "runc")?;
        for (helper, package) in HELPERS {
            if !Path::new(helper).is_file() && find(&[package]).is_none() {
                install(package)?;
            }
        }
        // Not in the search path of every user.
        if !Path::new("/usr/sbin/iptables").is_file() {
            find_or_install(&["iptables"], "iptables")?;
        }
        let busybox = find_or_install(&["busybox"], "busybox-static")?;
        let name = format!("aside-containers-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let mut engine = Self {
            podman,
            folder,
            server: None,
        };
        std::fs::write(engine.folder.join("containers.conf"), CONFIGURATION)?;
        engine.import(&busybox)?;
        engine.serve()?;
        Ok(engine)
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    fn podman(&self) -> Command {
        let mut command = Command::new(&self.podman);
        command.env("CONTAINERS_CONF", self.folder.join("containers.conf"));
        // It works on every file system.
        command.args(["--storage-driver", "vfs", "--root"]);
        command.arg(self.folder.join("storage")).arg("--runroot");
        command.arg(self.folder.join("run"));
        command
    }

    /// An image of BusyBox alone, made here.
    fn import(&self, busybox: &Path) -> anyhow::Result<()> {
        let root = self.folder.join("image");
        let programs = root.join("bin");
        std::fs::create_dir_all(&programs)?;
        for folder in ["dev", "etc", "proc", "sys", "tmp"] {
            std::fs::create_dir(root.join(folder))?;
        }
        let inside = programs.join("busybox");
        std::fs::copy(busybox, &inside)?;
        let names = Command::new(&inside).arg("--list").output()?;
        for name in String::from_utf8(names.stdout)?.lines() {
            if name != "busybox" {
                std::os::unix::fs::symlink("busybox", programs.join(name))?;
            }
        }
        let archive = self.folder.join("image.tar");
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(&root).arg("-cf").arg(&archive);
        run_program(tar.arg("."))?;
        run_program(self.podman().arg("import").arg(&archive).arg(IMAGE))
    }

    fn serve(&mut self) -> anyhow::Result<()> {
        let socket = format!("unix://{}", self.socket().display());
        let log = std::fs::File::create(self.folder.join("log.txt"))?;
        let mut serve = self.podman();
        serve.args(["system", "service", "--time", "0", &socket]);
        serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // What watches over containers writes files where it is.
        serve.current_dir(&self.folder);
        let server = serve.spawn().context("podman cannot be started")?;
        let server = self.server.insert(server);
        let until = Instant::now() + START;
        let path = self.folder.join("socket");
        while UnixStream::connect(&path).is_err() {
            let ended = server.try_wait()?;
            anyhow::ensure!(ended.is_none(), "podman ended with {ended:?}");
            anyhow::ensure!(Instant::now() < until, "podman did not start");
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}
