//! Strings with escapes: `$'…'`.

/// The text that `raw` stands for, quotes included in `raw`. `None` where it has an escape that
/// is not a character.
pub(super) fn decode(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix("$'")?.strip_suffix('\'')?;
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            push(&mut bytes, c);
            continue;
        }
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        let (value, used) = match escape {
            'a' => (7, 0),
            'b' => (8, 0),
            'e' | 'E' => (27, 0),
            'f' => (12, 0),
            'n' => (10, 0),
            'r' => (13, 0),
            't' => (9, 0),
            'v' => (11, 0),
            '\\' | '\'' | '"' | '?' => (u32::from(escape), 0),
            'x' => number(rest, 16, 2)?,
            'u' => number(rest, 16, 4)?,
            'U' => number(rest, 16, 8)?,
            '0'..='7' => {
                let (value, used) = number(&inner[inner.len() - rest.len() - 1..], 8, 3)?;
                (value & 0xff, used - 1)
            }
            _ => return None,
        };
        // A zero ends the string in Bash.
        if value == 0 {
            return None;
        }
        rest = &rest[used..];
        match escape {
            'x' | '0'..='7' => bytes.push(u8::try_from(value).ok()?),
            _ => push(&mut bytes, char::from_u32(value)?),
        }
    }
    String::from_utf8(bytes).ok()
}

fn push(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The number at the start of `text`, of at most `most` digits, and how many they are.
fn number(text: &str, base: u32, most: usize) -> Option<(u32, usize)> {
    let digits = text
        .chars()
        .take(most)
        .take_while(|c| c.is_digit(base))
        .count();
    let value = u32::from_str_radix(text.get(..digits)?, base).ok()?;
    Some((value, digits))
}
