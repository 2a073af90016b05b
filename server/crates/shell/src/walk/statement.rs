//! Statements: lists, pipes, conditions and functions.
use tree_sitter::Node;

use super::{Walker, children, text_of};
use crate::danger::Danger;
use crate::word::Word;

/// Programs that run what they are given on standard input.
const RUNS_INPUT: &[&str] = &[
    "bash", "dash", "fish", "ksh", "node", "perl", "php", "python", "python2", "python3", "ruby",
    "sh", "source", "sudo", "xargs", "zsh",
];

/// Commands that may set any variable.
const SETS_ANY: &[&str] = &[".", "builtin", "command", "eval", "source", "trap"];

/// What stands behind a statement and belongs to its last command.
#[derive(Default)]
struct Tail<'t> {
    redirects: Vec<Node<'t>>,
    words: Vec<Word>,
}

impl Walker<'_> {
    /// Goes through the statements in `node`, one after the other.
    pub(super) fn statements(&mut self, node: Node<'_>, text: &str) {
        for child in children(node) {
            let is_background = child.next_sibling().is_some_and(|next| next.kind() == "&");
            if is_background {
                self.concurrency += 1;
                self.branch(child, text);
                self.concurrency -= 1;
            } else {
                self.statement(child, text);
            }
            self.state.settle();
        }
    }

    /// Goes through one statement.
    pub(super) fn statement(&mut self, node: Node<'_>, text: &str) {
        self.deeper(|walker| walker.statement_here(node, text));
    }

    /// Goes through a statement that may not be run, or not in this shell.
    pub(super) fn branch(&mut self, node: Node<'_>, text: &str) {
        self.branch_with(node, text, &Tail::default());
    }

    fn branch_with(&mut self, node: Node<'_>, text: &str, tail: &Tail<'_>) {
        let before = self.state.clone();
        self.statement_with(node, text, tail);
        self.state.settle();
        self.state.merge(before);
    }

    fn statement_here(&mut self, node: Node<'_>, text: &str) {
        match node.kind() {
            "comment" => {}
            "program" | "do_group" | "else_clause" | "elif_clause" => self.statements(node, text),
            "compound_statement" => {
                if text_of(node, text).starts_with("((") {
                    self.arithmetic(node, text);
                } else {
                    if !after_first(node, text).starts_with([' ', '\t', '\n']) {
                        // For Bash the brace is part of a word.
                        self.not_whole();
                    }
                    self.statements(node, text);
                }
            }
            "list" => self.chain(node, text, &Tail::default()),
            "pipeline" => self.pipeline(node, text, &Tail::default()),
            "subshell" => {
                let before = self.state.clone();
                self.statements(node, text);
                self.state = before;
            }
            "redirected_statement" => self.redirected(node, text),
            "command" => self.command(node, text, Vec::new()),
            "negated_command" => {
                self.check_negation(node, text);
                for child in children(node) {
                    self.branch(child, text);
                }
            }
            "declaration_command" => self.declaration(node, text),
            "unset_command" => self.unset(node, text),
            "variable_assignment" => self.assignment(node, text, false),
            "variable_assignments" => {
                for child in children(node) {
                    self.assignment(child, text, false);
                }
            }
            "test_command" => self.test(node, text),
            "if_statement" => {
                for child in children(node) {
                    self.branch(child, text);
                }
            }
            "while_statement" => self.repeated(node, text),
            "for_statement" | "c_style_for_statement" => self.for_loop(node, text),
            "case_statement" => self.case(node, text),
            "function_definition" => self.function(node, text),
            "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                let rest = self.redirect(node, text);
                if !rest.is_empty() {
                    self.not_whole();
                }
            }
            _ => {
                self.not_whole();
                self.statements(node, text);
            }
        }
    }

    /// Goes through a statement and what stands behind it.
    fn statement_with(&mut self, node: Node<'_>, text: &str, tail: &Tail<'_>) {
        if tail.redirects.is_empty() && tail.words.is_empty() {
            self.statement(node, text);
            return;
        }
        self.deeper(|walker| match node.kind() {
            "list" => walker.chain(node, text, tail),
            "pipeline" => walker.pipeline(node, text, tail),
            "negated_command" => {
                walker.check_negation(node, text);
                for child in children(node) {
                    walker.branch_with(child, text, tail);
                }
            }
            kind => {
                let mut words = tail.words.clone();
                for redirect in &tail.redirects {
                    words.append(&mut walker.redirect(*redirect, text));
                }
                if kind == "command" {
                    walker.command(node, text, words);
                    return;
                }
                if !words.is_empty() {
                    walker.not_whole();
                }
                walker.statement(node, text);
            }
        });
    }

    fn check_negation(&mut self, node: Node<'_>, text: &str) {
        if !after_first(node, text).starts_with([' ', '\t']) {
            // For Bash the mark is part of a word.
            self.not_whole();
        }
    }

    /// `a && b` and `a || b`.
    fn chain(&mut self, node: Node<'_>, text: &str, tail: &Tail<'_>) {
        let is_and = node
            .children(&mut node.walk())
            .any(|child| child.kind() == "&&");
        for (at, part) in children(node).into_iter().enumerate() {
            if at == 0 {
                self.statement(part, text);
                continue;
            }
            let mut before = self.state.clone();
            if is_and {
                // Where `cd` has failed, the next does not run.
                self.state.failed.clear();
                self.statement_with(part, text, tail);
                before.folders.clone_from(&self.state.folders);
            } else {
                self.state.settle();
                self.statement_with(part, text, tail);
                before.failed.clear();
                let is_own = self.state.functions.contains_key("exit");
                if part.kind() == "command" && first_word(part, text) == "exit" && !is_own {
                    self.state = before;
                    continue;
                }
            }
            self.state.merge(before);
        }
    }

    fn pipeline(&mut self, node: Node<'_>, text: &str, tail: &Tail<'_>) {
        self.concurrency += 1;
        let parts = children(node);
        let mut downloads = false;
        for (at, part) in parts.iter().enumerate() {
            let name = first_word(*part, text);
            if downloads && RUNS_INPUT.contains(&name.as_str()) {
                self.danger(Danger::RunsDownload);
            }
            downloads |= matches!(name.as_str(), "curl" | "wget" | "fetch");
            let is_read = part.kind() == "command" && name == "xargs";
            self.piped = self
                .printed
                .take()
                .filter(|_| at > 0 && is_read && !reads_elsewhere(*part, text, tail));
            if at + 1 == parts.len() {
                self.branch_with(*part, text, tail);
            } else {
                self.branch(*part, text);
            }
            let is_certain = part.kind() == "command"
                && part.next_sibling().is_some_and(|next| next.kind() == "|")
                && !self.state.functions.contains_key(&name);
            if !is_certain || !matches!(name.as_str(), "find" | "gfind") {
                self.printed = None;
            }
        }
        self.printed = None;
        self.piped = None;
        self.concurrency -= 1;
    }

    /// The redirections of a chain or pipeline are those of its last command.
    fn redirected(&mut self, node: Node<'_>, text: &str) {
        let mut body: Option<Node<'_>> = None;
        let mut tail = Tail::default();
        for child in children(node) {
            match child.kind() {
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                    let end = body.map_or(child.start_byte(), |body| body.end_byte());
                    let gap = text.get(end..child.start_byte()).unwrap_or_default();
                    if tail.redirects.is_empty() && gap.trim() == "-" {
                        // The grammar passes over a dash before a here-document.
                        tail.words.push(Word::known("-"));
                    }
                    tail.redirects.push(child);
                }
                "comment" => {}
                _ => body = Some(child),
            }
        }
        match body {
            Some(body) => self.statement_with(body, text, &tail),
            None => {
                let mut words = Vec::new();
                for redirect in &tail.redirects {
                    words.append(&mut self.redirect(*redirect, text));
                }
                self.run(&words);
            }
        }
    }

    fn case(&mut self, node: Node<'_>, text: &str) {
        for child in children(node) {
            if child.kind() != "case_item" {
                self.expand_word(child, text);
                continue;
            }
            let before = self.state.clone();
            let patterns: Vec<Node<'_>> = child
                .children_by_field_name("value", &mut child.walk())
                .collect();
            for part in children(child) {
                if patterns.contains(&part) {
                    self.expand_word(part, text);
                } else {
                    self.statement(part, text);
                    self.state.settle();
                }
            }
            self.state.merge(before);
        }
    }

    fn function(&mut self, node: Node<'_>, text: &str) {
        let name = node.child_by_field_name("name");
        let Some((name, body)) = name.zip(node.child_by_field_name("body")) else {
            self.not_whole();
            return;
        };
        let name = text_of(name, text).to_owned();
        self.unsettle_within(body, text);
        let source = text_of(body, text).to_owned();
        self.state.functions.insert(name.clone(), source);
        // It may be called from anywhere, so it counts as called, with any arguments.
        let before = self.state.clone();
        self.state.positional = None;
        self.calls.push((name, self.concurrency));
        self.branch(body, text);
        self.calls.pop();
        self.state = before;
        for child in children(node) {
            if child.kind().ends_with("_redirect") && !self.redirect(child, text).is_empty() {
                self.not_whole();
            }
        }
    }

    /// Calls a function of the script.
    pub(super) fn call(&mut self, name: &str, body: &str, arguments: &[Word]) {
        if let Some((_, level)) = self.calls.iter().find(|(called, _)| called == name) {
            if self.concurrency > *level {
                self.danger(Danger::ForkBomb);
            }
            return;
        }
        let is_certain = arguments.iter().all(|word| word.literal().is_some());
        let positional = is_certain.then(|| arguments.iter().map(Word::literal).collect());
        let before = std::mem::replace(&mut self.state.positional, positional);
        self.calls.push((name.to_owned(), self.concurrency));
        self.script(body);
        self.calls.pop();
        self.state.positional = before;
    }

    /// Whatever is set within `node` may be set at any time from now on.
    pub(super) fn unsettle_within(&mut self, node: Node<'_>, text: &str) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            match node.kind() {
                "variable_name" => {
                    let is_only_read = node.parent().is_some_and(|parent| match parent.kind() {
                        "simple_expansion" => true,
                        "expansion" => !text_of(parent, text).contains('='),
                        _ => false,
                    });
                    if !is_only_read {
                        self.state.unsettle(text_of(node, text));
                    }
                }
                "command" => {
                    let name = first_word(node, text);
                    if matches!(name.as_str(), "cd" | "pushd" | "popd")
                        || self.state.functions.contains_key(&name)
                    {
                        self.state.lose_folder();
                    }
                    if SETS_ANY.contains(&name.as_str()) {
                        self.state.lose();
                    }
                }
                "word" if is_name(text_of(node, text)) && is_argument_of_setter(node, text) => {
                    self.state.unsettle(text_of(node, text));
                }
                _ => {}
            }
            waiting.extend(children(node));
        }
    }
}

