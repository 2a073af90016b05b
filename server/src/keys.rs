//! Keys that `aside auth add` kept, for those who ask models.
//!
//! What was read is remembered until the keys change, by whichever process. Nothing is read
//! before a model is asked or listed, and never on the thread of the runtime: a keyring may take
//! seconds.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aside_keys::{Entry, Key, KeyError, KeyStore, NoPrompt, Options, Place, Stamp};
use aside_llm::Secret;
use aside_llm::catalog::ProviderSettings;
use zeroize::Zeroizing;

/// How long it is remembered that a key could not be read, for those who list models. Whoever
/// asks one tries again.
pub const FAILURE_KEPT: Duration = Duration::from_secs(10);

/// In the place of a name: what concerns all keys.
const ALL: &str = "";

/// What an OAuth token is kept under, behind the provider's id.
const TOKEN: &str = "#token";

/// The environment variables that say how keys are kept.
const VARIABLES: [&str; 4] = [
    "ASIDE_PASSPHRASE",
    "ASIDE_PASSPHRASE_FILE",
    "DBUS_SESSION_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
];

/// What is kept of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its key.
    Key,
    /// An OAuth token.
    Token,
}

impl Kind {
    /// What it is kept under.
    pub fn name(self, provider: &str) -> String {
        match self {
            Self::Key => provider.to_owned(),
            Self::Token => format!("{provider}{TOKEN}"),
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Token => "token",
        }
    }

    /// The provider and the kind of a name.
    pub fn of_name(name: &str) -> (&str, Self) {
        match name.strip_suffix(TOKEN) {
            Some(provider) => (provider, Self::Token),
            None => (name, Self::Key),
        }
    }
}

/// How the store of keys is opened, by the environment.
pub fn options(config: &Path) -> Options {
    let value = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    let environment = VARIABLES.into_iter().filter_map(value).collect();
    Options::new(config, &environment)
}

/// What the names of logins at MCP servers begin with; they are no keys of providers.
pub const LOGIN_PREFIX: &str = "mcp-";

/// The keys of a data folder.
pub struct Keys {
    store: Arc<KeyStore>,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    stamp: Option<Stamp>,
    read: BTreeMap<String, Secret>,
    failed: BTreeMap<String, Failed>,
    told: BTreeSet<String>,
}

#[derive(Clone)]
struct Failed {
    why: String,
    at: Instant,
}

/// Whether it is tried again what just failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retry {
    Now,
    Later,
}

impl Keys {
    /// Those of this data folder, with the passphrase perhaps in this configuration folder.
    pub fn open(data: &Path, config: &Path) -> Self {
        Self {
            store: Arc::new(KeyStore::open(data, options(config))),
            cache: Mutex::default(),
        }
    }

