//! The settings as the program uses them.
use std::collections::BTreeMap;
use std::time::Duration;

use aside_agent::editing::EditMode;
use aside_llm::Secret;
use aside_protocol::PermissionMode;

use super::Entry;
use super::dialects::{self, Dialects};
use super::value::Value;

/// Where OpenAI itself is.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// Bytes of a megabyte, as settings count them.
const MB: u64 = 1024 * 1024;

/// The settings in force. docs/settings.md says what each is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// As `provider/model`.
    pub model: String,
    /// Of new sessions.
    pub permission_mode: PermissionMode,
    /// Providers of models.
    pub providers: Providers,
    /// Asking for permission.
    pub permission: Permission,
    /// Talking to the editor.
    pub editor: Editor,
    /// The bounds of a turn.
    pub turn: Turn,
    /// Edits of the agent.
    pub edits: Edits,
    /// Reading files.
    pub files: Files,
    /// The connection to the editor.
    pub transport: Transport,
    /// The database.
    pub storage: Storage,
    /// The log.
    pub log: Log,
}

/// Providers of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Providers {
    /// The provider `openai`, or a server compatible with it.
    pub openai: OpenAi,
    /// In seconds.
    pub connect_timeout_s: u64,
    /// In seconds.
    pub first_byte_timeout_s: u64,
    /// In seconds.
    pub idle_timeout_s: u64,
}

/// The provider `openai`, or a server compatible with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAi {
    /// With no `/` at its end.
    pub base_url: String,
    /// `None` for servers that need none.
    pub api_key: Option<Secret>,
}

impl OpenAi {
    /// Whether this is OpenAI, which needs a key, and not a compatible server.
    pub fn is_openai_itself(&self) -> bool {
        self.base_url == OPENAI_BASE_URL
    }
}

/// Asking for permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// In seconds.
    pub timeout_s: u64,
}

impl Permission {
    /// How long a question waits.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }
}

/// Talking to the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// In seconds.
    pub request_timeout_s: u64,
    /// In milliseconds.
    pub edit_confirm_timeout_ms: u64,
}

impl Editor {
    /// How long the editor may take to answer a request.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    /// How long the editor may take to report the text of an edit.
    pub fn edit_confirm_timeout(&self) -> Duration {
        Duration::from_millis(self.edit_confirm_timeout_ms)
    }
}

/// The bounds of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Requests to the model.
    pub max_iterations: u32,
    /// Tool calls at the same time.
    pub max_parallel_reads: usize,
    /// Calls of the same kind with the same result.
    pub repeat_limit: u32,
    /// Prompts that wait.
    pub max_queued: usize,
    /// In tokens.
    pub context_window: u64,
    /// In seconds.
    pub tool_timeout_s: u64,
}

impl Turn {
    /// How long one tool call may work.
    pub fn tool_timeout(&self) -> Duration {
        Duration::from_secs(self.tool_timeout_s)
    }
}

/// Edits of the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edits {
    /// Made at once, or proposed.
    pub mode: EditMode,
    /// Whether the editor is to ask before it takes one.
    pub confirm: bool,
    /// How each model is told to edit.
    pub dialects: Dialects,
}

/// Reading files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// In megabytes.
    pub max_read_mb: u64,
}

impl Files {
    /// The largest file that is read, in bytes.
    pub fn max_read_bytes(&self) -> u64 {
        self.max_read_mb.saturating_mul(MB)
    }
}

/// The connection to the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport {
    /// In megabytes.
    pub max_message_mb: u64,
}

impl Transport {
    /// The largest message, in bytes.
    pub fn max_message_bytes(&self) -> usize {
        usize::try_from(self.max_message_mb.saturating_mul(MB)).unwrap_or(usize::MAX)
    }
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// In milliseconds.
    pub busy_timeout_ms: u64,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A level, or a filter as `RUST_LOG` takes it.
    pub level: String,
    /// In megabytes.
    pub max_file_mb: u64,
    /// How many are kept.
    pub files: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self::from_entries(&super::defaults())
    }
}

impl Settings {
    /// A test shows that each setting of the table is read here, as what it is.
    pub(super) fn from_entries(entries: &BTreeMap<&'static str, Entry>) -> Self {
        let read = Reader(entries);
        Self {
            model: read.text("model"),
            permission_mode: read.mode("permission_mode"),
            providers: Providers {
                openai: OpenAi {
                    base_url: read.text("providers.openai.base_url"),
                    api_key: read.secret("providers.openai.api_key"),
                },
                connect_timeout_s: read.integer("providers.connect_timeout_s"),
                first_byte_timeout_s: read.integer("providers.first_byte_timeout_s"),
                idle_timeout_s: read.integer("providers.idle_timeout_s"),
            },
            permission: Permission {
                timeout_s: read.integer("permission.timeout_s"),
            },
            editor: Editor {
                request_timeout_s: read.integer("editor.request_timeout_s"),
                edit_confirm_timeout_ms: read.integer("editor.edit_confirm_timeout_ms"),
            },
            turn: Turn {
                max_iterations: read.u32("turn.max_iterations"),
                max_parallel_reads: read.usize("turn.max_parallel_reads"),
                repeat_limit: read.u32("turn.repeat_limit"),
                max_queued: read.usize("turn.max_queued"),
                context_window: read.integer("turn.context_window"),
                tool_timeout_s: read.integer("turn.tool_timeout_s"),
            },
            edits: Edits {
                mode: match read.text("edits.mode").as_str() {
                    "propose" => EditMode::Propose,
                    _ => EditMode::Apply,
                },
                confirm: read.text("edits.confirm") == "always",
                dialects: dialects::parse(&read.text("edits.dialects")).unwrap_or_default(),
            },
            files: Files {
                max_read_mb: read.integer("files.max_read_mb"),
            },
            transport: Transport {
                max_message_mb: read.integer("transport.max_message_mb"),
            },
            storage: Storage {
                busy_timeout_ms: read.integer("storage.busy_timeout_ms"),
            },
            log: Log {
                level: read.text("log.level"),
                max_file_mb: read.integer("log.max_file_mb"),
                files: read.usize("log.files"),
            },
        }
    }
}

struct Reader<'a>(&'a BTreeMap<&'static str, Entry>);

impl Reader<'_> {
    fn text(&self, key: &str) -> String {
        match self.0.get(key).map(|entry| &entry.value) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Unset | Value::Integer(_) | Value::Secret(_)) | None => String::new(),
        }
    }

    fn integer(&self, key: &str) -> u64 {
        match self.0.get(key).map(|entry| &entry.value) {
            Some(Value::Integer(number)) => *number,
            Some(Value::Unset | Value::Text(_) | Value::Secret(_)) | None => 0,
        }
    }

    fn u32(&self, key: &str) -> u32 {
        u32::try_from(self.integer(key)).unwrap_or(u32::MAX)
    }

    fn usize(&self, key: &str) -> usize {
        usize::try_from(self.integer(key)).unwrap_or(usize::MAX)
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        match self.0.get(key).map(|entry| &entry.value) {
            Some(Value::Secret(secret)) => Some(secret.clone()),
            Some(Value::Unset | Value::Text(_) | Value::Integer(_)) | None => None,
        }
    }

    fn mode(&self, key: &str) -> PermissionMode {
        match self.text(key).as_str() {
            "acceptEdits" => PermissionMode::AcceptEdits,
            "readOnly" => PermissionMode::ReadOnly,
            "full" => PermissionMode::Full,
            _ => PermissionMode::Ask,
        }
    }
}
