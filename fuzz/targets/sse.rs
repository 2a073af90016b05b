//! Server-sent events: the same ones, however the bytes are cut.
#![no_main]
#[allow(
    dead_code,
    reason = "the parser is private to its crate, and a part of it is used here"
)]
#[path = "../../server/crates/llm/src/sse.rs"]
mod sse;

use libfuzzer_sys::fuzz_target;
use sse::Parser;

/// Small, so that it is met.
const LIMIT: usize = 64;

fuzz_target!(|data: &[u8]| {
    let Some((&size, stream)) = data.split_first() else {
        return;
    };
    let whole = events(stream.chunks(stream.len().max(1)));
    let parts = events(stream.chunks(usize::from(size).max(1)));
    assert_eq!(whole, parts);
});

/// All events, and whether the stream was within its limit.
fn events<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<String>, bool) {
    let mut parser = Parser::new(LIMIT);
    let mut events = Vec::new();
    for chunk in chunks {
        let pushed = parser.push(chunk, |event| events.push(format!("{event:?}")));
        if pushed.is_err() {
            return (events, false);
        }
    }
    (events, true)
}
