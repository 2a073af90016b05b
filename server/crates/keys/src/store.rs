//! The store of keys: the index, the keyring and the encrypted file together.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::file::File;
use crate::index::Index;
use crate::key::check_name;
use crate::keyring::Keyring;
use crate::lock::Lock;
use crate::passphrase::{self, Found};
use crate::seal::Cost;
use crate::{Ask, Choice, Key, KeyError, Options, Passphrase, Place, Prompt, Stamp, private};

/// Why there can be no keyring, where the environment says so.
const NO_BUS: &str = "there is no session bus: neither DBUS_SESSION_BUS_ADDRESS nor \
                      XDG_RUNTIME_DIR leads to one";

/// The keys of a data folder.
#[derive(Debug)]
pub struct KeyStore {
    folder: PathBuf,
    options: Options,
    index: Index,
    file: File,
    keyring: Keyring,
}

/// A key that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The provider's id; `anthropic#token` and the like for what is no key.
    pub name: String,
    /// Where it is kept.
    pub place: Place,
}

/// How a key was kept.
#[derive(Debug)]
pub struct Stored {
    /// Where.
    pub place: Place,
    /// The file, if it is in one.
    pub file: Option<PathBuf>,
    /// Where a passphrase is that was made for it at random.
    pub made_passphrase: Option<PathBuf>,
    /// Why it is not in the keyring, if that would have been the first choice.
    pub no_keyring: Option<KeyError>,
    /// What is left to do: an older key of that name that could not be removed.
    pub left_behind: Option<KeyError>,
}

/// Whether there was a key to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It was there, and is gone.
    From(Place),
    /// There was none.
    NotThere,
}

impl KeyStore {
    /// The store of this data folder. Nothing is read, made or asked for yet.
    #[must_use]
    pub fn open(folder: &Path, options: Options) -> Self {
        Self::with(folder, options, Keyring::of_system(), Cost::USUAL)
    }

    pub(crate) fn with(folder: &Path, options: Options, keyring: Keyring, cost: Cost) -> Self {
        Self {
            folder: folder.to_owned(),
            options,
            index: Index::new(folder),
            file: File::new(folder, cost),
            keyring,
        }
    }

