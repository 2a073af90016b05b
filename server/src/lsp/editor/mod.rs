//! What the editor's other language servers know, by `editor/*` requests.
mod carried;
mod read;

use std::sync::{Arc, Weak};

use aside_agent::host::WorkspacePath;
use aside_agent::item::Location;
use aside_agent::world::{Diagnostic, Editor, EditorError, Known, Place, Reported, Symbol};
use aside_protocol::methods::Request as _;
use aside_protocol::{
    EditorCapability, EditorDiagnosticsParams, EditorDocumentParams, EditorPlaceParams,
    TextDocument, Uri, methods,
};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tower_lsp::lsp_types::request::Request;

use tower_lsp::lsp_types::{CodeActionParams, Url};

use super::documents::{path_to_uri, uri_to_path};
use super::shared::Shared;
use super::transport::request_with_timeout;

pub use carried::{Carried, MAX_CARRIED_FILES, MAX_CARRIED_RANGES};
pub use read::{MAX_DIAGNOSTICS, MAX_LOCATIONS, MAX_SYMBOLS};

/// Notes the diagnostics that a code-action request carries.
pub fn note_carried(shared: &Shared, params: &CodeActionParams) {
    let Some(path) = uri_to_path(&params.text_document.uri) else {
        return;
    };
    // Our own are hints on pending hunks.
    let others = params.context.diagnostics.iter();
    let others = others.filter(|one| one.source.as_deref() != Some(super::review::SOURCE));
    let others: Vec<_> = others.cloned().collect();
    let lines = params.range.start.line..params.range.end.line.saturating_add(1);
    let found = read::carried(&others, &path);
    shared.carried.note(&path, lines, found);
}

/// A document changed, so what was carried of it may no longer hold.
pub fn forget_carried(shared: &Shared, uri: &Url) {
    if let Some(path) = uri_to_path(uri) {
        shared.carried.forget(&path);
    }
}

/// The editor at the other end.
pub struct LspEditor {
    shared: Weak<Shared>,
}

impl LspEditor {
    /// Does not keep the server alive.
    pub fn new(shared: Weak<Shared>) -> Self {
        Self { shared }
    }

    fn shared(&self) -> Result<Arc<Shared>, EditorError> {
        let gone = || EditorError::Unavailable("The editor has left.".to_owned());
        self.shared.upgrade().ok_or_else(gone)
    }
}

/// An `editor/*` request for tower-lsp's client.
macro_rules! ask {
    ($name:ident, $method:ident, $params:ty) => {
        enum $name {}

        impl Request for $name {
            type Params = $params;
            type Result = Value;
            const METHOD: &'static str = methods::$method::METHOD;
        }
    };
}

ask!(AskDiagnostics, EditorDiagnostics, EditorDiagnosticsParams);
ask!(AskDefinition, EditorDefinition, EditorPlaceParams);
ask!(AskReferences, EditorReferences, EditorPlaceParams);
ask!(AskSymbols, EditorDocumentSymbols, EditorDocumentParams);

async fn ask<R>(shared: &Shared, params: R::Params) -> Result<Value, EditorError>
where
    R: Request<Result = Value>,
{
    let limit = shared.settings().editor.request_timeout();
    let answer = request_with_timeout::<R>(&shared.client, params, limit).await;
    answer.map_err(|error| EditorError::Failed(super::error::sentence(&error.to_string())))
}

fn can(shared: &Shared, capability: EditorCapability) -> bool {
    let profile = shared.profile().and_then(|profile| profile.aside.as_ref());
    profile.is_some_and(|aside| aside.editor.contains(&capability))
}

fn needs(shared: &Shared, capability: EditorCapability, what: &str) -> Result<(), EditorError> {
    if can(shared, capability) {
        return Ok(());
    }
    Err(EditorError::Unavailable(format!(
        "This editor cannot be asked for {what}."
    )))
}

fn document(path: &WorkspacePath) -> Result<TextDocument, EditorError> {
    let uri = path_to_uri(path.absolute())
        .ok_or_else(|| EditorError::Failed(format!("{} has no URI.", path.display())))?;
    Ok(TextDocument {
        uri: Uri(uri.to_string()),
    })
}

