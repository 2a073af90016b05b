//! What the editor at the other end can do, and how it is asked.
use aside_protocol::AsideClientCapabilities;
use serde_json::{Value, json};
use tower_lsp::lsp_types::{
    ClientCapabilities, InitializeParams, ResourceOperationKind, WorkspaceEditClientCapabilities,
};

use super::documents::PositionEncoding;
use super::review::ReviewProfile;

/// What the client announced that Aside makes use of.
#[derive(Debug, Clone)]
pub struct ClientProfile {
    /// The editor's name and version, as it says.
    pub name: String,
    /// The negotiated position encoding.
    pub encoding: PositionEncoding,
    /// Whether it takes `workspace/applyEdit`.
    pub apply_edit: bool,
    /// Whether it takes edits bound to a document's version.
    pub versioned_edits: bool,
    /// Whether it takes file creation inside an edit.
    pub create_files: bool,
    /// Whether it takes file deletion inside an edit.
    pub delete_files: bool,
    /// Whether it takes moves of files inside an edit.
    pub rename_files: bool,
    /// Whether it shows what an edit is, and asks the user for it where it is to.
    pub annotations: bool,
    /// Whether it shows work-done progress that the server starts.
    pub progress: bool,
    /// Whether it answers `workspace/configuration`.
    pub configuration: bool,
    /// Whether it may change a document and no longer tell of it.
    pub may_fall_silent: bool,
    /// How it shows pending hunks.
    pub review: ReviewProfile,
    /// Whether it speaks Aside's own methods, and which.
    pub aside: Option<AsideClientCapabilities>,
}

impl ClientProfile {
    /// Reads `initialize`.
    pub fn new(params: &InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let aside = AsideClientCapabilities::from_experimental(capabilities.experimental.as_ref());
        let draws_hunks = aside.as_ref().is_some_and(|aside| aside.review);
        let name = client_name(params);
        Self {
            // A buffer that was changed while no server ran is followed no longer (0.11).
            may_fall_silent: name.starts_with("Neovim"),
            name,
            encoding: PositionEncoding::negotiate(capabilities),
            apply_edit: apply_edit(capabilities),
            versioned_edits: versioned_edits(capabilities),
            create_files: takes(capabilities, &ResourceOperationKind::Create),
            delete_files: takes(capabilities, &ResourceOperationKind::Delete),
            rename_files: takes(capabilities, &ResourceOperationKind::Rename),
            annotations: annotations(capabilities),
            progress: capabilities
                .window
                .as_ref()
                .and_then(|window| window.work_done_progress)
                .unwrap_or(false),
            configuration: capabilities
                .workspace
                .as_ref()
                .and_then(|workspace| workspace.configuration)
                .unwrap_or(false),
            review: ReviewProfile::new(capabilities, draws_hunks),
            aside,
        }
    }

    /// For `aside doctor`.
    pub fn describe(&self) -> Value {
        json!({
            "positionEncoding": self.encoding.to_lsp(),
            "applyEdit": self.apply_edit,
            "versionedEdits": self.versioned_edits,
            "createFiles": self.create_files,
            "deleteFiles": self.delete_files,
            "renameFiles": self.rename_files,
            "changeAnnotations": self.annotations,
            "progress": self.progress,
            "configuration": self.configuration,
            "aside": self.aside,
        })
    }

    /// Whether it wants `chat/event`.
    pub fn wants_events(&self) -> bool {
        self.aside.as_ref().is_some_and(|aside| aside.events)
    }

    /// Whether it answers `chat/elicit`.
    pub fn answers_questions(&self) -> bool {
        self.aside.as_ref().is_some_and(|aside| aside.elicitation)
    }

    /// Whether it answers `chat/requestPermission`.
    pub fn answers_permission(&self) -> bool {
        self.aside.as_ref().is_some_and(|aside| aside.permission)
    }
}

fn client_name(params: &InitializeParams) -> String {
    match &params.client_info {
        None => "an editor that does not say its name".to_owned(),
        Some(info) => match &info.version {
            None => info.name.clone(),
            Some(version) => format!("{} {version}", info.name),
        },
    }
}

fn apply_edit(capabilities: &ClientCapabilities) -> bool {
    capabilities
        .workspace
        .as_ref()
        .and_then(|workspace| workspace.apply_edit)
        .unwrap_or(false)
}

fn workspace_edit(capabilities: &ClientCapabilities) -> Option<&WorkspaceEditClientCapabilities> {
    capabilities.workspace.as_ref()?.workspace_edit.as_ref()
}

/// Edits are versioned unless the client says that it cannot: editors are known that do not
/// announce versioned changes and apply them well (Neovim 0.11), and only a version keeps an
/// edit from landing on a text that it was not made for.
fn versioned_edits(capabilities: &ClientCapabilities) -> bool {
    workspace_edit(capabilities)
        .and_then(|edit| edit.document_changes)
        .unwrap_or(true)
}

/// File operations come in `documentChanges` only.
fn takes(capabilities: &ClientCapabilities, operation: &ResourceOperationKind) -> bool {
    versioned_edits(capabilities)
        && workspace_edit(capabilities)
            .and_then(|edit| edit.resource_operations.as_ref())
            .is_some_and(|operations| operations.contains(operation))
}

/// So do annotations.
fn annotations(capabilities: &ClientCapabilities) -> bool {
    versioned_edits(capabilities)
        && workspace_edit(capabilities).is_some_and(|edit| edit.change_annotation_support.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versioned edits, and creating files.
    fn check(capabilities: Value, expected: (bool, bool)) {
        let params = serde_json::from_value(json!({"capabilities": capabilities})).unwrap();
        let profile = ClientProfile::new(&params);
        assert_eq!(
            (profile.versioned_edits, profile.create_files),
            expected,
            "{capabilities}"
        );
    }

    /// Deleting files, moving them, and annotations.
    fn check_rest(capabilities: Value, expected: (bool, bool, bool)) {
        let params = serde_json::from_value(json!({"capabilities": capabilities})).unwrap();
        let profile = ClientProfile::new(&params);
        assert_eq!(
            (
                profile.delete_files,
                profile.rename_files,
                profile.annotations
            ),
            expected,
            "{capabilities}"
        );
    }

    #[test]
    fn edits_come_in_the_form_that_is_announced() {
        let edit = |edit: Value| json!({"workspace": {"applyEdit": true, "workspaceEdit": edit}});
        let aside = json!({"aside": {"events": true}});
        check(json!({}), (true, false));
        check(edit(json!({})), (true, false));
        check(edit(json!({"documentChanges": false})), (false, false));
        check(edit(json!({"documentChanges": true})), (true, false));
        check(
            edit(json!({"documentChanges": true, "resourceOperations": ["create"]})),
            (true, true),
        );
        check(
            edit(json!({"resourceOperations": ["create"]})),
            (true, true),
        );
        check(
            edit(json!({"documentChanges": false, "resourceOperations": ["create"]})),
            (false, false),
        );
        check(json!({"experimental": aside}), (true, false));
        check_rest(json!({}), (false, false, false));
        let all =
            json!({"resourceOperations": ["rename", "delete"], "changeAnnotationSupport": {}});
        check_rest(edit(all.clone()), (true, true, true));
        let one = json!({"documentChanges": true, "resourceOperations": ["delete"]});
        check_rest(edit(one), (true, false, false));
        let mut unversioned = all;
        unversioned["documentChanges"] = json!(false);
        check_rest(edit(unversioned), (false, false, false));
        let mut both = edit(json!({"documentChanges": false}));
        both["experimental"] = aside;
        check(both, (false, false));
    }
}
