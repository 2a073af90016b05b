//! The encrypted file of keys (`keys.enc`): one JSON object from names to keys, sealed.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::seal::{self, Cost, SealError};
use crate::{Key, KeyError, MAX_KEYS, Passphrase, private};

/// Bytes of the file.
pub(crate) const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// Keys by name.
pub(crate) type Keys = BTreeMap<String, Key>;

/// The encrypted file of a folder.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    cost: Cost,
}

impl File {
    /// That of this folder; nothing is read yet.
    pub(crate) fn new(folder: &Path, cost: Cost) -> Self {
        Self {
            path: folder.join("keys.enc"),
            cost,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Its keys; none if there is no file.
    pub(crate) fn read(&self, passphrase: &Passphrase) -> Result<Keys, KeyError> {
        let Some(sealed) = private::read(&self.path, MAX_FILE_BYTES)? else {
            return Ok(Keys::new());
        };
        private::close_to_others(&self.path);
        let content = seal::open(&sealed, passphrase).map_err(|error| self.told(error))?;
        // A text that was sealed whole is one of ours, so this is said of a bug at most.
        let not_ours = || self.told(SealError::Damaged("its content is not a list of keys"));
        let texts: BTreeMap<String, String> =
            serde_json::from_slice(&content).map_err(|_| not_ours())?;
        let mut keys = Keys::new();
        for (name, text) in texts {
            keys.insert(name, Key::new(Zeroizing::new(text))?);
        }
        Ok(keys)
    }

    /// Writes them anew. The caller holds the lock.
    pub(crate) fn write(&self, keys: &Keys, passphrase: &Passphrase) -> Result<(), KeyError> {
        if keys.len() > MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        let texts: BTreeMap<&str, &str> = keys
            .iter()
            .map(|(name, key)| (name.as_str(), key.expose()))
            .collect();
        // Enough for each character to be escaped: growing would leave copies behind.
        let room = texts
            .iter()
            .map(|(name, key)| name.len() + 2 * key.len() + 8)
            .sum::<usize>();
        let mut content = Zeroizing::new(Vec::with_capacity(room + 2));
        serde_json::to_writer(&mut *content, &texts)
            .map_err(|error| KeyError::writing(&self.path)(error.into()))?;
        let sealed =
            seal::seal(&content, passphrase, self.cost).map_err(|error| self.told(error))?;
        private::replace(&self.path, &sealed)
    }

    fn told(&self, error: SealError) -> KeyError {
        let path = self.path.clone();
        match error {
            SealError::Damaged(why) => KeyError::Damaged {
                path,
                why: why.to_owned(),
            },
            SealError::Newer(version) => KeyError::Newer {
                path,
                version: u32::from(version),
            },
            SealError::WrongPassphrase => KeyError::WrongPassphrase { path },
            SealError::NoRandom => KeyError::NoRandom,
        }
    }
}
