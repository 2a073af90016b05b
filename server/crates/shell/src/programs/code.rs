//! Interpreters: what they are given runs, and may do anything.
use super::options::{Order, Spec, sort};
use crate::danger::Danger;
use crate::effect::Scope;
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What an interpreter does with its arguments.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "rbash" | "mksh" | "fish" => {
            Some(shell(walker, name, arguments))
        }
        "perl" | "ruby" | "node" | "nodejs" | "php" | "lua" | "deno" | "bun" | "osascript"
        | "tclsh" | "Rscript" | "julia" | "pwsh" | "powershell" => {
            Some(interpreter(walker, name, arguments))
        }
        _ if name.starts_with("python") || name.starts_with("pypy") => {
            Some(interpreter(walker, name, arguments))
        }
        _ => None,
    }
}

fn shell(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "oO",
        long: &["init-file", "rcfile"],
    };
    let given = sort(arguments, spec, Order::Strict);
    for file in given.values(&["init-file", "rcfile"]) {
        walker.read(&file, Reach::Itself);
    }
    let (first, rest) = match given.operands.split_first() {
        Some((first, rest)) => (first, rest),
        None => {
            if !is_about_itself(arguments) {
                reads_code(walker, name);
            }
            return Scope::Anything;
        }
    };
    if !given.has(&["c", "command"]) {
        match given.has(&["s"]) {
            true => reads_code(walker, name),
            false => walker.read(first, Reach::Itself),
        }
        return Scope::Anything;
    }
    let Some(script) = first.literal() else {
        walker.run_unknown(first, rest);
        return Scope::Anything;
    };
    // The first argument after the script is `$0`.
    let positional = rest.iter().skip(1).map(Word::literal).collect();
    if rest
        .iter()
        .any(|word| word.literal().is_none_or(|text| text.contains('[')))
    {
        walker.state.note_value(None);
    }
    let is_certain = rest.iter().all(|word| word.literal().is_some());
    walker.own_script(&script, is_certain.then_some(positional));
    // A login or interactive shell runs its start-up files; other shells have their own grammar.
    let is_plain = given.is_certain
        && name != "fish"
        && given
            .names()
            .all(|name| matches!(name, "c" | "e" | "u" | "x" | "o" | "f" | "p"));
    if is_plain {
        Scope::Reads
    } else {
        Scope::Anything
    }
}

/// The program runs what comes on standard input, which no rule about the program speaks of.
fn reads_code(walker: &mut Walker<'_>, name: &str) {
    let input = Word::unknown(&format!("standard input of {name}"));
    walker.run_unknown(&input, &[]);
}

/// Whether a program is asked for no more than its version or its options.
fn is_about_itself(arguments: &[Word]) -> bool {
    let asks = |word: &Word| {
        let text = word.literal();
        let text = text.as_deref().unwrap_or_default();
        matches!(text, "--version" | "-V" | "-v" | "--help" | "-h")
    };
    matches!(arguments, [word] if asks(word))
}

fn interpreter(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Scope {
    let is_option = |word: &Word| {
        let literal = word.literal();
        literal.is_some_and(|text| text == "-" || text.starts_with('-') && !is_code_option(&text))
    };
    if arguments.iter().all(is_option) && !is_about_itself(arguments) {
        reads_code(walker, name);
    }
    let mut has_code = false;
    for (at, word) in arguments.iter().enumerate() {
        let text = word.literal().unwrap_or_default();
        let before = at
            .checked_sub(1)
            .and_then(|at| arguments.get(at)?.literal());
        if is_fork_bomb(&text) {
            walker.danger(Danger::ForkBomb);
        }
        let is_code = before.is_some_and(|before| is_code_option(&before));
        has_code |= is_code;
        if !has_code && !text.is_empty() && !text.starts_with('-') && at < 4 {
            walker.read(word, Reach::Itself);
            break;
        }
    }
    let only_asks = |word: &Word| matches!(word.literal().as_deref(), Some("--version" | "-V"));
    match arguments {
        [word] if only_asks(word) => Scope::Reads,
        _ => Scope::Anything,
    }
}

/// Whether what follows an option is code, or the name of it.
fn is_code_option(text: &str) -> bool {
    text.starts_with('-') && text.ends_with(['c', 'e', 'E', 'r', 'p', 'm'])
}

/// Whether code forks in an endless loop, as it is written in one line.
fn is_fork_bomb(code: &str) -> bool {
    let code: String = code.split_whitespace().collect();
    [
        "forkwhilefork",
        "fork()whilefork",
        "while(1){fork",
        "whileTrue:os.fork",
        "while1:os.fork",
        "loop{fork",
        "while1{fork",
    ]
    .iter()
    .any(|bomb| code.contains(bomb))
}
