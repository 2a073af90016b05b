//! Servers, in the hands of the client: those that others wrote, and those that behave badly.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "the helpers of tests may panic and print as tests do"
)]
mod common;
mod hostile;
mod http;
mod real;
