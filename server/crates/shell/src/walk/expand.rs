//! From nodes to words: quoting, variables, and the commands within words.
mod ansi;
mod output;

use tree_sitter::Node;

use super::{Reach, Walker, children, text_of};
use crate::parse::has_expansion;
use crate::word::{Unit, Word, split};

impl Walker<'_> {
    /// The words that a node becomes. Commands within it are gone through.
    pub(super) fn expand_word(&mut self, node: Node<'_>, text: &str) -> Vec<Word> {
        let mut units = Vec::new();
        self.units(node, text, false, &mut units);
        split(units, text_of(node, text))
    }

    /// The node as one word, as in assignments: without braces and splitting.
    pub(super) fn expand_value(&mut self, node: Node<'_>, text: &str) -> Option<String> {
        let mut units = Vec::new();
        self.units(node, text, true, &mut units);
        if units.first() == Some(&Unit::Bare('~')) {
            return None;
        }
        units
            .iter()
            .filter(|unit| **unit != Unit::Nothing)
            .map(|unit| unit.char())
            .collect()
    }

    fn units(&mut self, node: Node<'_>, text: &str, is_quoted: bool, units: &mut Vec<Unit>) {
        self.deeper(|walker| walker.units_here(node, text, is_quoted, units));
    }

    fn units_here(&mut self, node: Node<'_>, text: &str, is_quoted: bool, units: &mut Vec<Unit>) {
        let raw = text_of(node, text);
        let blanks = raw.len() - raw.trim_start_matches([' ', '\t', '\n']).len();
        if is_quoted && node.kind() != "string" {
            // Within strings, the grammar takes blanks into the next node.
            units.extend(raw[..blanks].chars().map(Unit::Quoted));
        }
        match node.kind() {
            "word"
            | "number"
            | "test_operator"
            | "extglob_pattern"
            | "regex"
            | "brace_expression"
            | "variable_name"
            | "special_variable_name" => {
                self.bare(raw, units);
                // A number may be written `16#$(command)`.
                for child in children(node) {
                    self.inner(child, text);
                }
            }
            "string" | "translated_string" => self.string(node, text, units),
            "raw_string" => {
                units.push(Unit::Nothing);
                let inner = raw
                    .strip_prefix('\'')
                    .and_then(|raw| raw.strip_suffix('\''));
                units.extend(inner.unwrap_or_default().chars().map(Unit::Quoted));
            }
            "ansi_c_string" => {
                units.push(Unit::Nothing);
                match ansi::decode(raw) {
                    Some(decoded) => units.extend(decoded.chars().map(Unit::Quoted)),
                    None => units.push(Unit::Unknown),
                }
            }
            "command_name" | "concatenation" => {
                let mut end = node.start_byte();
                for child in children(node) {
                    let gap = text.get(end..child.start_byte()).unwrap_or_default();
                    self.bare(gap, units);
                    self.units(child, text, is_quoted, units);
                    end = child.end_byte();
                }
                let rest = text.get(end..node.end_byte()).unwrap_or_default();
                self.bare(rest, units);
            }
            "simple_expansion" => {
                let name = raw[blanks..].strip_prefix('$').unwrap_or_default();
                if !is_quoted && name.starts_with([' ', '\t', '\n', '\\']) {
                    // For Bash the dollar stands alone.
                    self.not_whole();
                }
                self.variable(name, is_quoted, units);
            }
            "expansion" => self.braced(node, text, is_quoted, units),
            "command_substitution" => {
                self.substitution(node, text);
                match self.output(node, text) {
                    Some(output) => self.known(&output, is_quoted, units),
                    None => units.push(unknown(is_quoted)),
                }
            }
            "process_substitution" => {
                self.substitution(node, text);
                units.extend("/dev/fd/63".chars().map(Unit::Quoted));
            }
            "arithmetic_expansion" => {
                self.arithmetic(node, text);
                units.push(Unit::Unknown);
            }
            "array" => {
                for child in children(node) {
                    self.expand_word(child, text);
                }
                units.push(unknown(is_quoted));
            }
            "comment" => {}
            _ => {
                self.not_whole();
                self.inner(node, text);
                units.push(Unit::UnknownWords);
            }
        }
    }

    /// Text outside quotes.
    fn bare(&mut self, raw: &str, units: &mut Vec<Unit>) {
        if has_expansion(raw, true) {
            self.not_whole();
            units.push(Unit::UnknownWords);
        }
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                if matches!(c, ' ' | '\t' | '\n') {
                    // For Bash these are two words.
                    self.not_whole();
                }
                units.push(Unit::Bare(c));
                continue;
            }
            match chars.next() {
                Some('\n') | None => {}
                Some(c) => units.push(Unit::Quoted(c)),
            }
        }
    }

    fn string(&mut self, node: Node<'_>, text: &str, units: &mut Vec<Unit>) {
        if units.last() == Some(&Unit::Bare('$')) {
            // `$"…"` is a string that may be translated.
            units.pop();
        }
        units.push(Unit::Nothing);
        if node.kind() == "translated_string" {
            if !text_of(node, text).trim_start().starts_with("$\"") {
                // For Bash the dollar stands alone.
                self.not_whole();
            }
            for child in children(node) {
                self.units(child, text, true, units);
            }
            return;
        }
        let raw = text_of(node, text);
        let Some(quote) = raw.find('"') else {
            self.not_whole();
            return;
        };
        if !matches!(raw[..quote].trim_start_matches([' ', '\t', '\n']), "" | "$") {
            self.not_whole();
        }
        let mut end = node.start_byte() + quote + 1;
        for child in children(node) {
            self.in_quotes(text.get(end..child.start_byte()).unwrap_or_default(), units);
            match child.kind() {
                "string_content" => self.in_quotes(text_of(child, text), units),
                _ => self.units(child, text, true, units),
            }
            end = child.end_byte();
        }
        let last = node.end_byte().saturating_sub(1);
        self.in_quotes(text.get(end..last).unwrap_or_default(), units);
    }

    /// Text in double quotes.
    fn in_quotes(&mut self, raw: &str, units: &mut Vec<Unit>) {
        if has_expansion(raw, false) {
            self.not_whole();
            units.push(Unit::Unknown);
        }
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                units.push(Unit::Quoted(c));
                continue;
            }
            match chars.next() {
                Some('\n') => {}
                Some(c @ ('$' | '`' | '"' | '\\')) => units.push(Unit::Quoted(c)),
                Some(c) => units.extend([Unit::Quoted('\\'), Unit::Quoted(c)]),
                None => units.push(Unit::Quoted('\\')),
            }
        }
    }

    /// `$name`, whose value may be known.
    fn variable(&mut self, name: &str, is_quoted: bool, units: &mut Vec<Unit>) {
        let value = match name.parse::<usize>() {
            Ok(number) => self.positional(number),
            Err(_) if name == "#" || name == "?" || name == "$" => None,
            Err(_) => self.state.value(name),
        };
        if let Some(value) = value {
            self.known(&value, is_quoted, units);
            return;
        }
        match self.state.name_of_file(name) {
            // Without quotes it may be several words.
            Some(pattern) if is_quoted => {
                units.push(Unit::Nothing);
                units.extend(pattern.chars().map(Unit::Expanded));
            }
            Some(_) | None => units.push(unknown(is_quoted && name != "@")),
        }
    }

    /// What an expansion becomes whose text is known.
    fn known(&self, value: &str, is_quoted: bool, units: &mut Vec<Unit>) {
        if is_quoted {
            units.push(Unit::Nothing);
            units.extend(value.chars().map(Unit::Quoted));
            return;
        }
        if !self.state.splits_at_blanks {
            units.push(Unit::UnknownWords);
            return;
        }
        units.extend(value.chars().map(|c| match c {
            ' ' | '\t' | '\n' => Unit::Gap,
            c => Unit::Expanded(c),
        }));
    }

    fn positional(&self, number: usize) -> Option<String> {
        let known = self.state.positional.as_ref()?;
        match number {
            0 => None,
            _ => known
                .get(number - 1)
                .cloned()
                .unwrap_or(Some(String::new())),
        }
    }

    /// `${…}`: known only in its plain form.
    fn braced(&mut self, node: Node<'_>, text: &str, is_quoted: bool, units: &mut Vec<Unit>) {
        let raw = text_of(node, text).trim_start_matches([' ', '\t', '\n']);
        let inner = raw.strip_prefix("${").and_then(|raw| raw.strip_suffix('}'));
        let Some(inner) = inner else {
            self.not_whole();
            units.push(Unit::UnknownWords);
            return;
        };
        if !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.variable(inner, is_quoted, units);
            return;
        }
        // Prompt expansion and names of names run commands that are in values.
        let is_name_of_name = inner.starts_with('!') && self.state.has_command_values();
        if inner.contains('@') && inner.ends_with(['P', 'E', 'A', 'K', 'k']) || is_name_of_name {
            self.not_whole();
        }
        if inner.contains('=') {
            let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            self.state.unsettle(&inner[..end.unwrap_or(inner.len())]);
        }
        if inner.contains(['[', ':']) && !is_plain_element(inner) {
            self.check_arithmetic(inner);
        }
        for child in children(node) {
            self.inner(child, text);
        }
        units.push(unknown(is_quoted && !inner.contains(['@', '*'])));
    }

    /// Goes through the commands that are somewhere within `node`.
    pub(super) fn inner(&mut self, node: Node<'_>, text: &str) {
        self.deeper(|walker| match node.kind() {
            "command_substitution" | "process_substitution" => walker.substitution(node, text),
            "string" | "expansion" | "concatenation" | "simple_expansion" => {
                walker.expand_word(node, text);
            }
            "arithmetic_expansion" => walker.arithmetic(node, text),
            "command"
            | "subshell"
            | "redirected_statement"
            | "pipeline"
            | "list"
            | "compound_statement" => walker.statement(node, text),
            _ => {
                for child in children(node) {
                    walker.inner(child, text);
                }
            }
        });
    }

    /// `$(…)`, `` `…` ``, `<(…)` and `>(…)`.
    fn substitution(&mut self, node: Node<'_>, text: &str) {
        let raw = text_of(node, text).trim_start();
        // Within backquotes backslashes mean something else than the grammar thinks.
        let inner = raw.trim_start_matches('`').trim_end_matches('`');
        if raw.starts_with('`') && inner.contains(['\\', '`']) {
            self.not_whole();
        }
        let before = self.state.clone();
        let parts = children(node);
        match parts.as_slice() {
            [redirect] if redirect.kind() == "file_redirect" => {
                for word in self.redirect(*redirect, text) {
                    self.read(&word, Reach::Itself);
                    self.not_whole();
                }
            }
            _ => self.statements(node, text),
        }
        self.state = before;
    }
}

/// Whether `inner` is an element or all of an array, or the value with a default: nothing that is
/// evaluated.
fn is_plain_element(inner: &str) -> bool {
    let rest = inner
        .trim_start_matches(['#', '!'])
        .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let is_index = rest
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|index| index == "@" || index == "*" || index.parse::<u32>().is_ok());
    let is_default = rest
        .strip_prefix(':')
        .is_some_and(|rest| rest.starts_with(['-', '+', '=', '?']) && !rest.contains('['));
    is_index || is_default
}

fn unknown(is_quoted: bool) -> Unit {
    if is_quoted {
        Unit::Unknown
    } else {
        Unit::UnknownWords
    }
}
