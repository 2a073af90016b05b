//! What is read of servers, without one.
mod lists;
mod messages;
mod names;
mod results;
mod schemas;

use proptest::test_runner::{Config, RngSeed};

/// Cases that are the same in every run.
pub(crate) fn config() -> Config {
    Config {
        rng_seed: RngSeed::Fixed(20_260_701),
        failure_persistence: None,
        ..Config::default()
    }
}
