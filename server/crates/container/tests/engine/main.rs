//! Programs in containers of a true engine, which `cargo xtask containers` starts.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the helpers of tests may panic, print and write as tests do"
)]
mod life;
mod programs;
mod walls;
mod world;
