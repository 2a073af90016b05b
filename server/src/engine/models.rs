//! From a session's `provider/model` to something that answers.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aside_agent::driver::TurnModel;
use aside_agent::event::NoticeLevel;
use aside_llm::catalog::{ProviderSettings, Resolved, facts_of, resolve, split};
use aside_llm::tokens::Calibration;
use aside_llm::{
    ChunkStream, Measured, Model, ModelError, ModelErrorKind, ModelFacts, ModelRequest,
    ProviderConfig, Remote, Thinking,
};
use aside_protocol::ErrorCode;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::Engine;
use super::error::EngineError;
use super::health::{Health, Watched};
use super::listing::Answer;
use crate::settings::Settings;

/// How many providers' connections are kept.
pub const MAX_REMOTES: usize = 32;
/// Of how many models it is remembered how far estimates of tokens are off.
pub const MAX_CALIBRATIONS: usize = 64;

/// Keeps the connections to providers while their settings stay the same, and what they said of
/// their models.
#[derive(Default)]
pub struct Models {
    remotes: Mutex<Vec<Remote>>,
    answers: Mutex<Vec<Answer>>,
    /// What the servers' counts of tokens taught, by model.
    calibrations: Mutex<Vec<(String, Arc<Mutex<Calibration>>)>>,
    /// What became of the last request to each provider.
    pub(super) health: Health,
}

impl Models {
    /// The server that is reached so, with its connections.
    pub(super) fn remote(&self, config: ProviderConfig) -> Remote {
        let mut remotes = self.remotes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remote) = remotes.iter().find(|remote| *remote.config() == config) {
            return remote.clone();
        }
        if remotes.len() >= MAX_REMOTES {
            remotes.remove(0);
        }
        let remote = Remote::new(config);
        remotes.push(remote.clone());
        remote
    }

    fn calibration(&self, model: &str) -> Arc<Mutex<Calibration>> {
        let mut known = self
            .calibrations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, calibration)) = known.iter().find(|(id, _)| id == model) {
            return Arc::clone(calibration);
        }
        if known.len() >= MAX_CALIBRATIONS {
            known.remove(0);
        }
        let calibration = Arc::default();
        known.push((model.to_owned(), Arc::clone(&calibration)));
        calibration
    }

    pub(super) fn answers(&self) -> MutexGuard<'_, Vec<Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// What the user says of providers, by settings, environment and the store of keys: of one,
    /// or of all.
    pub async fn provider_settings(
        &self,
        only: Option<&str>,
    ) -> BTreeMap<String, ProviderSettings> {
        let settings = self.settings();
        let mut own = settings.providers.own.clone();
        let strange = &settings.providers.strange;
        self.keys.fill(&mut own, only, strange).await;
        own
    }

    /// Why a key that was added could not be read, and what to do.
    pub fn key_problem(&self, id: &str) -> Option<String> {
        self.keys.problem(id)
    }

    /// Why a provider cannot be used: that its key cannot be read comes before that it has none.
    pub(super) fn why_not(&self, id: &str, error: EngineError) -> EngineError {
        match self.keys.problem(id) {
            Some(why) if error.code == ErrorCode::NoModel => EngineError::new(error.code, why),
            Some(_) | None => error,
        }
    }

    /// All that is needed to ask a model.
    pub async fn find_model(&self, model: &str) -> Result<Resolved, EngineError> {
        let settings = self.settings();
        let id = split(model, &settings.providers.own)?.provider.to_owned();
        let own = self.provider_settings(Some(&id)).await;
        resolved(model, &own, &settings).map_err(|error| self.why_not(&id, error))
    }

    /// What is known of a model. No key is needed for this.
    pub fn facts(&self, model: &str) -> Result<ModelFacts, EngineError> {
        let settings = self.settings();
        let own = &settings.providers.own;
        let name = split(model, own)?;
        let none = ProviderSettings::default();
        let said = own.get(name.provider).unwrap_or(&none);
        Ok(facts_of(name.provider, name.name, said))
    }

    /// A model, ready to be asked.
    pub async fn model(&self, model: &str) -> Result<TurnModel, EngineError> {
        let resolved = self.find_model(model).await?;
        // A server that needs none is asked without it; one that does says so.
        if resolved.config.key.is_none()
            && let Some(why) = self.keys.new_problem(&resolved.config.id)
        {
            self.front.tell(NoticeLevel::Warning, &why);
        }
        let mut facts = resolved.facts;
        let id = &resolved.config.id;
        let none = ProviderSettings::default();
        if facts_of(id, &resolved.name, &none) == ModelFacts::default()
            && let Some(listed) = self.models.listed(&resolved.config, &resolved.name)
        {
            // No table knows it, but its server said something of it.
            let settings = self.settings();
            facts = listed.facts(id, settings.providers.own.get(id).unwrap_or(&none));
        }
        let remote = self.models.remote(resolved.config.clone());
        let health = self.models.health.clone();
        let watched = Watched::new(Arc::new(remote), resolved.config, health);
        let calibration = self.models.calibration(&resolved.id);
        Ok(TurnModel {
            id: resolved.id,
            name: resolved.name,
            model: Arc::new(Measured::new(Arc::new(watched), calibration)),
            facts,
            thinking: resolved.thinking,
        })
    }

    /// The model that a session names, and those that are asked where it fails. Of the latter
    /// those are left out that are not set up, with a line in the log, or that cannot do what the
    /// first one can.
    pub(super) async fn models_of_turn(&self, model: &str) -> Result<Vec<TurnModel>, EngineError> {
        let first = self
            .model(model)
            .await
            .map_err(|error| self.or_another(error));
        let mut missing = None;
        let mut models = match first {
            Ok(first) => vec![first],
            // Its reason is told when the turn goes on with another.
            Err(error) => {
                let unusable = unusable(model, error.message.clone());
                missing = Some(error);
                vec![unusable]
            }
        };
        for fallback in &self.settings().fallback_models {
            match self.model(fallback).await {
                Ok(model) if models.iter().any(|other| other.id == model.id) => {}
                Ok(model) if models[0].facts.tools && !model.facts.tools => {
                    tracing::warn!(model = fallback, "a fallback model calls no tools");
                }
                Ok(model) => models.push(model),
                Err(error) => {
                    tracing::warn!(model = fallback, %error, "a fallback model cannot be used");
                }
            }
        }
        match missing {
            Some(error) if models.len() == 1 => Err(error),
            Some(_) | None => Ok(models),
        }
    }

    /// As [`Self::models_of_turn`], for a turn that begins when nobody waits for an answer: where
    /// the model cannot be asked, the turn begins all the same, and ends with the reason.
    pub(super) async fn models_or_reason(&self, model: &str) -> Vec<TurnModel> {
        match self.models_of_turn(model).await {
            Ok(models) => models,
            Err(error) => vec![unusable(model, error.message)],
        }
    }

    /// An error that says that a model is not set up, where another one may be.
    fn or_another(&self, mut error: EngineError) -> EngineError {
        let settings = self.settings();
        let mut others = settings.providers.own.values();
        let is_set_up = |own: &ProviderSettings| own.key.is_some() || own.token.is_some();
        if error.code == ErrorCode::NoModel && others.any(is_set_up) {
            error
                .message
                .push_str(" Or choose another model: `aside models` lists those that can be used.");
        }
        error
    }

    /// Whether a model's name is one. It may lack a key, which may come later.
    pub(super) fn check_model(&self, model: &str) -> Result<(), EngineError> {
        split(model, &self.settings().providers.own)?;
        Ok(())
    }
}

