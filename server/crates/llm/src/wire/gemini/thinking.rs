//! How Gemini is told how much to think: in tokens up to 2.5, in words from 3 on.
//! <https://ai.google.dev/gemini-api/docs/thinking>.
use serde::Serialize;

use crate::{Effort, ModelRequest, ReasoningStyle};

/// The least and the most that a Pro model may be told to think, in tokens.
const PRO_BUDGET: (u32, u32) = (128, 32_768);
/// The most that another model may be told to think, in tokens.
const FLASH_BUDGET: u32 = 24_576;

/// `thinkingConfig`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThinkingConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    include_thoughts: bool,
}

/// What to say of thinking; `None` where nothing is to be said.
pub(super) fn config(request: &ModelRequest) -> Option<ThinkingConfig> {
    let asked = request.thinking;
    let model = &request.model;
    let style = match request.facts.reasoning {
        ReasoningStyle::None => return None,
        ReasoningStyle::Unknown if asked.effort.is_none() && asked.budget.is_none() => return None,
        ReasoningStyle::Unknown if thinks_in_levels(model) => ReasoningStyle::Effort,
        ReasoningStyle::Unknown => ReasoningStyle::Budget,
        told => told,
    };
    let (budget, level) = match (style, asked.effort, asked.budget) {
        (ReasoningStyle::Always, _, _) | (_, None, None) => (None, None),
        (ReasoningStyle::Effort, Some(effort), _) => (None, Some(level(effort, model))),
        (ReasoningStyle::Effort, None, Some(budget)) => {
            (None, Some(level(effort_of(budget), model)))
        }
        (_, _, Some(budget)) => (Some(taken(budget, model)), None),
        (_, Some(effort), None) => (Some(taken(effort.budget(), model)), None),
    };
    Some(ThinkingConfig {
        thinking_budget: budget,
        thinking_level: level,
        // Thoughts of a model that is told not to think are refused.
        include_thoughts: budget != Some(0),
    })
}

/// Whether the model is of version 3 or later, going by its name. Names without a version, such
/// as `gemini-flash-latest`, stand for the latest.
pub(super) fn thinks_in_levels(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.strip_prefix("gemini-")
        .is_some_and(|version| !version.starts_with(['1', '2']))
}

fn is_pro(model: &str) -> bool {
    model.contains("-pro")
}

/// Whether the model knows the word `MINIMAL`; others refuse it.
fn has_minimal(model: &str) -> bool {
    ["flash-lite", "gemini-3-flash", "gemini-3.1-flash"]
        .iter()
        .any(|name| model.contains(name))
}

/// Google's words. From 3 on no model can be told not to think at all.
fn level(effort: Effort, model: &str) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal if has_minimal(model) => "MINIMAL",
        Effort::None | Effort::Minimal | Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High | Effort::Max => "HIGH",
    }
}

/// The most effort that needs no more than so many tokens.
fn effort_of(budget: u32) -> Effort {
    let fits = |effort: &Effort| effort.budget() <= budget;
    Effort::ALL
        .into_iter()
        .rev()
        .find(fits)
        .unwrap_or(Effort::None)
}

/// So many tokens, within what the model takes.
fn taken(budget: u32, model: &str) -> u32 {
    if is_pro(model) {
        budget.clamp(PRO_BUDGET.0, PRO_BUDGET.1)
    } else {
        budget.min(FLASH_BUDGET)
    }
}
