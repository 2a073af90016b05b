//! A least time between requests, for providers that allow few of them.
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Hands out the moments at which requests may start.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    /// When the next request may start.
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    /// Waits until a request may start. A wait that is given up keeps its place all the same.
    pub(crate) async fn wait(&self, interval: Duration) {
        if interval.is_zero() {
            return;
        }
        let now = Instant::now();
        let start = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let start = next.map_or(now, |next| next.max(now));
            *next = Some(start + interval);
            start
        };
        sleep_until(start).await;
    }
}
