//! `bash`: a shell command in the sandbox.
use std::path::PathBuf;
use std::time::Duration;

use aside_agent::host::WorkspacePath;
use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_sandbox::{Network, Stdin};
use serde::Deserialize;

use crate::command::effects::{Looked, Surroundings, look};
use crate::command::follow::Followed;
use crate::command::touched::Touched;
use crate::command::{shell, told};
use crate::definition::word;
use crate::geared::Geared;
use crate::job_tools::{JobOutput, JobStop};
use crate::serviced::Serviced;
use crate::services::{Program, Services};
use crate::text;

/// The arguments of `bash`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    command: String,
    cwd: Option<String>,
    timeout_ms: Option<u64>,
    background: Option<bool>,
}

pub(crate) struct Bash;

impl Serviced for Bash {
    const NAME: &'static str = "bash";
    const KIND: ToolKind = ToolKind::Execute;
    const DESCRIPTION: &'static str = include_str!("../descriptions/bash.md");
    const SCHEMA: &'static str = include_str!("../descriptions/bash.json");
}

impl Geared for Bash {
    type Args = Args;
    type Gear = Services;

    fn title(arguments: &Arguments) -> String {
        let command = word(arguments, "command").map(str::trim);
        let first = command.and_then(|command| command.lines().next());
        text::title(first.unwrap_or("Run a command"))
    }

    fn effects(
        services: &Services,
        args: &Args,
        context: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        let cwd = folder(args.cwd.as_deref(), context)?;
        Ok(looked(&args.command, &cwd, services, context)?.effects)
    }

    fn caution(services: &Services, args: &Args) -> Option<String> {
        let root = services.root();
        let place = aside_shell::Place {
            cwd: root,
            home: services.home(),
            roots: &[root.to_owned()],
        };
        let analysis = aside_shell::analyse(&args.command, &place);
        let is_networked = |effect| matches!(effect, &aside_shell::Effect::Network { .. });
        let network = match analysis.effects.iter().any(is_networked) {
            true => Network::On,
            false => services.settings().network,
        };
        let warnings = analysis.warnings();
        let warnings = warnings.map(|danger| format!("Note that {danger}."));
        let caveat = services.caveat(network);
        let sentences = warnings.chain(caveat).collect::<Vec<_>>();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    fn run(
        services: Services,
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        run(services, args, context)
    }
}

/// The folder that a command starts in, inside the workspace.
pub(crate) fn folder(cwd: Option<&str>, context: &ToolContext) -> Result<WorkspacePath, ToolError> {
    let path = context
        .files
        .resolve(cwd.filter(|cwd| !cwd.is_empty()).unwrap_or("."))?;
    match path.absolute().is_dir() {
        true => Ok(path),
        false => Err(ToolError(format!(
            "cwd: {} is no folder. Leave it out to run in the workspace's folder.",
            path.display()
        ))),
    }
}

/// What a command would do, where it runs.
pub(crate) fn looked(
    command: &str,
    cwd: &WorkspacePath,
    services: &Services,
    context: &ToolContext,
) -> Result<Looked, ToolError> {
    if command.trim().is_empty() {
        return Err(ToolError(
            "command is empty. Give a command to run.".to_owned(),
        ));
    }
    let scratch = services.scratch(&context.session_id);
    let tmp = services.has_own_tmp().then(|| PathBuf::from("/tmp"));
    let private = scratch.into_iter().chain(tmp).collect::<Vec<_>>();
    let surroundings = Surroundings {
        cwd: cwd.absolute(),
        home: services.home(),
        private: &private,
    };
    look(command, surroundings, &*context.files)
}

async fn run(services: Services, args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let settings = services.settings();
    let cwd = folder(args.cwd.as_deref(), &context)?;
    let looked = looked(&args.command, &cwd, &services, &context)?;
    let is_background = args.background == Some(true);
    if is_background {
        services
            .jobs()
            .check_room(&context.session_id, settings.max_jobs)?;
    }
    let time = args
        .timeout_ms
        .filter(|ms| *ms > 0)
        .map(Duration::from_millis);
    let program = Program {
        title: &args.command,
        program: shell().into(),
        args: vec!["-c".into(), args.command.clone().into()],
        cwd: cwd.absolute(),
        environment: Vec::new(),
        stdin: Stdin::Null,
        // What it means to reach was permitted, or nobody would have let it run.
        network: match looked.network {
            true => Network::On,
            false => settings.network,
        },
        writes_workspace: true,
        time: time.unwrap_or(settings.timeout).min(settings.timeout),
    };
    let touched = Touched::watch(&context);
    let command = services.start(program, &context).await?;
    let session_id = &context.session_id;
    if is_background {
        let job = command.keep();
        services.jobs().keep(session_id, &job);
        return Ok(in_background(format!(
            "Started in the background as {id}. See what it prints with job_output, end it with job_stop.",
            id = job.id
        )));
    }
    match command.follow(&context, settings.background_after).await? {
        Followed::Ended => {
            let news = command.job().take_news();
            let text = told::ended(&news);
            Ok(done(told::with_line(&text, &touched.told(&context))))
        }
        Followed::Working => {
            if let Err(error) = services.jobs().check_room(session_id, settings.max_jobs) {
                command.job().stop();
                command.job().ended().await;
                let text = told::ended(&command.job().take_news());
                return Ok(done(told::with_line(&text, &format!("[{error}]"))));
            }
            let job = command.keep();
            services.jobs().keep(session_id, &job);
            let news = job.take_news();
            let line = format!(
                "[Still running after {}, so it goes on in the background as {id}. See what more it prints with job_output, end it with job_stop.]",
                told::time(news.elapsed),
                id = job.id,
            );
            Ok(in_background(told::with_line(&news.text, &line)))
        }
    }
}

/// The tools for jobs are offered once there is one.
fn in_background(text: String) -> Outcome {
    Outcome::Done(ToolOutput {
        text,
        offers: [JobOutput::NAME, JobStop::NAME].map(str::to_owned).to_vec(),
        ..ToolOutput::default()
    })
}

pub(crate) fn done(text: String) -> Outcome {
    Outcome::Done(ToolOutput {
        text,
        ..ToolOutput::default()
    })
}
