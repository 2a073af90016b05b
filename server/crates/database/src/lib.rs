//! What tables a database has.
