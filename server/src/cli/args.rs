//! What can be typed.
mod auth;
mod mcp;
mod permission;
mod tools;
mod trust;

pub use auth::{AuthArgs, AuthCommand};
pub use mcp::{McpAddArgs, McpArgs, McpCommand, McpServeArgs};
pub use permission::{
    ExplainArgs, PermissionArgs, PermissionCommand, RuleArgs, RuleWord, ScopeWord,
};
pub use tools::{ToolsArgs, ToolsCommand};
pub use trust::{AuditArgs, AuditCommand, TrustArgs};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The AI agent that lives beside your editor.
///
/// Aside reads what you see in your editor, unsaved changes included, and its edits arrive in
/// your own buffers. Start with `aside demo`, then `aside doctor`.
#[derive(Debug, Parser)]
#[command(name = "aside", version, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused, 130 cancelled.
Settings come from config.toml, the editor, and the environment; `aside doctor --settings`
lists them all with their values and where each comes from.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve an editor: the Language Server Protocol on standard input and output.
    Lsp(LspArgs),
    /// Run one prompt without an editor; edits go to the files on disk.
    Run(RunArgs),
    /// List, show or delete the conversations of this workspace.
    Sessions(SessionsArgs),
    /// Review the agent's edits, try the edit engine from the shell, see how well models edit.
    Edits(EditsArgs),
    /// Take the agent's last turn back: its edits, and its place in the conversation.
    Undo(UndoArgs),
    /// Keep keys of providers, list and test them.
    Auth(AuthArgs),
    /// List models: what each can do, what it costs, and whether it can be used.
    Models(ModelsArgs),
    /// Count the tokens of a text, exactly where the model's tokenizer is public.
    Tokens(TokensArgs),
    /// Show how many tokens were used, and what they cost.
    Usage(UsageArgs),
    /// List and change the rules of permission, and explain what they say to a command.
    Permission(PermissionArgs),
    /// List the tools, and call one without a model.
    Tools(ToolsArgs),
    /// List, try, add and remove servers of tools that speak MCP.
    Mcp(McpArgs),
    /// See what this folder brings along (settings, hooks, MCP servers) and let it be active.
    Trust(TrustArgs),
    /// Show what was done and who allowed it, and check that nobody changed that record.
    Audit(AuditArgs),
    /// Show what is set up, what is not, and what to do about it.
    Doctor(DoctorArgs),
    /// See Aside fix a small program. Needs no key and no network.
    Demo(DemoArgs),
}

/// Arguments of `aside lsp`.
#[derive(Debug, Args)]
pub struct LspArgs {
    /// For editors that insist on it; standard input and output are used anyway.
    #[arg(long)]
    pub stdio: bool,
}

/// Arguments of `aside run`.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct RunArgs {
    /// Go on with this session.
    #[arg(long, value_name = "ID", conflicts_with = "continue_last")]
    pub session: Option<String>,
    /// Go on with the newest session of this folder.
    #[arg(long = "continue")]
    pub continue_last: bool,
    /// The model, as provider/model.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// What may be done unasked.
    #[arg(long, value_name = "MODE")]
    pub permission_mode: Option<Mode>,
    /// Send this file along: a picture, a PDF file, or text. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    /// Print each event as a line of JSON (the params of `chat/event`).
    #[arg(long)]
    pub json: bool,
    /// What to do; `-`, or nothing in a pipe, reads it from standard input.
    pub prompt: Option<String>,
}

const RUN_EXAMPLES: &str = "\
Examples:
  aside run \"why does the build fail?\"
  aside run --permission-mode acceptEdits \"fix the failing test\"
  git diff | aside run --json -
  aside run --attach screenshot.png \"why does the dialog look like this?\"
With no terminal to ask on, mode `ask` refuses edits and the exit code is 3.
Ctrl-C cancels the turn; a second one quits.";

