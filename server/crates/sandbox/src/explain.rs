//! Tells the model what the sandbox stopped, and what it allows.
use std::path::PathBuf;

use crate::profile::{Network, Profile};
use crate::running::{Exit, Why};
use crate::tampered::{Outcome, Tampered};

/// What programs say when a file may not be touched.
const FILES: &[&str] = &[
    "Permission denied",
    "permission denied",
    "Read-only file system",
    "read-only file system",
    "EACCES",
    "EROFS",
    "PermissionError",
];

/// What they say when a call is refused, or a socket.
const CALLS: &[&str] = &[
    "Operation not permitted",
    "operation not permitted",
    "EPERM",
];

/// What they say when no host is reached.
const HOSTS: &[&str] = &[
    "Network is unreachable",
    "network is unreachable",
    "Could not resolve host",
    "could not resolve host",
    "Temporary failure in name resolution",
    "Name or service not known",
    "failed to lookup address",
    "getaddrinfo",
    "ENETUNREACH",
    "ENOTFOUND",
    "EAI_AGAIN",
    "Failed to connect",
    "Connection refused",
    "Cannot create socket",
    "can't create socket",
    "socket: Operation not permitted",
];

/// What they say when there is no memory, or no further process.
const MEMORY: &[&str] = &[
    "Cannot allocate memory",
    "cannot allocate memory",
    "MemoryError",
    "out of memory",
    "Out of memory",
    "OutOfMemoryError",
    "bad_alloc",
    "ENOMEM",
];

const PROCESSES: &[&str] = &[
    "Cannot fork",
    "cannot fork",
    "fork: retry",
    "fork: Resource temporarily unavailable",
    "EAGAIN",
    "can't start new thread",
];

