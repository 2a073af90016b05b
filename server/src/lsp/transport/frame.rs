//! Cutting the input into messages: `Content-Length` frames, each bounded, and the way back
//! after a header that makes no sense.

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest header, all its lines together, in bytes.
pub(crate) const MAX_HEADER_BYTES: usize = 4 * 1024;

/// The largest body that is skipped by its length. A `Content-Length` above it is taken for a
/// mistake, as skipping that much would be deafness.
const MAX_SKIP_BYTES: u64 = u32::MAX as u64;

/// Bytes kept from each end of a body that is too large, where its `id` may be.
pub(super) const KEPT_BYTES: usize = 4 * 1024;

/// Bytes asked from the input at a time.
const READ_BYTES: usize = 16 * 1024;

/// Capacity above which a nearly empty buffer is given back.
const KEEP_CAPACITY: usize = 256 * 1024;

/// White space and digits allowed in a `Content-Length` line that is searched for.
const MAX_SEARCHED_PADDING: usize = 32;

const CONTENT_LENGTH: &[u8] = b"content-length";

/// What came next on the input.
#[derive(Debug)]
pub(super) enum Frame {
    /// A whole body, which [`Framer::body`] shows until the next call.
    Message,
    /// A body over the limit, which was skipped.
    TooLarge(Skipped),
    /// A header that cannot be read; what follows is skipped up to the next good one.
    Malformed(&'static str),
    /// The input ended, or failed.
    End,
}

/// What is known of a body that was skipped.
#[derive(Debug)]
pub(super) struct Skipped {
    /// Its length in bytes.
    pub(super) length: u64,
    /// Its first bytes, at most [`KEPT_BYTES`].
    pub(super) head: Vec<u8>,
    /// Its last bytes, at most [`KEPT_BYTES`].
    pub(super) tail: Vec<u8>,
}

/// Reads frames. Memory is bounded by twice the largest message.
#[derive(Debug)]
pub(super) struct Framer<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where the unread bytes of `buffer` start.
    start: usize,
    /// Length of the body that was handed out and not yet dropped from `buffer`.
    delivered: usize,
    max_bytes: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Header(Header),
    Body(usize),
    Skip { left: u64, skipped: Skipped },
    Resync,
}

#[derive(Debug, Default)]
struct Header {
    bytes: usize,
    length: Option<u64>,
}

impl<R: AsyncRead + Unpin> Framer<R> {
    pub(super) fn new(input: R, max_bytes: usize) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            delivered: 0,
            max_bytes,
            state: State::Header(Header::default()),
        }
    }

    /// Waits for the next frame. Cancel safe.
    pub(super) async fn next(&mut self) -> Frame {
        self.start += std::mem::take(&mut self.delivered);
        loop {
            if let Some(frame) = self.advance() {
                return frame;
            }
            self.make_room();
            match self.input.read_buf(&mut self.buffer).await {
                Ok(0) => return Frame::End,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the input cannot be read");
                    return Frame::End;
                }
            }
        }
    }

    /// The body of the last [`Frame::Message`].
    pub(super) fn body(&self) -> &[u8] {
        &self.buffer[self.start..self.start + self.delivered]
    }

    /// Gives back the end of the last body, because its length was wrong: the next good header
    /// is searched from there.
    pub(super) fn unread(&mut self, from: usize) {
        self.delivered = self.delivered.min(from);
        self.state = State::Resync;
    }

    /// Goes as far as the buffered bytes allow.
    fn advance(&mut self) -> Option<Frame> {
        loop {
            let unread = &self.buffer[self.start..];
            match &mut self.state {
                State::Header(header) => {
                    let Some(end) = unread.iter().position(|byte| *byte == b'\n') else {
                        if header.bytes + unread.len() <= MAX_HEADER_BYTES {
                            return None;
                        }
                        return Some(self.lose("A header is too long"));
                    };
                    header.bytes += end + 1;
                    if header.bytes > MAX_HEADER_BYTES {
                        return Some(self.lose("A header is too long"));
                    }
                    match parse_line(&unread[..end]) {
                        Line::Blank => {
                            self.start += end + 1;
                            match (header.length, header.bytes == end + 1) {
                                (Some(length), _) => self.state = self.body_state(length),
                                // Empty lines before a header harm nobody.
                                (None, true) => *header = Header::default(),
                                (None, false) => {
                                    return Some(self.lose("A header has no `Content-Length`"));
                                }
                            }
                        }
                        Line::Length(length) => {
                            if header.length.is_some_and(|earlier| earlier != length) {
                                return Some(
                                    self.lose("A header has two different `Content-Length`"),
                                );
                            }
                            header.length = Some(length);
                            self.start += end + 1;
                        }
                        Line::Other => self.start += end + 1,
                        Line::Bad(problem) => return Some(self.lose(problem)),
                    }
                }
                State::Body(length) => {
                    if unread.len() < *length {
                        return None;
                    }
                    self.delivered = *length;
                    self.state = State::Header(Header::default());
                    return Some(Frame::Message);
                }
                State::Skip { left, skipped } => {
                    let here =
                        usize::try_from(*left).map_or(unread.len(), |left| left.min(unread.len()));
                    skipped.keep(&unread[..here]);
                    self.start += here;
                    *left -= here as u64;
                    if *left > 0 {
                        return None;
                    }
                    let state =
                        std::mem::replace(&mut self.state, State::Header(Header::default()));
                    if let State::Skip { skipped, .. } = state {
                        return Some(Frame::TooLarge(skipped));
                    }
                }
                State::Resync => match find_header(unread) {
                    Search::Found(at) => {
                        self.start += at;
                        self.state = State::Header(Header::default());
                    }
                    Search::Missing { keep_from } => {
                        self.start += keep_from;
                        return None;
                    }
                },
            }
        }
    }

    fn body_state(&self, length: u64) -> State {
        match usize::try_from(length) {
            Ok(length) if length <= self.max_bytes => State::Body(length),
            Ok(_) | Err(_) => State::Skip {
                left: length,
                skipped: Skipped {
                    length,
                    head: Vec::new(),
                    tail: Vec::new(),
                },
            },
        }
    }

    /// Gives up on the header at hand.
    fn lose(&mut self, problem: &'static str) -> Frame {
        self.state = State::Resync;
        Frame::Malformed(problem)
    }

    /// Drops what was read and makes room for more. A body's buffer grows as its bytes arrive,
    /// not by what its header promises.
    fn make_room(&mut self) {
        self.buffer.drain(..std::mem::take(&mut self.start));
        if self.buffer.len() < READ_BYTES && self.buffer.capacity() > KEEP_CAPACITY {
            self.buffer.shrink_to(READ_BYTES);
        }
        let buffered = self.buffer.len();
        let missing = match &self.state {
            State::Body(length) => length.saturating_sub(buffered).min(buffered),
            State::Header(_) | State::Skip { .. } | State::Resync => 0,
        };
        let wanted = missing.max(READ_BYTES);
        if self.buffer.capacity() - buffered < READ_BYTES.min(wanted) {
            self.buffer.reserve_exact(wanted);
        }
    }
}

