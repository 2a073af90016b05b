//! End-to-end tests that drive the built server over stdio.
