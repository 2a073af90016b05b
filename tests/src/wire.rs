//! The base protocol's frames, read strictly: anything else on the stream is an error.
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The largest message that a server may send, in bytes.
const MAX_MESSAGE: usize = 256 * 1024 * 1024;

/// One message as it goes on the wire.
pub fn frame(message: &Value) -> Vec<u8> {
    let body = serde_json::to_vec(message).expect("a JSON value can be written");
    frame_bytes(&body)
}

/// Any bytes as the body of one message.
pub fn frame_bytes(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Reads one message. `None` at the end of the stream.
///
/// # Errors
///
/// A sentence, when the stream holds anything that is not a frame of the base protocol with
/// a JSON-RPC message in it.
pub async fn read_message<R: AsyncBufRead + Unpin>(
    reader: &mut R,
) -> Result<Option<Value>, String> {
    let mut length = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        let count = reader
            .read_until(b'\n', &mut line)
            .await
            .map_err(|error| format!("the stream broke: {error}"))?;
        if count == 0 && is_first {
            return Ok(None);
        }
        is_first = false;
        if line == b"\r\n" {
            break;
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        let Some(header) = text.strip_suffix("\r\n") else {
            return Err(format!("not a header line: {text:?}"));
        };
        match header.split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse::<usize>().ok(),
            Some(("Content-Type", _)) => {}
            Some(_) | None => return Err(format!("not a header: {header:?}")),
        }
    }
    let length = length.ok_or("a message without Content-Length")?;
    if length > MAX_MESSAGE {
        return Err(format!("a message of {length} bytes"));
    }
    let mut body = vec![0; length];
    reader
        .read_exact(&mut body)
        .await
        .map_err(|error| format!("the stream ended inside a message: {error}"))?;
    let message: Value =
        serde_json::from_slice(&body).map_err(|error| format!("a message not JSON: {error}"))?;
    if message["jsonrpc"] != "2.0" {
        return Err(format!("a message not JSON-RPC 2.0: {message}"));
    }
    Ok(Some(message))
}
