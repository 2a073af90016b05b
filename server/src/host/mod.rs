//! Files as the user sees them, where no editor is attached, and what every host shares.
pub mod disk;
pub mod roots;

pub use disk::DiskFiles;
pub use roots::{Roots, canonical_of_existing_part};
