//! The documents against a naive mirror, under random changes in all encodings.
use tower_lsp::lsp_types::{Position, Range};

use super::tests::{open, part, whole};
use super::*;

/// Xorshift: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// The naive mirror: where each line starts and ends, by looking at each byte.
fn naive_lines(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut lines, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let length = match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\r' | b'\n', _) => 1,
            _ => 0,
        };
        if length > 0 {
            lines.push((start, at));
            start = at + length;
        }
        at += length.max(1);
    }
    lines.push((start, bytes.len()));
    lines
}

fn naive_byte(text: &str, position: Position, encoding: PositionEncoding) -> usize {
    let lines = naive_lines(text);
    let Some(&(start, end)) = lines.get(usize::try_from(position.line).unwrap()) else {
        return text.len();
    };
    let mut left = usize::try_from(position.character).unwrap();
    for (at, char) in text[start..end].char_indices() {
        let width = match encoding {
            PositionEncoding::Utf8 => char.len_utf8(),
            PositionEncoding::Utf16 => char.len_utf16(),
            PositionEncoding::Utf32 => 1,
        };
        if left < width {
            return start + at;
        }
        left -= width;
    }
    end
}

const PIECES: [&str; 18] = [
    "a",
    "bc",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "é",
    "😀",
    "e\u{301}",
    "\u{2028}",
    "\u{85}",
    "\u{c}",
    "👩\u{200d}👩\u{200d}👧",
    "\u{feff}",
    "\0",
    "\r\r\n\n",
    "word word word",
];

fn random_text(random: &mut Random, pieces: usize) -> String {
    (0..pieces)
        .map(|_| PIECES[random.below(PIECES.len())])
        .collect()
}

fn random_position(random: &mut Random, lines: usize) -> Position {
    let line = u32::try_from(random.below(lines + 2)).unwrap();
    Position::new(line, u32::try_from(random.below(24)).unwrap())
}

/// A random change in the client's positions, made in the naive mirror as well.
fn random_change(
    random: &mut Random,
    mirror: &mut String,
    encoding: PositionEncoding,
) -> TextDocumentContentChangeEvent {
    if random.below(40) == 0 {
        let pieces = random.below(200);
        *mirror = random_text(random, pieces);
        return whole(mirror);
    }
    let lines = naive_lines(mirror).len();
    let mut ends = [(); 2].map(|()| random_position(random, lines));
    ends.sort();
    let pieces = random.below(4);
    let text = random_text(random, pieces);
    let start = naive_byte(mirror, ends[0], encoding);
    let end = naive_byte(mirror, ends[1], encoding);
    mirror.replace_range(start..end, &text);
    TextDocumentContentChangeEvent {
        range: Some(Range::new(ends[0], ends[1])),
        range_length: None,
        text,
    }
}

/// Follows each byte of an older text through what was replaced since: those that are left are
/// in the new text, in their places, and all else came in.
fn check_journal(old: &str, new: &str, journal: &[Replaced]) {
    // Each byte is that of the old text, or came in later.
    let mut bytes: Vec<Option<usize>> = (0..old.len()).map(Some).collect();
    for replaced in journal {
        let inserted = std::iter::repeat_n(None, replaced.len);
        bytes.splice(replaced.bytes.clone(), inserted);
    }
    assert_eq!(bytes.len(), new.len(), "{old:?} {new:?} {journal:?}");
    for (at, from) in bytes.iter().enumerate() {
        if let Some(from) = from {
            assert_eq!(old.as_bytes()[*from], new.as_bytes()[at], "{journal:?}");
        }
    }
}

fn check_random(encoding: PositionEncoding, seed: u64, documents_count: usize, changes: usize) {
    let mut random = Random(seed);
    for _ in 0..documents_count {
        let pieces = random.below(200);
        let mut expect = random_text(&mut random, pieces);
        let documents = Documents::new();
        documents.set_encoding(encoding);
        let uri = open(&documents, "file:///a", &expect).unwrap();
        let mut past = vec![(documents.get(&uri).unwrap().revision(), expect.clone())];
        for version in 0..changes {
            let before = expect.clone();
            let count = 1 + random.below(3);
            let notification: Vec<_> = (0..count)
                .map(|_| random_change(&mut random, &mut expect, encoding))
                .collect();
            let version = i32::try_from(version).unwrap() + 2;
            documents
                .change(&uri, version, notification.clone())
                .unwrap();
            let document = documents.get(&uri).unwrap();
            let rope = document.text().unwrap();
            assert!(
                *rope == expect.as_str(),
                "{encoding:?} {before:?} {notification:?}: {rope:?}"
            );
            assert_eq!(rope.len_lines(), naive_lines(&expect).len());

            let (from, old) = &past[random.below(past.len())];
            let to = document.revision();
            let journal = documents.changes_between(&uri, *from, to).unwrap();
            check_journal(old, &expect, &journal);
            past.push((to, expect.clone()));
        }
    }
}

#[test]
fn random_changes_agree_with_the_naive_mirror() {
    check_random(PositionEncoding::Utf8, 0x9e37_79b9_7f4a_7c15, 12, 120);
    check_random(PositionEncoding::Utf16, 0x2545_f491_4f6c_dd1d, 12, 120);
    check_random(PositionEncoding::Utf32, 0xd1b5_4a32_d192_ed03, 12, 120);
}

/// Ten thousand changes of one character of each line to two.
fn check_large(encoding: PositionEncoding, bytes: usize) {
    let line = "let name = \"é😀\";\r\n";
    let lines = bytes / line.len();
    let documents = Documents::new();
    documents.set_encoding(encoding);
    let uri = open(&documents, "file:///large.rs", &line.repeat(lines)).unwrap();
    let changes = 10_000;
    let mut random = Random(7);
    let mut grown = vec![0; lines];
    // Behind the emoji, whose place each encoding counts in its own way.
    let column: u32 = match encoding {
        PositionEncoding::Utf8 => 18,
        PositionEncoding::Utf16 => 15,
        PositionEncoding::Utf32 => 14,
    };
    for version in 0..changes {
        let at = random.below(lines);
        let row = u32::try_from(at).unwrap();
        let change = part((row, column), (row, column + 1), "xy");
        documents.change(&uri, version + 2, vec![change]).unwrap();
        grown[at] += 1;
    }
    let mut expect = String::with_capacity(bytes + 10_000);
    for times in grown {
        // Each time the first character behind the emoji becomes two.
        expect.push_str(&line[..18]);
        if times == 0 {
            expect.push_str(&line[18..]);
            continue;
        }
        expect.push('x');
        expect.extend(std::iter::repeat_n('y', times));
        expect.push_str(&line[19..]);
    }
    let document = documents.get(&uri).unwrap();
    assert!(*document.text().unwrap() == expect.as_str());
}

const LARGE: usize = 10 * 1024 * 1024;

#[test]
fn a_large_document_takes_many_changes_in_utf_8() {
    check_large(PositionEncoding::Utf8, LARGE);
}

#[test]
fn a_large_document_takes_many_changes_in_utf_16() {
    check_large(PositionEncoding::Utf16, LARGE);
}

#[test]
fn a_large_document_takes_many_changes_in_utf_32() {
    check_large(PositionEncoding::Utf32, LARGE);
}
