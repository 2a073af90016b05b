//! The one entrance: whichever database it is, read within limits.
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
