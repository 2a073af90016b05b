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

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// When each of `count` requests that come at once may start.
    async fn starts(pacer: &Pacer, interval: Duration, count: usize) -> Vec<Duration> {
        let begin = Instant::now();
        let waits = (0..count).map(|_| async {
            pacer.wait(interval).await;
            begin.elapsed()
        });
        let mut starts = futures_util::future::join_all(waits).await;
        starts.sort();
        starts
    }

    // The clock stands still but for the waits themselves.
    #[tokio::test(start_paused = true)]
    async fn requests_start_no_closer_than_the_interval() {
        let pacer = Pacer::default();
        let expected = [Duration::ZERO, SECOND, 2 * SECOND];
        assert_eq!(starts(&pacer, SECOND, 3).await, expected);
        // The next one waits for the last one's interval, and after a pause nothing is waited.
        assert_eq!(starts(&pacer, SECOND, 1).await, [SECOND]);
        tokio::time::advance(5 * SECOND).await;
        assert_eq!(starts(&pacer, SECOND, 2).await, [Duration::ZERO, SECOND]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_interval_nothing_waits() {
        let pacer = Pacer::default();
        assert_eq!(starts(&pacer, Duration::ZERO, 3).await, [Duration::ZERO; 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_given_up_keeps_its_place() {
        let pacer = Pacer::default();
        pacer.wait(SECOND).await;
        assert!(
            tokio::time::timeout(SECOND / 2, pacer.wait(SECOND))
                .await
                .is_err()
        );
        assert_eq!(starts(&pacer, SECOND, 1).await, [2 * SECOND - SECOND / 2]);
    }
}
