//! Between `file:` URIs and paths.
//!
//! A URI that is no plain file (another scheme, another host, a query or fragment, a path that is
//! not absolute, has NUL or leaves its folder by encoded slashes) has no path, never a wrong one.
use std::path::{Component, Path, PathBuf};

use tower_lsp::lsp_types::Url;

/// The path of a `file:` URI; the URI's percent encoding undone, a Windows drive letter in upper
/// case.
pub fn uri_to_path(uri: &Url) -> Option<PathBuf> {
    if uri.scheme() != "file" || uri.query().is_some() || uri.fragment().is_some() {
        return None;
    }
    let path = uri.to_file_path().ok()?;
    let is_plain = path.is_absolute()
        && !path.as_os_str().as_encoded_bytes().contains(&0)
        && !path.components().any(|part| part == Component::ParentDir);
    is_plain.then(|| with_upper_drive(path))
}

/// The `file:` URI of an absolute path, percent-encoded; `None` where the path is relative.
pub fn path_to_uri(path: &Path) -> Option<Url> {
    Url::from_file_path(path).ok()
}

#[cfg(windows)]
fn with_upper_drive(path: PathBuf) -> PathBuf {
    use std::path::Prefix;

    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else {
        return path;
    };
    let Prefix::Disk(letter) = prefix.kind() else {
        return path;
    };
    let mut upper = PathBuf::from(format!("{}:\\", char::from(letter.to_ascii_uppercase())));
    upper.extend(parts.filter(|part| *part != Component::RootDir));
    upper
}

#[cfg(not(windows))]
fn with_upper_drive(path: PathBuf) -> PathBuf {
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str, expect: Option<&str>) {
        let got = uri_to_path(&Url::parse(uri).unwrap());
        assert_eq!(got.as_deref(), expect.map(Path::new), "{uri}");
    }

    #[test]
    #[cfg(unix)]
    fn uris_to_paths() {
        check("file:///a/b.rs", Some("/a/b.rs"));
        check("file://localhost/a/b.rs", Some("/a/b.rs"));
        check("file:/a/b.rs", Some("/a/b.rs"));
        check("FILE:///a/b.rs", Some("/a/b.rs"));
        check(
            "file:///a/with%20space/%C3%A9%25%23%3F.rs",
            Some("/a/with space/é%#?.rs"),
        );
        check("file:///a/é 😀.rs", Some("/a/é 😀.rs"));
        check("file:///a/../b/./c", Some("/b/c"));
        check("file:///c%3A/a", Some("/c:/a"));
        check("file:///", Some("/"));
    }

    #[test]
    #[cfg(windows)]
    fn uris_to_paths() {
        check("file:///c%3A/a/b.rs", Some("C:\\a\\b.rs"));
        check("file:///C:/a/b.rs", Some("C:\\a\\b.rs"));
        check("file:///c:/a%20b", Some("C:\\a b"));
    }

    #[test]
    fn what_is_no_plain_file_has_no_path() {
        for uri in [
            "untitled:Untitled-1",
            "http://localhost/a",
            "git:/a/b.rs?ref",
            "vscode-notebook-cell:/a/b.ipynb#W0",
            "file:///a?query",
            "file:///a#fragment",
            "file:///a%00b",
            "file:///a/..%2F..%2Fetc/passwd",
            "data:,x",
        ] {
            check(uri, None);
        }
        #[cfg(unix)]
        check("file://elsewhere/a", None);
    }

    #[test]
    #[cfg(unix)]
    fn paths_to_uris_and_back() {
        for path in [
            "/",
            "/a b",
            "/a%20b",
            "/é/😀",
            "/#?;:@&=+$,",
            "/c:/x",
            "/a\\b",
            "/[x]|^`{}",
        ] {
            let uri = path_to_uri(Path::new(path)).unwrap();
            assert_eq!(uri_to_path(&uri).as_deref(), Some(Path::new(path)), "{uri}");
        }
        assert_eq!(path_to_uri(Path::new("a/b")), None);
        assert_eq!(
            path_to_uri(Path::new("/a b/é")).unwrap().as_str(),
            "file:///a%20b/%C3%A9"
        );
    }

    #[test]
    #[cfg(unix)]
    fn names_that_are_no_utf8_survive() {
        use std::os::unix::ffi::OsStrExt;

        let path = Path::new(std::ffi::OsStr::from_bytes(b"/a/\xff.rs"));
        let uri = path_to_uri(path).unwrap();
        assert_eq!(uri.as_str(), "file:///a/%FF.rs");
        assert_eq!(uri_to_path(&uri).as_deref(), Some(path));
    }
}
