//! The environment that a program gets: that of the server, without its secrets.
use std::ffi::{OsStr, OsString};

/// Parts of names whose values are secret.
const SECRET_PARTS: &[&str] = &[
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "AUTH_TOKEN",
    "COOKIE",
    "CONNECTION_STRING",
];

/// How such names end.
const SECRET_ENDS: &[&str] = &[
    "_KEY",
    "_TOKEN",
    "_PAT",
    "_PASS",
    "_PWD",
    "_AUTH",
    "_DSN",
    "_JWT",
    "_CERT_DATA",
];

/// Whole names: tokens without a telling end, and the ways to agents, buses and displays through
/// which a program would leave the sandbox.
const LEFT_OUT: &[&str] = &[
    "TOKEN",
    "KEY",
    "PAT",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GPG_AGENT_INFO",
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SYSTEM_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "DOCKER_HOST",
    "CONTAINER_HOST",
    "KUBECONFIG",
    "TMUX",
    "STY",
    "NVIM",
    "NOTIFY_SOCKET",
    "LISTEN_FDS",
    "LISTEN_PID",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "BASH_ENV",
    "ENV",
    "PROMPT_COMMAND",
    "NODE_CHANNEL_FD",
];

/// How names begin that are the editor's or our own.
const STARTS_LEFT_OUT: &[&str] = &["ASIDE_", "VSCODE_", "LD_AUDIT", "BASH_FUNC_"];

/// How values begin that are tokens, whatever they are called.
const TOKEN_STARTS: &[&str] = &[
    "sk-",
    "sk_live_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "hf_",
    "npm_",
    "pypi-",
    "gsk_",
    "-----BEGIN",
];

/// Set for every program: nothing asks, pages or colours where nobody looks. And Git takes no folder
/// for a repository whose settings name programs to run only because it looks like one, nor asks
/// such a program what changed: looking at the state of a repository is to run nothing.
/// <https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository>
const FIXED: &[(&str, &str)] = &[
    ("TERM", "dumb"),
    ("NO_COLOR", "1"),
    ("PAGER", "cat"),
    ("GIT_PAGER", "cat"),
    ("MANPAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_EDITOR", "true"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("GIT_CONFIG_COUNT", "2"),
    ("GIT_CONFIG_KEY_0", "safe.bareRepository"),
    ("GIT_CONFIG_VALUE_0", "explicit"),
    ("GIT_CONFIG_KEY_1", "core.fsmonitor"),
    ("GIT_CONFIG_VALUE_1", "false"),
];

/// The environment for a program: `inherited` (pass `std::env::vars_os()`) without what is secret
/// by its name (`*_KEY`, `*_TOKEN`, `*SECRET*`, `*PASSWORD*`, `ASIDE_*`...) or by its value (a
/// token, a URL with a password), and without the ways to ssh agents, buses and displays.
/// `allowed` names variables that pass all the same. The terminal is a dumb one.
pub fn environment<I>(inherited: I, allowed: &[String]) -> Vec<(OsString, OsString)>
where
    I: IntoIterator<Item = (OsString, OsString)>,
{
    let mut kept: Vec<(OsString, OsString)> = inherited
        .into_iter()
        .filter(|(name, value)| passes(name, value, allowed))
        .filter(|(name, _)| FIXED.iter().all(|(fixed, _)| name != fixed))
        .collect();
    kept.extend(
        FIXED
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value))),
    );
    kept
}

fn passes(name: &OsStr, value: &OsStr, allowed: &[String]) -> bool {
    let name = name.to_string_lossy();
    if allowed.iter().any(|allowed| *allowed == name) {
        return true;
    }
    let name = name.to_uppercase();
    let is_secret = LEFT_OUT.contains(&name.as_str())
        || STARTS_LEFT_OUT.iter().any(|start| name.starts_with(start))
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || SECRET_ENDS.iter().any(|end| name.ends_with(end));
    !is_secret && !is_secret_value(&value.to_string_lossy())
}

fn is_secret_value(value: &str) -> bool {
    let is_token = TOKEN_STARTS.iter().any(|start| value.starts_with(start));
    is_token || has_password(value)
}

/// Whether a URL in the value carries `user:password@`.
fn has_password(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let Some((user, _)) = authority.rsplit_once('@') else {
            return false;
        };
        user.contains(':')
    })
}

#[cfg(test)]
mod tests {
    use super::environment;

    fn check(name: &str, value: &str, allowed: &[&str], passes: bool) {
        let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        let kept = environment([(name.into(), value.into())], &allowed);
        let is_kept = kept
            .iter()
            .any(|(kept, with)| kept == name && with == value);
        assert_eq!(is_kept, passes, "{name}={value}");
    }

    #[test]
    fn secrets_stay_behind() {
        check("PATH", "/usr/bin:/bin", &[], true);
        check("JAVA_HOME", "/usr/lib/jvm", &[], true);
        check("KEYBOARD", "de", &[], true);
        check("HTTPS_PROXY", "http://proxy.example:3128", &[], true);
        check(
            "HTTPS_PROXY",
            "http://me:word@proxy.example:3128",
            &[],
            false,
        );
        check("DATABASE_URL", "postgres://u:p@host/db?x=1", &[], false);
        check("HOMEPAGE", "https://example.com/a:b@c", &[], true);
        check("OPENAI_API_KEY", "x", &[], false);
        check("openai_api_key", "x", &[], false);
        check("GITHUB_TOKEN", "x", &[], false);
        check("MY_SECRET_THING", "x", &[], false);
        check("PGPASSWORD", "x", &[], false);
        check("AWS_ACCESS_KEY_ID", "x", &[], false);
        check("ASIDE_LOG", "debug", &[], false);
        check("SSH_AUTH_SOCK", "/tmp/agent", &[], false);
        check("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run", &[], false);
        check("BASH_FUNC_ls%%", "() { :; }", &[], false);
        check("WHATEVER", "ghp_0123", &[], false);
        check("GITHUB_TOKEN", "x", &["GITHUB_TOKEN"], true);
        check("GITHUB_TOKEN", "x", &["GITHUB"], false);
        check("TERM", "xterm", &[], false);
        check("TERM", "dumb", &[], true);
        check("GIT_CONFIG_COUNT", "0", &["GIT_CONFIG_COUNT"], false);
        check("GIT_CONFIG_COUNT", "2", &[], true);
    }
}
