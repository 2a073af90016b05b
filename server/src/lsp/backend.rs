//! The methods of plain LSP.
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use aside_protocol::{AsideServerCapabilities, PROTOCOL_VERSION, methods};
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, ConfigurationItem,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    ExecuteCommandOptions, ExecuteCommandParams, InitializeParams, InitializeResult,
    InitializedParams, MessageType, OneOf, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use tower_lsp::{LanguageServer, async_trait};

use super::client::ClientProfile;
use super::commands;
use super::documents::uri_to_path;
use super::review::{self, ReviewProfile};
use super::shared::{Shared, ToTell};
use super::transport::parent_gone;

/// The LSP server.
pub struct Backend {
    /// What all handlers share.
    pub shared: Arc<Shared>,
    /// When the server started.
    pub started: Instant,
    /// Fires when the editor's process is gone.
    pub parent: tokio::sync::mpsc::Sender<()>,
}

#[async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let profile = ClientProfile::new(&params);
        self.shared.documents.set_encoding(profile.encoding);
        let (encoding, review) = (profile.encoding, profile.review);
        self.shared.set_profile(profile);
        self.shared.set_folders(folders(&params));
        if let Some(options) = params.initialization_options {
            self.shared.set_editor_settings(own_section(options));
        }
        self.resolve_settings().await;
        if let Some(pid) = params.process_id {
            let gone = self.parent.clone();
            tokio::spawn(async move {
                parent_gone(pid).await;
                let _ = gone.send(()).await;
            });
        }
        Ok(InitializeResult {
            capabilities: capabilities(encoding, review),
            server_info: Some(ServerInfo {
                name: "aside".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if let Some(profile) = self.shared.profile() {
            crate::seen::remember(&self.shared.dirs, profile);
        }
        self.pull_settings();
        self.shared.offer_tools();
    }

    async fn shutdown(&self) -> Result<()> {
        if let Some(engine) = self.shared.engine_if_any() {
            engine.sync_all().await;
        }
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        if let Some(path) = uri_to_path(&params.text_document.uri)
            && self.shared.adopt_root_of(&path)
        {
            self.shared.offer_tools();
        }
        let document = params.text_document;
        let uri = document.uri.clone();
        if let Err(error) =
            self.shared
                .documents
                .open(document.uri, document.version, &document.text)
        {
            self.complain(error.to_string()).await;
        }
        review::on_open(&self.shared, &uri).await;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        if let Err(error) =
            self.shared
                .documents
                .change(&document.uri, document.version, params.content_changes)
        {
            self.complain(error.to_string()).await;
        }
        super::editor::forget_carried(&self.shared, &document.uri);
        review::on_change(&self.shared, &document.uri);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        if let Err(error) = self.shared.documents.saved(&params.text_document.uri) {
            self.complain(error.to_string()).await;
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        if let Err(error) = self.shared.documents.close(&uri) {
            self.complain(error.to_string()).await;
        }
        review::on_close(&self.shared, &uri).await;
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        match params.settings {
            Value::Object(mut settings) => {
                let own = settings.remove("aside");
                let own = own.unwrap_or(Value::Object(settings));
                self.shared.set_editor_settings(own_section(own));
                self.resolve_settings().await;
            }
            // Editors that let themselves be asked send nothing.
            _ => self.pull_settings(),
        }
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let removed: Vec<PathBuf> = params
            .event
            .removed
            .iter()
            .filter_map(|folder| uri_to_path(&folder.uri))
            .collect();
        let mut folders = self.shared.folders();
        folders.retain(|folder| !removed.contains(folder));
        folders.extend(
            params
                .event
                .added
                .iter()
                .filter_map(|folder| uri_to_path(&folder.uri)),
        );
        self.shared.set_folders(folders);
        self.shared.offer_tools();
        if let Some(engine) = self.shared.engine_if_any() {
            engine.mcp().roots_changed().await;
        }
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        super::editor::note_carried(&self.shared, &params);
        Ok(Some(review::actions(&self.shared, params).await))
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        Ok(Some(
            review::lenses(&self.shared, &params.text_document.uri).await,
        ))
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        commands::execute(&self.shared, params).await
    }
}

impl Backend {
    /// A notification that cannot be followed has no answer, so the log of the editor gets it.
    async fn complain(&self, message: String) {
        tracing::warn!("{message}");
        self.shared
            .client
            .log_message(MessageType::WARNING, message)
            .await;
    }

    async fn resolve_settings(&self) {
        tell_of_settings(&self.shared).await;
    }

    /// Asks the editor for its settings, where it can be asked.
    fn pull_settings(&self) {
        if !self
            .shared
            .profile()
            .is_some_and(|profile| profile.configuration)
        {
            return;
        }
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let params = tower_lsp::lsp_types::ConfigurationParams {
                items: vec![ConfigurationItem {
                    scope_uri: None,
                    section: Some("aside".to_owned()),
                }],
            };
            let limit = shared.settings().editor.request_timeout();
            let answer = super::transport::request_with_timeout::<
                tower_lsp::lsp_types::request::WorkspaceConfiguration,
            >(&shared.client, params, limit)
            .await;
            let Ok(mut sections) = answer else {
                return;
            };
            let Some(own @ Value::Object(_)) = sections.pop() else {
                return;
            };
            shared.set_editor_settings(own);
            tell_of_settings(&shared).await;
        });
    }
}

/// Puts the settings in force. What is wrong with them goes to the editor's log; that the
/// workspace's own are not active is shown to the user.
pub async fn tell_of_settings(shared: &Shared) {
    tell(shared, shared.resolve_settings()).await;
}

/// Tells what is new of the settings.
pub async fn tell(shared: &Shared, told: ToTell) {
    for warning in told.warnings {
        let warning = format!("settings: {warning}");
        tracing::warn!("{warning}");
        shared
            .client
            .log_message(MessageType::WARNING, warning)
            .await;
    }
    if let Some(notice) = told.notice {
        shared.client.show_message(MessageType::INFO, notice).await;
    }
}

/// Editors send the settings themselves, or with the section's name around them.
fn own_section(settings: Value) -> Value {
    match settings {
        Value::Object(mut all) => match all.remove("aside") {
            Some(own @ Value::Object(_)) => own,
            _ => Value::Object(all),
        },
        other => other,
    }
}

#[allow(deprecated, reason = "older clients send rootUri or rootPath alone")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = &params.workspace_folders
        && !folders.is_empty()
    {
        return folders
            .iter()
            .filter_map(|folder| uri_to_path(&folder.uri))
            .collect();
    }
    let from_uri = params.root_uri.as_ref().and_then(uri_to_path);
    let from_path = || params.root_path.as_ref().map(PathBuf::from);
    from_uri.or_else(from_path).into_iter().collect()
}

fn capabilities(
    encoding: super::documents::PositionEncoding,
    review: ReviewProfile,
) -> ServerCapabilities {
    let own = AsideServerCapabilities {
        protocol_version: PROTOCOL_VERSION,
        methods: methods::CLIENT_REQUESTS
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut capabilities = ServerCapabilities {
        position_encoding: Some(encoding.to_lsp()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            },
        )),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::NAMES
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        experimental: Some(json!({ "aside": own })),
        ..ServerCapabilities::default()
    };
    review::announce(review, &mut capabilities);
    capabilities
}