    /// Adds the keys that are kept to what the settings say of one provider, or of all. A key or
    /// token of the settings or the environment comes before all that is kept.
    ///
    /// Those of `strange` providers are not even looked at: their addresses may be a stranger's.
    pub async fn fill(
        &self,
        own: &mut BTreeMap<String, ProviderSettings>,
        only: Option<&str>,
        strange: &BTreeSet<String>,
    ) {
        self.forget_what_changed();
        let entries = match self.store.list() {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(%error, "it cannot be read which keys are kept");
                self.note_failure(ALL, &error.to_string());
                return;
            }
        };
        let retry = match only {
            Some(_) => Retry::Now,
            None => Retry::Later,
        };
        let is_wanted = |entry: &Entry| {
            let (id, _) = Kind::of_name(&entry.name);
            let has_one = |own: &ProviderSettings| own.key.is_some() || own.token.is_some();
            only.is_none_or(|only| only == id)
                && !id.starts_with(LOGIN_PREFIX)
                && !strange.contains(id)
                && !own.get(id).is_some_and(has_one)
        };
        let wanted: Vec<Entry> = entries.into_iter().filter(is_wanted).collect();
        // A keyring that does not answer is not asked again for the next key.
        let mut silent: Option<String> = None;
        for Entry { name, place } in wanted {
            if let (Place::Keyring, Some(why)) = (place, &silent) {
                self.note_failure(&name, why);
                continue;
            }
            match self.read(&name, retry).await {
                Ok(None) => {}
                Ok(Some(secret)) => {
                    let (id, kind) = Kind::of_name(&name);
                    let own = own.entry(id.to_owned()).or_default();
                    match kind {
                        Kind::Key => own.key = Some(secret),
                        Kind::Token => own.token = Some(secret),
                    }
                }
                Err(why) if place == Place::Keyring => silent = Some(why),
                Err(_) => {}
            }
        }
    }

    /// A login that is kept.
    pub async fn kept(&self, name: String) -> Result<Option<String>, String> {
        let read = self.read(&name, Retry::Now).await?;
        Ok(read.map(|secret| secret.expose().to_owned()))
    }

    /// Keeps a login.
    pub async fn keep(&self, name: String, secret: String) -> Result<(), String> {
        crate::redact::register(&secret);
        let key = Key::new(Zeroizing::new(secret)).map_err(|error| error.to_string())?;
        self.change(move |store| store.set(&name, &key, &NoPrompt).map(drop))
            .await
    }

    /// Forgets a login.
    pub async fn forget(&self, name: String) -> Result<(), String> {
        self.change(move |store| store.remove(&name, &NoPrompt).map(drop))
            .await
    }

    async fn change(
        &self,
        with: impl FnOnce(&KeyStore) -> Result<(), KeyError> + Send + 'static,
    ) -> Result<(), String> {
        let store = Arc::clone(&self.store);
        let changed = tokio::task::spawn_blocking(move || with(&store)).await;
        let changed = changed.map_err(|error| error.to_string())?;
        changed.map_err(|error| error.to_string())
    }

    /// Why a key of that provider could not be read when it was tried last, and what to do.
    pub fn problem(&self, provider: &str) -> Option<String> {
        let cache = self.cache();
        let names = [Kind::Key, Kind::Token].map(|kind| kind.name(provider));
        let mut names = names.iter().map(String::as_str).chain([ALL]);
        let failed = names.find_map(|name| cache.failed.get(name))?;
        Some(failed.why.clone())
    }

    /// As [`Self::problem`], once for each: for those who are told of it and go on without a key.
    pub fn new_problem(&self, provider: &str) -> Option<String> {
        let why = self.problem(provider)?;
        self.cache().told.insert(why.clone()).then_some(why)
    }

    /// When keys were changed last, of which all that is remembered is from.
    fn forget_what_changed(&self) -> Option<Stamp> {
        let stamp = self.store.stamp();
        let mut cache = self.cache();
        if cache.stamp != stamp {
            *cache = Cache {
                stamp,
                ..Cache::default()
            };
        }
        cache.failed.remove(ALL);
        stamp
    }

    async fn read(&self, name: &str, retry: Retry) -> Result<Option<Secret>, String> {
        let stamp = self.forget_what_changed();
        {
            let cache = self.cache();
            if let Some(secret) = cache.read.get(name) {
                return Ok(Some(secret.clone()));
            }
            if let (Retry::Later, Some(failed)) = (retry, cache.failed.get(name))
                && failed.at.elapsed() < FAILURE_KEPT
            {
                return Err(failed.why.clone());
            }
        }
        let store = Arc::clone(&self.store);
        let owned = name.to_owned();
        let read = tokio::task::spawn_blocking(move || store.get(&owned, &NoPrompt)).await;
        let why = match read {
            Ok(Ok(key)) => {
                let secret = key.and_then(|key| Secret::new(key.expose()));
                return Ok(self.note_success(name, stamp, secret));
            }
            Ok(Err(error)) => told(name, &error),
            Err(error) => format!("The key of {name} could not be read ({error})."),
        };
        tracing::warn!(name, why, "a kept key cannot be read");
        self.note_failure(name, &why);
        Err(why)
    }

    fn note_success(
        &self,
        name: &str,
        stamp: Option<Stamp>,
        secret: Option<Secret>,
    ) -> Option<Secret> {
        let mut cache = self.cache();
        cache.failed.remove(name);
        let secret = secret?;
        crate::redact::register(secret.expose());
        // The keys may have changed while this one was read.
        if cache.stamp == stamp {
            cache.read.insert(name.to_owned(), secret.clone());
        }
        Some(secret)
    }

    fn note_failure(&self, name: &str, why: &str) {
        let failed = Failed {
            why: why.to_owned(),
            at: Instant::now(),
        };
        self.cache().failed.insert(name.to_owned(), failed);
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(name: &str, error: &KeyError) -> String {
    let (provider, kind) = Kind::of_name(name);
    let what = kind.word();
    format!("The {what} of {provider} that `aside auth` keeps cannot be read. {error}")
}

#[cfg(test)]
#[allow(
    clippy::disallowed_methods,
    reason = "the test sets up a file that a user would have"
)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_is_not_looked_up_for_a_strangers_address() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        std::fs::write(&path, "a passphrase of the tests\n").unwrap();
        let environment = BTreeMap::from([(
            "ASIDE_PASSPHRASE_FILE".to_owned(),
            path.display().to_string(),
        )]);
        let options = Options::new(folder.path(), &environment);
        let store = KeyStore::open(folder.path(), options);
        let key = aside_keys::Key::new("kept-key".to_owned().into()).unwrap();
        store.set("openai", &key, &NoPrompt).unwrap();
        let keys = Keys {
            store: Arc::new(store),
            cache: Mutex::default(),
        };
        let strange = BTreeSet::from(["openai".to_owned()]);
        let mut own = BTreeMap::new();
        keys.fill(&mut own, Some("openai"), &strange).await;
        assert!(own.is_empty() && keys.cache().read.is_empty());
        keys.fill(&mut own, Some("openai"), &BTreeSet::new()).await;
        assert!(own["openai"].key.is_some());
    }
}
