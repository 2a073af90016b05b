//! Where times and ids come from, so that the machine itself is the same for the same input.

/// Gives times and ids. Tests count; the server reads the clock.
pub trait Clock: Send + Sync {
    /// The time now, RFC 3339 in UTC.
    fn now(&self) -> String;

    /// A new UUIDv7.
    fn new_id(&self) -> String;
}
