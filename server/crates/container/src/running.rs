//! A program that runs in a container.
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::bounds::PIPE_BYTES;
use crate::container::{Use, remove};
use crate::engine::{Engine, ask};
use crate::run::{self, Streams};

/// How often the engine is asked for the code of a program whose output has ended.
const CODE_TRIES: usize = 40;
/// Between two of these.
const CODE_WAIT: Duration = Duration::from_millis(50);
/// How long killed programs may take to be gone, before their container is removed.
const KILLED: Duration = Duration::from_secs(5);
/// What a shell says of a program that was killed.
const KILLED_CODE: i32 = 137;

pub(crate) type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;

/// A program that runs. Dropping it ends the program with all that it started.
#[derive(Debug)]
pub struct Running {
    stdout: Option<Reader>,
    stderr: Option<Reader>,
    done: oneshot::Receiver<Option<i32>>,
    /// What came from there.
    code: Option<Option<i32>>,
    exit: Option<Exit>,
    is_stopped: bool,
    // Nothing but while it is being dropped.
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    engine: Arc<Engine>,
    container: Use,
    mark: String,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// What it returned; of a program that a signal ended 128 and the signal's number.
    pub code: i32,
    /// Why it ended, as far as that is known.
    pub why: Why,
    /// Protected paths that are not what they were when the container was made: it made them, or
    /// moved the folder that they are in.
    pub changed: Vec<PathBuf>,
}

/// Why a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// By itself, or by a signal.
    Itself,
    /// [`Running::stop`] ended it.
    Stopped,
    /// It was killed: its container's memory ran out, the container was removed, or somebody did.
    Killed,
}

/// One stream of output, as bytes.
#[derive(Debug)]
pub struct Reader(DuplexStream);

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Running {
    pub(crate) fn new(
        engine: Arc<Engine>,
        container: Use,
        mark: String,
        exec: String,
        output: Output,
        feed: JoinHandle<()>,
        streams: Streams,
    ) -> Self {
        let (stdout, writer) = tokio::io::duplex(PIPE_BYTES);
        let (stderr, errors) = match streams {
            Streams::Merged => (None, None),
            Streams::Separate => {
                let (stderr, writer) = tokio::io::duplex(PIPE_BYTES);
                (Some(Reader(stderr)), Some(writer))
            }
        };
        let (tell, done) = oneshot::channel();
        let asked = Arc::clone(&engine);
        tokio::spawn(async move {
            pump(output, writer, errors).await;
            feed.abort();
            let code = code(&asked, &exec).await;
            // Nobody may be interested any more.
            let _ = tell.send(code);
        });
        Self {
            stdout: Some(Reader(stdout)),
            stderr,
            done,
            code: None,
            exit: None,
            is_stopped: false,
            held: Some(Held {
                engine,
                container,
                mark,
            }),
        }
    }

    /// Standard output, and standard error with it if they are merged. `None` when it was taken
    /// before.
    pub fn take_stdout(&mut self) -> Option<Reader> {
        self.stdout.take()
    }

    /// Standard error, if it comes separately. `None` when it was taken before.
    pub fn take_stderr(&mut self) -> Option<Reader> {
        self.stderr.take()
    }

    /// Waits until the program has ended, and with it all that it started. May be cancelled and
    /// called again. Read the output meanwhile: a program whose output nobody reads waits.
    pub async fn wait(&mut self) -> Exit {
        if let Some(exit) = &self.exit {
            return exit.clone();
        }
        self.end_of_output().await;
        let code = self.code.flatten();
        let held = self.held.take();
        let changed = match held {
            Some(held) => changed(held).await,
            None => Vec::new(),
        };
        let why = match code {
            _ if self.is_stopped => Why::Stopped,
            None | Some(KILLED_CODE) => Why::Killed,
            Some(_) => Why::Itself,
        };
        let exit = Exit {
            code: code.unwrap_or(KILLED_CODE),
            why,
            changed,
        };
        self.exit = Some(exit.clone());
        exit
    }

    /// Asks the program, and all that it started, to end; kills them after `grace`. Returns when
    /// nothing is left. Where no other program runs in the container, it is removed, so that
    /// nothing can hide in it.
    pub async fn stop(&mut self, grace: Duration) -> Exit {
        if let Some(exit) = &self.exit {
            return exit.clone();
        }
        self.is_stopped = true;
        // Nobody may be reading, and then it would wait with its last words.
        let read = (self.stdout.take(), self.stderr.take());
        drop(read);
        if let Some(held) = &self.held {
            let asked = run::signal(&held.engine, &held.container, &held.mark, "TERM");
            let asked = tokio::time::timeout(grace, asked).await;
            if matches!(asked, Ok(Ok(()))) {
                let _ = tokio::time::timeout(grace, self.end_of_output()).await;
            }
        }
        if let Some(held) = &self.held {
            held.end().await;
        }
        // Whoever took the output may not be reading it, and then it does not end.
        if tokio::time::timeout(KILLED, self.end_of_output())
            .await
            .is_err()
        {
            self.code = Some(None);
        }
        self.wait().await
    }

    /// May be cancelled and called again.
    async fn end_of_output(&mut self) {
        if self.code.is_none() {
            self.code = Some((&mut self.done).await.ok().flatten());
        }
    }
}

impl Held {
    /// Kills all that is left, or removes the container.
    async fn end(&self) {
        let Held {
            engine,
            container,
            mark,
        } = self;
        if container.0.retire_if(1, None) {
            remove(engine, &container.0.id).await;
            return;
        }
        let killed = tokio::time::timeout(KILLED, run::signal(engine, container, mark, "KILL"));
        if !matches!(killed.await, Ok(Ok(()))) {
            container.0.retire();
            remove(engine, &container.0.id).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        // Without a runtime the server is ending, and containers end with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { held.end().await });
        }
    }
}

/// Passes output on until it ends. Where nobody reads it any more it is thrown away.
async fn pump(mut output: Output, mut stdout: DuplexStream, mut stderr: Option<DuplexStream>) {
    while let Some(Ok(piece)) = output.next().await {
        let (is_error, bytes) = match piece {
            LogOutput::StdErr { message } => (true, message),
            LogOutput::StdOut { message } | LogOutput::Console { message } => (false, message),
            LogOutput::StdIn { .. } => continue,
        };
        let writer = match &mut stderr {
            Some(stderr) if is_error => stderr,
            Some(_) | None => &mut stdout,
        };
        let _ = writer.write_all(&bytes).await;
    }
}

/// What the program returned; nothing where the engine does not know.
async fn code(engine: &Engine, exec: &str) -> Option<i32> {
    for _ in 0..CODE_TRIES {
        let asked = ask(
            "Asking how a program ended",
            engine.docker.inspect_exec(exec),
        );
        let state = asked.await.ok()?;
        if state.running != Some(true) {
            let code = state.exit_code?;
            return i32::try_from(code).ok();
        }
        tokio::time::sleep(CODE_WAIT).await;
    }
    None
}

async fn changed(held: Held) -> Vec<PathBuf> {
    let layout = held.container.0.layout.clone();
    drop(held);
    let looked = tokio::task::spawn_blocking(move || layout.changed()).await;
    looked.unwrap_or_default()
}
