//! OpenAI's Chat Completions, at OpenAI or any compatible server.
//! <https://platform.openai.com/docs/api-reference/chat-streaming>.
mod body;
mod call_id;
mod decoder;
mod kept;
mod messages;
mod thinking;
mod types;

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
