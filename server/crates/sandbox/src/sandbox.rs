//! Starts programs, confined by the backend that works here.
use std::process::Stdio;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::backend::{self, Backend, Choice, Config};
use crate::command::{Confined, Hiding};
use crate::error::SpawnError;
use crate::guards::{Guards, Placeholders};
use crate::output;
use crate::places::Places;
use crate::probe::{self, Probed};
use crate::profile::{Network, Profile};
use crate::running::Running;
use crate::spawner::Spawner;
use crate::spec::{Spec, Stdin};
use crate::tie::Tie;

/// How long a launcher may take to say its first word. After that the program is the caller's, with
/// the time that the caller gives it.
pub(crate) const MAX_BEGINNING: Duration = Duration::from_secs(10);

/// How often the start of a program is tried, where things come and go that are to be hidden.
pub(crate) const MAX_STARTS: usize = 16;

/// How many of these tries hide all that is there by mounts. The others need only that no socket
/// goes which was there from the first.
const MAX_MOUNTED: usize = 3;

/// Starts programs, confined. One is shared by all sessions.
#[derive(Debug)]
pub struct Sandbox {
    config: Config,
    probed: OnceCell<Probed>,
    spawner: OnceCell<Spawner>,
    placeholders: Placeholders,
}

impl Sandbox {
    /// A sandbox. Nothing is tried before the first question or program.
    pub fn new(config: Config) -> Self {
        Sandbox {
            config,
            probed: OnceCell::new(),
            spawner: OnceCell::new(),
            placeholders: Placeholders::default(),
        }
    }

    /// The backend in use. The first call tries which works, within some 30 ms.
    ///
    /// # Errors
    /// [`SpawnError::Unavailable`] when the settings ask for another than those that work.
    pub async fn backend(&self) -> Result<Backend, SpawnError> {
        Ok(self.probed().await?.backend)
    }

    /// What the backend leaves open, in sentences for a permission prompt; `None` when nothing
    /// needs saying.
    ///
    /// # Errors
    /// As [`Sandbox::backend`].
    pub async fn describes(&self, network: Network) -> Result<Option<&'static str>, SpawnError> {
        let probed = self.probed().await?;
        let are_sockets_closed = match network {
            Network::Off => true,
            Network::On => probed.closes_sockets,
        };
        Ok(backend::caveat(probed.backend, are_sockets_closed))
    }

    async fn probed(&self) -> Result<&Probed, SpawnError> {
        let spawner = self.spawner().await?;
        let probed = self
            .probed
            .get_or_init(|| probe::probe(&self.config, spawner))
            .await;
        match (&probed.failure, self.config.choice) {
            (Some(reason), Choice::Only(backend)) => Err(SpawnError::Unavailable {
                backend,
                reason: reason.clone(),
            }),
            (Some(_), Choice::Best) | (None, _) => Ok(probed),
        }
    }

    async fn spawner(&self) -> Result<&Spawner, SpawnError> {
        self.spawner
            .get_or_try_init(|| async { Spawner::start() })
            .await
            .map_err(SpawnError::Start)
    }

    /// Starts a program.
    ///
    /// # Errors
    /// When a folder is missing, the backend that the settings ask for does not work, or the
    /// system starts nothing. That the program itself does not exist is told by
    /// [`Running::wait`].
    pub async fn spawn(&self, spec: &Spec, profile: &Profile) -> Result<Running, SpawnError> {
        let mut places = Places::resolve(profile, &spec.cwd)?;
        let first = self.hiding(&places).await?;
        let mut running = self.start(spec, profile, &places, &first).await?;
        for number in 2..=MAX_STARTS {
            if !self.is_stillborn(&mut running).await {
                break;
            }
            tracing::debug!("something to be hidden was gone when a command was started");
            places = Places::resolve(profile, &spec.cwd)?;
            let hiding = if number <= MAX_MOUNTED {
                self.hiding(&places).await?
            } else {
                Hiding::by_rules(&places, &first)
            };
            running = self.start(spec, profile, &places, &hiding).await?;
        }
        running.feed(&spec.stdin);
        Ok(running)
    }

    async fn hiding(&self, places: &Places) -> Result<Hiding, SpawnError> {
        Ok(match self.probed().await?.backend {
            Backend::Bubblewrap => Hiding::by_mounts(places),
            Backend::Landlock | Backend::Seatbelt | Backend::Unsandboxed => Hiding::default(),
        })
    }

    /// Whether bubblewrap ended before the launcher said a word, so that nothing of the program
    /// has run: what it was to hide may have vanished since it was looked for.
    async fn is_stillborn(&self, running: &mut Running) -> bool {
        match running.backend {
            // Waiting for the end gives back what the program held.
            Backend::Bubblewrap => {
                let begun = tokio::time::timeout(MAX_BEGINNING, running.has_begun()).await;
                begun.is_ok_and(|has_begun| !has_begun) && running.wait().await.is_ok()
            }
            Backend::Landlock | Backend::Seatbelt | Backend::Unsandboxed => false,
        }
    }

    async fn start(
        &self,
        spec: &Spec,
        profile: &Profile,
        places: &Places,
        hiding: &Hiding,
    ) -> Result<Running, SpawnError> {
        let probed = self.probed().await?;
        let (tie, ends) = Tie::open().map_err(SpawnError::Start)?;
        let (guards, protecting) = Guards::begin(
            probed.backend,
            places,
            &self.placeholders,
            &profile.limits,
            tie,
        )?;
        let confined = Confined {
            probed,
            places,
            profile,
            protecting,
            guards: &guards,
            hiding,
            tie: ends.descriptors(),
        };
        let mut command = confined.command(&self.config.launcher, spec)?;
        command.env_clear();
        command.envs(spec.environment.iter().map(|(name, value)| (name, value)));
        command.envs(places.environment());
        command.stdin(match spec.stdin {
            Stdin::Null => Stdio::null(),
            Stdin::Bytes(_) => Stdio::piped(),
        });
        let pipes = output::connect(&mut command, spec.output).map_err(SpawnError::Start)?;
        let spawner = self.spawner().await?.clone();
        let mut child = spawner
            .spawn(command, Some(ends))
            .await
            .map_err(SpawnError::Start)?;
        let stdin = child.stdin.take();
        Ok(Running {
            child,
            stdin,
            stdout: Some(pipes.stdout),
            stderr: pipes.stderr,
            backend: probed.backend,
            guards: Some(guards),
            exit: None,
            is_stopped: false,
            _spawner: spawner,
        })
    }
}
