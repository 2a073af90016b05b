//! Sessions, turns, items and events in SQLite.
