//! What the tests of all wire formats share.
use std::sync::Arc;

use super::collector::Collector;
use super::decoder;
use crate::failure::Failures;
use crate::sse::{MAX_EVENT_BYTES, Parser};
use crate::{Chunk, ModelRequest, ProviderConfig, Wire};

/// A collector as of provider `openai` at `http://test`.
pub(crate) fn collector(wire: Wire) -> Collector {
    let config = ProviderConfig::new(wire, "http://test", None);
    Collector::new(Failures::new(&config, None), config.origin())
}

/// Decodes the events (their types and data) and ends the stream; one line for each chunk, and
/// the error.
pub(crate) fn decode<K: AsRef<str>, D: AsRef<str>>(
    wire: Wire,
    events: impl IntoIterator<Item = (K, D)>,
) -> String {
    let mut out = collector(wire);
    let mut decoder = decoder(wire);
    for (kind, data) in events {
        if !out.is_done() {
            decoder.event(kind.as_ref(), data.as_ref(), &mut out);
        }
    }
    if !out.has_error() {
        decoder.end(&mut out);
    }
    out.finish();
    shown(&mut out)
}

/// Decodes a body that came in place of a stream.
pub(crate) fn decode_whole(wire: Wire, body: &str) -> String {
    let mut out = collector(wire);
    let mut decoder = decoder(wire);
    decoder.whole(body, &mut out);
    if !out.has_error() {
        decoder.end(&mut out);
    }
    out.finish();
    shown(&mut out)
}

/// Decodes the bytes of a stream, cut in two at `at`.
pub(crate) fn decode_split(wire: Wire, bytes: &[u8], at: usize) -> String {
    let mut out = collector(wire);
    let mut decoder = decoder(wire);
    let mut parser = Parser::new(MAX_EVENT_BYTES);
    for part in [&bytes[..at], &bytes[at..]] {
        let pushed = parser.push(part, |event| {
            if !out.is_done() {
                decoder.event(&event.kind, &event.data, &mut out);
            }
        });
        assert_eq!(pushed, Ok(()));
    }
    if !out.has_error() {
        decoder.end(&mut out);
    }
    out.finish();
    shown(&mut out)
}

/// Checks that a stream says the same wherever it is cut, and gives what it says.
pub(crate) fn decode_every_split(wire: Wire, bytes: &[u8]) -> String {
    let whole = decode_split(wire, bytes, bytes.len());
    for at in 0..bytes.len() {
        assert_eq!(decode_split(wire, bytes, at), whole, "cut at {at}");
    }
    whole
}

/// The body of a request as text.
pub(crate) fn body(request: &ModelRequest, config: &ProviderConfig) -> String {
    String::from_utf8(super::body(request, config).unwrap()).unwrap()
}

/// A request with a system prompt and no messages.
pub(crate) fn request() -> ModelRequest {
    ModelRequest {
        system: "Be brief.".into(),
        tools: Arc::from([]),
        ..ModelRequest::new("m")
    }
}

fn shown(out: &mut Collector) -> String {
    let chunks = out.take_chunks();
    let error = out.take_error();
    let lines = chunks.iter().map(|chunk| match chunk {
        Chunk::Text(text) => format!("text {text:?}\n"),
        Chunk::Reasoning(text) => format!("reasoning {text:?}\n"),
        Chunk::ToolCall {
            index,
            id,
            name,
            arguments,
        } => {
            let shown = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".into());
            format!("call {index} {} {} {arguments}\n", shown(id), shown(name))
        }
        Chunk::Opaque(place, opaque) => {
            format!("opaque {place:?} {} {}\n", opaque.origin, opaque.json)
        }
        Chunk::Note(text) => format!("note {text:?}\n"),
        Chunk::Usage(usage) => format!(
            "usage {} ({} read, {} written) {} ({} reasoning)\n",
            usage.input_tokens,
            usage.cached_input_tokens,
            usage.cache_write_tokens,
            usage.output_tokens,
            usage.reasoning_tokens
        ),
        Chunk::Stop(stop) => format!("stop {stop:?}\n"),
    });
    lines
        .chain(error.map(|error| format!("{:?}: {error}\n", error.kind)))
        .collect()
}
