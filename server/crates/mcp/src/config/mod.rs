//! Which servers there are, and how they are reached.
mod edit;
mod environment;
mod jsonc;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

pub use edit::{add, remove};
pub use environment::Environment;
pub use read::{read, read_entries};

pub(crate) use environment::MAX_EXPANDED_BYTES;
pub(crate) use read::{MAX_FILE_BYTES, MAX_ITEMS, MAX_SERVER_NAME, MAX_SERVERS};

/// How long a server may take to introduce itself and list its tools. Package runners may have to
/// download it first.
pub const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a server may be silent over one request.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(120);

/// How long one request may take while the server shows progress.
pub const TOTAL_TIMEOUT: Duration = Duration::from_secs(3600);

/// A server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerConfig {
    /// Its name, by which users and models know it.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// Whether it may be started.
    pub enabled: bool,
    /// How long it may take to introduce itself and list its tools.
    pub start_timeout: Duration,
    /// How long it may be silent over one request.
    pub call_timeout: Duration,
    /// How long one request may take while it shows progress.
    pub total_timeout: Duration,
    /// In place of `call_timeout`, by the names of tools.
    pub tool_timeouts: BTreeMap<String, Duration>,
    /// Which of its tools are used.
    pub tools: ToolFilter,
    /// Where it was configured, for people: a path or `settings`.
    pub origin: String,
}

impl ServerConfig {
    /// A server with the usual limits, all of whose tools are used.
    #[must_use]
    pub fn new(name: impl Into<String>, transport: Transport, origin: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            transport,
            enabled: true,
            start_timeout: START_TIMEOUT,
            call_timeout: CALL_TIMEOUT,
            total_timeout: TOTAL_TIMEOUT,
            tool_timeouts: BTreeMap::new(),
            tools: ToolFilter::default(),
            origin: origin.into(),
        }
    }
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Transport {
    /// A program that is started, over its standard streams.
    Stdio(Stdio),
    /// A server of streamable HTTP.
    Http(Http),
}

/// A program that is a server. Its `Debug` output holds no value of the environment and no
/// argument, as both may be secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Stdio {
    /// The program, as a path or a name on the search path.
    pub command: String,
    /// What it is started with.
    pub args: Vec<String>,
    /// Variables beside those that servers always get.
    pub env: BTreeMap<String, String>,
    /// Where it is started; the workspace's folder if it is not said.
    pub cwd: Option<PathBuf>,
}

impl fmt::Debug for Stdio {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Stdio")
            .field("command", &self.command)
            .field("args", &self.args.len())
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("cwd", &self.cwd)
            .finish()
    }
}

/// A server of HTTP. Its `Debug` output holds no header's value and no more of the URL than its
/// host.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Http {
    /// Where it takes messages.
    pub url: String,
    /// Headers of each request.
    pub headers: BTreeMap<String, String>,
}

impl fmt::Debug for Http {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = reqwest::Url::parse(&self.url).ok();
        let host = host.as_ref().and_then(|url| url.host_str());
        to.debug_struct("Http")
            .field("host", &host)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Which tools of a server are used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolFilter {
    /// Only these, unless there are none here.
    pub allow: Vec<String>,
    /// None of these.
    pub deny: Vec<String>,
}

impl ToolFilter {
    /// Whether the tool is used.
    #[must_use]
    pub fn allows(&self, tool: &str) -> bool {
        let has = |list: &[String]| list.iter().any(|name| name == tool);
        (self.allow.is_empty() || has(&self.allow)) && !has(&self.deny)
    }
}

/// What is wrong with a file of servers, or with one of its entries. It holds no value of a
/// variable, and nothing of the file but names of fields.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The text is no JSON.
    #[error("{origin} is not JSON: {reason}")]
    Syntax {
        /// The file.
        origin: String,
        /// Where and why.
        reason: String,
    },
    /// The text is too long, or holds too many servers.
    #[error("{origin} is too long. It may hold {limit} {unit}.")]
    TooLong {
        /// The file.
        origin: String,
        /// How many are allowed.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A field is not what it has to be.
    #[error("{origin}: `{field}` {reason}")]
    Field {
        /// The file.
        origin: String,
        /// The path of the field.
        field: String,
        /// What it has to be.
        reason: String,
    },
    /// A variable is referred to that is not set.
    #[error(
        "{origin}: `{field}` refers to the environment variable `{variable}`, which is not \
             set. Set it, or write ${{{variable}:-default}}."
    )]
    Variable {
        /// The file.
        origin: String,
        /// The path of the field.
        field: String,
        /// The variable.
        variable: String,
    },
}

/// A server that is configured, but not so that it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The server's name.
    pub server: String,
    /// Where it was configured.
    pub origin: String,
    /// What is wrong.
    pub error: ConfigError,
}

/// The servers of one or more places.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Servers {
    /// Those that can be used.
    pub servers: Vec<ServerConfig>,
    /// Those that cannot. They are shown as failed.
    pub faults: Vec<Fault>,
}

impl Servers {
    /// Adds those of another place, which win over those of the same name.
    #[must_use]
    pub fn merged(mut self, later: Self) -> Self {
        let is_later = |name: &str| {
            later.servers.iter().any(|server| server.name == name)
                || later.faults.iter().any(|fault| fault.server == name)
        };
        self.servers.retain(|server| !is_later(&server.name));
        self.faults.retain(|fault| !is_later(&fault.server));
        self.servers.extend(later.servers);
        self.faults.extend(later.faults);
        self
    }
}
