//! What all tools that run programs share: what a command would do, what it prints, how that is
//! told, and which files it changed.
pub(crate) mod clean;
pub(crate) mod effects;
pub(crate) mod explained;
pub(crate) mod files;
pub(crate) mod follow;
pub(crate) mod told;
pub(crate) mod touched;
pub(crate) mod transcript;
