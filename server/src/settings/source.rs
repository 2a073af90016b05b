//! Reading a settings file: bounded, and never a reason to stop.
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

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

/// The same of bytes that were read already.
pub fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let text = text_of(path, bytes.to_vec())?;
    parse(&text).map_err(|error| format!("{}{error}", path.display()))
}

/// A file of JSON, as MCP servers are kept in; none where there is no file.
pub fn read_json(path: &Path) -> Result<Map<String, Value>, String> {
    match read_text(path)? {
        Some(text) => parse_json(path, &text),
        None => Ok(Map::new()),
    }
}

/// The same of bytes that were read already.
pub fn read_json_bytes(path: &Path, bytes: &[u8]) -> Result<Map<String, Value>, String> {
    parse_json(path, &text_of(path, bytes.to_vec())?)
}

fn parse_json(path: &Path, text: &str) -> Result<Map<String, Value>, String> {
    let shown = path.display();
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(format!(
            "{shown} is not an object; the whole file is ignored"
        )),
        Err(error) => Err(format!("{shown}: {error}; the whole file is ignored")),
    }
}

/// The variables of the environment that settings may refer to as `${NAME}`.
#[derive(Debug, Clone)]
pub enum Variables {
    /// A text is left as it is written.
    Untouched,
    /// References become values.
    Of(Arc<BTreeMap<String, String>>),
}

impl Variables {
    /// A text with the values of `${NAME}` and `${NAME:-what counts where it is not set}` in their
    /// places. The error follows the name of the setting.
    pub fn expand(&self, text: &str) -> Result<String, String> {
        let Self::Of(environment) = self else {
            return Ok(text.to_owned());
        };
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((inside, after)) = after.split_once('}') else {
                break;
            };
            let (name, other) = match inside.split_once(":-") {
                Some((name, other)) => (name, Some(other)),
                None => (inside, None),
            };
            let value = environment.get(name).filter(|value| !value.is_empty());
            let Some(value) = value.map(String::as_str).or(other) else {
                return Err(format!(
                    "refers to the variable {} of the environment, which is not set",
                    super::value::quoted(name)
                ));
            };
            expanded.push_str(before);
            expanded.push_str(value);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
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
    text_of(path, bytes).map(Some)
}

fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MAX_CONFIG_BYTES {
        return Err(format!(
            "{} is larger than {MAX_CONFIG_BYTES} bytes, so it is ignored",
            path.display()
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| format!("{} is not UTF-8, so it is ignored", path.display()))
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
