//! How Anthropic's models are told how much to think, and how long an answer may get: in tokens
//! up to Claude 4.5, in words from 4.6 on.
//! <https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking>.
use serde::Serialize;

use crate::{Effort, ModelRequest, ReasoningStyle};

/// The limit on an answer where neither the request nor the table knows one.
const DEFAULT_MAX_TOKENS: u32 = 8192;
/// The most that is asked for where the request does not say: longer answers are nearly always
/// models that go round in circles.
const SENSIBLE_MAX_TOKENS: u32 = 32_000;
/// The least that a model may be told to think.
const LEAST_BUDGET: u32 = 1024;
/// What is left to the answer beside the thinking, where there is room.
const ANSWER_ROOM: u32 = 8192;

/// What a request says of its length and of thinking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plan {
    pub(super) max_tokens: u32,
    pub(super) thinking: Option<Thinking>,
    pub(super) effort: Option<&'static str>,
}

/// `thinking`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Thinking {
    /// Always, with so many tokens at most.
    Enabled { budget_tokens: u32 },
    /// As the model sees fit. What it thinks is only shown when asked for, since Opus 4.7.
    Adaptive { display: &'static str },
}

impl Plan {
    /// What to say. `may_begin` tells whether the model may be told to think now: in the middle
    /// of a turn that it began without thinking it may not.
    pub(super) fn of(request: &ModelRequest, may_begin: bool) -> Self {
        let said = request.max_output_tokens;
        let known = request.facts.max_output;
        let known = known.map(|known| u32::try_from(known).unwrap_or(u32::MAX));
        let default = known.map_or(DEFAULT_MAX_TOKENS, |known| known.min(SENSIBLE_MAX_TOKENS));
        let ceiling = known.unwrap_or(u32::MAX).max(1);
        let limit = said.unwrap_or(default).clamp(1, ceiling);
        let plain = Self {
            max_tokens: limit,
            thinking: None,
            effort: None,
        };
        let asked = request.thinking;
        if asked.effort == Some(Effort::None) || asked.budget == Some(0) {
            return Self {
                effort: match request.facts.reasoning {
                    // Since Claude 5 models think if nothing is said, and many always: little is
                    // the least that all of them take.
                    ReasoningStyle::Effort => Some(word(Effort::None)),
                    ReasoningStyle::None
                    | ReasoningStyle::Budget
                    | ReasoningStyle::Always
                    | ReasoningStyle::Unknown => None,
                },
                ..plain
            };
        }
        let in_words = || Self {
            thinking: Some(Thinking::Adaptive {
                display: "summarized",
            }),
            effort: asked
                .effort
                .or(asked.budget.map(effort_of_budget))
                .map(word),
            ..plain
        };
        let in_tokens = |budget: u32| {
            if !may_begin {
                return plain;
            }
            let budget = budget.max(LEAST_BUDGET);
            let wanted = match said {
                Some(_) => limit,
                None => limit.max(budget.saturating_add(ANSWER_ROOM)).min(ceiling),
            };
            let room = ANSWER_ROOM.min(wanted / 2);
            let budget = budget.min(wanted - room).max(LEAST_BUDGET);
            Self {
                // A limit so low that no thinking fits is raised: thinking was asked for too.
                max_tokens: wanted.max(budget.saturating_add(room.max(1))),
                thinking: Some(Thinking::Enabled {
                    budget_tokens: budget,
                }),
                effort: None,
            }
        };
        match (request.facts.reasoning, asked.budget, asked.effort) {
            (ReasoningStyle::None | ReasoningStyle::Always, _, _)
            | (ReasoningStyle::Budget | ReasoningStyle::Unknown, None, None) => plain,
            (ReasoningStyle::Budget | ReasoningStyle::Unknown, Some(budget), _) => {
                in_tokens(budget)
            }
            (ReasoningStyle::Budget, None, Some(effort)) => in_tokens(effort.budget()),
            (ReasoningStyle::Effort, _, _) | (ReasoningStyle::Unknown, None, Some(_)) => in_words(),
        }
    }
}

/// Anthropic's words.
fn word(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::Max => "max",
    }
}

/// The least effort that thinks as much.
fn effort_of_budget(budget: u32) -> Effort {
    let enough = |effort: &Effort| effort.budget() >= budget;
    Effort::ALL.into_iter().find(enough).unwrap_or(Effort::Max)
}

#[cfg(test)]
#[path = "thinking_tests.rs"]
mod tests;
