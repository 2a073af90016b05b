//! The wire formats: how a request is written, and how an answer is read.
mod arguments;
pub(crate) mod chat;
pub(crate) mod collector;
pub(crate) mod gemini;
mod left_out;
mod lenient;
mod messages;
pub(crate) mod responses;
mod schema;
mod sendable;
pub(crate) mod stream;
#[cfg(test)]
pub(crate) mod testkit;
pub(crate) mod text_calls;

use collector::Collector;

use crate::{ModelRequest, ProviderConfig, Wire};

/// Reads one answer: takes its events in order and gives what they say to the collector. After
/// [`Collector::is_done`] it is given nothing more.
pub(crate) trait Decode: Send {
    /// Takes one event of the stream: its type, which is often empty, and its data.
    fn event(&mut self, kind: &str, data: &str, out: &mut Collector);

    /// Takes a JSON body that came in place of a stream: an error, or the whole answer.
    fn whole(&mut self, body: &str, out: &mut Collector);

    /// The stream is over. Gives out what was held back, where the answer came to its end.
    fn end(&mut self, out: &mut Collector);
}

/// Writes the body of a request. The same conversation always gives the same bytes.
pub(crate) fn body(
    request: &ModelRequest,
    config: &ProviderConfig,
) -> Result<Vec<u8>, serde_json::Error> {
    match config.wire {
        Wire::Chat => chat::body(request, config),
        Wire::Responses => responses::body(request, config),
        Wire::Messages => messages::body(request, config),
        Wire::Gemini => gemini::body(request, config),
    }
}

/// Reads the answer to a request.
pub(crate) fn decoder(wire: Wire) -> Box<dyn Decode> {
    match wire {
        Wire::Chat => Box::new(chat::Decoder::default()),
        Wire::Responses => Box::new(responses::Decoder::default()),
        Wire::Messages => Box::new(messages::Decoder::default()),
        Wire::Gemini => Box::new(gemini::Decoder::default()),
    }
}

/// Headers that a wire format wants with each request.
pub(crate) fn headers(wire: Wire) -> &'static [(&'static str, &'static str)] {
    match wire {
        Wire::Chat | Wire::Responses | Wire::Gemini => &[],
        Wire::Messages => &[("anthropic-version", messages::VERSION)],
    }
}

/// What a wire format wants in the URL of each request.
pub(crate) fn query(wire: Wire) -> &'static [(&'static str, &'static str)] {
    match wire {
        Wire::Chat | Wire::Responses | Wire::Messages => &[],
        Wire::Gemini => &[("alt", "sse")],
    }
}

/// What a wire format wants in the URL of the list of models: as many of them as it gives at once.
pub(crate) fn models_query(wire: Wire) -> &'static [(&'static str, &'static str)] {
    match wire {
        Wire::Chat | Wire::Responses => &[],
        Wire::Messages => &[("limit", "1000")],
        Wire::Gemini => &[("pageSize", "1000")],
    }
}
