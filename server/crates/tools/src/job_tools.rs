//! `job_output` and `job_stop`: commands that work in the background.
use std::time::Duration;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError};
use serde::Deserialize;

use crate::bash::done;
use crate::blocking::cancelled;
use crate::command::told;
use crate::definition::word;
use crate::geared::Geared;
use crate::jobs::Job;
use crate::serviced::Serviced;
use crate::services::Services;
use crate::text;

/// How long `job_output` waits where there is nothing new.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(10);
/// How long it waits for more once there is something new.
const SETTLE: Duration = Duration::from_millis(300);
/// How long `job_stop` waits for the end.
const MAX_STOP: Duration = Duration::from_secs(5);

/// The arguments of both.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    job_id: String,
}

pub(crate) struct JobOutput;

impl Serviced for JobOutput {
    const NAME: &'static str = "job_output";
    const KIND: ToolKind = ToolKind::Execute;
    const DESCRIPTION: &'static str = include_str!("../descriptions/job_output.md");
    const SCHEMA: &'static str = include_str!("../descriptions/job_output.json");
}

impl Geared for JobOutput {
    type Args = Args;
    type Gear = Services;

    fn title(arguments: &Arguments) -> String {
        title("Output of", arguments)
    }

    fn effects(_: &Services, _: &Args, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        Ok(Vec::new())
    }

    fn run(
        services: Services,
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        output(services, args, context)
    }
}

pub(crate) struct JobStop;

impl Serviced for JobStop {
    const NAME: &'static str = "job_stop";
    const KIND: ToolKind = ToolKind::Execute;
    const DESCRIPTION: &'static str = include_str!("../descriptions/job_stop.md");
    const SCHEMA: &'static str = include_str!("../descriptions/job_stop.json");
}

impl Geared for JobStop {
    type Args = Args;
    type Gear = Services;

    fn title(arguments: &Arguments) -> String {
        title("Stop", arguments)
    }

    fn effects(_: &Services, _: &Args, _: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        Ok(Vec::new())
    }

    fn run(
        services: Services,
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        stop(services, args, context)
    }
}

fn title(verb: &str, arguments: &Arguments) -> String {
    let id = word(arguments, "job_id").unwrap_or("a job");
    text::title(&format!("{verb} {id}"))
}

async fn output(
    services: Services,
    args: Args,
    context: ToolContext,
) -> Result<Outcome, ToolError> {
    let job = services.jobs().get(&context.session_id, &args.job_id)?;
    let wait = async {
        if tokio::time::timeout(MAX_WAIT, job.news()).await.is_ok() {
            // What is printed in one go is told in one go.
            let _ = tokio::time::timeout(SETTLE, job.ended()).await;
        }
    };
    tokio::select! {
        biased;
        () = context.cancel.cancelled() => return Err(cancelled()),
        () = wait => {}
    }
    Ok(done(news(&job)))
}

async fn stop(services: Services, args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let job = services.jobs().get(&context.session_id, &args.job_id)?;
    job.stop();
    if tokio::time::timeout(MAX_STOP, job.ended()).await.is_err() {
        return Ok(done(format!("{} is being stopped.", job.id)));
    }
    Ok(done(news(&job)))
}

fn news(job: &Job) -> String {
    let news = job.take_news();
    let time = told::time(news.elapsed);
    match &news.end {
        Some(end) => {
            let text = told::with_line(&news.text, &format!("[{end} It ran for {time}.]"));
            told::with_line(&text, &news.notes)
        }
        None if news.text.is_empty() => format!("[Nothing new. Still running, for {time}.]"),
        None => told::with_line(&news.text, &format!("[Still running, for {time}.]")),
    }
}
