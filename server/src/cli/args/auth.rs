//! What can be typed behind `aside auth`.
use clap::{Args, Subcommand};

/// Arguments of `aside auth`.
#[derive(Debug, Args)]
pub struct AuthArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuthCommand,
}

/// The commands of `aside auth`.
#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// Keep a provider's key: in the system's keyring, or in an encrypted file.
    #[command(after_help = ADD_EXAMPLES)]
    Add {
        /// The provider, such as `openai`.
        provider: String,
        /// Read the key from standard input, its first line.
        #[arg(long)]
        stdin: bool,
        /// It is an OAuth token, not a key (Anthropic, Vertex, Azure).
        #[arg(long)]
        token: bool,
    },
    /// List which providers have a key, and where it comes from. No key is shown.
    List {
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove a provider's key that was added.
    Remove {
        /// The provider.
        provider: String,
        /// Its OAuth token, not its key.
        #[arg(long)]
        token: bool,
    },
    /// Ask a provider for its models, to see whether the key works. No tokens are used.
    Test {
        /// The provider; the one of the model in the settings if none is named.
        provider: Option<String>,
        /// Also check that it has this model.
        #[arg(long, value_name = "MODEL")]
        model: Option<String>,
    },
}

const ADD_EXAMPLES: &str = "\
Examples:
  aside auth add anthropic
  pass show openai | aside auth add openai
The key is never shown. Keys in the environment (OPENAI_API_KEY and so on) come first.
docs/keys.md says where keys are kept, and against whom that helps.";
