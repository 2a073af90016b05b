//! Which indentation stands for which.
