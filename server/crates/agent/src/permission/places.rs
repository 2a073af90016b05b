//! Where things lie, as far as permission depends on it.
use std::path::{Path, PathBuf};

use super::glob::{self, Cover, Extent};

/// The mark at the start of what is not known before a command runs.
const UNKNOWN: char = '?';

/// The end of a path that stands for itself and all beneath it.
const BENEATH: &str = "/**";

/// The folders that rules and built-in denials speak of. All absolute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The workspace's folders, the first one first, by each name that they have.
    pub roots: Vec<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// Where Aside keeps its own data and settings.
    pub own: Vec<PathBuf>,
    /// Private folders for scratch work.
    pub scratch: Vec<PathBuf>,
    /// Whether the file system takes `A` and `a` for the same name.
    pub folds_case: bool,
}

/// What a path of an effect names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// These parts, from the root.
    Known(Vec<String>, Extent),
    /// Any path: it depends on what is known when the command runs.
    Unknown,
}

impl Places {
    /// Reads the path of an effect: absolute, with `/**` at its end if it stands for all beneath
    /// it, or with `?` at its start if it is not known.
    pub(super) fn named(&self, path: &str) -> Named {
        if is_unknown(path) {
            return Named::Unknown;
        }
        let (path, extent) = match path.strip_suffix(BENEATH) {
            Some(folder) => (folder, Extent::Beneath),
            None => (path, Extent::At),
        };
        Named::Known(self.parts(path), extent)
    }

    /// How much of what is named fits a pattern of one of these forms: `/absolute`, `~/at/home`,
    /// or relative to each of the workspace's folders.
    pub(super) fn cover(&self, pattern: &str, named: &Named) -> Cover {
        let Named::Known(path, extent) = named else {
            return Cover::Part;
        };
        let patterns = self.patterns(pattern).into_iter();
        let covers = patterns.map(|pattern| glob::cover(&pattern, path, *extent));
        covers.max().unwrap_or(Cover::None)
    }

    /// Whether all that is named lies in one of the folders.
    pub(super) fn holds(&self, folders: &[PathBuf], named: &Named) -> bool {
        let Named::Known(path, _) = named else {
            return false;
        };
        let mut folders = folders.iter();
        folders.any(|folder| path.starts_with(&self.parts_of(folder)))
    }

    /// The parts of a pattern from the root, for each folder that it may begin at.
    fn patterns(&self, pattern: &str) -> Vec<Vec<String>> {
        let at = |folder: &PathBuf, rest: &str| {
            let mut parts: Vec<String> = self
                .parts_of(folder)
                .iter()
                .map(|part| glob::literal(part))
                .collect();
            parts.extend(self.pattern_parts(rest));
            parts
        };
        if let Some(rest) = at_home(pattern) {
            return self.home.iter().map(|home| at(home, rest)).collect();
        }
        if is_absolute(pattern) {
            return vec![self.pattern_parts(pattern)];
        }
        self.roots.iter().map(|root| at(root, pattern)).collect()
    }

    fn parts_of(&self, folder: &Path) -> Vec<String> {
        self.parts(&folder.to_string_lossy())
    }

    /// The parts of an absolute path, `.` and `..` resolved by name.
    fn parts(&self, path: &str) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for part in self.split(path) {
            match part.as_str() {
                "." => {}
                ".." => {
                    parts.pop();
                }
                _ => parts.push(part),
            }
        }
        parts
    }

    fn pattern_parts(&self, pattern: &str) -> Vec<String> {
        self.split(pattern).filter(|part| part != ".").collect()
    }

    fn split(&self, path: &str) -> impl Iterator<Item = String> {
        let path = if cfg!(windows) {
            path.replace('\\', "/")
        } else {
            path.to_owned()
        };
        let folds = self.folds_case;
        let parts = path.split('/').filter(|part| !part.is_empty());
        let parts = parts.map(|part| match folds {
            true => part.to_lowercase(),
            false => part.to_owned(),
        });
        parts.collect::<Vec<_>>().into_iter()
    }
}

/// Whether a part of an effect depends on what is known only when the command runs.
pub(super) fn is_unknown(text: &str) -> bool {
    text.starts_with(UNKNOWN)
}

/// What follows `~/` in a pattern.
fn at_home(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('~')?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn is_absolute(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    let drive = (chars.next(), chars.next());
    pattern.starts_with('/')
        || matches!(drive, (Some(letter), Some(':')) if cfg!(windows) && letter.is_ascii_alphabetic())
}
