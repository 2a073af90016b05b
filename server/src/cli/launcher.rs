//! The launcher: this program, started once more to confine itself and then run a program for the
//! agent.

/// The first argument by which it is asked for. It is no command for people.
pub const ARGUMENT: &str = "__sandbox";

/// Becomes the launcher, where that is asked for; then it does not return. Nothing may be read and
/// no thread started before.
#[cfg(unix)]
pub fn become_if_asked() {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|first| first == ARGUMENT) {
        aside_sandbox::launch::main(args);
    }
}

/// There is none here: programs are started as they are.
#[cfg(not(unix))]
pub fn become_if_asked() {}
