//! Aside: the AI agent that lives beside your editor.
fn main() {}
