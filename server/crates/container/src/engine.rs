//! The engine of containers: speaking to it, within bounds.
use std::future::Future;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;

use crate::bounds::{MAX_MESSAGE, MAX_PULL, MAX_REQUEST};
use crate::config::{Config, Pull};
use crate::error::ContainerError;
use crate::socket::{self, Address};

/// The engine has nothing of that name.
const NOT_FOUND: u16 = 404;
/// What it has is not in a state for that.
const CONFLICT: u16 = 409;

/// An engine that answered.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) docker: Docker,
    /// It knows options of its own.
    pub(crate) is_podman: bool,
    pub(crate) users: Users,
}

/// Who programs are, so that what they write is the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Users {
    /// The engine runs as root: programs get the user's number.
    Same,
    /// Podman runs as the user, and can keep the number.
    Kept,
    /// Docker runs as the user, who is root inside.
    Root,
}

impl Engine {
    /// Finds the engine, asks what it is, and sees that the image is there.
    pub(crate) async fn connect(config: &Config) -> Result<Self, ContainerError> {
        if config.image.is_empty() {
            return Err(ContainerError::ImageNotSet);
        }
        let given = config.socket.as_deref();
        let address = socket::find(given, |name| std::env::var(name).ok(), |path| path.exists())?;
        let unreachable = |error: String| ContainerError::Unreachable {
            socket: address.name().to_owned(),
            reason: error,
        };
        let docker = open(&address).map_err(|error| unreachable(shown(&error)))?;
        let answered = tokio::time::timeout(MAX_REQUEST, async {
            let docker = docker.negotiate_version().await?;
            let (is_podman, users) = kind(&docker).await?;
            Ok::<_, Error>(Self {
                docker,
                is_podman,
                users,
            })
        });
        let engine = match answered.await {
            Ok(Ok(engine)) => engine,
            Ok(Err(error)) => return Err(unreachable(shown(&error))),
            Err(_) => {
                return Err(unreachable(format!(
                    "silence for {} s",
                    MAX_REQUEST.as_secs()
                )));
            }
        };
        engine.need_image(config).await?;
        Ok(engine)
    }

    async fn need_image(&self, config: &Config) -> Result<(), ContainerError> {
        let image = config.image.clone();
        match ask("Looking at the image", self.docker.inspect_image(&image)).await {
            Ok(_) => return Ok(()),
            Err(ContainerError::Gone) => {}
            Err(error) => return Err(error),
        }
        match config.pull {
            Pull::Never => return Err(ContainerError::NoImage { image }),
            Pull::Missing => {}
        }
        let options = CreateImageOptionsBuilder::default().from_image(&image);
        let mut steps = self.docker.create_image(Some(options.build()), None, None);
        let pull = async {
            while let Some(step) = steps.next().await {
                step?;
            }
            Ok(())
        };
        let failed = |reason| ContainerError::Pull {
            image: config.image.clone(),
            reason,
        };
        match tokio::time::timeout(MAX_PULL, pull).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(failed(shown(&error))),
            Err(_) => Err(failed(format!(
                "it took longer than {} s",
                MAX_PULL.as_secs()
            ))),
        }
    }
}

fn open(address: &Address) -> Result<Docker, Error> {
    let seconds = MAX_REQUEST.as_secs();
    match address {
        #[cfg(unix)]
        Address::Unix(path) => {
            Docker::connect_with_unix(path, seconds, bollard::API_DEFAULT_VERSION)
        }
        #[cfg(not(unix))]
        Address::Unix(path) => Err(Error::SocketNotFoundError(path.clone())),
        Address::Http(host) => {
            Docker::connect_with_http(host, seconds, bollard::API_DEFAULT_VERSION)
        }
    }
}

/// Whether it is Podman, and who programs are.
async fn kind(docker: &Docker) -> Result<(bool, Users), Error> {
    let parts = docker.version().await?.components.unwrap_or_default();
    let is_podman = parts.iter().any(|part| part.name.contains("Podman"));
    let options = docker.info().await?.security_options.unwrap_or_default();
    let is_rootless = options.iter().any(|option| option.contains("rootless"));
    let users = match (is_rootless, is_podman) {
        (false, _) => Users::Same,
        (true, true) => Users::Kept,
        (true, false) => Users::Root,
    };
    Ok((is_podman, users))
}

/// Waits for an answer, but not for ever.
pub(crate) async fn ask<T>(
    what: &'static str,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, ContainerError> {
    within(MAX_REQUEST, what, request).await
}

async fn within<T>(
    time: Duration,
    what: &'static str,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, ContainerError> {
    match tokio::time::timeout(time, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) if is_gone(&error) => {
            tracing::debug!(what, %error, "the engine of containers does not have it");
            Err(ContainerError::Gone)
        }
        Ok(Err(error)) => Err(ContainerError::Refused {
            what,
            reason: shown(&error),
        }),
        Err(_) => Err(ContainerError::TimedOut {
            what,
            seconds: time.as_secs(),
        }),
    }
}

/// Whether what is asked about does not exist or does not run. Podman 4 has no code of its own for
/// the latter.
fn is_gone(error: &Error) -> bool {
    match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => {
            matches!(*status_code, NOT_FOUND | CONFLICT)
                || message.contains("container state improper")
        }
        _ => false,
    }
}

/// What the engine said, on one line and no longer than needed.
pub(crate) fn shown(error: &Error) -> String {
    let text = match error {
        Error::DockerResponseServerError { message, .. } => message.clone(),
        error => chain(error),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(MAX_MESSAGE).collect()
}

/// An error with what caused it, where that says more.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    // Causes do not go round in circles, but who can be sure.
    for _ in 0..MAX_CAUSES {
        let Some(inner) = cause else { break };
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    text
}

const MAX_CAUSES: usize = 8;
