//! A control group around one command of root, where one can be made: it limits the number of
//! processes of root, whom RLIMIT_NPROC does not bind.
//!
//! Version 2: <https://docs.kernel.org/admin-guide/cgroup-v2.html>; version 1 for its `pids` alone.
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::profile::Limits;

/// Where control groups are mounted.
const MOUNT: &str = "/sys/fs/cgroup";

/// The group has room for the launcher, bubblewrap and some threads, so that a command that has
/// too many processes is seen to have them.
const SPARE_PROCESSES: u64 = 32;

/// How often the removal of an empty group is tried, a millisecond apart.
pub(crate) const MAX_REMOVALS: usize = 100;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A control group. Dropping it removes it, once nothing is left in it.
#[derive(Debug)]
pub(crate) struct Group {
    folder: PathBuf,
}

impl Group {
    /// Makes one, if that is possible here.
    pub(crate) fn make(limits: &Limits) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        let (parent, is_second) = parent(&own)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        if number == 0 {
            sweep(&parent);
        }
        let folder = parent.join(format!("aside-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder).ok()?;
        let group = Group { folder };
        let processes = limits.processes.saturating_add(SPARE_PROCESSES);
        group.set("pids.max", processes)?;
        if is_second && group.set("memory.max", limits.memory_bytes).is_none() {
            tracing::debug!("the memory of control groups is not ours to limit");
        }
        Some(group)
    }

    /// The folder, for [`join`].
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn set(&self, file: &str, value: u64) -> Option<()> {
        let path = self.folder.join(file);
        let mut file = std::fs::OpenOptions::new().write(true).open(path).ok()?;
        file.write_all(value.to_string().as_bytes()).ok()
    }
}

/// Removes the groups that servers left when they were killed. Only empty ones can be removed.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten().take(MAX_SWEPT) {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix("aside-"))
            .and_then(|rest| rest.split_once('-'))
            .and_then(|(owner, _)| owner.parse::<u32>().ok());
        let is_left =
            owner.is_some_and(|owner| !Path::new("/proc").join(owner.to_string()).exists());
        if is_left && std::fs::remove_dir(entry.path()).is_err() {
            tracing::debug!(?name, "a control group that was left is not empty");
        }
    }
}

/// How many entries are looked at for groups that were left.
const MAX_SWEPT: usize = 4096;

/// Moves this process to a group.
pub(crate) fn join(folder: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .open(folder.join("cgroup.procs"))?;
    // Zero is the process that writes.
    file.write_all(b"0")
}

impl Drop for Group {
    fn drop(&mut self) {
        for _ in 0..MAX_REMOVALS {
            match std::fs::remove_dir(&self.folder) {
                Ok(()) => return,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(1)),
            }
        }
        tracing::debug!("a control group is not empty");
    }
}

/// Where a group can be made, and whether it is of version 2, by the lines `id:controllers:path`
/// of `/proc/self/cgroup`.
fn parent(own: &str) -> Option<(PathBuf, bool)> {
    let mut second = None;
    for line in own.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?.trim_start_matches('/'));
        if controllers.split(',').any(|one| one == "pids") {
            return Some((Path::new(MOUNT).join("pids").join(path), false));
        }
        if controllers.is_empty() {
            second = Some(path);
        }
    }
    // A group that has processes can have no groups with limits below it, so the new one is
    // beside ours; only the outermost may have both.
    let path = Path::new(second?);
    let parent = Path::new(MOUNT).join(path.parent().unwrap_or(Path::new("")));
    let controlled = std::fs::read_to_string(parent.join("cgroup.subtree_control")).ok()?;
    controlled
        .split_ascii_whitespace()
        .any(|one| one == "pids")
        .then_some((parent, true))
}
