//! What a shell command would do: the programs, paths and hosts it names, without I/O.
//!
//! [`analyse`] reads a command as Bash would and lists its [`Effect`]s, which people allow or
//! refuse one by one, and its [`Danger`]s, which are refused or warned about whatever the rules
//! say. Nothing is run and no file is looked at, so symbolic links are not followed: who acts on
//! a path has to resolve it first. What cannot be understood is said so
//! ([`Analysis::is_whole`]), never left out. PowerShell and cmd are not read: their commands come
//! out as whatever Bash would make of them, so callers on Windows treat them as not whole.
mod bounds;
mod danger;
mod effect;
mod parse;
mod place;
mod programs;
mod walk;
mod word;

pub use bounds::BOUNDS;
pub use danger::{Danger, Severity};
pub use effect::{Analysis, Effect, Name, Scope, Target};
pub use place::Place;

/// What `command` would do if Bash ran it at `place`.
///
/// Never fails: a command that is too long, too deep or not understood gives an analysis that is
/// not whole. Costs are bounded by [`BOUNDS`].
pub fn analyse(command: &str, place: &Place<'_>) -> Analysis {
    walk::analyse(command, place)
}