/// Whether a command may read something else than what the pipe gives it.
fn reads_elsewhere(command: Node<'_>, text: &str, tail: &Tail<'_>) -> bool {
    let own = children(command).into_iter();
    let mut redirects = own.chain(tail.redirects.iter().copied());
    redirects.any(|node| node.kind().ends_with("_redirect") && text_of(node, text).contains('<'))
}

/// The program that a statement names, as it is written.
fn first_word(node: Node<'_>, text: &str) -> String {
    let mut node = node;
    for _ in 0..4 {
        if node.kind() == "command" {
            let name = node.child_by_field_name("name");
            let name = name.map(|name| text_of(name, text)).unwrap_or_default();
            return name.rsplit('/').next().unwrap_or_default().to_owned();
        }
        let body = node.child_by_field_name("body").or(node.named_child(0));
        let Some(body) = body else { break };
        node = body;
    }
    String::new()
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_argument_of_setter(node: Node<'_>, text: &str) -> bool {
    node.parent().is_some_and(|parent| {
        parent.kind() == "command"
            && matches!(
                first_word(parent, text).as_str(),
                "read" | "mapfile" | "readarray" | "printf" | "getopts" | "let" | "wait"
            )
    })
}

/// The text of a node behind its first byte.
fn after_first<'s>(node: Node<'_>, text: &'s str) -> &'s str {
    text_of(node, text).get(1..).unwrap_or_default()
}
