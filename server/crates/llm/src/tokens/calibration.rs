//! What estimates are wrong by, learned from what a provider reports.

/// Estimates below this many tokens teach nothing: what a provider adds of its own would count.
const LEAST: u64 = 200;
/// How much the newest report counts.
const WEIGHT: f64 = 0.3;
/// What a single report may say: beyond, something else than text was counted.
const RANGE: (f64, f64) = (0.4, 2.5);

/// The ratio of reported to estimated tokens of one model. It begins at one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    ratio: Option<f64>,
}

impl Calibration {
    /// One that has learned nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { ratio: None }
    }

    /// Reported tokens for each estimated one.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio.unwrap_or(1.0)
    }

    /// Learns from a request whose input was estimated as so many tokens (before
    /// [`Calibration::apply`]), and was so many.
    pub fn learn(&mut self, estimated: u64, reported: u64) {
        if estimated < LEAST || reported == 0 {
            return;
        }
        let seen = (to_f64(reported) / to_f64(estimated)).clamp(RANGE.0, RANGE.1);
        self.ratio = Some(match self.ratio {
            Some(ratio) => ratio + WEIGHT * (seen - ratio),
            None => seen,
        });
    }

    /// A better estimate.
    #[must_use]
    pub fn apply(&self, estimated: u64) -> u64 {
        to_u64(to_f64(estimated) * self.ratio())
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Self::new()
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "no request has more tokens than 52 bits count"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and the number is not negative"
)]
fn to_u64(count: f64) -> u64 {
    count.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(reports: &[(u64, u64)]) -> f64 {
        let mut calibration = Calibration::new();
        for (estimated, reported) in reports {
            calibration.learn(*estimated, *reported);
        }
        calibration.ratio()
    }

    fn check(reports: &[(u64, u64)], expect: f64) {
        let ratio = after(reports);
        assert!((ratio - expect).abs() < 1e-9, "{reports:?}: {ratio}");
    }

    #[test]
    fn reports_make_estimates_better() {
        check(&[], 1.0);
        check(&[(1000, 1300)], 1.3);
        check(&[(1000, 1300), (1000, 1300)], 1.3);
        check(&[(1000, 1000), (1000, 2000)], 1.3);
        let mut calibration = Calibration::new();
        calibration.learn(1000, 1250);
        assert_eq!(calibration.apply(400), 500);
    }

    #[test]
    fn odd_reports_do_little() {
        check(&[(10, 500)], 1.0);
        check(&[(1000, 0)], 1.0);
        check(&[(1000, u64::MAX)], 2.5);
        check(&[(u64::MAX, 1)], 0.4);
        let mut calibration = Calibration::new();
        calibration.learn(1000, 2000);
        assert_eq!(calibration.apply(u64::MAX), u64::MAX);
    }

    #[test]
    fn the_ratio_converges() {
        let reports = [(1000, 1500); 40];
        let mut first = vec![(1000, 500)];
        first.extend(reports);
        assert!((after(&first) - 1.5).abs() < 1e-4);
    }
}
