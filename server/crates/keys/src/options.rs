//! How a store of keys is opened.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::keyring;
use crate::passphrase::FILE;

/// Where keys are to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// In the system's keyring, or in the encrypted file where there is none.
    Auto,
    /// In the system's keyring only.
    Keyring,
    /// In the encrypted file only.
    File,
}

/// How long the keyring may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// 5 s: nobody sits there and waits for its window.
    Program,
    /// 120 s: the user just asked for something and may have to unlock it.
    Person,
}

impl Patience {
    pub(crate) fn limit(self) -> Duration {
        match self {
            Self::Program => keyring::WAIT,
            Self::Person => keyring::WAIT_FOR_PERSON,
        }
    }
}

/// How a store of keys is opened. `Debug` shows no passphrase.
#[derive(Clone)]
pub struct Options {
    /// Where keys are to be kept.
    pub choice: Choice,
    /// How long the keyring may take.
    pub patience: Patience,
    /// `ASIDE_PASSPHRASE`.
    pub(crate) passphrase: Option<Zeroizing<String>>,
    /// `ASIDE_PASSPHRASE_FILE`.
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The file in the configuration folder that may hold the passphrase.
    pub(crate) own_passphrase_file: PathBuf,
    /// Whether the environment is one in which there can be a keyring.
    pub(crate) can_have_keyring: bool,
}

impl Options {
    /// What the environment says, for the configuration folder `config`.
    #[must_use]
    pub fn new(config: &Path, environment: &BTreeMap<String, String>) -> Self {
        let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
        Self {
            choice: Choice::Auto,
            patience: Patience::Program,
            passphrase: variable("ASIDE_PASSPHRASE").cloned().map(Zeroizing::new),
            passphrase_file: variable("ASIDE_PASSPHRASE_FILE").map(PathBuf::from),
            own_passphrase_file: config.join(FILE),
            can_have_keyring: keyring::can_be_there(environment),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("choice", &self.choice)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
