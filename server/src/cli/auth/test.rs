//! `aside auth test`: whether a provider takes the key, without using a token.
use std::time::Duration;

use aside_llm::catalog::{provider, split};
use aside_llm::{ModelError, ModelErrorKind, ProviderConfig, Remote};

use super::{check_provider, name_of};
use crate::cli::context::Context;
use crate::cli::terminal::{self, Style};
use crate::cli::{Failure, exit};
use crate::keys::Kind;

/// How long the provider may take to answer.
const LIMIT: Duration = Duration::from_secs(20);

/// Where OpenRouter tells about the key that asks; its list of models is for everybody.
///
/// <https://openrouter.ai/docs/api-reference/api-keys/get-current-api-key>
const OPENROUTER_KEY: &str = "/key";

/// Asks a provider for its models; exit code 1 if it does not give them.
pub(super) async fn test(
    context: &Context,
    id: Option<&str>,
    model: Option<&str>,
) -> Result<u8, Failure> {
    let settings = &context.resolved.settings;
    let id = match id {
        Some(id) => id.to_owned(),
        None => split(&settings.model, &settings.providers.own)
            .map_err(|error| Failure::usage(error.message))?
            .provider
            .to_owned(),
    };
    check_provider(context, &id)?;
    // Any name will do to find out how the provider is reached.
    let asked = model.unwrap_or("-");
    let name = asked.strip_prefix(&format!("{id}/")).unwrap_or(asked);
    let resolved = context.engine.find_model(&format!("{id}/{name}")).await?;
    let config = resolved.config;
    if config.key.is_none()
        && let Some(why) = context.engine.key_problem(&id)
    {
        return Err(Failure::failed(why));
    }
    let from = from(context, &id, &config);
    let (config, is_list) = for_test(&id, config);
    let host = crate::redact::url(&config.base_url);
    match Remote::new(config).models(LIMIT).await {
        Ok(models) => match model {
            Some(_) if models.iter().all(|model| model.id != resolved.name) => {
                Err(Failure::failed(format!(
                    "{} answers ({from}), but does not list the model {}. `aside models` shows \
                     those that it lists.",
                    name_of(&id),
                    resolved.name
                )))
            }
            Some(_) => good(&id, &from, &format!("it has the model {}", resolved.name)),
            None => good(&id, &from, &format!("it lists {} models", models.len())),
        },
        Err(error) if !is_list && error.kind == ModelErrorKind::Truncated => {
            good(&id, &from, "it knows the key")
        }
        Err(error) => Err(bad(&id, &host, &from, &error)),
    }
}

/// How the provider is asked whether it takes the key, and whether it answers with a list.
fn for_test(id: &str, mut config: ProviderConfig) -> (ProviderConfig, bool) {
    let is_at_home = provider(id).is_some_and(|spec| spec.base_url == config.base_url);
    if id != "openrouter" || !is_at_home {
        return (config, true);
    }
    config.models_path = Some(OPENROUTER_KEY.to_owned());
    (config, false)
}

fn good(id: &str, from: &str, what: &str) -> Result<u8, Failure> {
    let line = format!("ok  {} answers ({from}); {what}.", name_of(id));
    terminal::line(&line, Style::Green)?;
    Ok(exit::DONE)
}

fn bad(id: &str, host: &str, from: &str, error: &ModelError) -> Failure {
    if error.status == Some(404) {
        return Failure::failed(format!(
            "{} is there ({host}), but lists no models, so the key could not be tried. A prompt \
             will: aside run --model {id}/MODEL \"hello\"",
            name_of(id)
        ));
    }
    Failure::failed(format!("{} ({from})", error.message))
}

/// Where the key comes from.
fn from(context: &Context, id: &str, config: &ProviderConfig) -> String {
    if config.key.is_none() {
        return "no key is sent".to_owned();
    }
    let kinds = [Kind::Key, Kind::Token].into_iter();
    let mut origins = kinds.filter_map(|kind| super::origin(context, id, kind));
    match origins.next() {
        Some(origin) => format!("key from {origin}"),
        None => "key from aside auth".to_owned(),
    }
}
