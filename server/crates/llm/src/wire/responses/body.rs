//! The body of a Responses request.
//!
//! The same conversation always gives the same bytes, and the conversation comes last, so
//! that a longer one begins with the bytes of the shorter one and caches can use it.
use serde::{Serialize, Serializer};

use super::input::Input;
use crate::wire::schema::Ordered;
use crate::{Effort, ModelRequest, OutputSchema, ProviderConfig, ReasoningStyle, ToolDef};

/// Asks for reasoning in a form that can be sent back, since nothing is stored there.
const ENCRYPTED_REASONING: &str = "reasoning.encrypted_content";

/// Writes the body.
pub(crate) fn body(
    request: &ModelRequest,
    config: &ProviderConfig,
) -> Result<Vec<u8>, serde_json::Error> {
    let quirks = &config.quirks;
    // Who takes a cache key speaks OpenAI's own Responses. Others know less of it, and some
    // refuse what they do not know.
    let is_full = quirks.cache_key;
    let reasons = reasons(request);
    let cache_key = request.cache_key.as_deref();
    let origin = config.origin();
    serde_json::to_vec(&Body {
        model: &request.model,
        stream: true,
        store: false,
        include: (is_full && reasons).then_some([ENCRYPTED_REASONING]),
        prompt_cache_key: cache_key.filter(|_| quirks.cache_key),
        max_output_tokens: request.max_output_tokens,
        temperature: request.facts.temperature,
        reasoning: reasoning(request, is_full && reasons),
        text: request.output.as_deref().map(|output| TextField {
            format: Format::of(output),
        }),
        tools: if request.facts.tools {
            &request.tools
        } else {
            &[]
        },
        instructions: &request.system,
        input: Input {
            request,
            origin: &origin,
        },
    })
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    stream: bool,
    store: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TextField<'a>>,
    #[serde(
        skip_serializing_if = "<[ToolDef]>::is_empty",
        serialize_with = "serialize_tools"
    )]
    tools: &'a [ToolDef],
    #[serde(skip_serializing_if = "str::is_empty")]
    instructions: &'a str,
    input: Input<'a>,
}

#[derive(Serialize)]
struct Reasoning {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'static str>,
}

/// Whether the model reasons as far as we know. Models that do not refuse what is asked of
/// reasoning, so of one that nobody knows it depends on what the user asks for.
fn reasons(request: &ModelRequest) -> bool {
    match request.facts.reasoning {
        ReasoningStyle::None => false,
        ReasoningStyle::Effort | ReasoningStyle::Budget | ReasoningStyle::Always => true,
        ReasoningStyle::Unknown => match request.thinking.effort {
            Some(effort) => effort != Effort::None,
            None => request.thinking.budget.is_some_and(|budget| budget > 0),
        },
    }
}

fn reasoning(request: &ModelRequest, with_summary: bool) -> Option<Reasoning> {
    match request.facts.reasoning {
        ReasoningStyle::None | ReasoningStyle::Always => return None,
        ReasoningStyle::Effort | ReasoningStyle::Budget | ReasoningStyle::Unknown => {}
    }
    let effort = request.thinking.effort.map(effort_word);
    let summary = with_summary.then_some("auto");
    (effort.is_some() || summary.is_some()).then_some(Reasoning { effort, summary })
}

/// The word for it here. Few models know `xhigh`, and nothing says which: the most that all know
/// is `high`.
fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal | Effort::Low | Effort::Medium | Effort::High => {
            effort.word()
        }
        Effort::Max => Effort::High.word(),
    }
}

#[derive(Serialize)]
struct TextField<'a> {
    format: Format<'a>,
}

#[derive(Serialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    strict: bool,
    schema: Ordered<&'a serde_json::Value>,
}

impl<'a> Format<'a> {
    fn of(output: &'a OutputSchema) -> Self {
        Self {
            kind: "json_schema",
            name: &output.name,
            strict: true,
            schema: Ordered(&output.schema),
        }
    }
}

fn serialize_tools<S: Serializer>(tools: &&[ToolDef], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(tools.iter().map(|tool| Tool {
        kind: "function",
        name: &tool.name,
        description: &tool.description,
        parameters: Ordered(&tool.input_schema),
        strict: false,
    }))
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    description: &'a str,
    parameters: Ordered<&'a serde_json::Value>,
    /// It is true where it is not said, and then few schemas are taken.
    strict: bool,
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
