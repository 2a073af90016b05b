//! Programs that run the program named by their arguments.
mod table;

use self::table::PLAIN;
use super::options::{Order, Spec, sort};
use crate::danger::Danger;
use crate::effect::{Effect, Name, Scope};
use crate::programs::environment::{changes_programs, is_harmless};
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What a wrapper and the program that it runs do.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    if let Some((_, spec, skipped)) = PLAIN.iter().find(|(known, ..)| *known == name) {
        return Some(plain(walker, name, arguments, *spec, *skipped));
    }
    match name {
        "env" => Some(env(walker, arguments)),
        "sudo" | "doas" | "pkexec" => Some(sudo(walker, arguments)),
        "su" => Some(su(walker, arguments)),
        "command" => Some(command(walker, arguments)),
        "xargs" | "parallel" => Some(xargs(walker, name, arguments)),
        "ssh" => Some(ssh(walker, arguments)),
        _ => None,
    }
}

fn plain(
    walker: &mut Walker<'_>,
    name: &str,
    arguments: &[Word],
    spec: Spec,
    skipped: usize,
) -> Scope {
    let given = sort(arguments, spec, Order::Strict);
    for script in given.values(&["c", "command"]) {
        if matches!(name, "flock" | "runuser" | "script") {
            script_of(walker, &script);
        }
    }
    let is_odd = |word: &Word| word.prefix().starts_with('-') && !word.is("-p");
    let is_assignment = |word: &Word| word.prefix().contains('=');
    let is_keyword = matches!(name, "time" | "coproc");
    let first = arguments.iter().find(|word| !word.is("-p"));
    if is_keyword && first.is_some_and(|word| is_odd(word) || is_assignment(word)) {
        // The shell's own has one option only, and takes others for a program.
        walker.not_whole();
    }
    let Some(words) = given.operands.get(skipped..) else {
        return Scope::Anything;
    };
    let first = given.operands.first();
    match name {
        "watch" => {
            // It hands its words to a shell, joined.
            match words.iter().map(Word::literal).collect::<Option<Vec<_>>>() {
                Some(texts) => walker.own_script(&texts.join(" "), None),
                None => walker.run_unknown(&Word::unknown("?"), words),
            }
        }
        "coproc"
            if words
                .first()
                .is_some_and(|word| word.raw().starts_with('{')) =>
        {
            walker.not_whole();
        }
        "flock"
            if words
                .first()
                .is_some_and(|word| word.is("-c") || word.is("--command")) =>
        {
            for script in words.iter().skip(1) {
                script_of(walker, script);
            }
        }
        "script" => {
            for file in words {
                walker.write(file, Reach::Itself);
            }
            return Scope::Anything;
        }
        "time" | "strace" | "ltrace" => {
            for file in given.values(&["o", "output"]) {
                walker.write(&file, Reach::Itself);
            }
            walker.run(words);
        }
        "exec" => {
            // With no variables at all.
            walker.state.has_own_environment |= given.has(&["c"]);
            walker.run(words);
        }
        _ => walker.run(words),
    }
    if name == "flock"
        && let Some(file) = first
    {
        walker.write(file, Reach::Itself);
    }
    if name == "coproc" {
        walker.run(words.get(1..).unwrap_or_default());
    }
    if matches!(
        name,
        "chroot" | "runuser" | "setpriv" | "unshare" | "nsenter" | "fakeroot"
    ) {
        return Scope::Anything;
    }
    let is_reading = matches!(
        name,
        "nice" | "timeout" | "gtimeout" | "time" | "stdbuf" | "ionice" | "builtin" | "exec"
    );
    match (is_reading && given.is_certain, words.is_empty()) {
        (true, _) => Scope::Reads,
        (false, false) => Scope::Listed,
        (false, true) => Scope::Anything,
    }
}

/// Whether an option of `env` leaves out variables, all or one.
fn takes_variables(option: &str) -> bool {
    let long = ["ignore-environment", "unset"];
    matches!(option, "i" | "u") || long.iter().any(|name| name.starts_with(option))
}

/// `env`: options, then variables, then a program.
fn env(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "uCS",
        long: &["unset", "chdir", "split-string"],
    };
    let given = sort(arguments, spec, Order::Strict);
    let mut scope = Scope::Reads;
    for script in given.values(&["S", "split-string"]) {
        script_of(walker, &script);
        scope = Scope::Anything;
    }
    let before = walker.state.clone();
    for folder in given.values(&["C", "chdir"]) {
        let folders = walker.folders(&folder);
        walker.state.enter(folders);
        walker.state.failed.clear();
    }
    let is_assignment = |word: &&Word| word.prefix().contains('=') || word.is("-");
    let count = given.operands.iter().take_while(is_assignment).count();
    let (variables, words) = given.operands.split_at(count);
    for word in variables {
        let prefix = word.prefix();
        let name = prefix.split('=').next().unwrap_or_default();
        if !words.is_empty() && changes_programs(name) {
            walker.run_unknown(&Word::unknown(word.raw()), &[]);
        }
        walker.state.has_own_environment |= !is_harmless(name);
    }
    // Some variables are there so that programs do less.
    walker.state.has_own_environment |= given.names().any(takes_variables);
    walker.run(words);
    walker.state = before;
    if given.is_certain || !words.is_empty() {
        scope
    } else {
        Scope::Anything
    }
}

