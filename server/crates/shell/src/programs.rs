//! What programs do with their arguments.
mod archives;
mod builtins;
mod code;
pub(crate) mod environment;
mod files;
mod find;
mod git;
mod network;
mod options;
mod packages;
mod readers;
mod scripts;
mod tools;
mod wrappers;

use crate::effect::Scope;
use crate::walk::Walker;
use crate::word::Word;

/// Writes down what the program of this name does besides running, and says how much of it that
/// is. A program that is not known may do anything.
pub(crate) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Scope {
    let families = [
        readers::run,
        builtins::run,
        wrappers::run,
        find::run,
        files::run,
        scripts::run,
        git::run,
        network::run,
        archives::run,
        code::run,
        packages::run,
        tools::run,
    ];
    families
        .iter()
        .find_map(|family| family(walker, name, arguments))
        .unwrap_or(Scope::Anything)
}
