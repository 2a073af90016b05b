//! Which provider's key is kept where (`keys.json`). It holds no secret.
//!
//! ```json
//! {"version": 1, "keys": {"openai": "keyring", "anthropic#token": "file"}}
//! ```
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{KeyError, MAX_KEYS, private};

/// Bytes of the index.
pub(crate) const MAX_INDEX_BYTES: usize = 64 * 1024;

/// The format that is written.
const VERSION: u32 = 1;

/// Where a key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The operating system's keyring.
    Keyring,
    /// The encrypted file.
    File,
}

impl Place {
    /// The word for it, as in the index and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "the system's keyring",
            Self::File => "the encrypted file",
        })
    }
}

/// When the keys were changed last. Another stamp means that they may be others now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

/// What `keys.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    version: u32,
    #[serde(default)]
    keys: BTreeMap<String, Place>,
}

/// The index of a folder.
#[derive(Debug)]
pub(crate) struct Index {
    path: PathBuf,
}

impl Index {
    /// That of this folder; nothing is read yet.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            path: folder.join("keys.json"),
        }
    }

    /// When it was changed last; `None` while there is none.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some(Stamp {
            modified: metadata.modified().ok(),
            length: metadata.len(),
        })
    }

    /// Names and places. An index that is not there names none.
    pub(crate) fn read(&self) -> Result<BTreeMap<String, Place>, KeyError> {
        let Some(bytes) = private::read(&self.path, MAX_INDEX_BYTES)? else {
            return Ok(BTreeMap::new());
        };
        let damaged = |why: &str| KeyError::Damaged {
            path: self.path.clone(),
            why: why.to_owned(),
        };
        /// Only the format, which says whether the rest can be understood.
        #[derive(Deserialize)]
        struct Format {
            version: u32,
        }
        let format: Format =
            serde_json::from_slice(&bytes).map_err(|_| damaged("it is not an index of keys"))?;
        if format.version > VERSION {
            return Err(KeyError::Newer {
                path: self.path.clone(),
                version: format.version,
            });
        }
        let content: Content =
            serde_json::from_slice(&bytes).map_err(|_| damaged("it is not an index of keys"))?;
        if content.keys.len() > MAX_KEYS {
            return Err(damaged("it names too many keys"));
        }
        if content
            .keys
            .keys()
            .any(|name| crate::key::check_name(name).is_err())
        {
            return Err(damaged("a name in it is not one of a provider"));
        }
        Ok(content.keys)
    }

    /// Writes it anew. The caller holds the lock.
    pub(crate) fn write(&self, keys: BTreeMap<String, Place>) -> Result<(), KeyError> {
        if keys.len() > MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        let content = Content {
            version: VERSION,
            keys,
        };
        let mut json = serde_json::to_vec_pretty(&content)
            .map_err(|error| KeyError::writing(&self.path)(error.into()))?;
        json.push(b'\n');
        private::replace(&self.path, &json)
    }
}
