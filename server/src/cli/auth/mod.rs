//! `aside auth`: keys of providers, kept where nobody reads them by chance.
mod add;
mod list;
mod test;

use std::sync::Arc;

use aside_keys::{Choice, KeyError, KeyStore, Patience, Removed};
use aside_llm::catalog::{provider, providers};

use super::args::{AuthArgs, AuthCommand};
use super::context::Context;
use super::terminal::{self, Style};
use super::{Failure, exit};
use crate::keys::Kind;
use crate::settings::KeyPlace;

/// Keeps, lists, removes and tests keys.
pub async fn auth(args: AuthArgs) -> Result<u8, Failure> {
    let context = Context::open()?;
    match args.command {
        AuthCommand::Add {
            provider,
            stdin,
            token,
        } => add::add(&context, &provider, stdin, kind(token)).await,
        AuthCommand::List { json } => list::list(&context, json).await,
        AuthCommand::Remove { provider, token } => remove(&context, &provider, kind(token)).await,
        AuthCommand::Test { provider, model } => {
            test::test(&context, provider.as_deref(), model.as_deref()).await
        }
    }
}

fn kind(is_token: bool) -> Kind {
    if is_token { Kind::Token } else { Kind::Key }
}

/// The store of keys, for somebody who sits there.
fn store(context: &Context) -> Arc<KeyStore> {
    let mut options = crate::keys::options(&context.dirs.config);
    options.patience = Patience::Person;
    options.choice = match context.resolved.settings.keys {
        KeyPlace::Auto => Choice::Auto,
        KeyPlace::Keyring => Choice::Keyring,
        KeyPlace::File => Choice::File,
    };
    Arc::new(KeyStore::open(&context.dirs.data, options))
}

/// Does what may take long, or asks somebody, on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::failed(format!("Keys cannot be looked after ({error}).")))
}

/// The exit code of a failure that is none of the program's, or what to say.
fn failed(error: KeyError) -> Result<u8, Failure> {
    match error {
        KeyError::Cancelled => {
            terminal::note("Cancelled; nothing was changed.", Style::Dim);
            Ok(exit::CANCELLED)
        }
        KeyError::BadKey(_) | KeyError::BadName => Err(Failure::usage(error.to_string())),
        error => Err(Failure::failed(error.to_string())),
    }
}

/// The provider for people.
fn name_of(id: &str) -> &str {
    provider(id).map_or(id, |spec| spec.name)
}

/// Says which providers there are, if this is none of them.
fn check_provider(context: &Context, id: &str) -> Result<(), Failure> {
    if provider(id).is_some() || context.resolved.settings.providers.own.contains_key(id) {
        return Ok(());
    }
    let table = providers().iter().map(|spec| spec.id);
    let own = context.resolved.settings.providers.own.keys();
    let own = own.map(String::as_str).filter(|id| provider(id).is_none());
    let all: Vec<&str> = table.chain(own).collect();
    Err(Failure::usage(format!(
        "There is no provider {id:?}. Those that are known: {}. For a server of your own, set \
         its address first: `base_url` in the table `[providers.NAME]` of {}.",
        all.join(", "),
        context.dirs.config.join("config.toml").display()
    )))
}

async fn remove(context: &Context, id: &str, kind: Kind) -> Result<u8, Failure> {
    let store = store(context);
    let name = kind.name(id);
    let prompt = add::Person::default();
    let removed = blocking(move || store.remove(&name, &prompt)).await?;
    let what = kind.word();
    match removed {
        Ok(Removed::From(place)) => {
            let note = format!("The {what} of {} is gone from {place}.", name_of(id));
            terminal::line(&note, Style::Plain)?;
            if let Some(origin) = origin(context, id, kind) {
                terminal::note(&format!("There still is one: {origin}."), Style::Dim);
            }
            Ok(exit::DONE)
        }
        Ok(Removed::NotThere) => {
            let elsewhere = match origin(context, id, kind) {
                Some(origin) => format!(" It comes from {origin}: remove it there."),
                None => String::new(),
            };
            Err(Failure::usage(format!(
                "No {what} of {} was added by `aside auth add`.{elsewhere}",
                name_of(id)
            )))
        }
        Err(error) => failed(error),
    }
}

/// Where the environment or the settings have a key.
fn origin<'a>(context: &'a Context, id: &str, kind: Kind) -> Option<&'a str> {
    let field = match kind {
        Kind::Key => "api_key",
        Kind::Token => "token",
    };
    context.resolved.origin(&format!("providers.{id}.{field}"))
}
