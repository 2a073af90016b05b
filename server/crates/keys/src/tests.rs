//! The store as a whole: over a folder of its own and keyrings made for the test.
mod files;
mod keyrings;
mod passphrases;
mod together;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyring_core::{CredentialStore, mock};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::seal::Cost;
use crate::{Choice, Key, KeyError, KeyStore, NoPrompt, Options};

/// A data folder and a configuration folder.
struct Bench {
    root: TempDir,
    environment: BTreeMap<String, String>,
}

impl Bench {
    /// With no passphrase and no keyring.
    fn bare() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            environment: BTreeMap::new(),
        }
    }

    /// With the passphrase `open sesame` in the environment.
    fn new() -> Self {
        Self::bare().with("ASIDE_PASSPHRASE", "open sesame")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn config(&self) -> PathBuf {
        self.root.path().join("config")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.data().join(name)
    }

    fn options(&self) -> Options {
        Options {
            can_have_keyring: false,
            ..Options::new(&self.config(), &self.environment)
        }
    }

    /// A store in which there is no keyring.
    fn store(&self) -> KeyStore {
        let none = Keyring::new(|| Err(keyring_core::Error::NoDefaultStore));
        KeyStore::with(&self.data(), self.options(), none, Cost::TEST)
    }

    /// A store with this keyring.
    fn store_with(&self, choice: Choice, keyring: &Keyring) -> KeyStore {
        let options = Options {
            choice,
            can_have_keyring: true,
            ..self.options()
        };
        KeyStore::with(&self.data(), options, keyring.clone(), Cost::TEST)
    }
}

/// A keyring in memory.
fn keyring() -> Keyring {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    Keyring::new(move || Ok(Arc::clone(&store)))
}

fn key(text: &str) -> Key {
    Key::new(Zeroizing::new(text.to_owned())).unwrap()
}

/// The key of that name, as text.
#[track_caller]
fn get(store: &KeyStore, name: &str) -> Option<String> {
    let key = store.get(name, &NoPrompt).unwrap();
    key.map(|key| key.expose().to_owned())
}

fn set(store: &KeyStore, name: &str, text: &str) -> Result<crate::Stored, KeyError> {
    store.set(name, &key(text), &NoPrompt)
}

/// Names and places, in one line.
fn list(store: &KeyStore) -> String {
    let entries = store.list().unwrap();
    let shown = entries
        .iter()
        .map(|entry| format!("{}: {}", entry.name, entry.place.word()));
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes a file that a test prepares.
#[allow(
    clippy::disallowed_methods,
    reason = "tests write the files they work on"
)]
fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    set_mode(path, 0o600);
}

/// As if somebody had taken the file away.
#[allow(
    clippy::disallowed_methods,
    reason = "tests write the files they work on"
)]
fn lose(path: &Path) {
    std::fs::remove_file(path).unwrap();
}

#[test]
fn nothing_shows_a_secret() {
    let bench = Bench::new();
    let store = bench.store();
    let stored = set(&store, "openai", "sk-1234567").unwrap();
    let shown = format!("{store:?} {stored:?} {:?}", store.get("openai", &NoPrompt));
    for secret in ["sk-1", "sesame"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
