//! When and how often a request is made again.
use std::time::Duration;

use crate::ModelError;

/// When and how often a request is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is made again.
    pub max_retries: u32,
    /// How long to wait before the first time; it doubles each time.
    pub base: Duration,
    /// How long to wait at most, also where the provider asks for more.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 5,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before the request is made again, or `None` if it is not. `made` counts
    /// the retries that were made; `random` is any number, for the jitter: half of the wait is
    /// left to it, so that many clients do not come back at once. What the provider asks for is
    /// the least that is waited; if that is more than `cap`, there is no retry.
    #[must_use]
    pub fn delay(&self, error: &ModelError, made: u32, random: u64) -> Option<Duration> {
        if !error.retryable || made >= self.max_retries {
            return None;
        }
        let doubled = self
            .base
            .saturating_mul(1_u32.checked_shl(made).unwrap_or(u32::MAX));
        let full = doubled.min(self.cap);
        let half = full / 2;
        let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
        let jitter = Duration::from_millis(random % spread.saturating_add(1));
        match error.retry_after {
            Some(asked) if asked > self.cap => None,
            // One that asks for no wait at all, again and again, would use up all tries at once.
            Some(asked) => Some((asked + jitter.min(asked / 10)).max(half + jitter)),
            None => Some(half + jitter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(retry_after: Option<u64>) -> ModelError {
        let mut error = ModelError::no_model(String::new());
        error.retryable = true;
        error.retry_after = retry_after.map(Duration::from_millis);
        error
    }

    #[test]
    fn waits_double_up_to_the_cap_and_end() {
        let policy = RetryPolicy {
            max_retries: 12,
            ..RetryPolicy::default()
        };
        let waits = |random: u64| -> Vec<u128> {
            (0..12)
                .map(|made| {
                    policy
                        .delay(&error(None), made, random)
                        .unwrap()
                        .as_millis()
                })
                .collect()
        };
        assert_eq!(
            waits(0),
            [
                250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 30000, 30000
            ]
        );
        assert_eq!(waits(250)[0], 500);
        for random in [1, 77, 1 << 40, u64::MAX] {
            for (at, wait) in waits(random).into_iter().enumerate() {
                let full = (500_u128 << at).min(60_000);
                assert!((full / 2..=full).contains(&wait), "{at}: {wait}");
            }
        }
        assert_eq!(policy.delay(&error(None), 12, 0), None);
    }

    #[test]
    fn the_provider_may_ask_for_more_but_not_for_ever() {
        let policy = RetryPolicy::default();
        let asked = |ms| policy.delay(&error(Some(ms)), 0, 0);
        assert_eq!(asked(1500), Some(Duration::from_millis(1500)));
        assert_eq!(asked(60_000), Some(Duration::from_secs(60)));
        assert_eq!(asked(60_001), None);
        assert_eq!(asked(0), Some(Duration::from_millis(250)));
        let last = policy.delay(&error(Some(1)), 4, 0);
        assert_eq!(last, Some(Duration::from_secs(4)));
        let mut fatal = error(None);
        fatal.retryable = false;
        assert_eq!(policy.delay(&fatal, 0, 0), None);
    }
}
