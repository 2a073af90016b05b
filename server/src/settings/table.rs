//! The table of all settings: the one truth that values, `doctor` and docs/settings.md follow.

/// A setting.
#[derive(Debug)]
pub struct Spec {
    /// Its name: the table and the key of config.toml, joined by dots.
    pub key: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is where nobody says otherwise, as one would write it in the environment; empty
    /// for none.
    pub default: &'static str,
    /// The environment variable that sets it.
    pub env: Option<&'static str>,
    /// A sentence: what it is for.
    pub doc: &'static str,
}

/// What a setting may be.
#[derive(Debug)]
pub enum Kind {
    /// Any text of one line that is not empty.
    Text,
    /// A model as `provider/model`.
    Model,
    /// An `http` or `https` URL.
    Url,
    /// A text that is never shown.
    Secret,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Models as `provider/model`, with white space between, or a list of them.
    Models,
    /// Words with white space between, or a list of them.
    Words,
    /// Yes or no.
    Switch,
    /// US dollars, not negative.
    Dollars,
    /// A number from 0 to this, with decimals.
    Decimal(u32),
    /// Which models edit in which dialect, as `pattern=dialect` with white space between.
    Dialects,
    /// A whole number.
    Integer {
        /// The smallest.
        min: u64,
        /// The largest.
        max: u64,
        /// What is counted.
        unit: &'static str,
    },
}

/// A whole number within bounds.
pub const fn integer(min: u64, max: u64, unit: &'static str) -> Kind {
    Kind::Integer { min, max, unit }
}

/// A setting that is not set where nobody says otherwise.
pub const fn optional(key: &'static str, kind: Kind) -> Spec {
    Spec {
        key,
        kind,
        default: "",
        env: None,
        doc: "",
    }
}

/// How much a model is to think, in words.
pub const EFFORTS: [&str; 6] = ["none", "minimal", "low", "medium", "high", "max"];

