//! What client and server announce under `capabilities.experimental.aside`.
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the protocol that this crate describes.
pub const PROTOCOL_VERSION: u32 = 1;

/// What a client can do. A client that does not announce itself is spoken to in standard
/// LSP only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct AsideClientCapabilities {
    /// Wants `chat/event` notifications.
    pub events: bool,
    /// Answers `chat/requestPermission`.
    pub permission: bool,
    /// Answers `chat/elicit`.
    pub elicitation: bool,
    /// Draws pending hunks itself.
    pub review: bool,
    /// Which `editor/*` requests it answers.
    pub editor: Vec<EditorCapability>,
}

impl AsideClientCapabilities {
    /// Reads the client's `capabilities.experimental`; `None` where `aside` is not in it or
    /// not an object. What is unknown or of a wrong type counts as not announced, so that a
    /// newer or sloppy client can still start.
    pub fn from_experimental(experimental: Option<&Value>) -> Option<Self> {
        let aside = experimental?.get("aside")?.as_object()?;
        let flag = |name: &str| aside.get(name).and_then(Value::as_bool).unwrap_or(false);
        let editor = match aside.get("editor") {
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(|name| EditorCapability::deserialize(name).ok())
                .collect(),
            _ => Vec::new(),
        };
        Some(Self {
            events: flag("events"),
            permission: flag("permission"),
            elicitation: flag("elicitation"),
            review: flag("review"),
            editor,
        })
    }
}

/// What an editor can tell the server when it is asked by an `editor/*` request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum EditorCapability {
    /// Diagnostics of all its language servers.
    Diagnostics,
    /// Where a symbol is defined.
    Definition,
    /// Where a symbol is used.
    References,
    /// What is known of a symbol.
    Hover,
    /// The symbols of a document.
    DocumentSymbols,
    /// The symbols of the workspace.
    WorkspaceSymbols,
    /// What the user has selected.
    Selection,
    /// Which documents are open.
    OpenDocuments,
}

/// What the server can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AsideServerCapabilities {
    /// The version of the protocol; 1.
    #[cfg_attr(feature = "schema", schemars(extend("const" = PROTOCOL_VERSION)))]
    pub protocol_version: u32,
    /// The methods that the server answers.
    pub methods: Vec<String>,
    /// The server's own version.
    pub version: String,
}
