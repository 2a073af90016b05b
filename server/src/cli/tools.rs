//! `aside tools`: the tools without a model.
use std::sync::Arc;

use aside_agent::host::PermissionOutcome;
use aside_agent::item::{Item, ItemBody, ToolCall, ToolStatus};
use aside_agent::outputs::Outputs;
use aside_agent::permission::{Effect, Verdict};
use aside_agent::tool::{Arguments, Outcome, Tool, ToolContext};
use serde_json::{Value, json};

use super::args::{ToolsArgs, ToolsCommand};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::audit::{self, At};
use crate::columns::aligned;
use crate::engine::Engine;

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
            verdict @ (Verdict::Allow | Verdict::Ask(_)) => {
                let record = Record::new(&context, &session, tool.as_ref(), &arguments);
                if matches!(verdict, Verdict::Ask(_)) {
                    record.permitted().await?;
                }
                record.started().await?;
                let called = tool.call(arguments, surroundings).await;
                let code = finish(&context, called).await;
                record.ended(&code).await;
                // What it started in the background ends here, and its private folder goes.
                context.engine.services().delete_session(&session).await;
                code?
            }
        },
    };
    context.engine.close().await;
    Ok(code)
}

/// Writes what a call came to, and shows it. An error is said by the caller.
async fn finish(
    context: &Context,
    called: Result<Outcome, aside_agent::tool::ToolError>,
) -> Result<u8, Failure> {
    let output = match called {
        Ok(Outcome::Done(output)) => output,
        Ok(Outcome::Edit { changes, output }) => {
            for change in &changes {
                terminal::diff(&crate::wire::unified_diff(change), terminal::note);
                let applied = context.engine.front().files().apply(change).await;
                applied.map_err(|error| Failure::failed(error.to_string()))?;
            }
            output
        }
        Err(error) => {
            terminal::error(&error.to_string());
            return Ok(exit::FAILED);
        }
    };
    terminal::line(&output.text, Style::Plain)?;
    Ok(exit::DONE)
}

/// A call in the audit log.
struct Record<'a> {
    engine: &'a Arc<Engine>,
    session: Arc<str>,
    item: Item,
    call: ToolCall,
}

impl<'a> Record<'a> {
    fn new(
        context: &'a Context,
        session: &Arc<str>,
        tool: &dyn Tool,
        arguments: &Arguments,
    ) -> Self {
        let spec = tool.spec();
        let call = ToolCall {
            name: spec.name.to_string(),
            source: spec.source.clone(),
            kind: spec.kind,
            title: tool.title(arguments),
            arguments: arguments.clone(),
            status: ToolStatus::Running,
            output: Vec::new(),
            edit_ids: Vec::new(),
            locations: Vec::new(),
            duration_ms: None,
        };
        let item = Item {
            id: crate::clock::new_id(),
            turn_id: String::new(),
            created_at: crate::clock::now(),
            body: ItemBody::ToolCall(call.clone()),
        };
        Self {
            engine: &context.engine,
            session: Arc::clone(session),
            item,
            call,
        }
    }

    fn at(&self) -> At<'_> {
        At {
            session: &self.session,
            turn: None,
        }
    }

    /// The user said so beforehand, with `--yes`.
    async fn permitted(&self) -> Result<(), Failure> {
        let outcome = PermissionOutcome::Allowed;
        let row = audit::permitted(self.at(), &self.item, &self.call, &outcome);
        Ok(self.engine.audit(row).await?)
    }

    async fn started(&self) -> Result<(), Failure> {
        let mode = crate::wire::name_of(&self.engine.settings().permission_mode);
        let row = audit::started(self.at(), &self.item, &self.call, &mode);
        Ok(self.engine.audit(row).await?)
    }

    async fn ended(&self, code: &Result<u8, Failure>) {
        let status = match code {
            Ok(code) if *code == exit::DONE => ToolStatus::Completed,
            Ok(_) | Err(_) => ToolStatus::Failed,
        };
        let call = ToolCall {
            status,
            ..self.call.clone()
        };
        let row = audit::ended(self.at(), &self.item, &call);
        if let Err(error) = self.engine.audit(row).await {
            terminal::error(&format!(
                "the end of the call is not in the audit log: {error}"
            ));
        }
    }
}
