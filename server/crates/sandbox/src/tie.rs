//! What ties the launcher to the server: a pipe that closes when the server ends, however it ends,
//! and one for what the launcher says. The launcher inherits its ends by number; the program that
//! it starts inherits none.
use crate::plan::Report;

/// What the launcher says is no longer, in bytes.
pub(crate) const MAX_REPORT_BYTES: u64 = 16 * 1024;

#[cfg(target_os = "linux")]
pub(crate) use self::linux::{Ends, Tie};
#[cfg(not(target_os = "linux"))]
pub(crate) use self::others::{Ends, Tie};

/// The lines that are reports.
fn parse(said: &[u8]) -> Vec<Report> {
    said.split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read};
    use std::os::fd::{AsFd, AsRawFd};

    use rustix::fs::OFlags;
    use rustix::io::FdFlags;
    use tokio::net::unix::pipe::Receiver;

    use super::{MAX_REPORT_BYTES, parse};
    use crate::plan::{Descriptors, Report};

    /// The server's ends.
    #[derive(Debug)]
    pub(crate) struct Tie {
        /// Nothing is ever written: that it closes is the message.
        _alive: PipeWriter,
        said: PipeReader,
        text: Vec<u8>,
    }

    /// The launcher's ends.
    #[derive(Debug)]
    pub(crate) struct Ends {
        alive: PipeReader,
        say: PipeWriter,
    }

    impl Tie {
        pub(crate) fn open() -> io::Result<(Self, Ends)> {
            let (alive, keeps_alive) = io::pipe()?;
            let (said, say) = io::pipe()?;
            rustix::fs::fcntl_setfl(&said, OFlags::NONBLOCK)?;
            let tie = Tie {
                _alive: keeps_alive,
                said,
                text: Vec::new(),
            };
            Ok((tie, Ends { alive, say }))
        }

        /// Waits until the launcher has said something, or until nothing is left that could:
        /// returns which.
        pub(crate) async fn has_spoken(&mut self) -> io::Result<bool> {
            let receiver = Receiver::from_owned_fd(self.said.try_clone()?.into())?;
            let mut bytes = [0; 256];
            loop {
                receiver.readable().await?;
                match receiver.try_read(&mut bytes) {
                    Ok(count) => {
                        self.text.extend_from_slice(&bytes[..count]);
                        return Ok(count > 0);
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }

        /// All that the launcher said by now.
        pub(crate) fn read(&mut self) -> Vec<Report> {
            let left = MAX_REPORT_BYTES.saturating_sub(self.text.len() as u64);
            // Another program that is being started may hold the writing end for a moment, so the
            // end of the file is not waited for.
            match (&self.said).take(left).read_to_end(&mut self.text) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => tracing::warn!(%error, "the launcher's report cannot be read"),
            }
            parse(&self.text)
        }
    }

    impl Ends {
        /// Their numbers, in this process and in the launcher.
        pub(crate) fn descriptors(&self) -> Option<Descriptors> {
            Some(Descriptors {
                alive: self.alive.as_raw_fd(),
                say: self.say.as_raw_fd(),
            })
        }

        /// Has what is started from now on inherit them, until this is dropped.
        pub(crate) fn share(&self) -> io::Result<()> {
            for end in [self.alive.as_fd(), self.say.as_fd()] {
                rustix::io::fcntl_setfd(end, FdFlags::empty())?;
            }
            Ok(())
        }
    }
}

/// On other systems the launcher becomes the program, and says nothing.
#[cfg(not(target_os = "linux"))]
mod others {
    use std::io;

    use super::parse;
    use crate::plan::{Descriptors, Report};

    #[derive(Debug)]
    pub(crate) struct Tie;

    #[derive(Debug)]
    pub(crate) struct Ends;

    impl Tie {
        pub(crate) fn open() -> io::Result<(Self, Ends)> {
            Ok((Tie, Ends))
        }

        pub(crate) async fn has_spoken(&mut self) -> io::Result<bool> {
            std::future::ready(Ok(true)).await
        }

        pub(crate) fn read(&mut self) -> Vec<Report> {
            parse(&[])
        }
    }

    impl Ends {
        pub(crate) fn descriptors(&self) -> Option<Descriptors> {
            None
        }

        pub(crate) fn share(&self) -> io::Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::plan::Report;

    #[test]
    fn what_is_no_report_is_passed_over() {
        let check = |said: &str, expect: &[Report]| assert_eq!(parse(said.as_bytes()), expect);
        check("", &[]);
        check("\"started\"\n", &[Report::Started]);
        check(
            "\"started\"\n\n{\"exited\":3}\n",
            &[Report::Started, Report::Exited(3)],
        );
        check("{\"exited\":\"x\"}\n\u{0}\n{\"signaled\":9", &[]);
    }
}
