//! Server-sent events, parsed incrementally and byte for byte as the WHATWG HTML standard
//! says in section 9.2.6, "Interpreting an event stream":
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>.
use std::borrow::Cow;

/// Bytes that one event, its unfinished line included, may take.
pub(crate) const MAX_EVENT_BYTES: usize = 8 * 1024 * 1024;

/// The byte-order mark that may begin a stream.
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// An event that is complete. Invalid UTF-8 has become U+FFFD.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// The event's type; empty means `message`.
    pub(crate) kind: Cow<'a, str>,
    /// The data lines, joined by LF.
    pub(crate) data: Cow<'a, str>,
    /// The id seen last, of this event or an earlier one.
    pub(crate) id: Cow<'a, str>,
}

/// One event, or the line being read, takes more than the parser may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is longer than {limit} bytes")]
pub(crate) struct EventTooLong {
    limit: usize,
}

/// A parser of one stream. It holds at most the limit in bytes for each of the unfinished
/// line, the data, the type and the id, and looks at each byte once.
#[derive(Debug)]
pub(crate) struct Parser {
    limit: usize,
    /// Bytes of the byte-order mark seen, while the stream's beginning may still be one.
    bom: Option<usize>,
    /// The last byte ended a line and was a CR: an LF right after it belongs to it.
    after_cr: bool,
    /// A line whose end is not there yet.
    line: Vec<u8>,
    fields: Fields,
}

/// The buffers that the standard names.
#[derive(Debug, Default)]
struct Fields {
    kind: Vec<u8>,
    data: Vec<u8>,
    id: Vec<u8>,
    retry: Option<u64>,
}

impl Parser {
    /// A parser at the beginning of a stream, with a limit on the bytes of an event.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            bom: Some(0),
            after_cr: false,
            line: Vec::new(),
            fields: Fields::default(),
        }
    }

    /// The reconnection time in milliseconds that the stream asked for last.
    #[cfg(test)]
    pub(crate) fn retry(&self) -> Option<u64> {
        self.fields.retry
    }

    /// Takes more bytes and hands out each event that they complete. An event that is not
    /// complete when the stream ends is dropped, as the standard demands.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut on_event: impl FnMut(Event<'_>),
    ) -> Result<(), EventTooLong> {
        let mut rest = self.skip_bom(bytes);
        loop {
            if self.after_cr && !rest.is_empty() {
                self.after_cr = false;
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.check(rest.len())?;
                self.line.extend_from_slice(rest);
                return Ok(());
            };
            self.check(end)?;
            self.after_cr = rest[end] == b'\r';
            if self.line.is_empty() {
                self.fields.line(&rest[..end], &mut on_event);
            } else {
                self.line.extend_from_slice(&rest[..end]);
                self.fields.line(&self.line, &mut on_event);
                self.line.clear();
            }
            rest = &rest[end + 1..];
        }
    }

    fn skip_bom<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        while let (Some(seen), Some(&byte)) = (self.bom, bytes.first()) {
            if byte != BOM[seen] {
                self.line.extend_from_slice(&BOM[..seen]);
                self.bom = None;
                return bytes;
            }
            bytes = &bytes[1..];
            self.bom = (seen + 1 < BOM.len()).then_some(seen + 1);
        }
        bytes
    }

    fn check(&self, more: usize) -> Result<(), EventTooLong> {
        if self.line.len() + self.fields.data.len() + more > self.limit {
            return Err(EventTooLong { limit: self.limit });
        }
        Ok(())
    }
}

impl Fields {
    fn line(&mut self, line: &[u8], on_event: &mut impl FnMut(Event<'_>)) {
        if line.is_empty() {
            self.dispatch(on_event);
            return;
        }
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, [].as_slice()),
        };
        match name {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => replace(&mut self.kind, value),
            b"id" if !value.contains(&0) => replace(&mut self.id, value),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                // Digits are ASCII; a number beyond 64 bits is ignored.
                let digits = std::str::from_utf8(value).unwrap_or_default();
                self.retry = digits.parse().ok().or(self.retry);
            }
            // Comments, which have an empty name, and unknown fields.
            _ => {}
        }
    }

    fn dispatch(&mut self, on_event: &mut impl FnMut(Event<'_>)) {
        if let Some((_last_lf, data)) = self.data.split_last() {
            on_event(Event {
                kind: String::from_utf8_lossy(&self.kind),
                data: String::from_utf8_lossy(data),
                id: String::from_utf8_lossy(&self.id),
            });
        }
        self.data.clear();
        self.kind.clear();
    }
}

fn replace(buffer: &mut Vec<u8>, value: &[u8]) {
    buffer.clear();
    buffer.extend_from_slice(value);
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
