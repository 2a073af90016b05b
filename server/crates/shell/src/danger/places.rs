//! The places that matter: the system, the home folder, credentials, start-up files and devices.
use std::path::{Path, PathBuf};

use crate::place::Place;

/// Folders of the system that are never removed.
const SYSTEM: &[&str] = &[
    "/applications",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib32",
    "/lib64",
    "/library",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/system",
    "/users",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/log",
    "/volumes",
];

/// What is in a home folder and is never removed as a whole.
const IN_HOME: &[&str] = &[
    ".aws",
    ".bashrc",
    ".config",
    ".gnupg",
    ".kube",
    ".local",
    ".local/share",
    ".mozilla",
    ".profile",
    ".ssh",
    ".zshrc",
    "applications",
    "desktop",
    "documents",
    "downloads",
    "library",
    "movies",
    "music",
    "pictures",
    "projects",
    "public",
    "src",
    "videos",
    "work",
];

/// Files and folders with keys, tokens or passwords, in a home folder.
const CREDENTIALS: &[&str] = &[
    ".aws",
    ".azure",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".config/gcloud",
    ".config/gh/hosts.yml",
    ".config/google-chrome",
    ".config/chromium",
    ".config/hub",
    ".config/op",
    ".docker/config.json",
    ".gem/credentials",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".local/share/keyrings",
    ".mozilla",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".password-store",
    ".pgpass",
    ".pypirc",
    ".ssh",
    ".terraform.d/credentials.tfrc.json",
    ".vault-token",
    ".config/git/credentials",
    "library/keychains",
    "library/application support/google/chrome",
    ".config/containers/auth.json",
];

/// The same for the system.
const SYSTEM_CREDENTIALS: &[&str] = &[
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ssl/private",
    "/etc/master.passwd",
    "/library/keychains",
    "/run/secrets",
    "/var/run/secrets",
    "/etc/krb5.keytab",
];

/// Files and folders whose commands run by themselves, in a home folder.
const STARTUP: &[&str] = &[
    ".bash_aliases",
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".config/autostart",
    ".config/environment.d",
    ".config/fish",
    ".config/nushell",
    ".config/plasma-workspace",
    ".config/systemd",
    ".config/zsh",
    ".cshrc",
    ".direnvrc",
    ".kshrc",
    ".local/share/systemd",
    ".login",
    ".oh-my-zsh",
    ".pam_environment",
    ".profile",
    ".ssh/authorized_keys",
    ".ssh/authorized_keys2",
    ".ssh/config",
    ".ssh/environment",
    ".ssh/rc",
    ".tcshrc",
    ".xinitrc",
    ".xprofile",
    ".xsession",
    ".xsessionrc",
    ".zlogin",
    ".zlogout",
    ".zprofile",
    ".zshenv",
    ".zshrc",
    "library/launchagents",
];

/// The same for the system.
const SYSTEM_STARTUP: &[&str] = &[
    "/etc/anacrontab",
    "/etc/at.allow",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.monthly",
    "/etc/cron.weekly",
    "/etc/crontab",
    "/etc/environment",
    "/etc/environment.d",
    "/etc/fish",
    "/etc/init.d",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/pam.d",
    "/etc/passwd",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/rc.local",
    "/etc/skel",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/systemd",
    "/etc/udev",
    "/etc/xdg/autostart",
    "/etc/zprofile",
    "/etc/zsh",
    "/etc/zshenv",
    "/etc/zshrc",
    "/lib/systemd",
    "/library/launchagents",
    "/library/launchdaemons",
    "/usr/lib/systemd",
    "/usr/local/lib/systemd",
    "/var/at",
    "/var/spool/anacron",
    "/var/spool/at",
    "/var/spool/cron",
];

/// Devices that writing to does no harm.
const HARMLESS_DEVICES: &[&str] = &[
    "/dev/console",
    "/dev/fd",
    "/dev/full",
    "/dev/null",
    "/dev/ptmx",
    "/dev/pts",
    "/dev/random",
    "/dev/shm",
    "/dev/stderr",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/tty",
    "/dev/urandom",
    "/dev/zero",
];

