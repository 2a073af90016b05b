//! Trust over real folders.
