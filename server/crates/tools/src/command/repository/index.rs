//! The repositories inside of a work tree that Git looks into, by its index: whether or not there is a
//! `.gitmodules`, Git compares what is in them too, by their own settings.
//! Format: <https://git-scm.com/docs/index-format>
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// An index is no longer, in bytes; a longer one may have anything.
pub(crate) const MAX_INDEX_BYTES: u64 = 64 * 1024 * 1024;

/// The mode of a repository inside of another, as it is written.
const LINK: [u8; 4] = [0, 0, 0xe0, 0];
/// What is before the first entry.
const HEAD_BYTES: usize = 12;
/// Where the mode of an entry is.
const MODE: usize = 24;
/// What is before an entry's name, and the flags at its end.
const FIXED_BYTES: usize = 62;
/// The flag of two bytes more.
const IS_EXTENDED: u8 = 0x40;

/// The paths of inner repositories in an index, below its work tree; none where there is no index.
/// `None` where there may be some that cannot be told.
pub(super) fn links(file: &Path) -> Option<Vec<PathBuf>> {
    let Ok(metadata) = file.metadata() else {
        return Some(Vec::new());
    };
    if !metadata.is_file() || metadata.len() > MAX_INDEX_BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(file).ok()?;
    file.take(MAX_INDEX_BYTES).read_to_end(&mut bytes).ok()?;
    links_in(&bytes)
}

fn links_in(bytes: &[u8]) -> Option<Vec<PathBuf>> {
    // Most have none, and need not be understood.
    if !bytes.windows(LINK.len()).any(|mode| mode == LINK) {
        return Some(Vec::new());
    }
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let version = number(4)?;
    if bytes.get(..4)? != b"DIRC" || !(2..=4).contains(&version) {
        return None;
    }
    let mut found = Vec::new();
    let mut at = HEAD_BYTES;
    let mut name = Vec::new();
    for _ in 0..number(8)? {
        let begin = at;
        let mode = bytes.get(at + MODE..at + MODE + LINK.len())?;
        let flags = *bytes.get(at + FIXED_BYTES - 2)?;
        at += FIXED_BYTES;
        if flags & IS_EXTENDED != 0 {
            at += 2;
        }
        let kept = if version == 4 {
            name.len().checked_sub(shortened_by(bytes, &mut at)?)?
        } else {
            0
        };
        let rest = bytes.get(at..)?;
        let length = rest.iter().position(|byte| *byte == 0)?;
        name.truncate(kept);
        name.extend_from_slice(&rest[..length]);
        at += length + 1;
        if version < 4 {
            at = begin + (at - begin).next_multiple_of(8);
        }
        if name.is_empty() {
            // It stands for one of another file.
            return None;
        }
        if mode == LINK {
            found.push(PathBuf::from(String::from_utf8(name.clone()).ok()?));
        }
    }
    Some(found)
}

/// By how many bytes the name before is cut: a number in as many bytes as it needs.
fn shortened_by(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = 0_usize;
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value = value.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?.checked_mul(0x80)?;
    }
}

#[cfg(test)]
mod tests {
    use super::{FIXED_BYTES, LINK, MODE, links_in};

    const FILE: [u8; 4] = [0, 0, 0x81, 0xa4];

    /// An index of these entries: how much of the name before stays, what is behind it, the mode.
    fn index(version: u8, entries: &[(u8, &[u8], [u8; 4])]) -> Vec<u8> {
        let count = u8::try_from(entries.len()).unwrap();
        let mut bytes = [b"DIRC", &[0, 0, 0, version][..], &[0, 0, 0, count][..]].concat();
        for (cut, name, mode) in entries {
            let begin = bytes.len();
            bytes.resize(begin + FIXED_BYTES, 1);
            bytes[begin + MODE..begin + MODE + 4].copy_from_slice(mode);
            bytes[begin + FIXED_BYTES - 2] = 0;
            if version == 4 {
                bytes.push(*cut);
            }
            bytes.extend_from_slice(name);
            bytes.push(0);
            while version < 4 && (bytes.len() - begin) % 8 != 0 {
                bytes.push(0);
            }
        }
        bytes
    }

    fn check(bytes: &[u8], expect: Option<&[&str]>) {
        let found = links_in(bytes);
        let found = found.as_ref().map(|paths| {
            let names = paths.iter().map(|path| path.to_str().unwrap());
            names.collect::<Vec<_>>()
        });
        assert_eq!(found.as_deref(), expect);
    }

    #[test]
    fn inner_repositories_are_found() {
        let entries: [(u8, &[u8], [u8; 4]); 4] = [
            (0, b"a", FILE),
            (1, b"lib/one", LINK),
            (3, b"other", LINK),
            (5, b"z", FILE),
        ];
        check(&index(4, &entries), Some(&["lib/one", "lib/other"]));
        check(&index(2, &entries), Some(&["lib/one", "other"]));
        check(&index(3, &entries[..1]), Some(&[]));
        check(b"no index at all", Some(&[]));
    }

    #[test]
    fn what_is_not_understood_may_have_some() {
        let whole = index(2, &[(0, b"a", FILE), (0, b"sub", LINK)]);
        for end in 0..whole.len() {
            // Whatever is cut off, what is there is found, or nothing is known.
            let begins = whole[..end].windows(4).any(|mode| mode == LINK);
            let found = links_in(&whole[..end]).map(|paths| paths.len());
            assert!(found.is_none_or(|count| (count == 1) == begins), "{end}");
        }
        check(&whole[..whole.len() - 8], None);
        check(&index(5, &[(0, b"sub", LINK)]), None);
        check(&index(2, &[(0, b"", LINK)]), None);
        check(&index(2, &[(0, b"\xff", LINK)]), None);
        check(&index(4, &[(1, b"sub", LINK)]), None);
        check(&[&LINK[..], &[0; 80]].concat(), None);
    }
}
