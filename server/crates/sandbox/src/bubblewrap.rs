//! The command line of bubblewrap.
//!
//! Options: <https://github.com/containers/bubblewrap/blob/main/bwrap.xml>.
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::profile::Network;

/// Where the launcher is inside.
pub(crate) const LAUNCHER: &str = "/run/aside/launcher";

/// Where bubblewrap is installed. `PATH` is not searched: a workspace may be in it.
const PLACES: &[&str] = &[
    "/usr/bin/bwrap",
    "/bin/bwrap",
    "/usr/local/bin/bwrap",
    "/run/current-system/sw/bin/bwrap",
    "/home/linuxbrew/.linuxbrew/bin/bwrap",
];

/// What of `/run` programs need: the names of hosts, and the software of NixOS.
const RUN_KEPT: &[&str] = &[
    "/run/systemd/resolve",
    "/run/NetworkManager/resolv.conf",
    "/run/resolvconf",
    "/run/current-system",
    "/run/opengl-driver",
    "/run/booted-system",
];

/// Which options this bubblewrap knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// All that are used here (0.8 and newer).
    New,
    /// No `--disable-userns`: the filter of system calls alone keeps namespaces from being made.
    Old,
}

/// What is put where, in the order of the paths' depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mount {
    /// May be written.
    Writable(PathBuf),
    /// Stays as it is.
    ReadOnly(PathBuf),
    /// A folder that is empty and cannot be opened.
    HiddenFolder(PathBuf),
    /// A file or socket that cannot be opened.
    HiddenFile(PathBuf),
}

impl Mount {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Mount::Writable(path)
            | Mount::ReadOnly(path)
            | Mount::HiddenFolder(path)
            | Mount::HiddenFile(path) => path,
        }
    }
}

/// The program, if it is installed.
pub(crate) fn find() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|path| path.exists())
}

/// All arguments up to the program that is run inside.
pub(crate) fn arguments(
    dialect: Dialect,
    mounts: &[Mount],
    tmp: Option<&Path>,
    network: Network,
    launcher: &Path,
    cwd: &Path,
) -> Vec<OsString> {
    let mut args = Arguments::default();
    args.add(["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]);
    args.add(["--perms", "0755", "--tmpfs", "/run"]);
    for path in RUN_KEPT {
        args.add(["--ro-bind-try", path, path]);
    }
    args.add(["--ro-bind"]).path(launcher).add([LAUNCHER]);
    match tmp {
        Some(tmp) => args.add(["--bind"]).path(tmp).add(["/tmp"]),
        None => args.add(["--tmpfs", "/tmp"]),
    };
    // The launcher may lie where something was just put over it, but what lies deeper comes
    // later, so that a workspace below `/tmp` or a hidden folder is there.
    let mut mounts: Vec<&Mount> = mounts.iter().collect();
    mounts.sort_by_key(|mount| mount.path().components().count());
    for (index, mount) in mounts.iter().enumerate() {
        let path = mount.path();
        match mount {
            Mount::Writable(_) => args.add(["--bind"]).path(path).path(path),
            Mount::ReadOnly(_) => args.add(["--ro-bind"]).path(path).path(path),
            Mount::HiddenFile(_) => args.add(["--ro-bind", "/dev/null"]).path(path),
            Mount::HiddenFolder(_) => {
                // What is shown again inside of it can be reached, but not listed.
                let is_passed = mounts[index..]
                    .iter()
                    .skip(1)
                    .any(|inner| inner.path().starts_with(path));
                let mode = if is_passed { "0111" } else { "0000" };
                args.add(["--perms", mode, "--tmpfs"]).path(path)
            }
        };
    }
    args.add(["--unshare-all", "--unshare-user"]);
    match dialect {
        Dialect::New => {
            args.add(["--disable-userns"]);
        }
        Dialect::Old => {}
    }
    match network {
        Network::Off => {}
        Network::On => {
            args.add(["--share-net"]);
        }
    }
    args.add(["--cap-drop", "ALL", "--die-with-parent", "--new-session"]);
    args.add(["--chdir"]).path(cwd).add(["--", LAUNCHER]);
    args.0
}

#[derive(Default)]
struct Arguments(Vec<OsString>);

impl Arguments {
    fn add<const N: usize>(&mut self, args: [&str; N]) -> &mut Self {
        self.0.extend(args.iter().map(OsString::from));
        self
    }

    fn path(&mut self, path: &Path) -> &mut Self {
        self.0.push(path.into());
        self
    }
}
