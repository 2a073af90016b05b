//! What no rule and no mode allows, and what nobody need be asked about.
use super::glob::{Cover, Extent};
use super::places::{Named, Places};
use super::{Effect, words};

/// Which use of a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Writing alone.
    Write,
    /// Reading and writing.
    Any,
}

/// Places that no agent touches.
#[derive(Debug, Clone, Copy)]
pub struct Denial {
    /// Which use of them is refused.
    pub what: Use,
    /// Patterns as in rules.
    pub patterns: &'static [&'static str],
    /// What they are, to follow "It is".
    pub why: &'static str,
}

/// The built-in denials by path. Beside them, nothing outside the workspace and Aside's scratch
/// folders is written, neither the home folder nor what holds it, and Aside's own data and settings
/// are neither read nor written.
pub static DENIALS: [Denial; 8] = [
    Denial {
        what: Use::Any,
        patterns: &[
            "~/.ssh/**",
            "~/.gnupg/**",
            "~/.password-store/**",
            "~/.local/share/keyrings/**",
            "~/Library/Keychains/**",
            "~/AppData/*/Microsoft/Credentials/**",
            "~/AppData/*/Microsoft/Protect/**",
        ],
        why: "where private keys and passwords are kept",
    },
    Denial {
        what: Use::Any,
        patterns: &[
            "~/.aws/**",
            "~/.azure/**",
            "~/.config/gcloud/**",
            "~/.kube/config",
            "~/.docker/config.json",
            "~/.oci/**",
            "~/.terraform.d/credentials.tfrc.json",
            "~/.vault-token",
            "~/.config/doctl/**",
            "~/.config/rclone/**",
            "~/.s3cfg",
        ],
        why: "where access to cloud services is kept",
    },
    Denial {
        what: Use::Any,
        patterns: &[
            "~/.netrc",
            "~/_netrc",
            "~/.git-credentials",
            "~/.config/git/credentials",
            "~/.config/gh/hosts.yml",
            "~/.config/glab-cli/config.yml",
            "~/.npmrc",
            "~/.yarnrc.yml",
            "~/.pypirc",
            "~/.cargo/credentials",
            "~/.cargo/credentials.toml",
            "~/.gem/credentials",
            "~/.m2/settings-security.xml",
            "~/.pgpass",
            "~/.my.cnf",
            "~/.config/hub",
        ],
        why: "where passwords and tokens for other services are kept",
    },
    Denial {
        what: Use::Any,
        patterns: &[
            "/etc/shadow*",
            "/etc/gshadow*",
            "/etc/sudoers",
            "/etc/sudoers.d/**",
            "/proc/*/environ",
            "/proc/*/task/*/environ",
            "/proc/*/mem",
            "/dev/mem",
        ],
        why: "where the system keeps secrets",
    },
    Denial {
        what: Use::Write,
        patterns: &[
            "~/.bashrc",
            "~/.bash_*",
            "~/.profile",
            "~/.zshrc",
            "~/.zshenv",
            "~/.zprofile",
            "~/.zlogin",
            "~/.zlogout",
            "~/.kshrc",
            "~/.mkshrc",
            "~/.cshrc",
            "~/.tcshrc",
            "~/.login",
            "~/.logout",
            "~/.inputrc",
            "~/.pam_environment",
            "~/.xprofile",
            "~/.xinitrc",
            "~/.xsession*",
            "~/.config/fish/**",
            "~/.config/nushell/**",
            "~/.config/powershell/**",
            "~/Documents/PowerShell/**",
            "~/Documents/WindowsPowerShell/**",
            "~/.config/environment.d/**",
            "/etc/profile",
            "/etc/profile.d/**",
            "/etc/bash*",
            "/etc/zsh/**",
            "/etc/zsh*",
            "/etc/environment",
        ],
        why: "what shells run when they start",
    },
    Denial {
        what: Use::Write,
        patterns: &[
            "/etc/cron*/**",
            "/etc/crontab",
            "/etc/anacrontab",
            "/var/spool/cron/**",
            "/var/spool/at/**",
            "/etc/systemd/**",
            "/usr/lib/systemd/**",
            "/usr/local/lib/systemd/**",
            "/lib/systemd/**",
            "/run/systemd/**",
            "/etc/init.d/**",
            "/etc/rc*",
            "~/.config/systemd/**",
            "~/.local/share/systemd/**",
            "~/.config/autostart/**",
            "~/Library/LaunchAgents/**",
            "/Library/LaunchAgents/**",
            "/Library/LaunchDaemons/**",
        ],
        why: "what the system runs by itself",
    },
    Denial {
        what: Use::Write,
        patterns: &["~/.gitconfig", "~/.config/git/**"],
        why: "what Git runs in every repository",
    },
    Denial {
        what: Use::Write,
        patterns: &[
            "**/.git/hooks/**",
            "**/.git/config",
            "**/.git/config.worktree",
            "**/.git/commondir",
            "**/.git/modules/**/hooks/**",
            "**/.git/modules/**/config",
            "**/.git/modules/**/commondir",
        ],
        why: "what Git runs in this repository",
    },
];

