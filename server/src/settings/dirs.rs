//! Where settings and data live.
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The folder of data that holds one for each workspace.
const WORKSPACES: &str = "workspaces";
/// How many characters of a workspace's name its data folder shows.
const MAX_NAME_CHARS: usize = 40;
/// How many bytes of the path's hash its data folder shows, two hexadecimal digits each.
const HASH_BYTES: usize = 8;

/// Where settings and data live. Nothing is created here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// Holds config.toml.
    pub config: PathBuf,
    /// Holds databases and logs.
    pub data: PathBuf,
}

/// The files of one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFiles {
    /// The database.
    pub database: PathBuf,
    /// The folder of the servers' lock files.
    pub servers: PathBuf,
}

/// Whose customs are followed.
#[derive(Debug, Clone, Copy)]
enum Platform {
    Unix,
    Mac,
    Windows,
}

const PLATFORM: Platform = if cfg!(windows) {
    Platform::Windows
} else if cfg!(target_os = "macos") {
    Platform::Mac
} else {
    Platform::Unix
};

impl Dirs {
    /// `ASIDE_CONFIG_DIR` and `ASIDE_DATA_DIR`, else the XDG base directories, else what the
    /// platform does. Relative ones start at the current folder.
    pub fn new(environment: &BTreeMap<String, String>) -> Self {
        let dirs = Self::on(PLATFORM, environment, std::env::home_dir());
        Self {
            config: absolute(dirs.config),
            data: absolute(dirs.data),
        }
    }

