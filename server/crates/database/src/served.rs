//! What the databases that are servers have in common: a connection that is opened for one
//! reading and closed after it.
use sqlx::{ConnectOptions, Connection};

use crate::target::Redactor;
use crate::{Schema, SchemaError};

/// Why a schema was not read.
pub(crate) enum Failure {
    /// The connection or the server failed. Its words may hold secrets of the URL.
    Sql(sqlx::Error),
    /// What was asked for is not there.
    Other(SchemaError),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

/// Opens a connection, reads and closes it. The wait is bounded by the one who asks.
pub(crate) async fn with<C: Connection>(
    options: C::Options,
    redactor: &Redactor,
    read: impl AsyncFnOnce(&mut C) -> Result<Schema, Failure>,
) -> Result<Schema, SchemaError> {
    // What a query holds is not for the log.
    let options = options.disable_statement_logging();
    let connection = C::connect_with(&options).await;
    let mut connection =
        connection.map_err(|error| SchemaError::Open(redactor.clean(&error.to_string())))?;
    let schema = read(&mut connection).await.map_err(|error| match error {
        Failure::Sql(error) => SchemaError::Failed(redactor.clean(&error.to_string())),
        Failure::Other(error) => error,
    });
    // The server ends its transaction by itself, whatever happens to the farewell.
    let _ = connection.close().await;
    schema
}
