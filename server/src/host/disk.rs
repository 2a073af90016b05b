//! The disk as a host: what reads and writes files where no editor holds them open.
//!
//! The only place in Aside that writes the user's files.
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, HostError, Replaced, Stamp, WorkspacePath,
};
use futures_util::future::BoxFuture;

use super::Roots;

/// How many names a temporary file is tried under.
const MAX_TEMPORARY_NAMES: u32 = 16;

/// Files on disk, confined to the workspace.
pub struct DiskFiles {
    roots: Roots,
    max_read_bytes: u64,
}

impl DiskFiles {
    /// Files inside `roots`; larger ones than `max_read_bytes` are refused.
    pub fn new(roots: Roots, max_read_bytes: u64) -> Self {
        Self {
            roots,
            max_read_bytes,
        }
    }

    /// The folders.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Reads a file as text; `Stamp::Absent` and no text where there is none.
    pub fn read(&self, path: &WorkspacePath) -> Result<Document, HostError> {
        self.confine(path)?;
        let (text, stamp) = match read_text(path, self.max_read_bytes)? {
            Some(text) => (text, Stamp::Disk),
            None => (Arc::from(""), Stamp::Absent),
        };
        Ok(Document {
            text,
            stamp,
            ..Document::absent(path.clone())
        })
    }

    /// Writes the new text if the file still holds the old one.
    pub fn write(&self, change: &FileChange) -> Result<(), HostError> {
        let path = &change.base.path;
        refuse_protected(path)?;
        let now = self.read(path)?;
        let unchanged = match change.base.stamp {
            Stamp::Absent => now.stamp == Stamp::Absent,
            Stamp::Disk | Stamp::Open { .. } => {
                now.stamp == Stamp::Disk && now.text == change.base.text
            }
        };
        if !unchanged {
            return Err(HostError::Conflict(format!(
                "{} changed on disk since it was read, so nothing was written. Read it again.",
                path.display()
            )));
        }
        let new_text = change.new_text();
        write_atomically(path.absolute(), new_text.as_bytes())
            .map_err(|error| io_error("written", path, &error))?;
        let after = self.read(path)?;
        if after.text != new_text {
            return Err(HostError::Conflict(format!(
                "{} changed while it was written. Read it again.",
                path.display()
            )));
        }
        Ok(())
    }

    /// A path is checked again right before it is used: a folder may have become a link.
    fn confine(&self, path: &WorkspacePath) -> Result<(), HostError> {
        if self.roots.holds_on_disk(path.absolute()) {
            return Ok(());
        }
        Err(HostError::Denied(format!(
            "{} now leads outside the workspace.",
            path.display()
        )))
    }
}

impl Files for DiskFiles {
    fn roots(&self) -> Vec<PathBuf> {
        self.roots.folders()
    }

    fn resolve(&self, path: &str) -> Result<WorkspacePath, HostError> {
        self.roots.resolve(path)
    }

    fn read_text<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Document, HostError>> {
        Box::pin(async move { self.read(path) })
    }

    fn open_documents(&self) -> Vec<Document> {
        Vec::new()
    }

    fn apply<'a>(
        &'a self,
        change: &'a FileChange,
    ) -> BoxFuture<'a, Result<AppliedChange, HostError>> {
        Box::pin(async move {
            self.write(change)?;
            Ok(AppliedChange::default())
        })
    }

    fn changes_between(&self, _: &WorkspacePath, _: u64, _: u64) -> Option<Vec<Replaced>> {
        None
    }
}

/// Git's own folder runs programs when it is written to, so no edit goes there.
pub fn refuse_protected(path: &WorkspacePath) -> Result<(), HostError> {
    let in_git = path
        .absolute()
        .components()
        .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    if !in_git {
        return Ok(());
    }
    Err(HostError::Denied(format!(
        "{} belongs to Git's own folder, which Aside never writes to.",
        path.display()
    )))
}

