//! `code_interpreter`: Python and JavaScript in a folder of the session's own, with files that
//! stay from call to call.
use std::path::PathBuf;

use aside_agent::item::ToolKind;
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use aside_sandbox::{Network, Stdin};
use serde::Deserialize;

use crate::blocking;
use crate::command::files::Files;
use crate::command::{on_path, told};
use crate::definition::word;
use crate::geared::Geared;
use crate::serviced::Serviced;
use crate::services::{Program, Services};

/// The folder, in the session's private one, that programs work in.
const FOLDER: &str = "code";
/// How many bytes of code one call may have.
pub(crate) const MAX_CODE_BYTES: usize = 1024 * 1024;

/// The arguments of `code_interpreter`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    language: String,
    code: String,
}

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Python,
    JavaScript,
}

impl Language {
    /// The language of this name, and of those that models use for it.
    fn of_word(word: &str) -> Result<Self, ToolError> {
        match word.to_ascii_lowercase().as_str() {
            "python" | "python3" | "py" => Ok(Self::Python),
            "javascript" | "js" | "node" => Ok(Self::JavaScript),
            _ => Err(ToolError(
                "language must be python or javascript. Run programs in other languages with bash."
                    .to_owned(),
            )),
        }
    }

    /// What people call it.
    fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
        }
    }

    /// Programs that run it, the best first.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Python => &["python3", "python"],
            Self::JavaScript => &["node", "nodejs"],
        }
    }
}

pub(crate) struct CodeInterpreter;

impl Serviced for CodeInterpreter {
    const NAME: &'static str = "code_interpreter";
    const KIND: ToolKind = ToolKind::Execute;
    const DESCRIPTION: &'static str = include_str!("../descriptions/code_interpreter.md");
    const SCHEMA: &'static str = include_str!("../descriptions/code_interpreter.json");
}

impl Geared for CodeInterpreter {
    type Args = Args;
    type Gear = Services;

    fn title(arguments: &Arguments) -> String {
        match word(arguments, "language") {
            Some("python") => "Run Python".to_owned(),
            Some("javascript") => "Run JavaScript".to_owned(),
            Some(_) | None => "Run code".to_owned(),
        }
    }

    fn effects(
        services: &Services,
        args: &Args,
        _: &ToolContext,
    ) -> Result<Vec<Effect>, ToolError> {
        Ok(vec![Effect::RunProgram {
            program: program(services, Language::of_word(&args.language)?)?.to_owned(),
            arguments: Vec::new(),
        }])
    }

    fn caution(services: &Services, _: &Args) -> Option<String> {
        services.caveat(Network::Off)
    }

    fn run(
        services: Services,
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        run(services, args, context)
    }
}

/// The program that runs the language here.
fn program(services: &Services, language: Language) -> Result<&'static str, ToolError> {
    if services.is_contained() {
        // What the image has is seen when it is run.
        return Ok(language.programs()[0]);
    }
    on_path(language.programs()).ok_or_else(|| {
        ToolError(format!(
            "There is no {name} on this system: {programs} is not on the PATH. Tell the user, or do it in another way.",
            name = language.name(),
            programs = language.programs()[0],
        ))
    })
}

async fn run(services: Services, args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    if args.code.len() > MAX_CODE_BYTES {
        return Err(ToolError(format!(
            "code is longer than {MAX_CODE_BYTES} bytes. Write it to a file of the workspace and run that with bash."
        )));
    }
    let program = program(&services, Language::of_word(&args.language)?)?;
    let folder = work_folder(&services, &context)?;
    let before = Files::list(&folder);
    let settings = services.settings();
    let command = services
        .start(
            Program {
                title: program,
                program: program.into(),
                args: vec!["-".into()],
                cwd: &folder,
                environment: vec![("MPLBACKEND".into(), "Agg".into())],
                stdin: Stdin::Bytes(args.code.into_bytes()),
                network: Network::Off,
                writes_workspace: false,
                time: settings.background_after.min(settings.timeout),
            },
            &context,
        )
        .await?;
    command.follow(&context, settings.timeout).await?;
    let text = told::ended(&command.job().take_news());
    drop(command);
    let looked = blocking::run(&context.cancel, move |_| {
        let after = Files::list(&folder);
        Ok(after.since(&before, &folder))
    });
    let changes = looked.await?;
    Ok(Outcome::Done(ToolOutput {
        text: told::with_line(&text, &changes.told),
        extra: changes.pictures,
        ..ToolOutput::default()
    }))
}

fn work_folder(services: &Services, context: &ToolContext) -> Result<PathBuf, ToolError> {
    let folder = services.make_scratch(context)?.join(FOLDER);
    let trouble = |error: &dyn std::fmt::Display| {
        ToolError(format!(
            "The folder {} for programs cannot be used: {error}. The user has to see to that.",
            folder.display()
        ))
    };
    std::fs::create_dir_all(&folder).map_err(|error| trouble(&error))?;
    // A program may have put a link in its place.
    match std::fs::symlink_metadata(&folder) {
        Ok(metadata) if metadata.is_dir() => Ok(folder),
        Ok(_) => Err(trouble(&"it is no folder")),
        Err(error) => Err(trouble(&error)),
    }
}
