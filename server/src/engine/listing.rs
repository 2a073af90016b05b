//! Which models there are: those of the table and the settings, and those that servers list.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aside_llm::catalog::{ListedModel, ProviderSettings, known_models, provider, providers};
use aside_llm::{ModelError, ModelErrorKind, ModelFacts, ProviderConfig};
use futures_util::future::join_all;

use super::Engine;
use super::models;
use crate::settings::Settings;

/// How long a server may take to list its models.
pub const LIST_LIMIT: Duration = Duration::from_secs(4);
/// How long a server on a usual port of this machine may take, if there is one.
pub const LOCAL_LIMIT: Duration = Duration::from_millis(800);
/// How long a list is used again before the server is asked anew.
pub const LIST_KEPT: Duration = Duration::from_secs(300);
/// How long it is used that a server gave none.
pub const FAILURE_KEPT: Duration = Duration::from_secs(10);
/// How many models of one server are listed.
pub const MAX_LISTED: usize = 2000;

/// A model that there is.
#[derive(Debug, Clone)]
pub struct Listed {
    /// `provider/model`.
    pub id: String,
    /// The provider's id.
    pub provider: String,
    /// The provider's name for the model.
    pub name: String,
    /// What is known of it.
    pub facts: ModelFacts,
    /// Why it cannot be used, and what to do.
    pub reason: Option<String>,
}

/// How a provider is.
#[derive(Debug, Clone)]
pub struct ProviderState {
    /// Its id.
    pub id: String,
    /// Why it cannot be used, and what to do.
    pub reason: Option<String>,
}

/// Whether servers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Those that are set up, and the usual ports of this machine.
    Servers,
    /// None.
    Nobody,
}

/// What a server said when it was asked for its models.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    config: ProviderConfig,
    at: Instant,
    models: Result<Arc<[ListedModel]>, ModelError>,
}

/// What there is at one provider.
enum Found {
    /// It is set up: what its server said, if it was asked.
    Ready(Option<Result<Arc<[ListedModel]>, ModelError>>),
    /// Something is missing.
    Missing(String),
    /// A server that might be on this machine, and is not.
    Absent,
}

impl Engine {
    /// All models: those that can be used first, in the order of the table.
    pub async fn models(self: &Arc<Self>, asking: Asking) -> Vec<Listed> {
        let settings = self.settings();
        let own = self.provider_settings(None).await;
        let ids = ids(&own);
        let found = ids.iter().map(|id| self.found(id, &own, &settings, asking));
        let found = join_all(found).await;
        let mut all = Vec::new();
        for (id, found) in ids.iter().zip(found) {
            list(id, &own, found, &mut all);
        }
        all.sort_by_key(|listed| listed.reason.is_some());
        all
    }

    /// The providers that are set up, and the one that new sessions use. No server is asked: what
    /// became of the last prompt counts, and where there was none, of the last list of models.
    pub async fn provider_states(self: &Arc<Self>) -> Vec<ProviderState> {
        let settings = self.settings();
        let own = self.provider_settings(None).await;
        let chosen = aside_llm::catalog::split(&settings.model, &own);
        let chosen = chosen.map_or("openai", |name| name.provider).to_owned();
        let mut states = Vec::new();
        for id in ids(&own) {
            let reason = match models::resolved(&format!("{id}/-"), &own, &settings) {
                Err(error) if id == chosen => Some(self.why_not(&id, error).message),
                Err(_) => continue,
                Ok(_) if !own.contains_key(&id) && id != chosen => continue,
                Ok(resolved) => {
                    let answer = self.models.answer(&resolved.config, Duration::MAX);
                    let error = answer.and_then(|models| models.err());
                    let unlisted = error.and_then(|error| why_unusable(&error, true));
                    self.models.health.of(&resolved.config).unwrap_or(unlisted)
                }
            };
            states.push(ProviderState { id, reason });
        }
        states
    }

    async fn found(
        &self,
        id: &str,
        own: &BTreeMap<String, ProviderSettings>,
        settings: &Settings,
        asking: Asking,
    ) -> Found {
        let config = match models::resolved(&format!("{id}/-"), own, settings) {
            Ok(resolved) => resolved.config,
            Err(error) => return Found::Missing(self.why_not(id, error).message),
        };
        // Nobody said that there is a server on this machine: it is there or it is not.
        let is_guess = !own.contains_key(id);
        if asking == Asking::Nobody {
            return if is_guess {
                Found::Absent
            } else {
                Found::Ready(None)
            };
        }
        let limit = if is_guess { LOCAL_LIMIT } else { LIST_LIMIT };
        match self.models.list(config, limit).await {
            Err(_) if is_guess => Found::Absent,
            answer => Found::Ready(Some(answer)),
        }
    }
}

