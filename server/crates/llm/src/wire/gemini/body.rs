//! The body of a request.
//!
//! The same conversation always gives the same bytes, and the conversation comes last, so that a
//! longer one begins with the bytes of the shorter one and caches can use it.
use serde::Serialize;
use serde_json::Value;

use super::contents::{Content, contents, system};
use super::schema;
use super::thinking::{self, ThinkingConfig};
use crate::wire::schema::Ordered;
use crate::{ModelRequest, ProviderConfig};

/// Writes the body.
pub(crate) fn body(
    request: &ModelRequest,
    config: &ProviderConfig,
) -> Result<Vec<u8>, serde_json::Error> {
    let output = request.output.as_ref();
    serde_json::to_vec(&Body {
        generation_config: GenerationConfig {
            max_output_tokens: request.max_output_tokens,
            temperature: request.facts.temperature,
            thinking_config: thinking::config(request),
            response_mime_type: output.map(|_| "application/json"),
            response_json_schema: output.map(|output| Ordered(schema::of_object(&output.schema))),
        },
        tools: tools(request),
        system_instruction: system(request),
        contents: contents(request, &config.origin()),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "GenerationConfig::is_empty")]
    generation_config: GenerationConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<[Tools<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Content<'a>>,
    contents: Vec<Content<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<ThinkingConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<Ordered<Value>>,
}

impl GenerationConfig {
    fn is_empty(&self) -> bool {
        self.max_output_tokens.is_none()
            && self.temperature.is_none()
            && self.thinking_config.is_none()
            && self.response_mime_type.is_none()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tools<'a> {
    function_declarations: Vec<Declaration<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    name: &'a str,
    description: &'a str,
    parameters_json_schema: Ordered<Value>,
}

/// The tools, unless there are none or the model is known to call none.
fn tools(request: &ModelRequest) -> Option<[Tools<'_>; 1]> {
    let tools = &request.tools;
    let declarations = tools.iter().map(|tool| Declaration {
        name: &tool.name,
        description: &tool.description,
        parameters_json_schema: Ordered(schema::of_object(&tool.input_schema)),
    });
    (request.facts.tools && !tools.is_empty()).then(|| {
        [Tools {
            function_declarations: declarations.collect(),
        }]
    })
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
