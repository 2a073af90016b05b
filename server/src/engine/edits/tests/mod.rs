//! Reviews against the disk: edits are stored and made as a turn does it.
mod amend;
mod bench;
mod buffers;
mod large;
mod propose;
mod random;
mod reject;
mod rewind;
mod typing;
