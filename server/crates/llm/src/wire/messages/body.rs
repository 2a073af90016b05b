//! The body of a request.
//!
//! The same conversation always gives the same bytes, and the conversation comes last: but for
//! the cache marks, a longer one begins with the bytes of the shorter one.
use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::block::Block;
use super::marks::{self, Mark};
use super::schema;
use super::thinking::{Plan, Thinking};
use super::turns::{Turn, began_without_thinking, turns};
use crate::wire::schema::Ordered;
use crate::{ModelRequest, ProviderConfig};

/// Writes the body.
pub(crate) fn body(
    request: &ModelRequest,
    config: &ProviderConfig,
) -> Result<Vec<u8>, serde_json::Error> {
    let marked = config.quirks.cache_marks;
    let mut messages = turns(request, &config.origin());
    if marked {
        marks::mark(&mut messages);
    }
    let plan = Plan::of(request, !began_without_thinking(&messages));
    let format = request.output.as_ref().map(|output| Format::JsonSchema {
        schema: Ordered(schema::of_answer(&output.schema)),
    });
    let output_config = OutputConfig {
        effort: plan.effort,
        format,
    };
    // A model that thinks takes none, and none takes more than 1.
    let temperature = request.facts.temperature.map(|said| said.min(1.0));
    serde_json::to_vec(&Body {
        model: &request.model,
        max_tokens: plan.max_tokens,
        stream: true,
        temperature: temperature.filter(|_| plan.thinking.is_none()),
        thinking: plan.thinking.map(|thinking| ThinkingField {
            thinking,
            block_binding: config.quirks.bound_thinking.then_some(BlockBinding {
                prefix_mismatch_behavior: "drop_block",
            }),
        }),
        output_config: (!output_config.is_empty()).then_some(output_config),
        tools: tools(request, marked),
        system: system(request, marked),
        messages,
    })
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<ThinkingField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<System<'a>>,
    messages: Vec<Turn<'a>>,
}

#[derive(Serialize)]
struct ThinkingField {
    #[serde(flatten)]
    thinking: Thinking,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_binding: Option<BlockBinding>,
}

/// What becomes of thinking that comes back where something before it changed, such as a tool
/// that is no longer there: the whole request is refused unless it is dropped.
/// <https://platform.claude.com/docs/en/build-with-claude/preserved-thinking>.
#[derive(Serialize)]
struct BlockBinding {
    prefix_mismatch_behavior: &'static str,
}

#[derive(Serialize)]
struct OutputConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
}

impl OutputConfig {
    fn is_empty(&self) -> bool {
        self.effort.is_none() && self.format.is_none()
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format {
    JsonSchema { schema: Ordered<Value> },
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: Ordered<Cow<'a, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<Mark>,
}

/// The tools, unless the model is known to call none.
fn tools(request: &ModelRequest, marked: bool) -> Vec<Tool<'_>> {
    if !request.facts.tools {
        return Vec::new();
    }
    let count = request.tools.len();
    let tools = request.tools.iter().enumerate();
    tools
        .map(|(at, tool)| Tool {
            name: &tool.name,
            description: &tool.description,
            input_schema: Ordered(schema::of_arguments(&tool.input_schema)),
            cache_control: marks::of_tool(at, count).filter(|_| marked),
        })
        .collect()
}

/// The system prompt: only blocks can be marked, and some servers read only text.
#[derive(Serialize)]
#[serde(untagged)]
enum System<'a> {
    Text(&'a str),
    Marked([Block<'a>; 1]),
}

fn system(request: &ModelRequest, marked: bool) -> Option<System<'_>> {
    let mut block = Block::text(request.system.as_str())?;
    if !marked {
        return Some(System::Text(&request.system));
    }
    block.set_mark(Mark::Ephemeral);
    Some(System::Marked([block]))
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
