//! What a program prints, made into text: characters put together across reads, escape sequences
//! taken out, and of a line that is written over only what stays.

/// How many bytes of a line that is not finished are kept back, to see whether it is written over.
pub(crate) const MAX_PENDING_BYTES: usize = 8 * 1024;

/// Turns bytes as they come into text. What it gives out is never taken back.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    /// The beginning of a character whose rest is still to come.
    partial: Vec<u8>,
    escape: Escape,
    /// The line that is not finished, as far as it is not given out.
    line: String,
    /// Whether a part of this line is given out.
    is_begun: bool,
    /// Whether the next character writes the line over.
    is_returned: bool,
    /// Whether the line was written over before.
    is_rewritten: bool,
}

/// Where in an escape sequence the text is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// Outside.
    #[default]
    None,
    /// After ESC.
    Begun,
    /// After ESC and a character that one more follows, such as `ESC ( B`.
    OneMore,
    /// In `ESC [ … letter`.
    Control,
    /// In a string that BEL or `ESC \` ends, such as a window's title.
    Text,
    /// After ESC in such a string.
    TextEnd,
}

impl Cleaner {
    /// The text that these bytes finish.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        let joined;
        let mut rest = match self.partial.is_empty() {
            true => bytes,
            false => {
                joined = [&std::mem::take(&mut self.partial), bytes].concat();
                &joined
            }
        };
        let mut out = String::new();
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.take_text(text, &mut out);
                    break;
                }
                Err(error) => {
                    let (valid, invalid) = rest.split_at(error.valid_up_to());
                    self.take_text(std::str::from_utf8(valid).unwrap_or_default(), &mut out);
                    let Some(length) = error.error_len() else {
                        self.partial = invalid.to_vec();
                        break;
                    };
                    self.take(char::REPLACEMENT_CHARACTER, &mut out);
                    rest = &invalid[length..];
                }
            }
        }
        out
    }

    /// Whether a line waits that [`Self::pause`] would give out.
    pub(crate) fn keeps_back(&self) -> bool {
        !self.is_rewritten && !self.is_returned && !self.line.is_empty()
    }

    /// What is kept back of a line that has stood for a while, unless it is one that is written
    /// over again and again.
    pub(crate) fn pause(&mut self) -> String {
        if !self.keeps_back() {
            return String::new();
        }
        self.is_begun = true;
        std::mem::take(&mut self.line)
    }

    /// All that is kept back: nothing more comes.
    pub(crate) fn finish(&mut self) -> String {
        let mut out = String::new();
        if !self.partial.is_empty() {
            self.partial.clear();
            self.take(char::REPLACEMENT_CHARACTER, &mut out);
        }
        out.push_str(&std::mem::take(&mut self.line));
        *self = Self::default();
        out
    }

    fn take_text(&mut self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            let plain = self.plain(rest);
            if plain == 0 {
                self.take(char, out);
                rest = &rest[char.len_utf8()..];
                continue;
            }
            self.line.push_str(&rest[..plain]);
            self.give_if_long(out);
            rest = &rest[plain..];
        }
    }

    /// How many bytes at the beginning are printed as they are, so that much output costs little.
    fn plain(&self, text: &str) -> usize {
        if self.escape != Escape::None || self.is_returned {
            return 0;
        }
        // 0xC2 begins the control characters beyond ASCII.
        let is_special = |byte: u8| byte < b' ' || byte == 0x7f || byte == 0xc2;
        let end = text.bytes().position(is_special).unwrap_or(text.len());
        let room = MAX_PENDING_BYTES.saturating_sub(self.line.len());
        text.floor_char_boundary(end.min(room))
    }

    fn take(&mut self, char: char, out: &mut String) {
        self.escape = match (self.escape, char) {
            (Escape::None, '\u{1b}') => Escape::Begun,
            (Escape::None, '\u{9b}') => Escape::Control,
            (Escape::None, '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}') => Escape::Text,
            (Escape::None, _) => {
                self.write(char, out);
                Escape::None
            }
            (Escape::Begun, '[') => Escape::Control,
            (Escape::Begun, ']' | 'P' | 'X' | '^' | '_') => Escape::Text,
            (Escape::Begun, ' '..='/') => Escape::OneMore,
            (Escape::Begun | Escape::Control, '\u{1b}') => Escape::Begun,
            (Escape::Begun | Escape::OneMore, _) => self.leave(char, out),
            (Escape::Control, ' '..='?') => Escape::Control,
            (Escape::Control, _) => self.leave(char, out),
            (Escape::Text, '\u{7}' | '\u{9c}') => Escape::None,
            (Escape::Text, '\u{1b}') => Escape::TextEnd,
            // Nobody sets a title of many lines: the end was forgotten.
            (Escape::Text | Escape::TextEnd, '\n') => self.leave(char, out),
            (Escape::Text, _) => Escape::Text,
            (Escape::TextEnd, '\\') => Escape::None,
            (Escape::TextEnd, _) => Escape::Text,
        };
    }

    /// The end of a sequence. A line's end is never a part of one.
    fn leave(&mut self, char: char, out: &mut String) -> Escape {
        if matches!(char, '\n' | '\r') {
            self.write(char, out);
        }
        Escape::None
    }

    fn write(&mut self, char: char, out: &mut String) {
        match char {
            '\n' => {
                self.line.push('\n');
                out.push_str(&std::mem::take(&mut self.line));
                (self.is_begun, self.is_returned, self.is_rewritten) = (false, false, false);
            }
            '\r' => self.is_returned = true,
            '\u{8}' => drop(self.line.pop()),
            '\t' => self.print(char, out),
            _ if char.is_control() => {}
            _ => self.print(char, out),
        }
    }

    fn print(&mut self, char: char, out: &mut String) {
        if self.is_returned {
            self.is_returned = false;
            self.is_rewritten = true;
            self.line.clear();
            if self.is_begun {
                self.is_begun = false;
                out.push('\n');
            }
        }
        self.line.push(char);
        self.give_if_long(out);
    }

    fn give_if_long(&mut self, out: &mut String) {
        if self.line.len() >= MAX_PENDING_BYTES {
            self.is_begun = true;
            out.push_str(&std::mem::take(&mut self.line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cleaner, MAX_PENDING_BYTES};

    /// The text of these bytes, however they are cut into reads.
    fn check(bytes: &[u8], expect: &str) {
        for size in [1, 2, 3, 5, 7, bytes.len().max(1)] {
            let mut cleaner = Cleaner::default();
            let mut text = String::new();
            for chunk in bytes.chunks(size) {
                text.push_str(&cleaner.push(chunk));
            }
            text.push_str(&cleaner.finish());
            assert_eq!(text, expect, "in pieces of {size}");
        }
    }

    #[test]
    fn plain_text_stays() {
        check(b"", "");
        check(b"a\nb", "a\nb");
        check(b"a\r\nb\r\n", "a\nb\n");
        check("tab\t \u{20ac} 😀 é\n".as_bytes(), "tab\t € 😀 é\n");
        let long = "é€😀".repeat(MAX_PENDING_BYTES / 4);
        check(long.as_bytes(), &long);
    }

    #[test]
    fn what_is_no_text_is_shown_as_such() {
        check(b"a\xffb\n", "a\u{fffd}b\n");
        check(b"\xe2\x82", "\u{fffd}");
        check(b"\xe2\x82a", "\u{fffd}a");
        check(b"\xf0\x9f\x98\x80\xf0\x9f", "😀\u{fffd}");
        check(b"\0a\x01\x07b\x7f\n", "ab\n");
    }

    #[test]
    fn escape_sequences_are_left_out() {
        check(b"\x1b[1;31merror\x1b[0m: x\n", "error: x\n");
        check(b"\x1b]0;title\x07text\n", "text\n");
        check(b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "link\n");
        check(b"\x1b(Ba\x1b=b\x1bMc\x1b[?25ld\n", "abcd\n");
        check("\u{9b}1mbold\u{9d}title\u{9c}\n".as_bytes(), "bold\n");
        check(b"\x1b[2K\x1b[1Gdone\n", "done\n");
        check(b"\x1bP1$r\x1bx\x1b\\a\n", "a\n");
    }

    #[test]
    fn sequences_without_an_end_hide_no_lines() {
        check(b"\x1b]0;never ended\nnext\n", "\nnext\n");
        check(b"\x1b[12\nnext\n", "\nnext\n");
        check(b"\x1b\nnext", "\nnext");
        check(b"\x1b[1\x1b[0ma", "a");
        check(b"a\x1b", "a");
    }

    #[test]
    fn of_a_line_written_over_the_last_stays() {
        check(b"10%\r20%\r100%\nnext\n", "100%\nnext\n");
        check(b"10%\r20%\r", "20%");
        check(b"abc\r\r\nx", "abc\nx");
        check(b"ab\x08c\n", "ac\n");
        check(b"\x08\x08a\n", "a\n");
    }

    #[test]
    fn a_line_that_stands_is_given_out_once() {
        let mut cleaner = Cleaner::default();
        assert_eq!(cleaner.push(b"Name? "), "");
        assert_eq!(cleaner.pause(), "Name? ");
        assert_eq!(cleaner.pause(), "");
        assert_eq!(cleaner.push(b"x\n"), "x\n");
        assert_eq!(cleaner.push(b"10%"), "");
        assert_eq!(cleaner.pause(), "10%");
        // What is given out stays, so that the next begins a line of its own.
        assert_eq!(cleaner.push(b"\r20%"), "\n");
        assert_eq!(cleaner.pause(), "");
        assert_eq!(cleaner.push(b"\r30%\n"), "30%\n");
        assert_eq!(cleaner.push(b"a"), "");
        assert_eq!(cleaner.finish(), "a");
    }

    #[test]
    fn a_line_without_end_is_not_kept_back_for_ever() {
        let mut cleaner = Cleaner::default();
        let long = vec![b'x'; MAX_PENDING_BYTES * 3 + 5];
        assert_eq!(cleaner.push(&long).len(), MAX_PENDING_BYTES * 3);
        assert_eq!(cleaner.finish(), "xxxxx");
    }
}
