//! What a command does, as data: effects, what they act on, and the analysis that lists them.
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::danger::{Danger, Severity};

/// One thing that a command does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Effect {
    /// Reads a file or lists a folder.
    Read {
        /// What is read.
        path: Target,
    },
    /// Writes, creates, removes or changes a file or folder.
    Write {
        /// What is written.
        path: Target,
    },
    /// Runs a program.
    Run {
        /// The program: a bare name that `PATH` resolves, or an absolute path.
        program: Name,
        /// Its arguments after expansion; one that is not known is given as it is written, with a
        /// question mark before it.
        arguments: Vec<String>,
        /// How much of what the program does is known.
        scope: Scope,
    },
    /// Talks to a host.
    Network {
        /// The host name or address, without port, lower case.
        host: Name,
    },
}

/// A path that an effect is about. Paths are absolute and without `.` and `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "at", content = "path", rename_all = "camelCase")]
pub enum Target {
    /// This path itself.
    At(PathBuf),
    /// This path, or any paths beneath it: from a glob, or from a recursive program.
    Beneath(PathBuf),
    /// Any path at all: it depends on a variable, on output, or on a folder that is not known.
    /// Holds what is written.
    Unknown(String),
}

/// A program or host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", content = "name", rename_all = "camelCase")]
pub enum Name {
    /// This one.
    Known(String),
    /// Any at all: it depends on a variable, on output or on a file. Holds what is written.
    Unknown(String),
}

/// How much of what a program does is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// With these arguments it only reads.
    Reads,
    /// The other effects list what it does besides reading.
    Listed,
    /// It may do anything: the program is not known, or it runs code.
    Anything,
}

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// The effects in the order of the command, each once.
    pub effects: Vec<Effect>,
    /// What the built-in rules refuse or warn about, each once.
    pub dangers: Vec<Danger>,
    /// Whether all of the command was understood. If not, it has to be treated as one that may
    /// run anything.
    pub is_whole: bool,
}

impl Effect {
    /// Whether the effect depends on something that is not known before the command runs.
    pub fn is_unknown(&self) -> bool {
        match self {
            Effect::Read { path } | Effect::Write { path } => matches!(path, Target::Unknown(_)),
            Effect::Run { program, .. } => matches!(program, Name::Unknown(_)),
            Effect::Network { host } => matches!(host, Name::Unknown(_)),
        }
    }
}

impl Analysis {
    /// Whether the command only reads: all of it is understood, every program is known to only
    /// read with its arguments, nothing is written or sent, and nothing about it is unknown.
    pub fn reads_only(&self) -> bool {
        self.is_whole
            && self.denials().next().is_none()
            && self.effects.iter().all(|effect| match effect {
                Effect::Read { path } => !matches!(path, Target::Unknown(_)),
                Effect::Run { program, scope, .. } => {
                    matches!(program, Name::Known(_)) && *scope == Scope::Reads
                }
                Effect::Write { .. } | Effect::Network { .. } => false,
            })
    }

    /// Whether the command may do more than the effects say: it is not whole, or it runs a
    /// program that may do anything.
    pub fn may_do_anything(&self) -> bool {
        !self.is_whole
            || self.effects.iter().any(|effect| {
                matches!(effect, Effect::Run { program, scope, .. }
                    if *scope == Scope::Anything || matches!(program, Name::Unknown(_)))
            })
    }

    /// The dangers that no rule allows.
    pub fn denials(&self) -> impl Iterator<Item = &Danger> {
        self.dangers
            .iter()
            .filter(|danger| danger.severity() == Severity::Deny)
    }

    /// The dangers that a question to the user mentions.
    pub fn warnings(&self) -> impl Iterator<Item = &Danger> {
        self.dangers
            .iter()
            .filter(|danger| danger.severity() == Severity::Warn)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::At(path) => write!(f, "{}", path.display()),
            Target::Beneath(path) if path.as_os_str() == "/" => write!(f, "/**"),
            Target::Beneath(path) => write!(f, "{}/**", path.display()),
            Target::Unknown(text) => write!(f, "?{text}"),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Known(name) => f.write_str(name),
            Name::Unknown(text) => write!(f, "?{text}"),
        }
    }
}

/// In short, for lists: `read /project/a`, `write /project/**`, `run make test`, `network ?$H`.
/// A program that may do anything has an exclamation mark: `run! make test`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Read { path } => write!(f, "read {path}"),
            Effect::Write { path } => write!(f, "write {path}"),
            Effect::Network { host } => write!(f, "network {host}"),
            Effect::Run {
                program,
                arguments,
                scope,
            } => {
                let mark = match scope {
                    Scope::Reads => "",
                    Scope::Listed => "+",
                    Scope::Anything => "!",
                };
                write!(f, "run{mark} {program}")?;
                for argument in arguments {
                    write!(f, " {argument}")?;
                }
                Ok(())
            }
        }
    }
}
