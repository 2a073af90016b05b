//! One container: how it is made, who uses it, and that it goes.
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptions, RemoveContainerOptionsBuilder,
    StartContainerOptions,
};
use tokio::io::AsyncWrite;

use crate::bounds::TMP_BYTES;
use crate::config::{Config, Limits};
use crate::engine::{Engine, Users, ask};
use crate::error::ContainerError;
use crate::layout::{Layout, Network};
use crate::owner::Owner;

/// Whose a container is.
pub(crate) const SERVER_LABEL: &str = "aside.server";
/// Of which workspace.
pub(crate) const WORKSPACE_LABEL: &str = "aside.workspace";

/// What the first program of a container does.
const INIT: &str = include_str!("init.sh");

/// A container that was started.
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) layout: Layout,
    /// The private folder that it was made with.
    pub(crate) scratch: PathBuf,
    uses: Mutex<Uses>,
    /// Its standard input. The container ends when this does, also when the server is killed.
    _held: Mutex<Pin<Box<dyn AsyncWrite + Send>>>,
}

#[derive(Debug)]
struct Uses {
    /// How many programs run in it.
    active: usize,
    /// No more programs are started in it.
    is_retired: bool,
    /// When the last of them ended.
    last: Instant,
}

impl fmt::Debug for Container {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Container");
        shown.field("id", &self.id).finish_non_exhaustive()
    }
}

/// A program's hold on its container.
#[derive(Debug)]
pub(crate) struct Use(pub(crate) Arc<Container>);

impl Drop for Use {
    fn drop(&mut self) {
        let mut uses = self.0.uses();
        uses.active = uses.active.saturating_sub(1);
        uses.last = Instant::now();
    }
}

impl Container {
    /// Makes and starts one.
    pub(crate) async fn create(
        engine: &Engine,
        config: &Config,
        layout: Layout,
        scratch: &Path,
    ) -> Result<Arc<Self>, ContainerError> {
        let body = body(engine, config, &layout, scratch)?;
        let docker = &engine.docker;
        let options: Option<CreateContainerOptions> = None;
        let created = docker.create_container(options, body);
        let id = ask("Making a container", created).await.map_err(named)?.id;
        let options = AttachContainerOptionsBuilder::default()
            .stream(true)
            .stdin(true)
            .build();
        let start = async {
            let attached = docker.attach_container(&id, Some(options));
            let attached = ask("Attaching to a container", attached).await?;
            let options: Option<StartContainerOptions> = None;
            ask("Starting a container", docker.start_container(&id, options)).await?;
            Ok(attached.input)
        };
        match start.await.map_err(named) {
            Ok(held) => Ok(Arc::new(Self {
                id,
                layout,
                scratch: scratch.to_owned(),
                uses: Mutex::new(Uses {
                    active: 0,
                    is_retired: false,
                    last: Instant::now(),
                }),
                _held: Mutex::new(held),
            })),
            Err(error) => {
                remove(engine, &id).await;
                Err(error)
            }
        }
    }

    /// For one program more, unless the container is on its way out.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Use> {
        let mut uses = self.uses();
        if uses.is_retired {
            return None;
        }
        uses.active += 1;
        Some(Use(Arc::clone(self)))
    }

    /// Starts no more programs in it.
    pub(crate) fn retire(&self) {
        self.uses().is_retired = true;
    }

    /// The same, if no more than so many programs run in it, and none has since then.
    pub(crate) fn retire_if(&self, at_most: usize, unused_since: Option<Instant>) -> bool {
        let mut uses = self.uses();
        let is_unused = unused_since.is_none_or(|since| uses.last <= since);
        if uses.active > at_most || !is_unused {
            return false;
        }
        uses.is_retired = true;
        true
    }

    fn uses(&self) -> std::sync::MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends and deletes a container, with all that runs in it.
pub(crate) async fn remove(engine: &Engine, id: &str) {
    let options = RemoveContainerOptionsBuilder::default()
        .force(true)
        .v(true)
        .build();
    let removed = engine.docker.remove_container(id, Some(options));
    match ask("Removing a container", removed).await {
        // It deletes itself when it ends, so it may be gone.
        Ok(()) | Err(ContainerError::Gone) => {}
        Err(error) => tracing::warn!(%error, id, "a container was left behind"),
    }
}

/// A container that is made cannot be gone: something that it needs is missing.
fn named(error: ContainerError) -> ContainerError {
    match error {
        ContainerError::Gone => ContainerError::Refused {
            what: "Making a container",
            reason: "the engine misses something that the container needs".to_owned(),
        },
        error => error,
    }
}

fn body(
    engine: &Engine,
    config: &Config,
    layout: &Layout,
    scratch: &Path,
) -> Result<ContainerCreateBody, ContainerError> {
    let (mounts, mut tmpfs) = layout.mounts(scratch)?;
    // Where the workspace or the private folder is in `/tmp`, this comes first all the same:
    // engines mount by depth.
    tmpfs
        .entry("/tmp".to_owned())
        .or_insert_with(|| format!("rw,exec,size={TMP_BYTES},mode=1777"));
    let Limits {
        memory_bytes,
        processes,
        milli_cpus,
    } = config.limits;
    if engine.is_podman {
        // It would fill them with what they are there to hide.
        for options in tmpfs.values_mut() {
            options.push_str(",notmpcopyup");
        }
    }
    let memory = i64::try_from(memory_bytes).ok();
    let (user, userns) = user(engine.users);
    let Owner {
        server, workspace, ..
    } = &config.owner;
    let labels = [(SERVER_LABEL, server), (WORKSPACE_LABEL, workspace)];
    let labels = labels.map(|(key, value)| (key.to_owned(), value.clone()));
    let network = match layout.network() {
        Network::Off => "none",
        Network::On => "bridge",
    };
    let text = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect());
    Ok(ContainerCreateBody {
        image: Some(config.image.clone()),
        entrypoint: text(&["sh"]),
        cmd: text(&["-c", INIT]),
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        working_dir: Some("/".to_owned()),
        user,
        labels: Some(HashMap::from(labels)),
        host_config: Some(HostConfig {
            auto_remove: Some(true),
            mounts: Some(mounts),
            tmpfs: Some(tmpfs),
            network_mode: Some(network.to_owned()),
            userns_mode: userns,
            readonly_rootfs: Some(true),
            cap_drop: text(&["ALL"]),
            // Labels of SELinux would have to be written on the user's files otherwise.
            security_opt: text(&["no-new-privileges", "label=disable"]),
            memory,
            memory_swap: memory,
            pids_limit: i64::try_from(processes).ok(),
            nano_cpus: i64::try_from(milli_cpus.saturating_mul(1_000_000))
                .ok()
                .filter(|&cpus| cpus > 0),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    })
}

/// The user inside, and how users are mapped.
#[cfg(unix)]
fn user(users: Users) -> (Option<String>, Option<String>) {
    let own = || {
        let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
        format!("{}:{}", user.as_raw(), group.as_raw())
    };
    match users {
        Users::Same => (Some(own()), None),
        Users::Kept => (Some(own()), Some("keep-id".to_owned())),
        Users::Root => (Some("0:0".to_owned()), None),
    }
}

#[cfg(not(unix))]
fn user(_users: Users) -> (Option<String>, Option<String>) {
    (None, None)
}