/// Permission modes, spelled as on the wire.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "camelCase")]
pub enum Mode {
    /// Ask before each edit.
    Ask,
    /// Edit files unasked.
    AcceptEdits,
    /// Only read.
    ReadOnly,
    /// Do everything unasked, inside the workspace.
    Full,
}

impl Mode {
    /// As the protocol has it.
    pub fn to_wire(self) -> aside_protocol::PermissionMode {
        match self {
            Self::Ask => aside_protocol::PermissionMode::Ask,
            Self::AcceptEdits => aside_protocol::PermissionMode::AcceptEdits,
            Self::ReadOnly => aside_protocol::PermissionMode::ReadOnly,
            Self::Full => aside_protocol::PermissionMode::Full,
        }
    }
}

/// Arguments of `aside sessions`.
#[derive(Debug, Args)]
pub struct SessionsArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: SessionsCommand,
}

/// The commands of `aside sessions`.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// List the sessions of this folder, pinned first, then newest.
    List {
        /// Only those whose title contains this.
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
        /// How many at most.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
        /// Print `session/list` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one session.
    Show {
        /// Its id, or the start of it if no other begins so.
        id: String,
        /// Print its items as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete one session for good.
    Delete {
        /// Its id.
        id: String,
    },
}

/// Arguments of `aside edits`.
#[derive(Debug, Args)]
pub struct EditsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: EditsCommand,
}

