//! Processes of the built program, started in a world and watched to their end.
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::PATIENCE;
use crate::world::World;

/// The program under test: `ASIDE_BIN`, or the one beside the folder of this executable.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("ASIDE_BIN") {
        return PathBuf::from(path);
    }
    let own = std::env::current_exe().expect("the path of this executable");
    // A test lies in target/PROFILE/deps, a benchmark in target/PROFILE.
    for folder in own.ancestors().skip(1).take(2) {
        let candidate = folder.join("aside");
        if candidate.is_file() {
            return candidate;
        }
    }
    panic!(
        "The program `aside` is not beside {}. Run the tests through `cargo xtask test`, or \
         run `cargo build` first, or name it in ASIDE_BIN.",
        own.display()
    );
}

/// A command of the built program in a world: its environment and folder, pipes on all three
/// streams, killed when dropped.
pub fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments);
    settle(&mut command, world);
    command
}

/// Puts any command into a world.
pub fn settle(command: &mut Command, world: &World) {
    command
        .env_clear()
        .envs(world.variables().iter().cloned())
        .current_dir(world.workspace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
}

/// How a process ended and what it printed.
#[derive(Debug)]
pub struct Finished {
    /// The exit status.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// The exit code; a process ended by a signal fails the test.
    pub fn code(&self) -> i32 {
        self.status
            .code()
            .unwrap_or_else(|| panic!("the program was killed: {self:?}"))
    }

    /// Fails unless the exit code is this one.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code(),
            code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Runs `aside` to its end with this on standard input.
pub async fn run(world: &World, arguments: &[&str], input: &str) -> Finished {
    let mut child = command(world, arguments).spawn().expect("aside starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that does not read its input may close it, which is no failure.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    finish(child).await
}

/// Waits for the end of a process whose input is closed or not needed.
pub async fn finish(mut child: Child) -> Finished {
    let mut stdout = child.stdout.take().expect("a pipe");
    let mut stderr = child.stderr.take().expect("a pipe");
    let mut out = Vec::new();
    let mut err = Vec::new();
    let ended = timeout(PATIENCE, async {
        tokio::try_join!(stdout.read_to_end(&mut out), stderr.read_to_end(&mut err))?;
        child.wait().await
    })
    .await;
    let stdout = String::from_utf8_lossy(&out).into_owned();
    let stderr = String::from_utf8_lossy(&err).into_owned();
    let status = match ended {
        Ok(status) => status.expect("the process is waited for"),
        Err(_) => panic!("the program did not end. stdout:\n{stdout}\nstderr:\n{stderr}"),
    };
    Finished {
        status,
        stdout,
        stderr,
    }
}

/// Sends a signal to a process that this test started.
pub fn signal(child: &Child, signal: i32) {
    let pid = child.id().expect("the process still runs");
    signal_pid(pid, signal);
}

/// Sends a signal to a process by its id.
#[allow(
    unsafe_code,
    reason = "the standard library sends no signal but SIGKILL"
)]
pub fn signal_pid(pid: u32, signal: i32) {
    let pid = libc::pid_t::try_from(pid).expect("a process id");
    // SAFETY: `kill` takes two integers and touches no memory of this process.
    let result = unsafe { libc::kill(pid, signal) };
    assert_eq!(result, 0, "signal {signal} was not sent to {pid}");
}
