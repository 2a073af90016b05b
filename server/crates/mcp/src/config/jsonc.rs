//! JSON with comments and trailing commas, as editors write it.

/// The text as plain JSON of the same length: comments and trailing commas become spaces, so what
/// is found at a place of one is at the same place of the other.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = text.as_bytes().to_vec();
    blank_mark(&mut plain);
    let mut comma = None;
    let mut at = 0;
    while let Some(&byte) = plain.get(at) {
        let next = plain.get(at + 1).copied();
        let end = match (byte, next) {
            (b'"', _) => end_of_string(&plain, at),
            (b'/', Some(b'/')) => blank(&mut plain, at, |rest| {
                rest.iter().position(|byte| *byte == b'\n')
            }),
            (b'/', Some(b'*')) => blank(&mut plain, at, |rest| {
                let inner = rest.get(2..)?;
                let end = inner.windows(2).position(|pair| pair == b"*/")?;
                Some(end + 4)
            }),
            _ => at + 1,
        };
        match byte {
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(at) = comma.take()
                    && let Some(byte) = plain.get_mut(at)
                {
                    *byte = b' ';
                }
            }
            b'/' => {}
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at = end;
    }
    // Only whole comments and single commas were written over.
    String::from_utf8(plain).unwrap_or_else(|_| text.to_owned())
}

/// A byte order mark is no JSON.
fn blank_mark(text: &mut [u8]) {
    if text.starts_with("\u{feff}".as_bytes()) {
        for byte in text.iter_mut().take('\u{feff}'.len_utf8()) {
            *byte = b' ';
        }
    }
}

/// Where the string ends that begins here.
fn end_of_string(text: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Writes spaces over a comment, except over its line ends, and gives where it ends. One that does
/// not end goes to the end of the text.
fn blank(text: &mut [u8], begin: usize, length: impl Fn(&[u8]) -> Option<usize>) -> usize {
    let rest = text.get(begin..).unwrap_or_default();
    let end = begin + length(rest).unwrap_or(rest.len());
    for byte in text.iter_mut().take(end).skip(begin) {
        if *byte != b'\n' && *byte != b'\r' {
            *byte = b' ';
        }
    }
    end
}
