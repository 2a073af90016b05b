//! Where things lie on this machine, as far as permission depends on it.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside_agent::host::Files;
use aside_agent::permission::{Effect, Places};

use crate::engine::Workspace;
use crate::host::canonical_of_existing_part;

/// The folder of private folders for scratch work in Aside's data directory.
const SCRATCH: &str = "scratch";
/// The end of a path that stands for all beneath it.
const BENEATH: &str = "/**";
/// What an effect names that is not known.
const UNKNOWN: &str = "?";

/// Finds the places.
pub struct Whereabouts {
    files: Arc<dyn Files>,
    fixed: Places,
}

impl Whereabouts {
    /// For one workspace; its folders are asked of the files each time, since they may change.
    pub fn new(workspace: &Workspace, files: Arc<dyn Files>) -> Self {
        let both = |path: &PathBuf| both_names(path);
        let own = [&workspace.data, &workspace.config].into_iter();
        let scratch = workspace.data.join(SCRATCH);
        Self {
            files,
            fixed: Places {
                roots: Vec::new(),
                home: std::env::home_dir().map(|home| home.canonicalize().unwrap_or(home)),
                own: own.flat_map(both).collect(),
                scratch: both_names(&scratch),
                folds_case: cfg!(any(windows, target_os = "macos")),
            },
        }
    }

    /// The places now.
    pub fn places(&self) -> Places {
        let roots = self.files.roots();
        Places {
            roots: roots.iter().flat_map(|root| both_names(root)).collect(),
            ..self.fixed.clone()
        }
    }

    /// The effect on what its path leads to, where that is elsewhere. A link that leads nowhere
    /// could lead anywhere.
    pub fn real(&self, effect: &Effect) -> Option<Effect> {
        let real = |path: &str| -> Option<String> {
            if path.starts_with(UNKNOWN) {
                return None;
            }
            let (folder, beneath) = match path.strip_suffix(BENEATH) {
                // The root is itself in any case.
                Some("") => return None,
                Some(folder) => (folder, BENEATH),
                None => (path, ""),
            };
            let found = match canonical_of_existing_part(Path::new(folder)) {
                Some(found) => format!("{}{beneath}", found.to_string_lossy()),
                None => format!("{UNKNOWN}{path}"),
            };
            (found != path).then_some(found)
        };
        match effect {
            Effect::ReadPath { path } => Some(Effect::ReadPath { path: real(path)? }),
            Effect::WritePath { path } => Some(Effect::WritePath { path: real(path)? }),
            Effect::RunProgram { .. } | Effect::Network { .. } | Effect::McpTool { .. } => None,
        }
    }
}

/// A path as it is named, and with symbolic links followed where that is another one.
fn both_names(path: &Path) -> Vec<PathBuf> {
    let mut names = vec![path.to_owned()];
    if let Some(real) = canonical_of_existing_part(path)
        && real != path
    {
        names.push(real);
    }
    names
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::host::{DiskFiles, Roots};

    #[test]
    fn a_link_is_where_it_leads_too() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let root = base.join("project");
        std::fs::create_dir(&root).unwrap();
        std::fs::create_dir(base.join("outside")).unwrap();
        for (link, target) in [("out", "../outside"), ("in", "."), ("gone", "/nowhere/x")] {
            std::os::unix::fs::symlink(target, root.join(link)).unwrap();
        }
        let workspace = Workspace {
            key: root.clone(),
            uri: String::new(),
            database: base.join("db"),
            servers: base.join("servers"),
            data: base.join("data"),
            config: base.join("config"),
        };
        let files = Arc::new(DiskFiles::new(Roots::new([root.clone()]), 1024));
        let whereabouts = Whereabouts::new(&workspace, files);
        let (root, base) = (root.display(), base.display());
        for (path, expect) in [
            (format!("{root}/a"), None),
            (format!("{root}/in/a"), Some(format!("{root}/a"))),
            (
                format!("{root}/out/a/b"),
                Some(format!("{base}/outside/a/b")),
            ),
            (format!("{root}/out/**"), Some(format!("{base}/outside/**"))),
            (format!("{root}/gone"), Some(format!("?{root}/gone"))),
            ("?$X".to_owned(), None),
            ("/**".to_owned(), None),
        ] {
            let of = |path: String| Effect::WritePath { path };
            assert_eq!(
                whereabouts.real(&of(path.clone())),
                expect.map(of),
                "{path}"
            );
        }
        let places = whereabouts.places();
        assert_eq!(places.roots, [workspace.key]);
        assert_eq!(places.scratch, [workspace.data.join("scratch")]);
    }
}
