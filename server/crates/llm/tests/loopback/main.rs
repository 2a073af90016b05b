//! Chat Completions against a scripted server on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests may panic as tests do"
)]
mod azure;
mod bad_input;
mod embed;
mod failures;
mod gemini;
mod messages;
mod network;
mod responses;
mod streams;
mod tls;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aside_llm::catalog::ListedModel;
use aside_llm::{
    Chunk, ChunkStream, Message, Model, ModelError, ModelRequest, ProviderConfig, Remote, Secret,
    ToolDef, UserPart, Wire,
};
use aside_script::{Reply, Script, ScriptServer};
use futures_util::StreamExt;
use serde_json::json;

/// How long anything may take that is bound to come.
const PATIENCE: Duration = Duration::from_secs(60);
const KEY: &str = "sk-very-secret";

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { tokio::time::timeout(PATIENCE, test).await.unwrap() })
}

fn serve(replies: impl IntoIterator<Item = Reply>) -> ScriptServer {
    ScriptServer::start(Script::new(replies)).unwrap()
}

fn config(server: &ScriptServer) -> ProviderConfig {
    ProviderConfig::new(Wire::Chat, server.url(), Secret::new(KEY))
}

fn model(server: &ScriptServer) -> Remote {
    Remote::new(config(server))
}

/// How long a server that hangs is waited for: far longer than the other ones are silent on a
/// busy machine.
const SOON: Duration = Duration::from_secs(1);

/// A configuration for a server that falls silent in the middle of its answer.
fn impatient(server: &ScriptServer) -> Remote {
    Remote::new(ProviderConfig {
        headers_timeout: PATIENCE,
        idle_timeout: SOON,
        ..config(server)
    })
}

fn request() -> ModelRequest {
    ModelRequest {
        system: "Be brief.".into(),
        messages: vec![Message::User(vec![UserPart::Text("Hi.".into())])],
        tools: Arc::from([ToolDef {
            name: "f".into(),
            description: "Does.".into(),
            input_schema: json!({"type": "object"}),
        }]),
        ..ModelRequest::new("m")
    }
}

/// Reads the stream to its end: all chunks, and the error if there was one. Nothing may come
/// after an error or the stop.
async fn collect(mut stream: ChunkStream) -> (Vec<Chunk>, Option<ModelError>) {
    let mut chunks = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(more) => {
                assert!(!more.is_empty());
                assert!(!matches!(chunks.last(), Some(Chunk::Stop(_))));
                chunks.extend(more);
            }
            Err(error) => {
                assert!(stream.next().await.is_none());
                return (chunks, Some(error));
            }
        }
    }
    assert!(matches!(chunks.last(), Some(Chunk::Stop(_))), "{chunks:?}");
    (chunks, None)
}

/// What the model answers, with neighbours of one kind put together.
async fn answer(model: &Remote) -> Result<(Vec<Chunk>, Option<ModelError>), ModelError> {
    let stream = model.stream(request()).await?;
    let (chunks, error) = collect(stream).await;
    Ok((merged(chunks), error))
}

fn merged(chunks: Vec<Chunk>) -> Vec<Chunk> {
    let mut merged: Vec<Chunk> = Vec::new();
    for chunk in chunks {
        match (merged.last_mut(), chunk) {
            (Some(Chunk::Text(all)), Chunk::Text(more))
            | (Some(Chunk::Reasoning(all)), Chunk::Reasoning(more)) => all.push_str(&more),
            (
                Some(Chunk::ToolCall {
                    index: last,
                    arguments,
                    ..
                }),
                Chunk::ToolCall {
                    index,
                    id: None,
                    name: None,
                    arguments: more,
                },
            ) if *last == index => arguments.push_str(&more),
            (_, chunk) => merged.push(chunk),
        }
    }
    merged
}

fn ids(models: Vec<ListedModel>) -> Vec<String> {
    models.into_iter().map(|model| model.id).collect()
}

fn text(text: &str) -> Chunk {
    Chunk::Text(text.into())
}
