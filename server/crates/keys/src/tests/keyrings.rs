//! Keyrings that work, that are locked, that hang, that are not there.
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, Entry, Error};

use super::{Bench, get, key, keyring, list, set};
use crate::keyring::{Keyring, MAX_CALLS, can_be_there};
use crate::{Choice, KeyError, NoPrompt, Place, Removed};

/// How long anything may take that is bound to come.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn keys_are_kept_in_the_keyring_and_named_in_the_index() {
    let bench = Bench::bare();
    let ring = keyring();
    let store = bench.store_with(Choice::Auto, &ring);
    let stored = set(&store, "openai", "sk-one").unwrap();
    assert_eq!((stored.place, stored.file), (Place::Keyring, None));
    assert_eq!(list(&store), "openai: keyring");
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-one"));
    set(&store, "openai", "sk-two").unwrap();
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-two"));
    assert!(!bench.file("keys.enc").exists());
    let removed = store.remove("openai", &NoPrompt).unwrap();
    assert_eq!(removed, Removed::From(Place::Keyring));
    assert_eq!(get(&store, "openai"), None);
}

#[test]
fn a_key_has_one_place() {
    let bench = Bench::new();
    let ring = keyring();
    let in_file = bench.store_with(Choice::File, &ring);
    let in_ring = bench.store_with(Choice::Keyring, &ring);
    let limit = PATIENCE;

    set(&in_file, "openai", "sk-one").unwrap();
    set(&in_file, "groq", "gsk-two").unwrap();
    let moved = set(&in_ring, "openai", "sk-three").unwrap();
    assert!(moved.left_behind.is_none(), "{moved:?}");
    assert_eq!(list(&in_ring), "groq: file, openai: keyring");
    assert_eq!(get(&in_file, "openai").as_deref(), Some("sk-three"));

    // Back again: the keyring has it no longer.
    set(&in_file, "openai", "sk-four").unwrap();
    assert_eq!(list(&in_ring), "groq: file, openai: file");
    assert_eq!(get(&in_ring, "openai").as_deref(), Some("sk-four"));
    assert!(ring.get("openai", limit).unwrap().is_none());
}

#[test]
fn a_key_that_the_keyring_lost_is_said() {
    let bench = Bench::bare();
    let ring = keyring();
    let store = bench.store_with(Choice::Auto, &ring);
    set(&store, "openai", "sk-one").unwrap();
    ring.remove("openai", PATIENCE).unwrap();
    let error = store.get("openai", &NoPrompt).unwrap_err();
    expect_test::expect!["The key of openai should be in the system's keyring and is not there. Add it again with `aside auth add openai`, or forget it with `aside auth remove openai`."]
        .assert_eq(&error.to_string());
    store.remove("openai", &NoPrompt).unwrap();
    assert_eq!(list(&store), "");
}

#[test]
fn without_a_keyring_the_file_is_used_and_why_is_said() {
    let bench = Bench::new();
    let stored = set(&bench.store(), "openai", "sk-one").unwrap();
    let why = stored.no_keyring.unwrap().to_string();
    assert!(why.contains("DBUS_SESSION_BUS_ADDRESS"), "{why}");

    let nobody = failing("no secret service provider or dbus session found");
    let store = bench.store_with(Choice::Auto, &nobody);
    let stored = set(&store, "groq", "gsk-two").unwrap();
    assert!(matches!(
        stored.no_keyring,
        Some(KeyError::NoKeyring { .. })
    ));
    assert_eq!(list(&store), "groq: file, openai: file");

    let empty = Keyring::new(|| {
        let why = "SS error: result not returned from SS API";
        Err(Error::NoStorageAccess(why.into()))
    });
    let store = bench.store_with(Choice::Auto, &empty);
    let stored = set(&store, "groq", "gsk-two").unwrap();
    let why = stored.no_keyring.unwrap().to_string();
    assert!(why.contains("no keyring was ever made"), "{why}");

    // Whoever wants the keyring and nothing else is told.
    let store = bench.store_with(Choice::Keyring, &nobody);
    let error = set(&store, "groq", "gsk-three").unwrap_err();
    assert!(error.to_string().contains("keys.store"), "{error}");
    assert_eq!(get(&bench.store(), "groq").as_deref(), Some("gsk-two"));
}

#[test]
fn a_locked_keyring_is_no_reason_to_go_elsewhere() {
    let bench = Bench::new();
    let locked = Keyring::new(|| Err(Error::NoStorageAccess("prompt dismissed.".into())));
    let store = bench.store_with(Choice::Auto, &locked);
    let error = set(&store, "openai", "sk-one").unwrap_err();
    expect_test::expect![
        "The system's keyring is locked (prompt dismissed). Unlock it and try again."
    ]
    .assert_eq(&error.to_string());
    assert_eq!(list(&store), "");
}