impl Skipped {
    fn keep(&mut self, bytes: &[u8]) {
        let missing = KEPT_BYTES - self.head.len();
        self.head
            .extend_from_slice(&bytes[..missing.min(bytes.len())]);
        let last = &bytes[bytes.len().saturating_sub(KEPT_BYTES)..];
        let surplus = (self.tail.len() + last.len()).saturating_sub(KEPT_BYTES);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(last);
    }
}

#[derive(Debug)]
enum Line {
    Blank,
    Length(u64),
    Other,
    Bad(&'static str),
}

fn parse_line(line: &[u8]) -> Line {
    let line = line.trim_ascii_end();
    if line.is_empty() {
        return Line::Blank;
    }
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return Line::Bad("A header line has no colon");
    };
    let name = line[..colon].trim_ascii();
    if name.is_empty()
        || !name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    {
        return Line::Bad("A header line has no name");
    }
    if !name.eq_ignore_ascii_case(CONTENT_LENGTH) {
        return Line::Other;
    }
    match parse_length(line[colon + 1..].trim_ascii()) {
        Some(length) => Line::Length(length),
        None => Line::Bad("`Content-Length` is not a number of bytes"),
    }
}

fn parse_length(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
    (length <= MAX_SKIP_BYTES).then_some(length)
}

/// Where a good header is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// A whole `Content-Length` line starts there.
    Found(usize),
    /// None does; bytes before `keep_from` cannot be part of one.
    Missing {
        /// Where a line that is cut off by the end may start.
        keep_from: usize,
    },
}

/// Searches a whole `Content-Length: <digits>` line. No JSON text can hold one by chance, since
/// a line break inside a JSON string is written as an escape.
pub(super) fn find_header(bytes: &[u8]) -> Search {
    let mut from = 0;
    while let Some(step) = bytes[from..]
        .iter()
        .position(|byte| matches!(byte, b'C' | b'c'))
    {
        let at = from + step;
        match match_header(&bytes[at..]) {
            Match::Whole => return Search::Found(at),
            Match::CutOff => return Search::Missing { keep_from: at },
            Match::No => from = at + 1,
        }
    }
    Search::Missing {
        keep_from: bytes.len(),
    }
}

enum Match {
    Whole,
    CutOff,
    No,
}

fn match_header(bytes: &[u8]) -> Match {
    let name = &bytes[..bytes.len().min(CONTENT_LENGTH.len())];
    if !name.eq_ignore_ascii_case(&CONTENT_LENGTH[..name.len()]) {
        return Match::No;
    }
    let Some((colon, rest)) = bytes[name.len()..].split_first() else {
        return Match::CutOff;
    };
    if *colon != b':' {
        return Match::No;
    }
    let value = &rest[..rest.len().min(MAX_SEARCHED_PADDING)];
    let Some(end) = value.iter().position(|byte| *byte == b'\n') else {
        let plausible = value
            .iter()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'0'..=b'9'));
        return if plausible && rest.len() < MAX_SEARCHED_PADDING {
            Match::CutOff
        } else {
            Match::No
        };
    };
    match parse_length(value[..end].trim_ascii()) {
        Some(_) => Match::Whole,
        None => Match::No,
    }
}
