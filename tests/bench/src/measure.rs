//! What is measured, once for each kind of server in each round.
use std::io::Read;
use std::process::Child;
use std::time::{Duration, Instant};

use aside_script::Gate;

use crate::crowd::Crowd;
use crate::model::{Pace, Stamped, scripted};
use crate::place::Place;
use crate::process::{peak, processor_time, pss};
use crate::server::Server;

/// Turns from start to end, without an editor, in each round.
const COLD_TURNS: usize = 5;
/// Turns before a server counts as warm.
const WARM_UP: usize = 3;
/// Turns measured in each round once it is warm.
const WARM_TURNS: usize = 10;
/// Starts measured in each round.
const STARTS: usize = 5;
/// Pieces of a slow stream.
const SLOW: usize = 200;
/// Pieces of a burst.
const BURST: usize = 2000;
/// The pace of a slow stream.
const PAUSE: Duration = Duration::from_millis(10);

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The built server.
    Aside,
    /// The bare one.
    Floor,
}

/// All samples of one program. Times in milliseconds, memory in MiB.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    pub(crate) start: Vec<f64>,
    pub(crate) idle_memory: Vec<f64>,
    pub(crate) warm_turn: Vec<f64>,
    pub(crate) cold_turn: Vec<f64>,
    pub(crate) cold_peak: Vec<f64>,
    /// Of each round.
    pub(crate) chunk_p50: Vec<f64>,
    /// Of each round.
    pub(crate) chunk_p99: Vec<f64>,
    pub(crate) processor: Vec<f64>,
    pub(crate) burst: Vec<f64>,
    /// In bytes.
    pub(crate) first_request: Vec<f64>,
    /// Of each round, as are those below.
    pub(crate) list_p50: Vec<f64>,
    pub(crate) list_p99: Vec<f64>,
    pub(crate) items_p50: Vec<f64>,
    pub(crate) items_p99: Vec<f64>,
}

impl Samples {
    /// Measures everything once.
    pub(crate) fn add_round(&mut self, kind: Kind) {
        for _ in 0..STARTS {
            let place = Place::new();
            let server = Server::start(kind, &place, "http://127.0.0.1:9/v1");
            self.start.push(milliseconds(server.started_in));
        }
        self.add_turns(kind);
        for _ in 0..COLD_TURNS {
            self.add_cold_turn(kind);
        }
        self.add_cold_peak(kind);
        self.add_slow_stream(kind);
        self.add_burst(kind);
    }

    /// Reads a database with many sessions.
    pub(crate) fn add_crowd(&mut self, crowd: &Crowd) {
        let (list, items) = crowd.measure();
        let mut list: Vec<f64> = list.into_iter().map(milliseconds).collect();
        let mut items: Vec<f64> = items.into_iter().map(milliseconds).collect();
        self.list_p50.push(percentile(&mut list, 50));
        self.list_p99.push(percentile(&mut list, 99));
        self.items_p50.push(percentile(&mut items, 50));
        self.items_p99.push(percentile(&mut items, 99));
    }

    fn add_turns(&mut self, kind: Kind) {
        let place = Place::new();
        let model = scripted(None);
        let mut server = Server::start(kind, &place, &model.url());
        server.open_document();
        for number in 0..WARM_UP + WARM_TURNS {
            server.prepare();
            let took = server.turn();
            if number == 0 {
                self.idle_memory.push(pss(server.pid()));
                let first = model.requests()[0].raw.len();
                self.first_request.push(to_f64(first));
            }
            if number >= WARM_UP {
                self.warm_turn.push(milliseconds(took));
            }
        }
    }

    fn add_cold_turn(&mut self, kind: Kind) {
        let place = Place::new();
        let model = scripted(None);
        let start = Instant::now();
        let child = headless(kind, &place, &model.url());
        wait(child, &place);
        self.cold_turn.push(milliseconds(start.elapsed()));
        check_edited(&place);
    }

    /// The same turn, held just before its end to look at the memory.
    fn add_cold_peak(&mut self, kind: Kind) {
        let place = Place::new();
        let gate = Gate::new();
        let model = scripted(Some(gate.clone()));
        let child = headless(kind, &place, &model.url());
        reach(&gate);
        self.cold_peak.push(peak(child.id()));
        gate.open();
        wait(child, &place);
        check_edited(&place);
    }

    fn add_slow_stream(&mut self, kind: Kind) {
        let place = Place::new();
        let model = Stamped::start(SLOW, Pace::Each(PAUSE));
        let mut server = Server::start(kind, &place, model.url());
        server.prepare();
        let before = processor_time(server.pid());
        server.turn();
        let after = processor_time(server.pid());
        self.processor.push(milliseconds(after - before));
        let sent = model.stamps();
        let mut added: Vec<f64> = server
            .arrivals(SLOW)
            .into_iter()
            .zip(sent)
            .map(|(came, sent)| milliseconds(came.saturating_duration_since(sent)))
            .collect();
        self.chunk_p50.push(percentile(&mut added, 50));
        self.chunk_p99.push(percentile(&mut added, 99));
    }

    fn add_burst(&mut self, kind: Kind) {
        let place = Place::new();
        let model = Stamped::start(BURST, Pace::AtOnce);
        let mut server = Server::start(kind, &place, model.url());
        server.prepare();
        server.turn();
        let sent = model.stamps();
        let last = server.arrivals(BURST)[BURST - 1];
        self.burst.push(milliseconds(last - sent[0]));
    }
}

/// Waits until the model stands at the gate.
fn reach(gate: &Gate) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(gate.reached());
}

fn headless(kind: Kind, place: &Place, model_url: &str) -> Child {
    let mut command = place.command(kind, model_url);
    command.arg("run");
    if kind == Kind::Aside {
        command.args(["--permission-mode", "acceptEdits"]);
    }
    command.arg("Raise the value.").stderr(place.stderr());
    command.spawn().expect("the program starts")
}

fn wait(mut child: Child, place: &Place) {
    drop(child.stdin.take());
    let mut said = Vec::new();
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_to_end(&mut said).expect("its output");
    let status = child.wait().expect("its end");
    assert!(
        status.success(),
        "{status}: {}{}",
        String::from_utf8_lossy(&said),
        place.said_on_stderr()
    );
}

fn check_edited(place: &Place) {
    let text = std::fs::read_to_string(place.file()).expect("the file");
    assert!(text.contains("value 1\n"), "the turn edited nothing");
}

/// The value below which so many of a hundred lie.
pub(crate) fn percentile(values: &mut [f64], hundredths: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() * hundredths / 100).min(values.len() - 1);
    values[index]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a small number"))
}
