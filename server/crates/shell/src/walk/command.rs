//! Simple commands: their words, and what the program they name does.
use std::path::Path;

use tree_sitter::Node;

use super::{Walker, children};
use crate::danger::Danger;
use crate::effect::{Effect, Name, Scope};
use crate::place::normalise;
use crate::programs;
use crate::word::{Unit, Word};

/// Words that are not programs where a command starts.
const RESERVED: &[&str] = &[
    "!", "[[", "]]", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "in", "select", "then", "until", "while", "{", "}",
];

/// Commands that change this shell, so that what they export stays.
const OF_SHELL: &[&str] = &[".", "builtin", "command", "eval", "export", "source"];

/// Programs that run what they are given as a word or as a file.
const RUNS_TEXT: &[&str] = &[
    ".", "bash", "dash", "eval", "ksh", "node", "perl", "python", "python3", "ruby", "sh",
    "source", "zsh",
];

/// Where the programs of a system are.
const PROGRAM_FOLDERS: &[&str] = &[
    "/bin",
    "/opt/homebrew/bin",
    "/sbin",
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/sbin",
];

impl Walker<'_> {
    /// A simple command; `rest` are words that stand after its redirections.
    pub(super) fn command(&mut self, node: Node<'_>, text: &str, rest: Vec<Word>) {
        let mut assigned = Vec::new();
        let mut words = Vec::new();
        if has_joined_words(node) {
            self.not_whole();
        }
        for child in node.children(&mut node.walk()) {
            match child.kind() {
                "variable_assignment" => {
                    let raw = super::text_of(child, text);
                    if let Some((name, value)) = self.assigned(child, text) {
                        assigned.push((name, value, raw));
                    }
                }
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                    words.append(&mut self.redirect(child, text));
                }
                "comment" => {}
                "subshell" => {
                    self.not_whole();
                    self.statement(child, text);
                }
                _ if !child.is_named() || child.is_error() => {
                    self.not_whole();
                    for part in children(child) {
                        self.statement(part, text);
                    }
                }
                _ => words.extend(self.expand_word(child, text)),
            }
        }
        words.extend(rest);
        let had_own_environment = self.state.has_own_environment;
        for (name, value, raw) in assigned {
            self.environment(&name, raw, !words.is_empty());
            if words.is_empty() {
                self.state.set(&name, value);
            } else {
                self.state.unsettle(&name);
            }
        }
        self.run(&words);
        let is_of_shell = words.first().is_some_and(|word| {
            let name = word.literal().unwrap_or_default();
            OF_SHELL.contains(&name.as_str()) || self.state.functions.contains_key(&name)
        });
        if !words.is_empty() && !is_of_shell {
            self.state.has_own_environment = had_own_environment;
        }
    }

    /// Runs `words`: a program, function or builtin, and its arguments.
    pub(crate) fn run(&mut self, words: &[Word]) {
        self.deeper(|walker| walker.run_here(words));
    }

    fn run_here(&mut self, words: &[Word]) {
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        let Some(name) = self.text(program) else {
            self.run_unknown(program, arguments);
            return;
        };
        let is_bare = program
            .units()
            .iter()
            .all(|unit| matches!(unit, Unit::Bare(_)));
        let (assigned, _) = name.split_once('=').unwrap_or_default();
        let is_assignment = !assigned.is_empty()
            && assigned
                .trim_end_matches('+')
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_assignment && !name.starts_with(|c: char| c.is_ascii_digit()) {
            // For Bash this may be an assignment, and what follows the program.
            self.not_whole();
        }
        if name.is_empty() || (is_bare && RESERVED.contains(&name.as_str())) {
            self.not_whole();
        }
        if let Some(body) = self.state.functions.get(&name).cloned() {
            self.call(&name, &body, arguments);
        }
        self.run_program(&name, arguments);
    }

    /// A program that is not known before the command runs.
    pub(crate) fn run_unknown(&mut self, program: &Word, arguments: &[Word]) {
        if program.raw().contains("$0") && self.concurrency > 0 {
            self.danger(Danger::ForkBomb);
        }
        self.effect(Effect::Run {
            program: Name::Unknown(program.raw().to_owned()),
            arguments: shown(arguments),
            scope: Scope::Anything,
        });
    }

    fn run_program(&mut self, name: &str, arguments: &[Word]) {
        let (program, is_of_system) = self.resolve(name);
        let at = self.effects.len();
        let base = name.rsplit('/').next().unwrap_or_default();
        if RUNS_TEXT.contains(&base) && arguments.iter().any(is_download) {
            self.danger(Danger::RunsDownload);
        }
        let mut scope = programs::run(self, base, arguments);
        if self.state.has_own_environment && scope == Scope::Reads {
            scope = Scope::Listed;
        }
        if !is_of_system || self.state.functions.contains_key(name) {
            scope = Scope::Anything;
        }
        self.effect_at(
            at,
            Effect::Run {
                program,
                arguments: shown(arguments),
                scope,
            },
        );
    }

    /// The program of that name, and whether it is found where those of the system are.
    fn resolve(&self, name: &str) -> (Name, bool) {
        if !name.contains('/') {
            return (Name::Known(name.to_owned()), true);
        }
        let path = match (name.starts_with('/'), self.state.folders.as_slice()) {
            (true, _) => normalise(Path::new("/"), name),
            (false, [Some(folder)]) => normalise(folder, name),
            (false, _) => return (Name::Unknown(name.to_owned()), false),
        };
        let is_of_system = path.parent().is_some_and(|folder| {
            PROGRAM_FOLDERS
                .iter()
                .any(|known| folder == Path::new(known))
        });
        (
            Name::Known(path.to_string_lossy().into_owned()),
            is_of_system,
        )
    }
}

/// Whether the grammar made two words of one: there is no blank between them.
pub(super) fn has_joined_words(node: Node<'_>) -> bool {
    let parts = children(node);
    parts.windows(2).any(|pair| {
        let is_redirect = pair[1].kind().ends_with("_redirect");
        pair[0].end_byte() == pair[1].start_byte()
            && !is_redirect
            && pair[0].kind() != "file_descriptor"
    })
}

/// Whether a word is the output of a program that downloads.
fn is_download(word: &Word) -> bool {
    let raw = word.raw();
    ["<(", "$(", "`"]
        .iter()
        .any(|start| raw.contains(&format!("{start}curl")) || raw.contains(&format!("{start}wget")))
}

fn shown(words: &[Word]) -> Vec<String> {
    words.iter().map(Word::shown).collect()
}
