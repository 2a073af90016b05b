//! Reads the answers of editors: what is not as LSP says is left out, never an error.
use std::path::{Path, PathBuf};

use aside_agent::item::{LineRange, Location};
use aside_agent::world::{Diagnostic, Severity, Symbol};
use serde::Deserialize;
use serde_json::Value;
use tower_lsp::lsp_types::{self as lsp, DiagnosticSeverity, NumberOrString, SymbolKind, Url};

use crate::lsp::documents::uri_to_path;

/// How many diagnostics of one answer are read.
pub const MAX_DIAGNOSTICS: usize = 10_000;
/// How many places of one answer are read.
pub const MAX_LOCATIONS: usize = 10_000;
/// How many symbols of one answer are read.
pub const MAX_SYMBOLS: usize = 10_000;
/// How deep symbols may lie in each other.
const MAX_DEPTH: usize = 64;

/// Diagnostics of one file, or of several with their URIs.
pub fn diagnostics(answer: &Value, path: Option<&Path>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for entry in entries(answer) {
        let listed = entry.get("diagnostics").or_else(|| entry.get("items"));
        match listed.and_then(Value::as_array) {
            Some(list) => {
                let uri = entry.get("uri").and_then(path_of);
                let Some(path) = uri.or_else(|| path.map(Path::to_owned)) else {
                    continue;
                };
                found.extend(list.iter().filter_map(|one| diagnostic(one, &path)));
            }
            None => found.extend(path.and_then(|path| diagnostic(entry, path))),
        }
    }
    found.truncate(MAX_DIAGNOSTICS);
    found
}

/// What LSP's own diagnostics say of a file.
pub fn carried(found: &[lsp::Diagnostic], path: &Path) -> Vec<Diagnostic> {
    let found = found.iter().take(MAX_DIAGNOSTICS);
    found.map(|one| from_lsp(one, path)).collect()
}

fn diagnostic(value: &Value, path: &Path) -> Option<Diagnostic> {
    let read = lsp::Diagnostic::deserialize(value).ok()?;
    Some(from_lsp(&read, path))
}

fn from_lsp(read: &lsp::Diagnostic, path: &Path) -> Diagnostic {
    let severity = match read.severity {
        Some(DiagnosticSeverity::WARNING) => Severity::Warning,
        Some(DiagnosticSeverity::INFORMATION) => Severity::Information,
        Some(DiagnosticSeverity::HINT) => Severity::Hint,
        // What says nothing is an error to most clients.
        Some(_) | None => Severity::Error,
    };
    Diagnostic {
        path: path.to_owned(),
        line: read.range.start.line,
        end_line: read
            .range
            .end
            .line
            .max(read.range.start.line)
            .saturating_add(1),
        severity,
        message: read.message.clone(),
        source: read.source.clone(),
        code: read.code.as_ref().map(|code| match code {
            NumberOrString::Number(number) => number.to_string(),
            NumberOrString::String(text) => text.clone(),
        }),
    }
}

/// Places: one, several, or links.
pub fn locations(answer: &Value) -> Vec<Location> {
    let found = entries(answer).take(MAX_LOCATIONS);
    found.filter_map(location).collect()
}

fn location(value: &Value) -> Option<Location> {
    let uri = value.get("uri").or_else(|| value.get("targetUri"))?;
    let ranges = ["range", "targetSelectionRange", "targetRange"];
    let range = ranges.iter().find_map(|name| value.get(name))?;
    let range = lsp::Range::deserialize(range).ok()?;
    Some(Location {
        path: path_of(uri)?,
        lines: Some(lines(range)),
    })
}

/// Symbols as a tree, or as a list with places.
pub fn symbols(answer: &Value) -> Vec<Symbol> {
    let mut left = MAX_SYMBOLS;
    let found = entries(answer).filter_map(|value| symbol(value, 0, &mut left));
    found.collect()
}

fn symbol(value: &Value, depth: usize, left: &mut usize) -> Option<Symbol> {
    *left = left.checked_sub(1)?;
    let name = value.get("name")?.as_str()?.to_owned();
    let range = value
        .get("range")
        .or_else(|| value.get("location")?.get("range"))?;
    let range = lines(lsp::Range::deserialize(range).ok()?);
    let kind = value
        .get("kind")
        .and_then(|kind| SymbolKind::deserialize(kind).ok());
    let mut children = Vec::new();
    if depth < MAX_DEPTH {
        for child in value.get("children").map(entries).into_iter().flatten() {
            children.extend(symbol(child, depth + 1, left));
        }
    }
    Some(Symbol {
        name,
        kind: kind_name(kind).to_owned(),
        line: range.start,
        end_line: range.end,
        children,
    })
}

