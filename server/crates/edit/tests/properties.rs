//! What holds for all documents, edits and interleaved typing: nothing of the user's is lost,
//! and an edit is made or taken back exactly, or refused.
//!
//! Whatever the user types and whatever an edit writes has characters that are nowhere else, so
//! that all of it is found again. `PROPTEST_CASES` sets how many cases are tried.
#[path = "properties/changes.rs"]
mod changes;
#[path = "properties/merge.rs"]
mod merge;
#[path = "properties/model.rs"]
mod model;
#[path = "properties/review.rs"]
mod review;
#[path = "properties/rewind.rs"]
mod rewind;
