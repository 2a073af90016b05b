//! The bounds of what servers may send and how often they are started again, which settings may
//! change.
use std::time::Duration;

/// What is bounded, with the values that hold when no setting says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text and structured values kept of one result.
    pub result_bytes: usize,
    /// Bytes of base64 kept of the pictures and sounds of one result.
    pub media_bytes: usize,
    /// How long to wait before a server that ended by itself is started again; twice as long
    /// before each further time.
    pub restart_delay: Duration,
    /// How often in a row a server that ended by itself is started again.
    pub restarts: u32,
    /// A server that ran this long has not ended too often.
    pub stable_after: Duration,
    /// How long a server that failed is left alone before another use starts it again.
    pub retry_after: Duration,
    /// How long a server may take to end after its standard input closed, and again after it was
    /// asked to with SIGTERM.
    pub end_patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            result_bytes: 1024 * 1024,
            media_bytes: 8 * 1024 * 1024,
            restart_delay: Duration::from_millis(500),
            restarts: 3,
            stable_after: Duration::from_secs(60),
            retry_after: Duration::from_secs(10),
            end_patience: Duration::from_secs(2),
        }
    }
}
