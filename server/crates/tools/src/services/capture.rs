//! Running a program for what it prints, all of it at once.
use std::time::Duration;

use aside_agent::tool::{ToolContext, ToolError};
use aside_sandbox::Output;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::started::Stream;
use super::{GRACE, Program, Services};
use crate::blocking::cancelled;
use crate::jobs::End;

/// How much is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// What a program printed and how it ended.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Whether it printed more than was kept.
    pub(crate) is_cut: bool,
    pub(crate) end: End,
    /// What else is to be said of it.
    pub(crate) notes: String,
}

impl Services {
    /// Runs a program to its end, at most as long as it may take, and keeps at most so many bytes
    /// of each of its outputs. If the call is cancelled, it is ended.
    pub(crate) async fn capture(
        &self,
        program: Program<'_>,
        limit: usize,
        context: &ToolContext,
    ) -> Result<Captured, ToolError> {
        let (title, time) = (program.title.to_owned(), program.time);
        let mut running = self.spawn(program, Output::Separate, context).await?;
        let (stdout, stderr) = (running.take_stdout(), running.take_stderr());
        let work = async {
            let (stdout, stderr) = tokio::join!(read(stdout, limit), read(stderr, limit));
            (stdout, stderr, running.wait().await)
        };
        let done = tokio::select! {
            biased;
            () = context.cancel.cancelled() => None,
            done = tokio::time::timeout(time, work) => Some(done),
        };
        let Some(Ok((stdout, stderr, exit))) = done else {
            // How it ends is of no interest any more.
            let _ = running.stop(GRACE).await;
            return Err(match done {
                None => cancelled(),
                Some(_) => too_long(&title, time),
            });
        };
        let (end, notes) = crate::command::told::end(exit);
        Ok(Captured {
            is_cut: stdout.is_cut || stderr.is_cut,
            stdout: String::from_utf8_lossy(&stdout.bytes).into_owned(),
            stderr: String::from_utf8_lossy(&stderr.bytes).into_owned(),
            end,
            notes,
        })
    }
}

fn too_long(title: &str, time: Duration) -> ToolError {
    ToolError(format!(
        "`{title}` was stopped after {} s without a result. Run it with bash in the background.",
        time.as_secs()
    ))
}

#[derive(Default)]
struct Read {
    bytes: Vec<u8>,
    is_cut: bool,
}

/// Reads to the end, and keeps the beginning: a program whose output nobody reads waits.
async fn read(from: Option<Stream>, limit: usize) -> Read {
    match from {
        Some(from) => read_from(from, limit).await,
        None => Read::default(),
    }
}

async fn read_from(mut from: impl AsyncRead + Unpin, limit: usize) -> Read {
    let mut read = Read::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    // It ends with the program, whose time is bounded.
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        let kept = count.min(limit.saturating_sub(read.bytes.len()));
        read.bytes.extend_from_slice(&chunk[..kept]);
        read.is_cut |= kept < count;
    }
    read
}

#[cfg(test)]
mod tests {
    use super::read_from;

    #[tokio::test]
    async fn the_beginning_is_kept() {
        for (limit, kept, is_cut) in [(0, "", true), (3, "abc", true), (6, "abcdef", false)] {
            let read = read_from(&b"abcdef"[..], limit).await;
            assert_eq!((&read.bytes[..], read.is_cut), (kept.as_bytes(), is_cut));
        }
    }
}
