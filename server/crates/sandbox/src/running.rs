//! A program that runs.
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin};

use crate::backend::Backend;
use crate::finish;
use crate::guards::Guards;
use crate::output::Reader;
use crate::plan::Report;
use crate::spawner::Spawner;
use crate::spec::Stdin;
use crate::tampered::Tampered;

/// A program that runs. Dropping it ends the program with all that it started.
#[derive(Debug)]
pub struct Running {
    pub(crate) child: Child,
    // Not within the child, which closes it when it is waited for.
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) stdout: Option<Reader>,
    pub(crate) stderr: Option<Reader>,
    pub(crate) backend: Backend,
    // Nothing but while it is being dropped.
    pub(crate) guards: Option<Guards>,
    pub(crate) exit: Option<Exit>,
    pub(crate) is_stopped: bool,
    // The thread that started the program lives as long as this.
    pub(crate) _spawner: Spawner,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// What it returned; of a program that a signal ended 128 and the signal's number, as shells
    /// say it. 126 and 127 without a signal may also mean that it was not started: see `why`.
    pub code: i32,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Why it ended, as far as that is known.
    pub why: Why,
    /// Protected paths that it changed, where the backend could not hold them.
    pub tampered: Vec<Tampered>,
}

impl Exit {
    /// Whether it ended by itself and returned 0.
    pub fn is_success(&self) -> bool {
        self.code == 0 && self.why == Why::Itself
    }
}

/// Why a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// By itself, or by a signal that it, or a program beside it, sent.
    Itself,
    /// [`Running::stop`] ended it.
    Stopped,
    /// It and what it started held more memory than [`crate::Limits::memory_bytes`].
    Memory,
    /// It started more than [`crate::Limits::processes`].
    Processes,
    /// It used more than [`crate::Limits::cpu_seconds`].
    CpuTime,
    /// It wrote a file larger than [`crate::Limits::file_bytes`].
    FileSize,
    /// It made a system call of another kind of machine, which the sandbox does not filter.
    SystemCall,
    /// It was killed from outside: by the system when memory ran out, or by somebody.
    Killed,
    /// It was not started: the sandbox could not be set up. Nothing of it has run.
    Refused(String),
    /// It was not started: it does not exist or is no program.
    NotStarted(String),
}

impl Running {
    /// Standard output, and standard error with it if they are merged. It ends when all that
    /// writes to it has ended. `None` when it was taken before.
    pub fn take_stdout(&mut self) -> Option<Reader> {
        self.stdout.take()
    }

    /// Standard error, if it comes separately. `None` when it was taken before.
    pub fn take_stderr(&mut self) -> Option<Reader> {
        self.stderr.take()
    }

    /// The backend that confines it.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Waits until the program has ended, and with it all that it started. May be cancelled and
    /// called again. Read the output meanwhile: a program whose output nobody reads waits.
    ///
    /// # Errors
    /// When the operating system does not tell how it ended.
    pub async fn wait(&mut self) -> std::io::Result<Exit> {
        if let Some(exit) = &self.exit {
            return Ok(exit.clone());
        }
        let status = self.child.wait().await?;
        let exit = self.read_exit(status);
        self.exit = Some(exit.clone());
        Ok(exit)
    }

    /// Asks the program, and all that it started, to end; kills them after `grace`. Returns when
    /// nothing is left.
    ///
    /// # Errors
    /// When the operating system does not tell how it ended.
    pub async fn stop(&mut self, grace: Duration) -> std::io::Result<Exit> {
        if let Some(exit) = &self.exit {
            return Ok(exit.clone());
        }
        self.is_stopped = true;
        finish::ask(&self.child, self.backend == Backend::Bubblewrap);
        if let Ok(exit) = tokio::time::timeout(grace, self.wait()).await {
            return exit;
        }
        finish::end(&self.child, || {});
        self.wait().await
    }

