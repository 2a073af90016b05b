//! Ids of tool calls for servers that take no others than their own kind.
use std::borrow::Cow;

use crate::wire::sendable;

/// Letters and digits of an id at Mistral.
const LENGTH: usize = 9;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The id if it is nine letters and digits, else nine made of it, always the same ones.
pub(super) fn short(id: &str) -> Cow<'_, str> {
    if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Cow::Borrowed(id);
    }
    let mut hash = sendable::hash(id);
    let mut short = String::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        let digit = usize::try_from(hash % 62).unwrap_or_default();
        short.push(char::from(ALPHABET[digit]));
        hash /= 62;
    }
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_become_nine_letters_and_digits() {
        assert_eq!(short("abcDEF012"), "abcDEF012");
        for id in [
            "",
            "call_0",
            "abcDEF01-",
            "abcDEF0123",
            "\u{e9}\u{e9}\u{e9}\u{e9}a",
        ] {
            let made = short(id);
            assert_eq!(made.len(), LENGTH, "{id}");
            assert!(
                made.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{made}"
            );
        }
        // What was sent once is in caches: it never changes.
        expect_test::expect!["ckTj2MTct"].assert_eq(&short("call_0"));
    }

    #[test]
    fn ids_stay_apart() {
        let made: HashSet<String> = (0..10_000)
            .map(|number| short(&format!("call_{number}")).into_owned())
            .collect();
        assert_eq!(made.len(), 10_000);
    }
}
