//! OpenAI's Responses.
//! <https://platform.openai.com/docs/api-reference/responses-streaming>.
mod answer;
mod body;
mod decoder;
mod input;
mod items;
mod types;

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
pub(crate) use items::{MAX_ITEMS, MAX_PARTS};
