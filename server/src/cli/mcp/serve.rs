//! `aside mcp serve`: the tools for other agents.
use std::sync::Arc;

use crate::cli::args::McpServeArgs;
use crate::cli::context::Context;
use crate::cli::terminal::{self, Style};
use crate::cli::{Failure, exit};
use crate::engine::permissions::Asks;

/// Serves until the client closes its end; through the server of an editor where there is one.
pub async fn serve(args: &McpServeArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    let folder = context.engine.workspace().key.display().to_string();
    #[cfg(unix)]
    if !args.standalone
        && let Some(editor) = crate::mcp::connect(context.engine.workspace()).await
    {
        let note = format!("Serving the editor that has {folder} open.");
        terminal::note(&note, Style::Dim);
        return attached::pass(editor).await;
    }
    let why = match args.standalone {
        true => "as asked",
        false => "no editor has it open with Aside",
    };
    let note = format!("Serving {folder} from the disk ({why}).");
    terminal::note(&note, Style::Dim);
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    crate::mcp::serve(Arc::clone(&context.engine), input, output, Asks::Nobody).await;
    context.engine.close().await;
    Ok(exit::DONE)
}

#[cfg(unix)]
mod attached {
    //! Through the server of an editor.
    use std::time::Duration;

    use tokio::io::{AsyncWriteExt as _, copy};
    use tokio::net::UnixStream;

    use crate::cli::{Failure, exit};

    /// How long to wait for the last answers after the client closed its end.
    const LAST_ANSWERS: Duration = Duration::from_secs(10);

    /// Passes all on until one end closes.
    pub async fn pass(editor: UnixStream) -> Result<u8, Failure> {
        let (mut from_editor, mut to_editor) = editor.into_split();
        let (mut input, mut output) = (tokio::io::stdin(), tokio::io::stdout());
        let mut answers = std::pin::pin!(async {
            copy(&mut from_editor, &mut output).await?;
            output.flush().await
        });
        tokio::select! {
            biased;
            passed = &mut answers => {
                let why = match passed {
                    Ok(()) => String::new(),
                    Err(error) => format!(" ({error})"),
                };
                return Err(Failure::failed(format!(
                    "the editor's server ended{why}; start `aside mcp serve` again to go on"
                )));
            }
            // What cannot be passed on is answered by the end of the answers.
            _ = copy(&mut input, &mut to_editor) => {}
        }
        let _ = to_editor.shutdown().await;
        // The server ends its side once it has answered.
        let _ = tokio::time::timeout(LAST_ANSWERS, answers).await;
        Ok(exit::DONE)
    }
}
