//! The workspace's folders, and the rule that nothing leaves them.
use std::path::{Component, Path, PathBuf};

use aside_agent::host::{HostError, WorkspacePath};

/// The longest path that is looked at, in bytes.
pub const MAX_PATH_BYTES: usize = 4096;

/// A folder of the workspace.
#[derive(Debug, Clone)]
struct Root {
    /// As the client named it.
    given: PathBuf,
    /// With symbolic links followed; what confinement is checked against.
    canonical: PathBuf,
}

/// The workspace's folders, the first one first.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    roots: Vec<Root>,
}

impl Roots {
    /// Takes the folders as named; those that do not exist are confined by their name alone.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut roots: Vec<Root> = Vec::new();
        for given in folders {
            let given = normalise(&given);
            let canonical = given.canonicalize().unwrap_or_else(|_| given.clone());
            if roots.iter().all(|root| root.canonical != canonical) {
                roots.push(Root { given, canonical });
            }
        }
        Self { roots }
    }

    /// The folders as named.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.roots.iter().map(|root| root.given.clone()).collect()
    }

    /// The first folder's canonical path: the workspace's key.
    pub fn key(&self) -> Option<&Path> {
        self.roots.first().map(|root| root.canonical.as_path())
    }

    /// Confines a path, relative to the first folder or absolute, to the workspace.
    ///
    /// `..` is resolved by name, then symbolic links of the part that exists are followed, and
    /// both results must lie inside one of the folders. The file itself need not exist.
    pub fn resolve(&self, path: &str) -> Result<WorkspacePath, HostError> {
        if path.is_empty() {
            return Err(HostError::Denied(
                "The path is empty. Name a file, or `.` for the workspace folder.".to_owned(),
            ));
        }
        if path.contains('\0') || path.len() > MAX_PATH_BYTES {
            return Err(HostError::Denied(format!(
                "The path is not valid: it holds a NUL character or more than {MAX_PATH_BYTES} bytes."
            )));
        }
        // Joined to a folder it would name a file in a folder called `file:`.
        if path.contains("://") {
            return Err(HostError::Denied(format!(
                "`{path}` is a URI. Name the file by its path."
            )));
        }
        let Some(first) = self.roots.first() else {
            return Err(HostError::Denied(
                "No folder is open, so there is nothing that Aside may read or write. Open a folder.".to_owned(),
            ));
        };
        let mut absolute = normalise(&first.given.join(path));
        // Models write paths as on Windows. A name that really has a backslash is there already.
        if cfg!(unix) && path.contains('\\') && absolute.symlink_metadata().is_err() {
            absolute = normalise(&first.given.join(path.replace('\\', "/")));
        }
        if !self.holds(&absolute) {
            return Err(self.outside(path));
        }
        let display = self.display(&absolute);
        Ok(WorkspacePath::new_checked(absolute, display))
    }

    /// Whether a path lies inside, with symbolic links of the existing part followed.
    pub fn holds_on_disk(&self, absolute: &Path) -> bool {
        let Some(canonical) = self.real(absolute) else {
            return false;
        };
        self.roots
            .iter()
            .any(|root| canonical.starts_with(&root.canonical))
    }

    /// Whether a path lies inside, by name and with symbolic links followed.
    pub fn holds(&self, absolute: &Path) -> bool {
        self.holds_by_name(absolute) && self.holds_on_disk(absolute)
    }

    /// A path with the symbolic links of its existing part followed; `None` where a link dangles.
    pub fn real(&self, absolute: &Path) -> Option<PathBuf> {
        canonical_of_existing_part(absolute)
    }

    fn holds_by_name(&self, absolute: &Path) -> bool {
        self.roots
            .iter()
            .any(|root| absolute.starts_with(&root.given) || absolute.starts_with(&root.canonical))
    }

    fn outside(&self, path: &str) -> HostError {
        let folders: Vec<String> = self
            .roots
            .iter()
            .map(|root| root.given.display().to_string())
            .collect();
        let hint = match self.same_name_inside(path) {
            Some(name) => format!(" Did you mean `{name}`?"),
            None => String::new(),
        };
        HostError::Denied(format!(
            "`{path}` lies outside the workspace. Only files inside {} can be read or written.{hint}",
            folders.join(", ")
        ))
    }

    /// Models mistake the workspace's name; a file of that name at its top is likely meant.
    fn same_name_inside(&self, path: &str) -> Option<String> {
        let name = Path::new(path).file_name()?;
        let root = &self.roots.first()?.given;
        root.join(name)
            .is_file()
            .then(|| name.to_string_lossy().into_owned())
    }

    fn display(&self, absolute: &Path) -> String {
        let relative = self.roots.first().and_then(|root| {
            absolute
                .strip_prefix(&root.given)
                .or_else(|_| absolute.strip_prefix(&root.canonical))
                .ok()
        });
        match relative {
            Some(path) if path.as_os_str().is_empty() => ".".to_owned(),
            Some(path) => path
                .components()
                .map(|part| part.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/"),
            None => absolute.display().to_string(),
        }
    }
}

