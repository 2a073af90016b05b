//! Changes as LSP workspace edits: minimal, and bound to a document's version.
use std::ops::Range as Bytes;

use aside_edit::diff::line_edits;
use ropey::Rope;
use serde_json::{Map, Value, json};
use tower_lsp::lsp_types::{Position, Range, TextEdit, Url};

use super::documents::PositionEncoding;

/// What the annotation of an edit is called inside that edit.
const ANNOTATION: &str = "aside";

/// The edits that make `new` of `old`, in the client's positions. They keep to lines that every
/// editor has, see [`off_the_end`].
pub fn text_edits(old: &str, new: &str, encoding: PositionEncoding) -> Vec<TextEdit> {
    let rope = Rope::from_str(old);
    line_edits(old, new)
        .into_iter()
        .map(|edit| {
            let (bytes, new_text) = off_the_end(old, edit.bytes, edit.new_text);
            TextEdit {
                range: Range {
                    start: encoding.position(&rope, bytes.start),
                    end: encoding.position(&rope, bytes.end),
                },
                new_text,
            }
        })
        .collect()
}

/// The same edit without touching the end of a text that ends with a line ending. Vi's kin see no
/// line after that ending (Neovim puts there a blank line too many), so that lines are put behind
/// the one before it: `a⏎|b⏎` is the same as `a|⏎b|⏎`.
fn off_the_end(old: &str, bytes: Bytes<usize>, mut new: String) -> (Bytes<usize>, String) {
    let ending = final_ending(old);
    let (removed, before) = (&old[bytes.clone()], &old[..bytes.start]);
    if bytes.end < old.len() || ending.is_empty() {
        return (bytes, new);
    }
    let is_whole = |text: &str| text.is_empty() || final_ending(text) == ending;
    if !is_whole(removed) || !is_whole(&new) {
        return (bytes, new);
    }
    if !removed.is_empty() && !new.is_empty() {
        new.truncate(new.len() - ending.len());
        return (bytes.start..bytes.end - ending.len(), new);
    }
    if final_ending(before) != ending {
        return (bytes, new);
    }
    if !new.is_empty() {
        new.truncate(new.len() - ending.len());
        new.insert_str(0, ending);
    }
    (bytes.start - ending.len()..bytes.end - ending.len(), new)
}

/// Puts a text into an empty file.
fn fill(text: &str) -> TextEdit {
    let start = Position::new(0, 0);
    TextEdit {
        range: Range::new(start, start),
        new_text: text.to_owned(),
    }
}

/// Whether a text is one line ending.
pub fn is_ending(text: &str) -> bool {
    matches!(text, "\n" | "\r\n" | "\r")
}

/// How a text ends its last line: nothing where it does not.
pub fn final_ending(text: &str) -> &str {
    let ending = ["\r\n", "\n", "\r"].into_iter();
    let mut ending = ending.filter(|ending| text.ends_with(ending));
    ending.next().unwrap_or_default()
}

/// What an editor makes of edits that [`text_edits`] computed if it applies them to another text:
/// by position, each position clamped to that text. `None` where they no longer are in order.
pub fn apply_blindly(text: &Rope, edits: &[TextEdit], encoding: PositionEncoding) -> Option<Rope> {
    let mut result = text.clone();
    let mut end = text.len_bytes();
    for edit in edits.iter().rev() {
        let bytes =
            encoding.to_byte(text, edit.range.start)..encoding.to_byte(text, edit.range.end);
        if bytes.start > bytes.end || bytes.end > end {
            return None;
        }
        end = bytes.start;
        let start = text.byte_to_char(bytes.start);
        result.remove(start..text.byte_to_char(bytes.end));
        result.insert(start, &edit.new_text);
    }
    Some(result)
}

/// How an editor shows an edit among others and whether it asks the user for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Annotation {
    /// The editor does not announce annotations.
    None,
    /// It shows what the edit is.
    Shown,
    /// It asks the user before it makes the edit.
    Confirmed,
}

/// Writes the params of `workspace/applyEdit`, in the form that the editor takes.
#[derive(Debug, Clone)]
pub struct EditWriter<'a> {
    /// What the edit is called in the undo list.
    pub label: &'a str,
    /// Which files it changes, for people.
    pub description: &'a str,
    /// How it is annotated.
    pub annotation: Annotation,
    /// Whether the editor takes `documentChanges`.
    pub versioned: bool,
}

