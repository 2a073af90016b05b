//! Redirections: files that are read or written, connections, and text given as input.
use tree_sitter::Node;

use super::command::has_joined_words;
use super::{Reach, Walker, children, text_of};
use crate::effect::{Effect, Name};
use crate::parse::has_expansion;
use crate::word::Word;

impl Walker<'_> {
    /// Goes through one redirection. What is left are words that belong to the command: the
    /// grammar takes all words after a redirection for its own.
    pub(super) fn redirect(&mut self, node: Node<'_>, text: &str) -> Vec<Word> {
        match node.kind() {
            "file_redirect" => self.file_redirect(node, text),
            "herestring_redirect" => {
                for child in children(node) {
                    self.expand_word(child, text);
                }
                Vec::new()
            }
            "heredoc_redirect" => self.heredoc(node, text),
            _ => {
                self.not_whole();
                Vec::new()
            }
        }
    }

    fn file_redirect(&mut self, node: Node<'_>, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let unnamed = node
            .children(&mut node.walk())
            .filter(|child| !child.is_named())
            .count();
        if unnamed > 1 || has_joined_words(node) {
            self.not_whole();
        }
        for child in children(node) {
            match child.kind() {
                "file_descriptor" => {}
                "ERROR" => self.not_whole(),
                _ => words.extend(self.expand_word(child, text)),
            }
        }
        let operator = operator(node);
        if matches!(operator, "<&-" | ">&-") {
            return words;
        }
        if words.is_empty() {
            self.not_whole();
            return words;
        }
        let destination = words.remove(0);
        let is_descriptor = destination
            .literal()
            .is_some_and(|text| text == "-" || text.trim_end_matches('-').parse::<u32>().is_ok());
        if matches!(operator, "<&" | ">&") && is_descriptor {
            return words;
        }
        let is_odd = |prefix: &str| prefix.starts_with('-') || prefix.contains('\\');
        if matches!(operator, "<&" | ">&") && is_odd(&destination.prefix()) {
            // For Bash the dash closes, and the rest is a word.
            self.not_whole();
        }
        self.open(operator, &destination);
        words
    }

    fn open(&mut self, operator: &str, destination: &Word) {
        let path = destination.literal().unwrap_or_default();
        if let Some(rest) = path
            .strip_prefix("/dev/tcp/")
            .or_else(|| path.strip_prefix("/dev/udp/"))
        {
            let host = rest.split('/').next().unwrap_or_default().to_lowercase();
            let host = Name::Known(host);
            self.effect(Effect::Network { host });
            return;
        }
        if destination.raw().contains("/dev/tcp/") || destination.raw().contains("/dev/udp/") {
            let host = Name::Unknown(destination.raw().to_owned());
            self.effect(Effect::Network { host });
        }
        match operator {
            "<" | "<&" => self.read(destination, Reach::Itself),
            ">" | ">>" | ">|" | "&>" | "&>>" | ">&" => self.write(destination, Reach::Itself),
            _ => {
                self.not_whole();
                self.write(destination, Reach::Itself);
            }
        }
    }

    fn heredoc(&mut self, node: Node<'_>, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let mut start = "";
        let mut body = "";
        let mut end = "";
        for child in children(node) {
            match child.kind() {
                "file_descriptor" => {}
                "heredoc_start" => start = text_of(child, text),
                "heredoc_body" => {
                    body = text_of(child, text);
                    self.heredoc_body(child, text);
                }
                "heredoc_end" => end = text_of(child, text),
                "file_redirect" | "herestring_redirect" => {
                    words.append(&mut self.redirect(child, text));
                }
                "pipeline"
                | "list"
                | "command"
                | "redirected_statement"
                | "subshell"
                | "compound_statement"
                | "test_command"
                | "while_statement"
                | "if_statement"
                | "for_statement"
                | "negated_command"
                | "declaration_command"
                | "variable_assignment" => self.statement(child, text),
                "ERROR" => {
                    self.not_whole();
                    self.statement(child, text);
                }
                _ => words.extend(self.expand_word(child, text)),
            }
        }
        let delimiter: String = start
            .chars()
            .filter(|c| !matches!(c, '\'' | '"' | '\\'))
            .collect();
        let ends_early = body
            .lines()
            .any(|line| line.trim_start_matches('\t') == delimiter);
        if ends_early || end.trim_matches(['\t', '\n']) != delimiter || delimiter.is_empty() {
            self.not_whole();
        }
        words
    }

    /// The text of a here-document: all of it but the expansions is plain.
    fn heredoc_body(&mut self, node: Node<'_>, text: &str) {
        let start = node.parent().and_then(|parent| {
            children(parent)
                .into_iter()
                .find(|child| child.kind() == "heredoc_start")
        });
        let is_quoted = start.is_some_and(|start| text_of(start, text).contains(['\'', '"', '\\']));
        if is_quoted {
            return;
        }
        let mut end = node.start_byte();
        for child in children(node) {
            self.plain(text.get(end..child.start_byte()).unwrap_or("$("));
            end = child.end_byte();
            match child.kind() {
                "heredoc_content" => self.plain(text_of(child, text)),
                _ => {
                    self.expand_word(child, text);
                }
            }
        }
        self.plain(text.get(end..node.end_byte()).unwrap_or("$("));
    }

    /// Text that has no expansion in it.
    fn plain(&mut self, text: &str) {
        if has_expansion(text, false) {
            self.not_whole();
        }
    }
}

/// The operator of a redirection; an empty text where there is none.
fn operator<'t>(node: Node<'t>) -> &'t str {
    node.children(&mut node.walk())
        .find(|child| !child.is_named())
        .map(|child| child.kind())
        .unwrap_or_default()
}
