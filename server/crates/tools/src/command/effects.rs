//! What a command would do, as effects that a user is asked about, and what is refused unasked.
use std::path::{Path, PathBuf};

use aside_agent::host::Files;
use aside_agent::permission::Effect;
use aside_agent::tool::ToolError;
use aside_shell::{Analysis, Danger, Name, Place, Scope, Target};

use super::repository::{self, Named};

/// A program that is not known, or a part of a command that is not understood.
const UNKNOWN: &str = "?";
/// How many bytes a part of a command is named with.
const MAX_NAMED_BYTES: usize = 1024;

/// Where a command runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    /// The folder that it starts in.
    pub(crate) cwd: &'a Path,
    /// The user's home folder, where there is one.
    pub(crate) home: Option<&'a Path>,
    /// Folders outside the workspace that may be written unasked: private ones.
    pub(crate) private: &'a [PathBuf],
}

/// What a command would do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Looked {
    /// What it does; of a command that only reads no more than what it reads.
    pub(crate) effects: Vec<Effect>,
    /// Whether it means to reach the network.
    pub(crate) network: bool,
    /// Sentences that a question says beside the effects.
    pub(crate) warnings: Vec<String>,
}

/// Looks at a command without running it. An error is a sentence for the model: why it may not
/// run whatever the user says.
pub(crate) fn look(
    command: &str,
    surroundings: Surroundings<'_>,
    files: &dyn Files,
) -> Result<Looked, ToolError> {
    let roots = files.roots();
    let place = Place {
        cwd: surroundings.cwd,
        home: surroundings.home,
        roots: &roots,
    };
    let analysis = aside_shell::analyse(command, &place);
    let denials = analysis.denials().map(Danger::to_string);
    let denials = denials.collect::<Vec<_>>();
    if !denials.is_empty() {
        return Err(ToolError(format!(
            "The command was not run: {}. Aside never runs that, whoever asks. If the user needs it, tell them, so that they do it themselves.",
            denials.join(", and ")
        )));
    }
    let named = program_of_git(&analysis, surroundings.cwd);
    let looker = Looker {
        files,
        private: surroundings.private,
        git: match named {
            Some(_) => Git::Runs,
            None => Git::Reads,
        },
    };
    let warnings = analysis.warnings();
    let warnings = warnings.map(|danger| format!("Note that {danger}."));
    let warnings = warnings.chain(named.as_ref().map(told)).collect();
    let network = analysis
        .effects
        .iter()
        .any(|effect| matches!(effect, aside_shell::Effect::Network { .. }));
    Ok(Looked {
        effects: looker.effects(command, &analysis)?,
        network,
        warnings,
    })
}

struct Looker<'a> {
    files: &'a dyn Files,
    private: &'a [PathBuf],
    git: Git,
}

/// What Git does where it only reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Git {
    /// No more than that.
    Reads,
    /// It runs what the repository's settings name.
    Runs,
}

