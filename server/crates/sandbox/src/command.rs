//! The command line that starts a confined program.
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::backend::{Backend, Launcher};
use crate::bubblewrap::{self, Mount};
use crate::error::SpawnError;
use crate::guards::Guards;
use crate::places::Places;
use crate::plan::{Confine, MAX_PLAN_BYTES, Plan, Rules};
use crate::probe::Probed;
use crate::profile::{Network, Profile};
use crate::seatbelt;
use crate::sockets;
use crate::spec::Spec;

/// What confines a program.
pub(crate) struct Confined<'a> {
    pub(crate) probed: &'a Probed,
    pub(crate) places: &'a Places,
    pub(crate) profile: &'a Profile,
    /// What bubblewrap mounts to protect paths.
    pub(crate) protecting: Vec<Mount>,
    pub(crate) guards: &'a Guards,
}

impl Confined<'_> {
    /// The whole command, with its folder.
    pub(crate) fn command(&self, launcher: &Launcher, spec: &Spec) -> Result<Command, SpawnError> {
        if !cfg!(unix) {
            let mut command = new_command(Path::new(&spec.program));
            command.args(&spec.args).current_dir(&self.places.cwd);
            return Ok(command);
        }
        let plan = self.plan(self.confine(), self.inner_group())?;
        let mut command = match &self.probed.bubblewrap {
            Some(found) if self.probed.backend == Backend::Bubblewrap => {
                let mut command = self.around(launcher, &found.program)?;
                command.args(bubblewrap::arguments(
                    found.dialect,
                    &self.mounts(),
                    Some(&self.places.scratch),
                    self.profile.network,
                    &launcher.program,
                    &self.places.cwd,
                ));
                command.current_dir("/");
                command
            }
            Some(_) | None => {
                let mut command = new_command(&launcher.program);
                command.current_dir(&self.places.cwd);
                command
            }
        };
        command.args(&launcher.args).arg(plan).arg("--");
        command.arg(&spec.program).args(&spec.args);
        Ok(command)
    }

    fn mounts(&self) -> Vec<Mount> {
        let mut mounts = self.places.mounts();
        mounts.extend(self.protecting.iter().cloned());
        mounts.extend(self.places.shown_again());
        mounts.extend(sockets::outside(&self.places.all_writable()));
        mounts
    }

    /// Starts bubblewrap: by the launcher where there is a control group to join first.
    fn around(&self, launcher: &Launcher, program: &Path) -> Result<Command, SpawnError> {
        let Some(group) = self.guards.group() else {
            return Ok(new_command(program));
        };
        let plan = self.plan(Confine::Outermost, Some(group.to_owned()))?;
        let mut command = new_command(&launcher.program);
        command
            .args(&launcher.args)
            .arg(plan)
            .arg("--")
            .arg(program);
        Ok(command)
    }

    /// The control groups cannot be written inside of bubblewrap.
    fn inner_group(&self) -> Option<PathBuf> {
        match self.probed.backend {
            Backend::Bubblewrap => None,
            Backend::Landlock | Backend::Seatbelt | Backend::Unsandboxed => {
                self.guards.group().map(Path::to_owned)
            }
        }
    }

    fn plan(&self, confine: Confine, group: Option<PathBuf>) -> Result<String, SpawnError> {
        let plan = Plan {
            confine,
            group,
            limits: self.profile.limits,
            report: Some(self.guards.reporting.path().to_owned()),
            owner: owner(self.probed.backend),
        };
        let text = serde_json::to_string(&plan)
            .map_err(|error| SpawnError::Start(std::io::Error::other(error)))?;
        if text.len() > MAX_PLAN_BYTES {
            return Err(SpawnError::TooLarge(text.len()));
        }
        Ok(text)
    }

    /// Landlock alone stops connecting to sockets only on new kernels. On others nothing connects
    /// where something listens that would do a command's bidding; with the network on this
    /// cannot be told apart.
    fn may_connect(&self) -> bool {
        match self.profile.network {
            Network::On => true,
            Network::Off => {
                self.probed.closes_sockets || !sockets::are_exposed(&self.places.all_writable())
            }
        }
    }

    fn confine(&self) -> Confine {
        match self.probed.backend {
            Backend::Bubblewrap => {
                let mut writable = self.places.all_writable();
                writable.push("/tmp".into());
                Confine::Inside(Rules {
                    writable,
                    hidden: Vec::new(),
                    network: self.profile.network,
                    connects: true,
                })
            }
            Backend::Landlock => Confine::Alone(Rules {
                writable: self.places.all_writable(),
                hidden: self.places.hidden.clone(),
                network: self.profile.network,
                connects: self.may_connect(),
            }),
            Backend::Seatbelt => {
                Confine::Seatbelt(seatbelt::profile(self.places, self.profile.network))
            }
            Backend::Unsandboxed => Confine::Nothing,
        }
    }
}

/// The process whose end the launcher watches for.
fn owner(backend: Backend) -> Option<i32> {
    match backend {
        Backend::Bubblewrap => None,
        Backend::Landlock | Backend::Seatbelt | Backend::Unsandboxed => {
            i32::try_from(std::process::id()).ok()
        }
    }
}

/// A command in a process group of its own.
#[allow(
    clippy::disallowed_methods,
    reason = "this is what starts programs, in their sandbox"
)]
pub(crate) fn new_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(not(unix))]
    command.kill_on_drop(true);
    command
}
