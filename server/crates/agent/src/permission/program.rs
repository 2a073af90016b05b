//! Whether a command is one that a rule speaks of.
use super::glob::{self, Cover};
use super::places::{Named, Places, is_unknown};
use super::rule::{EVERYTHING, whole};

/// Where the programs lie that a bare name may mean: not where an agent could put one.
const SYSTEM_FOLDERS: [&str; 8] = [
    "/usr/**",
    "/bin/**",
    "/sbin/**",
    "/opt/**",
    "/nix/store/**",
    "/snap/bin/*",
    "/Applications/**",
    "/Library/**",
];

/// For rules that allow: whether the pattern names the command, word by word. `*` as the last word
/// takes any further arguments, also none. Nothing that is not known is named by any pattern.
pub(super) fn is_named(
    pattern: &str,
    program: &str,
    arguments: &[String],
    places: &Places,
) -> Cover {
    let words = glob::words(pattern);
    let Some((name, rest)) = words.split_first() else {
        return Cover::None;
    };
    let is_unclear = is_unknown(program) || arguments.iter().any(|argument| is_unknown(argument));
    if is_unclear || !is_program(name, program, places, &SYSTEM_FOLDERS) {
        return Cover::None;
    }
    let (rest, takes_more) = match rest.split_last() {
        Some((last, before)) if last == EVERYTHING => (before, true),
        _ => (rest, name == EVERYTHING && rest.is_empty()),
    };
    let is_met = match takes_more {
        true => arguments.len() >= rest.len(),
        false => arguments.len() == rest.len(),
    };
    let mut pairs = rest.iter().zip(arguments);
    whole(is_met && pairs.all(|(word, argument)| glob::fits(word, argument)))
}

/// For rules that ask or refuse: whether the command may be one that the pattern means. Options,
/// with a value each, may stand between its words, wherever the program lies.
pub(super) fn is_meant(
    pattern: &str,
    program: &str,
    arguments: &[String],
    places: &Places,
) -> Cover {
    let words = glob::words(pattern);
    let Some((name, rest)) = words.split_first() else {
        return Cover::None;
    };
    if is_unknown(program) {
        return Cover::Part;
    }
    if !is_program(name, program, places, &["/**"]) {
        return Cover::None;
    }
    let (rest, takes_more) = match rest.split_last() {
        Some((last, before)) if last == EVERYTHING => (before, true),
        _ => (rest, name == EVERYTHING && rest.is_empty()),
    };
    if arguments.iter().any(|argument| is_unknown(argument)) {
        return Cover::Part;
    }
    let mut left = arguments.iter().peekable();
    for word in rest {
        loop {
            let Some(argument) = left.next() else {
                return Cover::None;
            };
            if glob::fits(word, argument) {
                break;
            }
            if !argument.starts_with('-') {
                return Cover::None;
            }
            // The option's value, unless it is what is looked for.
            if let Some(value) = left.peek()
                && !value.starts_with('-')
                && !glob::fits(word, value)
            {
                left.next();
            }
        }
    }
    let is_rest_options = left.all(|argument| argument.starts_with('-'));
    whole(takes_more || is_rest_options)
}

/// Whether a pattern's first word names the program. One with a slash is a pattern of paths; a
/// bare name means the program of that name in these folders, or wherever it is looked up; `*` any.
fn is_program(word: &str, program: &str, places: &Places, folders: &[&str]) -> bool {
    if word == EVERYTHING {
        return true;
    }
    if word.contains('/') {
        let named = places.named(program);
        return is_path(program) && places.cover(word, &named) == Cover::All;
    }
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let name = match name.strip_suffix(".exe") {
        Some(stem) if cfg!(windows) => stem,
        _ => name,
    };
    if !glob::fits(word, name) {
        return false;
    }
    let named = places.named(program);
    !is_path(program)
        || folders
            .iter()
            .any(|folder| places.cover(folder, &named) == Cover::All)
            // A workspace may lie beneath one of them, and there an agent can put programs.
            && (folders != SYSTEM_FOLDERS || !is_writable(&named, places))
}

fn is_writable(program: &Named, places: &Places) -> bool {
    places.holds(&places.roots, program) || places.holds(&places.scratch, program)
}

fn is_path(program: &str) -> bool {
    program.contains('/') || (cfg!(windows) && program.contains('\\'))
}
