//! Stub.
use crate::effect::Scope;
use crate::walk::Walker;
use crate::word::Word;

pub(super) fn run(_walker: &mut Walker<'_>, _name: &str, _arguments: &[Word]) -> Option<Scope> {
    None
}

use crate::effect::Name;

/// The host of `user@host`, `ssh://user@host:port/` and `host:path`.
pub(super) fn host_of_login(word: &Word) -> Name {
    let Some(text) = word.literal() else {
        return Name::Unknown(word.raw().to_owned());
    };
    let rest = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    let host = match rest.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => rest.split(':').next(),
    };
    match host {
        Some(host) if !host.is_empty() => Name::Known(host.to_lowercase()),
        _ => Name::Unknown(text),
    }
}