    /// Whether the launcher has said a word. Waits until it does, or until it cannot any more.
    pub(crate) async fn has_begun(&mut self) -> bool {
        let Some(guards) = &mut self.guards else {
            return true;
        };
        tokio::select! {
            biased;
            has_spoken = guards.tie.has_spoken() => match has_spoken {
                Ok(has_spoken) => return has_spoken,
                Err(error) => {
                    tracing::warn!(%error, "the launcher cannot be listened to");
                    return true;
                }
            },
            ended = self.child.wait() => {
                if ended.is_err() {
                    return true;
                }
            }
        }
        !guards.tie.read().is_empty()
    }

    /// Writes its standard input.
    pub(crate) fn feed(&mut self, stdin: &Stdin) {
        if let (Stdin::Bytes(bytes), Some(mut pipe)) = (stdin, self.stdin.take()) {
            let bytes = bytes.clone();
            tokio::spawn(async move {
                if pipe.write_all(&bytes).await.is_err() {
                    tracing::trace!("the program did not read all of its input");
                }
            });
        }
    }

    fn read_exit(&mut self, status: ExitStatus) -> Exit {
        let (reports, tampered) = match &mut self.guards {
            Some(guards) => guards.settle(),
            None => (Vec::new(), Vec::new()),
        };
        self.guards = None;
        let (code, signal) = ended(status, &reports);
        let mut why = why(status, signal, &reports);
        // What ends after being asked to has been stopped, whatever it returns.
        if self.is_stopped && matches!(why, Why::Itself | Why::Killed) {
            why = Why::Stopped;
        }
        Exit {
            code,
            signal,
            why,
            tampered,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.exit.is_some() {
            return;
        }
        let guards = self.guards.take();
        finish::end(&self.child, move || {
            if let Some(mut guards) = guards {
                guards.settle();
            }
        });
    }
}

/// The code to show, and the signal.
fn ended(status: ExitStatus, reports: &[Report]) -> (i32, Option<i32>) {
    for report in reports {
        match report {
            Report::Exited(code) => return (*code, None),
            Report::Signaled(signal) => return (SIGNAL_BASE + signal, Some(*signal)),
            Report::Memory | Report::Processes => return (SIGNAL_BASE + KILL, Some(KILL)),
            Report::Started | Report::Refused(_) | Report::NotStarted(_) => {}
        }
    }
    if let Some(code) = status.code() {
        return (code, None);
    }
    let signal = signal(status);
    (SIGNAL_BASE + signal.unwrap_or(KILL), signal)
}

fn why(status: ExitStatus, signal: Option<i32>, reports: &[Report]) -> Why {
    let mut is_reported = false;
    for report in reports {
        match report {
            Report::Refused(message) => return Why::Refused(message.clone()),
            Report::NotStarted(message) => return Why::NotStarted(message.clone()),
            Report::Memory => return Why::Memory,
            Report::Processes => return Why::Processes,
            Report::Started => {}
            Report::Exited(_) | Report::Signaled(_) => is_reported = true,
        }
    }
    match signal {
        Some(CPU_TIME) => Why::CpuTime,
        Some(FILE_SIZE) => Why::FileSize,
        Some(SYSTEM_CALL) => Why::SystemCall,
        Some(KILL) => Why::Killed,
        Some(_) => Why::Itself,
        // The launcher ended without a word: bubblewrap did not get as far, or both were killed.
        None if REPORTS && !is_reported && status.code().is_some_and(|code| code != 0) => {
            Why::Refused("the sandbox ended without a report".to_owned())
        }
        None => Why::Itself,
    }
}

/// On other systems the launcher becomes the program, and says nothing.
const REPORTS: bool = cfg!(target_os = "linux");

const SIGNAL_BASE: i32 = 128;
const KILL: i32 = 9;
const CPU_TIME: i32 = 24;
const FILE_SIZE: i32 = 25;
const SYSTEM_CALL: i32 = 31;

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}
