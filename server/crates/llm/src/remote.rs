//! A model server reached over HTTP, whatever wire format it speaks.
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::time::timeout;

use crate::catalog::{ListedModel, listed};
use crate::client::Http;
use crate::failure::error_body;
use crate::wire::stream::{Reading, chunks};
use crate::wire::text_calls::TextCalls;
use crate::wire::{body, decoder};
use crate::{ChunkStream, Model, ModelError, ModelErrorKind, ModelRequest, ProviderConfig};

/// Bytes of a list of models.
pub(crate) const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;

/// A model server. Making one costs nothing; the HTTP client is set up at the first request and
/// its connections are kept for later ones. Clones share it.
#[derive(Clone)]
pub struct Remote {
    pub(crate) http: Arc<Http>,
    origin: Arc<str>,
}

impl Remote {
    /// A server reached by this configuration. A bad base URL is told by the first request.
    #[must_use]
    pub fn new(config: ProviderConfig) -> Self {
        Self {
            origin: config.origin(),
            http: Arc::new(Http::new(config)),
        }
    }

    /// How the server is reached.
    #[must_use]
    pub fn config(&self) -> &ProviderConfig {
        &self.http.config
    }

    /// Asks the server for its models. Those that hold no conversation (embeddings, speech,
    /// pictures) are left out. The limit is for the whole of it.
    ///
    /// # Errors
    /// As of a request; [`ModelErrorKind::Truncated`] if the server is there but sends no
    /// list of models.
    pub async fn models(&self, limit: Duration) -> Result<Vec<ListedModel>, ModelError> {
        let failures = &self.http.failures;
        let list = async {
            let response = self.http.get(limit).await?;
            let mut response = self.checked(response).await?;
            let mut body = Vec::new();
            while let Some(bytes) = response
                .chunk()
                .await
                .map_err(|error| failures.network(&error))?
            {
                if body.len() + bytes.len() > MAX_LIST_BYTES {
                    return Err(failures.truncated("The list of models is too long."));
                }
                body.extend_from_slice(&bytes);
            }
            Ok(body)
        };
        let body = match timeout(limit, list).await {
            Ok(body) => body?,
            Err(_elapsed) => return Err(failures.timeout("did not list its models", limit)),
        };
        let mut models = listed(&body).ok_or_else(|| {
            failures.truncated("The server answers, but not with a list of models.")
        })?;
        // A server may name anything, and what it names is shown.
        models.retain(|model| failures.redacted(model.id.clone()) == model.id);
        Ok(models)
    }

    /// The response if it is good, else why not.
    pub(crate) async fn checked(&self, mut response: Response) -> Result<Response, ModelError> {
        let failures = &self.http.failures;
        if !response.status().is_success() {
            return Err(failures.status(response).await);
        }
        if !is_html(response.headers()) {
            return Ok(response);
        }
        let page = error_body(&mut response).await;
        let mut error = failures.web_page(&String::from_utf8_lossy(&page));
        error.status = Some(response.status().as_u16());
        let id = failures.request_id(response.headers());
        Err(failures.identified(error, id))
    }

    async fn send(self, request: ModelRequest) -> Result<ChunkStream, ModelError> {
        let failures = &self.http.failures;
        let config = &self.http.config;
        let body = body(&request, config).map_err(|error| {
            failures.error(
                ModelErrorKind::Rejected,
                format!("The request cannot be written as JSON ({error})."),
            )
        })?;
        tracing::debug!(
            model = request.model,
            bytes = body.len(),
            "asking the model"
        );
        let model = request.model.clone();
        let text_calls = match config.quirks.text_calls {
            true => TextCalls::of(&request.tools),
            false => None,
        };
        // The conversation may be large, and the answer may take long.
        drop(request);
        let response = self.http.post(&model, body).await?;
        let response = self.checked(response).await?;
        let reading = Reading {
            decoder: decoder(config.wire),
            text_calls,
            failures: failures.clone(),
            origin: Arc::clone(&self.origin),
            idle: config.idle_timeout,
            total: config.total_timeout,
        };
        Ok(chunks(response, reading))
    }
}

impl Model for Remote {
    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
        self.clone().send(request).boxed()
    }
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote")
            .field("config", &self.http.config)
            .finish_non_exhaustive()
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().starts_with("text/html"))
}
