//! Messages as they arrive: one JSON text a line, of bounded length.
use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, BufReader};

/// The longest line that is read, in bytes; of a longer one nothing is kept.
pub const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// It was longer than [`MAX_LINE_BYTES`].
    TooLong,
}

/// The lines of a stream.
pub struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    is_too_long: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads nothing yet.
    pub fn new(reader: R) -> Self {
        Self {
            reader: BufReader::new(reader),
            line: Vec::new(),
            is_too_long: false,
        }
    }

    /// The next line, none at the end of the stream; what stands there without an end of line is a
    /// line too. Dropping the future loses nothing.
    pub async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                let is_rest = self.is_too_long || !self.line.is_empty();
                return Ok(is_rest.then(|| self.take()));
            }
            let end = chunk.iter().position(|&byte| byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            if self.line.len() + part.len() > MAX_LINE_BYTES {
                self.is_too_long = true;
            }
            match self.is_too_long {
                true => self.line = Vec::new(),
                false => self.line.extend_from_slice(part),
            }
            let used = part.len() + usize::from(end.is_some());
            std::pin::Pin::new(&mut self.reader).consume(used);
            if end.is_some() {
                return Ok(Some(self.take()));
            }
        }
    }

    fn take(&mut self) -> Line {
        let line = std::mem::take(&mut self.line);
        match std::mem::take(&mut self.is_too_long) {
            true => Line::TooLong,
            false => Line::Whole(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines, MAX_LINE_BYTES};

    async fn check(input: &[u8], expect: &[Line]) {
        let mut lines = Lines::new(input);
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            found.push(line);
        }
        assert_eq!(found, expect);
    }

    fn whole(text: &[u8]) -> Line {
        Line::Whole(text.to_vec())
    }

    #[tokio::test]
    async fn lines_are_bounded() {
        check(b"", &[]).await;
        check(b"a\n\nb", &[whole(b"a"), whole(b""), whole(b"b")]).await;
        check(b"\xff\r\n", &[whole(b"\xff\r")]).await;
        let longest = vec![b'x'; MAX_LINE_BYTES];
        let with_end = [&longest[..], b"\ny\n"].concat();
        check(&with_end, &[whole(&longest), whole(b"y")]).await;
        let longer = [&longest[..], b"x\ny\n", &longest, b"xx"].concat();
        check(&longer, &[Line::TooLong, whole(b"y"), Line::TooLong]).await;
    }
}
