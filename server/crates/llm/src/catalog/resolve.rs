//! From `provider/model` and the user's settings to a configuration.
use std::collections::BTreeMap;

use super::{ProviderSettings, provider};
use crate::{ModelError, ModelFacts, ProviderConfig, Thinking, Wire};

/// The provider of names that name none.
const OPENAI: &str = "openai";

/// A model that can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// `provider/model` in the one form that is stored and shown.
    pub id: String,
    /// The provider's name for the model.
    pub name: String,
    /// How its provider is reached, with the default time limits and network.
    pub config: ProviderConfig,
    /// What is known of it.
    pub facts: ModelFacts,
    /// How much it is to think.
    pub thinking: Thinking,
}

/// A model's name, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelName<'a> {
    /// The provider's id, as in the table or in the settings.
    pub provider: &'a str,
    /// The wire format, where the name says one.
    pub wire: Option<Wire>,
    /// The provider's name for the model, slashes and all; never empty.
    pub name: &'a str,
}

/// Takes `provider/model` apart; no key is needed for this. Providers are those of the table and
/// of the settings; `openai-chat/` and `openai-responses/` are provider `openai` with that wire
/// format. A name without a known provider before its first slash is a model of provider
/// `openai`, slashes and all, since compatible servers have such names.
///
/// # Errors
/// [`crate::ModelErrorKind::NoModel`] if there is no name, or none after the slash.
pub fn split<'a>(
    model: &'a str,
    settings: &BTreeMap<String, ProviderSettings>,
) -> Result<ModelName<'a>, ModelError> {
    let model = model.trim();
    let (provider, wire, name) = match model.split_once('/') {
        Some(("openai-chat", name)) => (OPENAI, Some(Wire::Chat), name),
        Some(("openai-responses", name)) => (OPENAI, Some(Wire::Responses), name),
        Some((id, name)) if provider(id).is_some() || settings.contains_key(id) => (id, None, name),
        Some(_) | None => (OPENAI, None, model),
    };
    let name = name.trim();
    if !name.is_empty() {
        return Ok(ModelName {
            provider,
            wire,
            name,
        });
    }
    let message = if model.is_empty() {
        "No model is chosen. Set ASIDE_MODEL, or `model` in the settings, for example to \
         `openai/gpt-5-mini`."
            .to_owned()
    } else {
        format!(
            "`{model}` names a provider but no model. Write it as `{provider}/MODEL`; \
             `aside models` lists them."
        )
    };
    Err(ModelError::no_model(message))
}

/// Takes `provider/model` apart and finds all that is needed to ask it. A name without a known
/// provider before its first slash is a model of provider `openai`, slashes and all, since
/// compatible servers have such names.
///
/// # Errors
/// [`crate::ModelErrorKind::NoModel`] if there is no name, or if something is missing that only
/// the user can give.
pub fn resolve(
    model: &str,
    settings: &BTreeMap<String, ProviderSettings>,
) -> Result<Resolved, ModelError> {
    let ModelName { wire, name, .. } = split(model, settings)?;
    let model = model.trim();
    let none = ProviderSettings::default();
    let own = settings.get("openai").unwrap_or(&none);
    let spec = provider("openai");
    let base_url = own
        .base_url
        .clone()
        .unwrap_or_else(|| ProviderConfig::OPENAI_BASE_URL.to_owned());
    let is_itself = base_url == ProviderConfig::OPENAI_BASE_URL;
    if is_itself && own.key.is_none() {
        return Err(ModelError::no_model(
            "No model is set up. Set OPENAI_API_KEY, or OPENAI_BASE_URL (such as \
             http://127.0.0.1:11434/v1) for a compatible server; `aside doctor` shows what is \
             in force."
                .into(),
        ));
    }
    let usual = if is_itself {
        Wire::Responses
    } else {
        Wire::Chat
    };
    let mut config = ProviderConfig::new(
        wire.or(own.wire).unwrap_or(usual),
        base_url,
        own.key.clone(),
    );
    if let Some(spec) = spec
        && is_itself
    {
        config.quirks = spec.quirks;
    }
    Ok(Resolved {
        id: model.to_owned(),
        name: name.to_owned(),
        config,
        facts: ModelFacts::default(),
        thinking: Thinking::default(),
    })
}
