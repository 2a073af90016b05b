//! `cargo xtask model`: how many one-line bugs a real model mends by itself. A small model is the
//! hardest judge of prompts, tool schemas and refusals.
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::programs::{cargo, root, target};

/// How long one bug may take.
const LIMIT: Duration = Duration::from_secs(600);
/// How many requests one bug may take: reading, editing, and some mistakes.
const MAX_REQUESTS: u32 = 10;
/// How often it is looked whether a turn is over.
const LOOK: Duration = Duration::from_millis(200);

/// What is run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The base URL of the server: with `/v1` for chat and responses, without for messages.
    #[arg(long)]
    url: String,
    /// The model, as its server names it.
    #[arg(long, default_value = "local")]
    model: String,
    /// The wire format.
    #[arg(long, default_value = "chat", value_parser = ["chat", "responses", "messages"])]
    wire: String,
    /// How the model is told to edit.
    #[arg(long, default_value = "editFile", value_parser = ["editFile", "applyPatch", "searchReplace", "wholeFile"])]
    dialect: String,
    /// How freely the model chooses its words; as its server has it where nothing is said.
    #[arg(long)]
    temperature: Option<f64>,
    /// Only bugs whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Which bugs: those that prompts are tried on while they are worked on, those held out, or all.
    #[arg(long, default_value = "all", value_parser = ["all", "tried", "heldOut"])]
    bugs: String,
    /// Keep each bug's folder, its events and its log, and say where.
    #[arg(long)]
    keep: bool,
    /// The program to try instead of the one of the source as it is.
    #[arg(long)]
    program: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Bugs {
    bug: Vec<Bug>,
}

#[derive(Debug, Deserialize)]
struct Bug {
    name: String,
    path: String,
    prompt: String,
    text: String,
    wrong: String,
    right: Vec<String>,
    /// Whether the prompts were never tried on it while they were worked on.
    #[serde(default)]
    held_out: bool,
}

/// What became of a bug.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Fixed,
    Unchanged,
    Otherwise,
    TookTooLong,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = match &arguments.program {
        Some(program) => std::path::absolute(program)?,
        None => {
            cargo(&["build", "--package", "aside"])?;
            target().join("debug/aside")
        }
    };
    let path = root().join("tests/model/bugs.toml");
    let text = std::fs::read_to_string(&path).context("tests/model/bugs.toml")?;
    let bugs: Bugs = toml::from_str(&text)?;
    let chosen: Vec<&Bug> = bugs
        .bug
        .iter()
        .filter(|bug| bug.name.contains(&arguments.only))
        .filter(|bug| match arguments.bugs.as_str() {
            "tried" => !bug.held_out,
            "heldOut" => bug.held_out,
            _ => true,
        })
        .collect();
    if chosen.is_empty() {
        bail!("no bug's name contains {:?}", arguments.only);
    }
    // Of those that the prompts were tried on, and of those held out.
    let (mut fixed, mut held_out) = (0, 0);
    for bug in &chosen {
        let started = Instant::now();
        let (verdict, events) = attempt(bug, &program, arguments)?;
        let is_fixed = usize::from(verdict == Verdict::Fixed);
        match bug.held_out {
            true => held_out += is_fixed,
            false => fixed += is_fixed,
        }
        println!(
            "{:20} {:12} {:4} s  {}",
            bug.name,
            format!("{verdict:?}"),
            started.elapsed().as_secs(),
            calls(&events)
        );
    }
    let all_held_out = chosen.iter().filter(|bug| bug.held_out).count();
    println!(
        "fixed {fixed} of {}, and {held_out} of {all_held_out} held out ({}, {}, {})",
        chosen.len() - all_held_out,
        arguments.model,
        arguments.wire,
        arguments.dialect
    );
    Ok(())
}

