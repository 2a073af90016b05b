//! The files that trust is about: their names, bytes and common hash.
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The workspace's settings, below its first folder.
pub const CONFIG_FILE: &str = ".aside/config.toml";
/// The workspace's MCP servers, below its first folder.
pub const SERVERS_FILE: &str = ".mcp.json";
/// The folder all of which is looked at.
const FOLDER: &str = ".aside";

/// How many files there may be.
pub const MAX_FILES: usize = 512;
/// How large one of them may be, in bytes.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// How large all of them may be together, in bytes.
pub const MAX_TOTAL_BYTES: u64 = 8 * 1024 * 1024;
/// How deep folders may be nested in `.aside`.
pub const MAX_DEPTH: usize = 8;

/// What a workspace brings along.
#[derive(Clone, PartialEq, Eq)]
pub struct Survey {
    /// SHA-256 over the names and bytes of all files, in lower-case hexadecimal.
    pub hash: String,
    /// The SHA-256 of each file, by its name with `/` between the parts.
    pub files: BTreeMap<String, String>,
    /// The bytes of `.aside/config.toml`: exactly those that were hashed.
    pub config: Option<Vec<u8>>,
    /// The bytes of `.mcp.json`.
    pub servers: Option<Vec<u8>>,
}

/// Why the files cannot be trusted as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurveyError {
    /// A link may lead to something else at any time.
    #[error("{0} is a symbolic link, and what it leads to may change unseen; put a file there")]
    Link(String),
    /// A pipe, a socket or a device.
    #[error("{0} is neither a file nor a folder; remove it")]
    Strange(String),
    /// A name that is not UTF-8.
    #[error("{0} has a name that is not UTF-8; rename it")]
    Name(String),
    /// Too many, too large or too deep.
    #[error("{name} is more than is looked at ({limit}); remove what is not needed")]
    TooMuch {
        /// The file or folder at which it was too much.
        name: String,
        /// The bound.
        limit: String,
    },
    /// The system did not let it be read.
    #[error("{name} cannot be read ({why})")]
    Unreadable {
        /// The file or folder.
        name: String,
        /// What the system said.
        why: String,
    },
}

impl std::fmt::Debug for Survey {
    /// Without the bytes, which may hold secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Survey");
        shown.field("hash", &self.hash).field("files", &self.files);
        shown.finish_non_exhaustive()
    }
}

impl Survey {
    /// The files that are new, other or gone since they had these hashes.
    pub fn changed_since(&self, before: &BTreeMap<String, String>) -> Vec<String> {
        let is_other = |name: &&String| before.get(*name) != self.files.get(*name);
        let mut names: Vec<String> = self.files.keys().filter(is_other).cloned().collect();
        let is_gone = |name: &&String| !self.files.contains_key(*name);
        names.extend(before.keys().filter(is_gone).cloned());
        names.sort();
        names
    }
}

/// Reads the files; `None` where there are none.
pub fn survey(root: &Path) -> Result<Option<Survey>, SurveyError> {
    let mut reader = Reader::default();
    reader.entry(root.join(FOLDER), FOLDER.to_owned(), 0)?;
    reader.entry(root.join(SERVERS_FILE), SERVERS_FILE.to_owned(), 0)?;
    if reader.files.is_empty() {
        return Ok(None);
    }
    let mut all = Sha256::new();
    for (name, hash) in &reader.files {
        // With its length, no name can pass for a part of another.
        all.update((name.len() as u64).to_le_bytes());
        all.update(name);
        all.update(hash);
    }
    Ok(Some(Survey {
        hash: hex(&all.finalize()),
        files: reader.files,
        config: reader.config,
        servers: reader.servers,
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Reader {
    files: BTreeMap<String, String>,
    config: Option<Vec<u8>>,
    servers: Option<Vec<u8>>,
    total: u64,
}

impl Reader {
    fn entry(&mut self, path: PathBuf, name: String, depth: usize) -> Result<(), SurveyError> {
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(&name, &error)),
        };
        let kind = metadata.file_type();
        if kind.is_symlink() {
            return Err(SurveyError::Link(name));
        }
        if kind.is_dir() {
            return self.folder(&path, &name, depth);
        }
        if !kind.is_file() {
            return Err(SurveyError::Strange(name));
        }
        let bytes = self.read(&path, &name)?;
        let hash = hex(&Sha256::digest(&bytes));
        match name.as_str() {
            CONFIG_FILE => self.config = Some(bytes),
            SERVERS_FILE => self.servers = Some(bytes),
            _ => {}
        }
        self.files.insert(name, hash);
        Ok(())
    }

    fn folder(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), SurveyError> {
        if depth >= MAX_DEPTH {
            return Err(too_much(name, format!("{MAX_DEPTH} folders deep")));
        }
        let entries = fs::read_dir(path).map_err(|error| unreadable(name, &error))?;
        let mut inside = Vec::new();
        for entry in entries {
            // Empty folders are not counted among the files, and must not be without end either.
            if inside.len() >= MAX_FILES {
                return Err(too_much(name, format!("{MAX_FILES} files")));
            }
            let entry = entry.map_err(|error| unreadable(name, &error))?;
            match entry.file_name().into_string() {
                Ok(inner) => inside.push((format!("{name}/{inner}"), entry.path())),
                Err(inner) => {
                    let shown = format!("{name}/{}", inner.to_string_lossy());
                    return Err(SurveyError::Name(shown));
                }
            }
        }
        // In order, so that of several flaws it is always the same one that is told.
        inside.sort();
        for (name, path) in inside {
            self.entry(path, name, depth + 1)?;
        }
        Ok(())
    }

    fn read(&mut self, path: &Path, name: &str) -> Result<Vec<u8>, SurveyError> {
        if self.files.len() >= MAX_FILES {
            return Err(too_much(name, format!("{MAX_FILES} files")));
        }
        let mut bytes = Vec::new();
        open(path)
            .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(name, &error))?;
        let size = bytes.len() as u64;
        if size > MAX_FILE_BYTES {
            return Err(too_much(name, format!("{MAX_FILE_BYTES} bytes")));
        }
        self.total += size;
        if self.total > MAX_TOTAL_BYTES {
            return Err(too_much(name, format!("{MAX_TOTAL_BYTES} bytes in all")));
        }
        Ok(bytes)
    }
}

/// What was a file a moment ago may be a link or a pipe by now: neither is followed or waited for.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    options.open(path)
}

fn too_much(name: &str, limit: String) -> SurveyError {
    SurveyError::TooMuch {
        name: name.to_owned(),
        limit,
    }
}

fn unreadable(name: &str, error: &io::Error) -> SurveyError {
    SurveyError::Unreadable {
        name: name.to_owned(),
        why: error.to_string(),
    }
}
