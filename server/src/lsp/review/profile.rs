//! How the client shows what is pending.
use tower_lsp::lsp_types::ClientCapabilities;

/// What the client announced of the ways in which pending hunks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewProfile {
    /// It draws pending hunks itself, so that nothing is shown by the means of plain LSP.
    pub draws_itself: bool,
    /// It takes diagnostics from the server.
    pub diagnostics: bool,
    /// It has code actions that are more than commands.
    pub action_literals: bool,
    /// It shows code lenses.
    pub lenses: bool,
    /// It can be told that its code lenses are old.
    pub refreshes_lenses: bool,
}

impl ReviewProfile {
    /// Reads the capabilities of `initialize`.
    pub fn new(capabilities: &ClientCapabilities, draws_itself: bool) -> Self {
        let document = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        Self {
            draws_itself,
            diagnostics: document.is_some_and(|it| it.publish_diagnostics.is_some()),
            action_literals: document
                .and_then(|it| it.code_action.as_ref())
                .is_some_and(|it| it.code_action_literal_support.is_some()),
            lenses: document.is_some_and(|it| it.code_lens.is_some()),
            refreshes_lenses: workspace
                .and_then(|it| it.code_lens.as_ref())
                .and_then(|it| it.refresh_support)
                .unwrap_or(false),
        }
    }
}
