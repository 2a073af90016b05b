//! Programs in containers.
