//! Where the engine of containers listens.
use std::path::Path;

use crate::error::ContainerError;

/// Docker's own.
const DOCKER: &str = "/var/run/docker.sock";
/// Podman's, below the user's folder for sockets.
const PODMAN_OF_USER: &str = "podman/podman.sock";
/// Docker's without root, in the same folder.
const DOCKER_OF_USER: &str = "docker.sock";
/// Podman's for all.
const PODMAN: &str = "/run/podman/podman.sock";

/// Where an engine listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A socket in the file system.
    Unix(String),
    /// A host and a port, without TLS.
    Http(String),
}

impl Address {
    /// As it is shown.
    pub(crate) fn name(&self) -> &str {
        match self {
            Address::Unix(path) => path,
            Address::Http(host) => host,
        }
    }
}

/// The socket of the settings, else of `DOCKER_HOST`, else the first of the usual that exists.
pub(crate) fn find(
    given: Option<&str>,
    environment: impl Fn(&str) -> Option<String>,
    exists: impl Fn(&Path) -> bool,
) -> Result<Address, ContainerError> {
    let named = given.map(str::to_owned);
    let named = named.or_else(|| environment("DOCKER_HOST"));
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        let address = parse(&named)?;
        return match &address {
            Address::Unix(path) if !exists(Path::new(path)) => Err(ContainerError::NoSocket {
                tried: path.clone(),
            }),
            Address::Unix(_) | Address::Http(_) => Ok(address),
        };
    }
    let mut places = vec![DOCKER.to_owned()];
    if let Some(folder) = environment("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
        let of_user = [PODMAN_OF_USER, DOCKER_OF_USER];
        places.extend(of_user.map(|name| format!("{}/{name}", folder.trim_end_matches('/'))));
    }
    places.push(PODMAN.to_owned());
    let found = places.iter().find(|place| exists(Path::new(place)));
    match found {
        Some(found) => Ok(Address::Unix(found.clone())),
        None => Err(ContainerError::NoSocket {
            tried: places.join(", "),
        }),
    }
}

fn parse(text: &str) -> Result<Address, ContainerError> {
    let unknown = || ContainerError::Address(text.to_owned());
    let Some((kind, rest)) = text.split_once("://") else {
        return match text.starts_with('/') {
            true => Ok(Address::Unix(text.to_owned())),
            false => Err(unknown()),
        };
    };
    match kind {
        "unix" if rest.starts_with('/') => Ok(Address::Unix(rest.to_owned())),
        // Who is there must be told without a name and a password.
        "tcp" | "http" if is_host(rest) => Ok(Address::Http(rest.trim_end_matches('/').to_owned())),
        _ => Err(unknown()),
    }
}

fn is_host(text: &str) -> bool {
    let text = text.trim_end_matches('/');
    !text.is_empty() && !text.contains(['/', '@', '?', '#']) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::find;

    fn check(given: Option<&str>, environment: &[(&str, &str)], existing: &[&str], expect: &str) {
        let variable = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let exists = |path: &std::path::Path| existing.iter().any(|it| path.to_str() == Some(it));
        let found = match find(given, variable, exists) {
            Ok(address) => format!("{address:?}"),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expect), "{found}\ndoes not say\n{expect}");
    }

    #[test]
    fn sockets_are_found() {
        let user = &[("XDG_RUNTIME_DIR", "/run/user/1/")];
        let host = &[("DOCKER_HOST", "tcp://127.0.0.1:2375")];
        let all = &["/var/run/docker.sock", "/run/user/1/podman/podman.sock"];
        check(None, user, all, "Unix(\"/var/run/docker.sock\")");
        check(
            None,
            user,
            &all[1..],
            "Unix(\"/run/user/1/podman/podman.sock\")",
        );
        check(
            None,
            &[],
            &["/run/podman/podman.sock"],
            "Unix(\"/run/podman/podman.sock\")",
        );
        check(None, &[], &all[1..], "no engine of containers was found");
        check(None, host, all, "Http(\"127.0.0.1:2375\")");
        check(
            None,
            &[("DOCKER_HOST", "")],
            all,
            "Unix(\"/var/run/docker.sock\")",
        );
        check(Some("/a"), host, &["/a"], "Unix(\"/a\")");
        check(Some("unix:///a"), host, &["/a"], "Unix(\"/a\")");
        check(Some("/a"), host, all, "looked at /a");
        check(Some("http://h:1/"), host, all, "Http(\"h:1\")");
        let bad = [
            "ssh://a@b",
            "a",
            "unix://a",
            "tcp://",
            "https://h",
            "tcp://u:p@h",
            "tcp://h/p",
            "://",
            "tcp://h h",
            "npipe:////./pipe/docker",
        ];
        for bad in bad {
            check(Some(bad), host, all, "is of no known kind");
        }
    }
}
