//! Sending edits to the editor, and what it says to them.
use std::time::Duration;

use aside_agent::host::{FileChange, HostError};
use serde_json::Value;
use tower_lsp::lsp_types::ApplyWorkspaceEditResponse;
use tower_lsp::lsp_types::request::Request;

use super::Editor;
use crate::lsp::error::sentence;
use crate::lsp::text_edits::{Annotation, EditWriter};
use crate::lsp::transport::request_with_timeout;

/// What the editor said to an edit. Editors lie in both directions, so the text has the last word.
pub(super) type Answer = Result<(), HostError>;

/// `workspace/applyEdit` with params as they were written.
enum ApplyEdit {}

impl Request for ApplyEdit {
    type Params = Value;
    type Result = ApplyWorkspaceEditResponse;
    const METHOD: &'static str = "workspace/applyEdit";
}

impl Editor {
    /// Writes edits for a change, in the form that the editor takes.
    pub(super) fn writer<'a>(&self, change: &'a FileChange) -> EditWriter<'a> {
        let annotation = match self.can(|profile| profile.annotations) {
            false => Annotation::None,
            true if self.shared.settings().edits.confirm => Annotation::Confirmed,
            true => Annotation::Shown,
        };
        EditWriter {
            label: &change.label,
            description: change.base.path.display(),
            annotation,
            versioned: self.can(|profile| profile.versioned_edits),
        }
    }

    /// Sends an edit and waits for the answer. Where the editor asks the user first, it may take
    /// as long as any question to the user.
    pub(super) async fn request(&self, params: Value, annotation: Annotation) -> Answer {
        let settings = self.shared.settings();
        let limit = match annotation {
            Annotation::None | Annotation::Shown => settings.editor.request_timeout(),
            Annotation::Confirmed => settings
                .editor
                .request_timeout()
                .max(settings.permission.timeout()),
        };
        let answer = request_with_timeout::<ApplyEdit>(&self.shared.client, params, limit)
            .await
            .map_err(|error| HostError::Io(sentence(&error.to_string())))?;
        if answer.applied {
            return Ok(());
        }
        let reason = answer
            .failure_reason
            .unwrap_or_else(|| "it gives no reason".to_owned());
        Err(HostError::Conflict(format!(
            "The editor refused the edit: {reason}."
        )))
    }

    /// How long to wait for what was meant; after a refusal it is there already if it ever will.
    pub(super) fn confirm_limit(&self, answer: &Answer) -> Duration {
        match answer {
            Ok(()) => self.shared.settings().editor.edit_confirm_timeout(),
            Err(_) => Duration::ZERO,
        }
    }
}

/// Whether the editor said that it did not make the edit. It may still have been made, which shows
/// where it belongs; but a change elsewhere that an edit put to the wrong place would have made,
/// too, such as a neighbouring line deleted, is then the user's own.
pub(super) fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Err(HostError::Conflict(_)))
}

/// Why nothing came of an edit.
pub(super) fn failure(change: &FileChange, answer: Answer) -> HostError {
    match answer {
        Err(error) => error,
        Ok(()) => HostError::Conflict(format!(
            "The editor said that it applied the edit to {}, but its text is not what was meant. Read the file again.",
            change.base.path.display()
        )),
    }
}
