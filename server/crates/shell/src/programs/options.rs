//! The options and operands among the arguments of a program.
use crate::word::Word;

/// Which options take a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    /// Letters of short options with a value.
    pub(super) short: &'static str,
    /// Names of long options with a value, which may also be the next argument.
    pub(super) long: &'static [&'static str],
}

/// Whether options may come after operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// They may.
    Mixed,
    /// The first operand ends the options: what follows is a command.
    Strict,
}

/// Arguments, sorted.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Options without their dashes, and their values.
    options: Vec<(String, Option<Word>)>,
    /// What is not an option.
    pub(super) operands: Vec<Word>,
    /// Whether no argument may turn out to be another option than it seems.
    pub(super) is_certain: bool,
}

impl Given {
    /// Whether one of `names` is given. Long options may be shortened, so the start of a name
    /// counts.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(given, _)| is_any(given, names))
    }

    /// The values given to options of these names.
    pub(super) fn values(&self, names: &[&str]) -> Vec<Word> {
        self.options
            .iter()
            .filter(|(given, _)| is_any(given, names))
            .filter_map(|(_, value)| value.clone())
            .collect()
    }

    /// The options, without dashes and values.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(|(name, _)| name.as_str())
    }
}

/// Whether the option `given` is one of `names`, in full or shortened.
fn is_any(given: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        given == *name || (given.len() > 1 && name.len() > 1 && name.starts_with(given))
    })
}

/// Sorts `arguments`.
pub(super) fn sort(arguments: &[Word], spec: Spec, order: Order) -> Given {
    let mut given = Given {
        is_certain: true,
        ..Given::default()
    };
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let prefix = word.prefix();
        if word.is("--") {
            given.operands.extend(rest.cloned());
            break;
        }
        if let Some(name) = prefix.strip_prefix("--").filter(|_| prefix.len() > 2) {
            long(&mut given, word, name, spec, &mut rest);
        } else if prefix.len() > 1 && prefix.starts_with('-') {
            short(&mut given, word, &prefix[1..], spec, &mut rest);
        } else {
            given.is_certain &= !word.may_become_option();
            given.operands.push(word.clone());
            if order == Order::Strict {
                given.operands.extend(rest.cloned());
                break;
            }
        }
    }
    given
}

fn long<'w>(
    given: &mut Given,
    word: &Word,
    name: &str,
    spec: Spec,
    rest: &mut std::slice::Iter<'w, Word>,
) {
    if let Some((name, _)) = name.split_once('=') {
        let value = word.without(name.chars().count() + 3).as_value();
        given.options.push((name.to_owned(), Some(value)));
        return;
    }
    given.is_certain &= word.literal().is_some();
    let value = match (spec.long.contains(&name), is_any(name, spec.long)) {
        (true, _) => rest.next().cloned(),
        // Shortened, or another option that has no value: what comes next may be either.
        (false, true) => rest.as_slice().first().cloned(),
        (false, false) => None,
    };
    given.options.push((name.to_owned(), value));
}

fn short<'w>(
    given: &mut Given,
    word: &Word,
    letters: &str,
    spec: Spec,
    rest: &mut std::slice::Iter<'w, Word>,
) {
    for (at, letter) in letters.chars().enumerate() {
        if !spec.short.contains(letter) {
            given.options.push((letter.to_string(), None));
            continue;
        }
        let is_last = at + 1 == letters.chars().count() && word.literal().is_some();
        let value = match is_last {
            true => rest.next().cloned(),
            false => Some(word.without(at + 2).as_value()),
        };
        given.options.push((letter.to_string(), value));
        return;
    }
    given.is_certain &= word.literal().is_some();
}
