//! A key, and the name that it is kept under.
use std::fmt;

use zeroize::Zeroizing;

use crate::KeyError;

/// Bytes of a key. OAuth tokens are the longest, with a few thousand.
pub(crate) const MAX_KEY_BYTES: usize = 8 * 1024;

/// Bytes of a name: a provider's id, and what kind of secret it is behind a `#`.
pub(crate) const MAX_NAME_BYTES: usize = 96;

/// A key. Its `Debug` form does not show it, it has no `Display`, and its memory is overwritten
/// when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Zeroizing<String>);

impl Key {
    /// Takes a key without the white space around it.
    ///
    /// # Errors
    /// [`KeyError::BadKey`] if nothing is left, if it is longer than 8 KiB or if a control
    /// character is in it, which no header could carry.
    pub fn new(text: Zeroizing<String>) -> Result<Self, KeyError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(KeyError::BadKey("it is empty"));
        }
        if trimmed.len() > MAX_KEY_BYTES {
            return Err(KeyError::BadKey("it is longer than 8 KiB"));
        }
        if trimmed.chars().any(char::is_control) {
            return Err(KeyError::BadKey(
                "a line break or another control character is in it",
            ));
        }
        if trimmed.len() == text.len() {
            return Ok(Self(text));
        }
        Ok(Self(Zeroizing::new(trimmed.to_owned())))
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Whether a key can be kept under this name.
pub(crate) fn check_name(name: &str) -> Result<(), KeyError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.#".contains(&byte);
    if (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_plain) {
        return Ok(());
    }
    Err(KeyError::BadName)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let key = Key::new(Zeroizing::new(text.to_owned()));
        assert_eq!(key.as_ref().ok().map(Key::expose), expect, "{text:?}");
        if let Err(error) = key {
            let said = format!("{error} {error:?}");
            assert!(text.len() < 4 || !said.contains(text.trim()), "{said}");
        }
    }

    #[test]
    fn keys_are_trimmed_and_checked() {
        check("sk-1234", Some("sk-1234"));
        check(" \tsk-1234\r\n", Some("sk-1234"));
        check("sk 12 é", Some("sk 12 é"));
        check("", None);
        check(" \n", None);
        check("sk-12\nsk-34", None);
        check("sk-12\u{1b}[A34", None);
        check("sk-12\0", None);
        check(&"k".repeat(MAX_KEY_BYTES), Some(&"k".repeat(MAX_KEY_BYTES)));
        check(&"k".repeat(MAX_KEY_BYTES + 1), None);
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let key = Key::new(Zeroizing::new("sk-1234567".to_owned())).unwrap();
        let shown = format!("{key:?} {:#?}", Some(&key));
        assert!(!shown.contains("sk-"), "{shown}");
    }

    #[test]
    fn names_are_plain() {
        for name in [
            "openai",
            "anthropic#token",
            "my-server_2.x",
            &"n".repeat(96),
        ] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "a b", "é", "a/b", "a\n", "../x", &"n".repeat(97)] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}
