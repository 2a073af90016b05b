//! What can be typed behind `aside trust` and `aside audit`.
use clap::{Args, Subcommand};

/// Arguments of `aside trust`.
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// Trust it without asking.
    #[arg(long)]
    pub yes: bool,
    /// Trust it no more.
    #[arg(long, conflicts_with = "yes")]
    pub revoke: bool,
    /// Only show it.
    #[arg(long, conflicts_with_all = ["yes", "revoke"])]
    pub status: bool,
    /// Print it as JSON.
    #[arg(long, conflicts_with = "revoke")]
    pub json: bool,
}

/// Arguments of `aside audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// The commands of `aside audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Show what was done and who allowed it, oldest first.
    Show {
        /// Only of this session.
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        /// Only from this day on (UTC), or from so many days back, such as 7d.
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
        /// How many of the newest at most.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
        /// Print each row as a line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check that no row was changed, removed or added in between.
    Verify {
        /// Print the result as JSON.
        #[arg(long)]
        json: bool,
    },
}
