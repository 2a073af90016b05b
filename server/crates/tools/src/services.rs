//! What tools that run programs share: the sandbox, the commands at work, the settings. Nothing is
//! started before the first program.
mod capture;
mod contained;
mod started;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use aside_agent::tool::{ToolContext, ToolError};
use aside_container::Containers;
use aside_sandbox::{
    Backend, Choice, Config, Launcher, Limits, Network, Output, Profile, Sandbox, Spec, Stdin,
};

use crate::checkers::CheckerSpec;
use crate::command::explained::Confined;
use crate::command::follow::Foreground;
use crate::jobs::{Bounds, Jobs, Process, spool_name};

/// How long a program may take to end by itself after it was told to, before it is killed.
const GRACE: Duration = Duration::from_secs(1);
/// How many of Aside's own files are hidden from programs.
const MAX_HIDDEN: usize = 256;
/// The folder of Aside's data that holds the private folders of sessions.
const SCRATCH: &str = "scratch";

pub(crate) use capture::Captured;
pub use contained::ContainerSettings;
pub(crate) use started::Started;

/// Where programs run, and what confines them.
#[derive(Debug, Clone)]
pub struct Place {
    /// The program that confines.
    pub launcher: Launcher,
    /// The user's home folder, where there is one.
    pub home: Option<PathBuf>,
    /// Where Aside keeps its data. Programs cannot read it; the private folders of sessions are in
    /// it.
    pub data: PathBuf,
    /// Where the user's settings are, which programs cannot read.
    pub config: PathBuf,
    /// The workspace's first folder.
    pub root: PathBuf,
}

/// The settings of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSettings {
    /// What confines.
    pub backend: Choice,
    /// Where programs run in containers: of which kind these are. Then nothing else confines them.
    pub container: Option<ContainerSettings>,
    /// Whether the network is reached without asking.
    pub network: Network,
    /// How much a command may use.
    pub limits: Limits,
    /// Variables of the environment that are passed on though they look like secrets.
    pub environment: Vec<String>,
    /// The longest that a command may work.
    pub timeout: Duration,
    /// After this a command goes on in the background.
    pub background_after: Duration,
    /// How much output is shown, in bytes.
    pub max_output: usize,
    /// Commands of one session that work in the background.
    pub max_jobs: usize,
}

/// What tools share. Clones are the same.
#[derive(Debug, Clone)]
pub struct Services(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    settings: RwLock<Arc<CommandSettings>>,
    sandbox: RwLock<Shared>,
    jobs: Jobs,
    checkers: RwLock<Arc<[CheckerSpec]>>,
}

/// The sandbox, made anew where the settings want another.
#[derive(Debug, Clone)]
struct Shared {
    sandbox: Arc<Sandbox>,
    wanted: Wanted,
    /// Where programs run in these.
    containers: Option<Containers>,
    known: Arc<OnceLock<Known>>,
}

/// What of the settings makes another sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    choice: Choice,
    container: Option<(ContainerSettings, Limits)>,
}

impl Wanted {
    fn of(settings: &CommandSettings) -> Self {
        let container = settings.container.clone();
        Self {
            choice: settings.backend,
            container: container.map(|container| (container, settings.limits)),
        }
    }
}

/// What is known of the sandbox once it was tried.
#[derive(Debug)]
struct Known {
    backend: Backend,
    /// What it leaves open, without the network and with it.
    caveats: [Option<&'static str>; 2],
}

/// A program to run.
pub(crate) struct Program<'a> {
    /// As it is listed.
    pub(crate) title: &'a str,
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    pub(crate) cwd: &'a Path,
    /// More of the environment.
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) stdin: Stdin,
    pub(crate) network: Network,
    /// Whether it may write in the workspace.
    pub(crate) writes_workspace: bool,
    /// How long it may work.
    pub(crate) time: Duration,
}

impl Services {
    /// Services at rest.
    pub fn new(place: Place, settings: CommandSettings) -> Self {
        let sandbox = Shared::new(&place, Wanted::of(&settings));
        Self(Arc::new(Inner {
            place,
            settings: RwLock::new(Arc::new(settings)),
            sandbox: RwLock::new(sandbox),
            jobs: Jobs::default(),
            checkers: RwLock::new(Arc::from([])),
        }))
    }

