//! The operating system's keyring: the Secret Service (GNOME, KWallet, KeePassXC) over D-Bus,
//! the Keychain of macOS, the Credential Manager of Windows.
//!
//! A keyring may ask its user for a password in a window, and a bus may hang, so each call runs
//! on a thread of its own and is waited for no longer than the caller likes.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use keyring_core::{CredentialStore, Error};
use zeroize::Zeroizing;

use crate::{Key, KeyError};

/// How long a call may take where nobody sits and waits.
pub(crate) const WAIT: Duration = Duration::from_secs(5);

/// How long a call may take where somebody was just asked to unlock the keyring.
pub(crate) const WAIT_FOR_PERSON: Duration = Duration::from_secs(120);

/// How many calls may wait for the keyring, those included that nobody waits for any more.
pub(crate) const MAX_CALLS: usize = 4;

/// What our entries are filed under.
const SERVICE: &str = "aside";

/// Bytes of what the keyring says went wrong.
const MAX_WORDS: usize = 300;

type Connect = dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync;

/// Whether there can be a keyring in this environment. On Linux and its like it is reached over
/// the session's bus, which a machine without a desktop does not have.
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn can_be_there(environment: &BTreeMap<String, String>) -> bool {
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    variable("DBUS_SESSION_BUS_ADDRESS").is_some()
        || variable("XDG_RUNTIME_DIR")
            .is_some_and(|folder| std::path::Path::new(folder).join("bus").exists())
}

/// Whether there can be a keyring: it is part of the system.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(crate) fn can_be_there(_: &BTreeMap<String, String>) -> bool {
    true
}

/// The keyring. Making one costs nothing; it is connected to at the first call.
#[derive(Clone)]
pub(crate) struct Keyring {
    connect: Arc<Connect>,
    connected: Arc<Mutex<Option<Arc<CredentialStore>>>>,
    calls: Arc<AtomicUsize>,
}

impl Keyring {
    /// The one of this system.
    pub(crate) fn of_system() -> Self {
        Self::new(connect)
    }

    /// One that is connected to so.
    pub(crate) fn new(
        connect: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            connect: Arc::new(connect),
            connected: Arc::default(),
            calls: Arc::default(),
        }
    }

    /// The key of that name.
    pub(crate) fn get(&self, name: &str, limit: Duration) -> Result<Option<Key>, KeyError> {
        let name = name.to_owned();
        let found = self.call(limit, move |store| {
            match store.build(SERVICE, &name, None)?.get_password() {
                Ok(text) => Ok(Some(Zeroizing::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(error),
            }
        })?;
        found.map(Key::new).transpose()
    }

    /// Keeps a key, in the place of one of that name.
    pub(crate) fn set(&self, name: &str, key: &Key, limit: Duration) -> Result<(), KeyError> {
        let name = name.to_owned();
        let key = key.clone();
        self.call(limit, move |store| {
            store
                .build(SERVICE, &name, None)?
                .set_password(key.expose())
        })
    }

    /// Removes a key; one that is not there is no failure.
    pub(crate) fn remove(&self, name: &str, limit: Duration) -> Result<(), KeyError> {
        let name = name.to_owned();
        self.call(limit, move |store| {
            match store.build(SERVICE, &name, None)?.delete_credential() {
                Err(Error::NoEntry) => Ok(()),
                done => done,
            }
        })
    }

    /// How many calls wait.
    #[cfg(test)]
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Acquire)
    }

    /// Runs this on a thread of its own. One that takes too long is left to itself: nothing can
    /// end a call into the system.
    fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&CredentialStore) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeyError> {
        let Some(ticket) = Ticket::take(&self.calls) else {
            return Err(KeyError::TimedOut { limit });
        };
        let (sender, receiver) = mpsc::sync_channel(1);
        let keyring = self.clone();
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let result = keyring.connected().and_then(|store| work(&*store));
                if matches!(result, Err(Error::PlatformFailure(_))) {
                    // The bus may have gone away; the next call connects anew.
                    *keyring.slot() = None;
                }
                drop(ticket);
                // Whoever waited may have given up.
                let _ = sender.send(result);
            })
            .map_err(|error| KeyError::Keyring {
                why: format!("no thread can be started for it: {error}"),
            })?;
        match receiver.recv_timeout(limit) {
            Ok(result) => result.map_err(told),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(KeyError::TimedOut { limit }),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(KeyError::Keyring {
                why: "its library stopped working".to_owned(),
            }),
        }
    }

    fn connected(&self) -> keyring_core::Result<Arc<CredentialStore>> {
        if let Some(store) = &*self.slot() {
            return Ok(Arc::clone(store));
        }
        let store = (self.connect)()?;
        *self.slot() = Some(Arc::clone(&store));
        Ok(store)
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<CredentialStore>>> {
        self.connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

/// The right to call, given back when it is dropped.
struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    fn take(calls: &Arc<AtomicUsize>) -> Option<Self> {
        let ticket = Self(Arc::clone(calls));
        let before = calls.fetch_add(1, Ordering::AcqRel);
        // Dropping the ticket gives it back.
        (before < MAX_CALLS).then_some(ticket)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What the keyring says, without the secrets that some of its errors hold.
fn told(error: Error) -> KeyError {
    match error {
        Error::NoStorageAccess(why) => no_access(&why.to_string()),
        Error::NoDefaultStore => KeyError::NoKeyring {
            why: "there is none for this system".to_owned(),
        },
        Error::PlatformFailure(why) => platform(&why.to_string()),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyError::Keyring {
            why: "what it holds for Aside is not a key".to_owned(),
        },
        Error::BadStoreFormat(_) => KeyError::Keyring {
            why: "its storage is damaged".to_owned(),
        },
        Error::TooLong(_, limit) => KeyError::Keyring {
            why: format!("it takes no more than {limit} characters"),
        },
        Error::Ambiguous(entries) => KeyError::Keyring {
            why: format!(
                "it has {} entries for this key; delete all but one",
                entries.len()
            ),
        },
        // The last one is for kinds of errors that are not there yet, whose words are not known
        // to be free of secrets.
        Error::NoEntry | Error::Invalid(..) | Error::NotSupportedByStore(_) | _ => {
            KeyError::Keyring {
                why: "it does not do what was asked of it".to_owned(),
            }
        }
    }
}

/// A service that has no keyring to keep anything in, as right after it was installed, is none.
fn no_access(why: &str) -> KeyError {
    const NO_COLLECTION: &str = "result not returned from SS API";
    if why.contains(NO_COLLECTION) {
        return KeyError::NoKeyring {
            why: "its service runs, but no keyring was ever made in it".to_owned(),
        };
    }
    KeyError::Locked { why: words(why) }
}

/// A bus with nobody behind it is no keyring.
fn platform(why: &str) -> KeyError {
    const NOBODY: [&str; 4] = [
        "no secret service provider",
        "ServiceUnknown",
        "was not provided by any .service files",
        "InputOutput",
    ];
    let words = words(why);
    if NOBODY.iter().any(|known| why.contains(known)) {
        return KeyError::NoKeyring { why: words };
    }
    KeyError::Keyring { why: words }
}

/// One line, not too long, with no full stop at its end.
fn words(why: &str) -> String {
    let line: String = why
        .chars()
        .take(MAX_WORDS)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    line.trim().trim_end_matches('.').to_owned()
}

#[cfg(target_os = "macos")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(not(any(unix, windows)))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}
