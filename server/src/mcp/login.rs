//! Logins at MCP servers: the tokens are kept where keys are.
use std::sync::Weak;

use aside_mcp::TokenStore;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::keys::LOGIN_PREFIX;

/// How many bytes of a server's hash are in the name of its token.
const HASH_BYTES: usize = 8;

/// The tokens of an engine.
pub struct KeptTokens {
    engine: Weak<Engine>,
}

impl KeptTokens {
    /// Does not keep the engine alive.
    pub fn new(engine: Weak<Engine>) -> Self {
        Self { engine }
    }
}

/// The name among the keys, which `aside auth list` shows.
fn name(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    let hash = hash
        .iter()
        .take(HASH_BYTES)
        .map(|byte| format!("{byte:02x}"));
    format!("{LOGIN_PREFIX}{}", hash.collect::<String>())
}

const GONE: &str = "Aside is ending.";

impl TokenStore for KeptTokens {
    fn load(&self, key: &str) -> BoxFuture<'_, Result<Option<String>, String>> {
        let name = name(key);
        Box::pin(async move {
            let engine = self.engine.upgrade().ok_or(GONE)?;
            engine.keys().kept(name).await
        })
    }

    fn save(&self, key: &str, secret: String) -> BoxFuture<'_, Result<(), String>> {
        let name = name(key);
        Box::pin(async move {
            let engine = self.engine.upgrade().ok_or(GONE)?;
            engine.keys().keep(name, secret).await
        })
    }

    fn remove(&self, key: &str) -> BoxFuture<'_, Result<(), String>> {
        let name = name(key);
        Box::pin(async move {
            let engine = self.engine.upgrade().ok_or(GONE)?;
            engine.keys().forget(name).await
        })
    }
}
