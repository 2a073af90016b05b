//! Whether the settings of a repository name programs that Git runs while it only reads: to compare
//! files, to show them, to check signatures. Whoever made the repository may have made its settings
//! too, so that looking at it would run what they like.
//! <https://git-scm.com/docs/git-config>, <https://git-scm.com/docs/gitattributes>
mod config;
pub(crate) mod index;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use self::config::{Setting, settings};

/// A file of settings is no longer, in bytes; a longer one may name anything.
pub(crate) const MAX_SETTINGS_BYTES: u64 = 256 * 1024;
/// Folders above one in which repositories are looked for.
pub(crate) const MAX_ABOVE: usize = 64;
/// Folders of submodules that are looked at; with more they may name anything.
pub(crate) const MAX_MODULES: usize = 256;
/// How deep they are looked for.
const MAX_MODULES_DEPTH: usize = 6;

/// What Git LFS sets, by its own word, in every repository that uses it.
const LFS: &[&str] = &[
    "git-lfs clean -- %f",
    "git-lfs smudge -- %f",
    "git-lfs filter-process",
];

/// The hook that looking at a repository may run: what is known of its files is written anew.
const HOOK: &str = "post-index-change";

/// What names a program: the setting, and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) what: String,
    pub(crate) file: PathBuf,
}

/// The first program that is named by the repositories that `folder` is in, and their submodules.
pub(crate) fn program_of(folder: &Path) -> Option<Named> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    // Git goes on to look above a folder that is no repository though it is called so.
    let above = folder.ancestors().take(MAX_ABOVE);
    let mut left = MAX_MODULES;
    above
        .filter_map(|tree| program_of_tree(tree, &mut left))
        .next()
}

/// Looks at a repository and at those inside of it, of which `left` may still be looked at.
fn program_of_tree(tree: &Path, left: &mut usize) -> Option<Named> {
    let own = directory(tree)?;
    let common = pointed(&own.join("commondir"), "").map(|path| own.join(path));
    let mut all = Repository::new(tree);
    for directory in [Some(&own), common.as_ref()].into_iter().flatten() {
        all.look(&directory.join("config"));
        all.look(&directory.join("config.worktree"));
        all.hooks.push(directory.join("hooks"));
        all.look_at_modules(&directory.join("modules"));
    }
    all.look_at_inner(&tree.join(".gitmodules"));
    all.named().or_else(|| program_of_links(tree, &own, left))
}

/// What the repositories name that the index says are inside of a work tree.
fn program_of_links(tree: &Path, own: &Path, left: &mut usize) -> Option<Named> {
    let shared = std::fs::read_dir(own).into_iter().flatten().flatten();
    let shared = shared.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("sharedindex."))
    });
    for file in std::iter::once(own.join("index")).chain(shared) {
        let what = match index::links(&file) {
            None => "an index that is not understood",
            Some(links) if links.len() > *left => "more submodules than are looked at",
            Some(links) => {
                *left -= links.len();
                // Git follows no links on the way, so that none leads around in a ring.
                let inner = links.iter().map(|link| tree.join(link));
                let mut inner =
                    inner.filter(|inner| inner.canonicalize().ok().as_ref() == Some(inner));
                if let Some(named) = inner.find_map(|inner| program_of_tree(&inner, left)) {
                    return Some(named);
                }
                continue;
            }
        };
        return Some(Named {
            what: what.to_owned(),
            file,
        });
    }
    None
}

/// The directory of the repository of a work tree.
fn directory(tree: &Path) -> Option<PathBuf> {
    let path = tree.join(".git");
    let metadata = path.metadata().ok()?;
    if metadata.is_dir() {
        return Some(path);
    }
    pointed(&path, "gitdir:").map(|target| tree.join(target))
}

/// The path that a small file holds.
fn pointed(file: &Path, start: &str) -> Option<PathBuf> {
    let text = read(file).ok()??;
    let path = text.strip_prefix(start)?.trim();
    Some(PathBuf::from(path))
}

/// What is found in the files of one repository.
struct Repository<'a> {
    tree: &'a Path,
    found: Option<Named>,
    hooks: Vec<PathBuf>,
    /// What is run only where missing objects are fetched.
    fetching: Option<Named>,
    is_partial: bool,
}

