//! The process's standard input and output as asynchronous streams, one thread each.
//!
//! The threads read and write in the ordinary blocking way, so the flags of the descriptors,
//! which other processes may share, stay as they are. Against `tokio::io::stdin` this saves one
//! hop through the blocking pool per read and write. What the system takes at once does not go
//! through the output's thread at all, see [`direct`].

mod direct;

use std::fs::File;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub(super) use direct::Direct;

/// Bytes that wait between a thread and its stream.
const BUFFERED_BYTES: usize = 64 * 1024;

/// Bytes asked from the operating system at a time.
const READ_BYTES: usize = 16 * 1024;

/// The stack of each thread, which holds little more than a call into the system.
const STACK_BYTES: usize = 128 * 1024;

/// Standard input and output. To be called once: bytes read by one input are lost to another.
pub(crate) fn stdio() -> io::Result<(Input, Output)> {
    let output = own_stdout()?;
    let direct = Direct::new(&output);
    Ok((Input::new(own_stdin()?)?, Output::new(output, direct)?))
}

// Through descriptors of our own: the handles of `std` would buffer once more, by lines.
#[cfg(unix)]
fn own_stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(unix)]
fn own_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own_stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

#[cfg(windows)]
fn own_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

/// What a thread has read, as a stream.
#[derive(Debug)]
pub(crate) struct Input {
    shared: Arc<Shared>,
}

/// What a thread will write, as a stream. `flush` does not wait, as the thread never holds
/// anything back; `shutdown` waits until all is written.
#[derive(Debug)]
pub(crate) struct Output {
    shared: Arc<Shared>,
    direct: Direct,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Tells the thread that the stream has changed something.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes that were put in and not yet taken, from `start` on.
    bytes: Vec<u8>,
    start: usize,
    /// The output's thread is writing what it has taken.
    writing: bool,
    /// The stream is dropped.
    abandoned: bool,
    /// The thread is done: at the end, or with an error.
    ended: Option<io::ErrorKind>,
    /// The task that waits for the thread.
    waker: Option<Waker>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn abandon(&self) {
        self.lock().abandoned = true;
        self.changed.notify_one();
    }

    fn end(&self, kind: io::ErrorKind) {
        let waker = {
            let mut state = self.lock();
            state.ended = Some(kind);
            state.writing = false;
            state.waker.take()
        };
        wake(waker);
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Input {
    /// A stream over a source that blocks.
    pub(super) fn new(source: impl Read + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("stdin".into())
            .stack_size(STACK_BYTES);
        thread.spawn(move || theirs.end(read_all(source, &theirs)))?;
        Ok(Self { shared })
    }
}

/// Reads to the end, which is `UnexpectedEof`, or to an error.
fn read_all(mut source: impl Read, shared: &Shared) -> io::ErrorKind {
    let mut chunk = vec![0; READ_BYTES];
    loop {
        let length = match source.read(&mut chunk) {
            Ok(0) => return io::ErrorKind::UnexpectedEof,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return error.kind(),
        };
        let waker = {
            let mut state = shared.lock();
            state.bytes.extend_from_slice(&chunk[..length]);
            state.waker.take()
        };
        wake(waker);
        let mut state = shared.lock();
        while state.bytes.len() - state.start >= BUFFERED_BYTES && !state.abandoned {
            state = shared.wait(state);
        }
        if state.abandoned {
            return io::ErrorKind::UnexpectedEof;
        }
    }
}

impl AsyncRead for Input {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.shared.lock();
        let waiting = state.bytes.len() - state.start;
        if waiting == 0 {
            return match state.ended {
                Some(io::ErrorKind::UnexpectedEof) => Poll::Ready(Ok(())),
                Some(kind) => Poll::Ready(Err(kind.into())),
                None => {
                    state.waker = Some(cx.waker().clone());
                    Poll::Pending
                }
            };
        }
        let length = waiting.min(buffer.remaining());
        let start = state.start;
        buffer.put_slice(&state.bytes[start..start + length]);
        state.start += length;
        if state.start == state.bytes.len() {
            state.bytes.clear();
            state.start = 0;
        }
        if waiting >= BUFFERED_BYTES {
            self.shared.changed.notify_one();
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.shared.abandon();
    }
}

impl Output {
    /// A stream over a sink that blocks, with a second way to the same sink that does not.
    pub(super) fn new(sink: impl Write + Send + 'static, direct: Direct) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("stdout".into())
            .stack_size(STACK_BYTES);
        thread.spawn(move || theirs.end(write_all(sink, &theirs)))?;
        Ok(Self { shared, direct })
    }
}

/// Writes until the stream is dropped, which is `UnexpectedEof`, or to an error.
fn write_all(mut sink: impl Write, shared: &Shared) -> io::ErrorKind {
    let mut chunk = Vec::new();
    loop {
        let waker = {
            let mut state = shared.lock();
            while state.bytes.is_empty() && !state.abandoned {
                state = shared.wait(state);
            }
            if state.bytes.is_empty() {
                return io::ErrorKind::UnexpectedEof;
            }
            std::mem::swap(&mut chunk, &mut state.bytes);
            state.writing = true;
            state.waker.take()
        };
        wake(waker);
        if let Err(error) = sink.write_all(&chunk).and_then(|()| sink.flush()) {
            return error.kind();
        }
        chunk.clear();
        let waker = {
            let mut state = shared.lock();
            state.writing = false;
            state.waker.take()
        };
        wake(waker);
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { shared, direct } = &mut *self;
        let mut state = shared.lock();
        if let Some(kind) = state.ended {
            return Poll::Ready(Err(kind.into()));
        }
        // With nothing under way the thread sleeps until it is given something.
        if state.bytes.is_empty()
            && !state.writing
            && let Some(written) = direct.write(buffer)
        {
            return Poll::Ready(Ok(written));
        }
        let length = (BUFFERED_BYTES - state.bytes.len()).min(buffer.len());
        if length == 0 && !buffer.is_empty() {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.bytes.extend_from_slice(&buffer[..length]);
        shared.changed.notify_one();
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(
            self.shared
                .lock()
                .ended
                .map_or(Ok(()), |kind| Err(kind.into())),
        )
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.shared.lock();
        if let Some(kind) = state.ended {
            return Poll::Ready(Err(kind.into()));
        }
        if state.bytes.is_empty() && !state.writing {
            return Poll::Ready(Ok(()));
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.shared.abandon();
    }
}
