//! From the events of a stream to chunks.
use crate::wire::Decode;
use crate::wire::collector::Collector;

/// Reads one answer.
#[derive(Debug, Default)]
pub(crate) struct Decoder;

impl Decode for Decoder {
    fn event(&mut self, _kind: &str, data: &str, out: &mut Collector) {
        out.fail_provider(data);
    }

    fn whole(&mut self, body: &str, out: &mut Collector) {
        out.fail_provider(body);
    }

    fn end(&mut self, _out: &mut Collector) {}
}
