//! Sockets in the file system on which programs outside listen. A read-only mount does not keep
//! anybody from connecting to them, and what listens there may do a command's bidding: Docker, the
//! session's D-Bus, agents.
use std::io::Read;
use std::path::{Path, PathBuf};

/// The kernel's list is read up to here, in bytes.
pub(crate) const MAX_LIST_BYTES: u64 = 2 << 20;

/// How many sockets are hidden one by one.
pub(crate) const MAX_HIDDEN: usize = 128;

/// How many entries of `/run` and `/tmp` are looked at.
pub(crate) const MAX_ENTRIES: usize = 4096;

/// How deep.
const MAX_DEPTH: usize = 4;

/// The kernel's list of local sockets.
const LIST: &str = "/proc/net/unix";

/// Set in the list for sockets that accept connections.
const LISTENS: &str = "00010000";

/// Where services have their sockets. In containers those of the host are among them, which the
/// kernel does not list.
const FOLDERS: &[&str] = &["/run", "/var/run", "/tmp"];

/// What bubblewrap replaces, sockets and all.
const REPLACED: &[&str] = &["/run/", "/var/run/", "/tmp/", "/dev/", "/proc/"];

/// A socket on which something listens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Socket {
    pub(crate) path: PathBuf,
    /// The kernel's number for it, which one that is made later in its place does not have.
    number: String,
}

/// Sockets outside of the writable folders that bubblewrap is to hide.
pub(crate) fn outside(writable: &[PathBuf]) -> Vec<Socket> {
    let list = list();
    let mut found: Vec<Socket> = listening(&list)
        .filter(|(_, path)| path.starts_with('/'))
        .filter(|(_, path)| !REPLACED.iter().any(|folder| path.starts_with(folder)))
        .filter_map(|(number, path)| {
            Some(Socket {
                path: Path::new(path).canonicalize().ok()?,
                number: number.to_owned(),
            })
        })
        .filter(|socket| !writable.iter().any(|root| socket.path.starts_with(root)))
        .collect();
    found.sort();
    found.dedup_by(|one, other| one.path == other.path);
    found.truncate(MAX_HIDDEN);
    found
}

/// Whether anything listens that a command could connect to: a socket outside of the writable
/// folders that this user may use.
pub(crate) fn are_exposed(writable: &[PathBuf]) -> bool {
    let list = list();
    let is_open =
        |path: &Path| !writable.iter().any(|root| path.starts_with(root)) && may_connect(path);
    let is_listed = listening(&list)
        .filter(|(_, path)| path.starts_with('/'))
        .any(|(_, path)| is_open(Path::new(path)));
    is_listed || FOLDERS.iter().any(|folder| has_socket(folder, is_open))
}

fn has_socket(folder: &str, is_open: impl Fn(&Path) -> bool) -> bool {
    let mut folders = vec![(PathBuf::from(folder), 0)];
    let mut left = MAX_ENTRIES;
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if left == 0 {
                // Too many to tell.
                return true;
            }
            left -= 1;
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if is_socket(kind) && is_open(&path) {
                return true;
            }
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((path, depth + 1));
            }
        }
    }
    false
}

#[cfg(unix)]
fn is_socket(kind: std::fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_socket(&kind)
}

#[cfg(not(unix))]
fn is_socket(_kind: std::fs::FileType) -> bool {
    false
}

/// Connecting needs the right to write.
#[cfg(unix)]
fn may_connect(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_connect(path: &Path) -> bool {
    path.exists()
}

fn list() -> String {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(LIST)
        .and_then(|file| file.take(MAX_LIST_BYTES).read_to_end(&mut bytes));
    if let Err(error) = read {
        tracing::debug!(%error, "the kernel does not list its sockets");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The numbers and addresses of listening sockets: `Num: RefCount Protocol Flags Type St Inode Path`.
fn listening(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().skip(1).filter_map(|line| {
        let mut rest = line;
        let (mut flags, mut number) = ("", "");
        for field in 0..7 {
            rest = rest.trim_start();
            let (word, tail) = rest.split_once(' ')?;
            match field {
                3 => flags = word,
                6 => number = word,
                _ => {}
            }
            rest = tail;
        }
        (flags == LISTENS && !rest.is_empty()).then_some((number, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::listening;

    #[test]
    fn listening_sockets_are_found_in_the_list() {
        let list = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            ffff: 00000002 00000000 00010000 0001 01 16463 /run/user/1000/bus\n\
            ffff: 00000003 00000000 00000000 0001 03 16464 /run/connected\n\
            ffff: 00000002 00000000 00010000 0005 01     9 @abstract\n\
            ffff: 00000002 00000000 00010000 0001 01 16465 /tmp/with space\n\
            ffff: 00000003 00000000 00000000 0001 03 16466\n\
            short\n";
        let found: Vec<_> = listening(list).collect();
        assert_eq!(
            found,
            [
                ("16463", "/run/user/1000/bus"),
                ("9", "@abstract"),
                ("16465", "/tmp/with space")
            ]
        );
    }
}
