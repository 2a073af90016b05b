//! From a session's `provider/model` to something that answers.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aside_agent::driver::TurnModel;
use aside_llm::catalog::{Resolved, resolve};
use aside_llm::{ProviderConfig, Remote};

use super::error::EngineError;
use crate::settings::Settings;

/// How many providers' connections are kept.
pub const MAX_REMOTES: usize = 32;

/// Keeps the connections to providers while their settings stay the same.
#[derive(Default)]
pub struct Models {
    remotes: Mutex<Vec<Remote>>,
}

impl Models {
    /// The model that a session names, ready to be asked.
    pub fn get(&self, model: &str, settings: &Settings) -> Result<TurnModel, EngineError> {
        let resolved = find(model, settings)?;
        let remote = self.remote(resolved.config);
        Ok(TurnModel {
            id: resolved.id,
            name: resolved.name,
            model: Arc::new(remote),
            facts: resolved.facts,
            thinking: resolved.thinking,
        })
    }

    fn remote(&self, config: ProviderConfig) -> Remote {
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
}

/// All that is needed to ask a model, with the limits that the settings have.
pub fn find(model: &str, settings: &Settings) -> Result<Resolved, EngineError> {
    let limits = &settings.providers;
    let mut resolved = resolve(model, &limits.own)?;
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
