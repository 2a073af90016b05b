//! Names and ids as servers take them. A model may call a tool by any name, and another provider's
//! ids may be of any length: sent back as they are, they would fail each later request of the
//! session.
use std::borrow::Cow;

/// Characters of a tool's name that all providers take.
const MAX_NAME: usize = 64;
/// Characters of a hash.
const HASH: usize = 16;

/// The name of a tool that was called, as all providers take it: letters, digits, `_` and `-`, a
/// letter or `_` first, at most 64. Anything else in it becomes `_`.
pub(in crate::wire) fn name(name: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.len() <= MAX_NAME && name.starts_with(begins) && name.chars().all(fits) {
        return Cow::Borrowed(name);
    }
    let first = if name.starts_with(begins) { "" } else { "_" };
    let rest = name.chars().map(|c| if fits(c) { c } else { '_' });
    Cow::Owned(first.chars().chain(rest).take(MAX_NAME).collect())
}

/// The id of a call in no more than `limit` bytes: a longer one is cut, with a hash of the whole in
/// place of the rest, so that ids stay apart and the same id always becomes the same.
pub(in crate::wire) fn id(id: &str, limit: usize) -> Cow<'_, str> {
    if id.len() <= limit {
        return Cow::Borrowed(id);
    }
    let cut = id.floor_char_boundary(limit.saturating_sub(HASH + 1));
    Cow::Owned(format!("{}_{:016x}", &id[..cut], hash(id)))
}

/// FNV-1a: 64 bits are enough to keep the calls of a conversation apart, and it is the same in
/// every version, which a cache of the conversation wants.
pub(in crate::wire) fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_sendable() {
        let long = "n".repeat(65);
        for (given, sent) in [
            ("read_file", "read_file"),
            ("mcp__a-b__c", "mcp__a-b__c"),
            ("functions.read_file", "functions_read_file"),
            ("read file\n", "read_file_"),
            ("", "_"),
            ("1st", "_1st"),
            ("-x", "_-x"),
            ("\u{fc}bel", "__bel"),
            (&long, &long[..64]),
        ] {
            assert_eq!(name(given), sent, "{given:?}");
            assert!(matches!(name(sent), Cow::Borrowed(_)), "{sent:?}");
        }
    }

    #[test]
    fn long_ids_are_cut_and_stay_apart() {
        let fits = "a".repeat(64);
        assert_eq!(id(&fits, 64), fits);
        let [one, two] = ["1", "2"].map(|end| id(&format!("{fits}{end}"), 64).into_owned());
        assert_ne!(one, two);
        assert_eq!(one.len(), 64);
        // What was sent once is in caches: it never changes.
        expect_test::expect!["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_"]
            .assert_eq(&one[..48]);
        for wide in ["\u{e9}".repeat(100), "\u{1f600}".repeat(100)] {
            let cut = id(&wide, 40);
            assert!(cut.len() <= 40 && cut.len() > 30, "{cut}");
        }
    }
}
