//! What the built-in rules refuse or warn about, whatever the user's rules say.
mod places;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::effect::Target;
use crate::place::Place;

/// Something in a command that can do great harm.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "what", rename_all = "camelCase")]
pub enum Danger {
    /// Removes the home folder, what it is in, or a folder directly in it that matters.
    RemovesHome(PathBuf),
    /// Removes the root of the file system or a folder of the system.
    RemovesRoot(PathBuf),
    /// Starts copies of itself without end.
    ForkBomb,
    /// Reads keys, tokens or passwords.
    ReadsCredentials(PathBuf),
    /// Changes keys, tokens or passwords.
    WritesCredentials(PathBuf),
    /// Writes a file whose commands run by themselves later.
    WritesStartup(PathBuf),
    /// Writes to a disk or to memory, past the file system.
    WritesDevice(PathBuf),
    /// Changes who may use the whole system, or the whole home folder.
    ChangesAccess(PathBuf),
    /// Runs what it downloads.
    RunsDownload,
    /// Overwrites the history of a remote repository.
    ForcePush,
    /// Throws away changes that are not committed.
    DiscardsChanges,
    /// Removes a whole folder of the workspace, or its `.git`.
    RemovesWorkspace(PathBuf),
    /// Removes what a variable or output names, which may be empty.
    RemovesUnknown(String),
    /// Reads files in which secrets are often kept.
    ReadsSecrets(PathBuf),
    /// Runs with the rights of another user.
    ChangesUser,
}

/// What follows from a danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Refused, whatever the rules say.
    Deny,
    /// Allowed, but the question to the user says it, and no rule answers for the user.
    Warn,
}

impl Danger {
    /// What follows from it.
    pub fn severity(&self) -> Severity {
        match self {
            Danger::RemovesHome(_)
            | Danger::RemovesRoot(_)
            | Danger::ForkBomb
            | Danger::ReadsCredentials(_)
            | Danger::WritesCredentials(_)
            | Danger::WritesStartup(_)
            | Danger::WritesDevice(_)
            | Danger::ChangesAccess(_) => Severity::Deny,
            Danger::RunsDownload
            | Danger::ForcePush
            | Danger::DiscardsChanges
            | Danger::RemovesWorkspace(_)
            | Danger::RemovesUnknown(_)
            | Danger::ReadsSecrets(_)
            | Danger::ChangesUser => Severity::Warn,
        }
    }
}

/// A sentence for the user, without the final period.
impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Danger::RemovesHome(path) => {
                write!(f, "it removes {} in the home folder", path.display())
            }
            Danger::RemovesRoot(path) => {
                write!(f, "it removes {}, a part of the system", path.display())
            }
            Danger::ForkBomb => f.write_str("it starts copies of itself without end"),
            Danger::ReadsCredentials(path) => {
                write!(f, "it reads {}, where credentials are kept", path.display())
            }
            Danger::WritesCredentials(path) => {
                write!(
                    f,
                    "it changes {}, where credentials are kept",
                    path.display()
                )
            }
            Danger::WritesStartup(path) => write!(
                f,
                "it writes {}, whose commands run by themselves later",
                path.display()
            ),
            Danger::WritesDevice(path) => {
                write!(f, "it writes to the device {}", path.display())
            }
            Danger::ChangesAccess(path) => {
                write!(f, "it changes who may use everything in {}", path.display())
            }
            Danger::RunsDownload => f.write_str("it runs what it downloads"),
            Danger::ForcePush => f.write_str("it overwrites the history of a remote repository"),
            Danger::DiscardsChanges => f.write_str("it throws away changes that are not committed"),
            Danger::RemovesWorkspace(path) => {
                write!(f, "it removes {} of the workspace", path.display())
            }
            Danger::RemovesUnknown(text) => write!(
                f,
                "it removes {text}, which may stand for more than it seems"
            ),
            Danger::ReadsSecrets(path) => {
                write!(f, "it reads {}, where secrets may be kept", path.display())
            }
            Danger::ChangesUser => f.write_str("it runs with the rights of another user"),
        }
    }
}

