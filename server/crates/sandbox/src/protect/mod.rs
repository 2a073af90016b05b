//! Protected paths inside writable folders: what bubblewrap can hold is mounted read-only, the
//! rest is watched.
mod placeholders;
mod restore;
mod snapshot;
mod watch;

use std::path::{Path, PathBuf};

pub(crate) use self::placeholders::{Held, Placeholders};
pub(crate) use self::snapshot::{MAX_WATCHED_BYTES, MAX_WATCHED_ENTRIES};
pub(crate) use self::watch::Watch;

use crate::bubblewrap::Mount;

/// How a backend that mounts holds the protected paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Protection {
    /// Mounts, in any order.
    pub(crate) mounts: Vec<Mount>,
    /// Folders that do not exist and are made, empty, while the program runs, so that something
    /// can be mounted there.
    pub(crate) placeholders: Vec<PathBuf>,
    /// What no mount can hold.
    pub(crate) watched: Vec<PathBuf>,
}

/// Decides for each protected path how it is held. A path that lies in none of the `roots` is
/// not writable anyway.
pub(crate) fn by_mounts(
    roots: &[PathBuf],
    protected: &[PathBuf],
    placeholders: &Placeholders,
) -> Protection {
    let mut protection = Protection::default();
    for path in protected {
        // Of roots in each other the innermost is the one that is mounted last.
        let root = roots
            .iter()
            .filter(|root| path.starts_with(root) && *root != path)
            .max_by_key(|root| root.components().count());
        if let Some(root) = root {
            hold(root, path, placeholders, &mut protection);
        }
    }
    protection.mounts.sort_by(|a, b| a.path().cmp(b.path()));
    protection.mounts.dedup();
    protection.placeholders.sort();
    protection.placeholders.dedup();
    protection
}

fn hold(root: &Path, path: &Path, placeholders: &Placeholders, protection: &mut Protection) {
    let Ok(below) = path.strip_prefix(root) else {
        return;
    };
    let mut current = root.to_owned();
    for part in below.components() {
        current.push(part);
        let metadata = match current.symlink_metadata() {
            Ok(metadata) if !placeholders.contains(&current) => metadata,
            Ok(_) | Err(_) => return hold_absent(&current, path, protection),
        };
        if metadata.is_symlink() {
            // A mount would cover what the link points to, and leave the link.
            protection.watched.push(path.to_owned());
            return;
        }
        if metadata.is_dir() && current != path {
            // A folder that is a mount itself cannot be moved away with what it protects.
            protection.mounts.push(Mount::Writable(current.clone()));
            continue;
        }
        // Also a file where a folder would be, as `.git` is in work trees: with another in its
        // place, what is protected would be elsewhere.
        protection.mounts.push(Mount::ReadOnly(current));
        return;
    }
}

fn hold_absent(missing: &Path, path: &Path, protection: &mut Protection) {
    if may_be_empty_folder(missing) {
        protection.placeholders.push(missing.to_owned());
        protection.mounts.push(Mount::ReadOnly(missing.to_owned()));
    } else {
        protection.watched.push(path.to_owned());
    }
}

/// Whether programs take an empty folder of this name as none at all. Git does for `.git` and
/// `hooks`, and fails with a folder for a configuration.
fn may_be_empty_folder(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == "hooks" || name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::{Placeholders, Protection, by_mounts};
    use crate::bubblewrap::Mount;
    use std::path::Path;

    fn check(make: fn(&Path), expect: fn(&Path) -> Protection) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        make(root);
        let protected = [root.join(".git/hooks"), root.join(".git/config")];
        assert_eq!(
            by_mounts(&[root.to_owned()], &protected, &Placeholders::default()),
            expect(root)
        );
    }

    #[allow(clippy::disallowed_methods, reason = "a file of the test")]
    fn put(path: std::path::PathBuf) {
        std::fs::write(path, "").unwrap();
    }

    #[test]
    fn what_exists_is_mounted_and_so_is_the_folder_around_it() {
        check(
            |root| {
                std::fs::create_dir_all(root.join(".git/hooks")).unwrap();
                put(root.join(".git/config"));
            },
            |root| Protection {
                mounts: vec![
                    Mount::Writable(root.join(".git")),
                    Mount::ReadOnly(root.join(".git/config")),
                    Mount::ReadOnly(root.join(".git/hooks")),
                ],
                ..Protection::default()
            },
        );
    }

    #[test]
    fn a_missing_folder_gets_a_placeholder_and_a_missing_file_is_watched() {
        check(
            |root| std::fs::create_dir(root.join(".git")).unwrap(),
            |root| Protection {
                mounts: vec![
                    Mount::Writable(root.join(".git")),
                    Mount::ReadOnly(root.join(".git/hooks")),
                ],
                placeholders: vec![root.join(".git/hooks")],
                watched: vec![root.join(".git/config")],
            },
        );
    }

    #[test]
    fn the_placeholder_of_another_program_is_joined() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let all = Placeholders::default();
        let find = || by_mounts(&[root.to_owned()], &[root.join(".git/hooks")], &all);
        let first = all.hold(find().placeholders).unwrap();
        assert_eq!(find().placeholders, [root.join(".git")]);
        let second = all.hold(find().placeholders).unwrap();
        drop(first);
        assert!(root.join(".git").exists());
        drop(second);
        assert!(!root.join(".git").exists());
    }

    #[test]
    fn without_a_repository_none_can_be_made() {
        check(
            |_| {},
            |root| Protection {
                mounts: vec![Mount::ReadOnly(root.join(".git"))],
                placeholders: vec![root.join(".git")],
                watched: Vec::new(),
            },
        );
    }

    #[test]
    fn the_file_of_a_work_tree_is_held_and_a_link_watched() {
        check(
            |root| put(root.join(".git")),
            |root| Protection {
                mounts: vec![Mount::ReadOnly(root.join(".git"))],
                ..Protection::default()
            },
        );
        check(
            |root| std::os::unix::fs::symlink("elsewhere", root.join(".git")).unwrap(),
            |root| Protection {
                watched: vec![root.join(".git/hooks"), root.join(".git/config")],
                ..Protection::default()
            },
        );
    }
}
