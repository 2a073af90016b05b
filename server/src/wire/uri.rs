//! Paths as `file:` URIs (RFC 8089), percent-encoded (RFC 3986).
use std::fmt::Write;
use std::path::Path;

use aside_protocol::Uri;

/// An absolute path as a `file:` URI.
pub fn path_to_uri(path: &Path) -> Uri {
    let text = path.to_string_lossy();
    let mut uri = String::with_capacity(text.len() + 8);
    uri.push_str("file://");
    if !text.starts_with(['/', '\\']) {
        uri.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            b':' if cfg!(windows) => uri.push(':'),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    Uri(uri)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_unreserved_is_encoded() {
        let check = |path: &str, uri: &str| assert_eq!(path_to_uri(Path::new(path)).as_str(), uri);
        check("/a/b.rs", "file:///a/b.rs");
        check("/a b/ü#?.rs", "file:///a%20b/%C3%BC%23%3F.rs");
    }
}