fn kind_name(kind: Option<SymbolKind>) -> &'static str {
    const NAMES: &[(SymbolKind, &str)] = &[
        (SymbolKind::FILE, "file"),
        (SymbolKind::MODULE, "module"),
        (SymbolKind::NAMESPACE, "namespace"),
        (SymbolKind::PACKAGE, "package"),
        (SymbolKind::CLASS, "class"),
        (SymbolKind::METHOD, "method"),
        (SymbolKind::PROPERTY, "property"),
        (SymbolKind::FIELD, "field"),
        (SymbolKind::CONSTRUCTOR, "constructor"),
        (SymbolKind::ENUM, "enum"),
        (SymbolKind::INTERFACE, "interface"),
        (SymbolKind::FUNCTION, "function"),
        (SymbolKind::VARIABLE, "variable"),
        (SymbolKind::CONSTANT, "constant"),
        (SymbolKind::ENUM_MEMBER, "enum member"),
        (SymbolKind::STRUCT, "struct"),
        (SymbolKind::EVENT, "event"),
        (SymbolKind::OPERATOR, "operator"),
        (SymbolKind::TYPE_PARAMETER, "type parameter"),
    ];
    let named = NAMES.iter().find(|(known, _)| Some(*known) == kind);
    named.map_or("symbol", |(_, name)| name)
}

/// An array's entries; anything else but null is one entry.
fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    let (list, one) = match value {
        Value::Array(list) => (list.as_slice(), None),
        Value::Null => (&[][..], None),
        one => (&[][..], Some(one)),
    };
    list.iter().chain(one)
}

fn path_of(uri: &Value) -> Option<PathBuf> {
    uri_to_path(&Url::parse(uri.as_str()?).ok()?)
}

fn lines(range: lsp::Range) -> LineRange {
    LineRange {
        start: range.start.line,
        end: range.end.line.max(range.start.line).saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::{diagnostics, locations, symbols};

    fn range(line: u32) -> Value {
        json!({"start": {"line": line, "character": 1}, "end": {"line": line, "character": 4}})
    }

    fn check_diagnostics(answer: &Value, path: Option<&str>, expected: Expect) {
        let found = diagnostics(answer, path.map(Path::new));
        let lines = found.iter().map(|one| {
            format!(
                "{}:{} {:?} {}\n",
                one.path.display(),
                one.line,
                one.severity,
                one.message
            )
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn diagnostics_of_one_file_or_of_many() {
        let one = json!({"range": range(2), "message": "no", "severity": 2});
        check_diagnostics(
            &json!([one]),
            Some("/p/a"),
            expect![[r#"
            /p/a:2 Warning no
        "#]],
        );
        check_diagnostics(&json!([one]), None, expect![""]);
        let many = json!([{"uri": "file:///p/b", "diagnostics": [one, 7, {"message": "x"}]}, {"uri": 7, "diagnostics": [one]}]);
        check_diagnostics(
            &many,
            None,
            expect![[r#"
            /p/b:2 Warning no
        "#]],
        );
        let report = json!({"kind": "full", "items": [one]});
        check_diagnostics(
            &report,
            Some("/p/a"),
            expect![[r#"
            /p/a:2 Warning no
        "#]],
        );
        for nothing in [
            json!(null),
            json!(7),
            json!([[]]),
            json!({"diagnostics": 7}),
        ] {
            check_diagnostics(&nothing, Some("/p/a"), expect![""]);
        }
    }

    #[test]
    fn places_in_all_their_shapes() {
        let place = json!({"uri": "file:///p/a", "range": range(3)});
        let link = json!({"targetUri": "file:///p/b", "targetRange": range(4), "targetSelectionRange": range(5)});
        for (answer, expected) in [
            (json!(null), vec![]),
            (place.clone(), vec![("/p/a", 3)]),
            (
                json!([place, link, {"uri": "untitled:x", "range": range(1)}]),
                vec![("/p/a", 3), ("/p/b", 5)],
            ),
        ] {
            let found = locations(&answer);
            let found = found
                .iter()
                .map(|one| (one.path.to_str().unwrap(), one.lines.unwrap().start));
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn symbols_as_a_tree_or_a_list() {
        let inner = json!({"name": "f", "kind": 12, "range": range(2)});
        let outer =
            json!({"name": "C", "kind": 5, "range": range(1), "children": [inner, {"kind": 1}]});
        let listed =
            json!({"name": "g", "kind": 99, "location": {"uri": "file:///p/a", "range": range(7)}});
        let found = symbols(&json!([outer, listed]));
        expect![[r#"class C 1 [function f 2], symbol g 7"#]].assert_eq(&format!(
            "{} {} {} [{} {} {}], {} {} {}",
            found[0].kind,
            found[0].name,
            found[0].line,
            found[0].children[0].kind,
            found[0].children[0].name,
            found[0].children[0].line,
            found[1].kind,
            found[1].name,
            found[1].line,
        ));
        let mut deep = json!({"name": "x", "kind": 5, "range": range(1)});
        for _ in 0..100 {
            deep = json!({"name": "x", "kind": 5, "range": range(1), "children": [deep]});
        }
        assert_eq!(symbols(&deep).len(), 1);
    }
}