/// Opening a named pipe would wait for its other end, so nothing is waited for.
fn open_to_read(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

fn read_text(path: &WorkspacePath, max_bytes: u64) -> Result<Option<Arc<str>>, HostError> {
    let file = match open_to_read(path.absolute()) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", path, &error)),
    };
    let metadata = file
        .metadata()
        .map_err(|error| io_error("read", path, &error))?;
    if metadata.is_dir() {
        return Err(HostError::Unreadable(format!(
            "{} is a folder. Use list_directory to see what is in it.",
            path.display()
        )));
    }
    if !metadata.is_file() {
        return Err(HostError::Unreadable(format!(
            "{} is not a regular file, so it is not read.",
            path.display()
        )));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(max_bytes)).unwrap_or(0));
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| io_error("read", path, &error))?;
    if bytes.len() as u64 > max_bytes {
        return Err(HostError::Unreadable(format!(
            "{} is larger than the limit of {} MB (setting files.max_read_mb). Use grep to search it.",
            path.display(),
            max_bytes / (1024 * 1024)
        )));
    }
    if bytes.contains(&0) {
        return Err(HostError::Unreadable(format!(
            "{} is a binary file ({} bytes), not text.",
            path.display(),
            bytes.len()
        )));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.into())),
        Err(error) => Err(HostError::Unreadable(format!(
            "{} is not UTF-8 text (first wrong byte at offset {}).",
            path.display(),
            error.utf8_error().valid_up_to()
        ))),
    }
}

/// Writes beside the target, syncs, and renames over it, so that a crash leaves the old or the
/// new text, never half of one. Permissions are kept; a symbolic link stays one.
fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target
        .parent()
        .ok_or_else(|| io::Error::other("the path has no parent folder"))?;
    fs::create_dir_all(folder)?;
    let (temporary, mut file) = create_temporary(folder)?;
    let written = write_and_rename(&mut file, &temporary, &target, bytes);
    if written.is_err() {
        #[allow(clippy::disallowed_methods, reason = "this is the disk host")]
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_and_rename(
    file: &mut File,
    temporary: &Path,
    target: &Path,
    bytes: &[u8],
) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Ok(metadata) = target.metadata() {
        file.set_permissions(metadata.permissions())?;
    }
    file.sync_all()?;
    #[allow(clippy::disallowed_methods, reason = "this is the disk host")]
    fs::rename(temporary, target)
}

fn create_temporary(folder: &Path) -> io::Result<(PathBuf, File)> {
    let mut last = io::Error::other("no free name for a temporary file");
    for attempt in 0..MAX_TEMPORARY_NAMES {
        let name = format!(".aside-{}-{attempt}.tmp", crate::clock::new_id());
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn io_error(verb: &str, path: &WorkspacePath, error: &io::Error) -> HostError {
    HostError::Io(format!("{} could not be {verb}: {error}.", path.display()))
}

#[cfg(test)]
#[allow(
    clippy::disallowed_methods,
    reason = "the tests play the user and other programs"
)]
mod tests {
    use super::*;

    struct Fixture {
        dir: tempfile::TempDir,
        files: DiskFiles,
    }

