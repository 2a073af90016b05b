//! What is built into the shell and changes the shell itself.
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What a builtin does.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "cd" | "pushd" => change_folder(walker, arguments),
        "popd" | "dirs" => walker.state.lose_folder(),
        "eval" => return Some(eval(walker, arguments)),
        "source" | "." => return Some(source(walker, arguments)),
        "alias" => return Some(alias(walker, arguments)),
        "read" | "mapfile" | "readarray" | "getopts" | "unset" | "declare" | "typeset"
        | "export" | "local" | "readonly" => {
            for word in arguments {
                walker.names_variable(word, name, name == "export");
            }
            // `mapfile -C` runs a command for each line.
            if name.starts_with('m') || name.starts_with("reada") {
                walker.state.lose();
                return Some(Scope::Anything);
            }
        }
        "let" => {
            for word in arguments {
                walker.evaluate(word);
            }
        }
        "set" => return Some(set(walker, arguments)),
        "trap" => return Some(trap(walker, arguments)),
        "wait" | "ulimit" | "fg" | "bg" | "disown" | "history" | "kill" | "pkill" | "killall" => {
            return Some(if name == "wait" && arguments.is_empty() {
                Scope::Reads
            } else {
                Scope::Anything
            });
        }
        "shopt" | "enable" | "complete" | "bind" | "compgen" | "fc" | "unalias" | "hash"
        | "jobs" | "caller" | "logout" | "suspend" => return Some(Scope::Anything),
        _ => return None,
    }
    Some(Scope::Reads)
}

/// `cd`, also where `HOME` or the former folder is meant.
fn change_folder(walker: &mut Walker<'_>, arguments: &[Word]) {
    let mut operands = arguments.iter().filter(|word| {
        let text = word.literal().unwrap_or_default();
        text == "-" || !text.starts_with('-')
    });
    let folders = match operands.next() {
        None => vec![walker.state.value("HOME").map(Into::into)],
        Some(word) if word.is("-") || word.literal().is_none() => vec![None],
        Some(word) => walker.folders(word),
    };
    if walker.state.is_set_here("CDPATH") {
        walker.state.lose_folder();
    }
    walker.state.enter(folders);
}

/// `eval` runs its words, joined by spaces, in this shell.
fn eval(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let skipped = usize::from(arguments.first().is_some_and(|word| word.is("--")));
    let texts: Option<Vec<String>> = arguments.iter().skip(skipped).map(Word::literal).collect();
    match texts {
        Some(texts) => {
            walker.script(&texts.join(" "));
            Scope::Listed
        }
        None => {
            walker.state.lose();
            walker.run_unknown(&Word::unknown(&raws(arguments)), &[]);
            Scope::Anything
        }
    }
}

/// `source` runs a file in this shell.
fn source(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    if let Some(file) = arguments.first() {
        walker.read(file, Reach::Itself);
    }
    walker.state.lose();
    Scope::Anything
}

/// An alias changes what later words mean, so what follows is not known.
fn alias(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    for word in arguments {
        let Some(text) = word.literal() else {
            walker.not_whole();
            continue;
        };
        if let Some((_, command)) = text.split_once('=') {
            walker.not_whole();
            walker.own_script(command, None);
        }
    }
    Scope::Reads
}

/// `set`: options that stop at errors are harmless, and arguments set `$1` and on.
fn set(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let is_harmless = arguments.iter().all(|word| {
        let text = word.literal().unwrap_or_default();
        let is_flags = text.starts_with(['-', '+'])
            && text.len() > 1
            && text[1..].chars().all(|c| "eufox".contains(c));
        is_flags || text == "pipefail"
    });
    if is_harmless {
        return Scope::Reads;
    }
    walker.state.positional = None;
    walker.state.note_value(None);
    Scope::Anything
}

/// `trap` runs its first argument some time later.
fn trap(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let mut words = arguments.iter().filter(|word| !word.is("--"));
    match words.next().map(|word| (word, word.literal())) {
        None => Scope::Reads,
        Some((_, Some(text))) if text == "-" || text.is_empty() => Scope::Reads,
        Some((_, Some(text))) => {
            walker.own_script(&text, None);
            // It runs wherever the shell is by then.
            walker.state.lose_folder();
            walker.own_script(&text, None);
            Scope::Listed
        }
        Some((word, None)) => {
            walker.run_unknown(word, &[]);
            Scope::Anything
        }
    }
}

fn raws(words: &[Word]) -> String {
    let raws: Vec<&str> = words.iter().map(Word::raw).collect();
    raws.join(" ")
}
