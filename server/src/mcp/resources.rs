//! `mcp_resource`: what MCP servers have to read.
use std::fmt::Write as _;
use std::sync::{Arc, Weak};

use aside_agent::item::{ToolKind, ToolSource};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolOutput, ToolSpec};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::result;
use crate::engine::Engine;

/// How many resources of a server are listed.
pub const MAX_LISTED_RESOURCES: usize = 200;
/// The name.
pub const NAME: &str = "mcp_resource";

/// The tool.
pub struct McpResourceTool {
    engine: Weak<Engine>,
    spec: ToolSpec,
}

impl McpResourceTool {
    /// Does not keep the engine alive.
    pub fn new(engine: Weak<Engine>) -> Self {
        let string = json!({"type": "string"});
        Self {
            engine,
            spec: ToolSpec {
                name: NAME.into(),
                description: "Read a resource of an MCP server; without `uri`, list its resources."
                    .into(),
                input_schema: json!({
                    "type": "object",
                    "properties": {"server": string, "uri": string},
                    "required": ["server"],
                }),
                kind: ToolKind::Read,
                source: ToolSource::Builtin,
            },
        }
    }
}

fn word<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a str> {
    let word = arguments.get(name).and_then(Value::as_str);
    word.filter(|word| !word.is_empty())
}

impl Tool for McpResourceTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, arguments: &Arguments) -> String {
        let server = word(arguments, "server").unwrap_or("a server");
        match word(arguments, "uri") {
            Some(uri) => format!("Read {uri} of {server}"),
            None => format!("List the resources of {server}"),
        }
    }

    fn effects(&self, arguments: &Arguments, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        let server = word(arguments, "server").ok_or_else(|| {
            ToolError("`server` is missing: the name of an MCP server.".to_owned())
        })?;
        Ok(vec![Effect::McpTool {
            server: server.to_owned(),
            tool: NAME.to_owned(),
            read_only: true,
        }])
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let engine = self.engine.upgrade();
        Box::pin(async move {
            let engine = engine.ok_or_else(|| ToolError("Aside is ending.".to_owned()))?;
            let server = word(&arguments, "server").unwrap_or_default();
            let checked = engine.mcp().check(server, &engine.settings());
            checked.map_err(|why| ToolError(format!("Tell the user: {why}.")))?;
            if !engine.mcp().is_chosen(&context.session_id, server) {
                return Err(ToolError(format!(
                    "This session does not use the MCP server {server}. Go on without it."
                )));
            }
            let read = read(&engine, server, word(&arguments, "uri"));
            let text = tokio::select! {
                text = read => text?,
                () = context.cancel.cancelled() => {
                    return Err(ToolError("The call was cancelled.".to_owned()));
                }
            };
            Ok(Outcome::Done(ToolOutput {
                text,
                ..ToolOutput::default()
            }))
        })
    }
}

async fn read(engine: &Arc<Engine>, server: &str, uri: Option<&str>) -> Result<String, ToolError> {
    let failed = |error: aside_mcp::McpError| ToolError(error.to_string());
    let manager = engine.mcp().manager(engine);
    let mut text = String::new();
    if let Some(uri) = uri {
        for content in manager.read_resource(server, uri).await.map_err(failed)? {
            result::push_resource(content, &mut text);
            text.push('\n');
        }
        return Ok(text);
    }
    let resources = manager.resources(server).await.map_err(failed)?;
    for resource in resources.iter().take(MAX_LISTED_RESOURCES) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} {} {}",
            resource.uri, resource.name, resource.description
        );
    }
    if resources.is_empty() {
        text.push_str("It has no resources.");
    }
    let more = resources.len().saturating_sub(MAX_LISTED_RESOURCES);
    if more > 0 {
        let _ = write!(text, "[{more} more are not shown.]");
    }
    Ok(text)
}
