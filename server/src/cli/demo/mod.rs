//! `aside demo`: the real server, driven as an editor drives it, against a recorded model.
mod editor;
mod project;

use std::path::Path;
use std::time::Duration;

use aside_protocol::{Event, ItemBody, ItemDelta, ToolStatus};
use aside_script::{Script, ScriptServer};

use super::args::DemoArgs;
use super::terminal::{self, Style};
use super::{Failure, exit};
use editor::Editor;
use project::Project;

/// What the model says, recorded.
const RECORDING: &str = include_str!("recording.json");

/// How long the whole turn may take; the recording takes about two seconds.
const TURN_LIMIT: Duration = Duration::from_secs(60);

const PROMPT: &str = "test.sh fails. Find out why and fix the program.";

/// What the user has typed in `leap.sh` and not saved.
const UNSAVED: &str = "# TODO(me): ask Ada about the calendar reform\n";

/// Shows Aside at work, and says plainly what is recorded.
pub async fn demo(args: DemoArgs) -> Result<u8, Failure> {
    let project = Project::create(args.dir, args.keep)?;
    let script = Script::from_json(RECORDING)
        .map_err(|error| Failure::failed(format!("the recording cannot be read: {error}")))?;
    let model = ScriptServer::start(script)?;
    introduce(&project.folder())?;

    heading("1. The test, before")?;
    let before = project.run_test().await?;
    terminal::line(before.output.trim_end(), Style::Plain)?;

    heading("2. An editor opens leap.sh, and you type a comment that you do not save")?;
    let mut editor = Editor::start(&project, &model.url()).await?;
    editor.open(&project.file("leap.sh"), "leap.sh").await?;
    editor.type_at_start("leap.sh", UNSAVED).await?;
    terminal::line(&format!("+{}", UNSAVED.trim_end()), Style::Green)?;

    heading("3. You ask Aside")?;
    terminal::line(&format!("> {PROMPT}"), Style::Bold)?;
    editor.send_prompt(PROMPT).await?;
    let shown = tokio::time::timeout(TURN_LIMIT, show_turn(&mut editor)).await;
    shown.map_err(|_| Failure::failed("the turn took too long; `aside doctor` may say why"))??;

    heading("4. Your buffer now, saved")?;
    let text = editor.text("leap.sh")?;
    terminal::line(text.trim_end(), Style::Plain)?;
    project.save("leap.sh", &text)?;
    editor.stop().await?;

    heading("5. The test, after")?;
    let after = project.run_test().await?;
    terminal::line(after.output.trim_end(), Style::Plain)?;
    conclude(
        &project,
        before.passed,
        after.passed,
        text.starts_with(UNSAVED),
    )
}

fn introduce(folder: &Path) -> Result<(), Failure> {
    terminal::line("Aside fixes a small program", Style::Bold)?;
    terminal::line(
        "The model's side of this demo is a recording, served on loopback; no key and no network\n\
         are used. All else is real: the server, the protocol, the tools, the edit, the database.",
        Style::Plain,
    )?;
    terminal::line(&format!("Workspace: {}", folder.display()), Style::Dim)?;
    Ok(())
}

fn heading(text: &str) -> Result<(), Failure> {
    terminal::line("", Style::Plain)?;
    terminal::line(text, Style::Bold)?;
    Ok(())
}

/// Shows the turn's events as they come.
async fn show_turn(editor: &mut Editor) -> Result<(), Failure> {
    loop {
        match editor.next_event().await? {
            Event::ItemDelta {
                delta: ItemDelta::Text(text),
                ..
            } => terminal::out(&text, Style::Plain)?,
            Event::ItemCompleted { item } => {
                if let ItemBody::ToolCall(call) = &item.body {
                    let mark = match call.status {
                        ToolStatus::Completed => "done",
                        _ => "not done",
                    };
                    terminal::line(&format!("  [{}] {mark}", call.title), Style::Cyan)?;
                }
            }
            Event::EditUpdated { edit } => terminal::diff(&edit.diff, |line, style| {
                // A closed pipe is noticed by the next line that is checked.
                let _ = terminal::line(&format!("  {line}"), style);
            }),
            Event::TurnCompleted { turn } => {
                return match turn.error {
                    None => Ok(()),
                    Some(error) => Err(Failure::failed(error.message)),
                };
            }
            _ => {}
        }
    }
}

fn conclude(
    project: &Project,
    failed_before: bool,
    passed_after: bool,
    kept: bool,
) -> Result<u8, Failure> {
    heading("What you saw")?;
    if failed_before || !passed_after || !kept {
        return Err(Failure::failed(
            "the demo did not go as recorded: the test should fail before and pass after, and the unsaved comment should stay",
        ));
    }
    terminal::line(
        "The test failed before and passes after. The model was given your unsaved text, and the\n\
         edit came as a versioned workspace edit into your buffer, which kept your comment.\n\
         The model was a recording. To use a real one:\n\
         \n\
         \x20 export OPENAI_API_KEY=sk-…                            # OpenAI, or\n\
         \x20 export OPENAI_BASE_URL=http://127.0.0.1:11434/v1      # Ollama, llama.cpp, any compatible server\n\
         \x20 export ASIDE_MODEL=openai/<model>\n\
         \x20 aside doctor\n\
         \x20 aside run --permission-mode acceptEdits \"fix the failing test\"",
        Style::Plain,
    )?;
    if let Some(folder) = project.kept() {
        terminal::line(
            &format!("The workspace is kept: {}", folder.display()),
            Style::Dim,
        )?;
    }
    Ok(exit::DONE)
}