/// What the sandbox probably stopped, in sentences for the model; `None` when it stopped nothing
/// that is known. `output` is the end of what the program wrote, standard error above all; it is
/// looked at only when the program failed.
pub fn explain(exit: &Exit, output: &str, profile: &Profile) -> Option<String> {
    let mut sentences = Vec::new();
    sentences.extend(ended(&exit.why, profile));
    sentences.extend(exit.tampered.iter().map(changed));
    let is_failed = exit.code != 0 && exit.why == Why::Itself;
    if is_failed {
        sentences.extend(stopped(output, profile));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn ended(why: &Why, profile: &Profile) -> Option<String> {
    let limits = &profile.limits;
    Some(match why {
        Why::Itself | Why::Stopped => return None,
        Why::Memory => format!(
            "The command was ended: with all its processes it may hold {} of memory.",
            size(limits.memory_bytes)
        ),
        Why::Processes => format!(
            "The command was ended: it may have {} processes at one time.",
            limits.processes
        ),
        Why::CpuTime => format!(
            "The command was ended: a process may use {} seconds of processor time.",
            limits.cpu_seconds
        ),
        Why::FileSize => format!(
            "The command was ended: it may write files of at most {}.",
            size(limits.file_bytes)
        ),
        Why::SystemCall => "The command was ended: it made a system call that the sandbox does \
             not allow, as programs for another kind of processor do."
            .to_owned(),
        Why::Killed => "The command was killed from outside, perhaps because the machine ran \
             out of memory."
            .to_owned(),
        Why::Refused(reason) => {
            format!("The command was not run, for the sandbox could not be set up: {reason}.")
        }
        Why::NotStarted(reason) => format!("The command was not run: {reason}."),
    })
}

fn changed(tampered: &Tampered) -> String {
    let path = tampered.path.display();
    match &tampered.outcome {
        Outcome::PutBack => format!(
            "The command changed {path}, which is protected; it was put back as it was before."
        ),
        Outcome::Left(reason) => format!(
            "The command changed {path}, which is protected, and it could not be put back: {reason}."
        ),
    }
}

fn stopped(output: &str, profile: &Profile) -> Option<String> {
    let says = |words: &[&str]| words.iter().any(|word| output.contains(word));
    let is_off = profile.network == Network::Off;
    if is_off && (says(HOSTS) || says(CALLS)) {
        return Some(format!(
            "This may be the sandbox: it has no network, and {}",
            writing(profile)
        ));
    }
    if says(FILES) || says(CALLS) {
        return Some(format!("This may be the sandbox: it {}", writing(profile)));
    }
    if says(MEMORY) {
        return Some(format!(
            "This may be the sandbox: a process may hold {} of memory.",
            size(profile.limits.memory_bytes)
        ));
    }
    says(PROCESSES).then(|| {
        format!(
            "This may be the sandbox: the command may have {} processes at one time.",
            profile.limits.processes
        )
    })
}

/// What may be written, after "it".
fn writing(profile: &Profile) -> String {
    let mut text = format!(
        "allows writing only in {} and in $TMPDIR ({})",
        list(&profile.writable),
        profile.scratch.display()
    );
    if !profile.protected.is_empty() {
        text.push_str(", not to git's hooks and configuration or to .aside");
    }
    if !profile.hidden.is_empty() {
        text.push_str(", and hides files with credentials");
    }
    text.push('.');
    text
}

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    names.join(", ")
}

fn size(bytes: u64) -> String {
    let mebibytes = bytes >> 20;
    if mebibytes >= 1024 && mebibytes.is_multiple_of(1024) {
        return format!("{} GiB", mebibytes >> 10);
    }
    format!("{mebibytes} MiB")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::explain;
    use crate::profile::{Limits, Network, Profile};
    use crate::running::{Exit, Why};
    use crate::tampered::{Outcome, Tampered};

    fn check(code: i32, why: Why, output: &str, network: Network, expect: Expect) {
        let exit = Exit {
            code,
            signal: None,
            why,
            tampered: Vec::new(),
        };
        let text = explain(&exit, output, &profile(network));
        expect.assert_eq(&text.unwrap_or_default());
    }

    fn profile(network: Network) -> Profile {
        Profile {
            writable: vec!["/project".into()],
            protected: vec!["/project/.git/hooks".into()],
            hidden: vec!["/home/me/.ssh".into()],
            network,
            scratch: "/scratch".into(),
            limits: Limits::default(),
        }
    }

    #[test]
    fn what_is_not_of_the_sandbox_is_not_explained() {
        let none = || expect![""];
        check(0, Why::Itself, "Permission denied", Network::Off, none());
        check(1, Why::Itself, "2 tests failed", Network::Off, none());
        check(1, Why::Itself, "", Network::Off, none());
        check(137, Why::Stopped, "Permission denied", Network::Off, none());
        check(1, Why::Itself, "Connection refused", Network::On, none());
    }

    #[test]
    fn what_is_stopped_is_explained() {
        check(
            1,
            Why::Itself,
            "sh: Permission denied",
            Network::Off,
            expect![
                "This may be the sandbox: it allows writing only in /project and in $TMPDIR (/scratch), not to git's hooks and configuration or to .aside, and hides files with credentials."
            ],
        );
        check(
            1,
            Why::Itself,
            "socket: Operation not permitted",
            Network::Off,
            expect![
                "This may be the sandbox: it has no network, and allows writing only in /project and in $TMPDIR (/scratch), not to git's hooks and configuration or to .aside, and hides files with credentials."
            ],
        );
        check(
            1,
            Why::Itself,
            "touch: Read-only file system",
            Network::On,
            expect![
                "This may be the sandbox: it allows writing only in /project and in $TMPDIR (/scratch), not to git's hooks and configuration or to .aside, and hides files with credentials."
            ],
        );
        check(
            1,
            Why::Itself,
            "Cannot allocate memory",
            Network::On,
            expect!["This may be the sandbox: a process may hold 8 GiB of memory."],
        );
        check(
            2,
            Why::Itself,
            "sh: 1: Cannot fork",
            Network::On,
            expect!["This may be the sandbox: the command may have 1024 processes at one time."],
        );
        check(
            137,
            Why::Memory,
            "",
            Network::On,
            expect!["The command was ended: with all its processes it may hold 8 GiB of memory."],
        );
        check(
            126,
            Why::Refused("no room".to_owned()),
            "",
            Network::On,
            expect!["The command was not run, for the sandbox could not be set up: no room."],
        );
    }

    #[test]
    fn changes_of_protected_paths_are_told_even_if_the_command_succeeded() {
        let one = |outcome| Tampered {
            path: "/project/.git/hooks".into(),
            outcome,
        };
        let exit = Exit {
            code: 0,
            signal: None,
            why: Why::Itself,
            tampered: vec![
                one(Outcome::PutBack),
                one(Outcome::Left("it is gone".to_owned())),
            ],
        };
        let text = explain(&exit, "", &profile(Network::Off)).unwrap();
        expect!["The command changed /project/.git/hooks, which is protected; it was put back as it was before. The command changed /project/.git/hooks, which is protected, and it could not be put back: it is gone."].assert_eq(&text);
    }
}
