//! The table of medians, as Markdown.
use crate::measure::{Samples, percentile};

/// What the reader should know before the numbers.
const HEAD: &str = "\
| | Aside | bare tower-lsp | ratio | reach |
| --- | ---: | ---: | ---: | ---: |
";

/// All rows.
pub(crate) fn render(aside: &Samples, floor: &Samples) -> String {
    let rows = [
        row(
            "spawn to `initialize` result",
            "ms",
            &aside.start,
            &floor.start,
            "10 ms",
        ),
        row(
            "memory with one idle session, after one turn (PSS)",
            "MiB",
            &aside.idle_memory,
            &floor.idle_memory,
            "12 MiB",
        ),
        row(
            "scripted turn, server warm",
            "ms",
            &aside.warm_turn,
            &floor.warm_turn,
            "15 ms",
        ),
        row(
            "scripted turn, headless, cold",
            "ms",
            &aside.cold_turn,
            &floor.cold_turn,
            "40 ms",
        ),
        row(
            "peak memory in that turn",
            "MiB",
            &aside.cold_peak,
            &floor.cold_peak,
            "20 MiB",
        ),
        row(
            "added time per streamed chunk, one each 10 ms, p50",
            "ms",
            &aside.chunk_p50,
            &floor.chunk_p50,
            "floor × 1.2",
        ),
        row(
            "the same, p99",
            "ms",
            &aside.chunk_p99,
            &floor.chunk_p99,
            "floor × 1.2",
        ),
        row(
            "processor time for 200 chunks",
            "ms",
            &aside.processor,
            &floor.processor,
            "40 ms",
        ),
        row(
            "2,000 chunks sent at once, until the last arrives",
            "ms",
            &aside.burst,
            &floor.burst,
            "60 ms",
        ),
        row(
            "first request of a turn, all tools offered",
            "bytes",
            &aside.first_request,
            &floor.first_request,
            "14 KB",
        ),
        row(
            "1,000 sessions of 200 items: `session/list`, p50",
            "ms",
            &aside.list_p50,
            &floor.list_p50,
            "",
        ),
        row(
            "the same, p99",
            "ms",
            &aside.list_p99,
            &floor.list_p99,
            "5 ms",
        ),
        row(
            "of these, the newest page of `session/items`, p50",
            "ms",
            &aside.items_p50,
            &floor.items_p50,
            "",
        ),
        row(
            "the same, p99",
            "ms",
            &aside.items_p99,
            &floor.items_p99,
            "5 ms",
        ),
    ];
    HEAD.to_owned() + &rows.concat()
}

fn row(name: &str, unit: &str, aside: &[f64], floor: &[f64], reach: &str) -> String {
    let aside = median(aside);
    if floor.is_empty() {
        // The bare server keeps nothing.
        return format!("| {name} | {aside:.2} {unit} | | | {reach} |\n");
    }
    let floor = median(floor);
    let ratio = aside / floor;
    let digits = match aside.min(floor) {
        value if value < 2.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!(
        "| {name} | {aside:.digits$} {unit} | {floor:.digits$} {unit} | {ratio:.1} | {reach} |\n"
    )
}

fn median(values: &[f64]) -> f64 {
    percentile(&mut values.to_vec(), 50)
}
