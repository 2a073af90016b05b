//! Hunks are found again, kept and taken back while the text goes on changing.
