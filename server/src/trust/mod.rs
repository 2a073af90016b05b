//! Whether a workspace is trusted: what a repository brings along does nothing until the user said
//! yes to exactly these bytes of it.
//!
//! What is looked at is `.aside/` and `.mcp.json` of the workspace's first folder. The user's word
//! is kept in Aside's data directory, with a hash over all names and bytes: any change of them
//! takes the trust away until the user looks again.
mod record;
mod survey;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use record::{LOCK_WAIT, MAX_RECORD_BYTES, MAX_WORKSPACES, RecordError};
pub use survey::{
    CONFIG_FILE, MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, SERVERS_FILE, Survey,
    SurveyError,
};

/// What is known of a workspace's trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The workspace brings nothing along that would need it.
    Nothing,
    /// The user trusts exactly this.
    Trusted(Survey),
    /// The user said nothing of this workspace.
    Untrusted(Survey),
    /// The user trusted it as it was; these files were added, changed or removed since.
    Changed(Survey, Vec<String>),
    /// It cannot be trusted as it is.
    Refused(SurveyError),
}

/// Why trust could not be given.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// There is nothing to trust.
    #[error("this workspace brings no settings of its own, so there is nothing to trust")]
    Nothing,
    /// The files are not those that the user saw.
    #[error("the files changed since they were shown; look at them again, then trust them")]
    Changed,
    /// It cannot be trusted as it is.
    #[error(transparent)]
    Refused(#[from] SurveyError),
    /// The record could not be written.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Looks at the files of a workspace and at what the user said of them. `root` is the canonical
/// path of its first folder, `data` Aside's data directory.
pub fn look(root: &Path, data: &Path) -> Standing {
    let survey = match survey::survey(root) {
        Ok(Some(survey)) => survey,
        Ok(None) => return Standing::Nothing,
        Err(error) => return Standing::Refused(error),
    };
    match record::find(data, root) {
        Some(entry) if entry.hash == survey.hash => Standing::Trusted(survey),
        Some(entry) => {
            let changed = survey.changed_since(&entry.files);
            Standing::Changed(survey, changed)
        }
        None => Standing::Untrusted(survey),
    }
}

/// Trusts a workspace as long as its files have this hash, which is what the user was shown.
pub fn trust(root: &Path, data: &Path, hash: &str) -> Result<Survey, TrustError> {
    let survey = survey::survey(root)?.ok_or(TrustError::Nothing)?;
    if survey.hash != hash {
        return Err(TrustError::Changed);
    }
    record::put(data, root, &survey)?;
    Ok(survey)
}

/// Takes the trust away; says whether there was any.
pub fn revoke(root: &Path, data: &Path) -> Result<bool, TrustError> {
    Ok(record::remove(data, root)?)
}

/// That a workspace was trusted when its settings were read. Asked again before anything of it
/// acts, since the agent itself may have changed the files meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    root: PathBuf,
    data: PathBuf,
    hash: String,
}

impl Guard {
    /// For the files with this hash.
    pub fn new(root: &Path, data: &Path, hash: &str) -> Self {
        Self {
            root: root.to_owned(),
            data: data.to_owned(),
            hash: hash.to_owned(),
        }
    }

    /// Whether the files are still those that the user trusts. Reads them, so it takes about as
    /// long as a few small files take to be read.
    pub fn holds(&self) -> bool {
        match look(&self.root, &self.data) {
            Standing::Trusted(survey) => survey.hash == self.hash,
            Standing::Nothing
            | Standing::Untrusted(_)
            | Standing::Changed(..)
            | Standing::Refused(_) => false,
        }
    }
}
