//! What the benches need of the inside of this crate. It is there with the feature `bench` alone,
//! and no part of the interface.
use crate::failure::Failures;
use crate::sse::{MAX_EVENT_BYTES, Parser};
use crate::wire::collector::Collector;
use crate::wire::{Decode, decoder};
use crate::{Chunk, ProviderConfig, Wire};

/// One answer that is being read.
pub struct Decoding {
    parser: Parser,
    decoder: Box<dyn Decode>,
    out: Collector,
}

impl Decoding {
    /// An answer of which nothing came yet.
    #[must_use]
    pub fn new(wire: Wire) -> Self {
        let config = ProviderConfig::new(wire, "http://127.0.0.1", None);
        Self {
            parser: Parser::new(MAX_EVENT_BYTES),
            decoder: decoder(wire),
            out: Collector::new(Failures::new(&config, None), config.origin()),
        }
    }

    /// Takes what one read of the network brought, and gives the chunks of it.
    pub fn read(&mut self, bytes: &[u8]) -> Vec<Chunk> {
        let Self {
            parser,
            decoder,
            out,
        } = self;
        // A read that is too long for one event gives no chunks, which the benches notice.
        let _ = parser.push(bytes, |event| {
            decoder.event(&event.kind, &event.data, out);
        });
        self.out.take_chunks()
    }
}
