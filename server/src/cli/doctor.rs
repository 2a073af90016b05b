//! `aside doctor`: what is set up, what is not, and what to do about it.
use std::time::Duration;

use aside_llm::Remote;
use aside_llm::catalog::ListedModel;

use super::args::DoctorArgs;
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::engine::listing::Asking;

/// How long the provider may take to answer.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// How many of a server's models are named.
const MAX_MODELS_SHOWN: usize = 5;

/// Looks at everything; exit code 1 if something needs doing before a prompt can work.
pub async fn doctor(args: DoctorArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    if args.settings {
        terminal::out(&context.resolved.table(), Style::Plain)?;
        return Ok(exit::DONE);
    }
    let mut healthy = true;
    heading(&format!("Aside {}", env!("CARGO_PKG_VERSION")))?;
    settings(&context)?;
    healthy &= provider(&context, args.offline).await?;
    healthy &= database(&context).await?;
    editors(&context)?;
    context.engine.close().await;
    Ok(if healthy { exit::DONE } else { exit::FAILED })
}

fn heading(text: &str) -> Result<(), Failure> {
    Ok(terminal::line(text, Style::Bold)?)
}

fn good(text: &str) -> Result<(), Failure> {
    Ok(terminal::line(&format!("  ok    {text}"), Style::Green)?)
}

fn bad(text: &str) -> Result<(), Failure> {
    let text = crate::redact::redact(text);
    Ok(terminal::line(&format!("  FIX   {text}"), Style::Red)?)
}

fn info(text: &str) -> Result<(), Failure> {
    Ok(terminal::line(&format!("        {text}"), Style::Plain)?)
}

fn settings(context: &Context) -> Result<(), Failure> {
    heading("Settings that are not the default (all: aside doctor --settings)")?;
    let changed = context.resolved.changed();
    if changed.is_empty() {
        info("none")?;
    }
    for line in &changed {
        info(line)?;
    }
    for warning in &context.resolved.warnings {
        bad(warning)?;
    }
    info(&format!("config folder  {}", context.dirs.config.display()))?;
    info(&format!("data folder    {}", context.dirs.data.display()))
}

async fn provider(context: &Context, offline: bool) -> Result<bool, Failure> {
    heading("Model")?;
    let settings = &context.resolved.settings;
    info(&format!("model     {}", settings.model))?;
    let resolved = match context.engine.find_model(&settings.model).await {
        Ok(resolved) => resolved,
        Err(error) => {
            bad(&error.message)?;
            others(context, offline, None).await?;
            return Ok(false);
        }
    };
    let config = &resolved.config;
    info(&format!(
        "base URL  {} ({})",
        crate::redact::url(&config.base_url),
        config.wire.word()
    ))?;
    let key = match (&config.key, context.key_origin(&config.id)) {
        (None, _) => "none".to_owned(),
        (Some(_), origin) => format!("from {}", origin.unwrap_or("aside auth")),
    };
    info(&format!("key       {key}"))?;
    if offline {
        info("not asked, because of --offline")?;
        return Ok(true);
    }
    match Remote::new(resolved.config.clone())
        .models(PROBE_LIMIT)
        .await
    {
        Ok(models) if models.iter().any(|model| model.id == resolved.name) => {
            good("the server answers, and has the model")?;
            Ok(true)
        }
        Ok(models) => {
            good("the server answers")?;
            unlisted(&resolved.id, &resolved.name, &models)?;
            Ok(true)
        }
        // Some servers list nothing, and answer prompts all the same.
        Err(error) if error.status == Some(404) => {
            good("the server is there; it does not list its models")?;
            Ok(true)
        }
        Err(error) => {
            bad(&error.message)?;
            others(context, offline, Some(&resolved.config.id)).await?;
            Ok(false)
        }
    }
}

/// What is to be said where the server does not list the model. Some servers answer all the same.
fn unlisted(id: &str, name: &str, models: &[ListedModel]) -> Result<(), Failure> {
    let Some(first) = models.first() else {
        return info("it lists no models; should prompts fail, load one there");
    };
    let others = models.iter().skip(1).take(MAX_MODELS_SHOWN - 1);
    let others: Vec<&str> = others.map(|model| model.id.as_str()).collect();
    let more = match models.len().saturating_sub(others.len() + 1) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let provider = id.strip_suffix(name).unwrap_or_default();
    info(&format!(
        "it does not list {name}; should prompts fail, choose one that it lists:"
    ))?;
    info(&format!(
        "ASIDE_MODEL={provider}{}, or `model` in config.toml",
        first.id
    ))?;
    if others.is_empty() {
        return Ok(());
    }
    info(&format!("it also lists {}{more}", others.join(", ")))
}

/// What could be used instead, at other providers than the one that failed.
async fn others(context: &Context, offline: bool, failed: Option<&str>) -> Result<(), Failure> {
    let asking = if offline {
        Asking::Nobody
    } else {
        Asking::Servers
    };
    let models = context.engine.models(asking).await;
    let usable = models
        .iter()
        .filter(|model| model.reason.is_none() && Some(model.provider.as_str()) != failed);
    let usable: Vec<&str> = usable.map(|model| model.id.as_str()).collect();
    if usable.is_empty() {
        return Ok(());
    }
    let named = usable.iter().take(MAX_MODELS_SHOWN).copied();
    let named = named.collect::<Vec<_>>().join(", ");
    info(&format!(
        "can be used now: {named} (`aside models` lists all); set one by ASIDE_MODEL, or `model` in config.toml"
    ))
}

async fn database(context: &Context) -> Result<bool, Failure> {
    heading("Database of this folder")?;
    let path = &context.engine.workspace().database;
    info(&format!("{}", path.display()))?;
    if !path.exists() {
        info("not there yet; the first session makes it")?;
        return Ok(true);
    }
    let stats = match context.engine.store().await {
        Ok(store) => store.stats().await.map_err(Into::into),
        Err(error) => Err(error),
    };
    match stats {
        Ok(stats) => {
            good(&format!(
                "sessions: {}, turns: {}, items: {}, events: {}; {} KB",
                stats.sessions,
                stats.turns,
                stats.items,
                stats.events,
                stats.bytes / 1024
            ))?;
            Ok(true)
        }
        Err(error) => {
            bad(&error.message)?;
            Ok(false)
        }
    }
}

fn editors(context: &Context) -> Result<(), Failure> {
    heading("Editors seen last, and what they can do")?;
    let editors = crate::seen::editors(&context.dirs);
    if editors.is_empty() {
        info("none yet; configure one to run `aside lsp`")?;
    }
    for (name, seen) in &editors {
        info(&format!("{name} ({})", seen.at))?;
        info(&format!("  {}", seen.profile))?;
    }
    Ok(())
}
