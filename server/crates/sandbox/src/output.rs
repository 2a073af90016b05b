//! The pipes through which output arrives.
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::process::Command;

use crate::spec::Output;

/// One stream of output, as bytes.
#[derive(Debug)]
pub struct Reader(Source);

#[cfg(unix)]
type Source = tokio::net::unix::pipe::Receiver;

/// Elsewhere the writing ends are clones of one handle, and reading waits on a thread.
#[cfg(not(unix))]
type Source = tokio::fs::File;

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

/// The reading ends.
pub(crate) struct Pipes {
    pub(crate) stdout: Reader,
    pub(crate) stderr: Option<Reader>,
}

/// Gives a command the writing ends, which it keeps until it is dropped.
pub(crate) fn connect(command: &mut Command, output: Output) -> io::Result<Pipes> {
    let (stdout, writer) = io::pipe()?;
    let stderr = match output {
        Output::Merged => {
            command.stderr(writer.try_clone()?);
            None
        }
        Output::Separate => {
            let (stderr, writer) = io::pipe()?;
            command.stderr(writer);
            Some(reader(stderr)?)
        }
    };
    command.stdout(writer);
    Ok(Pipes {
        stdout: reader(stdout)?,
        stderr,
    })
}

#[cfg(unix)]
fn reader(pipe: io::PipeReader) -> io::Result<Reader> {
    tokio::net::unix::pipe::Receiver::from_owned_fd(pipe.into()).map(Reader)
}

#[cfg(windows)]
fn reader(pipe: io::PipeReader) -> io::Result<Reader> {
    let file = std::fs::File::from(std::os::windows::io::OwnedHandle::from(pipe));
    Ok(Reader(tokio::fs::File::from_std(file)))
}
