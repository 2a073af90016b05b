//! A model that sends each piece of its answer when the client has seen the one before: no two
//! are ever put together, and all the time that passes is the measured server's or the client's.
use std::io::{BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::format::{Events, Format, PIECE, What};
use crate::http::{END, HEAD, chunk, read_request};
use crate::process::pss;

/// How long a piece may take to be seen before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an answer is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) format: Format,
    pub(crate) what: What,
    /// How many pieces it has.
    pub(crate) pieces: usize,
}

/// The model. It answers the first request of each turn at length.
pub(crate) struct Lockstep {
    address: String,
    pid: Arc<AtomicU32>,
    memory: Receiver<f64>,
}

impl Lockstep {
    /// Starts it on a thread that ends with the process. The client sends how many bytes of the
    /// answer it saw, each time it sees some.
    pub(crate) fn start(answer: Answer) -> (Self, Sender<usize>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, seen) = channel();
        let (tell, memory) = channel();
        let pid = Arc::new(AtomicU32::new(0));
        let measured = Arc::clone(&pid);
        std::thread::spawn(move || {
            let mut requests = 0;
            let events = answer.format.events(answer.what, answer.pieces);
            for stream in listener.incoming().flatten() {
                // A connection that the client closes is over.
                let _ = serve(stream, answer, &mut requests, |stream| {
                    send(stream, &events, answer.pieces, &seen)?;
                    // The bench may be over already.
                    let _ = tell.send(pss(measured.load(Ordering::Relaxed)));
                    stream.write_all(&chunk(events.end.as_bytes()))
                });
            }
        });
        let model = Self {
            address: format!("http://{address}"),
            pid,
            memory,
        };
        (model, sender)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Says which server asks, before it does.
    pub(crate) fn measures(&self, pid: u32) {
        self.pid.store(pid, Ordering::Relaxed);
    }

    /// The server's memory right after the last piece of a long answer, in MiB.
    pub(crate) fn memory(&self) -> f64 {
        self.memory.recv().expect("an answer was sent")
    }
}

fn serve(
    mut stream: TcpStream,
    answer: Answer,
    requests: &mut usize,
    mut long: impl FnMut(&mut TcpStream) -> std::io::Result<()>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    while read_request(&mut reader)? {
        stream.write_all(HEAD)?;
        let of_turn = match answer.what {
            What::Text | What::Reasoning => 1,
            // What the call comes to is told in a second one.
            What::Arguments => 2,
        };
        let place = *requests % of_turn;
        *requests += 1;
        if place == 0 {
            long(&mut stream)?;
        } else {
            stream.write_all(&chunk(answer.format.short().as_bytes()))?;
        }
        stream.write_all(END)?;
    }
    Ok(())
}

fn send(
    stream: &mut TcpStream,
    events: &Events,
    pieces: usize,
    seen: &Receiver<usize>,
) -> std::io::Result<()> {
    // What the last answer ended with came after its last piece.
    while seen.try_recv().is_ok() {}
    if !events.begin.is_empty() {
        stream.write_all(&chunk(events.begin.as_bytes()))?;
    }
    let piece = chunk(events.piece.as_bytes());
    let mut missing = events.begun;
    for _ in 0..pieces {
        stream.write_all(&piece)?;
        missing += PIECE.len();
        while missing > 0 {
            let more = seen.recv_timeout(PATIENCE).expect("the client sees it");
            missing = missing.checked_sub(more).expect("nothing comes twice");
        }
    }
    Ok(())
}