/// A file of this name makes another folder the repository, with settings that run programs.
const REPOSITORY: &str = "**/.git";

/// Devices that keep nothing and tell nothing.
const DEVICES: [&str; 9] = [
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/fd/*",
];

/// What is said of an effect before any rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// It does nothing that anybody need be asked about.
    Harmless(&'static str),
    /// It is refused, and why.
    Denied(String),
    /// Some of what it is about is refused, so that it is always asked about, and why.
    PartDenied(String),
}

/// What is said of an effect before any rule.
pub(super) fn said(effect: &Effect, places: &Places) -> Said {
    let (path, is_write) = match effect {
        Effect::ReadPath { path } => (path, false),
        Effect::WritePath { path } => (path, true),
        Effect::RunProgram { .. } | Effect::Network { .. } | Effect::McpTool { .. } => {
            return Said::Nothing;
        }
    };
    let named = places.named(path);
    let Named::Known(parts, extent) = &named else {
        return Said::Nothing;
    };
    // What a folder is protected from, all beneath it is protected from.
    let itself = Named::Known(parts.clone(), Extent::At);
    let meets = |pattern: &&str| places.cover(pattern, &itself) == Cover::All;
    if *extent == Extent::At && DEVICES.iter().any(meets) {
        return Said::Harmless("It is a device that keeps nothing.");
    }
    if places.holds(&places.scratch, &named) {
        return Said::Harmless("It is in the folder for scratch work.");
    }
    let what = words::what(effect);
    if places.holds(&places.own, &named) {
        return Said::Denied(format!(
            "Aside may not {what}: it is where Aside keeps its own data and settings. No rule allows that."
        ));
    }
    for denial in &DENIALS {
        if denial.what == Use::Write && !is_write {
            continue;
        }
        if denial.patterns.iter().any(meets) {
            return Said::Denied(format!(
                "Aside may not {what}: it is {}. No rule allows that; do it by hand if it is to be.",
                denial.why
            ));
        }
    }
    if is_write && *extent == Extent::At && meets(&REPOSITORY) {
        return Said::Denied(format!(
            "Aside may not {what}: it says which repository Git uses. No rule allows that; do it by hand if it is to be."
        ));
    }
    if is_write {
        return write_said(&what, places, &named);
    }
    let touches = |pattern: &&str| places.cover(pattern, &named) == Cover::Part;
    let mut secrets = DENIALS.iter().filter(|denial| denial.what == Use::Any);
    match secrets.find(|denial| denial.patterns.iter().any(touches)) {
        Some(denial) => Said::PartDenied(format!("{path} holds places {}.", denial.why)),
        None => Said::Nothing,
    }
}

fn write_said(what: &str, places: &Places, named: &Named) -> Said {
    if let (Some(home), Named::Known(path, _)) = (&places.home, named) {
        let home = home.to_string_lossy();
        if let Named::Known(home, _) = places.named(&home)
            && home.starts_with(path)
        {
            return Said::Denied(format!(
                "Aside may not {what}: it is the home folder, or holds it. Name the files that are meant."
            ));
        }
    }
    if places.holds(&places.roots, named) {
        return Said::Nothing;
    }
    Said::Denied(format!(
        "Aside may not {what}: it lies outside the workspace, and nothing outside is written in any mode. Write inside the workspace."
    ))
}
