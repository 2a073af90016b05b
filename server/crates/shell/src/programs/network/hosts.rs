//! The hosts in addresses and logins.
use crate::effect::Name;
use crate::word::Word;

/// The host of an address, also where only its end is unknown.
pub(in crate::programs) fn host_of_url(word: &Word) -> Name {
    if word.literal().is_some() {
        let name = host_of_login(word);
        return match name {
            // Lists and ranges are the program's own.
            Name::Known(host) if host.contains(['{', '[', '}', ']', '\\', '#', '?', '%']) => {
                Name::Unknown(word.raw().to_owned())
            }
            name => name,
        };
    }
    let prefix = word.prefix();
    let is_complete = prefix
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('/') && !rest.contains(['{', '[', '\\']));
    match is_complete {
        true => host_of_login(&Word::known(&prefix)),
        false => Name::Unknown(word.raw().to_owned()),
    }
}

/// The host of `user@host`, `ssh://user@host:port/` and `host:path`.
pub(in crate::programs) fn host_of_login(word: &Word) -> Name {
    let Some(text) = word.literal() else {
        return Name::Unknown(word.raw().to_owned());
    };
    let rest = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
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
