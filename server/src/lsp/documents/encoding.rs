//! Positions: between LSP's (line, column) in the negotiated encoding and bytes in a rope.
//!
//! Lines end at LF, CR LF and CR only. Whatever a client sends is clamped to the text: a column
//! past the end of its line to before the line break, a line past the last one to the end of the
//! text, a column inside a character to that character's start. All take O(log n).
use std::ops::Range as Span;

use ropey::Rope;
use tower_lsp::lsp_types::{ClientCapabilities, Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what LSP counts where nothing is negotiated.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

/// A range whose end lies before its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the range ends before it starts")]
pub struct ReversedRange;

impl PositionEncoding {
    /// The first one in the client's own order that is known here; UTF-16 where it offers none.
    pub fn negotiate(client: &ClientCapabilities) -> Self {
        client
            .general
            .as_ref()
            .and_then(|general| general.position_encodings.as_ref())
            .into_iter()
            .flatten()
            .find_map(Self::from_lsp)
            .unwrap_or_default()
    }

    /// The encoding of that name, where it is known.
    pub fn from_lsp(kind: &PositionEncodingKind) -> Option<Self> {
        match kind.as_str() {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        }
    }

    /// The name on the wire, for `ServerCapabilities::position_encoding`.
    pub fn to_lsp(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// The byte that a position means, clamped.
    pub fn to_byte(self, text: &Rope, position: Position) -> usize {
        text.char_to_byte(self.to_char(text, position))
    }

    /// The position of a byte. Past the end it is the end; inside a character, its start; between
    /// the CR and the LF of one line break, which no position can name, before the CR.
    pub fn position(self, text: &Rope, byte: usize) -> Position {
        let at = text.byte_to_char(byte.min(text.len_bytes()));
        let line = text.char_to_line(at);
        let start = text.line_to_char(line);
        let at = at.min(line_end(text, line));
        let column = match self {
            Self::Utf8 => text.char_to_byte(at) - text.char_to_byte(start),
            Self::Utf16 => text.char_to_utf16_cu(at) - text.char_to_utf16_cu(start),
            Self::Utf32 => at - start,
        };
        Position::new(to_u32(line), to_u32(column))
    }

    /// The characters that the range of a change means, clamped. `length` is what the client says
    /// that the range holds; it decides only about the CR that [`Self::between_cr_lf`] is for.
    pub(super) fn to_char_span(
        self,
        text: &Rope,
        range: Range,
        length: Option<u32>,
    ) -> Result<Span<usize>, ReversedRange> {
        if range.end < range.start {
            return Err(ReversedRange);
        }
        let clamped = self.to_char(text, range.start)..self.to_char(text, range.end);
        let Some(length) = length.map(to_usize) else {
            return Ok(clamped);
        };
        if self.length(text, &clamped) == length {
            return Ok(clamped);
        }
        let split = |at, position| self.between_cr_lf(text, position).unwrap_or(at);
        let other = split(clamped.start, range.start)..split(clamped.end, range.end);
        let is_other = other.start <= other.end && self.length(text, &other) == length;
        Ok(if is_other { other } else { clamped })
    }

    fn length(self, text: &Rope, span: &Span<usize>) -> usize {
        match self {
            Self::Utf8 => text.char_to_byte(span.end) - text.char_to_byte(span.start),
            Self::Utf16 => text.char_to_utf16_cu(span.end) - text.char_to_utf16_cu(span.start),
            Self::Utf32 => span.len(),
        }
    }

    /// Where a column is one past the end of a line that ends with CR LF: between the two. LSP
    /// knows no such place, but to Neovim the CR is a part of the line where other lines of the
    /// file end with LF alone, and it changes one without the other.
    fn between_cr_lf(self, text: &Rope, position: Position) -> Option<usize> {
        let column = position.character.checked_sub(1)?;
        let end = Position::new(position.line, column);
        let at = self.to_char(text, end);
        let is_cr_lf = text.get_char(at) == Some('\r') && text.get_char(at + 1) == Some('\n');
        let is_end = is_cr_lf && self.position(text, text.char_to_byte(at)) == end;
        is_end.then_some(at + 1)
    }

    fn to_char(self, text: &Rope, position: Position) -> usize {
        let line = to_usize(position.line);
        if line >= text.len_lines() {
            return text.len_chars();
        }
        let start = text.line_to_char(line);
        let end = line_end(text, line);
        let column = to_usize(position.character);
        let at = match self {
            Self::Utf8 => {
                let byte = text.char_to_byte(start).saturating_add(column);
                text.byte_to_char(byte.min(text.len_bytes()))
            }
            Self::Utf16 => {
                let unit = text.char_to_utf16_cu(start).saturating_add(column);
                text.utf16_cu_to_char(unit.min(text.len_utf16_cu()))
            }
            Self::Utf32 => start.saturating_add(column),
        };
        at.min(end)
    }
}

/// The first character of the line's break, or the end of the text.
fn line_end(text: &Rope, line: usize) -> usize {
    let start = text.line_to_char(line);
    let end = text.line_to_char((line + 1).min(text.len_lines()));
    // Only the last line has no break.
    if line + 1 >= text.len_lines() || end == start {
        return end;
    }
    let last = end - 1;
    let is_cr_lf = last > start && text.char(last) == '\n' && text.char(last - 1) == '\r';
    if is_cr_lf { last - 1 } else { last }
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::GeneralClientCapabilities;

    use super::*;

    fn check_negotiate(offer: Option<&[&'static str]>, expect: PositionEncoding) {
        let client = ClientCapabilities {
            general: Some(GeneralClientCapabilities {
                position_encodings: offer
                    .map(|offer| offer.iter().map(|name| kind_named(name)).collect()),
                ..GeneralClientCapabilities::default()
            }),
            ..ClientCapabilities::default()
        };
        assert_eq!(PositionEncoding::negotiate(&client), expect, "{offer:?}");
    }

    fn kind_named(name: &str) -> PositionEncodingKind {
        serde_json::from_value(name.into()).unwrap()
    }

    #[test]
    fn the_first_known_offer_is_taken() {
        check_negotiate(None, PositionEncoding::Utf16);
        check_negotiate(Some(&[]), PositionEncoding::Utf16);
        check_negotiate(Some(&["utf-8", "utf-16"]), PositionEncoding::Utf8);
        check_negotiate(Some(&["utf-16", "utf-8"]), PositionEncoding::Utf16);
        check_negotiate(Some(&["utf-7", "utf-32"]), PositionEncoding::Utf32);
        check_negotiate(Some(&["utf-7"]), PositionEncoding::Utf16);
        assert_eq!(
            PositionEncoding::negotiate(&ClientCapabilities::default()),
            PositionEncoding::Utf16
        );
        for encoding in ALL {
            assert_eq!(
                PositionEncoding::from_lsp(&encoding.to_lsp()),
                Some(encoding)
            );
        }
    }

    const ALL: [PositionEncoding; 3] = [
        PositionEncoding::Utf8,
        PositionEncoding::Utf16,
        PositionEncoding::Utf32,
    ];

    /// The byte that (line, column) means in UTF-8, UTF-16 and UTF-32.
    fn check_bytes(text: &str, position: (u32, u32), expect: [usize; 3]) {
        let rope = Rope::from_str(text);
        let position = Position::new(position.0, position.1);
        let got = ALL.map(|encoding| encoding.to_byte(&rope, position));
        assert_eq!(got, expect, "{text:?} {position:?}");
    }

    #[test]
    fn columns_are_counted_in_the_encoding() {
        // "é" is 2 bytes and 1 unit, "😀" is 4 bytes and 2 units.
        check_bytes("é😀x", (0, 0), [0, 0, 0]);
        check_bytes("é😀x", (0, 1), [0, 2, 2]);
        check_bytes("é😀x", (0, 2), [2, 2, 6]);
        check_bytes("é😀x", (0, 3), [2, 6, 7]);
        check_bytes("é😀x", (0, 4), [2, 7, 7]);
        check_bytes("é😀x", (0, 6), [6, 7, 7]);
        check_bytes("e\u{301}x", (0, 1), [1, 1, 1]);
        check_bytes("e\u{301}x", (0, 2), [1, 3, 3]);
    }

    #[test]
    fn what_lies_outside_is_clamped() {
        check_bytes("", (0, 0), [0; 3]);
        check_bytes("", (7, 7), [0; 3]);
        check_bytes("ab\r\ncd", (0, 3), [2; 3]);
        check_bytes("ab\r\ncd", (0, 99), [2; 3]);
        check_bytes("ab\rcd", (0, 99), [2; 3]);
        check_bytes("ab\ncd", (0, u32::MAX), [2; 3]);
        check_bytes("ab\ncd", (1, u32::MAX), [5; 3]);
        check_bytes("ab\ncd\n", (2, 0), [6; 3]);
        check_bytes("ab\ncd", (2, 0), [5; 3]);
        check_bytes("ab\ncd", (u32::MAX, u32::MAX), [5; 3]);
        check_bytes("\n\r", (0, 1), [0; 3]);
        check_bytes("\n\r", (1, 1), [1; 3]);
        check_bytes("\n\r", (2, 1), [2; 3]);
    }

    #[test]
    fn only_lf_cr_lf_and_cr_break_lines() {
        for other in ["\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}"] {
            check_bytes(&format!("a{other}b"), (1, 0), [2 + other.len(); 3]);
        }
        check_bytes("a\r\r\n\nb", (1, 0), [2; 3]);
        check_bytes("a\r\r\n\nb", (2, 0), [4; 3]);
        check_bytes("a\r\r\n\nb", (3, 0), [5; 3]);
    }

    #[test]
    fn every_byte_survives_the_way_there_and_back() {
        let text = "\u{feff}é😀\r\nx\u{2028}y\re\u{301}\n\n\r\n🏳\u{fe0f}\u{200d}🌈";
        let rope = Rope::from_str(text);
        for encoding in ALL {
            for byte in 0..=text.len() + 2 {
                let mut expect = byte.min(text.len());
                while !text.is_char_boundary(expect) {
                    expect -= 1;
                }
                if text[..expect].ends_with('\r') && text[expect..].starts_with('\n') {
                    expect -= 1;
                }
                let position = encoding.position(&rope, byte);
                assert_eq!(
                    encoding.to_byte(&rope, position),
                    expect,
                    "{encoding:?} {byte}"
                );
            }
        }
    }

    #[test]
    fn a_cr_that_is_taken_for_a_part_of_the_line_is_found() {
        let rope = Rope::from_str("é\r\nb\n");
        for (encoding, size) in [
            (PositionEncoding::Utf8, 2),
            (PositionEncoding::Utf16, 1),
            (PositionEncoding::Utf32, 1),
        ] {
            let check = |past_end: u32, length: Option<u32>, expect: usize| {
                let range = Range::new(Position::new(0, 0), Position::new(0, size + past_end));
                let span = encoding.to_char_span(&rope, range, length);
                assert_eq!(span, Ok(0..expect), "{encoding:?} {past_end} {length:?}");
            };
            check(0, Some(size), 1);
            check(1, Some(size + 1), 2);
            check(1, Some(size), 1);
            check(1, None, 1);
            check(1, Some(9), 1);
            check(2, Some(size + 1), 1);
        }
    }

    #[test]
    fn a_reversed_range_is_refused_even_where_clamping_would_hide_it() {
        let rope = Rope::from_str("ab");
        let range = Range::new(Position::new(0, 9), Position::new(0, 8));
        let span = |range| PositionEncoding::Utf16.to_char_span(&rope, range, None);
        assert_eq!(span(range), Err(ReversedRange));
        let range = Range::new(Position::new(0, 8), Position::new(0, 9));
        assert_eq!(span(range), Ok(2..2));
    }
}
