//! Walking the workspace as git sees it.
use std::path::{Path, PathBuf};

use aside_agent::host::{Files, WorkspacePath};
use aside_agent::tool::ToolError;
use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;

/// How many files and folders one call looks at.
pub(crate) const MAX_VISITED: usize = 500_000;
/// How many threads walk.
pub(crate) const THREADS: usize = 2;
/// How long a pattern may be.
pub(crate) const MAX_PATTERN_BYTES: usize = 4096;

/// The folders (or the file) to search: the one named, else all of the workspace.
pub(crate) fn scopes(
    files: &dyn Files,
    path: Option<&str>,
) -> Result<Vec<WorkspacePath>, ToolError> {
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        return Ok(vec![files.resolve(path)?]);
    }
    let roots = files.roots();
    if roots.len() < 2 {
        return Ok(vec![files.resolve(".")?]);
    }
    let resolved = roots
        .iter()
        .map(|root| files.resolve(&root.to_string_lossy()));
    Ok(resolved.collect::<Result<Vec<_>, _>>()?)
}

/// A walk over all that git does not ignore, hidden files too, but not git's own folder.
/// Symbolic links are seen and not followed, so a walk neither leaves the workspace nor loops.
pub(crate) fn walk(base: &Path) -> WalkBuilder {
    let mut walk = WalkBuilder::new(base);
    walk.hidden(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git");
    walk
}

/// How models and people are shown a path below `base`.
pub(crate) fn display(base: &WorkspacePath, relative: &Path) -> String {
    let below = slashed(relative);
    match (base.display(), below.is_empty()) {
        ("" | ".", true) => ".".to_owned(),
        ("" | ".", false) => below,
        (base, true) => base.to_owned(),
        (base, false) => format!("{}/{below}", base.trim_end_matches('/')),
    }
}

/// A path with `/` between its parts on every system.
pub(crate) fn slashed(path: &Path) -> String {
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// A path without the folder it is below, empty for the folder itself.
pub(crate) fn below<'a>(base: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(base).unwrap_or(path)
}

/// A pattern for file names: one without `/` is for all folders.
pub(crate) struct Pattern {
    matcher: GlobMatcher,
}

impl Pattern {
    /// Reads a pattern relative to the folder that is searched, or to the workspace.
    pub(crate) fn new(pattern: &str, roots: &[PathBuf]) -> Result<Self, ToolError> {
        if pattern.is_empty() || pattern.len() > MAX_PATTERN_BYTES {
            return Err(ToolError(format!(
                "The pattern is empty or longer than {MAX_PATTERN_BYTES} bytes. Give one such as `**/*.rs`."
            )));
        }
        let mut relative = pattern;
        for root in roots {
            let root = root.to_string_lossy();
            let rest = relative.strip_prefix(root.as_ref());
            if let Some(rest) = rest.and_then(|rest| rest.strip_prefix('/')) {
                relative = rest;
            }
        }
        let relative = relative.trim_start_matches("./");
        let anywhere = match relative.contains('/') {
            true => relative.to_owned(),
            false => format!("**/{relative}"),
        };
        let glob = GlobBuilder::new(&anywhere)
            .literal_separator(true)
            .build()
            .map_err(|error| {
                ToolError(format!(
                    "The pattern `{pattern}` is not valid: {}. Give one such as `**/*.rs`.",
                    error.kind()
                ))
            })?;
        Ok(Self {
            matcher: glob.compile_matcher(),
        })
    }

    /// How a file is shown, if it is meant: by its path below the folder that is searched or by
    /// the path that models are shown.
    pub(crate) fn shown(&self, base: &WorkspacePath, relative: &Path) -> Option<String> {
        let is_same = matches!(base.display(), "" | ".");
        if self.matcher.is_match(relative) {
            return Some(display(base, relative));
        }
        if is_same {
            return None;
        }
        let display = display(base, relative);
        self.matcher.is_match(&display).then_some(display)
    }
}
