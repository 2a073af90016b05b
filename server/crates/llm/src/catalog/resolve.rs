//! From `provider/model` and the user's settings to a configuration.
use std::collections::BTreeMap;

use super::{ProviderSettings, assemble, facts_of, provider};
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

/// Finds all that is needed to ask the model of this name; the name is read as by [`split`].
///
/// # Errors
/// [`crate::ModelErrorKind::NoModel`] if there is no name, or if something is missing that only
/// the user can give: a key, a base URL, a project.
pub fn resolve(
    model: &str,
    settings: &BTreeMap<String, ProviderSettings>,
) -> Result<Resolved, ModelError> {
    let model = split(model, settings)?;
    let none = ProviderSettings::default();
    let own = settings.get(model.provider).unwrap_or(&none);
    let (config, name) = assemble::config(&model, own)?;
    let said = own.models.get(model.name);
    Ok(Resolved {
        id: model.id(),
        name,
        config,
        facts: facts_of(model.provider, model.name, own),
        thinking: Thinking {
            effort: said.and_then(|said| said.effort),
            budget: said.and_then(|said| said.thinking_budget),
        },
    })
}

impl ModelName<'_> {
    /// The one form of the name that is stored and shown, which names the same model again.
    #[must_use]
    pub fn id(&self) -> String {
        let suffix = match self.wire {
            Some(wire) => format!("-{}", wire.word()),
            None => String::new(),
        };
        format!("{}{suffix}/{}", self.provider, self.name)
    }
}
