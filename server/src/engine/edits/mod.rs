//! Edits after they were made: shown hunk by hunk, kept, taken back, changed.
//!
//! A stored edit is two texts and how far each hunk is. What clients see is computed from it and
//! the file as it is now ([`view`]). What changes edits goes through one task ([`reviewer`]):
//!
//! ```text
//! request -> reviewer -> holds the sessions (their actors go on)
//!                     -> plans on a shelf, then has the host make it
//!                     -> has the actors record rows, events and notes, and lets go
//! ```
mod accept;
mod amend;
mod desk;
mod edit;
mod group;
mod list;
mod notes;
mod orphans;
mod reject;
pub mod reviewer;
pub mod revisions;
mod rewind;
mod select;
mod shelf;
mod steps;
pub mod stored;
#[cfg(test)]
mod tests;
mod undoing;
mod unrewind;
mod view;
mod work;
