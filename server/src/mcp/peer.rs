//! What MCP servers ask of Aside: the folders, the user, the model.
use std::sync::{Arc, Weak};

use aside_agent::world;
use aside_mcp::{
    Elicitation, Elicited, LogLevel, Peer, Root, SampleRequest, Sampled, ServerStatus, TokenStore,
};
use futures_util::future::BoxFuture;

use super::login::KeptTokens;
use crate::clock;
use crate::engine::Engine;

/// Aside as servers see it.
pub struct Host {
    engine: Weak<Engine>,
}

impl Host {
    /// Does not keep the engine alive.
    pub fn new(engine: Weak<Engine>) -> Self {
        Self { engine }
    }
}

impl Peer for Host {
    fn roots(&self) -> Vec<Root> {
        let Some(engine) = self.engine.upgrade() else {
            return Vec::new();
        };
        let roots = engine.front().files().roots().into_iter();
        let root = |path: std::path::PathBuf| Root {
            uri: crate::wire::path_to_uri(&path).0,
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
        };
        roots.map(root).collect()
    }

    fn elicit(&self, server: &str, what: Elicitation) -> BoxFuture<'_, Elicited> {
        let server = server.to_owned();
        Box::pin(async move {
            let Some(engine) = self.engine.upgrade() else {
                return Elicited::Cancelled;
            };
            let (message, schema, url) = match what {
                Elicitation::Form { message, schema } => (message, Some(schema), None),
                Elicitation::Url { message, url } => (message, None, Some(url)),
            };
            let question = world::Elicitation {
                request_id: clock::new_id(),
                // A server is shared by all sessions and does not say for which one it asks.
                session_id: engine.mcp().session_of(&server).unwrap_or_default(),
                message: format!("{server} asks: {message}"),
                schema,
                url,
                server: Some(server),
            };
            match engine.front().elicitor().elicit(question).await {
                world::Elicited::Accepted(content) => Elicited::Accepted(content),
                world::Elicited::Declined => Elicited::Declined,
                world::Elicited::Cancelled
                | world::Elicited::Expired
                | world::Elicited::Unavailable(_) => Elicited::Cancelled,
            }
        })
    }

    fn sample(
        &self,
        server: &str,
        request: SampleRequest,
    ) -> BoxFuture<'_, Result<Sampled, String>> {
        let server = server.to_owned();
        Box::pin(async move {
            let Some(engine) = self.engine.upgrade() else {
                return Err("Aside is ending.".to_owned());
            };
            super::sample::sample(&engine, &server, request).await
        })
    }

    fn open_url(&self, server: &str, url: &str) -> BoxFuture<'_, bool> {
        let what = Elicitation::Url {
            message: "Log in on this page.".to_owned(),
            url: url.to_owned(),
        };
        let asked = self.elicit(server, what);
        Box::pin(async move { matches!(asked.await, Elicited::Accepted(_)) })
    }

    fn tokens(&self) -> Arc<dyn TokenStore> {
        Arc::new(KeptTokens::new(Weak::clone(&self.engine)))
    }

    fn log(&self, server: &str, level: LogLevel, text: &str) {
        match level {
            LogLevel::Debug => tracing::debug!(server, "{text}"),
            LogLevel::Info => tracing::info!(server, "{text}"),
            LogLevel::Warning => tracing::warn!(server, "{text}"),
            LogLevel::Error => tracing::error!(server, "{text}"),
        }
    }

    fn changed(&self, status: &ServerStatus) {
        if let Some(engine) = self.engine.upgrade() {
            engine
                .front()
                .server_changed(&crate::wire::mcp_server(status));
        }
    }
}
