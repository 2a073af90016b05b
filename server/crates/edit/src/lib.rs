//! The edit engine: matching, minimal edits and hunks, without I/O.
//!
//! [`matching`] finds what a model means to replace, [`diff`] turns two texts into the smallest
//! line edits between them, and [`hunk`] shows these to people. [`changes`] follows a text that
//! goes on changing, [`merge`] brings two sides of one together, and [`review`] keeps an edit or
//! takes it back, hunk by hunk. Lines are LSP's everywhere: they end at LF, CR LF or a CR alone.
mod align;
pub mod blocks;
mod bounds;
pub mod changes;
pub mod diff;
pub mod hunk;
pub mod lines;
pub mod matching;
pub mod merge;
pub mod patch;
pub mod review;
pub mod stage;
pub mod whole;

pub use bounds::BOUNDS;
pub use stage::Stage;