    /// When keys were changed last, by whichever process; `None` while none were ever kept.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        self.index.stamp()
    }

    /// The keys that are kept, by name. Neither keyring nor passphrase is needed for this.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>, KeyError> {
        let keys = self.index.read()?;
        let entry = |(name, place)| Entry { name, place };
        Ok(keys.into_iter().map(entry).collect())
    }

    /// The key of that name; `None` if none was kept.
    ///
    /// # Errors
    /// If one was kept and cannot be read now; see [`KeyError`].
    pub fn get(&self, name: &str, prompt: &dyn Prompt) -> Result<Option<Key>, KeyError> {
        let Some(place) = self.place_of(name)? else {
            return Ok(None);
        };
        let known = self.passphrase_for(place, prompt)?;
        if let Some(key) = self.read(name, place, known.as_ref())? {
            return Ok(Some(key));
        }
        // It may be moved or removed just now, which is done once the lock is ours.
        let _lock = Lock::take(&self.folder)?;
        let Some(place) = self.place_of(name)? else {
            return Ok(None);
        };
        let known = match known {
            Some(known) => Some(known),
            None => self.passphrase_for(place, prompt)?,
        };
        let key = self.read(name, place, known.as_ref())?;
        let missing = || KeyError::Missing {
            name: name.to_owned(),
            place,
        };
        key.ok_or_else(missing).map(Some)
    }

    /// Keeps a key, in the place of one of that name.
    ///
    /// # Errors
    /// If it cannot be kept; an older one of that name is then still there.
    pub fn set(&self, name: &str, key: &Key, prompt: &dyn Prompt) -> Result<Stored, KeyError> {
        check_name(name)?;
        let before = self.place_of(name)?;
        let no_keyring = match self.options.choice {
            Choice::File => None,
            Choice::Keyring => {
                self.set_in_keyring(name, key)?;
                return self.kept_in_keyring(name, before, prompt);
            }
            Choice::Auto => match self.set_in_keyring(name, key) {
                Ok(()) => return self.kept_in_keyring(name, before, prompt),
                Err(why @ (KeyError::NoKeyring { .. } | KeyError::Keyring { .. })) => Some(why),
                Err(why) => return Err(why),
            },
        };
        let found = self.passphrase(prompt)?;
        self.change_file(found.passphrase(), |keys| {
            keys.insert(name.to_owned(), key.clone());
        })?;
        let left_behind = match before {
            Some(Place::Keyring) => self
                .keyring
                .remove(name, self.options.patience.limit())
                .err(),
            Some(Place::File) | None => None,
        };
        Ok(Stored {
            place: Place::File,
            file: Some(self.file.path().to_owned()),
            made_passphrase: match found {
                Found::Known(_) => None,
                Found::Made(_) => Some(self.options.own_passphrase_file.clone()),
            },
            no_keyring,
            left_behind,
        })
    }

    /// Removes the key of that name.
    ///
    /// # Errors
    /// If it cannot be removed; it is then still there.
    pub fn remove(&self, name: &str, prompt: &dyn Prompt) -> Result<Removed, KeyError> {
        let Some(place) = self.place_of(name)? else {
            return Ok(Removed::NotThere);
        };
        match place {
            Place::Keyring => {
                self.need_keyring()?;
                self.keyring.remove(name, self.options.patience.limit())?;
                self.change_index(|keys| {
                    keys.remove(name);
                })?;
            }
            Place::File => self.remove_from_file(name, prompt)?,
        }
        Ok(Removed::From(place))
    }

    fn place_of(&self, name: &str) -> Result<Option<Place>, KeyError> {
        Ok(self.index.read()?.get(name).copied())
    }

    fn read(
        &self,
        name: &str,
        place: Place,
        known: Option<&Found>,
    ) -> Result<Option<Key>, KeyError> {
        match place {
            Place::Keyring => {
                self.need_keyring()?;
                self.keyring.get(name, self.options.patience.limit())
            }
            Place::File => match known {
                Some(found) => Ok(self.file.read(found.passphrase())?.remove(name)),
                None => Ok(None),
            },
        }
    }

    /// The passphrase, if a key of that place needs one; without a file there is nothing to open.
    fn passphrase_for(&self, place: Place, prompt: &dyn Prompt) -> Result<Option<Found>, KeyError> {
        match place {
            Place::File if self.file.exists() => self.passphrase(prompt).map(Some),
            Place::File | Place::Keyring => Ok(None),
        }
    }

    fn passphrase(&self, prompt: &dyn Prompt) -> Result<Found, KeyError> {
        let ask = if self.file.exists() {
            Ask::Known
        } else {
            Ask::New
        };
        passphrase::find(&self.options, ask, prompt, &self.folder)
    }

    fn need_keyring(&self) -> Result<(), KeyError> {
        if self.options.can_have_keyring {
            return Ok(());
        }
        Err(KeyError::NoKeyring {
            why: NO_BUS.to_owned(),
        })
    }

    fn set_in_keyring(&self, name: &str, key: &Key) -> Result<(), KeyError> {
        self.need_keyring()?;
        self.keyring.set(name, key, self.options.patience.limit())
    }

    /// Notes what was just done, and takes an older key out of the file.
    fn kept_in_keyring(
        &self,
        name: &str,
        before: Option<Place>,
        prompt: &dyn Prompt,
    ) -> Result<Stored, KeyError> {
        self.change_index(|keys| {
            keys.insert(name.to_owned(), Place::Keyring);
        })?;
        // The index says where it is now, so this drops it from the file.
        let left_behind = match before {
            Some(Place::File) if self.file.exists() => self
                .passphrase(prompt)
                .and_then(|found| self.change_file(found.passphrase(), |_| {}))
                .err(),
            Some(Place::File | Place::Keyring) | None => None,
        };
        Ok(Stored {
            place: Place::Keyring,
            file: None,
            made_passphrase: None,
            no_keyring: None,
            left_behind,
        })
    }

    fn remove_from_file(&self, name: &str, prompt: &dyn Prompt) -> Result<(), KeyError> {
        if !self.file.exists() {
            return self.change_index(|keys| {
                keys.remove(name);
            });
        }
        let found = self.passphrase(prompt)?;
        self.change_file(found.passphrase(), |keys| {
            keys.remove(name);
        })
    }

    fn change_index(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Place>),
    ) -> Result<(), KeyError> {
        let _lock = Lock::take(&self.folder)?;
        let mut places = self.index.read()?;
        change(&mut places);
        self.index.write(places)
    }

    /// Changes the file, and has the index say what is in it: also of a folder whose index was
    /// lost. What the index says is in the keyring is no longer kept here.
    fn change_file(
        &self,
        passphrase: &Passphrase,
        change: impl FnOnce(&mut crate::file::Keys),
    ) -> Result<(), KeyError> {
        let _lock = Lock::take(&self.folder)?;
        let mut places = self.index.read()?;
        let mut keys = self.file.read(passphrase)?;
        keys.retain(|name, _| places.get(name) != Some(&Place::Keyring));
        change(&mut keys);
        if keys.is_empty() {
            private::remove(self.file.path()).map_err(KeyError::writing(self.file.path()))?;
        } else {
            self.file.write(&keys, passphrase)?;
        }
        places.retain(|_, place| *place == Place::Keyring);
        places.extend(keys.into_keys().map(|name| (name, Place::File)));
        self.index.write(places)
    }
}
