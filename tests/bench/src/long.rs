//! Long answers against short ones: what a piece costs and what is kept of it must not depend on
//! how many came before.
use std::time::Duration;

use crate::format::{Format, What};
use crate::lockstep::{Answer, Lockstep};
use crate::place::Place;
use crate::process::{peak, processor_time};
use crate::server::Server;

/// How many pieces come in all, in one answer or in many.
const PIECES: usize = 100_000;
/// How many answers they make: many short ones, or a long one.
const ANSWERS: [usize; 2] = [100, 1];

/// What the reader should know before the numbers.
const HEAD: &str = "\
| | time of a piece | ratio | processor time | ratio | memory after the last | peak of the turn | database |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
";

/// What answers of one length took. Times in microseconds for each piece, all of the turn
/// included; memory in MiB, with the first answer.
struct Figures {
    time: f64,
    processor: f64,
    memory: f64,
    peak: f64,
    database: f64,
}

/// Measures all formats and renders a table: the short answers, then the long one.
pub(crate) fn table() -> String {
    let mut table = HEAD.to_owned();
    for format in Format::ALL {
        for what in What::ALL {
            // Gemini's calls come whole.
            if (format, what) == (Format::Gemini, What::Arguments) {
                continue;
            }
            let name = format!("{}, {}", format.name(), what.name());
            let [short, long] = ANSWERS.map(|answers| measure(format, what, answers));
            let row = row(&name, &short, &long);
            eprint!("{row}");
            table += &row;
        }
    }
    table
}

fn measure(format: Format, what: What, answers: usize) -> Figures {
    let place = Place::new();
    let pieces = PIECES / answers;
    let (model, seen) = Lockstep::start(Answer {
        format,
        what,
        pieces,
    });
    let command = place.command_with(&format.settings(model.address()));
    let mut server = Server::launch(command, &place);
    server.seen = Some(seen);
    model.measures(server.pid());
    let (mut time, mut processor) = (Duration::ZERO, Duration::ZERO);
    let mut first = None;
    for _ in 0..answers {
        server.prepare();
        let before = processor_time(server.pid());
        time += server.turn();
        processor += processor_time(server.pid()) - before;
        let memory = model.memory();
        first.get_or_insert_with(|| (memory, peak(server.pid())));
    }
    let (memory, peak) = first.expect("at least one answer");
    let each = 1e6 / to_f64(PIECES);
    Figures {
        time: time.as_secs_f64() * each,
        processor: processor.as_secs_f64() * each,
        memory,
        peak,
        database: place.database_size() / 1024.0 / 1024.0,
    }
}

fn row(name: &str, short: &Figures, long: &Figures) -> String {
    let time = cell(short.time, long.time, "µs");
    let processor = cell(short.processor, long.processor, "µs");
    let memory = cell(short.memory, long.memory, "MiB");
    let peak = cell(short.peak, long.peak, "MiB");
    let database = cell(short.database, long.database, "MiB");
    let slower = long.time / short.time;
    let costlier = long.processor / short.processor;
    format!(
        "| {name} | {time} | {slower:.2} | {processor} | {costlier:.2} | {memory} | {peak} | {database} |\n"
    )
}

fn cell(short: f64, long: f64, unit: &str) -> String {
    let digits = usize::from(unit == "MiB");
    format!("{short:.digits$} → {long:.digits$} {unit}")
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a small number"))
}
