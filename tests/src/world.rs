//! A place to work in: a workspace, a data directory and a configuration of its own.
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary workspace with the server's directories beside it, removed at the end.
#[derive(Debug)]
pub struct World {
    root: TempDir,
    /// Environment variables that every process of this world gets, the last of a name wins.
    variables: Vec<(OsString, OsString)>,
}

/// The key that processes are given. It must never be seen in logs, databases or messages.
pub const SECRET: &str = "sk-test-4f1c9a27e0b84d55";

/// Settings that every world begins with: what fails in passing is tried again at once.
const QUICK: &str = "[providers]\nretry_base_ms = 1\n";

impl World {
    /// An empty workspace whose model is at `model_url`, a base URL with `/v1`.
    pub fn new(model_url: &str) -> Self {
        let root = tempfile::Builder::new()
            .prefix("aside-test-")
            .tempdir()
            .expect("a temporary directory");
        let mut world = Self {
            root,
            variables: Vec::new(),
        };
        // The names have a space and a letter outside ASCII, so every URI needs escapes.
        for folder in [
            world.workspace(),
            world.data_dir(),
            world.config_dir(),
            world.home(),
            world.outside(),
        ] {
            fs::create_dir_all(folder).expect("a folder of the world");
        }
        if let Some(path) = std::env::var_os("PATH") {
            world.set("PATH", path);
        }
        world.set("HOME", world.home());
        world.set("ASIDE_DATA_DIR", world.data_dir());
        world.set("ASIDE_CONFIG_DIR", world.config_dir());
        world.set("ASIDE_MODEL", "openai/scripted");
        world.set("OPENAI_BASE_URL", model_url);
        world.set("OPENAI_API_KEY", SECRET);
        world.configure(QUICK);
        world
    }

    /// Sets an environment variable for the processes to come.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.unset(name);
        self.variables.push((name.into(), value.into()));
    }

    /// Takes an environment variable away.
    pub fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    /// The environment of this world's processes.
    pub fn variables(&self) -> &[(OsString, OsString)] {
        &self.variables
    }

    /// The first workspace folder.
    pub fn workspace(&self) -> PathBuf {
        self.canonical_root().join("work späce")
    }

    /// Where the server keeps its databases and logs.
    pub fn data_dir(&self) -> PathBuf {
        self.canonical_root().join("data")
    }

    /// Where the user's settings are.
    pub fn config_dir(&self) -> PathBuf {
        self.canonical_root().join("config")
    }

    /// A folder that is no part of the workspace.
    pub fn outside(&self) -> PathBuf {
        self.canonical_root().join("outside")
    }

    fn home(&self) -> PathBuf {
        self.canonical_root().join("home")
    }

    fn canonical_root(&self) -> PathBuf {
        self.root.path().canonicalize().expect("the world's root")
    }

    /// The absolute path of a name in the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.workspace().join(name)
    }

    /// The URI of a name in the workspace.
    pub fn uri(&self, name: &str) -> String {
        to_uri(&self.path(name))
    }

    /// Writes a file of the workspace, and the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        write_at(&path, content);
        path
    }

    /// Reads a file of the workspace.
    pub fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.path(name))
            .unwrap_or_else(|error| panic!("{name} cannot be read: {error}"));
        String::from_utf8(bytes).expect("the file is UTF-8")
    }

    /// Writes the user's `config.toml`, in place of what is there.
    pub fn configure(&self, toml: &str) {
        write_at(&self.config_dir().join("config.toml"), toml);
    }

    /// All files below the data directory, their paths sorted.
    pub fn data_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&self.data_dir(), &mut files);
        files.sort();
        files
    }

    /// The database file of the workspace.
    pub fn database(&self) -> PathBuf {
        let found: Vec<PathBuf> = self
            .data_files()
            .into_iter()
            .filter(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")))
            .collect();
        match found.as_slice() {
            [one] => one.clone(),
            other => panic!("one database was expected, these are there: {other:?}"),
        }
    }

    /// Everything in the logs.
    pub fn logs(&self) -> String {
        self.data_files()
            .iter()
            .filter(|path| path.to_string_lossy().contains("log"))
            .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned())
            .collect()
    }
}

/// Writes a file anywhere, and the folders above it.
pub fn write_at(path: &Path, content: impl AsRef<[u8]>) {
    let parent = path.parent().expect("a file in a folder");
    fs::create_dir_all(parent).expect("the folders above the file");
    fs::write(path, content).expect("the file is written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// A path as a `file:` URI, with all but plain characters escaped.
pub fn to_uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    for byte in path.to_str().expect("the path is UTF-8").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// The path of a `file:` URI.
pub fn from_uri(uri: &str) -> PathBuf {
    let escaped = uri
        .strip_prefix("file://")
        .unwrap_or_else(|| panic!("{uri:?} is no file URI"));
    let mut bytes = Vec::new();
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: Vec<u8> = rest.by_ref().take(2).collect();
        let digits = String::from_utf8(digits).expect("hexadecimal digits");
        bytes.push(u8::from_str_radix(&digits, 16).expect("hexadecimal digits"));
    }
    PathBuf::from(String::from_utf8(bytes).expect("the path is UTF-8"))
}

/// The path that a JSON string names as a URI.
pub fn path_of(uri: &Value) -> PathBuf {
    from_uri(
        uri.as_str()
            .unwrap_or_else(|| panic!("{uri} is no string with a URI")),
    )
}
