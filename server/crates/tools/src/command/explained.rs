//! What the sandbox has to do with a failure, told from what programs print.
use aside_sandbox::{Backend, Network, Outcome, Tampered};

use crate::jobs::End;

/// How much of the end of an output is looked at, in bytes.
const MAX_LOOKED_BYTES: usize = 8 * 1024;
/// How many changed paths are named.
const MAX_TAMPERED: usize = 8;

/// What confined a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Confined {
    /// By which means.
    pub(crate) backend: Backend,
    /// Whether it reached the network.
    pub(crate) network: Network,
}

/// What programs print, and what it may come from.
struct Sign {
    words: &'static [&'static str],
    /// Whether it means something only where there is no network.
    is_network: bool,
    why: &'static str,
}

const SIGNS: &[Sign] = &[
    Sign {
        words: &[
            "Could not resolve",
            "could not resolve",
            "Temporary failure in name resolution",
            "Name or service not known",
            "Network is unreachable",
            "EAI_AGAIN",
            "ENOTFOUND",
            "ENETUNREACH",
            "getaddrinfo",
            "Connection refused",
            "ECONNREFUSED",
            "dns error",
        ],
        is_network: true,
        why: "The sandbox gave this command no network. A command whose text names the host, as curl's does, is asked about and then has it; else the user can set sandbox.network to on.",
    },
    Sign {
        words: &[
            "Read-only file system",
            "Permission denied",
            "Operation not permitted",
            "EROFS",
            "EACCES",
            "EPERM",
        ],
        is_network: false,
        why: "The sandbox lets commands write only in the workspace and in $TMPDIR, there not in .git/hooks, .git/config and .aside, and lets them read no credentials. Do not try to get around it: tell the user if it is in the way.",
    },
    Sign {
        words: &[
            "Cannot allocate memory",
            "cannot allocate memory",
            "memory exhausted",
            "out of memory",
            "MemoryError",
            "ENOMEM",
        ],
        is_network: false,
        why: "The sandbox gives a command no more memory than the setting sandbox.memory_mb says.",
    },
    Sign {
        words: &["Resource temporarily unavailable", "EAGAIN"],
        is_network: false,
        why: "The sandbox gives a command no more processes than the setting sandbox.processes says.",
    },
];

impl Confined {
    /// A sentence or more about why a command failed, empty where the sandbox has nothing to do
    /// with it.
    pub(crate) fn explain(self, output: &str, end: &End) -> String {
        let is_free = match self.backend {
            Backend::Unsandboxed => true,
            Backend::Bubblewrap | Backend::Landlock | Backend::Seatbelt => false,
        };
        if is_free || *end == End::Exited(0) || *end == End::Stopped {
            return String::new();
        }
        let start = output.ceil_char_boundary(output.len().saturating_sub(MAX_LOOKED_BYTES));
        let looked = &output[start..];
        let fits = |sign: &&Sign| {
            let is_possible = !sign.is_network || self.network == Network::Off;
            is_possible && sign.words.iter().any(|word| looked.contains(word))
        };
        SIGNS
            .iter()
            .find(fits)
            .map_or_else(String::new, |sign| format!("[{}]", sign.why))
    }
}

/// What became of protected paths that a command changed, empty where there are none.
pub(crate) fn tampered(paths: &[Tampered]) -> String {
    let told = paths.iter().take(MAX_TAMPERED).map(|tampered| {
        let path = tampered.path.display();
        match &tampered.outcome {
            Outcome::PutBack => format!(
                "[The sandbox: the command changed {path}, which no command may; it was put back.]"
            ),
            Outcome::Left(why) => format!(
                "[The sandbox: the command changed {path}, which no command may, and it could not be put back: {why}. Tell the user.]"
            ),
        }
    });
    told.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use aside_sandbox::{Backend, Network};

    use super::Confined;
    use crate::jobs::End;

    fn check(backend: Backend, network: Network, output: &str, end: &End, begins: &str) {
        let confined = Confined { backend, network };
        let why = confined.explain(output, end);
        assert!(why.starts_with(begins), "{output}: {why}");
        assert_eq!(why.is_empty(), begins.is_empty(), "{output}: {why}");
    }

    #[test]
    fn failures_that_come_from_the_sandbox_are_explained() {
        let failed = End::Exited(1);
        let check_off = |output: &str, begins: &str| {
            check(Backend::Bubblewrap, Network::Off, output, &failed, begins);
        };
        check_off(
            "touch: x: Read-only file system\n",
            "[The sandbox lets commands write only",
        );
        check_off(
            "cat: x: Permission denied",
            "[The sandbox lets commands write only",
        );
        check_off(
            "curl: (6) Could not resolve host: x",
            "[The sandbox gave this command no network",
        );
        check_off("MemoryError", "[The sandbox gives a command no more memory");
        check_off(
            "fork: retry: Resource temporarily unavailable",
            "[The sandbox gives a command no more processes",
        );
        check_off("error: it does not compile", "");
        check_off("", "");
    }

    #[test]
    fn others_are_not() {
        let refused = "connect: Connection refused";
        let denied = "Permission denied";
        let (on, off) = (Network::On, Network::Off);
        check(Backend::Landlock, on, refused, &End::Exited(1), "");
        check(Backend::Landlock, off, denied, &End::Exited(0), "");
        check(Backend::Landlock, off, denied, &End::Stopped, "");
        check(Backend::Unsandboxed, off, denied, &End::Exited(1), "");
        let long = format!("{denied}{}", "é".repeat(8000));
        check(Backend::Landlock, off, &long, &End::Exited(1), "");
    }
}
