//! A tool of an MCP server, which need not run yet.
use std::sync::{Arc, Weak};

use aside_agent::item::{ToolKind, ToolSource};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext, ToolError, ToolSpec};
use aside_mcp::{Call, Progress, ToolInfo};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::result;
use crate::engine::Engine;

/// How many words about progress wait to be told; further ones are dropped.
pub const MAX_WAITING_PROGRESS: usize = 16;

/// Whether what a server says of its tools counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A tool that it calls read-only is one.
    Counts,
    /// Its tools may do anything.
    CountsNot,
}

/// A tool of a server.
pub struct McpTool {
    engine: Weak<Engine>,
    spec: ToolSpec,
    server: String,
    tool: String,
    read_only: bool,
}

impl McpTool {
    /// The tool that models call by `name`; `known` where its server has listed it.
    pub fn new(
        engine: Weak<Engine>,
        name: &str,
        (server, tool): (String, String),
        known: Option<&ToolInfo>,
        word: Word,
    ) -> Self {
        let schema = known.map_or_else(
            || json!({"type": "object"}),
            |known| Value::Object((*known.input_schema).clone()),
        );
        Self {
            engine,
            spec: ToolSpec {
                name: name.to_owned().into(),
                description: known
                    .map_or_else(String::new, |known| known.description.clone())
                    .into(),
                input_schema: schema,
                kind: ToolKind::Other,
                source: ToolSource::Mcp {
                    server: server.clone(),
                },
            },
            read_only: word == Word::Counts && known.is_some_and(|known| known.read_only),
            server,
            tool,
        }
    }
}

impl Tool for McpTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn title(&self, _: &Arguments) -> String {
        format!("{} of {}", self.tool, self.server)
    }

    fn effects(&self, _: &Arguments, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        Ok(vec![Effect::McpTool {
            server: self.server.clone(),
            tool: self.tool.clone(),
            read_only: self.read_only,
        }])
    }

    fn call(
        &self,
        arguments: Arguments,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<Outcome, ToolError>> {
        let engine = self.engine.upgrade();
        let (server, tool) = (self.server.clone(), self.tool.clone());
        Box::pin(async move {
            let engine = engine.ok_or_else(|| ToolError("Aside is ending.".to_owned()))?;
            let checked = engine.mcp().check(&server, &engine.settings());
            checked.map_err(|why| ToolError(format!("Tell the user: {why}.")))?;
            if !engine.mcp().is_chosen(&context.session_id, &server) {
                return Err(ToolError(format!(
                    "This session does not use the MCP server {server}. Go on without it."
                )));
            }
            engine.mcp().called_by(&server, &context.session_id);
            let manager = engine.mcp().manager(&engine);
            let (said, mut heard) = mpsc::channel::<String>(MAX_WAITING_PROGRESS);
            let call = Call {
                server,
                tool,
                arguments,
                cancel: context.cancel.clone(),
                on_progress: Arc::new(move |progress| {
                    let _ = said.try_send(shown(&progress));
                }),
                idle_timeout: None,
            };
            let called = manager.call(call);
            tokio::pin!(called);
            let answer = loop {
                tokio::select! {
                    answer = &mut called => break answer,
                    Some(progress) = heard.recv() => context.outputs.say(progress).await,
                }
            };
            let answer = answer.map_err(|error| ToolError(error.to_string()))?;
            result::output(answer).map(Outcome::Done)
        })
    }
}

fn shown(progress: &Progress) -> String {
    let total = progress
        .total
        .map_or_else(String::new, |total| format!(" of {total}"));
    match progress.message.is_empty() {
        true => format!("{}{total}\n", progress.done),
        false => format!("{}{total}: {}\n", progress.done, progress.message),
    }
}
