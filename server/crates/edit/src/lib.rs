//! The edit engine: matching, minimal edits and hunks, without I/O.
