//! The log: JSON lines in a rotated file of the data directory, never on standard output.
//!
//! Each line is one object: `time`, `level`, `target` and `message`, then the event's own fields
//! and those of the spans around it, so that each line of a session has `session`. Secrets are
//! redacted before a line is written. Nothing is created before the first line.
mod file;
mod layer;

use std::path::PathBuf;

use tracing::Subscriber;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

use crate::settings::{Dirs, Settings};
pub use file::RotatedFile;
use layer::JsonLines;

/// The longest field of a line, in bytes; the rest is cut off.
pub const MAX_FIELD_BYTES: usize = 8 * 1024;

/// What is logged where the filter cannot be understood.
const DEFAULT_FILTER: &str = "info";

/// Bytes of a megabyte, as settings count them.
const MB: u64 = 1024 * 1024;

/// Where the log goes and what is logged.
#[derive(Debug)]
struct LogOptions {
    /// The file that is written to. Older ones have `.1`, `.2` and so on after its name.
    path: PathBuf,
    /// As `RUST_LOG`.
    filter: String,
    /// How large a file grows, in bytes.
    max_bytes: u64,
    /// How many files are kept, the one that is written to included; at least 1.
    files: usize,
}

impl LogOptions {
    /// What the settings say.
    fn new(dirs: &Dirs, settings: &Settings) -> Self {
        Self {
            path: dirs.logs().join("aside.log"),
            filter: settings.log.level.clone(),
            max_bytes: settings.log.max_file_mb.saturating_mul(MB),
            files: settings.log.files,
        }
    }
}

/// Logs from now on, in the whole process. A second call changes nothing.
pub fn start(dirs: &Dirs, settings: &Settings) {
    let options = LogOptions::new(dirs, settings);
    let (subscriber, problem) = subscriber(&options);
    if tracing::subscriber::set_global_default(subscriber).is_ok()
        && let Some(problem) = problem
    {
        tracing::warn!("{problem}");
    }
}

/// The subscriber that logs, and what is wrong with the filter.
fn subscriber(options: &LogOptions) -> (impl Subscriber + Send + Sync, Option<String>) {
    let builder = || EnvFilter::builder();
    let (filter, problem) = match builder().parse(&options.filter) {
        Ok(filter) => (filter, None),
        Err(error) => (
            builder().parse_lossy(DEFAULT_FILTER),
            Some(format!(
                "the log filter {:?} (log.level, ASIDE_LOG) cannot be understood: {error}; \
                 {DEFAULT_FILTER} is used",
                options.filter
            )),
        ),
    };
    let file = RotatedFile::new(options.path.clone(), options.max_bytes, options.files);
    let subscriber = Registry::default().with(filter).with(JsonLines::new(file));
    (subscriber, problem)
}

#[cfg(test)]
mod tests;