#[test]
fn a_key_in_a_keyring_that_is_not_here_is_said() {
    let bench = Bench::bare();
    set(
        &bench.store_with(Choice::Auto, &keyring()),
        "openai",
        "sk-one",
    )
    .unwrap();
    // The same folder over a plain login, say.
    let store = bench.store();
    let error = store.get("openai", &NoPrompt).unwrap_err();
    assert!(matches!(error, KeyError::NoKeyring { .. }), "{error}");
    store.remove("openai", &NoPrompt).unwrap_err();
    assert_eq!(list(&store), "openai: keyring");
}

#[test]
fn no_error_of_a_keyring_shows_what_it_holds() {
    let secret = b"sk-1234567".to_vec();
    let errors: [fn(Vec<u8>) -> Error; 4] = [
        Error::BadEncoding,
        |bytes| Error::BadDataFormat(bytes, "bad".into()),
        |bytes| Error::Invalid("password".into(), String::from_utf8(bytes).unwrap()),
        |bytes| Error::BadStoreFormat(String::from_utf8(bytes).unwrap()),
    ];
    for make in errors {
        let secret = secret.clone();
        let ring = Keyring::new(move || Err(make(secret.clone())));
        let error = ring.get("openai", PATIENCE).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("sk-1") && !shown.contains("115"), "{shown}");
    }
}

#[test]
fn a_broken_connection_is_made_anew() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let ring = Keyring::new(move || {
        if count.fetch_add(1, Ordering::AcqRel) == 0 {
            return Err(Error::PlatformFailure("the bus is gone".into()));
        }
        Ok(keyring_core::mock::Store::new()?)
    });
    let limit = PATIENCE;
    let error = ring.get("openai", limit).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The system's keyring failed: the bus is gone."
    );
    assert!(ring.get("openai", limit).unwrap().is_none());
    assert!(ring.get("openai", limit).unwrap().is_none());
    assert_eq!(made.load(Ordering::Acquire), 2);
}

#[test]
fn a_keyring_that_hangs_is_given_up_and_not_asked_without_end() {
    let gate = Arc::new(Gate::default());
    let store = Hanging(Arc::clone(&gate));
    let ring = Keyring::new(move || Ok(Arc::new(store.clone())));
    let limit = Duration::from_millis(1);
    for _ in 0..MAX_CALLS {
        let error = ring.get("openai", limit).unwrap_err();
        assert!(matches!(error, KeyError::TimedOut { .. }), "{error}");
    }
    // Those hang still, so no further thread is started for this one, however long it may take.
    let error = ring.get("openai", Duration::from_secs(3600)).unwrap_err();
    assert!(matches!(error, KeyError::TimedOut { .. }), "{error}");
    assert!(gate.reached() <= MAX_CALLS);
    // Once the user has answered, all is well again.
    gate.open();
    while ring.calls() > 0 {
        std::thread::yield_now();
    }
    let limit = PATIENCE;
    assert_eq!(
        ring.get("openai", limit).unwrap(),
        Some(key("sk-from-the-ring"))
    );
}

#[test]
fn a_keyring_whose_library_panics_is_said() {
    let ring = Keyring::new(|| panic!("a bug"));
    let error = ring.get("openai", PATIENCE).unwrap_err();
    assert!(error.to_string().contains("stopped working"), "{error}");
    assert_eq!(ring.calls(), 0);
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_session_without_a_bus_has_no_keyring() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let check = |variables: &[(&str, &str)], expect: bool| {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: BTreeMap<_, _> = variables.iter().map(owned).collect();
        assert_eq!(can_be_there(&environment), expect, "{variables:?}");
    };
    check(&[], false);
    check(&[("DBUS_SESSION_BUS_ADDRESS", "")], false);
    check(&[("XDG_RUNTIME_DIR", "/no/such")], false);
    check(&[("XDG_RUNTIME_DIR", path)], false);
    let address = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus");
    check(&[address], true);
    super::write(&folder.path().join("bus"), "");
    check(&[("XDG_RUNTIME_DIR", path)], true);
}

/// A keyring to which no connection can be made.
fn failing(why: &'static str) -> Keyring {
    Keyring::new(move || Err(Error::PlatformFailure(why.into())))
}

/// Holds calls back until it is opened.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<(bool, usize)>,
    changed: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        drop(self.changed.wait_while(state, |state| !state.0).unwrap());
    }

    fn open(&self) {
        self.state.lock().unwrap().0 = true;
        self.changed.notify_all();
    }

    fn reached(&self) -> usize {
        self.state.lock().unwrap().1
    }
}

/// A keyring that answers when its gate is open.
#[derive(Debug, Clone)]
struct Hanging(Arc<Gate>);

impl CredentialStoreApi for Hanging {
    fn vendor(&self) -> String {
        "test".into()
    }

    fn id(&self) -> String {
        "hanging".into()
    }

    fn build(
        &self,
        _: &str,
        _: &str,
        _: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(self.clone())))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CredentialApi for Hanging {
    fn set_secret(&self, _: &[u8]) -> keyring_core::Result<()> {
        self.0.pass();
        Ok(())
    }

    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.0.pass();
        Ok(b"sk-from-the-ring".to_vec())
    }

    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.0.pass();
        Ok(())
    }

    fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