/// A model that cannot be asked, and why.
fn unusable(model: &str, message: String) -> TurnModel {
    let reason = ModelError {
        kind: ModelErrorKind::NoModel,
        message,
        status: None,
        request_id: None,
        retryable: false,
        retry_after: None,
    };
    TurnModel {
        id: model.to_owned(),
        name: model.to_owned(),
        model: Arc::new(Unusable(reason)),
        facts: ModelFacts::default(),
        thinking: Thinking::default(),
    }
}

/// A model that cannot be asked, and why.
struct Unusable(ModelError);

impl Model for Unusable {
    fn stream(&self, _: ModelRequest) -> BoxFuture<'static, Result<ChunkStream, ModelError>> {
        ready(Err(self.0.clone())).boxed()
    }
}

/// All that is needed to ask a model, with the limits that the settings have.
pub(super) fn resolved(
    model: &str,
    own: &BTreeMap<String, ProviderSettings>,
    settings: &Settings,
) -> Result<Resolved, EngineError> {
    let mut resolved = resolve(model, own)?;
    let limits = &settings.providers;
    let seconds = Duration::from_secs;
    let config = &mut resolved.config;
    config.connect_timeout = seconds(limits.connect_timeout_s);
    config.headers_timeout = seconds(limits.first_byte_timeout_s);
    config.idle_timeout = seconds(limits.idle_timeout_s);
    config.total_timeout = seconds(limits.total_timeout_s);
    config.min_interval = Duration::from_millis(limits.min_interval_ms);
    config.network = limits.network.clone();
    let thinking = &mut resolved.thinking;
    thinking.effort = thinking.effort.or(settings.effort);
    Ok(resolved)
}
