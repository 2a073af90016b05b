//! What the tests of the catalogue share.
use std::collections::BTreeMap;

use super::ProviderSettings;
use super::resolve::{Resolved, resolve};
use crate::Secret;

pub(super) fn own() -> ProviderSettings {
    ProviderSettings::default()
}

pub(super) fn with_key() -> ProviderSettings {
    ProviderSettings {
        key: Secret::new("k-1"),
        ..own()
    }
}

pub(super) fn at(base_url: &str) -> ProviderSettings {
    ProviderSettings {
        base_url: Some(base_url.into()),
        ..own()
    }
}

pub(super) fn settings(id: &str, own: ProviderSettings) -> BTreeMap<String, ProviderSettings> {
    BTreeMap::from([(id.to_owned(), own)])
}

pub(super) fn resolved(model: &str, own: ProviderSettings) -> Resolved {
    let id = model.split('/').next().unwrap_or_default();
    let id = if id.starts_with("openai") {
        "openai"
    } else {
        id
    };
    resolve(model, &settings(id, own)).expect("it can be asked")
}
