//! The processes of servers that are programs: each in a process group of its own, which is ended
//! whole, whatever happens.
//!
//! Who leaves its group, as daemons do, is found on Linux by a variable in its environment that
//! marks all that a server starts. A server outlives Aside only if Aside itself is killed; then
//! its standard input closes, which tells servers to end. (The signal that Linux can send at a
//! parent's death can only be asked for with unsafe code.)
use std::ffi::OsStr;
use std::io;
use std::process::{ExitStatus, Stdio as Pipe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::config::Stdio;
use crate::group::Group;
use crate::life::Alive;

/// How long what a server wrote before it ended is waited for.
pub(crate) const DRAIN_TIME: Duration = Duration::from_millis(500);

/// The variable that marks what a server starts.
pub(crate) const MARK: &str = "ASIDE_MCP_SERVER";

/// Parts of names of variables that servers do not get, as their values are likely secret.
const SECRET_PARTS: &[&str] = &[
    "KEY",
    "TOKEN",
    "SECRET",
    "PASSW",
    "CREDENTIAL",
    "PRIVATE",
    "AUTH",
];

/// Bytes of the shortest value that is taken for a secret.
const MIN_SECRET_BYTES: usize = 6;

/// Variables that servers get although they look secret: a socket's path.
const NOT_SECRET: &[&str] = &["SSH_AUTH_SOCK", "XAUTHORITY"];

/// A server that was started, with its streams.
pub(crate) struct Started {
    pub(crate) running: Running,
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

/// A process that nobody watches yet. Dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    group: Group,
}

/// Starts a server. The error is a sentence.
pub(crate) fn start(config: &Stdio) -> Result<Started, String> {
    let mark = new_mark();
    let mut child = command(config, &mark)
        .spawn()
        .map_err(|error| why_not(config, &error))?;
    let group = Group::new(child.id(), format!("{MARK}={mark}"));
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(stdin), Some(stdout), Some(stderr)) = streams else {
        return Err("Its standard streams could not be opened.".to_owned());
    };
    Ok(Started {
        running: Running { child, group },
        stdin,
        stdout,
        stderr,
    })
}

/// A watched process. Dropped, it is ended in the background.
#[derive(Debug)]
pub(crate) struct Process {
    stop: CancellationToken,
    ended: CancellationToken,
}

impl Running {
    /// Watches the process from a task of its own. If it ends by itself, `on_exit` is called with
    /// a sentence that says how, after `output_ended` or a little later. `alive` is dropped when
    /// nothing is left of the process.
    pub(crate) fn watch(
        self,
        patience: Duration,
        output_ended: CancellationToken,
        on_exit: impl FnOnce(String) + Send + 'static,
        alive: Alive,
    ) -> Process {
        let stop = CancellationToken::new();
        let ended = CancellationToken::new();
        let process = Process {
            stop: stop.clone(),
            ended: ended.clone(),
        };
        tokio::spawn(async move {
            // Also cancelled if this task is dropped or panics; the group is killed then.
            let _ended = ended.drop_guard();
            let _alive = alive;
            let Self { mut child, group } = self;
            tokio::select! {
                status = child.wait() => {
                    let _ = timeout(DRAIN_TIME, output_ended.cancelled()).await;
                    on_exit(described(status));
                }
                () = stop.cancelled() => end(&mut child, &group, patience).await,
            }
            group.kill().await;
            let _ = timeout(patience, child.wait()).await;
        });
        process
    }
}

impl Process {
    /// Ends the server, whose standard input is closed by now, with all that it started. Takes
    /// little more than twice the patience that it was watched with.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        self.ended.cancelled().await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits for it to end by itself, then asks it to.
async fn end(child: &mut Child, group: &Group, patience: Duration) {
    if timeout(patience, child.wait()).await.is_ok() {
        return;
    }
    group.ask_to_end();
    let _ = timeout(patience, child.wait()).await;
}

#[allow(
    clippy::disallowed_methods,
    reason = "servers are the user's own programs, started as configured"
)]
fn command(config: &Stdio, mark: &str) -> Command {
    let mut command = Command::new(&config.command);
    command
        .args(&config.args)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| may_have(name)))
        .envs(&config.env)
        .env(MARK, mark)
        .stdin(Pipe::piped())
        .stdout(Pipe::piped())
        .stderr(Pipe::piped())
        .kill_on_drop(true);
    if let Some(cwd) = &config.cwd {
        command.current_dir(cwd);
    }
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Whether servers get a variable of Aside's environment unasked.
fn may_have(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with("ASIDE_") && !is_secret(&name)
}

/// Whether the value of a variable of this name is likely secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    !NOT_SECRET.contains(&name.as_str()) && SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// The values that a server is given and nobody is shown.
pub(crate) fn secrets(config: &Stdio) -> Vec<String> {
    let secrets = config.env.iter().filter(|(name, value)| {
        // What is so short is no secret, and would take words apart.
        is_secret(name) && value.len() >= MIN_SECRET_BYTES
    });
    secrets.map(|(_, value)| value.clone()).collect()
}

fn why_not(config: &Stdio, error: &io::Error) -> String {
    let command = &config.command;
    match error.kind() {
        io::ErrorKind::NotFound => format!(
            "The program `{command}` was not found, or the folder it is to be started in was not. \
             Install it, or correct its path."
        ),
        io::ErrorKind::PermissionDenied => {
            format!("The program `{command}` may not be run. Make it executable.")
        }
        _ => format!("The program `{command}` could not be run: {error}."),
    }
}

fn described(status: io::Result<ExitStatus>) -> String {
    let Ok(status) = status else {
        return "Its end could not be watched.".to_owned();
    };
    if let Some(code) = status.code() {
        return format!("It ended with exit code {code}.");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("It was ended by signal {signal}.");
    }
    "It ended.".to_owned()
}

/// Marks one start of one server among all that run on this machine.
fn new_mark() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_nanos());
    format!("{}-{count}-{now}", std::process::id())
}
