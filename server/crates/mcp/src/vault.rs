//! The tokens of one server: kept by the host, and here while the program runs.
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rmcp::transport::auth::AuthError;
use rmcp::transport::{CredentialStore, StoredCredentials};
use tokio::sync::Mutex;

use crate::peer::TokenStore;

/// Bytes of what is kept of one login.
pub(crate) const MAX_TOKEN_BYTES: usize = 64 * 1024;

type Done<'a, T> = Pin<Box<dyn Future<Output = Result<T, AuthError>> + Send + 'a>>;

/// The tokens of one server. Clones share them.
#[derive(Clone)]
pub(crate) struct Vault(Arc<Shelf>);

struct Shelf {
    key: String,
    tokens: Arc<dyn TokenStore>,
    /// What the host has, once it was asked.
    known: Mutex<Option<Option<StoredCredentials>>>,
}

impl Vault {
    /// The tokens that the host keeps by this name.
    pub(crate) fn new(key: String, tokens: Arc<dyn TokenStore>) -> Self {
        Self(Arc::new(Shelf {
            key,
            tokens,
            known: Mutex::default(),
        }))
    }
}

// As `async_trait` writes it.
impl CredentialStore for Vault {
    fn load<'a, 'b>(&'a self) -> Done<'b, Option<StoredCredentials>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let mut known = self.0.known.lock().await;
            if let Some(known) = known.as_ref() {
                return Ok(known.clone());
            }
            let kept = self.0.tokens.load(&self.0.key).await.map_err(unkept)?;
            // What cannot be read is as good as nothing.
            let kept = kept.and_then(|kept| serde_json::from_str(&kept).ok());
            *known = Some(kept.clone());
            Ok(kept)
        })
    }

    fn save<'a, 'b>(&'a self, credentials: StoredCredentials) -> Done<'b, ()>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let text = serde_json::to_string(&credentials)
                .map_err(|_| unkept("It cannot be written.".to_owned()))?;
            if text.len() > MAX_TOKEN_BYTES {
                return Err(unkept("The token is too long.".to_owned()));
            }
            *self.0.known.lock().await = Some(Some(credentials));
            self.0.tokens.save(&self.0.key, text).await.map_err(unkept)
        })
    }

    fn clear<'a, 'b>(&'a self) -> Done<'b, ()>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            *self.0.known.lock().await = Some(None);
            self.0.tokens.remove(&self.0.key).await.map_err(unkept)
        })
    }
}

fn unkept(reason: String) -> AuthError {
    AuthError::CredentialStoreError(reason)
}