/// The params of a request about a place, in the encoding of the client.
async fn place_params(
    shared: &Arc<Shared>,
    place: &Place,
) -> Result<EditorPlaceParams, EditorError> {
    let files = super::files::LspFiles::new(Arc::downgrade(shared));
    let read = aside_agent::host::Files::read_text(&files, &place.path).await;
    let read = read.map_err(|error| EditorError::Failed(error.to_string()))?;
    let text = ropey::Rope::from_str(&read.text);
    let line = usize::try_from(place.line).unwrap_or(usize::MAX);
    if line >= text.len_lines() {
        return Err(EditorError::Failed(format!(
            "{} has no line {}.",
            place.path.display(),
            place.line.saturating_add(1)
        )));
    }
    let byte = text.line_to_byte(line).saturating_add(place.byte);
    let position = shared.documents.encoding().position(&text, byte);
    Ok(EditorPlaceParams {
        text_document: document(&place.path)?,
        position: aside_protocol::Position {
            line: position.line,
            character: position.character,
        },
    })
}

impl Editor for LspEditor {
    fn reports(&self, path: Option<&WorkspacePath>) -> bool {
        self.shared().is_ok_and(|shared| {
            can(&shared, EditorCapability::Diagnostics)
                || shared.carried.knows(path.map(WorkspacePath::absolute))
        })
    }

    fn reported<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Reported, EditorError>> {
        Box::pin(async move {
            let shared = self.shared()?;
            if can(&shared, EditorCapability::Diagnostics) {
                return Ok(Reported {
                    diagnostics: self.diagnostics(Some(path)).await?,
                    known: Known::Whole,
                });
            }
            let nothing = || EditorError::Unavailable("Nothing is known of this file.".to_owned());
            shared.carried.reported(path.absolute()).ok_or_else(nothing)
        })
    }

    fn diagnostics<'a>(
        &'a self,
        path: Option<&'a WorkspacePath>,
    ) -> BoxFuture<'a, Result<Vec<Diagnostic>, EditorError>> {
        Box::pin(async move {
            let shared = self.shared()?;
            if let Err(error) = needs(&shared, EditorCapability::Diagnostics, "diagnostics") {
                let carried = shared.carried.of(path.map(WorkspacePath::absolute));
                return carried.ok_or(error);
            }
            let text_document = path.map(document).transpose()?;
            let params = EditorDiagnosticsParams { text_document };
            let answer = ask::<AskDiagnostics>(&shared, params).await?;
            Ok(read::diagnostics(
                &answer,
                path.map(WorkspacePath::absolute),
            ))
        })
    }

    fn definition<'a>(
        &'a self,
        place: &'a Place,
    ) -> BoxFuture<'a, Result<Vec<Location>, EditorError>> {
        Box::pin(async move {
            let shared = self.shared()?;
            needs(&shared, EditorCapability::Definition, "definitions")?;
            let params = place_params(&shared, place).await?;
            let answer = ask::<AskDefinition>(&shared, params).await?;
            Ok(read::locations(&answer))
        })
    }

    fn references<'a>(
        &'a self,
        place: &'a Place,
    ) -> BoxFuture<'a, Result<Vec<Location>, EditorError>> {
        Box::pin(async move {
            let shared = self.shared()?;
            needs(&shared, EditorCapability::References, "references")?;
            let params = place_params(&shared, place).await?;
            let answer = ask::<AskReferences>(&shared, params).await?;
            Ok(read::locations(&answer))
        })
    }

    fn document_symbols<'a>(
        &'a self,
        path: &'a WorkspacePath,
    ) -> BoxFuture<'a, Result<Vec<Symbol>, EditorError>> {
        Box::pin(async move {
            let shared = self.shared()?;
            needs(
                &shared,
                EditorCapability::DocumentSymbols,
                "the symbols of a file",
            )?;
            let text_document = document(path)?;
            let params = EditorDocumentParams { text_document };
            let answer = ask::<AskSymbols>(&shared, params).await?;
            Ok(read::symbols(&answer))
        })
    }
}
