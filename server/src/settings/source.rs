//! Reading a settings file: bounded, and never a reason to stop.
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde_json::{Map, Value};

/// The largest settings file that is read, in bytes.
pub const MAX_CONFIG_BYTES: usize = 256 * 1024;

/// The settings of a file; none where there is no file, and a sentence where it cannot be used.
pub fn read(path: &Path) -> Result<Map<String, Value>, String> {
    match read_text(path)? {
        Some(text) => parse(&text).map_err(|error| format!("{}{error}", path.display())),
        None => Ok(Map::new()),
    }
}

fn read_text(path: &Path) -> Result<Option<String>, String> {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Opening a pipe would wait for its other end.
    if !metadata.is_file() {
        return Err(format!(
            "{} is not a file, so it is ignored",
            path.display()
        ));
    }
    let limit = u64::try_from(MAX_CONFIG_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() > MAX_CONFIG_BYTES {
        return Err(format!(
            "{} is larger than {MAX_CONFIG_BYTES} bytes, so it is ignored",
            path.display()
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(format!("{} is not UTF-8, so it is ignored", path.display())),
    }
}

/// The error begins with what follows the file's name.
fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let place = error.span().map_or_else(String::new, |span| {
            let before = text.get(..span.start).unwrap_or(text);
            format!(":{}", before.matches('\n').count() + 1)
        });
        // The parser's message may quote the text, and lines of its own would break ours.
        let reason = error.message().lines().collect::<Vec<_>>().join("; ");
        format!("{place}: {reason}; the whole file is ignored")
    })?;
    match serde_json::to_value(table) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(" cannot be understood; the whole file is ignored".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn check(content: &[u8], expect: Result<&str, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        File::create_new(&path).unwrap().write_all(content).unwrap();
        let got = read(&path).map(|map| Value::Object(map).to_string());
        let name = path.display().to_string();
        let got = got.map_err(|error| error.replace(&name, "FILE"));
        assert_eq!(got.as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn good_files() {
        check(b"", Ok("{}"));
        check(
            b"model = 'a/b'\r\n[turn]\r\nmax_queued = 1",
            Ok(r#"{"model":"a/b","turn":{"max_queued":1}}"#),
        );
        check(
            "\u{feff}model = 'é/b' # c".as_bytes(),
            Ok(r#"{"model":"é/b"}"#),
        );
    }

    #[test]
    fn broken_files() {
        check(
            b"a = 1\n\nb = = 2\n",
            Err("FILE:3: extra `=`, expected nothing; the whole file is ignored"),
        );
        check(
            b"a = 1\na = 2",
            Err("FILE:2: duplicate key; the whole file is ignored"),
        );
        check(b"a = \xff", Err("FILE is not UTF-8, so it is ignored"));
        check(
            &vec![b'#'; MAX_CONFIG_BYTES + 1],
            Err("FILE is larger than 262144 bytes, so it is ignored"),
        );
        check(&vec![b'#'; MAX_CONFIG_BYTES], Ok("{}"));
    }

    #[test]
    fn deep_nesting_does_not_end_the_program() {
        for (open, close) in [("[", "]"), ("{a=", "}")] {
            let depth = 50_000;
            let text = format!("a = {}1{}", open.repeat(depth), close.repeat(depth));
            assert!(parse(&text).is_err());
        }
        let dotted = format!("{}a = 1", "a.".repeat(20_000));
        assert!(parse(&dotted).is_err());
        let header = format!("[{}a]", "a.".repeat(20_000));
        assert!(parse(&header).is_err());
    }

    #[test]
    fn what_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder.path().join("none.toml")), Ok(Map::new()));
        let name = folder.path().display();
        assert_eq!(
            read(folder.path()),
            Err(format!("{name} is not a file, so it is ignored"))
        );
    }
}
