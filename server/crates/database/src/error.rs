//! What can go wrong with a database, in words for the model and the user.
use std::time::Duration;

/// Tables that are proposed in the place of one that is not there.
pub(crate) const MAX_PROPOSED: usize = 30;

/// Why there is no schema. No message holds a password or the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The URL is none of a database that can be read.
    #[error(
        "The URL of the database cannot be used: {0}. Write one such as postgres://user@host/name, mysql://user@host/name or sqlite:/path/to/file.db."
    )]
    BadUrl(String),
    /// It cannot be connected to.
    #[error("The database cannot be opened: {0}.")]
    Open(String),
    /// It was connected to, and then failed.
    #[error("The database failed: {0}.")]
    Failed(String),
    /// The time limit passed.
    #[error("The database took longer than {} s. Ask for one table, or raise the limit.", limit.as_secs_f32())]
    Timeout {
        /// The limit.
        limit: Duration,
    },
    /// There is no such table.
    #[error("There is no table {table:?} in this database. {}", shown(there))]
    NoTable {
        /// The name that was asked for.
        table: String,
        /// Some that are there.
        there: Vec<String>,
    },
}

fn shown(there: &[String]) -> String {
    match there {
        [] => "It has none at all.".to_owned(),
        _ => format!("These are there: {}.", there.join(", ")),
    }
}

impl SchemaError {
    /// The error for a table that is not there, with the names most like it first.
    pub(crate) fn no_table(table: &str, mut there: Vec<String>) -> Self {
        let wanted = table.to_lowercase();
        let bare = wanted.rsplit('.').next().unwrap_or(&wanted).to_owned();
        there.sort_by_key(|name| {
            let name = name.to_lowercase();
            !(name.contains(&bare) || bare.contains(name.rsplit('.').next().unwrap_or(&name)))
        });
        there.truncate(MAX_PROPOSED);
        Self::NoTable {
            table: crate::schema::clipped(table),
            there,
        }
    }
}