impl EditWriter<'_> {
    /// An edit of one document, bound to its version where it is open.
    pub fn modify(&self, uri: &Url, version: Option<i32>, edits: &[TextEdit]) -> Value {
        if self.versioned {
            return self.params(vec![self.document_edit(uri, version, edits)]);
        }
        json!({"label": self.label, "edit": {"changes": {uri.as_str(): edits}}})
    }

    /// The creation of a file with a text. It never overwrites.
    pub fn create(&self, uri: &Url, text: &str) -> Value {
        let options = json!({"overwrite": false, "ignoreIfExists": false});
        let file = json!({"kind": "create", "uri": uri, "options": options});
        let mut changes = vec![self.annotated(file)];
        // Nothing is to be put into an empty file: an editor that opens it for that may give it
        // a line.
        if !text.is_empty() {
            changes.push(self.document_edit(uri, None, &[fill(text)]));
        }
        self.params(changes)
    }

    /// The deletion of a file.
    pub fn delete(&self, uri: &Url) -> Value {
        let options = json!({"recursive": false, "ignoreIfNotExists": false});
        let file = json!({"kind": "delete", "uri": uri, "options": options});
        self.params(vec![self.annotated(file)])
    }

    /// A file moves, and is edited in its new place. It never overwrites.
    pub fn rename(&self, from: &Url, to: &Url, edits: &[TextEdit]) -> Value {
        let options = json!({"overwrite": false, "ignoreIfExists": false});
        let file = json!({"kind": "rename", "oldUri": from, "newUri": to, "options": options});
        let mut changes = vec![self.annotated(file)];
        if !edits.is_empty() {
            changes.push(self.document_edit(to, None, edits));
        }
        self.params(changes)
    }

    fn document_edit(&self, uri: &Url, version: Option<i32>, edits: &[TextEdit]) -> Value {
        let edits: Vec<Value> = edits
            .iter()
            .map(|edit| self.annotated(json!({"range": edit.range, "newText": edit.new_text})))
            .collect();
        json!({"textDocument": {"uri": uri, "version": version}, "edits": edits})
    }

    fn annotated(&self, mut part: Value) -> Value {
        match self.annotation {
            Annotation::None => {}
            Annotation::Shown | Annotation::Confirmed => part["annotationId"] = json!(ANNOTATION),
        }
        part
    }

    fn params(&self, changes: Vec<Value>) -> Value {
        let mut edit = Map::new();
        edit.insert("documentChanges".to_owned(), Value::Array(changes));
        let needs_confirmation = match self.annotation {
            Annotation::None => None,
            Annotation::Shown => Some(false),
            Annotation::Confirmed => Some(true),
        };
        if let Some(needs_confirmation) = needs_confirmation {
            let annotation = json!({
                "label": self.label,
                "description": self.description,
                "needsConfirmation": needs_confirmation,
            });
            edit.insert(
                "changeAnnotations".to_owned(),
                json!({ANNOTATION: annotation}),
            );
        }
        json!({"label": self.label, "edit": edit})
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::ApplyWorkspaceEditParams;

    use super::*;

    fn uri(name: &str) -> Url {
        Url::parse(&format!("file:///project/{name}")).unwrap()
    }

    fn writer(annotation: Annotation, versioned: bool) -> EditWriter<'static> {
        EditWriter {
            label: "Add a line",
            description: "a.rs",
            annotation,
            versioned,
        }
    }

    /// What is written is what the editor framework reads.
    fn check(written: &Value, expect: &Value) {
        assert_eq!(written, expect);
        serde_json::from_value::<ApplyWorkspaceEditParams>(written.clone()).unwrap();
    }

    fn insertion() -> Vec<TextEdit> {
        text_edits("a\n", "a\nb\n", PositionEncoding::Utf16)
    }

    fn range() -> Value {
        json!({"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 1}})
    }

    #[test]
    fn edits_are_written_in_the_form_that_the_editor_takes() {
        let edit = json!({"range": range(), "newText": "\nb"});
        let uri = uri("a.rs");
        check(
            &writer(Annotation::None, true).modify(&uri, Some(7), &insertion()),
            &json!({"label": "Add a line", "edit": {"documentChanges": [
                {"textDocument": {"uri": uri, "version": 7}, "edits": [edit]},
            ]}}),
        );
        check(
            &writer(Annotation::None, false).modify(&uri, Some(7), &insertion()),
            &json!({"label": "Add a line", "edit": {"changes": {uri.as_str(): [edit]}}}),
        );
    }

    #[test]
    fn annotations_say_what_an_edit_is_and_whether_to_ask() {
        let uri = uri("a.rs");
        for (annotation, asks) in [(Annotation::Shown, false), (Annotation::Confirmed, true)] {
            let edit = json!({"range": range(), "newText": "\nb", "annotationId": "aside"});
            check(
                &writer(annotation, true).modify(&uri, None, &insertion()),
                &json!({"label": "Add a line", "edit": {
                    "documentChanges": [
                        {"textDocument": {"uri": uri, "version": null}, "edits": [edit]},
                    ],
                    "changeAnnotations": {"aside": {
                        "label": "Add a line", "description": "a.rs", "needsConfirmation": asks,
                    }},
                }}),
            );
        }
    }

    #[test]
    fn file_operations_never_overwrite() {
        let (from, to) = (uri("a.rs"), uri("b.rs"));
        let plain = writer(Annotation::None, true);
        let keep = json!({"overwrite": false, "ignoreIfExists": false});
        check(
            &plain.rename(&from, &to, &[]),
            &json!({"label": "Add a line", "edit": {"documentChanges": [
                {"kind": "rename", "oldUri": from, "newUri": to, "options": keep},
            ]}}),
        );
        let marked = writer(Annotation::Shown, true);
        let parts = |written: &Value| written["edit"]["documentChanges"].clone();
        let options = json!({"recursive": false, "ignoreIfNotExists": false});
        assert_eq!(
            parts(&marked.delete(&from)),
            json!([{"kind": "delete", "uri": from, "options": options, "annotationId": "aside"}])
        );
        let edit = json!({"range": range(), "newText": "\nb", "annotationId": "aside"});
        assert_eq!(
            parts(&marked.rename(&from, &to, &insertion())),
            json!([
                {"kind": "rename", "oldUri": from, "newUri": to, "options": keep, "annotationId": "aside"},
                {"textDocument": {"uri": to, "version": null}, "edits": [edit]},
            ])
        );
        let empty = marked.create(&to, "");
        assert_eq!(parts(&empty).as_array().unwrap().len(), 1);
        assert_eq!(
            parts(&marked.create(&to, "x"))[0],
            json!({"kind": "create", "uri": to, "options": keep, "annotationId": "aside"})
        );
    }

    #[test]
    fn edits_keep_off_the_end() {
        fn check(old: &str, new: &str, expect: &str) {
            let edits = text_edits(old, new, PositionEncoding::Utf16);
            let written: Vec<String> = edits
                .iter()
                .map(|edit| {
                    let (start, end) = (edit.range.start, edit.range.end);
                    let place = [start.line, start.character, end.line, end.character];
                    format!("{place:?} {:?}", edit.new_text)
                })
                .collect();
            assert_eq!(written.join("; "), expect, "{old:?} {new:?}");
        }
        check("a\n", "a\nb\n", r#"[0, 1, 0, 1] "\nb""#);
        check("a\r\n", "a\r\nb\r\n", r#"[0, 1, 0, 1] "\r\nb""#);
        check("a\nb\n", "a\nB\nc\n", r#"[1, 0, 1, 1] "B\nc""#);
        check("a\nb\nc\n", "a\n", r#"[0, 1, 2, 1] """#);
        check(
            "a\n\n",
            "b\n\nc\n",
            r#"[0, 0, 1, 0] "b\n"; [1, 0, 1, 0] "\nc""#,
        );
        check("a\n", "b\n", r#"[0, 0, 0, 1] "b""#);
        // There is no other way to say these.
        check("a\n", "", r#"[0, 0, 1, 0] """#);
        check("", "a\n", r#"[0, 0, 0, 0] "a\n""#);
        check("a\n", "a\nb", r#"[1, 0, 1, 0] "b""#);
        check("a\n", "a\nb\r\n", r#"[1, 0, 1, 0] "b\r\n""#);
        check("a\r\nb\n", "a\r\n", r#"[1, 0, 2, 0] """#);
        check("a\nb", "a\nc", r#"[1, 0, 1, 1] "c""#);
    }

    #[test]
    fn edits_applied_where_they_belong_make_the_new_text() {
        let cases = [
            ("a\n", "a\nb\n"),
            ("a\r\nb\r\n", "a\r\n"),
            ("a\n\n", "b\n\nc\n"),
            ("a\rb\r", "a\rc\rd\r"),
            ("a\r\nb\n", "a\r\n"),
            ("", "a"),
            ("a", ""),
            ("a\nb\nc", "a\nc\nd"),
            ("a\r\nb\r\n", "x\r\na\r\nb"),
            ("é😀\rb\n", "é😀!\rb\nc"),
            ("a\nb\nc\nd\ne\n", "A\nb\nC\nd\nE\n"),
        ];
        for (old, new) in cases {
            for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16] {
                let edits = text_edits(old, new, encoding);
                let applied = apply_blindly(&Rope::from_str(old), &edits, encoding);
                assert_eq!(applied.unwrap(), new, "{old:?}");
            }
        }
    }
}
