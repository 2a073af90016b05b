//! Keeping keys: in the operating system's keyring, or in an encrypted file where there is none.
//!
//! A [`KeyStore`] is a folder with an index (`keys.json`) that says which provider's key is kept
//! in which [`Place`], since keyrings cannot list; the index holds no secret. Everything here
//! blocks, for seconds where a keyring asks the user: call it from a thread that may.
mod bounds;
mod error;
mod file;
mod index;
mod key;
mod keyring;
mod lock;
mod options;
mod passphrase;
mod private;
mod seal;
mod store;

#[cfg(test)]
mod tests;

pub use bounds::BOUNDS;
pub use error::KeyError;
pub use index::{Place, Stamp};
pub use key::Key;
pub use options::{Choice, Options, Patience};
pub use passphrase::{Ask, NoPrompt, Passphrase, Prompt};
pub use store::{Entry, KeyStore, Removed, Stored};

/// Keys that are kept.
pub(crate) const MAX_KEYS: usize = 256;
