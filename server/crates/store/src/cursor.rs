//! Cursors: opaque to clients, checked when they come back.
use crate::error::{Result, StoreError};

/// The longest cursor that is looked at.
const MAX_LEN: usize = 1024;

/// Where a page of sessions ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionCursor {
    pub(crate) pinned: bool,
    pub(crate) updated_at: String,
    pub(crate) id: String,
}

impl SessionCursor {
    pub(crate) fn encode(&self) -> String {
        let pinned = if self.pinned { '1' } else { '0' };
        let text = format!("s{pinned}{}\n{}", self.updated_at, self.id);
        text.bytes().map(|it| format!("{it:02x}")).collect()
    }

    pub(crate) fn decode(cursor: &str) -> Result<Self> {
        parse_session(cursor).ok_or_else(|| invalid("cursor"))
    }
}

/// The cursor of an item's position.
pub(crate) fn encode_item(position: i64) -> String {
    format!("i{position:x}")
}

/// The position that a cursor stands for.
pub(crate) fn decode_item(field: &'static str, cursor: &str) -> Result<i64> {
    cursor
        .strip_prefix('i')
        .filter(|it| it.len() <= 16 && it.bytes().all(|it| it.is_ascii_hexdigit()))
        .and_then(|it| i64::from_str_radix(it, 16).ok())
        .ok_or_else(|| invalid(field))
}

fn parse_session(cursor: &str) -> Option<SessionCursor> {
    if cursor.len() > MAX_LEN || !cursor.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = cursor
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    let (pinned, rest) = match text.strip_prefix("s1") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("s0")?),
    };
    let (updated_at, id) = rest.split_once('\n')?;
    Some(SessionCursor {
        pinned,
        updated_at: updated_at.to_owned(),
        id: id.to_owned(),
    })
}

fn digit(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

fn invalid(field: &'static str) -> StoreError {
    StoreError::invalid(
        field,
        "it is no cursor of this list; give one back as it came, or none to begin anew",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_cursor_comes_back() {
        for pinned in [false, true] {
            let cursor = SessionCursor {
                pinned,
                updated_at: "2026-01-02T03:04:05Z".to_owned(),
                id: "0198\n-é".to_owned(),
            };
            assert_eq!(SessionCursor::decode(&cursor.encode()), Ok(cursor));
        }
    }

    #[test]
    fn an_item_cursor_comes_back() {
        for position in [0, 1, 255, i64::MAX] {
            assert_eq!(decode_item("before", &encode_item(position)), Ok(position));
        }
    }

    #[test]
    fn garbage_is_refused() {
        let long = "73".repeat(MAX_LEN);
        for garbage in ["", "x", "s0", "7330", "733", "ÿÿ", "7330ff0a", "i1", &long] {
            assert_eq!(
                SessionCursor::decode(garbage),
                Err(invalid("cursor")),
                "{garbage:?}"
            );
        }
        for garbage in [
            "",
            "i",
            "1",
            "i-1",
            "i+1",
            "ig",
            "iffffffffffffffff",
            "i00000000000000001",
            "i１",
        ] {
            assert_eq!(
                decode_item("after", garbage),
                Err(invalid("after")),
                "{garbage:?}"
            );
        }
    }
}
