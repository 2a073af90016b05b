//! The one entrance: whichever database it is, read within limits.
use std::path::PathBuf;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::target::{Redactor, Target};
use crate::{Schema, SchemaError, mysql, postgres, sqlite, target};

/// Tables that are found at most; those beyond the limit on tables are only named.
pub(crate) const MAX_NAMES: usize = 2_000;
/// Rows of indexes and of keys that are read at most, of each.
pub(crate) const MAX_EXTRAS: usize = 10_000;

/// How much of a database is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tables whose columns are read; up to 2,000 more are named.
    pub tables: usize,
    /// Columns of all tables together.
    pub columns: usize,
    /// How long all of it may take, connecting included.
    pub timeout: Duration,
}

impl Default for Limits {
    /// 100 tables, 2,000 columns, 15 seconds.
    fn default() -> Self {
        Self {
            tables: 100,
            columns: 2_000,
            timeout: Duration::from_secs(15),
        }
    }
}

/// What is reached to read a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// A host, by name or address; `localhost` for a socket of this machine.
    Host(String),
    /// A file, as it is named in the URL: relative to the folder of the process, or absolute.
    File(PathBuf),
}

/// What [`fetch_schema`] would reach for a URL, its parameters looked at.
///
/// # Errors
/// The URL cannot be used.
pub fn reached(url: &str) -> Result<Reached, SchemaError> {
    let host = |host: &str, socket: Option<&PathBuf>| {
        let is_of_machine = socket.is_some() || host.is_empty() || host.starts_with('/');
        Reached::Host(match is_of_machine {
            true => "localhost".to_owned(),
            false => host.trim_matches(['[', ']']).to_owned(),
        })
    };
    Ok(match target::parse(url, &Redactor::new(url))? {
        Target::Postgres(options) => host(options.get_host(), options.get_socket()),
        Target::MySql(options) => host(options.get_host(), options.get_socket()),
        Target::Sqlite(path) => Reached::File(path),
    })
}

/// Reads what tables a database has, all or the one of that name (`users` or `public.users`).
///
/// The URL is one of `postgres://`, `mysql://`, `mariadb://` or `sqlite:`; a file's path should be
/// absolute. The connection only reads: with PostgreSQL and MySQL a transaction that the server
/// itself keeps from writing, with SQLite a file opened for reading. No row of any table is read.
/// TLS is used where the server offers it, unless the URL's `sslmode` says otherwise. MySQL's
/// `caching_sha2_password` needs TLS or a socket.
///
/// # Errors
/// See [`SchemaError`]. None holds the URL or its password.
pub async fn fetch_schema(
    url: &str,
    table: Option<&str>,
    limits: &Limits,
) -> Result<Schema, SchemaError> {
    let redactor = Redactor::new(url);
    let target = target::parse(url, &redactor)?;
    let table = table.map(str::trim).filter(|table| !table.is_empty());
    let table = table.map(str::to_owned);
    match target {
        Target::Postgres(options) => {
            within(limits, postgres::fetch(*options, table, *limits, redactor)).await
        }
        Target::MySql(options) => {
            within(limits, mysql::fetch(*options, table, *limits, redactor)).await
        }
        // It keeps the time itself: its thread must end as well.
        Target::Sqlite(path) => sqlite::fetch(path, table, *limits).await,
    }
}

/// Works in a task of its own: what is no database can break the library that talks to it.
/// Dropped, the task ends as well.
async fn within(
    limits: &Limits,
    fetch: impl Future<Output = Result<Schema, SchemaError>> + Send + 'static,
) -> Result<Schema, SchemaError> {
    let limit = limits.timeout;
    let mut task = JoinSet::new();
    task.spawn(fetch);
    match tokio::time::timeout(limit, task.join_next()).await {
        Ok(Some(Ok(schema))) => schema,
        Ok(Some(Err(_)) | None) => Err(SchemaError::Open(
            "what answers there does not speak as a database does".to_owned(),
        )),
        Err(_elapsed) => Err(SchemaError::Timeout { limit }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reached, reached};

    #[test]
    fn what_is_reached_is_what_is_connected_to() {
        let host = |host: &str| Some(Reached::Host(host.to_owned()));
        let file = |path: &str| Some(Reached::File(path.into()));
        for (url, expected) in [
            (
                "postgres://u:p@db.example.org:5432/x?y",
                host("db.example.org"),
            ),
            // What is connected to, and not what stands first.
            ("postgres://u@good.org/x?host=other.org", host("other.org")),
            (
                "postgres://u@good.org/x?hostaddr=10.0.0.1",
                host("10.0.0.1"),
            ),
            (
                "postgres://u@good.org/x?host=/run/postgresql",
                host("localhost"),
            ),
            (
                "mysql://u@good.org/x?socket=/run/mysqld.sock",
                host("localhost"),
            ),
            ("mysql://[::1]:3306/x", host("::1")),
            ("sqlite:/project/x.db", file("/project/x.db")),
            (
                "sqlite:///project/x%20y.db?mode=rwc",
                file("/project/x y.db"),
            ),
            ("file:../x.db", file("../x.db")),
            ("nonsense", None),
            ("sqlite::memory:", None),
        ] {
            assert_eq!(reached(url).ok(), expected, "{url}");
        }
    }
}
