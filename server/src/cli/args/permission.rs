//! What can be typed behind `aside permission`.
use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `aside permission`.
#[derive(Debug, Args)]
pub struct PermissionArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PermissionCommand,
}

/// The commands of `aside permission`.
#[derive(Debug, Subcommand)]
pub enum PermissionCommand {
    /// List the rules in force here, and where each stands.
    List {
        /// The rules of this session too.
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        /// Print `permission/list` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add a rule.
    #[command(after_help = RULE_EXAMPLES)]
    Add(RuleArgs),
    /// Remove a rule, as it is listed.
    Remove(RuleArgs),
    /// Say what would happen with a shell command, or with any other tool's call, and why.
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
}

const RULE_EXAMPLES: &str = "\
Examples:
  aside permission add allow runProgram 'cargo test *'
  aside permission add deny readPath '**/.env' --scope user
  aside permission add ask network '*.example.org'
Effects: readPath, writePath, runProgram, network, mcpTool, or '*' for all.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  aside permission explain 'git push origin main'
  aside permission explain --tool edit_file --arguments '{\"path\":\"a\",\"edits\":[]}'";

/// A rule, word by word.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// What it says.
    pub decision: RuleWord,
    /// Which effects it speaks of.
    pub effect: String,
    /// Which of these: a glob of paths, words of a command, a host, or server/tool.
    pub pattern: String,
    /// How far it reaches.
    #[arg(long, default_value = "workspace")]
    pub scope: ScopeWord,
    /// The session, for a rule of one.
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Print the rules that there are then as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `aside permission explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The shell command.
    #[arg(required_unless_present = "tool", conflicts_with = "tool")]
    pub command: Option<String>,
    /// Another tool.
    #[arg(long, value_name = "NAME")]
    pub tool: Option<String>,
    /// Its arguments, as JSON.
    #[arg(long, value_name = "JSON", requires = "tool")]
    pub arguments: Option<String>,
    /// The session that would make the call; a new one if not given.
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Print `permission/explain` as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What a rule says.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RuleWord {
    /// Do it unasked.
    Allow,
    /// Ask, whatever the mode.
    Ask,
    /// Refuse, whatever the mode.
    Deny,
}

/// How far a rule reaches.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ScopeWord {
    /// One session.
    Session,
    /// All sessions of this folder.
    Workspace,
    /// All folders of yours.
    User,
}
