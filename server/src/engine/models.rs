//! From a session's `provider/model` to something that answers.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aside_llm::{Model, OpenAiChat, ProviderConfig, parse_model};
use aside_protocol::ErrorCode;

use super::error::EngineError;
use crate::settings::{OpenAi, Settings};

/// A model and the name that its provider knows it by.
pub struct Named {
    /// Speaks the provider's wire format.
    pub model: Arc<dyn Model>,
    /// For the request.
    pub name: String,
}

/// Keeps the connection to a provider while its settings stay the same.
#[derive(Default)]
pub struct Models {
    openai: Mutex<Option<(ProviderConfig, Arc<OpenAiChat>)>>,
}

impl Models {
    /// The model that a session names.
    pub fn get(&self, model: &str, settings: &Settings) -> Result<Named, EngineError> {
        let (_, name) = parse_model(model)?;
        let openai = &settings.providers.openai;
        if openai.api_key.is_none() && openai.is_openai_itself() {
            return Err(EngineError::new(
                ErrorCode::NoModel,
                "no model is set up: set OPENAI_API_KEY, or OPENAI_BASE_URL (such as http://127.0.0.1:11434/v1) for a compatible server; `aside doctor` shows what is in force",
            ));
        }
        let config = provider_config(settings, openai);
        let mut cached = self.openai.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((for_config, chat)) = &*cached
            && is_same(for_config, &config)
        {
            return Ok(Named {
                model: Arc::clone(chat) as _,
                name: name.to_owned(),
            });
        }
        let chat = Arc::new(OpenAiChat::new(config.clone()));
        *cached = Some((config, Arc::clone(&chat)));
        Ok(Named {
            model: chat,
            name: name.to_owned(),
        })
    }
}

fn is_same(a: &ProviderConfig, b: &ProviderConfig) -> bool {
    let key = |config: &ProviderConfig| config.api_key.as_ref().map(|key| key.expose().to_owned());
    a.base_url == b.base_url
        && key(a) == key(b)
        && a.connect_timeout == b.connect_timeout
        && a.headers_timeout == b.headers_timeout
        && a.idle_timeout == b.idle_timeout
}

/// How the provider `openai` is reached.
pub fn provider_config(settings: &Settings, openai: &OpenAi) -> ProviderConfig {
    let seconds = Duration::from_secs;
    let limits = &settings.providers;
    let mut config = ProviderConfig::new(openai.base_url.clone(), openai.api_key.clone());
    config.connect_timeout = seconds(limits.connect_timeout_s);
    config.headers_timeout = seconds(limits.first_byte_timeout_s);
    config.idle_timeout = seconds(limits.idle_timeout_s);
    config
}
