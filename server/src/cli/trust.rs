//! `aside trust`: what this folder brings along, and whether it may be active.
use aside_protocol::{TrustState, TrustStatus};

use super::args::TrustArgs;
use super::context::{Context, environment};
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::audit;
use crate::columns::aligned;
use crate::host::Roots;
use crate::settings::{Dirs, Layers};
use crate::trust;

/// Shows it, asks, and remembers the answer.
pub async fn trust(args: TrustArgs) -> Result<u8, Failure> {
    let environment = environment();
    let dirs = Dirs::new(&environment);
    let roots = Roots::new([std::env::current_dir()?]);
    let root = roots
        .key()
        .ok_or_else(|| Failure::failed("the current folder cannot be found"))?;
    let preview = Layers::load(&dirs, Some(root), environment).preview();
    let state = crate::wire::trust_state(preview);
    if args.revoke {
        if !trust::revoke(root, &dirs.data)? {
            terminal::note("This folder was not trusted.", Style::Dim);
            return Ok(exit::DONE);
        }
        note(audit::trusted(None, [].iter(), "command line")).await?;
        terminal::note(
            "What this folder brings along is not active any more.",
            Style::Plain,
        );
        return Ok(exit::DONE);
    }
    if args.json {
        terminal::line(&crate::wire::to_json(&state), Style::Plain)?;
    } else {
        show(&state)?;
    }
    let hash = match (state.status, &state.hash) {
        (TrustStatus::Untrusted | TrustStatus::Changed, Some(hash)) if !args.status => hash,
        (TrustStatus::Refused, _) if !args.status => return Ok(exit::FAILED),
        _ => return Ok(exit::DONE),
    };
    if !args.yes && !is_wanted()? {
        return Ok(exit::REFUSED);
    }
    let survey = trust::trust(root, &dirs.data, hash)?;
    note(audit::trusted(
        Some(hash),
        survey.files.keys(),
        "command line",
    ))
    .await?;
    terminal::note(
        "It is active from now on, until one of these files changes.",
        Style::Green,
    );
    Ok(exit::DONE)
}

fn is_wanted() -> Result<bool, Failure> {
    if !terminal::is_interactive() {
        terminal::note(
            "Nothing was trusted: there is no terminal to ask on. Look at the list, then run `aside trust --yes`.",
            Style::Bold,
        );
        return Ok(false);
    }
    terminal::note(
        "Commands run with your rights, outside the sandbox. Trust all of this? [y]es, [N]o",
        Style::Bold,
    );
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(matches!(
        line.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// Appends to the audit log of the folder.
async fn note(row: aside_store::Write) -> Result<(), Failure> {
    let context = Context::open_quietly()?;
    context.engine.audit(row).await?;
    context.engine.close().await;
    Ok(())
}

fn show(state: &TrustState) -> Result<(), Failure> {
    let what = match state.status {
        TrustStatus::Nothing => "brings no settings of its own, so there is nothing to trust.",
        TrustStatus::Trusted => "brings settings of its own, which you trust. They are active:",
        TrustStatus::Untrusted => {
            "brings settings of its own. They are not active until you trust them:"
        }
        TrustStatus::Changed => {
            "brings settings of its own, which changed since you trusted them. They are not active:"
        }
        TrustStatus::Refused => "brings settings of its own that cannot be trusted.",
    };
    terminal::line(&format!("{} {what}", state.workspace), Style::Bold)?;
    if let Some(reason) = &state.reason {
        terminal::line(&format!("  {reason}"), Style::Red)?;
    }
    for file in &state.files {
        let mark = match state.changed.contains(file) {
            true => " (changed)",
            false => "",
        };
        terminal::line(&format!("  {file}{mark}"), Style::Dim)?;
    }
    let is_gone = |file: &&String| !state.files.contains(file);
    for file in state.changed.iter().filter(is_gone) {
        terminal::line(&format!("  {file} (removed)"), Style::Dim)?;
    }
    let entries = state.entries.iter();
    let rows: Vec<[String; 2]> = entries
        .map(|entry| [entry.name.clone(), entry.value.clone()])
        .collect();
    for line in aligned(&rows, 2) {
        terminal::line(&format!("    {line}"), Style::Plain)?;
    }
    for warning in &state.warnings {
        terminal::line(&format!("  {warning}"), Style::Red)?;
    }
    Ok(())
}
