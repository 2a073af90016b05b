//! How many tokens a text or a request has: exactly where the tokenizer is public, estimated
//! elsewhere, and the estimate made better by what providers report.
mod calibration;
mod estimate;
mod exact;
#[cfg(test)]
mod exact_tests;
mod hash;
mod merge;
mod request;
mod table;

pub use calibration::Calibration;
pub use estimate::estimate;
pub use exact::Counter;
pub(crate) use exact::WINDOW;
pub(crate) use request::count_request;
