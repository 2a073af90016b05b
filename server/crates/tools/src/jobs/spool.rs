//! The whole output of a command that printed much, in a file of the session's private folder,
//! where the model can look at parts of it by further commands.
use std::path::{Path, PathBuf};

use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

/// How much output a file holds; what comes after is in no file.
pub(crate) const MAX_SPOOL_BYTES: u64 = 16 * 1024 * 1024;

/// How many such files a session has; the oldest is written over.
pub(crate) const MAX_SPOOLS: u64 = 32;

/// What the file of a session's command of this number is called.
pub(crate) fn name(number: u64) -> String {
    format!("output-{}.txt", number % MAX_SPOOLS)
}

/// Where a command's output goes once it is too long to be shown.
#[derive(Debug)]
pub(crate) enum Spool {
    /// Nowhere yet; it would be this file.
    Waiting(PathBuf),
    /// To a file, so many bytes so far.
    Open(File, u64),
    /// The file is full, or could not be written.
    Closed,
}

impl Spool {
    /// The file `name` in the private folder of the session.
    pub(crate) fn new(scratch: &Path, name: &str) -> Self {
        Self::Waiting(scratch.join(name))
    }

    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting(_))
    }

    /// Makes the file. Says whether it is there.
    pub(crate) async fn open(&mut self) -> bool {
        let Self::Waiting(path) = self else {
            return false;
        };
        // Programs in the sandbox write in this folder too: what they may have put there is not
        // followed.
        remove(path).await;
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&*path)
            .await;
        match made {
            Ok(file) => {
                *self = Self::Open(file, 0);
                true
            }
            Err(error) => {
                tracing::debug!(path = %path.display(), %error, "the output is kept in no file");
                *self = Self::Closed;
                false
            }
        }
    }

    /// Adds to the file, if there is one.
    pub(crate) async fn write(&mut self, text: &str) {
        let Self::Open(file, written) = self else {
            return;
        };
        *written += text.len() as u64;
        let is_full = *written > MAX_SPOOL_BYTES;
        let text = match is_full {
            false => text,
            true => "[The output went on, but no more of it is kept.]\n",
        };
        if let Err(error) = file.write_all(text.as_bytes()).await {
            tracing::debug!(%error, "the output is not kept any further");
            *self = Self::Closed;
        } else if is_full {
            self.finish().await;
        }
    }

    /// Nothing more comes.
    pub(crate) async fn finish(&mut self) {
        if let Self::Open(file, _) = self
            && let Err(error) = file.flush().await
        {
            tracing::debug!(%error, "the end of the output is in no file");
        }
        *self = Self::Closed;
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the file is Aside's own, in a private folder"
)]
async fn remove(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await {
        // As a rule there is none.
        tracing::trace!(path = %path.display(), %error, "no old output was removed");
    }
}
