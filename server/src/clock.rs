//! Times and ids: RFC 3339 in UTC with milliseconds, and UUIDv7, which sort by age.

/// The time now, such as `2026-01-31T12:00:00.000Z`.
pub fn now() -> String {
    text(jiff::Timestamp::now())
}

/// A time as all of them are stored, so that texts sort as times do.
pub fn text(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A fresh UUIDv7.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The clock that turns are given.
pub struct SystemClock;

impl aside_agent::clock::Clock for SystemClock {
    fn now(&self) -> String {
        now()
    }

    fn new_id(&self) -> String {
        new_id()
    }

    fn random(&self) -> u64 {
        // The second half of the id is random but for its first two bits.
        uuid::Uuid::now_v7().as_u64_pair().1 << 2
    }
}