    /// New settings, for commands that start from now on.
    pub fn set(&self, settings: CommandSettings) {
        let wanted = Wanted::of(&settings);
        *self
            .0
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
        let mut sandbox = self
            .0
            .sandbox
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if sandbox.wanted == wanted {
            return;
        }
        let old = std::mem::replace(&mut *sandbox, Shared::new(&self.0.place, wanted));
        // Without a runtime nothing was ever started in them.
        if let Some(containers) = old.containers
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { containers.close().await });
        }
    }

    /// What the settings check files with, from now on.
    pub fn set_checkers(&self, checkers: Vec<CheckerSpec>) {
        let held = self.0.checkers.write();
        *held.unwrap_or_else(PoisonError::into_inner) = Arc::from(checkers);
    }

    pub(crate) fn checkers(&self) -> Arc<[CheckerSpec]> {
        let checkers = self.0.checkers.read();
        Arc::clone(&checkers.unwrap_or_else(PoisonError::into_inner))
    }

    /// The commands at work.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Finds out what confines programs here, so that a question for permission can say it.
    pub async fn prepare(&self) {
        let shared = self.sandbox();
        // What containers do is known without a trial.
        if shared.known.get().is_some() || shared.containers.is_some() {
            return;
        }
        let backend = match shared.sandbox.backend().await {
            Ok(backend) => backend,
            Err(error) => {
                tracing::warn!(%error, "no program can be run");
                return;
            }
        };
        let off = shared.sandbox.describes(Network::Off).await;
        let on = shared.sandbox.describes(Network::On).await;
        let caveats = [off.unwrap_or_default(), on.unwrap_or_default()];
        // Another call may have been quicker, with the same result.
        let _ = shared.known.set(Known { backend, caveats });
    }

    /// Ends all commands, and removes the containers.
    pub async fn close(&self) {
        self.0.jobs.end_all().await;
        if let Some(containers) = self.sandbox().containers {
            containers.close().await;
        }
    }

    /// Ends the commands of a session, and removes its private folder.
    pub async fn delete_session(&self, session_id: &str) {
        self.0.jobs.end_session(session_id).await;
        if let Some(containers) = self.sandbox().containers {
            containers.end_session(session_id).await;
        }
        let Some(scratch) = self.scratch(session_id) else {
            return;
        };
        let removed = tokio::task::spawn_blocking(move || remove(&scratch)).await;
        if let Ok(Err(error)) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the private folder of a session was not removed");
        }
    }

    pub(crate) fn settings(&self) -> Arc<CommandSettings> {
        let settings = self.0.settings.read();
        Arc::clone(&settings.unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn home(&self) -> Option<&Path> {
        self.0.place.home.as_deref()
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0.place.root
    }

    /// What nothing confines, or what programs run in, in a sentence for a question.
    pub(crate) fn caveat(&self, network: Network) -> Option<String> {
        let shared = self.sandbox();
        if let Some(containers) = &shared.containers {
            return Some(contained::caveat(containers, network));
        }
        let caveat = match shared.known.get() {
            Some(known) => known.caveats[usize::from(network == Network::On)],
            None => Some("Whether this system can confine the command is not known yet."),
        };
        caveat.map(str::to_owned)
    }

    /// Whether programs run in containers, where there may be others than on this system.
    pub(crate) fn is_contained(&self) -> bool {
        self.sandbox().containers.is_some()
    }

    /// Whether programs have a `/tmp` of their own.
    pub(crate) fn has_own_tmp(&self) -> bool {
        let shared = self.sandbox();
        let known = shared.known.get();
        let is_own = known.is_some_and(|known| known.backend == Backend::Bubblewrap);
        is_own || shared.containers.is_some()
    }

    /// The private folder of a session; none where the id is no name of a folder.
    pub(crate) fn scratch(&self, session_id: &str) -> Option<PathBuf> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_name = !session_id.is_empty() && session_id.bytes().all(is_fine);
        is_name.then(|| self.0.place.data.join(SCRATCH).join(session_id))
    }

    /// The private folder of a session, made if it is missing.
    pub(crate) fn make_scratch(&self, context: &ToolContext) -> Result<PathBuf, ToolError> {
        let scratch = self.scratch(&context.session_id).ok_or_else(|| {
            ToolError("Programs are run in sessions only, and there is none here.".to_owned())
        })?;
        std::fs::create_dir_all(&scratch).map_err(|error| {
            ToolError(format!(
                "The session's private folder {} cannot be made: {error}. The user has to see to that.",
                scratch.display()
            ))
        })?;
        Ok(scratch)
    }

    /// Starts a program, which ends when what is returned is dropped.
    pub(crate) async fn start(
        &self,
        program: Program<'_>,
        context: &ToolContext,
    ) -> Result<Foreground, ToolError> {
        let (title, time, network) = (program.title, program.time, program.network);
        let scratch = self.make_scratch(context)?;
        let running = self.spawn(program, Output::Merged, context).await?;
        let jobs = self.jobs();
        let number = jobs.next_number(&context.session_id);
        let bounds = Bounds {
            time,
            scratch,
            spool: spool_name(number),
            shown: self.settings().max_output,
            confined: Confined {
                backend: running.backend(),
                network,
            },
        };
        let process = process(running)?;
        let job = jobs.start(&context.session_id, number, title, process, bounds);
        Ok(Foreground::new(job))
    }

    /// A program that runs, confined.
    async fn spawn(
        &self,
        program: Program<'_>,
        output: Output,
        context: &ToolContext,
    ) -> Result<Started, ToolError> {
        self.prepare().await;
        let shared = self.sandbox();
        let settings = self.settings();
        let scratch = self.make_scratch(context)?;
        let roots = context.files.roots();
        let (all, named) = (std::env::vars_os(), &settings.environment);
        let inherited = match shared.containers {
            Some(_) => contained::environment(all, named, &scratch),
            None => aside_sandbox::environment(all, named),
        };
        let spec = Spec {
            program: program.program,
            args: program.args,
            cwd: program.cwd.to_owned(),
            environment: [inherited, program.environment].concat(),
            stdin: program.stdin,
            output,
        };
        let protected = roots.iter();
        let protected = protected.flat_map(|root| aside_sandbox::protected_in(root));
        let profile = Profile {
            protected: protected.collect(),
            writable: match program.writes_workspace {
                true => roots.clone(),
                false => Vec::new(),
            },
            hidden: self.hidden(),
            network: program.network,
            scratch,
            limits: settings.limits,
        };
        if let Some(containers) = &shared.containers {
            let session_id = &context.session_id;
            let running = contained::spawn(containers, session_id, spec, profile, roots).await;
            return running.map(Started::Contained);
        }
        let running = shared.sandbox.spawn(&spec, &profile).await;
        let running = running.map(|running| Started::Here(Box::new(running)));
        running.map_err(|error| {
            ToolError(format!(
                "The command was not run: {error}. The user has to see to that."
            ))
        })
    }

    fn sandbox(&self) -> Shared {
        let shared = self.0.sandbox.read();
        shared.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Credentials, and all that is Aside's but the private folders.
    fn hidden(&self) -> Vec<PathBuf> {
        let place = &self.0.place;
        let mut hidden = match &place.home {
            Some(home) => aside_sandbox::credentials(home),
            None => Vec::new(),
        };
        hidden.push(place.config.clone());
        if let Ok(entries) = std::fs::read_dir(&place.data) {
            let entries = entries.flatten().take(MAX_HIDDEN);
            let own = entries.filter(|entry| entry.file_name() != SCRATCH);
            hidden.extend(own.map(|entry| entry.path()));
        }
        hidden
    }
}

impl Shared {
    fn new(place: &Place, wanted: Wanted) -> Self {
        let container = wanted.container.as_ref();
        Self {
            containers: container
                .map(|(settings, limits)| contained::containers(settings, *limits, &place.root)),
            sandbox: Arc::new(Sandbox::new(Config {
                launcher: place.launcher.clone(),
                choice: wanted.choice,
            })),
            wanted,
            known: Arc::default(),
        }
    }
}

/// A program as jobs know it.
fn process(mut running: Started) -> Result<Process, ToolError> {
    let output = running
        .take_stdout()
        .ok_or_else(|| ToolError("The command has no output to be read.".to_owned()))?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let ended = async move {
        let stopped = async {
            // Where nobody can stop it any more, it ends by itself.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let exit = tokio::select! {
            exit = running.wait() => exit,
            () = stopped => running.stop(GRACE).await,
        };
        crate::command::told::end(exit)
    };
    Ok(Process {
        output,
        ended: Box::pin(ended),
        stop: Box::new(move || {
            // If nobody hears it, the program has ended.
            let _ = stop.send(());
        }),
    })
}

#[allow(
    clippy::disallowed_methods,
    reason = "the folder is Aside's own, not the user's"
)]
fn remove(folder: &Path) -> std::io::Result<()> {
    std::fs::remove_dir_all(folder)
}
