//! From a provider's entry in the table and what the user says of it to a configuration: what
//! all providers have in common here, what only one has in a module of its own.
mod anthropic;
mod azure;
mod github;
mod openai;
#[cfg(test)]
mod tests;
mod vertex;

use super::resolve::ModelName;
use super::{ProviderSettings, ProviderSpec, find, provider};
use crate::{KeyStyle, ModelError, ProviderConfig, Quirks, Secret, Wire};

/// A configuration that comes to be.
struct Draft<'a> {
    spec: Option<&'static ProviderSpec>,
    own: &'a ProviderSettings,
    /// What the provider calls the model; Azure calls it by the deployment.
    name: String,
    config: ProviderConfig,
    /// Whether the provider is reached at its own address.
    is_at_home: bool,
}

/// The configuration for a model, and what its provider calls it.
///
/// # Errors
/// If something is missing that only the user can give, or cannot be part of a URL.
pub(super) fn config(
    model: &ModelName<'_>,
    own: &ProviderSettings,
) -> Result<(ProviderConfig, String), ModelError> {
    let mut draft = Draft::new(model, own)?;
    for (name, value) in &own.headers {
        draft.set_header(name, value.clone());
    }
    match model.provider {
        "openai" => openai::adapt(&mut draft, model),
        "azure" => azure::adapt(&mut draft, model)?,
        "anthropic" => anthropic::adapt(&mut draft, model),
        "vertex" => vertex::adapt(&mut draft)?,
        "github" => github::adapt(&mut draft)?,
        _ => {}
    }
    draft.check_key()?;
    Ok((draft.config, draft.name))
}

/// Whether the provider is reached at its own address, where its own prices hold and a key is
/// needed.
pub(super) fn is_at_home(spec: &ProviderSpec, own: &ProviderSettings) -> bool {
    match own_base_url(own) {
        None => true,
        Some(base_url) if spec.id == "azure" => azure::is_at_home(base_url),
        Some(base_url) if spec.id == "vertex" => vertex::is_at_home(base_url),
        Some(base_url) => base_url == spec.base_url,
    }
}

/// What the user says of the base URL, without slashes at its end.
fn own_base_url(own: &ProviderSettings) -> Option<&str> {
    let base_url = own.base_url.as_deref()?.trim().trim_end_matches('/');
    (!base_url.is_empty()).then_some(base_url)
}

impl<'a> Draft<'a> {
    fn new(model: &ModelName<'_>, own: &'a ProviderSettings) -> Result<Self, ModelError> {
        let id = model.provider;
        let spec = provider(id);
        let base_url_hint = match spec.and_then(|spec| spec.base_url_env.first()) {
            Some(variable) => (*variable).to_owned(),
            None => format!("providers.{id}.base_url"),
        };
        let table_url = spec.map_or("", |spec| spec.base_url);
        let base_url = own_base_url(own).unwrap_or(table_url);
        if base_url.is_empty() {
            let example = match id {
                "azure" => ", such as https://NAME.openai.azure.com",
                _ => "",
            };
            return Err(ModelError::no_model(format!(
                "The base URL of {} is not set. Set {base_url_hint} to it{example}.",
                spec.map_or(id, |spec| spec.name),
            )));
        }
        let of_table = spec.and_then(|spec| find::find(spec, model.name)?.wire);
        let usual = of_table.or(spec.map(|spec| spec.wire));
        let wire = model.wire.or(own.wire).or(usual).unwrap_or(Wire::Chat);
        let key = own.key.clone().or_else(|| own.token.clone());
        let mut config = ProviderConfig::new(wire, base_url, key);
        id.clone_into(&mut config.id);
        config.key_hint = key_hint(spec, id);
        config.base_url_hint = base_url_hint;
        config.quirks = spec.map_or_else(Quirks::default, |spec| spec.quirks);
        let mut draft = Self {
            is_at_home: spec.is_some_and(|spec| is_at_home(spec, own)),
            name: model.name.to_owned(),
            spec,
            own,
            config,
        };
        if let Some(spec) = spec {
            draft.config.key_style = spec.key_style;
            let given = |path: &str| (!path.is_empty()).then(|| path.to_owned());
            // A path belongs to the wire format that it was made for.
            draft.config.path = given(spec.path).filter(|_| wire == spec.wire);
            draft.config.models_path = given(spec.models_path);
            for (name, value) in spec.headers {
                draft.set_plain_header(name, value);
            }
        }
        Ok(draft)
    }

    /// Sets a header, in place of one of that name.
    fn set_header(&mut self, name: &str, value: Secret) {
        let headers = &mut self.config.headers;
        headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), value));
    }

    /// Sets a header that is no secret. What is empty is not sent.
    fn set_plain_header(&mut self, name: &str, value: &str) {
        if let Some(value) = Secret::new(value) {
            self.set_header(name, value);
        }
    }

    /// The key is an OAuth token, which is sent as such.
    fn use_bearer(&mut self, token: &Secret) {
        self.config.key = Some(token.clone());
        self.config.key_style = KeyStyle::Bearer;
    }

    /// Servers elsewhere may want no key; the provider itself does.
    fn check_key(&self) -> Result<(), ModelError> {
        let Some(spec) = self.spec else {
            return Ok(());
        };
        let is_local = !spec.ports.is_empty();
        if self.config.key.is_some() || !self.is_at_home || is_local {
            return Ok(());
        }
        let what_to_do = match spec.id {
            "openai" => format!(
                "; for a compatible server, set {}, such as to http://127.0.0.1:11434/v1",
                self.config.base_url_hint
            ),
            _ => format!("; {} gives keys", spec.key_url),
        };
        Err(ModelError::no_model(format!(
            "There is no key for {}. Set {}{what_to_do}.",
            spec.name, self.config.key_hint
        )))
    }
}

/// What to do about the key: it follows on "Set" and "Check".
fn key_hint(spec: Option<&'static ProviderSpec>, id: &str) -> String {
    match spec.and_then(|spec| spec.key_env.first()) {
        Some(variable) => format!("{variable}, or run `aside auth add {id}`"),
        None => format!("providers.{id}.api_key, or run `aside auth add {id}`"),
    }
}

/// Whether that can be one piece of a URL's path.
fn is_piece(text: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !text.is_empty() && text.bytes().all(is_fine) && text.bytes().any(|byte| byte != b'.')
}

/// Why it cannot be one.
fn not_a_piece(setting: &str, value: &str) -> ModelError {
    ModelError::no_model(format!(
        "{setting} is `{value}`, which cannot be part of an address. Use letters, digits and \
         hyphens alone."
    ))
}
