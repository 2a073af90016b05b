//! The command line that starts a confined program.
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::backend::{Backend, Launcher};
use crate::bubblewrap::{self, Mount};
use crate::error::SpawnError;
use crate::guards::Guards;
use crate::places::Places;
use crate::plan::{Confine, Descriptors, MAX_PLAN_BYTES, Plan, Rules};
use crate::probe::Probed;
use crate::profile::{Network, Profile};
use crate::seatbelt;
use crate::sockets::{self, Socket};
use crate::spec::Spec;

/// What confines a program.
pub(crate) struct Confined<'a> {
    pub(crate) probed: &'a Probed,
    pub(crate) places: &'a Places,
    pub(crate) profile: &'a Profile,
    /// What bubblewrap mounts to protect paths.
    pub(crate) protecting: Vec<Mount>,
    pub(crate) guards: &'a Guards,
    pub(crate) hiding: &'a Hiding,
    /// What the launcher inherits.
    pub(crate) tie: Option<Descriptors>,
}

/// How bubblewrap hides what must not be reached. A mount needs what it covers to be there still,
/// and bubblewrap fails where it is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hiding {
    /// Sockets that get a mount.
    pub(crate) sockets: Vec<Socket>,
    pub(crate) files: Files,
}

/// How hidden files are hidden inside of bubblewrap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Files {
    /// By mounts.
    #[default]
    ByMounts,
    /// By the rules of Landlock, which do not mind what comes and goes; and as there may be
    /// sockets that come and go too, nothing connects to any while the network is off.
    ByRules,
}

impl Hiding {
    /// The first way.
    pub(crate) fn by_mounts(places: &Places) -> Self {
        Hiding {
            sockets: sockets::outside(&places.all_writable()),
            files: Files::ByMounts,
        }
    }

    /// Where that failed time and again: only the sockets that were there all the time get a
    /// mount.
    pub(crate) fn by_rules(places: &Places, before: &Hiding) -> Self {
        let mut sockets = sockets::outside(&places.all_writable());
        sockets.retain(|socket| before.sockets.contains(socket));
        Hiding {
            sockets,
            files: Files::ByRules,
        }
    }
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
        let mut mounts = self.places.writable_mounts();
        match self.hiding.files {
            Files::ByMounts => mounts.extend(self.places.hiding_mounts()),
            Files::ByRules => {}
        }
        mounts.extend(self.protecting.iter().cloned());
        mounts.extend(self.places.shown_again());
        let sockets = self.hiding.sockets.iter();
        mounts.extend(sockets.map(|socket| Mount::HiddenFile(socket.path.clone())));
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
            tie: self.tie,
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
                let (hidden, connects) = match self.hiding.files {
                    Files::ByMounts => (Vec::new(), true),
                    Files::ByRules => (self.places.all_hidden(), false),
                };
                Confine::Inside(Rules {
                    writable,
                    hidden,
                    network: self.profile.network,
                    connects,
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
