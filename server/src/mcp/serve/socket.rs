//! How `aside mcp serve` finds the server of an editor that has the workspace open: each offers a
//! socket in a folder that only the user may enter.
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use crate::clock;
use crate::engine::permissions::Asks;
use crate::engine::{Engine, Workspace};

/// The folder in Aside's data directory. A path to a socket may have little more than 100 bytes,
/// so that the folders of workspaces, which have long names, cannot hold them.
const FOLDER: &str = "live";
/// The longest path of a socket that every system takes, in bytes.
const MAX_PATH_BYTES: usize = 100;
/// How many bytes of the name of a workspace's folder are its hash.
const HASH_BYTES: usize = 16;
/// How many sockets are looked at.
pub const MAX_SOCKETS: usize = 256;
/// How many agents one server serves at the same time; more wait.
pub const MAX_CONNECTIONS: usize = 8;
/// How long to wait after an agent could not be let in.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// How old a dead socket must be to be removed: one that is just being made is left alone.
const SWEEP_AGE: Duration = Duration::from_secs(60);

/// A socket that is offered until this is dropped.
pub struct Offer {
    path: PathBuf,
    task: AbortHandle,
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.task.abort();
        remove(&self.path);
    }
}

/// Offers the tools of a workspace to other agents. `engine` gives the workspace's engine when one
/// comes; none where the workspace is another one by then. None where no socket can be made, and
/// the log says why.
pub fn offer(
    workspace: &Workspace,
    engine: impl Fn() -> Option<Arc<Engine>> + Send + 'static,
) -> Option<Offer> {
    let made = hash_of(workspace).map(|hash| make(&workspace.data, hash))?;
    let (listener, path) = match made {
        Ok(made) => made,
        Err(error) => {
            tracing::info!(%error, "other agents cannot use this editor's files");
            return None;
        }
    };
    let folder = workspace.data.join(FOLDER);
    let task = tokio::spawn(async move {
        sweep(&folder).await;
        accept(listener, engine).await;
    });
    let task = task.abort_handle();
    Some(Offer { path, task })
}

/// Reaches the server of an editor that has the workspace open, the one that started last.
pub async fn connect(workspace: &Workspace) -> Option<UnixStream> {
    let hash = hash_of(workspace)?;
    let of_workspace = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(hash))
    };
    let mut sockets = sockets(&workspace.data.join(FOLDER));
    sockets.retain(|(path, _)| of_workspace(path));
    sockets.sort_by_key(|(_, made)| std::cmp::Reverse(*made));
    for (path, _) in sockets {
        if let Ok(stream) = UnixStream::connect(&path).await {
            return Some(stream);
        }
    }
    None
}

fn make(data: &Path, hash: &str) -> io::Result<(UnixListener, PathBuf)> {
    let folder = data.join(FOLDER);
    let id = clock::new_id();
    let (_, random) = id.rsplit_once('-').unwrap_or(("", &id));
    let path = folder.join(format!("{hash}-{random}"));
    if path.as_os_str().len() > MAX_PATH_BYTES {
        return Err(io::Error::other(format!(
            "the path {} is too long for a socket",
            path.display()
        )));
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)?;
    // Also one that was there before.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    let listener = UnixListener::bind(&path)?;
    Ok((listener, path))
}

async fn accept(listener: UnixListener, engine: impl Fn() -> Option<Arc<Engine>>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "another agent could not be let in");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(engine) = engine() else {
            continue;
        };
        tokio::spawn(async move {
            let (input, output) = stream.into_split();
            super::serve(engine, input, output, Asks::User).await;
            drop(place);
        });
    }
}

/// Removes the sockets of servers that are gone.
async fn sweep(folder: &Path) {
    for (path, made) in sockets(folder) {
        let is_old = made.elapsed().is_ok_and(|age| age > SWEEP_AGE);
        if !is_old {
            continue;
        }
        if let Err(error) = UnixStream::connect(&path).await
            && error.kind() == io::ErrorKind::ConnectionRefused
        {
            remove(&path);
        }
    }
}

/// The sockets there are, and when each was made.
fn sockets(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let entries = entries.flatten().take(MAX_SOCKETS);
    let made =
        entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.modified().ok()?)));
    made.collect()
}

/// The hash in the name of the workspace's folder.
fn hash_of(workspace: &Workspace) -> Option<&str> {
    let folder = workspace.database.parent()?.file_name()?.to_str()?;
    folder.get(..HASH_BYTES)
}

#[allow(
    clippy::disallowed_methods,
    reason = "a socket of Aside's own, not a file of the user"
)]
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, "a socket could not be removed");
    }
}
