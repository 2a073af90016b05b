//! Permission by effect: what a call would do, and what built-in denials, rules and the session's
//! mode say to that. Pure: what is known of places and rules is passed in.
mod builtin;
mod choice;
mod decide;
mod glob;
mod places;
mod program;
mod rule;
mod words;

use crate::editing::EditMode;
use serde::{Deserialize, Serialize};

pub use builtin::{DENIALS, Denial, Use};
pub use choice::{Answer, Choice, MAX_RULES_OF_ANSWER, choices, rules_of};
pub use decide::{Decider, Judged, decide};
pub use glob::{MAX_PATH_PARTS, MAX_PATTERN_BYTES};
pub use places::Places;
pub use rule::{MAX_PATTERN_WORDS, Rule, RuleDecision, RuleEffect, RuleError, RuleScope};
pub use words::{MAX_NAMED_BYTES, MAX_NAMED_EFFECTS, MAX_REASONS, question, what, whole};

/// How much an agent may do unasked. Reading inside the workspace is never asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PermissionMode {
    /// Ask before each effect other than reading.
    #[default]
    Ask,
    /// Edit files unasked; ask before the rest.
    AcceptEdits,
    /// Read only; refuse the rest.
    ReadOnly,
    /// Do all unasked, inside the workspace.
    Full,
}

/// What a tool call would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Effect {
    /// Reads a path.
    ReadPath {
        /// Absolute.
        path: String,
    },
    /// Writes, creates, deletes or moves a path.
    WritePath {
        /// Absolute.
        path: String,
    },
    /// Runs a program.
    RunProgram {
        /// Its name or path.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// Talks to a host.
    Network {
        /// Its name or address.
        host: String,
    },
    /// Calls an MCP server's tool.
    McpTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// What the server says of it.
        read_only: bool,
    },
}

/// What is to happen with one effect of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Do it.
    Allow,
    /// Ask the user. A sentence says why it is asked about beside the mode; empty where the mode
    /// alone asks.
    Ask(String),
    /// Refuse; the sentence says why and what would help.
    Deny(String),
}

/// Decides by mode alone.
pub fn by_mode(mode: PermissionMode, effect: &Effect) -> Decision {
    let is_write = match effect {
        Effect::ReadPath { .. }
        | Effect::McpTool {
            read_only: true, ..
        } => return Decision::Allow,
        Effect::WritePath { .. } => true,
        Effect::RunProgram { .. } | Effect::Network { .. } | Effect::McpTool { .. } => false,
    };
    match mode {
        PermissionMode::Full => Decision::Allow,
        PermissionMode::AcceptEdits if is_write => Decision::Allow,
        PermissionMode::Ask | PermissionMode::AcceptEdits => Decision::Ask(String::new()),
        PermissionMode::ReadOnly => Decision::Deny(format!(
            "This session is read-only, so it may not {}. Change its permission mode to allow it.",
            words::what(effect)
        )),
    }
}

/// An effect that the user is to be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What the call would do.
    pub effect: Effect,
    /// Why it is asked about beside the mode; empty where the mode alone asks.
    pub reason: String,
}

/// What the decisions on all effects of a call come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Make it.
    Allow,
    /// Ask the user about these; nothing stands against the other effects.
    Ask(Vec<Open>),
    /// Refuse it; the sentence says why and what would help.
    Deny(String),
}

/// What `decisions`, one for each effect in order, come to. One denial denies the call. Edits that
/// are only proposed write nothing before the user accepts them, and are not asked about.
pub fn verdict(mode: EditMode, effects: &[Effect], decisions: Vec<Decision>) -> Verdict {
    let mut decisions = decisions.into_iter();
    let mut open: Vec<Open> = Vec::new();
    for effect in effects {
        // An approver that says too little allows nothing by that.
        let reason = match decisions.next().unwrap_or(Decision::Ask(String::new())) {
            Decision::Allow => continue,
            Decision::Deny(reason) => return Verdict::Deny(reason),
            Decision::Ask(reason) => reason,
        };
        let is_proposed = mode == EditMode::Propose && matches!(effect, Effect::WritePath { .. });
        if !is_proposed && !open.iter().any(|open| open.effect == *effect) {
            let effect = effect.clone();
            open.push(Open { effect, reason });
        }
    }
    match open.is_empty() {
        true => Verdict::Allow,
        false => Verdict::Ask(open),
    }
}

#[cfg(test)]
mod tests;
