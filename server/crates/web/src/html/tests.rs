//! Pages and what becomes of them.
