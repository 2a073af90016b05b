//! Running checkers in the sandbox.
use std::path::{Path, PathBuf};
use std::time::Duration;

use aside_agent::permission::Effect;
use aside_agent::tool::{ToolContext, ToolError};
use aside_agent::world::Diagnostic;
use aside_sandbox::{Network, Stdin};

use super::{Checker, parse};
use crate::bash::looked;
use crate::command::shell;
use crate::command::told::with_line;
use crate::services::{Captured, Program, Services};
use crate::text;

/// How long one checker may work; less where commands may not take so long.
pub(crate) const MAX_CHECK: Duration = Duration::from_secs(300);
/// How much of what a checker prints is read.
pub(crate) const MAX_PRINTED_BYTES: usize = 16 * 1024 * 1024;
/// How much the model is shown of what a checker printed that reported nothing and failed.
const MAX_SHOWN_BYTES: usize = 4 * 1024;
/// How many folders above the checker's a path that it prints may be relative to.
const MAX_PARENTS: usize = 16;

/// What running a checker would do.
pub(crate) fn effects(
    checker: &Checker,
    services: &Services,
    context: &ToolContext,
) -> Result<Vec<Effect>, ToolError> {
    let cwd = context.files.resolve(&checker.cwd.to_string_lossy())?;
    let mut effects = looked(&checker.command, &cwd, services, context)?.effects;
    if effects.is_empty() {
        // Whatever is known of it, it is a program of which nobody was told.
        effects.push(Effect::RunProgram {
            program: shell().to_owned(),
            arguments: vec!["-c".to_owned(), checker.command.clone()],
        });
    }
    Ok(effects)
}

/// What came of a checker.
#[derive(Debug)]
pub(crate) struct Checked {
    /// What it reports, with absolute paths.
    pub(crate) found: Vec<Diagnostic>,
    /// What the model is to know beside that; may be empty.
    pub(crate) notes: String,
}

/// Runs a checker. It has failed where it reports nothing and ends badly.
pub(crate) async fn run(
    checker: &Checker,
    file: Option<&Path>,
    services: &Services,
    context: &ToolContext,
) -> Result<Checked, ToolError> {
    let settings = services.settings();
    let cwd = context.files.resolve(&checker.cwd.to_string_lossy())?;
    let looked = looked(&checker.command, &cwd, services, context)?;
    let file = file.map_or_else(Default::default, |file| file.as_os_str().to_owned());
    let program = Program {
        title: &checker.command,
        program: shell().into(),
        args: vec!["-c".into(), checker.command.clone().into()],
        cwd: cwd.absolute(),
        environment: vec![
            ("ASIDE_FILE".into(), file),
            ("NO_COLOR".into(), "1".into()),
            ("CARGO_TERM_COLOR".into(), "never".into()),
            ("TERM".into(), "dumb".into()),
        ],
        stdin: Stdin::Null,
        network: match looked.network {
            true => Network::On,
            false => settings.network,
        },
        writes_workspace: true,
        time: MAX_CHECK.min(settings.timeout),
    };
    let captured = services
        .capture(program, MAX_PRINTED_BYTES, context)
        .await?;
    let roots = context.files.roots();
    let command = checker.command.clone();
    let cwd = cwd.absolute().to_owned();
    crate::blocking::run(&context.cancel, move |_| {
        let found = read(&captured, &cwd, &roots);
        match found.is_empty() && captured.end.exit_code() != Some(0) {
            true => Err(failed(&command, &captured)),
            false => Ok(Checked {
                found,
                notes: notes(&captured),
            }),
        }
    })
    .await
}

fn notes(captured: &Captured) -> String {
    let cut = match captured.is_cut {
        true => "[It printed more than is read, so that some may be missing.]",
        false => "",
    };
    with_line(&captured.notes, cut)
}

/// What was printed, as diagnostics of files that are there.
fn read(captured: &Captured, cwd: &Path, roots: &[PathBuf]) -> Vec<Diagnostic> {
    let mut found = parse::parse(&captured.stdout);
    found.extend(parse::parse(&captured.stderr));
    found.retain_mut(|one| match locate(&one.path, cwd, roots) {
        Some(path) => {
            one.path = path;
            true
        }
        None => false,
    });
    parse::without_doubles(found)
}

/// The file that a checker means: relative to its folder, or to one above that. Cargo names files
/// as its workspace does.
fn locate(path: &Path, cwd: &Path, roots: &[PathBuf]) -> Option<PathBuf> {
    if path.is_absolute() {
        return Some(path.to_owned());
    }
    let parents = cwd.ancestors().take(MAX_PARENTS);
    let mut inside = parents.take_while(|folder| roots.iter().any(|root| folder.starts_with(root)));
    inside.find_map(|folder| {
        // Without the dots that some put before all paths.
        let file = folder.join(path.strip_prefix(".").unwrap_or(path));
        file.is_file().then_some(file)
    })
}

fn failed(command: &str, captured: &Captured) -> ToolError {
    let printed = [&captured.stderr, &captured.stdout].map(|text| text.trim());
    let printed = printed.into_iter().find(|text| !text.is_empty());
    let printed = printed.unwrap_or("It printed nothing.");
    ToolError(format!(
        "`{command}` reported nothing that could be read, and did not end well. {}\n{}",
        captured.end,
        text::cut(printed, MAX_SHOWN_BYTES)
    ))
}

#[cfg(test)]
mod tests {
    use super::{locate, read};
    use crate::jobs::End;
    use crate::services::Captured;
    use crate::tests::Workspace;

    #[test]
    fn paths_are_those_of_files_that_are_there() {
        let workspace = Workspace::new(&[("a.rs", ""), ("b/src/c.rs", "")]);
        let root = workspace.root();
        let roots = [root.clone()];
        let cwd = root.join("b");
        for (path, expect) in [
            ("src/c.rs", Some("b/src/c.rs")),
            ("./src/c.rs", Some("b/src/c.rs")),
            ("b/src/c.rs", Some("b/src/c.rs")),
            ("a.rs", Some("a.rs")),
            ("none.rs", None),
            ("src", None),
            ("", None),
        ] {
            let found = locate(path.as_ref(), &cwd, &roots);
            assert_eq!(found, expect.map(|path| root.join(path)), "{path}");
        }
        assert_eq!(locate("/x".as_ref(), &cwd, &roots), Some("/x".into()));
    }

    #[test]
    fn both_outputs_count_and_doubles_once() {
        let workspace = Workspace::new(&[("a.go", "")]);
        let root = workspace.root();
        let captured = Captured {
            stdout: "a.go:1:1: error: one\na.go:1:1: error: one\n".to_owned(),
            stderr: "# example.com/a\nvet: ./a.go:2:1: two\n12:30:11: no file\n".to_owned(),
            is_cut: false,
            end: End::Exited(1),
            notes: String::new(),
        };
        let found = read(&captured, &root, std::slice::from_ref(&root));
        let shown = found.iter().map(|one| one.shown("a.go"));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            ["a.go:1: error: one", "a.go:2: error: two"]
        );
    }
}
