//! A program that runs, on this system or in a container.
use std::time::Duration;

use aside_container::Why as ContainerWhy;
use aside_sandbox::{Backend, Exit, Outcome, Tampered, Why};
use tokio::io::AsyncRead;

/// What shells add to the number of a signal that ended a program.
const SIGNAL_BASE: i32 = 128;
/// The signal that kills.
const KILL: i32 = 9;

/// One stream of output.
pub(crate) type Stream = Box<dyn AsyncRead + Send + Unpin>;

/// A program that runs. Dropping it ends the program with all that it started.
#[derive(Debug)]
pub(crate) enum Started {
    Here(Box<aside_sandbox::Running>),
    Contained(aside_container::Running),
}

impl Started {
    pub(crate) fn take_stdout(&mut self) -> Option<Stream> {
        match self {
            Self::Here(running) => running.take_stdout().map(boxed),
            Self::Contained(running) => running.take_stdout().map(boxed),
        }
    }

    pub(crate) fn take_stderr(&mut self) -> Option<Stream> {
        match self {
            Self::Here(running) => running.take_stderr().map(boxed),
            Self::Contained(running) => running.take_stderr().map(boxed),
        }
    }

    /// What confines it. Containers hold what bubblewrap does.
    pub(crate) fn backend(&self) -> Backend {
        match self {
            Self::Here(running) => running.backend(),
            Self::Contained(_) => Backend::Bubblewrap,
        }
    }

    pub(crate) async fn wait(&mut self) -> std::io::Result<Exit> {
        match self {
            Self::Here(running) => running.wait().await,
            Self::Contained(running) => Ok(exit(running.wait().await)),
        }
    }

    pub(crate) async fn stop(&mut self, grace: Duration) -> std::io::Result<Exit> {
        match self {
            Self::Here(running) => running.stop(grace).await,
            Self::Contained(running) => Ok(exit(running.stop(grace).await)),
        }
    }
}

fn boxed(stream: impl AsyncRead + Send + Unpin + 'static) -> Stream {
    Box::new(stream)
}

fn exit(exit: aside_container::Exit) -> Exit {
    let why = match exit.why {
        ContainerWhy::Itself => Why::Itself,
        ContainerWhy::Stopped => Why::Stopped,
        ContainerWhy::Killed => Why::Killed,
    };
    let tampered = exit.changed.into_iter().map(|path| Tampered {
        path,
        outcome: Outcome::Left("a container cannot hold what was not there".to_owned()),
    });
    Exit {
        code: exit.code,
        signal: (why == Why::Killed && exit.code == SIGNAL_BASE + KILL).then_some(KILL),
        why,
        tampered: tampered.collect(),
    }
}
