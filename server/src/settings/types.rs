//! The settings as the program uses them.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use aside_agent::editing::EditMode;
use aside_llm::catalog::ProviderSettings;
use aside_llm::{Effort, Network, RetryPolicy, Secret};
use aside_protocol::PermissionMode;

use super::Entry;
use super::dialects::{self, Dialects};
use super::items::{Checker, CommandTool, Database, Hook, Item, McpServer, Rule};
use super::value::Value;
use crate::trust::Guard;

/// Bytes of a megabyte, as settings count them.
const MB: u64 = 1024 * 1024;

/// The settings in force. docs/settings.md says what each is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// As `provider/model`.
    pub model: String,
    /// Those that are asked where the session's own fails.
    pub fallback_models: Vec<String>,
    /// How much models are to think, where nothing is said of the model itself.
    pub effort: Option<Effort>,
    /// Of new sessions.
    pub permission_mode: PermissionMode,
    /// Providers of models.
    pub providers: Providers,
    /// Where keys are kept.
    pub keys: KeyPlace,
    /// Counting tokens and costs.
    pub usage: Usage,
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
    /// Pages of the web and searching it.
    pub web: Web,
    /// Programs that the agent runs.
    pub commands: Commands,
    /// The connection to the editor.
    pub transport: Transport,
    /// The database.
    pub storage: Storage,
    /// The log.
    pub log: Log,
    /// Programs that run at moments of a session, in their order.
    pub hooks: Vec<Hook>,
    /// Tools that are commands.
    pub tools: Vec<CommandTool>,
    /// Databases whose schema can be fetched.
    pub databases: Vec<Database>,
    /// MCP servers.
    pub mcp_servers: Vec<McpServer>,
    /// Rules of permission; those of the workspace after the user's.
    pub rules: Vec<Rule>,
    /// What checks files.
    pub checkers: Vec<Checker>,
    /// Asked before anything of the workspace acts. `None` where nothing of it is trusted.
    pub trust: Option<Guard>,
}

/// Providers of models.
#[derive(Debug, Clone, PartialEq)]
pub struct Providers {
    /// What the user says of each, by its id.
    pub own: BTreeMap<String, ProviderSettings>,
    /// Those whose address may be a stranger's: keys that were added are not sent there.
    pub strange: BTreeSet<String>,
    /// In seconds.
    pub connect_timeout_s: u64,
    /// In seconds.
    pub first_byte_timeout_s: u64,
    /// In seconds.
    pub idle_timeout_s: u64,
    /// In seconds.
    pub total_timeout_s: u64,
    /// In milliseconds.
    pub min_interval_ms: u64,
    /// When and how often requests are made again.
    pub retry: RetryPolicy,
    /// The way there.
    pub network: Network,
}

/// Where `aside auth add` keeps keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the keyring, if there is one, else in the file.
    Auto,
    /// In the system's keyring.
    Keyring,
    /// In an encrypted file.
    File,
}

/// Counting tokens and costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// A file to which each request is added.
    pub ledger: Option<PathBuf>,
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
    /// In milliseconds.
    pub diagnostics_wait_ms: u64,
}

impl Editor {
    /// How long the editor may take to answer a request.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s)
    }

    /// How long an edit's result waits for what the editor reports of it.
    pub fn diagnostics_wait(&self) -> Duration {
        Duration::from_millis(self.diagnostics_wait_ms)
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
    /// Of each answer.
    pub max_output_tokens: Option<u32>,
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

/// Pages of the web and searching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// `tavily`, `brave` or `searxng`.
    pub search_provider: Option<String>,
    /// Where it is, if not at its usual address.
    pub search_url: Option<String>,
    /// Of Tavily.
    pub tavily_key: Option<Secret>,
    /// Of Brave Search.
    pub brave_key: Option<Secret>,
    /// Hosts that are let through although they are not public.
    pub allow_hosts: Vec<String>,
    /// In seconds.
    pub timeout_s: u64,
    /// In megabytes.
    pub max_mb: u64,
}

/// Programs that the agent runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// What confines them: `auto`, the name of one, or `off`.
    pub backend: String,
    /// With the backend `container`.
    pub container: Container,
    /// Whether they reach the network unasked.
    pub has_network: bool,
    /// In megabytes.
    pub memory_mb: u64,
    /// At one time.
    pub processes: u64,
    /// Variables that look like secrets and are passed on.
    pub environment: Vec<String>,
    /// In seconds.
    pub timeout_s: u64,
    /// In seconds.
    pub background_after_s: u64,
    /// In kilobytes.
    pub max_output_kb: usize,
    /// Of one session.
    pub max_jobs: usize,
}

