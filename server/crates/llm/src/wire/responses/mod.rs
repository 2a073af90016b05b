//! OpenAI's Responses.
//! <https://platform.openai.com/docs/api-reference/responses-streaming>.
mod body;
mod decoder;

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
