//! Answers and the blocks in them.
