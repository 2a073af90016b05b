//! Which providers and models there are, and how a name and the user's settings become
//! something that can be asked.
mod assemble;
mod find;
mod listed;
mod resolve;
mod settings;

pub use find::{KnownModel, facts_of, known_models};
pub use listed::ListedModel;
pub(crate) use listed::{MAX_LISTED, listed};
pub use resolve::{ModelName, Resolved, resolve, split};
pub use settings::{ModelSettings, ProviderSettings};

use crate::{KeyStyle, ModelFacts, Quirks, Wire};

/// A provider that Aside knows.
#[derive(Debug, PartialEq)]
pub struct ProviderSpec {
    /// As it stands before the slash of a model's name.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// The wire format.
    pub wire: Wire,
    /// Where it is; empty where only the user can say.
    pub base_url: &'static str,
    /// Environment variables that say where it is, the first that is set counts.
    pub base_url_env: &'static [&'static str],
    /// Environment variables that hold its key, the first that is set counts.
    pub key_env: &'static [&'static str],
    /// How the key is sent.
    pub key_style: KeyStyle,
    /// Where people get a key; empty for local servers.
    pub key_url: &'static str,
    /// Where requests go, below the base URL; the wire format's own where empty.
    pub path: &'static str,
    /// Where the list of models is, below the base URL; the wire format's own where empty.
    pub models_path: &'static str,
    /// Added to each request.
    pub headers: &'static [(&'static str, &'static str)],
    /// The usual ports of a server on this machine; none for providers elsewhere.
    pub ports: &'static [u16],
    /// How it differs from what its wire format says.
    pub quirks: Quirks,
    /// The models that are known.
    pub models: &'static [ModelSpec],
}

/// A model that Aside knows.
#[derive(Debug, PartialEq)]
pub struct ModelSpec {
    /// The provider's name for it.
    pub name: &'static str,
    /// The wire format that it is asked in, where it is not its provider's usual one.
    pub wire: Option<Wire>,
    /// Whether it takes back what it thought only where nothing before it changed.
    pub bound_thinking: bool,
    /// What is known of it.
    pub facts: ModelFacts,
}

/// All providers that Aside knows, in the order in which they are shown.
#[must_use]
pub fn providers() -> &'static [ProviderSpec] {
    PROVIDERS
}

/// The provider of that id.
#[must_use]
pub fn provider(id: &str) -> Option<&'static ProviderSpec> {
    providers().iter().find(|spec| spec.id == id)
}

static PROVIDERS: &[ProviderSpec] = include!(concat!(env!("OUT_DIR"), "/providers.rs"));

#[cfg(test)]
mod find_tests;
#[cfg(test)]
mod listed_tests;
#[cfg(test)]
mod resolve_tests;
#[cfg(test)]
#[path = "../../build/table.rs"]
mod table;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod testkit;
