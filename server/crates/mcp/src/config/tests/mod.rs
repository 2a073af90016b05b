//! Files of servers: read, and changed.
mod edit;
mod expand;
mod read;
