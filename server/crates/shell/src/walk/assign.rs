//! Variables that a script sets, arithmetic, and tests.
use tree_sitter::Node;

use super::{Walker, children, text_of};
use crate::effect::{Effect, Name, Scope};
use crate::programs::environment::{changes_programs, is_harmless};
use crate::word::Word;

impl Walker<'_> {
    /// `name=value`. Given to a program, it is part of that program's environment.
    pub(super) fn assignment(&mut self, node: Node<'_>, text: &str, is_exported: bool) {
        let Some((name, value)) = self.assigned(node, text) else {
            return;
        };
        self.environment(&name, text_of(node, text), is_exported);
        self.state.set(&name, value);
    }

    /// The name and value of an assignment; commands within it are gone through.
    pub(super) fn assigned(
        &mut self,
        node: Node<'_>,
        text: &str,
    ) -> Option<(String, Option<String>)> {
        if node.kind() != "variable_assignment" {
            self.statement(node, text);
            return None;
        }
        let Some(target) = node.child_by_field_name("name") else {
            self.not_whole();
            return None;
        };
        let is_appended = node
            .children(&mut node.walk())
            .any(|child| child.kind() == "+=");
        let value = match node.child_by_field_name("value") {
            Some(value) if value.kind() == "arithmetic_expansion" => {
                self.expand_word(value, text);
                None
            }
            Some(value) => {
                let value = self.expand_value(value, text);
                self.state.note_value(value.as_deref());
                value
            }
            None => Some(String::new()),
        };
        if target.kind() == "subscript" {
            self.check_arithmetic(text_of(target, text));
            self.inner(target, text);
            let name = target.child_by_field_name("name");
            let name = name.map(|name| text_of(name, text).to_owned())?;
            return Some((name, None));
        }
        let operator_end = node.child(1).map(|operator| operator.end_byte());
        let value_start = node
            .child_by_field_name("value")
            .map(|value| value.start_byte());
        if value_start.is_some() && value_start != operator_end {
            // For Bash the value is empty, and what follows is a program.
            self.not_whole();
        }
        let name = text_of(target, text).to_owned();
        if !is_name(&name) {
            // For Bash this is a word, and here the name of a program.
            self.not_whole();
        }
        let value = match is_appended {
            false => value,
            true => self
                .state
                .value(&name)
                .zip(value)
                .map(|(old, new)| old + &new),
        };
        let value = value.filter(|value| value.len() <= crate::bounds::MAX_VALUE_CHARS);
        Some((name, value))
    }

    /// A variable of the environment that changes what programs do.
    pub(super) fn environment(&mut self, name: &str, raw: &str, is_exported: bool) {
        if changes_programs(name) {
            self.effect(Effect::Run {
                program: Name::Unknown(raw.to_owned()),
                arguments: Vec::new(),
                scope: Scope::Anything,
            });
        }
        self.state.has_own_environment |= is_exported && !is_harmless(name);
    }

    /// `export`, `declare`, `local` and the like.
    pub(super) fn declaration(&mut self, node: Node<'_>, text: &str) {
        let is_exported = text_of(node, text).starts_with("export")
            || children(node).iter().any(|child| {
                // `+x` takes the variable from programs.
                text_of(*child, text).starts_with(['-', '+']) && text_of(*child, text).contains('x')
            });
        for child in children(node) {
            match child.kind() {
                "variable_assignment" => {
                    let has_flags = children(node)
                        .iter()
                        .any(|child| text_of(*child, text).starts_with(['-', '+']));
                    if has_flags && let Some(value) = child.child_by_field_name("value") {
                        // An integer's value is an expression.
                        self.check_arithmetic(text_of(value, text));
                    }
                    self.assignment(child, text, is_exported);
                    if has_flags && let Some(name) = child.child_by_field_name("name") {
                        // Flags change what is assigned: integers, references, upper case.
                        self.state.unsettle(text_of(name, text));
                    }
                }
                "variable_name" => {
                    let name = text_of(child, text).to_owned();
                    if is_exported {
                        self.environment(&name, text_of(node, text), true);
                    }
                    if self.state.is_set_here(&name) {
                        self.state.unsettle(&name);
                    }
                }
                _ => {
                    for word in self.expand_word(child, text) {
                        self.names_variable(&word, text_of(node, text), is_exported);
                    }
                }
            }
        }
    }

    /// A word of `declare`, `read`, `unset` and the like: an option, or a variable that changes.
    pub(crate) fn names_variable(&mut self, word: &Word, raw: &str, is_exported: bool) {
        let Some(literal) = word.literal() else {
            self.not_whole();
            return;
        };
        self.check_arithmetic(&literal);
        if literal.starts_with(['-', '+']) {
            // References make one name stand for another, and what integers are set to is an
            // expression that may set any other.
            if literal.contains(['n', 'i']) && raw.starts_with(['d', 'l', 't']) {
                self.not_whole();
            }
            return;
        }
        let end = literal.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &literal[..end.unwrap_or(literal.len())];
        self.environment(name, raw, is_exported);
        self.state.note_value(None);
        self.state.unsettle(name);
    }

    pub(super) fn unset(&mut self, node: Node<'_>, text: &str) {
        for child in children(node) {
            for word in self.expand_word(child, text) {
                self.names_variable(&word, text_of(node, text), false);
            }
        }
    }

    /// `((…))`, `$((…))` and the head of a `for`: names in it are evaluated, values included.
    pub(super) fn arithmetic(&mut self, node: Node<'_>, text: &str) {
        self.check_arithmetic(text_of(node, text));
        for child in children(node) {
            self.inner(child, text);
        }
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            if matches!(node.kind(), "variable_name" | "word") {
                let raw = text_of(node, text);
                self.state.unsettle(raw);
            }
            waiting.extend(children(node));
        }
    }

    /// An arithmetic expression runs the commands in the subscripts of its variables, and those
    /// in their values.
    pub(super) fn check_arithmetic(&mut self, raw: &str) {
        let mut pairs = raw.as_bytes().windows(2);
        let has_argument = pairs
            .any(|pair| pair[0] == b'$' && (pair[1].is_ascii_digit() || b"@*".contains(&pair[1])));
        let is_subscript = raw.contains('[') && raw.contains(['$', '`']);
        let sets_programs = identifiers(raw).any(changes_programs);
        if is_subscript
            || has_argument
            || sets_programs
            || sets_expanded(raw)
            || self.state.has_command_values()
        {
            self.not_whole();
        }
    }

    /// An arithmetic expression given as a word, as to `let`.
    pub(crate) fn evaluate(&mut self, word: &Word) {
        let Some(text) = word.literal() else {
            self.not_whole();
            return;
        };
        self.check_arithmetic(&text);
        let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for name in names.filter(|name| !name.is_empty()) {
            self.state.unsettle(name);
        }
    }

    /// `[ … ]` and `[[ … ]]`.
    pub(super) fn test(&mut self, node: Node<'_>, text: &str) {
        let raw = text_of(node, text);
        let is_double = raw.starts_with("[[");
        let width = if is_double { 2 } else { 1 };
        let between = raw
            .get(width..raw.len().saturating_sub(width))
            .unwrap_or_default();
        let has_blanks = between.starts_with([' ', '\t']) && between.ends_with([' ', '\t']);
        if !has_blanks {
            // For Bash this is the name of a program.
            self.not_whole();
        }
        let inner = raw.trim_start_matches('[').trim_end_matches(']');
        let has = |operators: &[&str]| operators.iter().any(|operator| inner.contains(operator));
        // Only the double form evaluates what it compares as numbers.
        if has(&["-v", "-R"]) || is_double && has(&["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]) {
            self.check_arithmetic(inner);
        }
        for child in children(node) {
            self.inner(child, text);
        }
        self.effect(Effect::Run {
            program: Name::Known("[".to_owned()),
            arguments: Vec::new(),
            scope: Scope::Reads,
        });
    }
}

/// The names in an expression.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// Whether an expression assigns to a name that an expansion makes.
fn sets_expanded(text: &str) -> bool {
    let compared = ["<<=", ">>="]
        .iter()
        .fold(text.to_owned(), |text, shift| text.replace(shift, "="));
    let assigning = ["==", "!=", "<=", ">="]
        .iter()
        .fold(compared, |text, sign| text.replace(sign, " "));
    let first = assigning.find(['$', '`']);
    first
        .zip(assigning.rfind('='))
        .is_some_and(|(at, sign)| at < sign)
}

/// Whether a variable may have this name.
fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
