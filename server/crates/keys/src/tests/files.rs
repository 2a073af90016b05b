//! The encrypted file and the index: kept, changed, damaged, cut, crafted.
use std::fs;

use super::{Bench, get, key, list, lose, set, write};
use crate::{KeyError, NoPrompt, Place, Removed};

#[test]
fn keys_are_kept_changed_and_removed() {
    let bench = Bench::new();
    let store = bench.store();
    assert_eq!(get(&store, "openai"), None);
    assert_eq!((list(&store).as_str(), store.stamp()), ("", None));
    // Looking makes no folder.
    assert!(!bench.data().exists());

    let stored = set(&store, "openai", "sk-one").unwrap();
    assert_eq!(stored.place, Place::File);
    assert_eq!(stored.file, Some(bench.file("keys.enc")));
    assert!(stored.made_passphrase.is_none() && stored.left_behind.is_none());
    set(&store, "anthropic#token", "tok-\"two\"\\ é").unwrap();
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-one"));
    let told = get(&bench.store(), "anthropic#token");
    assert_eq!(told.as_deref(), Some("tok-\"two\"\\ é"));
    assert_eq!(list(&store), "anthropic#token: file, openai: file");

    set(&store, "openai", "sk-three").unwrap();
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-three"));
    let from_file = Removed::From(Place::File);
    assert_eq!(store.remove("openai", &NoPrompt).unwrap(), from_file);
    assert_eq!(
        store.remove("openai", &NoPrompt).unwrap(),
        Removed::NotThere
    );
    assert_eq!(get(&store, "openai"), None);
    assert_eq!(list(&store), "anthropic#token: file");
    store.remove("anthropic#token", &NoPrompt).unwrap();
    assert!(!bench.file("keys.enc").exists());
    assert_eq!(list(&store), "");
}