/// Lets the model try, in a folder of its own; gives the verdict and the turn's events.
fn attempt(bug: &Bug, program: &Path, arguments: &Arguments) -> anyhow::Result<(Verdict, String)> {
    // The folder is always the same, since its name is in the prompt: the beginning of a request
    // that it has seen before costs a local server nothing.
    let folder = target().join("model/tried");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let workspace = folder.join("workspace");
    std::fs::create_dir_all(&workspace)?;
    let before = bug.text.trim_start_matches('\n');
    if before.matches(&bug.wrong).count() == 0 {
        bail!("{}: the wrong line is not in the text", bug.name);
    }
    std::fs::write(workspace.join(&bug.path), before)?;
    let events = folder.join("events.jsonl");
    let child = command(&folder, &workspace, &events, bug, program, arguments)?
        .spawn()
        .context("aside did not start")?;
    let is_over = wait(child)?;
    let after = std::fs::read_to_string(workspace.join(&bug.path)).unwrap_or_default();
    let said = std::fs::read_to_string(&events)?;
    let verdict = match is_over {
        false => Verdict::TookTooLong,
        true => judge(bug, before, &after),
    };
    if arguments.keep {
        let kept = target().join("model").join(bug.name.replace(' ', "-"));
        if kept.exists() {
            std::fs::remove_dir_all(&kept)?;
        }
        std::fs::rename(&folder, &kept)?;
        println!("  kept in {}", kept.display());
    } else {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok((verdict, said))
}

fn command(
    folder: &Path,
    workspace: &Path,
    events: &Path,
    bug: &Bug,
    program: &Path,
    arguments: &Arguments,
) -> anyhow::Result<Command> {
    let out = std::fs::File::create(events)?;
    let errors = std::fs::File::create(folder.join("errors.txt"))?;
    let config = folder.join("config");
    std::fs::create_dir_all(&config)?;
    let of_model = arguments
        .temperature
        .map_or_else(String::new, |temperature| {
            let model = &arguments.model;
            format!("[providers.tried.models.\"{model}\"]\ntemperature = {temperature}\n")
        });
    std::fs::write(
        config.join("config.toml"),
        format!(
            "[edits]\ndialects = \"*={}\"\n[providers.tried]\nbase_url = \"{}\"\nwire = \"{}\"\n\
             [providers]\nfirst_byte_timeout_s = 600\n[turn]\nmax_iterations = {MAX_REQUESTS}\n{of_model}",
            arguments.dialect, arguments.url, arguments.wire
        ),
    )?;
    let mut command = Command::new(program);
    command
        .args([
            "run",
            "--json",
            "--permission-mode",
            "acceptEdits",
            "--model",
        ])
        .arg(format!("tried/{}", arguments.model))
        .arg(&bug.prompt)
        // Without tools the model sees only what is sent along.
        .args(match arguments.dialect.as_str() {
            "searchReplace" | "wholeFile" => vec!["--attach", &bug.path],
            _ => Vec::new(),
        })
        .current_dir(workspace)
        .env("ASIDE_CONFIG_DIR", config)
        .env("ASIDE_DATA_DIR", folder.join("data"))
        .env("ASIDE_LOG", "debug")
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(errors);
    Ok(command)
}

/// Whether it ended in time; it is killed otherwise.
fn wait(mut child: Child) -> anyhow::Result<bool> {
    let started = Instant::now();
    while started.elapsed() < LIMIT {
        if child.try_wait()?.is_some() {
            return Ok(true);
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}

fn judge(bug: &Bug, before: &str, after: &str) -> Verdict {
    if after == before {
        return Verdict::Unchanged;
    }
    // A bug's line may stand elsewhere too, where it is none: the first one counts.
    let is_fix = |right: &String| before.replacen(&bug.wrong, right, 1) == after;
    if bug.right.iter().any(is_fix) {
        return Verdict::Fixed;
    }
    Verdict::Otherwise
}

/// The tool calls of the turn and how each ended, in a line.
fn calls(events: &str) -> String {
    let mut calls = Vec::new();
    for line in events.lines() {
        let Ok(event) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let event = &event["event"];
        let item = &event["item"];
        match (event["type"].as_str(), item["type"].as_str()) {
            (Some("itemCompleted"), Some("toolCall")) => {
                let word = |name: &str| item[name].as_str().unwrap_or("?").to_owned();
                calls.push(format!("{} {}", word("name"), word("status")));
            }
            (Some("turnCompleted"), _) => {
                let reason = event["turn"]["stopReason"].as_str().unwrap_or("?");
                calls.push(reason.to_owned());
            }
            _ => {}
        }
    }
    calls.join(", ")
}
