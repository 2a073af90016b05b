//! What a command has printed, in bounded memory: its beginning and its end.
use crate::text::count;

/// A command's output. Places in it are counted in bytes from its beginning.
#[derive(Debug)]
pub(crate) struct Transcript {
    head: String,
    /// What follows the head, or the last of it. It holds up to twice as much as is shown, so
    /// that it need not be moved for each line.
    tail: String,
    /// Where the tail begins.
    tail_start: u64,
    /// How many bytes are kept at each end.
    half: usize,
}

/// A part of a command's output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// What comes first.
    pub(crate) head: String,
    /// How many bytes are left out then.
    pub(crate) missing: u64,
    /// What comes last; empty where nothing is left out.
    pub(crate) tail: String,
    /// Where the part ends.
    pub(crate) end: u64,
}

impl Transcript {
    /// Keeps about `limit` bytes to be shown.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            head: String::new(),
            tail: String::new(),
            tail_start: 0,
            half: limit / 2,
        }
    }

    /// How many bytes were printed.
    pub(crate) fn len(&self) -> u64 {
        self.tail_start + bytes(&self.tail)
    }

    /// All that was printed, while there is room for `more` bytes without leaving any out.
    pub(crate) fn whole(&self, more: usize) -> Option<String> {
        let is_whole = self.tail_start == bytes(&self.head);
        let fits = self.tail.len() + more <= self.half;
        (is_whole && fits).then(|| format!("{}{}", self.head, self.tail))
    }

    pub(crate) fn push(&mut self, text: &str) {
        let mut rest = text;
        if self.tail.is_empty() && self.tail_start == bytes(&self.head) {
            let room = self.half.saturating_sub(self.head.len());
            let (first, more) = rest.split_at(rest.floor_char_boundary(room));
            self.head.push_str(first);
            self.tail_start += bytes(first);
            rest = more;
        }
        self.tail.push_str(rest);
        if self.tail.len() > self.half * 2 {
            let start = self.tail.ceil_char_boundary(self.tail.len() - self.half);
            self.tail.drain(..start);
            self.tail_start += start as u64;
        }
    }

    /// What was printed since `from`, its middle left out where it is long.
    pub(crate) fn since(&self, from: u64) -> Excerpt {
        let end = self.len();
        let head = after(&self.head, from);
        let tail_from = from.saturating_sub(self.tail_start);
        let tail = after(&self.tail, tail_from);
        let gap = self.tail_start.saturating_sub(from.max(bytes(&self.head)));
        if gap == 0 && head.len() + tail.len() <= self.half * 2 {
            return Excerpt {
                head: format!("{head}{tail}"),
                missing: 0,
                tail: String::new(),
                end,
            };
        }
        // Where the beginning was seen before, there is more room for the end.
        let room = (self.half * 2).saturating_sub(head.len()).max(self.half);
        let start = tail.ceil_char_boundary(tail.len().saturating_sub(room));
        let start = match tail[start..].find('\n') {
            Some(at) if start > 0 && at <= self.half / 4 => start + at + 1,
            Some(_) | None => start,
        };
        Excerpt {
            head: head.to_owned(),
            missing: gap + start as u64,
            tail: tail[start..].to_owned(),
            end,
        }
    }
}

impl Excerpt {
    /// The text, with a line where something is missing that says how to see it.
    pub(crate) fn text(&self, how_to_see: &str) -> String {
        if self.missing == 0 {
            return self.head.clone();
        }
        let missing = usize::try_from(self.missing).unwrap_or(usize::MAX);
        let missing = count(missing, "byte", "bytes");
        let gap = if self.head.is_empty() || self.head.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        format!(
            "{}{gap}[… {missing} left out here. {how_to_see} …]\n{}",
            self.head, self.tail
        )
    }
}

fn bytes(text: &str) -> u64 {
    text.len() as u64
}

/// What of `text` comes at or after `from`.
fn after(text: &str, from: u64) -> &str {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    &text[text.ceil_char_boundary(from.min(text.len()))..]
}

#[cfg(test)]
mod tests {
    use super::Transcript;

    fn check(limit: usize, pieces: &[&str], from: u64, expect: &str) {
        let mut transcript = Transcript::new(limit);
        for piece in pieces {
            transcript.push(piece);
        }
        let total = pieces.concat().len() as u64;
        let excerpt = transcript.since(from);
        assert_eq!(excerpt.text("Ask."), expect);
        assert_eq!((transcript.len(), excerpt.end), (total, total));
    }

    #[test]
    fn what_fits_is_whole() {
        check(8, &[], 0, "");
        check(8, &["ab", "cd", "efgh"], 0, "abcdefgh");
        check(8, &["ab", "cd", "efgh"], 3, "defgh");
        check(8, &["abcdefgh"], 8, "");
        check(8, &["abcdefgh"], 99, "");
    }

    #[test]
    fn the_middle_is_left_out() {
        let gap = |bytes: &str| format!("\n[… {bytes} left out here. Ask. …]\n");
        let (one, two) = (gap("1 byte"), gap("2 bytes"));
        check(8, &["abcdefghi"], 0, &format!("abcd{one}fghi"));
        check(8, &["abcd", "efghi", "j"], 0, &format!("abcd{two}ghij"));
        let long = "x".repeat(100);
        let much = gap("100 bytes");
        check(8, &["abcd", &long, "wxyz"], 0, &format!("abcd{much}wxyz"));
        // Where the beginning was seen before, more of the end is shown.
        let rest = "[… 46 bytes left out here. Ask. …]\nxxxxwxyz";
        check(8, &["abcd", &long, "wxyz"], 54, rest);
    }

    #[test]
    fn characters_are_never_broken() {
        for limit in 0..30 {
            let mut transcript = Transcript::new(limit);
            for _ in 0..20 {
                transcript.push("aé€😀\n");
            }
            for from in 0..230 {
                let excerpt = transcript.since(from);
                let shown = (excerpt.head.len() + excerpt.tail.len()) as u64;
                assert!(shown + excerpt.missing <= transcript.len());
                assert!(excerpt.tail.len() <= limit.max(8), "{limit} {excerpt:?}");
            }
        }
    }

    #[test]
    fn all_is_known_until_something_is_left_out() {
        let mut transcript = Transcript::new(8);
        transcript.push("abcdef");
        assert_eq!(transcript.whole(2).as_deref(), Some("abcdef"));
        assert_eq!(transcript.whole(3), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut transcript = Transcript::new(1000);
        for _ in 0..100_000 {
            transcript.push("0123456789\n");
        }
        assert!(transcript.head.len() <= 500 && transcript.tail.len() <= 1000);
        assert!(transcript.tail.capacity() <= 4000);
        assert_eq!(transcript.len(), 1_100_000);
    }
}