/// Removes `.` and resolves `..` by name.
pub fn normalise(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

/// Follows the symbolic links of the longest existing ancestor and appends the rest. `None`
/// where a link dangles: where it leads cannot be known.
pub fn canonical_of_existing_part(absolute: &Path) -> Option<PathBuf> {
    let mut rest = Vec::new();
    let mut existing = absolute;
    loop {
        match existing.symlink_metadata() {
            Ok(_) => break,
            Err(_) => {
                rest.push(existing.file_name()?);
                existing = existing.parent()?;
            }
        }
    }
    let mut canonical = existing.canonicalize().ok()?;
    canonical.extend(rest.into_iter().rev());
    Some(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Result<&str, &str>) {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("src")).unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.path(), dir.path().join("escape")).unwrap();
            std::os::unix::fs::symlink("src", dir.path().join("inside")).unwrap();
            std::os::unix::fs::symlink("/nowhere/at/all", dir.path().join("dangling")).unwrap();
        }
        let path = path.replace("ROOT", &dir.path().display().to_string());
        let roots = Roots::new([dir.path().to_owned()]);
        match (roots.resolve(&path), expected) {
            (Ok(found), Ok(display)) => assert_eq!(found.display(), display),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, expected) => panic!("{path}: {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn paths_inside_are_named_relative_to_the_first_folder() {
        check("src/main.rs", Ok("src/main.rs"));
        check("./src/../src/new.rs", Ok("src/new.rs"));
        check("ROOT/src/a.rs", Ok("src/a.rs"));
        check(".", Ok("."));
        check("src/..", Ok("."));
    }

    #[test]
    fn paths_outside_are_refused() {
        check("../x", Err("outside the workspace"));
        check("src/../../x", Err("outside the workspace"));
        check("/etc/passwd", Err("outside the workspace"));
        check("ROOT-sibling/x", Err("outside the workspace"));
        check("", Err("empty"));
        check("a\0b", Err("NUL"));
        check("file:///etc/passwd", Err("URI"));
    }

    #[cfg(unix)]
    #[test]
    fn backslashes_are_those_of_windows_paths() {
        check("src\\main.rs", Ok("src/main.rs"));
        check("..\\x", Err("outside the workspace"));
        check("src\\..\\..\\x", Err("outside the workspace"));
        check("escape\\x", Err("outside the workspace"));
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_followed_before_they_are_judged() {
        check("inside/a.rs", Ok("inside/a.rs"));
        check("escape/x", Err("outside the workspace"));
        check("dangling", Err("outside the workspace"));
    }

    #[test]
    fn with_no_folder_nothing_is_inside() {
        assert!(Roots::default().resolve("a").is_err());
    }
}
