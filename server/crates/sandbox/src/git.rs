//! Work trees of git whose repository is elsewhere: <https://git-scm.com/docs/gitrepository-layout>.
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file that points to a folder is no longer, in bytes.
pub(crate) const MAX_POINTER_BYTES: u64 = 8192;

/// The folders outside of a workspace folder that git needs to read: where its `.git` file points
/// to, and where that folder's `commondir` does.
pub(crate) fn outside(root: &Path) -> Vec<PathBuf> {
    let Some(text) = read(&root.join(".git")) else {
        return Vec::new();
    };
    let Some(target) = text.strip_prefix("gitdir:") else {
        return Vec::new();
    };
    let Ok(folder) = root.join(target.trim()).canonicalize() else {
        return Vec::new();
    };
    let common = read(&folder.join("commondir"))
        .and_then(|text| folder.join(text.trim()).canonicalize().ok());
    let mut folders = vec![folder];
    folders.extend(common);
    folders.retain(|folder| folder.is_dir() && !root.starts_with(folder));
    folders
}

fn read(path: &Path) -> Option<String> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let file = std::fs::File::open(path).ok()?;
    let mut text = String::new();
    file.take(MAX_POINTER_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::outside;

    #[allow(clippy::disallowed_methods, reason = "a file of the test")]
    fn check(pointer: &str, common: &str, expect: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let tree = root.join("tree");
        let inner = root.join("main/.git/worktrees/tree");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir(&tree).unwrap();
        std::fs::write(
            tree.join(".git"),
            pointer.replace("$ROOT", &root.to_string_lossy()),
        )
        .unwrap();
        std::fs::write(inner.join("commondir"), common).unwrap();
        let expect: Vec<_> = expect.iter().map(|path| root.join(path)).collect();
        assert_eq!(outside(&tree), expect, "{pointer} {common}");
    }

    #[test]
    fn pointers_are_followed() {
        let both = &["main/.git/worktrees/tree", "main/.git"];
        check("gitdir: $ROOT/main/.git/worktrees/tree\n", "../..\n", both);
        check("gitdir: ../main/.git/worktrees/tree", "../..", both);
        check("gitdir: ../absent", "../..", &[]);
        check("gitdir: $ROOT", "", &[]);
        check("gitdir: /\n", "", &[]);
        check("nonsense", "", &[]);
        check("", "", &[]);
    }
}
