//! Paths as `file:` URIs (RFC 8089), percent-encoded (RFC 3986).
use std::fmt::Write;
use std::path::{Path, PathBuf};

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

/// The path of a `file:` URI of this machine; `None` for any other.
pub fn uri_to_path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                bytes.push(u8::try_from(16 * high + low).ok()?);
            }
            b'?' | b'#' => break,
            other => bytes.push(other),
        }
    }
    let path = String::from_utf8(bytes)
        .ok()
        .filter(|path| !path.contains('\0'))?;
    // Windows writes `/c:/folder`.
    let drive = path.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    Some(PathBuf::from(if drive { &path[1..] } else { &path }))
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

    #[test]
    fn uris_become_paths() {
        fn check(uri: &str, expect: Option<&str>) {
            let path = uri_to_path(&Uri(uri.to_owned()));
            assert_eq!(path.as_deref(), expect.map(Path::new), "{uri}");
        }
        check("file:///a%20b/%C3%BC%23.rs", Some("/a b/ü#.rs"));
        check("file://localhost/a", Some("/a"));
        check("file:///a#L1", Some("/a"));
        check("file:///a:b", Some("/a:b"));
        for wrong in [
            "file://host/a",
            "https://a/b",
            "/a",
            "file:///%",
            "file:///%zz",
            "file:///%+1",
            "file:///%FF",
            "file:///%00",
        ] {
            check(wrong, None);
        }
    }
}
