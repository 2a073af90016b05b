//! Rules of permission: what they are, and which effects they speak of.
use std::fmt;

use super::Effect;
use super::glob::{self, Cover, MAX_PATTERN_BYTES};
use super::places::{Places, is_unknown};
use super::program;

/// The pattern that everything fits.
pub(super) const EVERYTHING: &str = "*";

/// How many words a pattern of commands may have.
pub const MAX_PATTERN_WORDS: usize = 64;

/// Which effects a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleEffect {
    /// Reading a path.
    ReadPath,
    /// Writing a path.
    WritePath,
    /// Running a program.
    RunProgram,
    /// Talking to a host.
    Network,
    /// Calling a tool of an MCP server.
    McpTool,
    /// All of them.
    Any,
}

impl RuleEffect {
    /// All, with their words on the wire.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("readPath", Self::ReadPath),
        ("writePath", Self::WritePath),
        ("runProgram", Self::RunProgram),
        ("network", Self::Network),
        ("mcpTool", Self::McpTool),
        (EVERYTHING, Self::Any),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadPath => "readPath",
            Self::WritePath => "writePath",
            Self::RunProgram => "runProgram",
            Self::Network => "network",
            Self::McpTool => "mcpTool",
            Self::Any => EVERYTHING,
        }
    }
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleDecision {
    /// Do it unasked.
    Allow,
    /// Ask, whatever the session's mode is.
    Ask,
    /// Refuse, whatever the session's mode is.
    Deny,
}

impl RuleDecision {
    /// All, with their words on the wire.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("allow", Self::Allow),
        ("ask", Self::Ask),
        ("deny", Self::Deny),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// How far a rule reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleScope {
    /// One session.
    Session,
    /// All sessions of a workspace.
    Workspace,
    /// All workspaces of the user.
    User,
}

impl RuleScope {
    /// All, with their words on the wire.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("session", Self::Session),
        ("workspace", Self::Workspace),
        ("user", Self::User),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Workspace => "workspace",
            Self::User => "user",
        }
    }
}

/// A rule of permission.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Which effects it speaks of.
    pub effect: RuleEffect,
    /// Which of these: a glob of paths, words of a command, a host, or `server/tool`.
    pub pattern: String,
    /// What it says.
    pub decision: RuleDecision,
    /// How far it reaches.
    pub scope: RuleScope,
}

/// What is wrong with a rule that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {message}")]
pub struct RuleError {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it and what would be right; follows the field's name.
    pub message: String,
}

impl Rule {
    /// Reads a rule as it is written on the wire and in files.
    pub fn read(
        effect: &str,
        pattern: &str,
        decision: RuleDecision,
        scope: RuleScope,
    ) -> Result<Self, RuleError> {
        let effect = word("effect", effect, &RuleEffect::WORDS)?;
        check_pattern(effect, pattern)?;
        Ok(Self {
            effect,
            pattern: pattern.to_owned(),
            decision,
            scope,
        })
    }

    /// How much of an effect the rule speaks of. A rule that allows is read narrowly, one that
    /// asks or refuses widely.
    pub(super) fn cover(&self, effect: &Effect, places: &Places) -> Cover {
        let pattern = self.pattern.as_str();
        match (self.effect, effect) {
            (RuleEffect::Any, _) if has_unknown_parts(effect) => Cover::Part,
            (RuleEffect::Any, _) => Cover::All,
            (RuleEffect::ReadPath, Effect::ReadPath { path })
            | (RuleEffect::WritePath, Effect::WritePath { path }) => {
                places.cover(pattern, &places.named(path))
            }
            (RuleEffect::RunProgram, Effect::RunProgram { program, arguments }) => {
                match self.decision {
                    RuleDecision::Allow => program::is_named(pattern, program, arguments, places),
                    RuleDecision::Ask | RuleDecision::Deny => {
                        program::is_meant(pattern, program, arguments, places)
                    }
                }
            }
            (RuleEffect::Network, Effect::Network { host }) => host_cover(pattern, host),
            (RuleEffect::McpTool, Effect::McpTool { server, tool, .. }) => {
                match pattern.split_once('/') {
                    Some((servers, tools)) => {
                        whole(glob::fits(servers, server) && glob::fits(tools, tool))
                    }
                    None => whole(glob::fits(pattern, server)),
                }
            }
            (
                RuleEffect::ReadPath
                | RuleEffect::WritePath
                | RuleEffect::RunProgram
                | RuleEffect::Network
                | RuleEffect::McpTool,
                _,
            ) => Cover::None,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (decision, effect) = (self.decision.word(), self.effect.word());
        write!(f, "{decision} {effect} {}", self.pattern)
    }
}

/// All or nothing.
pub(super) fn whole(is_met: bool) -> Cover {
    match is_met {
        true => Cover::All,
        false => Cover::None,
    }
}

/// Whether an effect depends on what is known only when the call is made.
pub(super) fn has_unknown_parts(effect: &Effect) -> bool {
    match effect {
        Effect::ReadPath { path } | Effect::WritePath { path } => is_unknown(path),
        Effect::RunProgram { program, arguments } => {
            is_unknown(program) || arguments.iter().any(|argument| is_unknown(argument))
        }
        Effect::Network { host } => is_unknown(host),
        Effect::McpTool { .. } => false,
    }
}

fn host_cover(pattern: &str, host: &str) -> Cover {
    if is_unknown(host) {
        return Cover::Part;
    }
    let plain = |text: &str| text.trim_end_matches('.').to_lowercase();
    whole(glob::fits(&plain(pattern), &plain(host)))
}

/// The value of a word.
fn word<T: Copy>(
    field: &'static str,
    word: &str,
    words: &[(&'static str, T)],
) -> Result<T, RuleError> {
    if let Some((_, value)) = words.iter().find(|(name, _)| *name == word) {
        return Ok(*value);
    }
    let names: Vec<String> = words.iter().map(|(name, _)| format!("`{name}`")).collect();
    Err(RuleError {
        field,
        message: format!("must be one of {}", names.join(", ")),
    })
}

fn check_pattern(effect: RuleEffect, pattern: &str) -> Result<(), RuleError> {
    let wrong = |message: &str| {
        Err(RuleError {
            field: "pattern",
            message: message.to_owned(),
        })
    };
    if pattern.trim().is_empty() {
        return wrong("is empty; `*` stands for everything, and `**` for all paths");
    }
    if pattern.len() > MAX_PATTERN_BYTES {
        return wrong(&format!("is longer than {MAX_PATTERN_BYTES} bytes"));
    }
    if pattern.chars().any(char::is_control) {
        return wrong("holds a control character or more than one line");
    }
    match effect {
        RuleEffect::ReadPath | RuleEffect::WritePath => {
            if pattern.split('/').any(|part| part == "..") {
                return wrong("holds `..`; name the path from the root or from `~`");
            }
        }
        RuleEffect::RunProgram => {
            if glob::words(pattern).len() > MAX_PATTERN_WORDS {
                return wrong(&format!("has more than {MAX_PATTERN_WORDS} words"));
            }
        }
        RuleEffect::Network => {
            if pattern.contains("//") || pattern.contains('/') || pattern.contains(' ') {
                return wrong("must be a host's name such as `example.org` or `*.example.org`");
            }
        }
        RuleEffect::McpTool => {
            if pattern.split('/').count() > 2 {
                return wrong("must be a server, or `server/tool`");
            }
        }
        RuleEffect::Any => {
            if pattern != EVERYTHING {
                return wrong("must be `*` where the effect is `*`");
            }
        }
    }
    Ok(())
}
