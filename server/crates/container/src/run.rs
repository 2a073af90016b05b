//! Starting a program in a container.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use tokio::io::AsyncWriteExt;

use crate::container::Use;
use crate::engine::{Engine, ask};
use crate::error::ContainerError;
use crate::layout::text;
use crate::running::Running;

/// Runs a program and ends what it left behind.
const EXEC: &str = include_str!("exec.sh");
/// Sends a signal to what a run has started.
const STOP: &str = include_str!("stop.sh");

/// A program to run.
#[derive(Debug, Clone)]
pub struct Spec {
    /// A path inside, or a name that is looked up in the image's `PATH`. It holds no `=`.
    pub program: String,
    /// What it is called with.
    pub args: Vec<String>,
    /// The folder it runs in, inside.
    pub cwd: PathBuf,
    /// What is added to the image's environment.
    pub environment: Vec<(String, String)>,
    /// What it reads from standard input; the end of the file at once where there is none.
    pub stdin: Option<Vec<u8>>,
    /// How its output arrives.
    pub output: Streams,
}

/// How output arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// Standard error within standard output, in the order of writing.
    Merged,
    /// Each by itself.
    Separate,
}

/// Starts the program in the container, whose private folder is known there by this link too.
pub(crate) async fn start(
    engine: Arc<Engine>,
    held: Use,
    mark: String,
    spec: Spec,
    scratch: &Path,
) -> Result<Running, ContainerError> {
    let container = &held.0;
    let cwd = text(&spec.cwd)?;
    let output = match spec.output {
        Streams::Merged => "merged",
        Streams::Separate => "separate",
    };
    let input = match spec.stdin {
        Some(_) => "given",
        None => "none",
    };
    let (folder, link) = match container.scratch == scratch {
        true => (String::new(), String::new()),
        false => (text(&container.scratch)?, text(scratch)?),
    };
    let own = [
        "sh", "-c", EXEC, "aside", &mark, &cwd, output, input, &folder, &link,
    ]
    .map(str::to_owned);
    let mut command = Vec::from(own);
    command.push(spec.program.clone());
    command.extend(spec.args.iter().cloned());
    let environment = spec.environment.iter();
    let options: CreateExecOptions<String> = CreateExecOptions {
        attach_stdin: Some(spec.stdin.is_some()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        env: Some(
            environment
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        cmd: Some(command),
        ..CreateExecOptions::default()
    };
    let docker = engine.docker.clone();
    let created = docker.create_exec(&container.id, options);
    let id = ask("Preparing a program in a container", created).await?.id;
    let options: Option<StartExecOptions> = None;
    let started = docker.start_exec(&id, options);
    match ask("Starting a program in a container", started).await? {
        StartExecResults::Attached { output, mut input } => {
            let stdin = spec.stdin;
            // It ends with the program: then nobody reads any more.
            let feed = tokio::spawn(async move {
                if let Some(bytes) = stdin {
                    let _ = input.write_all(&bytes).await;
                    let _ = input.shutdown().await;
                }
                // To be held until the program ends: some engines end it otherwise.
                std::future::pending::<()>().await;
            });
            Ok(Running::new(
                engine,
                held,
                mark,
                id,
                output,
                feed,
                spec.output,
            ))
        }
        StartExecResults::Detached => Err(ContainerError::Refused {
            what: "Starting a program in a container",
            reason: "the engine started it without its output".to_owned(),
        }),
    }
}

/// Sends a signal to all that a run has started.
pub(crate) async fn signal(
    engine: &Engine,
    held: &Use,
    mark: &str,
    signal: &str,
) -> Result<(), ContainerError> {
    let command = ["sh", "-c", STOP, "aside", mark, signal].map(str::to_owned);
    let options: CreateExecOptions<String> = CreateExecOptions {
        cmd: Some(Vec::from(command)),
        attach_stdout: Some(true),
        ..CreateExecOptions::default()
    };
    let created = engine.docker.create_exec(&held.0.id, options);
    let id = ask("Preparing to stop a program in a container", created)
        .await?
        .id;
    let options = StartExecOptions {
        detach: true,
        ..StartExecOptions::default()
    };
    let started = engine.docker.start_exec(&id, Some(options));
    ask("Stopping a program in a container", started).await?;
    Ok(())
}
