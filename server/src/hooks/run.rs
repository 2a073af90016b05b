//! Running one hook: its input, its time, what it says and how it ends.
use std::io;
use std::path::Path;
use std::time::Duration;

use aside_sandbox::{
    Exit, Limits, Network, Output, Profile, Reader, Running, Sandbox, Spec, Stdin, Why,
};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Told;
use crate::settings::items::{Hook, HookEvent};

/// How much of what a hook says on standard error is used, in bytes.
pub const MAX_SAID_BYTES: usize = 8 * 1024;
/// How much a hook is told at most, in bytes; of longer arguments and results it is told so.
pub const MAX_INPUT_BYTES: usize = 4 * 1024 * 1024;
/// How long a hook may take to end after its time is over, before it is killed.
pub const GRACE: Duration = Duration::from_millis(500);
/// The exit code that says no.
const BLOCKS: i32 = 2;
/// How much is read at a time.
const PIECE: usize = 4096;

/// How a hook ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookEnd {
    /// It has nothing against it.
    Passed,
    /// It says no, and why.
    Blocked(String),
    /// It failed, which stops nothing; says how.
    Failed(String),
}

/// What running a hook needs.
pub struct Work<'a> {
    /// What starts it.
    pub sandbox: &'a Sandbox,
    /// Where it runs.
    pub workspace: &'a Path,
    /// A private folder.
    pub scratch: &'a Path,
    /// Variables of the environment that it gets though they look like secrets.
    pub allowed: &'a [String],
}

impl Work<'_> {
    /// Runs it to its end. Dropping the future ends it with all that it started.
    pub async fn run(&self, hook: &Hook, told: &Told<'_>) -> HookEnd {
        let input = crate::wire::to_json(told);
        if input.len() > MAX_INPUT_BYTES {
            let why = format!(
                "it was not run, because what it would be told is longer than {MAX_INPUT_BYTES} bytes"
            );
            // Whoever wants to get past a hook must not do so by saying much.
            return match hook.event {
                HookEvent::BeforeTool | HookEvent::TurnStart => HookEnd::Blocked(why),
                HookEvent::SessionStart
                | HookEvent::SessionEnd
                | HookEvent::TurnEnd
                | HookEvent::AfterTool => HookEnd::Failed(why),
            };
        }
        let running = match self.start(hook, input, told.event()).await {
            Ok(running) => running,
            Err(why) => return HookEnd::Failed(format!("it was not run ({why})")),
        };
        match follow(running, Duration::from_secs(hook.timeout_s)).await {
            Ok(end) => end,
            Err(error) => HookEnd::Failed(format!("how it ended is not known ({error})")),
        }
    }

    async fn start(&self, hook: &Hook, input: String, event: &str) -> Result<Running, String> {
        std::fs::create_dir_all(self.scratch).map_err(|error| error.to_string())?;
        let mut environment = aside_sandbox::environment(std::env::vars_os(), self.allowed);
        environment.push(("ASIDE_HOOK_EVENT".into(), event.into()));
        let (shell, flag) = match cfg!(windows) {
            true => ("cmd", "/C"),
            false => ("sh", "-c"),
        };
        let spec = Spec {
            program: shell.into(),
            args: vec![flag.into(), hook.command.as_str().into()],
            cwd: self.workspace.to_owned(),
            environment,
            stdin: Stdin::Bytes(input.into_bytes()),
            output: Output::Separate,
        };
        let profile = Profile {
            writable: Vec::new(),
            protected: Vec::new(),
            hidden: Vec::new(),
            network: Network::On,
            scratch: self.scratch.to_owned(),
            limits: Limits::default(),
        };
        let running = self.sandbox.spawn(&spec, &profile).await;
        running.map_err(|error| error.to_string())
    }
}

/// Waits for it, within its time.
async fn follow(mut running: Running, limit: Duration) -> io::Result<HookEnd> {
    let stdout = running.take_stdout();
    let stderr = running.take_stderr();
    let work = async {
        let (_, said, exit) = tokio::join!(read(stdout, 0), read(stderr, MAX_SAID_BYTES), async {
            running.wait().await
        });
        exit.map(|exit| (said, exit))
    };
    match tokio::time::timeout(limit, work).await {
        Ok(ended) => ended.map(|(said, exit)| end(&said, &exit)),
        Err(_) => {
            running.stop(GRACE).await?;
            Ok(HookEnd::Failed(format!(
                "it was stopped after {} s",
                limit.as_secs()
            )))
        }
    }
}

fn end(said: &str, exit: &Exit) -> HookEnd {
    if exit.is_success() {
        return HookEnd::Passed;
    }
    if exit.code == BLOCKS && exit.why == Why::Itself {
        return HookEnd::Blocked(said.to_owned());
    }
    let how = match &exit.why {
        Why::Refused(why) | Why::NotStarted(why) => format!("it was not run ({why})"),
        Why::Itself
        | Why::Stopped
        | Why::Memory
        | Why::Processes
        | Why::CpuTime
        | Why::FileSize
        | Why::SystemCall
        | Why::Killed => match exit.signal {
            Some(signal) => format!("signal {signal} ended it"),
            None => format!("it ended with exit code {}", exit.code),
        },
    };
    HookEnd::Failed(match said {
        "" => how,
        said => format!("{how}: {said}"),
    })
}

/// Reads all that is written, and keeps the first of it.
async fn read(reader: Option<Reader>, limit: usize) -> String {
    match reader {
        Some(reader) => read_all(reader, limit).await,
        None => String::new(),
    }
}

async fn read_all(mut reader: impl AsyncRead + Unpin, limit: usize) -> String {
    let mut kept = Vec::new();
    let mut piece = vec![0; PIECE];
    // Whoever writes is held to its time.
    while let Ok(count @ 1..) = reader.read(&mut piece).await {
        let room = limit - kept.len();
        kept.extend_from_slice(&piece[..count.min(room)]);
    }
    let text = String::from_utf8_lossy(&kept);
    text.trim().to_owned()
}
