//! Where the passphrase of the encrypted file comes from.
use std::fmt;
use std::fmt::Write;
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::lock::Lock;
use crate::{KeyError, Options, private};

/// Bytes of a passphrase.
pub(crate) const MAX_PASSPHRASE_BYTES: usize = 1024;

/// The file in the configuration folder that may hold the passphrase.
pub(crate) const FILE: &str = "keys.passphrase";

/// Random bytes of a passphrase that nobody chose.
const RANDOM_BYTES: usize = 32;

/// A passphrase, not empty. Its `Debug` form does not show it.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// `None` if it is empty or longer than 1,024 bytes.
    #[must_use]
    pub fn new(text: Zeroizing<String>) -> Option<Self> {
        (1..=MAX_PASSPHRASE_BYTES)
            .contains(&text.len())
            .then_some(Self(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a passphrase is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To open the file of keys.
    Known,
    /// For a file of keys that is about to be made. `None` for an answer has a random one made
    /// and kept in the configuration folder.
    New,
}

/// Somebody who can be asked for a passphrase that is found nowhere else.
pub trait Prompt {
    /// Asks.
    ///
    /// # Errors
    /// [`KeyError::NoPassphrase`] with the file that may hold it if nobody can be asked, or what
    /// went wrong with asking.
    fn passphrase(&self, ask: Ask, file: &Path) -> Result<Option<Passphrase>, KeyError>;
}

/// Nobody is there to be asked.
#[derive(Debug, Clone, Copy)]
pub struct NoPrompt;

impl Prompt for NoPrompt {
    fn passphrase(&self, _: Ask, file: &Path) -> Result<Option<Passphrase>, KeyError> {
        Err(KeyError::NoPassphrase {
            file: file.to_owned(),
        })
    }
}

/// The passphrase from the environment, from a file, or from whoever is asked.
pub(crate) fn find(
    options: &Options,
    ask: Ask,
    prompt: &dyn Prompt,
    folder: &Path,
) -> Result<Found, KeyError> {
    if let Some(text) = &options.passphrase {
        let known = Passphrase::new(text.clone()).ok_or_else(|| KeyError::BadPassphrase {
            path: "ASIDE_PASSPHRASE".into(),
            why: TOO_LONG.to_owned(),
        })?;
        return Ok(Found::Known(known));
    }
    if let Some(path) = &options.passphrase_file {
        let found = read(path)?.ok_or_else(|| KeyError::BadPassphrase {
            path: path.clone(),
            why: "there is no such file, and ASIDE_PASSPHRASE_FILE names it".to_owned(),
        })?;
        return Ok(Found::Known(found));
    }
    let own = &options.own_passphrase_file;
    if let Some(known) = read_own(own)? {
        return Ok(Found::Known(known));
    }
    match prompt.passphrase(ask, own)? {
        Some(known) => Ok(Found::Known(known)),
        None => match ask {
            Ask::Known => Err(KeyError::Declined),
            Ask::New => make(own, folder).map(Found::Made),
        },
    }
}

/// A passphrase, and whether it was there before.
#[derive(Debug)]
pub(crate) enum Found {
    /// It was.
    Known(Passphrase),
    /// It was made at random just now, and kept in the configuration folder.
    Made(Passphrase),
}

impl Found {
    pub(crate) fn passphrase(&self) -> &Passphrase {
        match self {
            Self::Known(passphrase) | Self::Made(passphrase) => passphrase,
        }
    }
}

const TOO_LONG: &str = "it is longer than 1,024 bytes";

/// The first line of a file; `None` if there is no such file.
fn read(path: &Path) -> Result<Option<Passphrase>, KeyError> {
    let bad = |why: &str| KeyError::BadPassphrase {
        path: path.to_owned(),
        why: why.to_owned(),
    };
    // A line end may follow.
    let Some(bytes) =
        private::read(path, MAX_PASSPHRASE_BYTES + 2).map_err(|error| match error {
            KeyError::Damaged { .. } => bad(TOO_LONG),
            other => other,
        })?
    else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| bad("it is not UTF-8"))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(bad("its first line is empty"));
    }
    Passphrase::new(Zeroizing::new(line.to_owned()))
        .map(Some)
        .ok_or_else(|| bad(TOO_LONG))
}

/// As [`read`], of a file that nobody else may read.
fn read_own(path: &Path) -> Result<Option<Passphrase>, KeyError> {
    if let Some(mode) = private::open_to_others(path) {
        return Err(KeyError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    read(path)
}

/// Makes a random passphrase and keeps it in `own`, unless one came there meanwhile.
fn make(own: &Path, folder: &Path) -> Result<Passphrase, KeyError> {
    let _lock = Lock::take(folder)?;
    if let Some(config) = own.parent() {
        private::make_folder(config)?;
    }
    let mut random = Zeroizing::new([0; RANDOM_BYTES]);
    SystemRandom::new()
        .fill(&mut *random)
        .map_err(|_| KeyError::NoRandom)?;
    let mut line = Zeroizing::new(String::with_capacity(2 * RANDOM_BYTES + 1));
    for byte in random.iter() {
        // Writing to a string cannot fail.
        let _ = write!(line, "{byte:02x}");
    }
    let made = Zeroizing::new(line.clone());
    line.push('\n');
    if !private::create(own, line.as_bytes())? {
        return read_own(own)?.ok_or(KeyError::Declined);
    }
    Passphrase::new(Zeroizing::new((**made).clone())).ok_or(KeyError::NoRandom)
}
