//! The built-in tools.

/// The built-in tools.
pub fn builtin() -> Vec<std::sync::Arc<dyn aside_agent::tool::Tool>> {
    Vec::new()
}
