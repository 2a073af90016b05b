//! The output of the few commands within words that is known before they run.
use tree_sitter::Node;

use crate::walk::{Walker, children, text_of};

impl Walker<'_> {
    /// What `$(pwd)`, `$(basename path)` and `$(dirname path)` become.
    pub(super) fn output(&mut self, node: Node<'_>, text: &str) -> Option<String> {
        let parts = children(node);
        let [command] = parts.as_slice() else {
            return None;
        };
        let is_plain = command.kind() == "command" && text_of(node, text).starts_with("$(");
        if !is_plain || self.state.has_own_environment {
            return None;
        }
        let words = children(*command);
        let (name, arguments) = words.split_first()?;
        let name = text_of(*name, text);
        let is_own = self.state.functions.contains_key(name);
        if is_own || !matches!(name, "pwd" | "basename" | "dirname") {
            return None;
        }
        let mut known = Vec::new();
        for argument in arguments {
            if argument.kind().ends_with("_redirect") {
                return None;
            }
            for word in self.expand_word(*argument, text) {
                known.push(self.text(&word)?);
            }
        }
        let output = match (name, known.as_slice()) {
            ("pwd", []) => self.state.folder()?,
            ("basename", [path]) => base(path)?.to_owned(),
            ("basename", [path, end]) => {
                let base = base(path)?;
                let rest = base
                    .strip_suffix(end.as_str())
                    .filter(|rest| !rest.is_empty());
                rest.unwrap_or(base).to_owned()
            }
            ("dirname", [path]) => folder(path)?.to_owned(),
            _ => return None,
        };
        // Line ends at the end are cut off, and a name that starts with a dash was an option.
        (!output.ends_with('\n')).then_some(output)
    }
}

/// The last part of a path. `None` where it has none, or may be an option.
fn base(path: &str) -> Option<&str> {
    let path = path.trim_end_matches('/');
    let base = path.rsplit('/').next().unwrap_or(path);
    (!base.is_empty() && !path.starts_with('-')).then_some(base)
}

/// The path without its last part.
fn folder(path: &str) -> Option<&str> {
    let path = path.trim_end_matches('/');
    if path.is_empty() || path.starts_with('-') {
        return None;
    }
    let Some((folder, _)) = path.rsplit_once('/') else {
        return Some(".");
    };
    match folder.trim_end_matches('/') {
        "" => Some("/"),
        folder => Some(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::{base, folder};

    #[test]
    fn paths_are_taken_apart_as_the_programs_do() {
        let check = |path: &str, expect: (Option<&str>, Option<&str>)| {
            assert_eq!((base(path), folder(path)), expect, "{path}");
        };
        check("a/b.txt", (Some("b.txt"), Some("a")));
        check("/a//b//", (Some("b"), Some("/a")));
        check("b", (Some("b"), Some(".")));
        check("/b", (Some("b"), Some("/")));
        check("..", (Some(".."), Some(".")));
        check("/", (None, None));
        check("", (None, None));
        check("-z", (None, None));
    }
}
