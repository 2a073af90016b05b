//! What tables a database has: PostgreSQL, MySQL, MariaDB and SQLite, read and never written.
mod bounds;
mod error;
mod fetch;
mod markdown;
mod mysql;
mod postgres;
mod schema;
mod served;
mod sqlite;
mod target;

pub use bounds::BOUNDS;
pub use error::SchemaError;
pub use fetch::{Limits, Reached, fetch_schema, reached};
pub use schema::{Column, Engine, Index, Key, KeyKind, Schema, Table, TableKind};