impl Looker<'_> {
    fn effects(&self, command: &str, analysis: &Analysis) -> Result<Vec<Effect>, ToolError> {
        let mut effects = Vec::new();
        let mut is_whole = analysis.is_whole;
        for effect in &analysis.effects {
            let effect = match effect {
                aside_shell::Effect::Read { path } => {
                    is_whole &= !matches!(path, Target::Unknown(_));
                    self.read(path)
                }
                aside_shell::Effect::Write { path } => {
                    is_whole &= !matches!(path, Target::Unknown(_));
                    self.write(path)?
                }
                aside_shell::Effect::Run {
                    program,
                    arguments,
                    scope,
                } => run(program, arguments, self.scope(program, *scope)),
                aside_shell::Effect::Network { host } => Some(Effect::Network {
                    host: match host {
                        Name::Known(host) => host.clone(),
                        Name::Unknown(_) => UNKNOWN.to_owned(),
                    },
                }),
            };
            if let Some(effect) = effect
                && !effects.contains(&effect)
            {
                effects.push(effect);
            }
        }
        if !is_whole {
            effects.push(Effect::RunProgram {
                program: UNKNOWN.to_owned(),
                arguments: vec![cut(command)],
            });
        }
        Ok(effects)
    }

    fn scope(&self, program: &Name, scope: Scope) -> Scope {
        match (self.git, scope) {
            (Git::Runs, Scope::Reads) if is_git(program) => Scope::Listed,
            (Git::Runs | Git::Reads, scope) => scope,
        }
    }

    /// A read whose path is not known may be one outside the workspace, so the command counts as
    /// one that is not understood.
    fn read(&self, target: &Target) -> Option<Effect> {
        let path = place(target)?;
        let name = path.to_str()?;
        let path = match self.files.resolve(name) {
            Ok(inside) => inside.absolute().to_string_lossy().into_owned(),
            Err(_) if self.is_private(path) => return None,
            Err(_) => name.to_owned(),
        };
        Some(Effect::ReadPath {
            path: with_extent(path, target),
        })
    }

    /// A write whose path is not known is no effect of its own: the sandbox keeps it inside the
    /// workspace, and the command counts as one that is not understood.
    fn write(&self, target: &Target) -> Result<Option<Effect>, ToolError> {
        let Some(path) = place(target) else {
            return Ok(None);
        };
        // The workspace may lie in a folder that is private else.
        let inside = path.to_str().map(|path| self.files.resolve(path));
        match inside {
            Some(Err(_)) | None if self.is_private(path) => Ok(None),
            Some(Ok(path)) => Ok(Some(Effect::WritePath {
                path: with_extent(path.absolute().to_string_lossy().into_owned(), target),
            })),
            Some(Err(error)) => Err(ToolError(format!(
                "The command was not run, for it would write outside the workspace: {error} Files that nobody else needs can go to $TMPDIR."
            ))),
            None => Err(ToolError(format!(
                "The command was not run, for it would write {}, which is not UTF-8.",
                path.display()
            ))),
        }
    }

    fn is_private(&self, path: &Path) -> bool {
        self.private.iter().any(|folder| path.starts_with(folder))
    }
}

fn is_git(program: &Name) -> bool {
    match program {
        Name::Known(name) => name.rsplit('/').next() == Some("git"),
        Name::Unknown(_) => false,
    }
}

/// The program that Git would run though it is only to read, where it reads.
fn program_of_git(analysis: &Analysis, cwd: &Path) -> Option<Named> {
    let is_used = analysis.effects.iter().any(|effect| match effect {
        aside_shell::Effect::Run { program, scope, .. } => {
            is_git(program) && *scope == Scope::Reads
        }
        aside_shell::Effect::Read { .. }
        | aside_shell::Effect::Write { .. }
        | aside_shell::Effect::Network { .. } => false,
    });
    if !is_used {
        return None;
    }
    let folders = analysis.effects.iter().filter_map(|effect| match effect {
        aside_shell::Effect::Read {
            path: Target::Beneath(folder),
        } => Some(folder.as_path()),
        aside_shell::Effect::Read {
            path: Target::At(_) | Target::Unknown(_),
        }
        | aside_shell::Effect::Run { .. }
        | aside_shell::Effect::Write { .. }
        | aside_shell::Effect::Network { .. } => None,
    });
    let mut folders: Vec<&Path> = folders.chain([cwd]).collect();
    folders.sort_unstable();
    folders.dedup();
    folders.into_iter().find_map(repository::program_of)
}

fn told(named: &Named) -> String {
    format!(
        "Note that Git runs a program of the repository even to show something: {} in {}.",
        named.what,
        named.file.display()
    )
}

/// The path as effects name it: with what is beneath it, where that is meant too.
fn with_extent(path: String, target: &Target) -> String {
    match target {
        Target::Beneath(_) if path.ends_with('/') => format!("{path}**"),
        Target::Beneath(_) => format!("{path}/**"),
        Target::At(_) | Target::Unknown(_) => path,
    }
}

fn place(target: &Target) -> Option<&Path> {
    match target {
        Target::At(path) | Target::Beneath(path) => Some(path),
        Target::Unknown(_) => None,
    }
}

/// A program that only reads is no effect.
fn run(program: &Name, arguments: &[String], scope: Scope) -> Option<Effect> {
    match (program, scope) {
        (Name::Known(_), Scope::Reads) => None,
        (Name::Known(program), Scope::Listed | Scope::Anything) => Some(Effect::RunProgram {
            program: program.clone(),
            arguments: arguments.to_vec(),
        }),
        (Name::Unknown(text), _) => Some(Effect::RunProgram {
            program: UNKNOWN.to_owned(),
            arguments: vec![cut(text)],
        }),
    }
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_NAMED_BYTES)].to_owned()
}
