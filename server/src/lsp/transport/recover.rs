//! Finding the `id` of a message that is too large or too broken to parse.

use super::message::CallId;

/// What the ends of an unread message tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Recovered {
    /// Its `id`.
    pub(super) id: Option<CallId>,
    /// Whether it has a `result` or an `error`, so that the `id` is one of ours.
    pub(super) is_reply: bool,
}

/// Looks at both ends of a message, of a few KiB each; they may overlap.
pub(super) fn recover(head: &[u8], tail: &[u8]) -> Recovered {
    let mut recovered = from_head(head);
    if recovered.id.is_none() {
        recovered.id = from_tail(tail);
    }
    recovered
}

/// Reads the members of the outermost object as far as they go.
fn from_head(head: &[u8]) -> Recovered {
    let mut recovered = Recovered::default();
    let mut cursor = Cursor { rest: head };
    if !cursor.eat(b'{') {
        return recovered;
    }
    while let Some(name) = cursor.string() {
        if !cursor.eat(b':') {
            break;
        }
        match name {
            br#""result""# | br#""error""# => recovered.is_reply = true,
            _ => {}
        }
        let Some(value) = cursor.value() else {
            break;
        };
        if name == br#""id""# {
            recovered.id = parse_id(value);
        }
        if !cursor.eat(b',') {
            break;
        }
    }
    recovered
}

/// Finds an `id` that is followed by nothing but simple members and the end of the message. Only
/// the outermost object ends there, so no inner `id` fits.
fn from_tail(tail: &[u8]) -> Option<CallId> {
    const NAME: &[u8] = br#""id""#;
    let starts = (0..tail.len())
        .rev()
        .filter(|at| tail[*at..].starts_with(NAME));
    starts
        .into_iter()
        .find_map(|at| id_at_end(&tail[at + NAME.len()..]))
}

fn id_at_end(rest: &[u8]) -> Option<CallId> {
    let mut cursor = Cursor { rest };
    if !cursor.eat(b':') {
        return None;
    }
    let id = parse_id(cursor.scalar()?)?;
    while cursor.eat(b',') {
        cursor.string()?;
        if !cursor.eat(b':') {
            return None;
        }
        cursor.scalar()?;
    }
    (cursor.eat(b'}') && cursor.rest.trim_ascii().is_empty()).then_some(id)
}

fn parse_id(bytes: &[u8]) -> Option<CallId> {
    CallId::from_value(serde_json::from_slice(bytes).ok()?)
}

/// A walk over JSON text that gives up (`None`) at the first thing it does not know.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn eat(&mut self, byte: u8) -> bool {
        self.rest = self.rest.trim_ascii_start();
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            Some(_) | None => false,
        }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// A string, with its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.rest = self.rest.trim_ascii_start();
        let length = string_length(self.rest)?;
        Some(self.take(length))
    }

    /// A string, number or literal that does not touch the end of the text.
    fn scalar(&mut self) -> Option<&'a [u8]> {
        self.rest = self.rest.trim_ascii_start();
        if self.rest.first() == Some(&b'"') {
            return self.string();
        }
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = self.rest.iter().position(|byte| !plain(byte))?;
        (length > 0).then(|| self.take(length))
    }

    /// Any value.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.rest = self.rest.trim_ascii_start();
        if !matches!(self.rest.first()?, b'{' | b'[') {
            return self.scalar();
        }
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(byte) = self.rest.get(at) {
            match byte {
                b'"' => at += string_length(&self.rest[at..])? - 1,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                return Some(self.take(at));
            }
        }
        None
    }
}

/// The length of the string that starts `bytes`, quotes included.
fn string_length(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}