#[test]
fn no_key_is_in_clear_and_no_other_file_is_left() {
    let bench = Bench::new();
    set(&bench.store(), "openai", "sk-1234567").unwrap();
    let mut names = Vec::new();
    for entry in fs::read_dir(bench.data()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for secret in ["sk-1", "sesame"] {
            let found = bytes
                .windows(secret.len())
                .any(|it| it == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["keys.enc", "keys.json", "keys.lock"]);
    expect_test::expect![[r#"
        {
          "version": 1,
          "keys": {
            "openai": "file"
          }
        }
    "#]]
    .assert_eq(&fs::read_to_string(bench.file("keys.json")).unwrap());
}

#[cfg(unix)]
#[test]
fn files_are_their_owners_alone() {
    use super::{mode, set_mode};
    let bench = Bench::new();
    let store = bench.store();
    set(&store, "openai", "sk-one").unwrap();
    assert_eq!(mode(&bench.data()), 0o700);
    for name in ["keys.enc", "keys.json", "keys.lock"] {
        assert_eq!(mode(&bench.file(name)), 0o600, "{name}");
    }
    // One that was opened to others is closed when it is read.
    set_mode(&bench.file("keys.enc"), 0o644);
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-one"));
    assert_eq!(mode(&bench.file("keys.enc")), 0o600);
}

#[test]
fn another_stamp_tells_of_a_change() {
    let bench = Bench::new();
    let store = bench.store();
    set(&store, "openai", "sk-one").unwrap();
    let before = store.stamp();
    assert!(before.is_some());
    assert_eq!(bench.store().stamp(), before);
    set(&bench.store(), "groq", "gsk-two").unwrap();
    assert_ne!(store.stamp(), before);
}

/// Reading, adding and removing all fail with a message that has this in it, and leave the file
/// as it was.
#[track_caller]
fn check_refused(bench: &Bench, file: &str, expect: &str) {
    let before = fs::read(bench.file(file)).unwrap();
    let store = bench.store();
    let told = [
        store.get("openai", &NoPrompt).unwrap_err(),
        store.set("groq", &key("gsk-two"), &NoPrompt).unwrap_err(),
        store.remove("openai", &NoPrompt).unwrap_err(),
    ];
    for error in told {
        let told = error.to_string();
        assert!(told.contains(expect) && told.contains(file), "{told}");
    }
    assert_eq!(fs::read(bench.file(file)).unwrap(), before);
}

#[test]
fn a_wrong_passphrase_opens_and_changes_nothing() {
    let bench = Bench::new();
    set(&bench.store(), "openai", "sk-one").unwrap();
    let bench = bench.with("ASIDE_PASSPHRASE", "open barley");
    check_refused(&bench, "keys.enc", "The passphrase does not open");
    let bench = bench.with("ASIDE_PASSPHRASE", "open sesame");
    assert_eq!(get(&bench.store(), "openai").as_deref(), Some("sk-one"));
}

#[test]
fn a_damaged_file_is_said_and_left_alone() {
    let bench = Bench::new();
    set(&bench.store(), "openai", "sk-one").unwrap();
    let whole = fs::read(bench.file("keys.enc")).unwrap();
    let damaged = |change: &dyn Fn(&mut Vec<u8>), expect: &str| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        write(&bench.file("keys.enc"), &bytes);
        check_refused(&bench, "keys.enc", expect);
    };
    damaged(&|bytes| bytes.clear(), "is damaged: it is too short");
    damaged(&|bytes| bytes.truncate(40), "is damaged: it is too short");
    damaged(
        &|bytes| bytes.truncate(bytes.len() - 1),
        "is damaged: its content",
    );
    damaged(&|bytes| bytes[0] = b'a', "is damaged: it is not a file of");
    damaged(&|bytes| bytes[8] = 2, "was written by a newer Aside");
    damaged(&|bytes| bytes[10] = 0xff, "too much memory or time");
    damaged(&|bytes| bytes[30] ^= 1, "The passphrase does not open");
    damaged(
        &|bytes| bytes.resize(crate::file::MAX_FILE_BYTES + 1, 0),
        "is damaged: it is too long",
    );
    write(&bench.file("keys.enc"), &whole);
    assert_eq!(get(&bench.store(), "openai").as_deref(), Some("sk-one"));
}

#[test]
fn a_damaged_index_is_said_and_left_alone() {
    let bench = Bench::new();
    set(&bench.store(), "openai", "sk-one").unwrap();
    for (json, expect) in [
        ("", "is damaged"),
        ("[]", "is damaged"),
        ("{\"version\":1", "is damaged"),
        (
            "{\"version\":1,\"keys\":{\"openai\":\"moon\"}}",
            "is damaged",
        ),
        ("{\"version\":1,\"keys\":{\"../x\":\"file\"}}", "is damaged"),
        ("{\"version\":2,\"keys\":7}", "newer Aside (format 2)"),
    ] {
        write(&bench.file("keys.json"), json);
        check_refused(&bench, "keys.json", expect);
        assert!(bench.store().list().is_err(), "{json}");
    }
    write(&bench.file("keys.json"), " ".repeat(64 * 1024 + 1));
    check_refused(&bench, "keys.json", "is too long");
}

#[test]
fn a_lost_index_is_made_again_from_the_file() {
    let bench = Bench::new();
    let store = bench.store();
    set(&store, "openai", "sk-one").unwrap();
    lose(&bench.file("keys.json"));
    assert_eq!(list(&store), "");
    set(&store, "groq", "gsk-two").unwrap();
    assert_eq!(list(&store), "groq: file, openai: file");
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-one"));
}

#[test]
fn a_lost_file_is_said_and_can_be_forgotten() {
    let bench = Bench::new();
    let store = bench.store();
    set(&store, "openai", "sk-one").unwrap();
    lose(&bench.file("keys.enc"));
    let error = store.get("openai", &NoPrompt).unwrap_err();
    assert!(matches!(error, KeyError::Missing { .. }), "{error}");
    assert!(error.to_string().contains("aside auth add openai"));
    // No passphrase is needed where there is nothing to open.
    let bare = Bench {
        environment: std::collections::BTreeMap::new(),
        ..bench
    };
    bare.store().remove("openai", &NoPrompt).unwrap();
    assert_eq!(list(&bare.store()), "");
}

#[test]
fn what_a_killed_process_left_is_overwritten() {
    let bench = Bench::new();
    write(&bench.file("keys.enc.new"), "half");
    write(&bench.file("keys.json.new"), "half");
    set(&bench.store(), "openai", "sk-one").unwrap();
    assert_eq!(get(&bench.store(), "openai").as_deref(), Some("sk-one"));
    assert!(!bench.file("keys.enc.new").exists());
}

#[test]
fn names_and_numbers_have_bounds() {
    let bench = Bench::new();
    let store = bench.store();
    for name in ["", "../x", "a b"] {
        let error = set(&store, name, "sk-one").unwrap_err();
        assert!(matches!(error, KeyError::BadName), "{error}");
    }
    let names = (0..crate::MAX_KEYS).map(|n| (format!("p{n}"), "file"));
    let keys: std::collections::BTreeMap<_, _> = names.collect();
    let file = crate::file::File::new(&bench.data(), crate::seal::Cost::TEST);
    let passphrase = crate::Passphrase::new("open sesame".to_owned().into()).unwrap();
    let many = keys.keys().map(|name| (name.clone(), key("k"))).collect();
    fs::create_dir_all(bench.data()).unwrap();
    file.write(&many, &passphrase).unwrap();
    let error = set(&store, "one-more", "sk-one").unwrap_err();
    assert!(matches!(error, KeyError::TooMany), "{error}");
}

#[test]
fn a_folder_in_the_place_of_a_file_is_said() {
    let bench = Bench::new();
    fs::create_dir_all(bench.file("keys.json")).unwrap();
    assert!(bench.store().list().is_err());
    assert!(set(&bench.store(), "openai", "sk-one").is_err());
}
