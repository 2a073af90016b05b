//! As much of HTTP/1.1 as a model's server needs that one client asks.
use std::io::{BufRead, Result};

/// The head of an answer whose events follow, each framed by [`chunk`].
pub(crate) const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
/// The end of such an answer.
pub(crate) const END: &[u8] = b"0\r\n\r\n";

/// Reads a request to its end. Whether there was one.
pub(crate) fn read_request(reader: &mut impl BufRead) -> Result<bool> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().expect("a length");
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(true)
}

/// A piece of a body, in HTTP's frame.
pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    framed
}
