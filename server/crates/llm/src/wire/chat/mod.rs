//! OpenAI's Chat Completions, at OpenAI or any compatible server.
//! <https://platform.openai.com/docs/api-reference/chat-streaming>.
#[cfg(test)]
mod bad_input_tests;
mod body;
mod call_id;
mod counts;
mod decoder;
mod details;
mod kept;
mod messages;
#[cfg(test)]
mod round_trip_tests;
#[cfg(test)]
mod special_tests;
mod stop;
mod think_tags;
mod thinking;
mod types;

pub(crate) use body::body;
pub(crate) use decoder::Decoder;
pub(crate) use details::MAX_ITEMS as MAX_DETAILS;
