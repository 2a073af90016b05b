//! `aside permission`: the rules, and what they say to a call.
use aside_protocol::{
    Effect, ListedRule, PermissionDecision, PermissionExplainParams, PermissionExplainResult,
    PermissionListParams, PermissionListResult, PermissionRule, PermissionScope, PermissionSource,
    PermissionUpdateParams,
};
use serde_json::{Map, Value};

use super::args::{ExplainArgs, PermissionArgs, PermissionCommand, RuleArgs, RuleWord, ScopeWord};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::columns::aligned;

/// The tool that runs shell commands.
const SHELL: &str = "bash";

/// Lists, adds, removes or explains.
pub async fn permission(args: PermissionArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    let done = match args.command {
        PermissionCommand::List { session, json } => list(&context, session, json).await,
        PermissionCommand::Add(args) => update(&context, args, Change::Add).await,
        PermissionCommand::Remove(args) => update(&context, args, Change::Remove).await,
        PermissionCommand::Explain(args) => explain(&context, args).await,
    };
    context.engine.close().await;
    done.map(|()| exit::DONE)
}

async fn list(context: &Context, session: Option<String>, json: bool) -> Result<(), Failure> {
    let params = PermissionListParams {
        session_id: session,
    };
    print_rules(&context.engine.permission_list(params).await?, json)
}

#[derive(Clone, Copy)]
enum Change {
    Add,
    Remove,
}

async fn update(context: &Context, args: RuleArgs, change: Change) -> Result<(), Failure> {
    let rule = PermissionRule {
        effect: args.effect,
        pattern: args.pattern,
        decision: match args.decision {
            RuleWord::Allow => PermissionDecision::Allow,
            RuleWord::Ask => PermissionDecision::Ask,
            RuleWord::Deny => PermissionDecision::Deny,
        },
        scope: match args.scope {
            ScopeWord::Session => PermissionScope::Session,
            ScopeWord::Workspace => PermissionScope::Workspace,
            ScopeWord::User => PermissionScope::User,
        },
    };
    let mut params = PermissionUpdateParams {
        session_id: args.session,
        ..PermissionUpdateParams::default()
    };
    match change {
        Change::Add => params.add.push(rule),
        Change::Remove => params.remove.push(rule),
    }
    print_rules(&context.engine.permission_update(params).await?, args.json)
}

fn print_rules(result: &PermissionListResult, json: bool) -> Result<(), Failure> {
    if json {
        terminal::line(&crate::wire::to_json(result), Style::Plain)?;
        return Ok(());
    }
    if result.rules.is_empty() {
        let note = "There are no rules, so the session's permission mode decides; docs/permissions.md says what is refused before it.";
        terminal::note(note, Style::Dim);
        return Ok(());
    }
    let row = |listed: &ListedRule| {
        let rule = &listed.rule;
        [
            crate::wire::name_of(&rule.scope),
            crate::wire::name_of(&rule.decision),
            rule.effect.clone(),
            rule.pattern.clone(),
            match (listed.source, &listed.file) {
                (PermissionSource::Settings, Some(file)) => format!("settings: {file}"),
                (_, Some(file)) => file.clone(),
                (_, None) => "database of this folder".to_owned(),
            },
        ]
    };
    let head = ["scope", "decision", "effect", "pattern", "where"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head)
        .chain(result.rules.iter().map(row))
        .collect();
    for (at, line) in aligned(&rows, 5).into_iter().enumerate() {
        let style = if at == 0 { Style::Bold } else { Style::Plain };
        terminal::line(&line, style)?;
    }
    Ok(())
}

async fn explain(context: &Context, args: ExplainArgs) -> Result<(), Failure> {
    let (tool, arguments) = match (args.tool, args.command) {
        (Some(tool), _) => (tool, arguments(args.arguments.as_deref())?),
        (None, command) => {
            let command = Value::String(command.unwrap_or_default());
            (
                SHELL.to_owned(),
                Map::from_iter([("command".to_owned(), command)]),
            )
        }
    };
    let params = PermissionExplainParams {
        session_id: args.session,
        tool,
        arguments,
    };
    let result = context.engine.permission_explain(params).await?;
    if args.json {
        terminal::line(&crate::wire::to_json(&result), Style::Plain)?;
        return Ok(());
    }
    print_explained(&result)
}

fn arguments(json: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let Some(json) = json else {
        return Ok(Map::new());
    };
    match serde_json::from_str(json) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(Failure::usage("--arguments must be a JSON object")),
        Err(error) => Err(Failure::usage(format!("--arguments is not JSON: {error}"))),
    }
}

fn print_explained(result: &PermissionExplainResult) -> Result<(), Failure> {
    let (word, style) = word(result.decision);
    terminal::out(word, style)?;
    terminal::line(&format!(": {}", result.reason), Style::Plain)?;
    if let Some(rule) = &result.rule {
        terminal::line(&format!("rule: {}", shown(rule)), Style::Plain)?;
    }
    for (effect, judgement) in result.effects.iter().zip(&result.judgements) {
        let (word, style) = self::word(judgement.decision);
        terminal::out(&format!("  {word:<6}"), style)?;
        terminal::out(&named(effect), Style::Plain)?;
        terminal::line(&format!("  {}", judgement.reason), Style::Dim)?;
    }
    Ok(())
}

fn word(decision: PermissionDecision) -> (&'static str, Style) {
    match decision {
        PermissionDecision::Allow => ("allow", Style::Green),
        PermissionDecision::Ask => ("ask", Style::Cyan),
        PermissionDecision::Deny => ("deny", Style::Red),
    }
}

fn shown(rule: &PermissionRule) -> String {
    format!(
        "{} {} {} ({})",
        crate::wire::name_of(&rule.decision),
        rule.effect,
        rule.pattern,
        crate::wire::name_of(&rule.scope)
    )
}

fn named(effect: &Effect) -> String {
    match effect {
        Effect::ReadPath { path } => format!("read {path}"),
        Effect::WritePath { path } => format!("write {path}"),
        Effect::RunProgram { program, arguments } => {
            let words = arguments.iter().map(String::as_str);
            let words: Vec<&str> = std::iter::once(program.as_str()).chain(words).collect();
            format!("run {}", words.join(" "))
        }
        Effect::Network { host } => format!("talk to {host}"),
        Effect::McpTool { server, tool, .. } => format!("call {tool} of {server}"),
    }
}
