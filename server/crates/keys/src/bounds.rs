//! The bounds of this crate that no setting changes, for `aside doctor --settings` and the docs.

/// What is bounded, by how much, and in which unit; times are in milliseconds.
pub const BOUNDS: &[(&str, u64, &str)] = &[
    ("keys that are kept", crate::MAX_KEYS as u64, "keys"),
    ("one key", crate::key::MAX_KEY_BYTES as u64, "bytes"),
    (
        "the name that a key is kept under",
        crate::key::MAX_NAME_BYTES as u64,
        "bytes",
    ),
    (
        "one passphrase",
        crate::passphrase::MAX_PASSPHRASE_BYTES as u64,
        "bytes",
    ),
    (
        "the encrypted file of keys",
        crate::file::MAX_FILE_BYTES as u64,
        "bytes",
    ),
    (
        "the index of keys",
        crate::index::MAX_INDEX_BYTES as u64,
        "bytes",
    ),
    (
        "memory that a file of keys may ask for to be opened",
        crate::seal::MAX_MEMORY_KIB as u64,
        "KiB",
    ),
    ("passes over it", crate::seal::MAX_PASSES as u64, "passes"),
    (
        "waiting for another process that changes keys",
        crate::lock::WAIT.as_millis() as u64,
        "ms",
    ),
    (
        "waiting for the keyring",
        crate::keyring::WAIT.as_millis() as u64,
        "ms",
    ),
    (
        "waiting for the keyring while a person may have to unlock it",
        crate::keyring::WAIT_FOR_PERSON.as_millis() as u64,
        "ms",
    ),
    (
        "calls that wait for the keyring",
        crate::keyring::MAX_CALLS as u64,
        "calls",
    ),
];