impl<'a> Repository<'a> {
    fn new(tree: &'a Path) -> Self {
        Self {
            tree,
            found: None,
            hooks: Vec::new(),
            fetching: None,
            is_partial: false,
        }
    }

    fn name(&mut self, what: &str, file: &Path) {
        let named = || Named {
            what: what.to_owned(),
            file: file.to_owned(),
        };
        self.found.get_or_insert_with(named);
    }

    /// Looks at a file of settings.
    fn look(&mut self, file: &Path) {
        let text = match read(file) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(Unreadable) => return self.name("settings that cannot be read", file),
        };
        let Some(settings) = settings(&text) else {
            return self.name("settings that are not understood", file);
        };
        for setting in settings {
            self.take(&setting, file);
        }
    }

    fn take(&mut self, setting: &Setting, file: &Path) {
        match (setting.section.as_str(), setting.key.as_str()) {
            ("filter", "clean" | "smudge" | "process") if LFS.contains(&setting.value.as_str()) => {
            }
            ("diff", "external" | "command" | "textconv")
            | ("filter", "clean" | "smudge" | "process")
            | ("gpg", "program" | "defaultkeycommand")
            | ("include" | "includeif", _) => self.name(&setting.name(), file),
            // The work tree of a submodule is where the pointer to its repository is.
            ("core", "worktree") if !self.is_tree(&setting.value, file) => {
                self.name(&setting.name(), file);
            }
            ("core", "hookspath") => self.hooks.push(self.tree.join(&setting.value)),
            ("core", "sshcommand" | "gitproxy" | "askpass")
            | ("credential", "helper")
            | ("remote", "uploadpack" | "vcs")
            | ("protocol" | "url", _) => {
                self.fetching.get_or_insert_with(|| Named {
                    what: setting.name(),
                    file: file.to_owned(),
                });
            }
            ("remote", "promisor") | ("extensions", "partialclone") => self.is_partial = true,
            _ => {}
        }
    }

    fn is_tree(&self, value: &str, file: &Path) -> bool {
        let folder = file.parent().unwrap_or(file).join(value);
        let tree = self.tree.canonicalize();
        folder
            .canonicalize()
            .is_ok_and(|folder| tree.is_ok_and(|tree| folder.starts_with(tree)))
    }

    /// Looks at the settings of submodules, whose state belongs to that of the whole.
    fn look_at_modules(&mut self, folder: &Path) {
        let mut waiting = vec![(folder.to_owned(), 0)];
        let mut left = MAX_MODULES;
        while let Some((folder, depth)) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries.flatten() {
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    continue;
                }
                if left == 0 || depth == MAX_MODULES_DEPTH {
                    return self.name("more submodules than are looked at", &folder);
                }
                left -= 1;
                let module = entry.path();
                if !module.join("HEAD").exists() {
                    // A name with slashes.
                    waiting.push((module, depth + 1));
                    continue;
                }
                self.look(&module.join("config"));
                self.hooks.push(module.join("hooks"));
                waiting.push((module.join("modules"), depth + 1));
            }
        }
    }

    /// Looks at submodules that are repositories by themselves.
    fn look_at_inner(&mut self, file: &Path) {
        let Ok(Some(text)) = read(file) else {
            return;
        };
        let settings = settings(&text).unwrap_or_default();
        let paths = settings.iter().filter(|setting| setting.key == "path");
        for path in paths.take(MAX_MODULES) {
            let inner = self.tree.join(&path.value).join(".git");
            self.look(&inner.join("config"));
            self.hooks.push(inner.join("hooks"));
        }
    }

    fn named(mut self) -> Option<Named> {
        for folder in std::mem::take(&mut self.hooks) {
            let hook = folder.join(HOOK);
            if hook.exists() {
                self.name("a hook", &hook);
            }
        }
        let fetching = self.fetching.filter(|_| self.is_partial);
        self.found.or(fetching)
    }
}

/// A file that is too long, no file, or not UTF-8.
struct Unreadable;

/// The text of a file; none where there is no file.
fn read(path: &Path) -> Result<Option<String>, Unreadable> {
    let Ok(metadata) = path.metadata() else {
        return Ok(None);
    };
    if !metadata.is_file() || metadata.len() > MAX_SETTINGS_BYTES {
        return Err(Unreadable);
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|_| Unreadable)?;
    match file.take(MAX_SETTINGS_BYTES).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(_) => Err(Unreadable),
    }
}
