//! Where a command runs, and absolute paths without `.` and `..`.
use std::path::{Component, Path, PathBuf};

/// Where a command runs. All paths are absolute.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The folder that the command starts in.
    pub cwd: &'a Path,
    /// The user's home folder, where there is one.
    pub home: Option<&'a Path>,
    /// The folders of the workspace.
    pub roots: &'a [PathBuf],
}

/// `path` seen from `base`, without `.` and `..`, by its text alone. Other names of the same
/// place are replaced: `/proc/self/root/etc` is `/etc`.
pub(crate) fn normalise(base: &Path, path: &str) -> PathBuf {
    let mut result = PathBuf::from("/");
    let joined = base.join(path);
    for component in joined.components() {
        match component {
            Component::Normal(name) => result.push(name),
            Component::ParentDir => {
                result.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
        if is_proc_link(&result, "root") {
            result = PathBuf::from("/");
        } else if is_proc_link(&result, "cwd") {
            result = base.to_path_buf();
        }
    }
    match result.strip_prefix("/private") {
        Ok(rest)
            if ["etc", "var", "tmp"]
                .iter()
                .any(|name| rest.starts_with(name)) =>
        {
            Path::new("/").join(rest)
        }
        _ => result,
    }
}

/// Whether `path` is `/proc/<process>/<name>`, also through a thread.
fn is_proc_link(path: &Path, name: &str) -> bool {
    path.starts_with("/proc")
        && path.components().count() >= 4
        && path.file_name().is_some_and(|last| last == name)
}