/// The commands of `aside edits`.
#[derive(Debug, Subcommand)]
pub enum EditsCommand {
    /// List the edits of this folder that wait for you.
    List {
        /// Those that are reviewed too.
        #[arg(long)]
        all: bool,
        /// Only those of this session.
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        /// Print `edit/list` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Keep edits or hunks; a proposed one is made.
    Accept(ResolveArgs),
    /// Take edits or hunks back.
    Reject(ResolveArgs),
    /// Apply a patch, or SEARCH/REPLACE blocks, to files. Needs no model.
    #[command(after_help = APPLY_EXAMPLES)]
    Apply {
        /// How the edit is written.
        #[arg(long)]
        dialect: ApplyDialect,
        /// The folder that its paths are relative to; nothing outside it is touched.
        #[arg(long, value_name = "DIR")]
        root: PathBuf,
        /// Print a report as JSON.
        #[arg(long)]
        json: bool,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
        /// The edit; `-` reads it from standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Apply an `edit_file` call, read as JSON from standard input, to one file. Needs no model.
    #[command(after_help = MATCH_EXAMPLES)]
    Match {
        /// The file that is edited.
        #[arg(long, value_name = "FILE")]
        path: PathBuf,
        /// Print a report as JSON.
        #[arg(long)]
        json: bool,
        /// Only say what would be done.
        #[arg(long)]
        dry_run: bool,
    },
    /// Show how often each model's edits matched at the first try, by dialect.
    Stats {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run every recorded attempt through the engine again and compare.
    Replay {
        /// Print each attempt that goes differently as a line of JSON.
        #[arg(long)]
        json: bool,
    },
}

const APPLY_EXAMPLES: &str = "\
Examples:
  aside edits apply --dialect v4a --root . change.patch
  git diff | aside edits apply --dialect unified --root ../copy --json -
All files are changed or none. The exit code is 0 if the edit was made and 1 if it was refused.";

const MATCH_EXAMPLES: &str = "\
Example:
  echo '{\"edits\": [{\"old_text\": \"a - b\", \"new_text\": \"a + b\"}]}' |
    aside edits match --path src/add.py --json
The exit code is 0 if the edit was made and 1 if it was refused.";

/// How an edit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum ApplyDialect {
    /// The `*** Begin Patch` envelope.
    V4a,
    /// A unified diff; its line numbers may be wrong.
    Unified,
    /// SEARCH/REPLACE blocks below the path of their file.
    SearchReplace,
    /// Whole files, each fenced below its path.
    WholeFile,
}

/// Which edits to keep or take back.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// Edits and hunks by their ids, as `aside edits list` shows them.
    #[arg(value_name = "ID", required_unless_present_any = ["path", "session"])]
    pub ids: Vec<String>,
    /// All of this file.
    #[arg(long, value_name = "FILE")]
    pub path: Option<PathBuf>,
    /// All of this session.
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Print the edits as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `aside undo`.
#[derive(Debug, Args)]
#[command(after_help = UNDO_HELP)]
pub struct UndoArgs {
    /// The session; the one that edited last if none is named.
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// The first turn to take back; the session's last if none is named.
    #[arg(long, value_name = "ID", requires = "session")]
    pub turn: Option<String>,
    /// Leave the conversation as it is.
    #[arg(long)]
    pub files_only: bool,
    /// Only say what would be taken back.
    #[arg(long)]
    pub dry_run: bool,
    /// Take an earlier undo back instead.
    #[arg(long, value_name = "REWIND", conflicts_with_all = ["session", "turn", "files_only", "dry_run"])]
    pub redo: Option<String>,
    /// Print the result of `session/rewind` as JSON.
    #[arg(long)]
    pub json: bool,
}

const UNDO_HELP: &str = "\
Only files that the agent touched are changed, and what you changed since stays. A file in which
your later work would be lost is left alone and named; the exit code is then 1.";

/// Arguments of `aside models`.
#[derive(Debug, Args)]
#[command(after_help = MODELS_EXAMPLES)]
pub struct ModelsArgs {
    /// Only those whose id contains this.
    pub filter: Option<String>,
    /// Also those that cannot be used with the settings in force, and why.
    #[arg(long)]
    pub all: bool,
    /// List providers instead: how each is reached, and where its key comes from.
    #[arg(long, conflicts_with_all = ["filter", "all"])]
    pub providers: bool,
    /// Do not ask servers which models they have.
    #[arg(long)]
    pub offline: bool,
    /// Print `model/list` as JSON.
    #[arg(long)]
    pub json: bool,
}

const MODELS_EXAMPLES: &str = "\
Examples:
  aside models                 those that can be used now
  aside models --all claude    all that are known, by a part of their name
  aside models --providers     what to set for each provider
Use one with `aside run --model ID`, ASIDE_MODEL, or `model` in config.toml. A model that is not
listed can be used too: its name is sent as it is. Prices are in US dollars for a million tokens.";

/// Arguments of `aside tokens`.
#[derive(Debug, Args)]
pub struct TokensArgs {
    /// The model, as provider/model.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Print the count as JSON.
    #[arg(long)]
    pub json: bool,
    /// The text; `-`, or nothing, reads it from standard input.
    pub file: Option<PathBuf>,
}

/// Arguments of `aside usage`.
#[derive(Debug, Args)]
#[command(after_help = USAGE_EXAMPLES)]
pub struct UsageArgs {
    /// Only of this session.
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Only from this day on (UTC), or from so many days back, such as 7d.
    #[arg(long, value_name = "DAY")]
    pub since: Option<String>,
    /// Of all folders, not only this one.
    #[arg(long, conflicts_with = "session")]
    pub all: bool,
    /// Print `usage/get` as JSON.
    #[arg(long)]
    pub json: bool,
}

const USAGE_EXAMPLES: &str = "\
Examples:
  aside usage --since 7d
  aside usage --all --json
Tokens are those that providers report; costs come from a table of prices, which `aside models`
shows. Providers' bills may differ by taxes, discounts and rounding.";

/// Arguments of `aside doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// List every setting: its value, where it comes from, its default and what it is for.
    #[arg(long)]
    pub settings: bool,
    /// Do not ask the model's server whether it is there.
    #[arg(long)]
    pub offline: bool,
}

/// Arguments of `aside demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Leave the temporary workspace in place.
    #[arg(long)]
    pub keep: bool,
    /// Where to make the workspace, instead of a temporary folder.
    #[arg(long, value_name = "DIR", hide = true)]
    pub dir: Option<PathBuf>,
}
