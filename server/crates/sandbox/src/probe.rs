//! Which backend works here: tried, for bubblewrap may be installed and fail, in containers.
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::backend::{Backend, Choice, Config};
use crate::bubblewrap::{self, Dialect};
use crate::command::new_command;
use crate::finish;
use crate::plan::{Confine, Plan, Rules};
use crate::profile::{Limits, Network};
use crate::spawner::Spawner;

/// A trial run takes no longer.
pub(crate) const MAX_TRIAL: Duration = Duration::from_secs(5);

/// What a failed trial says is kept up to here, in bytes.
pub(crate) const MAX_REASON_BYTES: u64 = 400;

/// What was found.
#[derive(Debug)]
pub(crate) struct Probed {
    pub(crate) backend: Backend,
    /// Why it is not the one asked for, or the best.
    pub(crate) failure: Option<String>,
    pub(crate) bubblewrap: Option<Found>,
    /// Whether sockets in the file system stay closed with the network on.
    pub(crate) closes_sockets: bool,
}

/// A bubblewrap that works.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) program: PathBuf,
    pub(crate) dialect: Dialect,
}

/// Looks for the backend that is asked for.
pub(crate) async fn probe(config: &Config, spawner: &Spawner) -> Probed {
    let candidates: &[Backend] = match &config.choice {
        Choice::Best if cfg!(target_os = "linux") => &[Backend::Bubblewrap, Backend::Landlock],
        Choice::Best if cfg!(target_os = "macos") => &[Backend::Seatbelt],
        Choice::Best => &[],
        Choice::Only(backend) => std::slice::from_ref(backend),
    };
    let mut failure = None;
    for candidate in candidates {
        match attempt(*candidate, config, spawner).await {
            Ok(probed) => return probed,
            Err(reason) => {
                tracing::info!(backend = %candidate, reason, "a sandbox is not usable here");
                failure = Some(reason);
            }
        }
    }
    Probed {
        backend: Backend::Unsandboxed,
        failure,
        bubblewrap: None,
        closes_sockets: false,
    }
}

async fn attempt(backend: Backend, config: &Config, spawner: &Spawner) -> Result<Probed, String> {
    let mut probed = Probed {
        backend,
        failure: None,
        bubblewrap: None,
        closes_sockets: true,
    };
    match backend {
        Backend::Bubblewrap => probed.bubblewrap = Some(find(config, spawner).await?),
        Backend::Landlock => probed.closes_sockets = landlock()?,
        Backend::Seatbelt => seatbelt()?,
        Backend::Unsandboxed => {}
    }
    Ok(probed)
}

#[cfg(target_os = "linux")]
fn landlock() -> Result<bool, String> {
    crate::launch::Abilities::probe().map(|abilities| abilities.sockets)
}

#[cfg(not(target_os = "linux"))]
fn landlock() -> Result<bool, String> {
    Err("Landlock is of Linux".to_owned())
}

fn seatbelt() -> Result<(), String> {
    if cfg!(target_os = "macos") && Path::new(crate::seatbelt::PROGRAM).exists() {
        return Ok(());
    }
    Err("sandbox-exec is of macOS".to_owned())
}

async fn find(config: &Config, spawner: &Spawner) -> Result<Found, String> {
    let program = bubblewrap::find().ok_or("bubblewrap is not installed")?;
    let mut reason = String::new();
    for dialect in [Dialect::New, Dialect::Old] {
        match tried(&program, dialect, config, spawner).await {
            Ok(()) => return Ok(Found { program, dialect }),
            // What the first says is of the options that are wanted.
            Err(said) if reason.is_empty() => reason = said,
            Err(_) => {}
        }
    }
    Err(reason)
}

/// Runs `true` inside.
async fn tried(
    program: &Path,
    dialect: Dialect,
    config: &Config,
    spawner: &Spawner,
) -> Result<(), String> {
    let plan = Plan {
        confine: Confine::Inside(Rules {
            writable: Vec::new(),
            hidden: Vec::new(),
            network: Network::Off,
            connects: true,
        }),
        limits: Limits::default(),
        tie: None,
        group: None,
    };
    let plan = serde_json::to_string(&plan).map_err(|error| error.to_string())?;
    let launcher = &config.launcher;
    let root = Path::new("/");
    let mut command = new_command(program);
    command
        .args(bubblewrap::arguments(
            dialect,
            &[],
            None,
            Network::Off,
            &launcher.program,
            root,
        ))
        .args(&launcher.args)
        .args([&plan, "--", "true"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/run/current-system/sw/bin")
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = spawner
        .spawn(command, None)
        .await
        .map_err(|error| error.to_string())?;
    let mut said = String::new();
    let stderr = child.stderr.take();
    let run = async {
        if let Some(stderr) = stderr {
            stderr
                .take(MAX_REASON_BYTES)
                .read_to_string(&mut said)
                .await?;
        }
        child.wait().await
    };
    let ended = tokio::time::timeout(MAX_TRIAL, run).await;
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("{}: {status}", said.trim())),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => {
            finish::end(&child, || {});
            Err("its trial run did not end".to_owned())
        }
    }
}