    /// `account` is the home that the system knows of, for when the environment has none.
    fn on(
        platform: Platform,
        environment: &BTreeMap<String, String>,
        account: Option<PathBuf>,
    ) -> Self {
        let variable = |name: &str| {
            let value = environment.get(name).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        // The XDG specification says that relative paths are to be ignored.
        let xdg = |name: &str| variable(name).filter(|path| path.is_absolute());
        let at_home = |path: &str| {
            let home = match platform {
                Platform::Windows => variable("USERPROFILE"),
                Platform::Unix | Platform::Mac => variable("HOME"),
            };
            // With no home at all, a hidden folder in the current one is at least private.
            home.or_else(|| account.clone())
                .unwrap_or_else(|| PathBuf::from(".aside-home"))
                .join(path)
        };
        let (config, data) = match platform {
            Platform::Unix => (".config", ".local/share"),
            Platform::Mac => ("Library/Application Support", "Library/Application Support"),
            Platform::Windows => ("AppData/Roaming", "AppData/Local"),
        };
        let (config_variable, data_variable) = match platform {
            Platform::Unix | Platform::Mac => (xdg("XDG_CONFIG_HOME"), xdg("XDG_DATA_HOME")),
            Platform::Windows => (variable("APPDATA"), variable("LOCALAPPDATA")),
        };
        let base = |found: Option<PathBuf>, default: &str| {
            found.unwrap_or_else(|| at_home(default)).join("aside")
        };
        Self {
            config: variable("ASIDE_CONFIG_DIR").unwrap_or_else(|| base(config_variable, config)),
            data: variable("ASIDE_DATA_DIR").unwrap_or_else(|| base(data_variable, data)),
        }
    }

    /// The files of the workspace with this canonical path.
    pub fn workspace(&self, path: &Path) -> WorkspaceFiles {
        let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
        let mut name = String::new();
        for byte in hash.iter().take(HASH_BYTES) {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        let folder = self
            .data
            .join(WORKSPACES)
            .join(format!("{name}-{}", readable(path)));
        files_in(&folder)
    }

    /// The files of all workspaces that have a database.
    pub fn workspaces(&self) -> Vec<WorkspaceFiles> {
        let Ok(folders) = std::fs::read_dir(self.data.join(WORKSPACES)) else {
            return Vec::new();
        };
        let paths = folders.filter_map(|entry| Some(entry.ok()?.path()));
        let mut all: Vec<WorkspaceFiles> = paths.map(|folder| files_in(&folder)).collect();
        all.retain(|files| files.database.is_file());
        all.sort_by(|a, b| a.database.cmp(&b.database));
        all
    }

    /// The folder of the log files.
    pub fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }
}

fn files_in(folder: &Path) -> WorkspaceFiles {
    WorkspaceFiles {
        database: folder.join("aside.db"),
        servers: folder.join("servers"),
    }
}

/// The name of the workspace's folder, in letters that every file system takes.
fn readable(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_safe = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let name: String = name
        .chars()
        .take(MAX_NAME_CHARS)
        .map(|char| if is_safe(char) { char } else { '-' })
        .collect();
    match name.trim_matches('.') {
        "" => "root".to_owned(),
        name => name.to_owned(),
    }
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn check(platform: Platform, environment: &[(&str, &str)], config: &str, data: &str) {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let dirs = Dirs::on(platform, &environment, Some("/account".into()));
        let expect = Dirs {
            config: config.into(),
            data: data.into(),
        };
        assert_eq!(dirs, expect, "{platform:?} {environment:?}");
    }

    #[test]
    fn where_things_live() {
        use Platform::{Mac, Unix, Windows};
        let home = ("HOME", "/h");
        check(Unix, &[home], "/h/.config/aside", "/h/.local/share/aside");
        check(
            Unix,
            &[],
            "/account/.config/aside",
            "/account/.local/share/aside",
        );
        check(
            Unix,
            &[("HOME", "")],
            "/account/.config/aside",
            "/account/.local/share/aside",
        );
        let xdg = [home, ("XDG_CONFIG_HOME", "/c"), ("XDG_DATA_HOME", "/d")];
        check(Unix, &xdg, "/c/aside", "/d/aside");
        let relative = [home, ("XDG_CONFIG_HOME", "c"), ("XDG_DATA_HOME", "")];
        check(Unix, &relative, "/h/.config/aside", "/h/.local/share/aside");
        let own = [
            home,
            xdg[1],
            ("ASIDE_CONFIG_DIR", "/x"),
            ("ASIDE_DATA_DIR", "y"),
        ];
        check(Unix, &own, "/x", "y");
        let support = "/h/Library/Application Support/aside";
        check(Mac, &[home], support, support);
        let windows = [("APPDATA", "/r"), ("LOCALAPPDATA", "/l"), home];
        check(Windows, &windows, "/r/aside", "/l/aside");
        let profile = [("USERPROFILE", "/u")];
        check(
            Windows,
            &profile,
            "/u/AppData/Roaming/aside",
            "/u/AppData/Local/aside",
        );
    }

    #[test]
    fn relative_folders_start_at_the_current_one() {
        let environment = BTreeMap::from([("ASIDE_DATA_DIR".to_owned(), "y".to_owned())]);
        let dirs = Dirs::new(&environment);
        assert_eq!(dirs.data, std::env::current_dir().unwrap().join("y"));
        let nowhere = Dirs::on(Platform::Unix, &BTreeMap::new(), None);
        assert_eq!(nowhere.data, Path::new(".aside-home/.local/share/aside"));
    }

    #[test]
    fn each_workspace_has_its_own_folder() {
        let dirs = Dirs {
            config: "/c".into(),
            data: "/d".into(),
        };
        let database = |path: &str| dirs.workspace(Path::new(path)).database;
        // printf %s /home/me/my-app | sha256sum
        expect_test::expect!["/d/workspaces/cc36a6382673ebee-my-app/aside.db"]
            .assert_eq(&database("/home/me/my-app").display().to_string());
        for (path, name) in [
            ("/", "root"),
            ("/a/...", "root"),
            ("/a/été 😀", "-t---"),
            ("/a/.hidden", "hidden"),
        ] {
            let folder = database(path)
                .parent()
                .unwrap()
                .file_name()
                .unwrap()
                .to_owned();
            assert_eq!(
                &folder.to_str().unwrap()[2 * HASH_BYTES..],
                format!("-{name}"),
                "{path}"
            );
        }
        let long = database(&format!("/{}", "é".repeat(500)));
        assert_eq!(
            long.parent().unwrap().file_name().unwrap().len(),
            16 + 1 + MAX_NAME_CHARS
        );
        assert_ne!(database("/a/x"), database("/b/x"));
        let files = dirs.workspace(Path::new("/a/x"));
        assert_eq!(files.database.parent(), files.servers.parent());
    }
}
