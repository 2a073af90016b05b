//! Google's Gemini API (`streamGenerateContent`), which Vertex AI speaks too.
//! <https://ai.google.dev/api/generate-content>.
mod body;
mod contents;
mod decoder;
mod schema;
mod thinking;
mod types;

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
pub(crate) use schema::MAX_DEPTH;
