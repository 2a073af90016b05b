//! What a person who works on Aside runs daily.
fn main() {}
