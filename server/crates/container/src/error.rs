//! Why a program does not run in a container.
use std::path::PathBuf;

/// Why a program does not run in a container, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// No socket is where they usually are.
    #[error(
        "no engine of containers was found (looked at {tried}); start Docker or `podman system \
         service`, or name its socket in sandbox.container.socket"
    )]
    NoSocket {
        /// Where one was looked for.
        tried: String,
    },
    /// A socket of a kind that is not spoken to.
    #[error(
        "the socket {0} is of no known kind; name a path, unix://PATH or tcp://HOST:PORT in \
         sandbox.container.socket or DOCKER_HOST"
    )]
    Address(String),
    /// Nobody answers, or with something else.
    #[error("the engine of containers at {socket} does not answer as one: {reason}")]
    Unreachable {
        /// Where it was asked.
        socket: String,
        /// What happened.
        reason: String,
    },
    /// The settings name no image.
    #[error("no image is set; name one in sandbox.container.image")]
    ImageNotSet,
    /// The engine does not have the image.
    #[error(
        "the image {image} is missing; get it with `podman pull {image}` or `docker pull {image}`, \
         or set sandbox.container.pull"
    )]
    NoImage {
        /// Its name.
        image: String,
    },
    /// The image could not be got.
    #[error("the image {image} could not be got: {reason}")]
    Pull {
        /// Its name.
        image: String,
        /// What the engine said.
        reason: String,
    },
    /// The engine refused.
    #[error("{what} failed: {reason}")]
    Refused {
        /// What it was asked for.
        what: &'static str,
        /// What it said.
        reason: String,
    },
    /// The container is gone or has stopped: somebody removed it, or its memory ran out.
    #[error("the container is gone; the next command gets a new one")]
    Gone,
    /// The engine did not answer in time.
    #[error("{what} took longer than {seconds} s; see whether the engine of containers works")]
    TimedOut {
        /// What it was asked for.
        what: &'static str,
        /// How long was waited.
        seconds: u64,
    },
    /// A path that a container cannot be given.
    #[error("the path {0:?} is not absolute, not valid UTF-8, or does not exist")]
    Path(PathBuf),
    /// More folders and files than one container is given.
    #[error("a container cannot be given {0} folders and files")]
    TooMany(usize),
    /// As many containers as one server may have are at work.
    #[error("{0} containers are at work already; wait for one, or stop a session's commands")]
    Full(usize),
    /// They were closed.
    #[error("the server is about to end")]
    Closed,
}
