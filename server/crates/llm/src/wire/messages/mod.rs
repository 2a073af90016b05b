//! Anthropic's Messages.
//! <https://docs.anthropic.com/en/api/messages-streaming>.
mod body;
mod decoder;

/// The version of the format, sent with each request.
pub(crate) const VERSION: &str = "2023-06-01";

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
