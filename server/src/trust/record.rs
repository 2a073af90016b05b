//! What the user said of which workspace: `trust.json` in Aside's data directory.
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::survey::Survey;
use crate::own_file;

/// How many workspaces are remembered; the one trusted longest ago goes first.
pub const MAX_WORKSPACES: usize = 1000;
/// The largest record that is read, in bytes.
pub const MAX_RECORD_BYTES: u64 = 16 * 1024 * 1024;
/// How long to wait for another process that changes the record.
pub const LOCK_WAIT: Duration = Duration::from_secs(5);

/// What was trusted of one workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Over all files.
    pub hash: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// The hash of each file, so that it can be said which changed.
    pub files: BTreeMap<String, String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// By the URI of the workspace's canonical path.
    workspaces: BTreeMap<String, Entry>,
}

/// Why the record could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Another process held it all the time.
    #[error("another program of Aside's is changing what is trusted; try again")]
    Busy,
    /// The system did not let it be written.
    #[error("{path} cannot be written ({error})")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// What the user trusted of a workspace.
pub fn find(data: &Path, root: &Path) -> Option<Entry> {
    read(data).workspaces.remove(&key(root))
}

/// Trusts a workspace as it is.
pub fn put(data: &Path, root: &Path, survey: &Survey) -> Result<(), RecordError> {
    let entry = Entry {
        hash: survey.hash.clone(),
        at: crate::clock::now(),
        files: survey.files.clone(),
    };
    change(data, |record| {
        record.workspaces.insert(key(root), entry);
        while record.workspaces.len() > MAX_WORKSPACES {
            let all = record.workspaces.iter();
            let oldest = all.min_by(|a, b| a.1.at.cmp(&b.1.at));
            let Some(name) = oldest.map(|(name, _)| name.clone()) else {
                break;
            };
            record.workspaces.remove(&name);
        }
        true
    })
    .map(|_| ())
}

/// Forgets a workspace; says whether it was known.
pub fn remove(data: &Path, root: &Path) -> Result<bool, RecordError> {
    change(data, |record| {
        record.workspaces.remove(&key(root)).is_some()
    })
}

/// A URI, because paths need not be text.
fn key(root: &Path) -> String {
    crate::wire::path_to_uri(root).0
}

fn file(data: &Path) -> PathBuf {
    data.join("trust.json")
}

/// A record that is missing, damaged or too large trusts nobody.
fn read(data: &Path) -> Record {
    let path = file(data);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| {
        file.take(MAX_RECORD_BYTES.saturating_add(1))
            .read_to_end(&mut bytes)
    });
    match read {
        Ok(_) if bytes.len() as u64 > MAX_RECORD_BYTES => {
            tracing::warn!("{} is too large, so it counts for nothing", path.display());
            Record::default()
        }
        Ok(_) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(%error, "{} is damaged, so no workspace is trusted", path.display());
            Record::default()
        }),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, "{} cannot be read", path.display());
            }
            Record::default()
        }
    }
}

/// Changes the record where `change` says that it did, and returns what it said.
fn change(data: &Path, change: impl FnOnce(&mut Record) -> bool) -> Result<bool, RecordError> {
    let path = file(data);
    let failed = |error: io::Error| RecordError::Io {
        path: path.clone(),
        error,
    };
    own_file::make_private_folder(data).map_err(failed)?;
    let _lock = lock(data)?;
    let mut record = read(data);
    let is_changed = change(&mut record);
    if is_changed {
        write(data, &path, &record).map_err(failed)?;
    }
    Ok(is_changed)
}

fn write(data: &Path, path: &Path, record: &Record) -> io::Result<()> {
    own_file::write(data, path, &serde_json::to_vec_pretty(record)?)
}

/// The right to change the record, until it is dropped or the process ends.
fn lock(data: &Path) -> Result<File, RecordError> {
    let path = data.join("trust.lock");
    match own_file::lock(&path, LOCK_WAIT) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(RecordError::Busy),
        Err(error) => Err(RecordError::Io { path, error }),
    }
}
