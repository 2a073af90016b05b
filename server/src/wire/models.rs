//! Models as clients see them.
use aside_llm::ReasoningStyle;
use aside_protocol::{Effort, ModelInfo};

use crate::engine::listing::Listed;

/// What a model that takes a word, or a number in its place, can be told.
const EFFORTS: [Effort; 4] = [Effort::Minimal, Effort::Low, Effort::Medium, Effort::High];

/// A model as clients see it.
pub fn model_info(listed: Listed) -> ModelInfo {
    let facts = listed.facts;
    ModelInfo {
        id: listed.id,
        provider: listed.provider,
        name: listed.name,
        context_window: facts.context_window.unwrap_or(0),
        max_output: facts.max_output.unwrap_or(0),
        vision: facts.vision,
        reasoning: match facts.reasoning {
            ReasoningStyle::None => false,
            ReasoningStyle::Effort
            | ReasoningStyle::Budget
            | ReasoningStyle::Always
            | ReasoningStyle::Unknown => true,
        },
        efforts: match facts.reasoning {
            ReasoningStyle::Effort | ReasoningStyle::Budget => Some(EFFORTS.to_vec()),
            ReasoningStyle::None | ReasoningStyle::Always => Some(Vec::new()),
            ReasoningStyle::Unknown => None,
        },
        tools: facts.tools,
        available: listed.reason.is_none(),
        reason: listed.reason,
    }
}
