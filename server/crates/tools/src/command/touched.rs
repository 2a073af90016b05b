//! Which files that the model has seen a command changed on disk.
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aside_agent::tool::ToolContext;

/// How many files are looked at, those that the model saw last.
pub(crate) const MAX_WATCHED: usize = 200;
/// How many changed files are named.
const MAX_NAMED: usize = 10;

/// What files were before a command ran.
#[derive(Debug)]
pub(crate) struct Touched {
    before: Vec<(PathBuf, Option<Mark>)>,
}

/// By this a change of a file shows without reading it.
type Mark = (u64, Option<SystemTime>);

impl Touched {
    /// To be made before the command runs.
    pub(crate) fn watch(context: &ToolContext) -> Self {
        let paths = context.seen.latest(MAX_WATCHED).into_iter();
        Self {
            before: paths.map(|path| (path.clone(), mark(&path))).collect(),
        }
    }

    /// A sentence that names the files that are something else by now; empty if there are none.
    pub(crate) fn told(&self, context: &ToolContext) -> String {
        let changed = self.before.iter();
        let changed = changed.filter(|(path, before)| mark(path) != *before);
        let names = changed.map(|(path, _)| {
            let resolved = path.to_str().map(|path| context.files.resolve(path));
            match resolved {
                Some(Ok(path)) => path.display().to_owned(),
                Some(Err(_)) | None => path.display().to_string(),
            }
        });
        let mut names = names.collect::<Vec<_>>();
        if names.is_empty() {
            return String::new();
        }
        let more = names.len().saturating_sub(MAX_NAMED);
        names.truncate(MAX_NAMED);
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(
            "[Changed on disk meanwhile: {}{more}. Read again before you edit.]",
            names.join(", ")
        )
    }
}

fn mark(path: &Path) -> Option<Mark> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}