/// What programs run in with the backend `container`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Empty where none is set.
    pub image: String,
    /// Where the engine listens, if it is not in one of the usual places.
    pub socket: Option<String>,
    /// Whether a missing image is got.
    pub pulls: bool,
    /// How many are kept ready.
    pub pool: usize,
    /// In seconds.
    pub idle_s: u64,
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
    pub(super) fn from_entries(entries: &BTreeMap<String, Entry>) -> Self {
        let read = Reader(entries);
        Self {
            model: read.text("model"),
            fallback_models: read
                .text("fallback_models")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            effort: read
                .optional("reasoning_effort")
                .and_then(|word| Effort::of_word(&word)),
            permission_mode: read.mode("permission_mode"),
            providers: Providers {
                own: super::families::collect(entries),
                strange: BTreeSet::new(),
                connect_timeout_s: read.integer("providers.connect_timeout_s"),
                first_byte_timeout_s: read.integer("providers.first_byte_timeout_s"),
                idle_timeout_s: read.integer("providers.idle_timeout_s"),
                total_timeout_s: read.integer("providers.total_timeout_s"),
                min_interval_ms: read.integer("providers.min_interval_ms"),
                retry: RetryPolicy {
                    max_retries: read.u32("providers.max_retries"),
                    base: Duration::from_millis(read.integer("providers.retry_base_ms")),
                    cap: Duration::from_secs(read.integer("providers.retry_cap_s")),
                },
                network: Network {
                    proxy: read.secret("providers.proxy"),
                    ca_file: read.optional("providers.ca_file").map(PathBuf::from),
                },
            },
            keys: match read.text("keys.store").as_str() {
                "keyring" => KeyPlace::Keyring,
                "file" => KeyPlace::File,
                _ => KeyPlace::Auto,
            },
            usage: Usage {
                ledger: read.optional("usage.ledger").map(PathBuf::from),
            },
            permission: Permission {
                timeout_s: read.integer("permission.timeout_s"),
            },
            editor: Editor {
                request_timeout_s: read.integer("editor.request_timeout_s"),
                edit_confirm_timeout_ms: read.integer("editor.edit_confirm_timeout_ms"),
                diagnostics_wait_ms: read.integer("editor.diagnostics_wait_ms"),
            },
            turn: Turn {
                max_iterations: read.u32("turn.max_iterations"),
                max_output_tokens: match read.u32("turn.max_output_tokens") {
                    0 => None,
                    limit => Some(limit),
                },
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
            web: Web {
                search_provider: read.optional("web.search.provider"),
                search_url: read.optional("web.search.url"),
                tavily_key: read.secret("web.search.tavily_key"),
                brave_key: read.secret("web.search.brave_key"),
                allow_hosts: read
                    .text("web.allow_hosts")
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect(),
                timeout_s: read.integer("web.timeout_s"),
                max_mb: read.integer("web.max_mb"),
            },
            commands: Commands {
                backend: read.text("sandbox.backend"),
                container: Container {
                    image: read.optional("sandbox.container.image").unwrap_or_default(),
                    socket: read.optional("sandbox.container.socket"),
                    pulls: read.text("sandbox.container.pull") == "missing",
                    pool: read.usize("sandbox.container.pool"),
                    idle_s: read.integer("sandbox.container.idle_s"),
                },
                has_network: read.text("sandbox.network") == "on",
                memory_mb: read.integer("sandbox.memory_mb"),
                processes: read.integer("sandbox.processes"),
                environment: read
                    .text("sandbox.env")
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect(),
                timeout_s: read.integer("bash.timeout_s"),
                background_after_s: read.integer("bash.background_after_s"),
                max_output_kb: read.usize("bash.max_output_kb"),
                max_jobs: read.usize("bash.max_jobs"),
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
            hooks: Vec::new(),
            tools: Vec::new(),
            databases: Vec::new(),
            mcp_servers: Vec::new(),
            rules: Vec::new(),
            checkers: Vec::new(),
            trust: None,
        }
    }

    /// Takes the entries of several values.
    pub(super) fn take_items(&mut self, items: &[(String, Item, String)]) {
        for (_, item, _) in items {
            match item.clone() {
                Item::Hook(hook) => self.hooks.push(hook),
                Item::Tool(tool) => self.tools.push(tool),
                Item::Database(database) => self.databases.push(database),
                Item::Server(server) => self.mcp_servers.push(server),
                Item::Rule(rule) => self.rules.push(rule),
                Item::Checker(checker) => self.checkers.push(checker),
            }
        }
    }
}

struct Reader<'a>(&'a BTreeMap<String, Entry>);

impl Reader<'_> {
    fn text(&self, key: &str) -> String {
        match self.0.get(key).map(|entry| &entry.value) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Unset | Value::Integer(_) | Value::Number(_) | Value::Secret(_)) | None => {
                String::new()
            }
        }
    }

    fn optional(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    fn integer(&self, key: &str) -> u64 {
        match self.0.get(key).map(|entry| &entry.value) {
            Some(Value::Integer(number)) => *number,
            Some(Value::Unset | Value::Text(_) | Value::Number(_) | Value::Secret(_)) | None => 0,
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
            Some(Value::Unset | Value::Text(_) | Value::Integer(_) | Value::Number(_)) | None => {
                None
            }
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
