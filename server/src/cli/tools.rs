//! `aside tools`: the tools without a model.
use std::sync::Arc;

use aside_agent::outputs::Outputs;
use aside_agent::permission::{Effect, Verdict};
use aside_agent::tool::{Arguments, Outcome, ToolContext};
use serde_json::{Value, json};

use super::args::{ToolsArgs, ToolsCommand};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::columns::aligned;

/// Does what is asked.
pub async fn tools(args: ToolsArgs) -> Result<u8, Failure> {
    match args.command {
        ToolsCommand::List { json } => list(json).await,
        ToolsCommand::Call {
            name,
            arguments,
            yes,
        } => call(&name, &arguments, yes).await,
    }
}

async fn list(json: bool) -> Result<u8, Failure> {
    let context = Context::open()?;
    let toolbox = context.engine.toolbox();
    if json {
        let tools = toolbox.iter().map(|tool| {
            let spec = tool.spec();
            json!({"name": spec.name, "description": spec.description, "inputSchema": spec.input_schema})
        });
        terminal::line(&Value::Array(tools.collect()).to_string(), Style::Plain)?;
        return Ok(exit::DONE);
    }
    let rows = toolbox.iter().map(|tool| {
        let spec = tool.spec();
        let about = spec.description.split(". ").next().unwrap_or_default();
        [
            spec.name.to_string(),
            about.lines().next().unwrap_or_default().to_owned(),
        ]
    });
    let rows: Vec<[String; 2]> = rows.collect();
    for line in aligned(&rows, 2) {
        terminal::line(&line, Style::Plain)?;
    }
    Ok(exit::DONE)
}

async fn call(name: &str, arguments: &str, yes: bool) -> Result<u8, Failure> {
    let arguments: Arguments = serde_json::from_str(arguments)
        .map_err(|error| Failure::usage(format!("the arguments are no JSON object: {error}")))?;
    let context = Context::open()?;
    let tool = context.engine.toolbox().get(name).ok_or_else(|| {
        Failure::failed(format!(
            "there is no tool {name}; `aside tools list` names those there are"
        ))
    })?;
    let front = context.engine.front();
    let session: Arc<str> = Arc::from(crate::clock::new_id());
    let surroundings = ToolContext {
        session_id: Arc::clone(&session),
        outputs: Outputs::nowhere(),
        elicitor: front.elicitor(),
        editor: front.editor(),
        ..ToolContext::new(front.files())
    };
    let code = match tool.effects(&arguments, &surroundings) {
        Err(error) => {
            terminal::error(&error.to_string());
            exit::FAILED
        }
        Ok(effects) => match context.engine.permission_verdict(&effects).await? {
            Verdict::Deny(reason) => {
                terminal::error(&reason);
                exit::REFUSED
            }
            Verdict::Ask(open) if !yes => {
                let effects: Vec<Effect> = open.into_iter().map(|open| open.effect).collect();
                for effect in &effects {
                    terminal::note(
                        &format!("It would {}.", aside_agent::permission::what(effect)),
                        Style::Plain,
                    );
                }
                terminal::note("Pass --yes to let it.", Style::Bold);
                exit::REFUSED
            }
            Verdict::Allow | Verdict::Ask(_) => match tool.call(arguments, surroundings).await {
                Ok(Outcome::Done(output)) => {
                    terminal::line(&output.text, Style::Plain)?;
                    exit::DONE
                }
                Ok(Outcome::Edit { changes, output }) => {
                    for change in &changes {
                        terminal::diff(&crate::wire::unified_diff(change), terminal::note);
                        front
                            .files()
                            .apply(change)
                            .await
                            .map_err(|error| Failure::failed(error.to_string()))?;
                    }
                    terminal::line(&output.text, Style::Plain)?;
                    exit::DONE
                }
                Err(error) => {
                    terminal::error(&error.to_string());
                    exit::FAILED
                }
            },
        },
    };
    context.engine.close().await;
    Ok(code)
}
