//! Google's Gemini API (`streamGenerateContent`).
//! <https://ai.google.dev/api/generate-content>.
mod body;
mod decoder;

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
