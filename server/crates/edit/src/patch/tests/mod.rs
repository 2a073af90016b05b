//! Patches and what comes out of them.
