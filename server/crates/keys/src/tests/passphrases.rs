//! Where the passphrase comes from, and what is said where there is none.
use std::cell::RefCell;
use std::path::Path;

use super::{Bench, get, key, list, set, write};
use crate::{Ask, KeyError, NoPrompt, Passphrase, Prompt};

/// Answers with this, and remembers what it was asked for.
struct Answers {
    text: &'static str,
    asked: RefCell<Vec<Ask>>,
}

impl Answers {
    fn new(text: &'static str) -> Self {
        Self {
            text,
            asked: RefCell::default(),
        }
    }
}

impl Prompt for Answers {
    fn passphrase(&self, ask: Ask, _: &Path) -> Result<Option<Passphrase>, KeyError> {
        self.asked.borrow_mut().push(ask);
        Ok(Passphrase::new(self.text.to_owned().into()))
    }
}

#[test]
fn with_none_at_all_it_is_said_what_to_do() {
    let bench = Bench::bare();
    let error = set(&bench.store(), "openai", "sk-one").unwrap_err();
    let told = error.to_string();
    for part in [
        "ASIDE_PASSPHRASE",
        "ASIDE_PASSPHRASE_FILE",
        "keys.passphrase",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!bench.data().exists() && !bench.config().exists());
}

#[test]
fn a_file_may_hold_it() {
    let bench = Bench::bare();
    let path = bench.root.path().join("somewhere");
    write(&path, "open sesame\r\nand a remark\n");
    let bench = bench.with("ASIDE_PASSPHRASE_FILE", path.to_str().unwrap());
    set(&bench.store(), "openai", "sk-one").unwrap();
    let same = Bench {
        environment: Bench::new().environment,
        ..bench
    };
    assert_eq!(get(&same.store(), "openai").as_deref(), Some("sk-one"));
}

#[test]
fn a_file_that_cannot_be_used_is_said() {
    let long = "p".repeat(1025);
    for (content, expect) in [
        (&b""[..], "first line is empty"),
        (b"\nx", "first line is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (long.as_bytes(), "longer than 1,024"),
        (&[b'p'; 5000], "longer than 1,024"),
    ] {
        let bench = Bench::bare();
        let path = bench.config().join("keys.passphrase");
        write(&path, content);
        let told = set(&bench.store(), "openai", "sk-one")
            .unwrap_err()
            .to_string();
        assert!(told.contains(expect), "{told}");
        assert!(told.contains("keys.passphrase"), "{told}");
    }
    let bench = Bench::bare().with("ASIDE_PASSPHRASE_FILE", "/no/such/file");
    let told = set(&bench.store(), "openai", "sk-one").unwrap_err();
    assert!(told.to_string().contains("/no/such/file"), "{told}");
    let bench = Bench::bare().with("ASIDE_PASSPHRASE", &long);
    let told = set(&bench.store(), "openai", "sk-one").unwrap_err();
    assert!(told.to_string().contains("ASIDE_PASSPHRASE"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_passphrase_that_others_may_read_is_refused() {
    let bench = Bench::bare();
    let path = bench.config().join("keys.passphrase");
    write(&path, "open sesame\n");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        super::set_mode(&path, mode);
        let error = set(&bench.store(), "openai", "sk-one").unwrap_err();
        assert!(matches!(error, KeyError::TooOpen { .. }), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
        assert!(error.to_string().contains(&format!("{mode:o}")), "{error}");
    }
    super::set_mode(&path, 0o600);
    set(&bench.store(), "openai", "sk-one").unwrap();
}

#[test]
fn somebody_is_asked_for_what_is_found_nowhere() {
    let bench = Bench::bare();
    let store = bench.store();
    let sesame = Answers::new("open sesame");
    let stored = store.set("openai", &key("sk-one"), &sesame).unwrap();
    assert!(stored.made_passphrase.is_none());
    let found = store.get("openai", &sesame).unwrap();
    assert_eq!(found, Some(key("sk-one")));
    assert_eq!(*sesame.asked.borrow(), [Ask::New, Ask::Known]);
    let error = store.get("openai", &Answers::new("barley")).unwrap_err();
    assert!(matches!(error, KeyError::WrongPassphrase { .. }), "{error}");
    let error = store.get("openai", &Answers::new("")).unwrap_err();
    assert!(matches!(error, KeyError::Declined), "{error}");
    let error = store.get("openai", &NoPrompt).unwrap_err();
    assert!(matches!(error, KeyError::NoPassphrase { .. }), "{error}");
    // Nobody is asked for what the index alone can tell.
    assert_eq!(list(&store), "openai: file");
    assert_eq!(store.get("groq", &NoPrompt).unwrap(), None);
}

#[test]
fn an_empty_answer_has_one_made_that_is_found_again() {
    let bench = Bench::bare();
    let store = bench.store();
    let nothing = Answers::new("");
    let stored = store.set("openai", &key("sk-one"), &nothing).unwrap();
    let path = bench.config().join("keys.passphrase");
    assert_eq!(stored.made_passphrase.as_ref(), Some(&path));
    let made = std::fs::read_to_string(&path).unwrap();
    assert_eq!(made.trim_end().len(), 64, "{} bytes", made.len());
    #[cfg(unix)]
    assert_eq!(super::mode(&path), 0o600);
    assert!(!bench.config().join("keys.passphrase.new").exists());
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-one"));
    let stored = set(&store, "groq", "gsk-two").unwrap();
    assert!(stored.made_passphrase.is_none());
    assert_eq!(*nothing.asked.borrow(), [Ask::New]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), made);
}
