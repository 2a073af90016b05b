//! What stays around a program until nothing of it is left: the watch over protected paths, the
//! placeholders, what ties the launcher to the server.
use std::path::Path;

use crate::backend::Backend;
use crate::bubblewrap::Mount;
#[cfg(target_os = "linux")]
use crate::cgroup::Group;
use crate::error::SpawnError;
use crate::places::Places;
use crate::plan::Report;
use crate::profile::Limits;
use crate::tampered::Tampered;
use crate::tie::Tie;

#[cfg(target_os = "linux")]
pub(crate) use crate::protect::Placeholders;
#[cfg(target_os = "linux")]
use crate::protect::{Held, Watch, by_mounts};

/// On other systems nothing needs a placeholder.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders;

/// Held while a program runs.
#[derive(Debug)]
pub(crate) struct Guards {
    pub(crate) tie: Tie,
    #[cfg(target_os = "linux")]
    watch: Watch,
    #[cfg(target_os = "linux")]
    _placeholders: Held,
    #[cfg(target_os = "linux")]
    group: Option<Group>,
}

impl Guards {
    /// Prepares the protection of a profile, and returns what bubblewrap is to mount for it.
    #[cfg(target_os = "linux")]
    pub(crate) fn begin(
        backend: Backend,
        places: &Places,
        all: &Placeholders,
        limits: &Limits,
        tie: Tie,
    ) -> Result<(Self, Vec<Mount>), SpawnError> {
        let roots = &places.writable;
        let (watched, placeholders, mounts) = match backend {
            Backend::Bubblewrap => {
                let protection = by_mounts(roots, &places.protected, all);
                (
                    protection.watched,
                    protection.placeholders,
                    protection.mounts,
                )
            }
            Backend::Landlock => (places.protected.clone(), Vec::new(), Vec::new()),
            Backend::Seatbelt | Backend::Unsandboxed => (Vec::new(), Vec::new(), Vec::new()),
        };
        let held = all.hold(placeholders).map_err(SpawnError::Protect)?;
        let guards = Guards {
            tie,
            watch: Watch::begin(roots, &watched),
            _placeholders: held,
            group: Group::make(limits),
        };
        Ok((guards, mounts))
    }

    /// Seatbelt forbids; elsewhere nothing is confined.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn begin(
        _backend: Backend,
        _places: &Places,
        _all: &Placeholders,
        _limits: &Limits,
        tie: Tie,
    ) -> Result<(Self, Vec<Mount>), SpawnError> {
        Ok((Guards { tie }, Vec::new()))
    }

    /// The control group that the program is to join.
    pub(crate) fn group(&self) -> Option<&Path> {
        #[cfg(target_os = "linux")]
        let group = self.group.as_ref().map(Group::folder);
        #[cfg(not(target_os = "linux"))]
        let group = None;
        group
    }

    /// What the launcher reported, and what was changed that is protected. Nothing of the program
    /// is left by now.
    pub(crate) fn settle(&mut self) -> (Vec<Report>, Vec<Tampered>) {
        let reports = self.tie.read();
        #[cfg(target_os = "linux")]
        let tampered = self.watch.settle();
        #[cfg(not(target_os = "linux"))]
        let tampered = Vec::new();
        (reports, tampered)
    }
}
