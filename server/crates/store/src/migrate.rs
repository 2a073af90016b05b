//! Numbered migrations. The number of the format is SQLite's `user_version`.
use std::path::Path;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::error::{Result, StoreError};

/// Each brings the format from its index to the next number. Never change one that was
/// released; add another.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_init.sql"),
    include_str!("../migrations/0002_edits.sql"),
    include_str!("../migrations/0003_usage.sql"),
    include_str!("../migrations/0004_permissions.sql"),
    include_str!("../migrations/0005_audit.sql"),
    include_str!("../migrations/0006_session_servers.sql"),
    include_str!("../migrations/0007_steers.sql"),
    include_str!("../migrations/0008_search.sql"),
    include_str!("../migrations/0009_session_effort.sql"),
];

/// The newest format that this version knows.
pub(crate) const LATEST: i64 = MIGRATIONS.len() as i64;

/// The number of the database's format, 0 for a new one.
pub(crate) fn version(conn: &Connection) -> Result<i64> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Refuses a database that this version cannot read.
pub(crate) fn check_known(conn: &Connection, path: &Path) -> Result<()> {
    match version(conn)? {
        found if found > LATEST => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: LATEST,
        }),
        found if found < 0 => Err(StoreError::corrupt("its format number is negative")),
        _ => Ok(()),
    }
}

/// Brings the database to the newest format, each step whole or not at all.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<()> {
    if version(conn)? == LATEST {
        return Ok(());
    }
    for (number, sql) in (1..).zip(MIGRATIONS) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another server may have done this step, or all of them, while we waited.
        check_known(&tx, path)?;
        if version(&tx)? < number {
            tx.execute_batch(sql)
                .map_err(|error| failed(number, error))?;
            tx.pragma_update(None, "user_version", number)?;
            tx.commit()?;
        }
    }
    Ok(())
}

/// A table that is not there, or is there already, although the format says otherwise is damage.
/// A file without a format would be another program's.
fn failed(number: i64, error: rusqlite::Error) -> StoreError {
    // The whole text of the step would follow in the error's own message.
    let message = match &error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        rusqlite::Error::SqliteFailure(failure, Some(message))
            if failure.code == ErrorCode::Unknown =>
        {
            message
        }
        _ => return error.into(),
    };
    let message = format!("it cannot be brought to format {number}: {message}");
    match number {
        1 => StoreError::internal(message),
        _ => StoreError::corrupt(message),
    }
}
