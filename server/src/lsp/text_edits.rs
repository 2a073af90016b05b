//! Changes as LSP workspace edits: minimal, and bound to a document's version.
use std::collections::HashMap;

use aside_edit::diff::line_edits;
use ropey::Rope;
use tower_lsp::lsp_types::{
    ApplyWorkspaceEditParams, CreateFile, CreateFileOptions, DocumentChangeOperation,
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp,
    TextDocumentEdit, TextEdit, Url, WorkspaceEdit,
};

use super::documents::PositionEncoding;

/// The edits that make `new` of `old`, in the client's positions.
pub fn text_edits(old: &str, new: &str, encoding: PositionEncoding) -> Vec<TextEdit> {
    let rope = Rope::from_str(old);
    line_edits(old, new)
        .into_iter()
        .map(|edit| TextEdit {
            range: Range {
                start: encoding.position_of(&rope, edit.range.start),
                end: encoding.position_of(&rope, edit.range.end),
            },
            new_text: edit.new_text,
        })
        .collect()
}

/// An edit of one document, bound to its version where it is open.
pub fn modify(
    label: &str,
    uri: Url,
    version: Option<i32>,
    edits: Vec<TextEdit>,
) -> ApplyWorkspaceEditParams {
    params(
        label,
        DocumentChanges::Edits(vec![document_edit(uri, version, edits)]),
    )
}

/// An edit of one document for editors that take none bound to a version.
pub fn modify_unversioned(label: &str, uri: Url, edits: Vec<TextEdit>) -> ApplyWorkspaceEditParams {
    ApplyWorkspaceEditParams {
        label: Some(label.to_owned()),
        edit: WorkspaceEdit::new(HashMap::from([(uri, edits)])),
    }
}

/// The creation of a file with a text. It never overwrites.
pub fn create(label: &str, uri: Url, text: &str) -> ApplyWorkspaceEditParams {
    let file = CreateFile {
        uri: uri.clone(),
        options: Some(CreateFileOptions {
            overwrite: Some(false),
            ignore_if_exists: Some(false),
        }),
        annotation_id: None,
    };
    let start = Position::new(0, 0);
    let fill = TextEdit {
        range: Range::new(start, start),
        new_text: text.to_owned(),
    };
    params(
        label,
        DocumentChanges::Operations(vec![
            DocumentChangeOperation::Op(ResourceOp::Create(file)),
            DocumentChangeOperation::Edit(document_edit(uri, None, vec![fill])),
        ]),
    )
}

fn document_edit(uri: Url, version: Option<i32>, edits: Vec<TextEdit>) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}

fn params(label: &str, changes: DocumentChanges) -> ApplyWorkspaceEditParams {
    ApplyWorkspaceEditParams {
        label: Some(label.to_owned()),
        edit: WorkspaceEdit {
            changes: None,
            document_changes: Some(changes),
            change_annotations: None,
        },
    }
}