/// All settings but those of providers and models, in the order in which they are shown.
pub static SETTINGS: &[Spec] = &[
    Spec {
        key: "model",
        kind: Kind::Model,
        default: "openai/gpt-5-mini",
        env: Some("ASIDE_MODEL"),
        doc: "The model of new sessions.",
    },
    Spec {
        key: "permission_mode",
        kind: Kind::Choice(&["ask", "acceptEdits", "readOnly", "full"]),
        default: "ask",
        env: Some("ASIDE_PERMISSION_MODE"),
        doc: "What new sessions may do unasked. From an editor `full` counts only in a workspace that you trust.",
    },
    Spec {
        doc: "The models that are asked where the session's own fails, in this order.",
        ..optional("fallback_models", Kind::Models)
    },
    Spec {
        doc: "How much models are to think, where nothing is said of the model itself; their own default if not set.",
        ..optional("reasoning_effort", Kind::Choice(&EFFORTS))
    },
    Spec {
        key: "providers.connect_timeout_s",
        kind: integer(1, 300, "s"),
        default: "10",
        env: None,
        doc: "How long connecting to a provider may take.",
    },
    Spec {
        key: "providers.first_byte_timeout_s",
        kind: integer(1, 3600, "s"),
        default: "120",
        env: None,
        doc: "How long a provider may take to begin its answer.",
    },
    Spec {
        key: "providers.idle_timeout_s",
        kind: integer(1, 3600, "s"),
        default: "120",
        env: None,
        doc: "How long a provider may be silent in the middle of an answer.",
    },
    Spec {
        key: "providers.total_timeout_s",
        kind: integer(1, 86_400, "s"),
        default: "1800",
        env: None,
        doc: "How long an answer may take in all.",
    },
    Spec {
        key: "providers.max_retries",
        kind: integer(0, 20, "retries"),
        default: "5",
        env: None,
        doc: "How often a request that failed for a passing reason (network, 408, 429, 5xx) is made again.",
    },
    Spec {
        key: "providers.retry_base_ms",
        kind: integer(1, 60_000, "ms"),
        default: "500",
        env: None,
        doc: "How long to wait before the first retry, with jitter; it doubles each time. What the provider asks for (`retry-after`) is the least that is waited.",
    },
    Spec {
        key: "providers.retry_cap_s",
        kind: integer(1, 3600, "s"),
        default: "60",
        env: None,
        doc: "The longest wait before a retry; a provider that asks for more is not asked again.",
    },
    Spec {
        key: "providers.min_interval_ms",
        kind: integer(0, 600_000, "ms"),
        default: "0",
        env: None,
        doc: "The least time between the starts of two requests to one provider, for plans that allow few of them.",
    },
    Spec {
        env: Some("ASIDE_PROXY"),
        doc: "The URL of an HTTP proxy for all providers that are not on this machine; may hold a user name and a password, so it is not shown. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count where it is not set.",
        ..optional("providers.proxy", Kind::Secret)
    },
    Spec {
        env: Some("ASIDE_CA_FILE"),
        doc: "A file of certificates in PEM, trusted beside those of the system, for companies with an authority of their own.",
        ..optional("providers.ca_file", Kind::Text)
    },
    Spec {
        key: "keys.store",
        kind: Kind::Choice(&["auto", "keyring", "file"]),
        default: "auto",
        env: None,
        doc: "Where `aside auth add` keeps keys: the system's keyring, an encrypted file, or whichever is there.",
    },
    Spec {
        doc: "A file to which each request's tokens and cost are added as a line of JSON; a relative path starts at the data directory.",
        ..optional("usage.ledger", Kind::Text)
    },
    Spec {
        key: "permission.timeout_s",
        kind: integer(1, 86_400, "s"),
        default: "600",
        env: None,
        doc: "How long a question for permission waits before it counts as refused.",
    },
    Spec {
        key: "editor.request_timeout_s",
        kind: integer(1, 300, "s"),
        default: "10",
        env: None,
        doc: "How long the editor may take to answer a request.",
    },
    Spec {
        key: "editor.edit_confirm_timeout_ms",
        kind: integer(1, 60_000, "ms"),
        default: "2000",
        env: None,
        doc: "How long the editor may take to report the text of an edit that it says it applied.",
    },
    Spec {
        key: "editor.diagnostics_wait_ms",
        kind: integer(0, 60_000, "ms"),
        default: "1000",
        env: None,
        doc: "How long an edit's result waits for the editor to report what the edit broke or mended, where the editor can be asked. With 0 it is not asked.",
    },
    Spec {
        key: "turn.max_iterations",
        kind: integer(1, 1000, "requests"),
        default: "50",
        env: None,
        doc: "How many requests to the model one turn may make.",
    },
    Spec {
        doc: "A limit on the tokens of each answer; the model's own if not set.",
        ..optional("turn.max_output_tokens", integer(16, 10_000_000, "tokens"))
    },
    Spec {
        key: "turn.max_parallel_reads",
        kind: integer(1, 64, "calls"),
        default: "4",
        env: None,
        doc: "How many tool calls that only read run at the same time.",
    },
    Spec {
        key: "turn.repeat_limit",
        kind: integer(1, 100, "calls"),
        default: "3",
        env: None,
        doc: "How often the same call with the same result is made before the next is refused.",
    },
    Spec {
        key: "turn.max_queued",
        kind: integer(1, 1000, "prompts"),
        default: "16",
        env: None,
        doc: "How many prompts of one session may wait while a turn runs.",
    },
    Spec {
        key: "turn.context_window",
        kind: integer(1024, 10_000_000, "tokens"),
        default: "128000",
        env: None,
        doc: "How much the model can be sent at once, where nothing else is known of it.",
    },
    Spec {
        key: "turn.tool_timeout_s",
        kind: integer(1, 86_400, "s"),
        default: "600",
        env: None,
        doc: "How long one tool call may work, waiting for permission not counted.",
    },
    Spec {
        key: "edits.mode",
        kind: Kind::Choice(&["apply", "propose"]),
        default: "apply",
        env: None,
        doc: "Whether edits are made at once and reviewed afterwards, or wait until they are accepted.",
    },
    Spec {
        key: "edits.confirm",
        kind: Kind::Choice(&["never", "always"]),
        default: "never",
        env: None,
        doc: "Whether the editor itself is to ask before it takes an edit, where it says that it can (`needsConfirmation`).",
    },
    Spec {
        key: "edits.dialects",
        kind: Kind::Dialects,
        default: "*codex*=applyPatch",
        env: None,
        doc: "How models are told to edit, by patterns of `provider/model` in which `*` stands for anything: `editFile` (all that no pattern names), `applyPatch`, or for models that call no tools `searchReplace`, and `wholeFile` for small ones. The first that fits counts.",
    },
    Spec {
        key: "files.max_read_mb",
        kind: integer(1, 1024, "MB"),
        default: "10",
        env: None,
        doc: "The largest file that is read or edited.",
    },
    Spec {
        doc: "Who searches the web for `web_search`: `tavily`, `brave`, or `searxng`, which needs `web.search.url`. Without it there is no such tool.",
        ..optional(
            "web.search.provider",
            Kind::Choice(&["tavily", "brave", "searxng"]),
        )
    },
    Spec {
        doc: "Where the search provider is, if not at its usual address.",
        ..optional("web.search.url", Kind::Url)
    },
    Spec {
        env: Some("TAVILY_API_KEY"),
        doc: "The key for Tavily; better kept in the environment. Never shown or logged.",
        ..optional("web.search.tavily_key", Kind::Secret)
    },
    Spec {
        env: Some("BRAVE_API_KEY"),
        doc: "The key for Brave Search; better kept in the environment. Never shown or logged.",
        ..optional("web.search.brave_key", Kind::Secret)
    },
    Spec {
        doc: "Hosts whose pages may be fetched although they are not public, such as `localhost:8080` or `*.example.com`.",
        ..optional("web.allow_hosts", Kind::Words)
    },
    Spec {
        key: "web.timeout_s",
        kind: integer(1, 600, "s"),
        default: "30",
        env: None,
        doc: "How long fetching a page or searching the web may take.",
    },
    Spec {
        key: "web.max_mb",
        kind: integer(1, 100, "MB"),
        default: "5",
        env: None,
        doc: "How much of a page is fetched.",
    },
    Spec {
        key: "sandbox.backend",
        kind: Kind::Choice(&[
            "auto",
            "bubblewrap",
            "landlock",
            "seatbelt",
            "container",
            "off",
        ]),
        default: "auto",
        env: Some("ASIDE_SANDBOX"),
        doc: "What confines the programs that the agent runs: the best that works on this system, one of them, a container of the image `sandbox.container.image`, or nothing. Where one is named and does not work, no program is run.",
    },
    Spec {
        doc: "The image that programs run in with the backend `container`. It has a shell, and what the project needs.",
        ..optional("sandbox.container.image", Kind::Text)
    },
    Spec {
        doc: "Where the engine of containers listens: a path, `unix://PATH` or `tcp://HOST:PORT`. Without one `DOCKER_HOST` and the usual places of Docker and Podman are looked at.",
        ..optional("sandbox.container.socket", Kind::Text)
    },
    Spec {
        key: "sandbox.container.pull",
        kind: Kind::Choice(&["never", "missing"]),
        default: "never",
        env: None,
        doc: "Whether the image is got from its registry where it is missing.",
    },
    Spec {
        key: "sandbox.container.pool",
        kind: integer(0, 8, "containers"),
        default: "1",
        env: None,
        doc: "How many containers are kept ready for the next sessions.",
    },
    Spec {
        key: "sandbox.container.idle_s",
        kind: integer(10, 86_400, "s"),
        default: "600",
        env: None,
        doc: "A container in which nothing has run for so long is removed.",
    },
    Spec {
        key: "sandbox.network",
        kind: Kind::Choice(&["off", "on"]),
        default: "off",
        env: None,
        doc: "Whether programs reach the network. With `off` a command that means to, as far as Aside sees, is asked about, and has it for that one call.",
    },
    Spec {
        key: "sandbox.memory_mb",
        kind: integer(64, 1_048_576, "MB"),
        default: "8192",
        env: None,
        doc: "How much memory a command may take, with all that it starts.",
    },
    Spec {
        key: "sandbox.processes",
        kind: integer(8, 65_536, "processes"),
        default: "1024",
        env: None,
        doc: "How many processes a command may have at one time.",
    },
    Spec {
        doc: "Variables of the environment that programs get though their names look like those of secrets.",
        ..optional("sandbox.env", Kind::Words)
    },
    Spec {
        key: "bash.timeout_s",
        kind: integer(1, 604_800, "s"),
        default: "3600",
        env: None,
        doc: "How long a command may work, in the background too, before it is stopped. The model may say less.",
    },
    Spec {
        key: "bash.background_after_s",
        kind: integer(1, 3600, "s"),
        default: "120",
        env: None,
        doc: "After how long a command goes on in the background, so that the model need not wait.",
    },
    Spec {
        key: "bash.max_output_kb",
        kind: integer(1, 48, "KB"),
        default: "32",
        env: None,
        doc: "How much of a command's output the model is shown at once; the middle of more is left out.",
    },
    Spec {
        key: "bash.max_jobs",
        kind: integer(1, 64, "commands"),
        default: "8",
        env: None,
        doc: "How many commands of one session may work in the background.",
    },
    Spec {
        key: "transport.max_message_mb",
        kind: integer(1, 1024, "MB"),
        default: "32",
        env: None,
        doc: "The largest message that an editor may send; a larger one is skipped.",
    },
    Spec {
        key: "storage.busy_timeout_ms",
        kind: integer(1, 600_000, "ms"),
        default: "5000",
        env: None,
        doc: "How long to wait for the database while another server writes to it.",
    },
    Spec {
        key: "log.level",
        kind: Kind::Text,
        default: "info",
        env: Some("ASIDE_LOG"),
        doc: "What is logged: `error`, `warn`, `info`, `debug`, `trace`, `off`, or a filter as `RUST_LOG` takes it.",
    },
    Spec {
        key: "log.max_file_mb",
        kind: integer(1, 1024, "MB"),
        default: "5",
        env: None,
        doc: "How large a log file grows before a new one is begun.",
    },
    Spec {
        key: "log.files",
        kind: integer(1, 100, "files"),
        default: "3",
        env: None,
        doc: "How many log files are kept, the one that is written to included.",
    },
];

/// The setting of that name.
pub fn find(key: &str) -> Option<&'static Spec> {
    SETTINGS.iter().find(|spec| spec.key == key)
}
