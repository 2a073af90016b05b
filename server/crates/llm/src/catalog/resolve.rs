//! From `provider/model` and the user's settings to a configuration.
use std::collections::BTreeMap;

use super::{ProviderSettings, provider};
use crate::{ModelError, ModelFacts, ProviderConfig, Thinking, Wire};

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
    let model = model.trim();
    let (wire, name) = match model.split_once('/') {
        Some(("openai", name)) => (None, name),
        Some(("openai-chat", name)) => (Some(Wire::Chat), name),
        Some(("openai-responses", name)) => (Some(Wire::Responses), name),
        Some(_) | None => (None, model),
    };
    if name.is_empty() {
        return Err(ModelError::no_model(
            "No model is chosen. Set ASIDE_MODEL, or `model` in the settings, for example to \
             `openai/gpt-5-mini`."
                .into(),
        ));
    }
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
    let usual = if is_itself { Wire::Responses } else { Wire::Chat };
    let mut config = ProviderConfig::new(wire.or(own.wire).unwrap_or(usual), base_url, own.key.clone());
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