impl models::Models {
    /// What a server lists; asked anew if what it said last is old.
    async fn list(
        &self,
        config: ProviderConfig,
        limit: Duration,
    ) -> Result<Arc<[ListedModel]>, ModelError> {
        if let Some(models) = self.answer(&config, LIST_KEPT) {
            return models;
        }
        let remote = self.remote(config.clone());
        let models = remote.models(limit).await.map(|mut models| {
            models.truncate(MAX_LISTED);
            Arc::from(models)
        });
        self.keep(Answer {
            config,
            at: Instant::now(),
            models: models.clone(),
        });
        models
    }

    /// What a server said last of a model of its own, however long ago.
    pub(super) fn listed(&self, config: &ProviderConfig, name: &str) -> Option<ListedModel> {
        let models = self.answer(config, Duration::MAX)?.ok()?;
        models.iter().find(|model| model.id == name).cloned()
    }

    fn answer(
        &self,
        config: &ProviderConfig,
        kept: Duration,
    ) -> Option<Result<Arc<[ListedModel]>, ModelError>> {
        let answers = self.answers();
        let answer = answers.iter().find(|answer| answer.config == *config)?;
        let kept = match &answer.models {
            Ok(_) => kept,
            Err(_) => kept.min(FAILURE_KEPT),
        };
        (answer.at.elapsed() < kept).then(|| answer.models.clone())
    }

    fn keep(&self, answer: Answer) {
        let mut answers = self.answers();
        answers.retain(|other| other.config != answer.config);
        if answers.len() >= models::MAX_REMOTES {
            answers.remove(0);
        }
        answers.push(answer);
    }
}

/// The providers of the table, then those that only the settings name.
fn ids(own: &BTreeMap<String, ProviderSettings>) -> Vec<String> {
    let table = providers().iter().map(|spec| spec.id.to_owned());
    let added = own.keys().filter(|id| provider(id).is_none()).cloned();
    table.chain(added).collect()
}

fn list(id: &str, own: &BTreeMap<String, ProviderSettings>, found: Found, all: &mut Vec<Listed>) {
    let none = ProviderSettings::default();
    let said = own.get(id).unwrap_or(&none);
    let listed = |name: &str, facts: ModelFacts, reason: Option<String>| Listed {
        id: format!("{id}/{name}"),
        provider: id.to_owned(),
        name: name.to_owned(),
        facts,
        reason,
    };
    let known = known_models(id, said);
    let (servers, reason) = match found {
        Found::Absent => return,
        Found::Missing(reason) => (None, Some(reason)),
        Found::Ready(None) => (None, None),
        Found::Ready(Some(Ok(servers))) => (Some(servers), None),
        Found::Ready(Some(Err(error))) => {
            let is_elsewhere = known.is_empty() || said.base_url.is_some();
            (None, why_unusable(&error, is_elsewhere))
        }
    };
    let servers = servers.unwrap_or_default();
    // At an address of the user's own there is what the server lists, and nothing else.
    let is_elsewhere = said.base_url.is_some() && !servers.is_empty();
    let is_said = |name: &str| said.models.contains_key(name);
    for model in &known {
        if !is_elsewhere || is_said(&model.name) || servers.iter().any(|it| it.id == model.name) {
            all.push(listed(&model.name, model.facts, reason.clone()));
        }
    }
    for model in servers.iter() {
        if !known.iter().any(|known| known.name == model.id) {
            all.push(listed(&model.id, model.facts(id, said), None));
        }
    }
}

/// Whether a server that gave no list can be used all the same: some have none. `is_elsewhere`
/// says that the server is not the provider's own.
fn why_unusable(error: &ModelError, is_elsewhere: bool) -> Option<String> {
    match error.kind {
        ModelErrorKind::Auth | ModelErrorKind::NoModel => Some(error.message.clone()),
        // Of a server on this machine or in this house there is no other sign of life.
        ModelErrorKind::Network | ModelErrorKind::Timeout if is_elsewhere => {
            Some(error.message.clone())
        }
        ModelErrorKind::Network
        | ModelErrorKind::Timeout
        | ModelErrorKind::RateLimited
        | ModelErrorKind::Rejected
        | ModelErrorKind::Provider
        | ModelErrorKind::Truncated
        | ModelErrorKind::ContextFull => None,
    }
}
