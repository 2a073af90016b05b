//! What the launcher says about the program.
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::plan::Report;

/// A report of the launcher is no longer, in bytes.
pub(crate) const MAX_REPORT_BYTES: u64 = 16 * 1024;

/// How many names are tried before the scratch folder is taken to be unusable.
pub(crate) const MAX_NAMES: usize = 64;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Where the launcher reports. The file was opened before anything ran, so that no other can be
/// put in its place.
#[derive(Debug)]
pub(crate) struct Reporting {
    file: File,
    path: PathBuf,
}

impl Reporting {
    /// Makes the file, under a name that nothing has yet.
    pub(crate) fn open(scratch: &Path) -> std::io::Result<Self> {
        let mut last = None;
        for _ in 0..MAX_NAMES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = scratch.join(format!(".report-{}-{number}", std::process::id()));
            let opened = std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path);
            match opened {
                Ok(file) => return Ok(Reporting { file, path }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| std::io::Error::other("no name is free")))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn read(&mut self) -> Vec<Report> {
        let mut text = String::new();
        let read = self.file.rewind().and_then(|()| {
            (&self.file)
                .take(MAX_REPORT_BYTES)
                .read_to_string(&mut text)
        });
        if let Err(error) = read {
            tracing::warn!(%error, "the launcher's report cannot be read");
        }
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}

impl Drop for Reporting {
    #[allow(
        clippy::disallowed_methods,
        reason = "the file is our own, in the scratch folder"
    )]
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "a report is gone already");
        }
    }
}