/// The path in lower case: some file systems do not tell cases apart.
fn lower(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// Whether `path` is `place` or in it.
fn is_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The part of `path` below the home folder of any user.
fn below_home(path: &Path, place: &Place<'_>) -> Option<String> {
    let path = lower(path);
    if let Some(home) = place.home.map(lower)
        && is_in(&path, &home)
    {
        return Some(path[home.len()..].trim_start_matches('/').to_owned());
    }
    for homes in ["/home/", "/users/"] {
        if let Some(rest) = path.strip_prefix(homes) {
            return Some(
                rest.split_once('/')
                    .map(|(_, rest)| rest)
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
    }
    is_in(&path, "/root").then(|| path["/root".len()..].trim_start_matches('/').to_owned())
}

/// Whether keys, tokens or passwords are at `path`. Public keys and known hosts are not.
pub(super) fn is_credentials(path: &Path, place: &Place<'_>) -> bool {
    let text = lower(path);
    if SYSTEM_CREDENTIALS.iter().any(|place| is_in(&text, place)) || is_host_key(&text) {
        return true;
    }
    let Some(rest) = below_home(path, place) else {
        return false;
    };
    let is_public = rest.starts_with(".ssh/")
        && (rest.ends_with(".pub") || rest.starts_with(".ssh/known_hosts"));
    !is_public && CREDENTIALS.iter().any(|place| is_in(&rest, place))
}

fn is_host_key(path: &str) -> bool {
    path.starts_with("/etc/ssh/ssh_host_") && path.ends_with("_key")
}

/// Whether a path that is not known ends like one with credentials.
pub(super) fn looks_like_credentials(text: &str) -> bool {
    let text = text.to_lowercase();
    let ends_public = text.ends_with(".pub") || text.contains("known_hosts");
    !ends_public
        && [
            ".ssh/",
            ".aws/",
            ".gnupg/",
            "/.netrc",
            "/.kube/",
            "/etc/shadow",
        ]
        .iter()
        .any(|part| text.contains(part))
}

/// Whether a path that is not known ends like a start-up file.
pub(super) fn looks_like_startup(text: &str) -> bool {
    let text = text.to_lowercase();
    STARTUP
        .iter()
        .any(|place| text.ends_with(&format!("/{place}")))
}

/// Whether secrets are often kept in files of this name, or at this path.
pub(super) fn is_secrets(path: &Path) -> bool {
    let text = lower(path);
    let name = text.rsplit('/').next().unwrap_or_default();
    let is_sample = ["example", "sample", "template", "dist", "test"]
        .iter()
        .any(|end| name.ends_with(end));
    let is_environment = name == ".env" || name == ".envrc" || name.starts_with(".env.");
    let is_process = text.starts_with("/proc/") && (name == "environ" || name == "mem");
    let is_history = name.ends_with("_history") && name.starts_with('.');
    (is_environment && !is_sample) || is_process || is_history
}

/// Whether `path` is the home folder or above it, where all its credentials are beneath.
pub(super) fn holds_home(path: &Path, place: &Place<'_>) -> bool {
    let path = lower(path);
    place
        .home
        .is_some_and(|home| is_in(&lower(home), path.trim_end_matches('/')))
        || path == "/"
}

/// Whether `path` is a file whose commands run by themselves, or in a folder of such.
pub(super) fn is_startup(path: &Path, place: &Place<'_>) -> bool {
    let text = lower(path);
    if SYSTEM_STARTUP.iter().any(|place| is_in(&text, place)) {
        return true;
    }
    below_home(path, place).is_some_and(|rest| STARTUP.iter().any(|place| is_in(&rest, place)))
}

/// Whether `path` is a disk, memory or another device that data does not belong on.
pub(super) fn is_device(path: &Path) -> bool {
    let text = lower(path);
    let is_memory = text == "/proc/sysrq-trigger" || text == "/proc/kcore";
    is_memory
        || text.starts_with("/dev/") && !HARMLESS_DEVICES.iter().any(|place| is_in(&text, place))
}

/// Whether `path` is the root or a folder of the system.
pub(super) fn is_system(path: &Path) -> bool {
    let text = lower(path);
    text == "/" || SYSTEM.iter().any(|place| text == *place)
}

/// The folders of the system, the home folder, and what is in it and matters.
pub(super) fn precious(place: &Place<'_>) -> Vec<PathBuf> {
    let system = SYSTEM.iter().map(PathBuf::from);
    let home = place.home.into_iter().flat_map(|home| {
        IN_HOME
            .iter()
            .map(|name| home.join(name))
            .chain([home.to_path_buf()])
    });
    system.chain(home).collect()
}

/// Whether `path` is a home folder, above the user's, or something in one that matters.
pub(super) fn is_home(path: &Path, place: &Place<'_>) -> bool {
    if place.home.is_some_and(|home| home.starts_with(path)) {
        return true;
    }
    below_home(path, place)
        .is_some_and(|rest| rest.is_empty() || IN_HOME.iter().any(|place| rest == *place))
}
