//! The smallest agent on bare tower-lsp, to measure Aside beside it: no sessions, no storage, no
//! permission, no buffers. What it costs is what nobody can save.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a yardstick with a disk and a terminal of its own, not a part of the program"
)]
mod agent;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{ExecuteCommandParams, InitializeParams, InitializeResult};
use tower_lsp::{Client, LanguageServer, LspService, Server};

/// A piece of the streamed answer.
#[derive(Serialize, Deserialize)]
struct ChunkParams {
    text: String,
}

/// `floor/chunk`.
enum ChunkNotification {}

impl Notification for ChunkNotification {
    type Params = ChunkParams;
    const METHOD: &'static str = "floor/chunk";
}

struct Floor {
    client: Client,
    agent: agent::Agent,
}

#[tower_lsp::async_trait]
impl LanguageServer for Floor {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        Ok(InitializeResult::default())
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    /// Any command is a turn; its first argument is the prompt.
    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let prompt = params.arguments.first().and_then(Value::as_str);
        let turn = self.agent.turn(prompt.unwrap_or_default(), |text| {
            self.client
                .send_notification::<ChunkNotification>(ChunkParams { text })
        });
        match turn.await {
            Ok(()) => Ok(Some(json!("done"))),
            Err(error) => {
                let mut answer = Error::internal_error();
                answer.message = error.to_string().into();
                Err(answer)
            }
        }
    }
}

/// With no arguments a language server on stdio; `run PROMPT` is one turn.
#[tokio::main(flavor = "current_thread")]
async fn main() -> agent::Outcome<()> {
    // Only the first call installs it, and this is the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, prompt] = arguments.as_slice()
        && command == "run"
    {
        let print = |text: String| async move { print!("{text}") };
        return agent::Agent::default().turn(prompt, print).await;
    }
    let (service, socket) = LspService::new(|client| Floor {
        client,
        agent: agent::Agent::default(),
    });
    Server::new(tokio::io::stdin(), tokio::io::stdout(), socket)
        .serve(service)
        .await;
    Ok(())
}
