//! The LSP front: the only place that knows tower-lsp and lsp-types.
mod backend;
mod client;
mod commands;
pub mod documents;
pub mod editor;
mod elicit;
mod error;
mod files;
mod front;
mod methods;
mod permission;
mod plain;
mod progress;
mod question;
mod review;
mod shared;
mod text_edits;
mod transport;
mod trust;

pub use client::ClientProfile;
pub(crate) use files::{MAX_MERGED_STATES, MAX_TAKE_BACKS, MAX_UNQUIET, POLL_INTERVAL, QUIET};
pub(crate) use transport::{
    END_OF_INPUT_GRACE, FLUSH_LIMIT, MAX_HEADER_BYTES, MAX_OPEN_NOTIFICATIONS,
    MAX_OPEN_REQUEST_BYTES, MAX_OPEN_REQUESTS, NOTIFY_STOP_BYTES, READ_STOP_BYTES,
};

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tower_lsp::LspService;

use crate::settings::{Dirs, Layers};
use backend::Backend;
use shared::Shared;
use transport::{ExitReason, Options, Outgoing};

/// How long storing what is pending may take at the end.
pub const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// Serves standard input and output until the editor leaves; returns the exit code.
pub async fn serve(dirs: Dirs, layers: Layers) -> u8 {
    let started = Instant::now();
    let max_message_bytes = layers.resolve().settings.transport.max_message_bytes();
    let outgoing = Outgoing::new();
    let (parent, mut parent_gone) = mpsc::channel(1);
    let shared = OnceLock::new();
    let service = LspService::build(|client| {
        let shared = shared.get_or_init(|| Shared::new(client, outgoing.clone(), dirs, layers));
        Backend {
            shared: std::sync::Arc::clone(shared),
            started,
            parent,
        }
    });
    let (service, socket) = methods::register(service).finish();
    let (input, output) = match transport::stdio() {
        Ok(pipes) => pipes,
        Err(error) => {
            tracing::error!(%error, "standard input and output cannot be used");
            return 1;
        }
    };
    let mut options = Options::new(outgoing);
    options.max_message_bytes = max_message_bytes;
    let reason = tokio::select! {
        reason = transport::serve(input, output, service, socket, options) => reason,
        Some(()) = parent_gone.recv() => ExitReason::EndOfInput { code: 1 },
    };
    tracing::info!(?reason, "the editor left");
    if let Some(shared) = shared.get() {
        shared.withdraw_tools();
    }
    if let Some(engine) = shared.get().and_then(|shared| shared.engine_if_any())
        && tokio::time::timeout(CLOSE_LIMIT, engine.close())
            .await
            .is_err()
    {
        tracing::error!("the database did not close in time; the next start repairs it");
    }
    reason.code()
}
