//! What servers that died left behind. Their containers end by themselves; these are the ones
//! that did not.
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use bollard::query_parameters::ListContainersOptionsBuilder;

use crate::bounds::{MAX_ENTRIES, MAX_LEFTOVERS};
use crate::container::{SERVER_LABEL, WORKSPACE_LABEL, remove};
use crate::engine::{Engine, ask};
use crate::owner::Owner;

/// What the folders of containers that wait are called, before the server's name.
const PREFIX: &str = "warm-";

/// Removes the containers that servers of the same workspace left behind. What cannot be removed
/// is only logged: it is in nobody's way.
pub(crate) async fn remove_all(engine: &Engine, owner: &Owner) {
    let label = format!("{WORKSPACE_LABEL}={}", owner.workspace);
    let filters = HashMap::from([("label", vec![label])]);
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filters)
        .build();
    let listed = engine.docker.list_containers(Some(options));
    let listed = match ask("Listing containers", listed).await {
        Ok(listed) => listed,
        Err(error) => {
            tracing::warn!(%error, "containers of dead servers are not looked for");
            return;
        }
    };
    for found in listed.into_iter().take(MAX_LEFTOVERS) {
        let labels = found.labels.unwrap_or_default();
        let server = labels.get(SERVER_LABEL).map(String::as_str);
        let is_dead = server.is_some_and(|server| is_dead(server, owner));
        if let Some(id) = found.id.filter(|_| is_dead) {
            tracing::info!(id, "removing a container of a dead server");
            remove(engine, &id).await;
        }
    }
}

fn is_dead(server: &str, owner: &Owner) -> bool {
    server != owner.server && !(owner.lives)(server)
}

/// The folder of the next container that waits.
pub(crate) fn folder(base: &Path, owner: &Owner, number: u64) -> PathBuf {
    base.join(format!("{PREFIX}{}-{number}", owner.server))
}

/// Removes the folders of containers that waited in vain. They are empty.
#[allow(
    clippy::disallowed_methods,
    reason = "the folders are Aside's own, and empty"
)]
pub(crate) fn remove_folders(base: &Path, owner: &Owner) {
    let Ok(entries) = std::fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten().take(MAX_ENTRIES) {
        let name = entry.file_name();
        let server = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let server = server.and_then(|rest| rest.rsplit_once('-'));
        if server.is_some_and(|(server, _)| is_dead(server, owner)) {
            // One that is not empty became a session's, whatever it is called.
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}
