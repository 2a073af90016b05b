//! Measures the built server beside a bare one, in turns, and prints a table of medians.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench fails loudly, starts what it measures and prints what it found"
)]
mod crowd;
mod measure;
mod model;
mod place;
mod process;
mod server;
mod table;

use measure::{Kind, Samples};

/// Rounds when no number is given.
const DEFAULT_ROUNDS: u32 = 7;

fn main() {
    let rounds = match std::env::args().nth(1) {
        None => DEFAULT_ROUNDS,
        Some(text) => text.parse().expect("the number of rounds"),
    };
    let mut aside = Samples::default();
    let mut floor = Samples::default();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        // In turns, so that what else the machine does falls on both.
        floor.add_round(Kind::Floor);
        aside.add_round(Kind::Aside);
    }
    // Last, since writing that much keeps the disk busy for a while.
    eprintln!("{} sessions of {} items", crowd::SESSIONS, crowd::ITEMS);
    let crowd = crowd::Crowd::seed();
    for _ in 0..rounds {
        aside.add_crowd(&crowd);
    }
    print!("{}", table::render(&aside, &floor));
}
