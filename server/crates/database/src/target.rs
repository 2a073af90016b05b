//! The URL of a database, and the password in it that no message may hold.
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::SchemaError;

/// Bytes of a URL.
pub(crate) const MAX_URL: usize = 8 * 1024;
/// What stands in the place of a password.
const REDACTED: &str = "[redacted]";
/// What PostgreSQL's and MySQL's URLs may be followed by. Whatever else is there is left out: the
/// library would write it to the log.
/// That also keeps away `options`, which could undo what is set here.
const PARAMETERS: &[&str] = &[
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "sslca",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "charset",
    "collation",
    "socket",
    "timezone",
    "time-zone",
];

/// Where a database is.
pub(crate) enum Target {
    Postgres(Box<PgConnectOptions>),
    MySql(Box<MySqlConnectOptions>),
    Sqlite(PathBuf),
}

/// Takes what is secret out of messages.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Vec<String>);

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// What in this URL is secret, as it is written and as it is meant.
    pub(crate) fn new(url: &str) -> Self {
        let authority = url.split_once("://").map_or("", |(_, rest)| rest);
        // Where a password with odd characters in it ends is not sure: all readings are taken.
        let before_query = authority.split('?').next().unwrap_or_default();
        let readings = [
            authority.split_once('@'),
            authority.rsplit_once('@'),
            before_query.rsplit_once('@'),
        ];
        let passwords = readings.into_iter().flatten().filter_map(|(user, _)| {
            let (_, password) = user.split_once(':')?;
            Some(password)
        });
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let others = query.split(['&', '#']).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let is_secret = !PARAMETERS.contains(&name) || name == "password";
            is_secret.then_some(value)
        });
        let mut secrets = Vec::new();
        for secret in others.chain(passwords) {
            // The longest first, so that none is cut to pieces by another.
            for spelling in [secret.to_owned(), decoded(secret)] {
                if !spelling.is_empty() && !secrets.contains(&spelling) {
                    secrets.push(spelling);
                }
            }
        }
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The words as a piece of a sentence: one line, no secret, no final period.
    pub(crate) fn clean(&self, words: &str) -> String {
        let mut cleaned = String::with_capacity(words.len());
        let mut rest = words;
        // Each turn takes something off the rest. What was put in is not looked at again.
        while let Some(first) = rest.chars().next() {
            let mut secrets = self.0.iter();
            match secrets.find_map(|secret| rest.strip_prefix(secret.as_str())) {
                Some(after) => {
                    cleaned.push_str(REDACTED);
                    rest = after;
                }
                None => {
                    cleaned.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        let words: Vec<&str> = cleaned.split_whitespace().collect();
        let line = crate::schema::clipped(&words.join(" "));
        line.trim_end_matches('.').to_owned()
    }
}

/// The text with `%41` as `A`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads the URL. What is wrong with it is said without it.
pub(crate) fn parse(url: &str, redactor: &Redactor) -> Result<Target, SchemaError> {
    let bad = |why: &str| SchemaError::BadUrl(redactor.clean(why));
    let url = url.trim();
    if url.len() > MAX_URL {
        return Err(bad("it is too long"));
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(bad("it has no scheme"));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => {
            let url = format!("postgres:{}", known(rest));
            let options = PgConnectOptions::from_str(&url);
            let options = options.map_err(|error| bad(&error.to_string()))?;
            Ok(Target::Postgres(Box::new(options)))
        }
        "mysql" | "mariadb" => {
            let url = format!("mysql:{}", known(rest));
            let options = MySqlConnectOptions::from_str(&url);
            let options = options.map_err(|error| bad(&error.to_string()))?;
            Ok(Target::MySql(Box::new(options)))
        }
        "sqlite" | "sqlite3" | "file" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = path.split(['?', '#']).next().unwrap_or_default();
            if path.is_empty() || path == ":memory:" {
                return Err(bad("it names no file"));
            }
            Ok(Target::Sqlite(PathBuf::from(decoded(path))))
        }
        _ => Err(bad(
            "only PostgreSQL, MySQL, MariaDB and SQLite can be read",
        )),
    }
}

/// The rest of the URL without parameters that are not known.
fn known(rest: &str) -> String {
    let Some((start, query)) = rest.split_once('?') else {
        return rest.to_owned();
    };
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        PARAMETERS.contains(&name)
    });
    let pairs: Vec<&str> = pairs.collect();
    format!("{start}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, words: &str, expect: &str) {
        assert_eq!(Redactor::new(url).clean(words), expect, "{url}");
    }

    #[test]
    fn secrets_are_taken_out() {
        check(
            "postgres://me:s3cret@h/db",
            "no s3cret\nhere.",
            "no [redacted] here",
        );
        check(
            "postgres://me:a%40b@h/db",
            "a@b a%40b",
            "[redacted] [redacted]",
        );
        check("postgres://me:a/b@h/db", "a/b", "[redacted]");
        check("postgres://me:a@b@h/db", "a@b", "[redacted]");
        check(
            "mysql://h/db?password=xyz&charset=utf8",
            "xyz utf8",
            "[redacted] utf8",
        );
        check("mysql://h/db?pass=xyz#f", "xyz", "[redacted]");
        check("mysql://me@h/db", "me h db", "me h db");
        check("sqlite:/a:b@c", "a b c", "a b c");
        check("%%%", "%", "%");
    }

    #[test]
    fn urls_that_are_none() {
        for url in [
            "",
            "x",
            "http://h/",
            "sqlite:",
            "sqlite::memory:",
            "sqlite://?mode=ro",
            "postgres://me:pass@[::/db",
            "postgres://me:pass@h:99999/db",
            "postgres://me:pass@h/db?sslmode=pass",
            "mysql://me:pass@h:x/db",
            "oracle://me:pass@h/db",
        ] {
            let redactor = Redactor::new(url);
            let Err(error) = parse(url, &redactor) else {
                panic!("{url}");
            };
            assert!(!error.to_string().contains("pass"), "{url}: {error}");
            assert!(
                !format!("{error:?} {redactor:?}").contains("pass"),
                "{error:?}"
            );
        }
        let long = format!("sqlite:{}", "a".repeat(MAX_URL));
        assert!(parse(&long, &Redactor::new(&long)).is_err());
    }

    #[test]
    fn files_in_all_spellings() {
        for (url, path) in [
            ("sqlite:/a/b.db", "/a/b.db"),
            ("sqlite:///a/b.db?mode=rwc", "/a/b.db"),
            ("sqlite://a/b.db", "a/b.db"),
            ("SQLite3:b%20c.db", "b c.db"),
            ("file:/a", "/a"),
        ] {
            match parse(url, &Redactor::new(url)) {
                Ok(Target::Sqlite(found)) => assert_eq!(found, PathBuf::from(path), "{url}"),
                Ok(Target::Postgres(_) | Target::MySql(_)) | Err(_) => panic!("{url}"),
            }
        }
    }

    #[test]
    fn only_known_parameters_are_passed_on() {
        assert_eq!(known("//h/db"), "//h/db");
        assert_eq!(
            known("//h/db?sslmode=require&options=-cx&pass=p&host=/tmp#f"),
            "//h/db?sslmode=require&host=/tmp"
        );
    }
}
