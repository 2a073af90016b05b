//! The task of a command: reads what it prints, and ends it when it must end.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::end::End;
use super::job::Job;
use super::spool::Spool;
use crate::command::clean::Cleaner;
use crate::command::explained::Confined;

/// How much a command may print before it is stopped.
pub(crate) const MAX_PRINTED_BYTES: u64 = 1024 * 1024 * 1024;
/// How much is read at once.
const READ_BYTES: usize = 32 * 1024;
/// How long a line without end may stand before it is shown.
const PAUSE: Duration = Duration::from_millis(200);
/// How long output is read on after the program has ended, where something holds it open.
const MAX_DRAIN: Duration = Duration::from_secs(2);

/// A program that was started.
pub(crate) struct Process {
    /// What it prints.
    pub(crate) output: Box<dyn AsyncRead + Send + Unpin>,
    /// Waits for its end, and says what is to be said of it beside. Dropping this ends it with all
    /// that it started.
    pub(crate) ended: BoxFuture<'static, (End, String)>,
    /// Says that it is to end now.
    pub(crate) stop: Box<dyn FnOnce() + Send>,
}

/// The bounds of one command.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// How long it may work.
    pub(crate) time: Duration,
    /// Where its whole output goes if it is long.
    pub(crate) scratch: PathBuf,
    /// The name of that file.
    pub(crate) spool: String,
    /// How much output is shown, in bytes.
    pub(crate) shown: usize,
    /// What confines it.
    pub(crate) confined: Confined,
}

/// What a command prints, on its way to whoever wants it.
struct Printed {
    job: Arc<Job>,
    cleaner: Cleaner,
    spool: Spool,
    name: String,
    bytes: u64,
}

/// Works until the command has ended.
pub(super) async fn run(job: Arc<Job>, process: Process, bounds: Bounds) {
    let Process {
        mut output,
        mut ended,
        stop,
    } = process;
    let mut printed = Printed {
        spool: Spool::new(&bounds.scratch, &bounds.spool),
        name: bounds.spool.clone(),
        cleaner: Cleaner::default(),
        bytes: 0,
        job: Arc::clone(&job),
    };
    let mut buffer = vec![0; READ_BYTES];
    let mut stop = Some(stop);
    let mut reason = None;
    let mut end = None;
    let deadline = tokio::time::sleep(bounds.time);
    tokio::pin!(deadline);
    let drained = tokio::time::sleep(Duration::MAX);
    tokio::pin!(drained);
    loop {
        let why = tokio::select! {
            biased;
            () = job.stopping().cancelled(), if reason.is_none() => End::Stopped,
            () = &mut deadline, if reason.is_none() => End::TimedOut(bounds.time.as_secs()),
            done = &mut ended, if end.is_none() => {
                end = Some(done);
                drained.as_mut().reset(tokio::time::Instant::now() + MAX_DRAIN);
                continue;
            }
            () = &mut drained, if end.is_some() => break,
            read = output.read(&mut buffer) => match read {
                Ok(0) | Err(_) => break,
                Ok(length) => {
                    printed.push(&buffer[..length]).await;
                    match printed.bytes > MAX_PRINTED_BYTES && reason.is_none() {
                        true => End::TooMuchOutput,
                        false => continue,
                    }
                }
            },
            () = tokio::time::sleep(PAUSE), if printed.cleaner.keeps_back() => {
                printed.pause().await;
                continue;
            }
        };
        reason = Some(why);
        if let Some(stop) = stop.take() {
            stop();
        }
    }
    printed.finish().await;
    let (end, notes) = match end {
        Some(end) => end,
        // It has closed its output and works on.
        None => tokio::select! {
            biased;
            () = job.stopping().cancelled(), if reason.is_none() => {
                reason = Some(End::Stopped);
                if let Some(stop) = stop.take() {
                    stop();
                }
                ended.await
            }
            () = &mut deadline, if reason.is_none() => {
                reason = Some(End::TimedOut(bounds.time.as_secs()));
                if let Some(stop) = stop.take() {
                    stop();
                }
                ended.await
            }
            end = &mut ended => end,
        },
    };
    // A command that ended by itself just before it was to be stopped did end by itself.
    let end = match (reason, end) {
        (Some(reason), End::Stopped) => reason,
        (Some(_) | None, end) => end,
    };
    job.finish(end, notes);
}

impl Printed {
    async fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let text = self.cleaner.push(bytes);
        self.give(&text).await;
    }

    async fn pause(&mut self) {
        let text = self.cleaner.pause();
        self.give(&text).await;
    }

    async fn finish(&mut self) {
        let text = self.cleaner.finish();
        self.give(&text).await;
        self.spool.finish().await;
    }

    async fn give(&mut self, text: &str) {
        if self.spool.is_waiting() && !text.is_empty() {
            match self.job.whole(text.len()) {
                Some(_) => {}
                // From here on something will be left out where it is shown.
                None => {
                    let before = self.job.whole(0).unwrap_or_default();
                    if self.spool.open().await {
                        self.spool.write(&before).await;
                        self.job.is_in(&self.name);
                    }
                }
            }
        }
        self.spool.write(text).await;
        self.job.push(text);
    }
}
