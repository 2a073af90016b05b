//! Ctrl-C at `aside run`: the first one cancels the turn, the second one quits.
use std::io;
use std::process;
use std::thread;

use tokio::runtime;
use tokio::sync::mpsc;

use super::exit;
use super::terminal::{self, Style};

/// Watches for interrupts; the receiver gets the first, and the second ends the process.
///
/// They are watched on a thread of their own, so that none is missed and the second one quits
/// also while everything else waits, for a reader of the output that does not read, or a disk.
pub fn watch() -> io::Result<mpsc::Receiver<()>> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    let (sender, receiver) = mpsc::channel(1);
    let mut signals = {
        let _entered = runtime.enter();
        Signals::new()?
    };
    thread::Builder::new()
        .name("interrupts".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            runtime.block_on(async {
                signals.next().await;
                let _ = sender.try_send(());
                // Whoever should read it may not do so, and that must not keep this thread.
                drop(tokio::task::spawn_blocking(|| {
                    terminal::note("cancelling; press Ctrl-C again to quit at once", Style::Dim);
                }));
                signals.next().await;
            });
            process::exit(i32::from(exit::CANCELLED));
        })?;
    Ok(receiver)
}

/// Stack of the thread, which does next to nothing.
const STACK_BYTES: usize = 256 * 1024;

/// Ctrl-C and, where there are such, polite requests to end.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
