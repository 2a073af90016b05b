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
mod format;
mod http;
mod lockstep;
mod long;
mod measure;
mod model;
mod place;
mod process;
mod search;
mod server;
mod table;

use measure::{Kind, Samples};

/// Rounds when no number is given.
const DEFAULT_ROUNDS: u32 = 7;

/// What is measured, as the second argument says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    /// Long answers alone.
    Long,
    /// Searching many files alone.
    Search,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rounds = match arguments.next() {
        None => DEFAULT_ROUNDS,
        Some(text) => text.parse().expect("the number of rounds"),
    };
    let part = match arguments.next().as_deref() {
        None => Part::All,
        Some("long") => Part::Long,
        Some("search") => Part::Search,
        Some(other) => panic!("{other} is nothing to measure; `long` and `search` are"),
    };
    if part == Part::All {
        println!("{}", beside_the_floor(rounds));
    }
    if part != Part::Search {
        print!("{}", long::table());
    }
    if part != Part::Long {
        print!("\n{}", search::table(rounds));
    }
}

fn beside_the_floor(rounds: u32) -> String {
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
    table::render(&aside, &floor)
}
