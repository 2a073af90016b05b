//! How the agent's programs are run: the settings of commands, and what tools share.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aside_container::Pull;
use aside_sandbox::{Backend, Choice, Launcher, Limits, Network};
use aside_tools::{CheckerSpec, CommandSettings, ContainerSettings, Place, Services};

use super::{Engine, Workspace};
use crate::settings::{Commands, Container, Settings, items};
use crate::trust::Guard;

/// Bytes of a megabyte.
const MB: u64 = 1024 * 1024;
/// Bytes of a kilobyte.
const KB: usize = 1024;
/// How long before the end of its time `bash` lets a command go on in the background.
const MARGIN: Duration = Duration::from_secs(5);

impl Engine {
    /// What tools that run programs share.
    pub fn services(&self) -> &Services {
        self.services
            .get_or_init(|| services(&self.workspace, &self.settings()))
    }

    /// New settings, for programs that start from now on.
    pub(super) fn set_program_settings(&self, settings: &Settings) {
        if let Some(services) = self.services.get() {
            services.set(command_settings(settings));
            services.set_checkers(checkers(settings));
        }
    }

    /// Ends all commands.
    pub(super) async fn end_programs(&self) {
        if let Some(services) = self.services.get() {
            services.close().await;
        }
    }
}

/// What the tools of a workspace share.
pub(super) fn services(workspace: &Workspace, settings: &Settings) -> Services {
    // Where the system does not say which program this is, no program can be run.
    let program = std::env::current_exe().unwrap_or_else(|error| {
        tracing::error!(%error, "it is not known which program this is");
        PathBuf::new()
    });
    let place = Place {
        launcher: Launcher {
            program,
            args: vec![crate::cli::LAUNCHER_ARGUMENT.into()],
        },
        home: std::env::home_dir(),
        data: workspace.data.clone(),
        config: workspace.config.clone(),
        root: workspace.key.clone(),
    };
    let services = Services::new(place, command_settings(settings));
    services.set_checkers(checkers(settings));
    services
}

/// The checkers of the settings. Those of the workspace count as long as it is trusted.
fn checkers(settings: &Settings) -> Vec<CheckerSpec> {
    let specs = settings.checkers.iter().map(|checker| {
        let trust = settings.trust.clone();
        let guard: Option<Arc<dyn Fn() -> bool + Send + Sync>> = match checker.place {
            items::Place::User => None,
            items::Place::Workspace => {
                Some(Arc::new(move || trust.as_ref().is_some_and(Guard::holds)))
            }
        };
        CheckerSpec {
            files: checker.files.clone(),
            command: checker.command.clone(),
            guard,
        }
    });
    specs.collect()
}

/// The settings of commands as tools know them.
fn command_settings(settings: &Settings) -> CommandSettings {
    let Commands {
        backend,
        container,
        has_network,
        memory_mb,
        processes,
        environment,
        timeout_s,
        background_after_s,
        max_output_kb,
        max_jobs,
    } = &settings.commands;
    let whole_call = settings.turn.tool_timeout().saturating_sub(MARGIN);
    CommandSettings {
        backend: match backend.as_str() {
            "bubblewrap" => Choice::Only(Backend::Bubblewrap),
            "landlock" => Choice::Only(Backend::Landlock),
            "seatbelt" => Choice::Only(Backend::Seatbelt),
            "off" => Choice::Only(Backend::Unsandboxed),
            _ => Choice::Best,
        },
        container: (backend == "container").then(|| container_settings(container)),
        network: match has_network {
            true => Network::On,
            false => Network::Off,
        },
        limits: Limits {
            memory_bytes: memory_mb.saturating_mul(MB),
            processes: *processes,
            ..Limits::default()
        },
        environment: environment.clone(),
        timeout: Duration::from_secs(*timeout_s),
        background_after: Duration::from_secs(*background_after_s).min(whole_call),
        max_output: max_output_kb.saturating_mul(KB),
        max_jobs: *max_jobs,
    }
}

fn container_settings(container: &Container) -> ContainerSettings {
    ContainerSettings {
        image: container.image.clone(),
        socket: container.socket.clone(),
        pull: match container.pulls {
            true => Pull::Missing,
            false => Pull::Never,
        },
        pool: container.pool,
        idle: Duration::from_secs(container.idle_s),
    }
}
