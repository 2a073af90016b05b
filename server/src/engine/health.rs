//! How providers are: whether the last request to each of them worked.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aside_llm::{
    ChunkStream, Model, ModelError, ModelErrorKind, ModelRequest, ProviderConfig, Secret,
};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};

use super::models::MAX_REMOTES;

/// What became of the last request to each provider. Clones are the same.
#[derive(Clone, Default)]
pub struct Health {
    last: Arc<Mutex<Vec<Last>>>,
}

/// The last request to a provider, in whatever wire format.
struct Last {
    id: String,
    base_url: String,
    key: Option<Secret>,
    failure: Option<String>,
}

impl Last {
    fn is_of(&self, config: &ProviderConfig) -> bool {
        self.id == config.id && self.base_url == config.base_url && self.key == config.key
    }
}

impl Health {
    /// Why the last request to a provider failed: `None` where there was none since its settings
    /// are these, `Some(None)` where it worked.
    pub(super) fn of(&self, config: &ProviderConfig) -> Option<Option<String>> {
        let all = self.lock();
        let last = all.iter().find(|last| last.is_of(config))?;
        Some(last.failure.clone())
    }

    fn note(&self, config: &ProviderConfig, failure: Option<String>) {
        let mut all = self.lock();
        all.retain(|last| !last.is_of(config));
        if all.len() >= MAX_REMOTES {
            all.remove(0);
        }
        all.push(Last {
            id: config.id.clone(),
            base_url: config.base_url.clone(),
            key: config.key.clone(),
            failure,
        });
    }

    fn failed(&self, config: &ProviderConfig, error: &ModelError) {
        match error.kind {
            ModelErrorKind::NoModel
            | ModelErrorKind::Auth
            | ModelErrorKind::RateLimited
            | ModelErrorKind::Provider
            | ModelErrorKind::Network
            | ModelErrorKind::Timeout
            | ModelErrorKind::Truncated => self.note(config, Some(error.message.clone())),
            // These say something of the request, not of the provider.
            ModelErrorKind::Rejected | ModelErrorKind::ContextFull => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Last>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A model whose requests tell how its provider is.
pub(super) struct Watched {
    model: Arc<dyn Model>,
    config: ProviderConfig,
    health: Health,
}

impl Watched {
    /// Watches a model of the provider that is reached so.
    pub(super) fn new(model: Arc<dyn Model>, config: ProviderConfig, health: Health) -> Self {
        Self {
            model,
            config,
            health,
        }
    }
}

impl Model for Watched {
    fn stream(&self, request: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
        let answer = self.model.stream(request);
        let (config, health) = (self.config.clone(), self.health.clone());
        async move {
            let stream = match answer.await {
                Ok(stream) => stream,
                Err(error) => {
                    health.failed(&config, &error);
                    return Err(error);
                }
            };
            health.note(&config, None);
            let watched = stream.inspect(move |item| {
                if let Err(error) = item {
                    health.failed(&config, error);
                }
            });
            Ok(watched.boxed())
        }
        .boxed()
    }
}