    fn fixture() -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        let files = DiskFiles::new(Roots::new([dir.path().to_owned()]), 1024);
        Fixture { dir, files }
    }

    impl Fixture {
        fn put(&self, name: &str, bytes: &[u8]) -> WorkspacePath {
            fs::write(self.dir.path().join(name), bytes).unwrap();
            self.files.roots.resolve(name).unwrap()
        }

        fn change(&self, path: &WorkspacePath, new_text: &str) -> FileChange {
            let base = self.files.read(path).unwrap();
            FileChange::text(base, new_text.into(), "test".to_owned())
        }
    }

    #[test]
    fn text_comes_back_as_it_is() {
        let fixture = fixture();
        let path = fixture.put("a.txt", "\u{feff}a\r\nb\n".as_bytes());
        let document = fixture.files.read(&path).unwrap();
        assert_eq!(&*document.text, "\u{feff}a\r\nb\n");
        assert_eq!(document.stamp, Stamp::Disk);
    }

    #[test]
    fn what_is_not_text_is_refused() {
        let fixture = fixture();
        let cases: [(&str, &[u8], &str); 3] = [
            ("bin", b"a\0b", "binary"),
            ("latin1", b"caf\xe9", "not UTF-8"),
            ("big", &[b'x'; 1025], "larger than the limit"),
        ];
        for (name, bytes, part) in cases {
            let path = fixture.put(name, bytes);
            let error = fixture.files.read(&path).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let folder = fixture.files.roots.resolve(".").unwrap();
        assert!(fixture.files.read(&folder).is_err());
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_overwritten() {
        let fixture = fixture();
        let path = fixture.put("a.txt", b"one");
        let change = fixture.change(&path, "two");
        fixture.put("a.txt", b"mine");
        assert!(matches!(
            fixture.files.write(&change),
            Err(HostError::Conflict(_))
        ));
        assert_eq!(&*fixture.files.read(&path).unwrap().text, "mine");
    }

    #[test]
    fn a_file_deleted_or_created_meanwhile_is_a_conflict() {
        let fixture = fixture();
        let path = fixture.put("a.txt", b"one");
        let change = fixture.change(&path, "two");
        fs::remove_file(path.absolute()).unwrap();
        assert!(matches!(
            fixture.files.write(&change),
            Err(HostError::Conflict(_))
        ));
        let create = fixture.change(&path, "new");
        fixture.put("a.txt", b"mine");
        assert!(matches!(
            fixture.files.write(&create),
            Err(HostError::Conflict(_))
        ));
    }

    #[test]
    fn new_folders_are_made_and_no_temporary_file_stays() {
        let fixture = fixture();
        let path = fixture.files.roots.resolve("x/y/new.txt").unwrap();
        fixture.files.write(&fixture.change(&path, "hi")).unwrap();
        assert_eq!(&*fixture.files.read(&path).unwrap().text, "hi");
        let names: Vec<_> = fs::read_dir(path.absolute().parent().unwrap())
            .unwrap()
            .collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn git_is_never_written() {
        let fixture = fixture();
        let path = fixture
            .files
            .roots
            .resolve(".git/hooks/pre-commit")
            .unwrap();
        assert!(matches!(
            fixture.files.write(&fixture.change(&path, "x")),
            Err(HostError::Denied(_))
        ));
    }

    #[test]
    fn a_file_is_no_folder() {
        let fixture = fixture();
        fixture.put("a.txt", b"one");
        let below = fixture.files.roots.resolve("a.txt/b.txt").unwrap();
        assert!(matches!(fixture.files.read(&below), Err(HostError::Io(_))));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_are_kept() {
        use std::os::unix::fs::PermissionsExt;
        let fixture = fixture();
        let path = fixture.put("run.sh", b"old");
        fs::set_permissions(path.absolute(), fs::Permissions::from_mode(0o751)).unwrap();
        std::os::unix::fs::symlink("run.sh", fixture.dir.path().join("link")).unwrap();
        let link = fixture.files.roots.resolve("link").unwrap();
        fixture.files.write(&fixture.change(&link, "new")).unwrap();
        assert!(link.absolute().symlink_metadata().unwrap().is_symlink());
        let mode = path.absolute().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
        assert_eq!(&*fixture.files.read(&path).unwrap().text, "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_became_a_link_is_noticed() {
        let fixture = fixture();
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(fixture.dir.path().join("sub")).unwrap();
        let path = fixture.files.roots.resolve("sub/a.txt").unwrap();
        let change = fixture.change(&path, "x");
        fs::remove_dir(fixture.dir.path().join("sub")).unwrap();
        std::os::unix::fs::symlink(outside.path(), fixture.dir.path().join("sub")).unwrap();
        assert!(matches!(
            fixture.files.write(&change),
            Err(HostError::Denied(_))
        ));
        assert!(fs::read_dir(outside.path()).unwrap().next().is_none());
    }
}
