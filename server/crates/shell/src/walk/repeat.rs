//! Loops.
use tree_sitter::Node;

use super::{Walker, children, text_of};
use crate::bounds::MAX_ROUNDS;
use crate::word::Word;

/// What the variable of a loop is in one round.
enum Round {
    /// This text.
    Text(String),
    /// The name of a file that the pattern matches.
    File(String),
}

impl Walker<'_> {
    /// A loop: what its body sets is set from the start, as far as the next round goes.
    pub(super) fn repeated(&mut self, node: Node<'_>, text: &str) {
        self.unsettle_within(node, text);
        for child in children(node) {
            self.branch(child, text);
        }
    }

    pub(super) fn for_loop(&mut self, node: Node<'_>, text: &str) {
        let variable = node.child_by_field_name("variable");
        let name = variable.map(|variable| text_of(variable, text));
        if let Some(name) = name {
            let head = text_of(node, text).lines().next().unwrap_or_default();
            self.environment(name, head, false);
        }
        let body = node.child_by_field_name("body");
        let is_arithmetic = node.kind() == "c_style_for_statement";
        for child in children(node) {
            if Some(child) != variable {
                self.unsettle_within(child, text);
            }
        }
        let mut words = Vec::new();
        for child in children(node) {
            if Some(child) == body {
                self.rounds(child, text, name, &words);
            } else if is_arithmetic {
                self.arithmetic(child, text);
            } else if Some(child) != variable {
                let expanded = self.expand_word(child, text);
                for word in &expanded {
                    self.state.note_value(word.literal().as_deref());
                }
                words.extend(expanded);
            }
        }
        if let Some(name) = name {
            self.state.unsettle(name);
        }
    }

    /// Goes through the body of a loop: for each word, where what it becomes is known.
    fn rounds(&mut self, body: Node<'_>, text: &str, name: Option<&str>, words: &[Word]) {
        let rounds: Option<Vec<Round>> = words.iter().map(round).collect();
        let (Some(name), Some(rounds)) = (name, rounds) else {
            if let Some(name) = name {
                self.state.unsettle(name);
            }
            return self.branch(body, text);
        };
        if rounds.is_empty() || rounds.len() > MAX_ROUNDS || name == "IFS" || name == "PWD" {
            self.state.unsettle(name);
            return self.branch(body, text);
        }
        for round in rounds {
            match round {
                Round::Text(value) => self.state.set(name, Some(value)),
                Round::File(pattern) => self.state.set_name_of_file(name, pattern),
            }
            self.branch(body, text);
        }
    }
}

fn round(word: &Word) -> Option<Round> {
    if word.starts_with_tilde() {
        return None;
    }
    if let Some(text) = word.literal() {
        return Some(Round::Text(text));
    }
    word.pattern().map(Round::File)
}