/// What is dangerous about reading `target`.
pub(crate) fn of_reading(target: &Target, place: &Place<'_>) -> Option<Danger> {
    let path = match target {
        Target::At(path) | Target::Beneath(path) => path,
        Target::Unknown(text) => {
            let text = text.trim_matches(['"', '\'']);
            return places::looks_like_credentials(text)
                .then(|| Danger::ReadsCredentials(PathBuf::from(text)));
        }
    };
    if places::is_credentials(path, place) {
        return Some(Danger::ReadsCredentials(path.clone()));
    }
    let holds_credentials = match target {
        Target::Beneath(path) => places::holds_home(path, place),
        Target::At(_) | Target::Unknown(_) => false,
    };
    (holds_credentials || places::is_secrets(path)).then(|| Danger::ReadsSecrets(path.clone()))
}

/// What is dangerous about writing `target`.
pub(crate) fn of_writing(target: &Target, place: &Place<'_>) -> Option<Danger> {
    let path = match target {
        Target::At(path) | Target::Beneath(path) => path,
        Target::Unknown(text) => {
            let text = text.trim_matches(['"', '\'']);
            return places::looks_like_startup(text)
                .then(|| Danger::WritesStartup(PathBuf::from(text)));
        }
    };
    if places::is_device(path) {
        return Some(Danger::WritesDevice(path.clone()));
    }
    if places::is_startup(path, place) {
        return Some(Danger::WritesStartup(path.clone()));
    }
    places::is_credentials(path, place).then(|| Danger::WritesCredentials(path.clone()))
}

/// What is dangerous about removing or emptying `target`, or moving it away.
pub(crate) fn of_removing(target: &Target, place: &Place<'_>) -> Option<Danger> {
    let path = match target {
        Target::At(path) | Target::Beneath(path) => path,
        Target::Unknown(text) => return Some(Danger::RemovesUnknown(text.clone())),
    };
    if let Some(root) = place.roots.iter().find(|root| root.starts_with(path)) {
        // A workspace in the home folder is not the home folder.
        return Some(if root == path && place.home != Some(path.as_path()) {
            Danger::RemovesWorkspace(path.clone())
        } else {
            system_or_home(path, place).unwrap_or_else(|| Danger::RemovesWorkspace(path.clone()))
        });
    }
    if path.file_name().is_some_and(|name| name == ".git") {
        return Some(Danger::RemovesWorkspace(path.clone()));
    }
    if place.roots.iter().any(|root| path.starts_with(root)) {
        return None;
    }
    system_or_home(path, place)
}

/// What is dangerous about removing what in `folder` has a name with this start and this end.
pub(crate) fn of_removing_some(
    folder: &Path,
    start: &str,
    end: &str,
    place: &Place<'_>,
) -> Option<Danger> {
    let (start, end) = (start.to_lowercase(), end.to_lowercase());
    places::precious(place)
        .into_iter()
        .chain(place.roots.iter().cloned())
        .filter(|path| path.parent() == Some(folder))
        .filter(|path| {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().to_lowercase());
            name.is_some_and(|name| name.starts_with(&start) && name.ends_with(&end))
        })
        .find_map(|path| of_removing(&Target::Beneath(path), place))
}

/// What is dangerous about changing the mode or owner of `target` and all beneath it.
pub(crate) fn of_opening(target: &Target, place: &Place<'_>) -> Option<Danger> {
    match target {
        Target::At(_) | Target::Unknown(_) => None,
        Target::Beneath(path) => {
            system_or_home(path, place).map(|_| Danger::ChangesAccess(path.clone()))
        }
    }
}

fn system_or_home(path: &Path, place: &Place<'_>) -> Option<Danger> {
    if places::is_system(path) {
        return Some(Danger::RemovesRoot(path.to_path_buf()));
    }
    places::is_home(path, place).then(|| Danger::RemovesHome(path.to_path_buf()))
}
