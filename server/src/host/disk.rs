//! The disk as a host: what reads and writes files where no editor holds them open.
//!
//! The only place in Aside that writes the user's files.
mod read;
mod write;

#[cfg(test)]
mod tests;
#[cfg(test)]
#[cfg(unix)]
mod unix_tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::{
    AppliedChange, Document, FileChange, Files, Form, HostError, Replaced, Stamp, Target,
    WorkspacePath,
};
use futures_util::future::BoxFuture;

use super::Roots;

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
        let absent = Document::absent(path.clone());
        Ok(match read::text(path, self.max_read_bytes)? {
            None => absent,
            Some(text) => Document {
                text,
                stamp: Stamp::Disk,
                form: self.form(path),
                ..absent
            },
        })
    }

    /// What a file is besides its text.
    pub fn form(&self, path: &WorkspacePath) -> Form {
        read::form(path.absolute())
    }

    /// Whether nothing is at a path, not even a folder or a link that leads nowhere.
    pub fn is_free(&self, path: &WorkspacePath) -> bool {
        !read::is_there(path.absolute())
    }

    /// Makes a change if the file is still as it was.
    ///
    /// # Errors
    ///
    /// `Stale` where the file is no longer as it was, and nothing was done. `Denied` for what is
    /// outside the workspace or Git's own. `Conflict` where the change cannot be made as it was
    /// meant, or another program was at it at the same time.
    pub fn write(&self, change: &FileChange) -> Result<(), HostError> {
        let path = &change.base.path;
        self.refuse_protected(path)?;
        if change.base.stamp == Stamp::Absent {
            return self.create(change);
        }
        let now = self.read(path)?;
        if now.stamp == Stamp::Absent || now.text != change.base.text {
            return Err(stale(path));
        }
        match &change.target {
            Target::Text(text) => self.replace(&now, text),
            Target::Deleted => {
                same_link(change, &now)?;
                write::delete(path.absolute()).map_err(|error| io_error("deleted", path, &error))
            }
            Target::Moved { to, text } => {
                same_link(change, &now)?;
                self.relocate(&now, to, text)
            }
        }
    }

    /// Refuses a place that is outside the workspace, Git's own, or taken.
    pub fn refuse_taken(&self, path: &WorkspacePath) -> Result<(), HostError> {
        self.refuse_protected(path)?;
        if self.is_free(path) {
            return self.confine(path);
        }
        Err(HostError::Conflict(format!(
            "There is something at {} already, so nothing was moved there.",
            path.display()
        )))
    }

    /// Git's own folder runs programs when it is written to, so no edit goes there, also not
    /// through symbolic links.
    pub fn refuse_protected(&self, path: &WorkspacePath) -> Result<(), HostError> {
        let is_git = |path: &Path| {
            path.components()
                .any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
        };
        let real = self.roots.real(path.absolute());
        if !is_git(path.absolute()) && !real.as_deref().is_some_and(is_git) {
            return Ok(());
        }
        Err(HostError::Denied(format!(
            "{} belongs to Git's own folder, which Aside never writes to.",
            path.display()
        )))
    }

    fn create(&self, change: &FileChange) -> Result<(), HostError> {
        let path = &change.base.path;
        let text = match &change.target {
            Target::Text(text) => text,
            Target::Deleted | Target::Moved { .. } => {
                return Err(HostError::NotFound(format!(
                    "There is no file {}.",
                    path.display()
                )));
            }
        };
        let form = &change.base.form;
        if !self.is_free(path) {
            return Err(stale(path));
        }
        self.confine(path)?;
        if let Some(target) = &form.link {
            return self.make_link(target, path);
        }
        write::create(path.absolute(), text.as_bytes(), form.mode)
            .map_err(|error| creation_error(path, &error))?;
        self.verify(path, text)
    }

    fn replace(&self, now: &Document, text: &Arc<str>) -> Result<(), HostError> {
        let path = &now.path;
        let is_same = || self.read(path).is_ok_and(|again| again.text == now.text);
        let replaced = write::replace(path.absolute(), text.as_bytes(), is_same)
            .map_err(|error| io_error("written", path, &error))?;
        if !replaced {
            return Err(stale(path));
        }
        self.verify(path, text)
    }

    /// The new place is made first, never over anything, and then the old one goes. If that
    /// fails, the new one goes again.
    fn relocate(
        &self,
        now: &Document,
        to: &WorkspacePath,
        text: &Arc<str>,
    ) -> Result<(), HostError> {
        self.refuse_taken(to)?;
        let from = &now.path;
        if let Some(target) = &now.form.link {
            if now.text != *text {
                return Err(HostError::Conflict(format!(
                    "{} is a symbolic link. Move it without changing its text, or edit the file it leads to.",
                    from.display()
                )));
            }
            self.same_goal(now, target, to)?;
            self.make_link(target, to)?;
        } else if now.text == *text && write::link_file(from.absolute(), to.absolute()).is_ok() {
            // The very same file under its new name: all that it is besides its text stays.
        } else {
            write::create(to.absolute(), text.as_bytes(), now.form.mode)
                .map_err(|error| creation_error(to, &error))?;
        }
        let is_same = self.read(from).is_ok_and(|again| again.text == now.text);
        let gone = match is_same {
            true => write::delete(from.absolute()).map_err(|e| io_error("moved", from, &e)),
            false => Err(stale(from)),
        };
        if gone.is_err() {
            // What was made is still what was made here, so nothing of the user's is lost.
            let _ = write::delete(to.absolute());
            return gone;
        }
        self.verify(to, text)
    }

    /// A link is made only to what is inside the workspace. What it leads to need not be there
    /// yet: it may be restored after it.
    fn make_link(&self, target: &Path, at: &WorkspacePath) -> Result<(), HostError> {
        let goal = goal(target, at);
        let inside = goal.is_some_and(|goal| self.roots.holds(&goal));
        if !inside {
            return Err(HostError::Denied(format!(
                "{} would be a symbolic link to {}, which is outside the workspace.",
                at.display(),
                target.display()
            )));
        }
        write::make_link(target, at.absolute()).map_err(|error| creation_error(at, &error))
    }

    fn same_goal(
        &self,
        now: &Document,
        target: &Path,
        to: &WorkspacePath,
    ) -> Result<(), HostError> {
        let before = now.path.absolute().canonicalize().ok();
        let after = goal(target, to).and_then(|goal| goal.canonicalize().ok());
        if before.is_some() && before == after {
            return Ok(());
        }
        Err(HostError::Conflict(format!(
            "{} is a symbolic link to {}, which would lead elsewhere from {}. Leave it where it is.",
            now.path.display(),
            target.display(),
            to.display()
        )))
    }

    fn verify(&self, path: &WorkspacePath, text: &Arc<str>) -> Result<(), HostError> {
        if self.read(path)?.text == *text {
            return Ok(());
        }
        Err(HostError::Conflict(format!(
            "{} changed while it was written. Read it again.",
            path.display()
        )))
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

/// The file is no longer as it was, and nothing was done.
pub fn stale(path: &WorkspacePath) -> HostError {
    HostError::Stale(format!(
        "{} changed since it was read, so nothing was done. Read it again.",
        path.display()
    ))
}

/// Where a link at a place would lead, by name.
fn goal(target: &Path, at: &WorkspacePath) -> Option<PathBuf> {
    Some(super::roots::normalise(
        &at.absolute().parent()?.join(target),
    ))
}

/// A link that leads elsewhere now, or became a file or the other way round, is not what was seen.
fn same_link(change: &FileChange, now: &Document) -> Result<(), HostError> {
    if change.base.form.link == now.form.link {
        return Ok(());
    }
    Err(stale(&now.path))
}

fn creation_error(path: &WorkspacePath, error: &io::Error) -> HostError {
    if error.kind() == io::ErrorKind::AlreadyExists {
        return stale(path);
    }
    io_error("made", path, error)
}

fn io_error(verb: &str, path: &WorkspacePath, error: &io::Error) -> HostError {
    HostError::Io(format!("{} could not be {verb}: {error}.", path.display()))
}
