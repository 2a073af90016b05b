//! Where times, ids and chance come from, so that the machine itself is the same for the same input.

/// Gives times, ids and random numbers. Tests count; the server reads the clock.
pub trait Clock: Send + Sync {
    /// The time now, RFC 3339 in UTC.
    fn now(&self) -> String;

    /// A new UUIDv7.
    fn new_id(&self) -> String;

    /// Any number, so that many who wait do not come back at once; no secret depends on it.
    fn random(&self) -> u64;
}