fn sudo(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    walker.danger(Danger::ChangesUser);
    let spec = Spec {
        short: "aCcDgGhpRrTtUu",
        long: &[
            "auth-type",
            "close-from",
            "login-class",
            "chdir",
            "group",
            "host",
            "prompt",
            "chroot",
            "role",
            "command-timeout",
            "type",
            "other-user",
            "user",
        ],
    };
    let given = sort(arguments, spec, Order::Strict);
    let is_assignment = |word: &&Word| word.prefix().contains('=');
    let count = given.operands.iter().take_while(is_assignment).count();
    let (variables, words) = given.operands.split_at(count);
    for word in variables {
        walker.run_unknown(&Word::unknown(word.raw()), &[]);
    }
    if given.has(&["e", "edit"]) {
        for file in words {
            walker.write(file, Reach::Itself);
        }
        return Scope::Anything;
    }
    if given.has(&["D", "chdir", "i", "login", "R", "chroot"]) {
        walker.state.lose_folder();
    }
    if words.is_empty() {
        return Scope::Anything;
    }
    walker.run(words);
    Scope::Listed
}

fn su(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    walker.danger(Danger::ChangesUser);
    let spec = Spec {
        short: "cgGsTw",
        long: &["command", "session-command", "group", "supp-group", "shell"],
    };
    let given = sort(arguments, spec, Order::Mixed);
    for script in given.values(&["c", "command", "session-command"]) {
        script_of(walker, &script);
    }
    Scope::Anything
}

/// `command` runs a program, or with `-v` says which it would run.
fn command(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let given = sort(
        arguments,
        Spec {
            short: "",
            long: &[],
        },
        Order::Strict,
    );
    if given.has(&["v", "V"]) && given.is_certain {
        return Scope::Reads;
    }
    walker.run(&given.operands);
    Scope::Reads
}

/// `xargs`: its program gets arguments that are not known.
fn xargs(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "aIdELnPsJRS",
        long: &[
            "arg-file",
            "delimiter",
            "max-args",
            "max-procs",
            "max-chars",
            "jobs",
            "colsep",
        ],
    };
    let given = sort(arguments, spec, Order::Strict);
    for file in given.values(&["a", "arg-file"]) {
        walker.read(&file, Reach::Itself);
    }
    let is_parallel = name == "parallel";
    let is_of_pipe = given.has(&["0", "null"])
        && given.is_certain
        && !is_parallel
        && !given.has(&["a", "arg-file", "d", "delimiter"]);
    let mut words = given.operands;
    if let (true, Some(end)) = (
        is_parallel,
        words.iter().position(|word| word.raw().starts_with(":::")),
    ) {
        words.truncate(end);
    }
    let replaced = given_replacement(arguments);
    let mut words: Vec<Word> = words
        .into_iter()
        .map(|word| match word.literal() {
            Some(text) if replaced.iter().any(|mark| text.contains(mark.as_str())) => {
                Word::unknown(word.raw())
            }
            _ => word,
        })
        .collect();
    if is_parallel {
        // Its words go through a shell.
        walker.run_unknown(&Word::unknown("parallel"), &[]);
    }
    if words.is_empty() {
        return if is_parallel {
            Scope::Anything
        } else {
            Scope::Reads
        };
    }
    match walker.piped.take().filter(|_| is_of_pipe) {
        Some(names) => words.extend(names),
        None => words.push(Word::unknown("?")),
    }
    walker.run(&words);
    Scope::Reads
}

/// The texts that are replaced by what is read.
fn given_replacement(arguments: &[Word]) -> Vec<String> {
    let mut marks = vec!["{}".to_owned()];
    for (at, word) in arguments.iter().enumerate() {
        let prefix = word.prefix();
        if prefix == "-I" || prefix == "-J" {
            marks.extend(arguments.get(at + 1).and_then(Word::literal));
        } else if let Some(mark) = prefix.strip_prefix("-I").or(prefix.strip_prefix("-i")) {
            marks.push(mark.to_owned());
        } else if let Some(mark) = prefix.strip_prefix("--replace=") {
            marks.push(mark.to_owned());
        }
    }
    marks.retain(|mark| !mark.is_empty());
    marks
}

/// `ssh`: what it runs elsewhere may do anything there.
fn ssh(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let spec = Spec {
        short: "BbcDEeFIiJLlmOopQRSWw",
        long: &[],
    };
    let given = sort(arguments, spec, Order::Strict);
    let host = given.operands.first();
    walker.effect(Effect::Network {
        host: host.map_or(Name::Unknown("?".to_owned()), super::network::host_of_login),
    });
    for file in given.values(&["E"]) {
        walker.write(&file, Reach::Itself);
    }
    Scope::Anything
}

/// A script given as one word.
fn script_of(walker: &mut Walker<'_>, script: &Word) {
    match script.literal() {
        Some(text) => walker.own_script(&text, None),
        None => walker.run_unknown(script, &[]),
    }
}
