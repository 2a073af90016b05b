//! Anthropic's Messages.
//! <https://docs.anthropic.com/en/api/messages-streaming>.
mod block;
mod body;
mod decoder;
mod ids;
mod marks;
mod open;
mod schema;
mod thinking;
mod turns;
mod types;

/// The version of the format, sent with each request.
pub(crate) const VERSION: &str = "2023-06-01";

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
