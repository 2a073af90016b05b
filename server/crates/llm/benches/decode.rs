//! What a chunk of an answer costs: short answers against long ones, in each wire format. If the
//! cost for an element grows with the number of elements, something is copied or searched that
//! should not be. What is kept in memory is told as well.
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a bench that cannot go on has nothing better to do"
)]
use std::hint::black_box;
use std::time::Duration;

use aside_llm::bench::Decoding;
use aside_llm::{Chunk, Wire};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// How many events an answer has.
const LENGTHS: [usize; 3] = [1_000, 10_000, 100_000];
/// What each of them brings.
const PIECE: &str = "some words ";

/// What is streamed.
#[derive(Clone, Copy)]
enum What {
    Text,
    Arguments,
}

/// The bytes that an answer begins with, and those of which the rest of it is made.
fn stream(wire: Wire, what: What) -> (String, String) {
    let event = |kind: &str, data: String| format!("event: {kind}\ndata: {data}\n\n");
    match (wire, what) {
        (Wire::Chat, What::Text) => {
            let piece = format!(
                r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{"content":"{PIECE}"}}}}]}}"#
            );
            (String::new(), format!("data: {piece}\n\n"))
        }
        (Wire::Chat, What::Arguments) => {
            let call = |rest: &str| {
                format!(
                    "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,{rest}}}]}}}}]}}\n\n"
                )
            };
            (
                call(r#""id":"call_1","type":"function","function":{"name":"f","arguments":""}"#),
                call(&format!(r#""function":{{"arguments":"{PIECE}"}}"#)),
            )
        }
        (Wire::Responses, What::Text) => {
            let item = r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}}"#;
            let part = r#"{"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#;
            let begin = event("response.output_item.added", item.into())
                + &event("response.content_part.added", part.into());
            let kind = "response.output_text.delta";
            let delta = format!(
                r#"{{"type":"{kind}","item_id":"msg_1","output_index":0,"content_index":0,"delta":"{PIECE}"}}"#
            );
            (begin, event(kind, delta))
        }
        (Wire::Responses, What::Arguments) => {
            let item = r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":""}}"#;
            let kind = "response.function_call_arguments.delta";
            let delta = format!(
                r#"{{"type":"{kind}","item_id":"fc_1","output_index":0,"delta":"{PIECE}"}}"#
            );
            (
                event("response.output_item.added", item.into()),
                event(kind, delta),
            )
        }
        (Wire::Messages, What::Text) => {
            let begin = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
            let delta = format!(
                r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{PIECE}"}}}}"#
            );
            (
                event("content_block_start", begin.into()),
                event("content_block_delta", delta),
            )
        }
        (Wire::Messages, What::Arguments) => {
            let begin = r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}"#;
            let delta = format!(
                r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"input_json_delta","partial_json":"{PIECE}"}}}}"#
            );
            (
                event("content_block_start", begin.into()),
                event("content_block_delta", delta),
            )
        }
        // Gemini sends calls whole: its arguments are never in pieces.
        (Wire::Gemini, What::Text | What::Arguments) => {
            let piece = format!(
                r#"{{"candidates":[{{"content":{{"role":"model","parts":[{{"text":"{PIECE}"}}]}},"index":0}}]}}"#
            );
            (String::new(), format!("data: {piece}\n\n"))
        }
    }
}

/// Decodes an answer of so many events, each of which comes in a read of its own.
fn decode(wire: Wire, (begin, piece): &(String, String), events: usize) -> Decoding {
    let mut decoding = Decoding::new(wire);
    let mut length = decoding
        .read(begin.as_bytes())
        .iter()
        .map(text)
        .sum::<usize>();
    for _ in 0..events {
        let chunks = black_box(decoding.read(piece.as_bytes()));
        length += chunks.iter().map(text).sum::<usize>();
    }
    assert_eq!(
        length,
        events * PIECE.len(),
        "something is lost in {}",
        wire.word()
    );
    decoding
}

fn text(chunk: &Chunk) -> usize {
    match chunk {
        Chunk::Text(text) => text.len(),
        Chunk::ToolCall { arguments, .. } => arguments.len(),
        Chunk::Reasoning(_)
        | Chunk::Opaque(..)
        | Chunk::Note(_)
        | Chunk::Usage(_)
        | Chunk::Stop(_) => 0,
    }
}

/// The memory of this process in KB, where the system says.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Says how much memory an answer keeps while it is read.
fn keeps(name: &str, wire: Wire, stream: &(String, String)) {
    let [short, .., long] = LENGTHS;
    let _warm = decode(wire, stream, short);
    let before = memory();
    let _kept = decode(wire, stream, long);
    if let Some((before, after)) = before.zip(memory()) {
        let grown = after.saturating_sub(before);
        eprintln!("{name}: {long} events left {grown} KB in memory");
    }
}

fn bench(criterion: &mut Criterion) {
    for wire in Wire::ALL {
        for (what, word) in [(What::Text, "text"), (What::Arguments, "arguments")] {
            if matches!((wire, what), (Wire::Gemini, What::Arguments)) {
                continue;
            }
            let stream = stream(wire, what);
            let name = format!("{}, {word}", wire.word());
            keeps(&name, wire, &stream);
            let mut group = criterion.benchmark_group(name);
            for events in LENGTHS {
                group.throughput(Throughput::Elements(events as u64));
                group.bench_function(format!("{events} events"), |bencher| {
                    bencher.iter_batched(
                        || (),
                        |()| decode(wire, &stream, events),
                        BatchSize::PerIteration,
                    );
                });
            }
            group.finish();
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = bench
}
criterion_main!(benches);
