//! Landlock: which files may be read and written, and which processes are reached.
//!
//! Rules: <https://docs.kernel.org/userspace-api/landlock.html>. They only allow, and for a folder
//! with all that is below; so hiding a folder means allowing everything beside it, and beside each
//! folder above it.
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};

use crate::plan::Rules;

/// No more rules are made to hide files.
pub(crate) const MAX_RULES: usize = 16_384;

/// The newest version that is known here; older kernels do what they can.
const NEWEST: ABI = ABI::V9;

/// Devices that are harmless, for reading and writing.
const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
];

/// What Landlock can do on this kernel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// It stops emptying files by their names (version 3).
    pub(crate) truncation: bool,
    /// It stops signals to processes outside, and abstract sockets (version 6).
    pub(crate) scopes: bool,
    /// It stops connecting to sockets in the file system (version 9).
    pub(crate) sockets: bool,
}

impl Abilities {
    /// What this kernel can do; an error says why Landlock cannot be used.
    pub(crate) fn probe() -> Result<Self, String> {
        handles(AccessFs::from_all(ABI::V1))?;
        Ok(Abilities {
            truncation: handles(AccessFs::Truncate.into()).is_ok(),
            scopes: Ruleset::default()
                .set_compatibility(CompatLevel::HardRequirement)
                .scope(Scope::from_all(ABI::V6))
                .and_then(Ruleset::create)
                .is_ok(),
            sockets: handles(AccessFs::ResolveUnix.into()).is_ok(),
        })
    }
}

fn handles(access: BitFlags<AccessFs>) -> Result<(), String> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(access)
        .and_then(Ruleset::create)
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// Confines this process and all that it starts.
pub(super) fn restrict(rules: &Rules, is_inside: bool) -> Result<(), String> {
    let ruleset = build(rules, is_inside).map_err(|error| format!("Landlock: {error}"))?;
    let status = ruleset
        .restrict_self()
        .map_err(|error| format!("Landlock: {error}"))?;
    match status.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        // Inside of bubblewrap it is mostly a second wall, which older kernels lack.
        RulesetStatus::NotEnforced if is_inside && rules.hidden.is_empty() => Ok(()),
        RulesetStatus::NotEnforced => Err("Landlock is not enforced by this kernel".to_owned()),
    }
}

fn build(rules: &Rules, is_inside: bool) -> Result<RulesetCreated, landlock::RulesetError> {
    let handled = AccessFs::from_all(NEWEST);
    let mut ruleset = Ruleset::default()
        .handle_access(handled)?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    let reading = AccessFs::ReadFile | AccessFs::Execute;
    ruleset = allow(ruleset, Path::new("/"), AccessFs::ReadDir.into())?;
    if is_inside {
        // The devices and processes are those of the namespaces.
        let mut device = AccessFs::WriteFile | AccessFs::IoctlDev | AccessFs::Truncate;
        if rules.hidden.is_empty() {
            ruleset = allow(ruleset, Path::new("/"), reading)?;
        } else {
            device |= reading;
            for path in beside(&rules.hidden) {
                ruleset = allow(ruleset, &path, reading)?;
            }
        }
        ruleset = allow(ruleset, Path::new("/dev"), device)?;
        ruleset = allow(ruleset, Path::new("/dev/shm"), writing(handled))?;
    } else {
        for path in beside(&rules.hidden) {
            ruleset = allow(ruleset, &path, reading)?;
        }
        let device = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
        for path in DEVICES {
            ruleset = allow(ruleset, Path::new(path), device)?;
        }
    }
    for path in &rules.writable {
        ruleset = allow(ruleset, path, writing(handled))?;
    }
    Ok(ruleset)
}

/// All but making devices.
fn writing(handled: BitFlags<AccessFs>) -> BitFlags<AccessFs> {
    handled & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev)
}

/// What does not exist or may not be opened needs no rule.
fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, landlock::RulesetError> {
    let Ok(descriptor) = PathFd::new(path) else {
        return Ok(ruleset);
    };
    let access = if path.is_dir() {
        access
    } else {
        access & AccessFs::from_file(NEWEST)
    };
    if access.is_empty() {
        return Ok(ruleset);
    }
    ruleset.add_rule(PathBeneath::new(descriptor, access))
}

/// All that lies beside the hidden paths, so that together it is everything but them, and but
/// `/dev`. Symbolic links are left out: what they point to has its own rule, or is hidden. What
/// is made later beside a hidden path, outside of the writable folders, cannot be read.
fn beside(hidden: &[PathBuf]) -> Vec<PathBuf> {
    let mut hidden = hidden.to_vec();
    hidden.push(PathBuf::from("/dev"));
    let mut open = Vec::new();
    let mut next = vec![PathBuf::from("/")];
    while let Some(folder) = next.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if open.len() >= MAX_RULES {
                return open;
            }
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_symlink()) || hidden.contains(&path) {
                continue;
            }
            if hidden.iter().any(|hidden| hidden.starts_with(&path)) {
                next.push(path);
            } else {
                open.push(path);
            }
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_hidden_folder_has_no_rule_and_its_neighbours_have() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap();
        for name in ["keys/deep", "code"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        #[allow(clippy::disallowed_methods, reason = "a file of this test")]
        std::fs::write(root.join("keys/beside"), "").unwrap();
        std::os::unix::fs::symlink(root.join("keys/deep"), root.join("link")).unwrap();
        let open = beside(&[root.join("keys/deep"), "/absent/folder".into()]);
        let inside: Vec<_> = open
            .iter()
            .filter_map(|path| path.strip_prefix(&root).ok())
            .collect();
        assert_eq!(inside.len(), 2, "{inside:?}");
        assert!(open.contains(&root.join("code")));
        assert!(open.contains(&root.join("keys/beside")));
        assert!(open.iter().all(|path| !root.starts_with(path)));
        assert!(!open.contains(&"/dev".into()));
    }
}
