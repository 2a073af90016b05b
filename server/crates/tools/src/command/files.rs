//! Files that a program left in a private folder: which are new, and the pictures among them.
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aside_agent::item::ContentBlock;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::text::count;

/// How many files and folders are looked at.
pub(crate) const MAX_FILES: usize = 1000;
/// How deep they are looked for.
const MAX_DEPTH: usize = 4;
/// How many new files are named.
const MAX_NAMED: usize = 30;
/// How many pictures are shown.
pub(crate) const MAX_PICTURES: usize = 4;
/// The largest picture that is shown, in bytes.
pub(crate) const MAX_PICTURE_BYTES: u64 = 2 * 1024 * 1024;

/// The files of a folder, by their names in it. Links are left out: what they lead to is not the
/// program's.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

/// What became of a folder.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// For the model; empty if there are none.
    pub(crate) told: String,
    /// New pictures.
    pub(crate) pictures: Vec<ContentBlock>,
}

impl Files {
    /// What is there now.
    pub(crate) fn list(folder: &Path) -> Self {
        let mut files = Self::default();
        let mut left = MAX_FILES;
        files.walk(folder, Path::new(""), MAX_DEPTH, &mut left);
        files
    }

    fn walk(&mut self, root: &Path, inside: &Path, depth: usize, left: &mut usize) {
        let Ok(entries) = std::fs::read_dir(root.join(inside)) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_hidden = name.as_encoded_bytes().starts_with(b".") || name == "__pycache__";
            if *left == 0 || is_hidden {
                continue;
            }
            *left -= 1;
            let path = inside.join(&name);
            // This does not follow links.
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() && depth > 0 => {
                    self.walk(root, &path, depth - 1, left);
                }
                Ok(metadata) if metadata.is_file() => {
                    let mark = (metadata.len(), metadata.modified().ok());
                    self.0.insert(path, mark);
                }
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// What is new or changed since.
    pub(crate) fn since(&self, before: &Self, folder: &Path) -> Changes {
        let changed = self.0.iter();
        let changed = changed.filter(|(path, mark)| before.0.get(*path) != Some(mark));
        let mut changes = Changes::default();
        let mut names = Vec::new();
        let mut more = 0;
        for (path, (size, _)) in changed {
            let mut name = format!("{} ({})", path.display(), bytes(*size));
            if changes.pictures.len() < MAX_PICTURES
                && let Some(picture) = picture(&folder.join(path))
            {
                changes.pictures.push(picture);
                name.push_str(", shown to the user");
            }
            match names.len() < MAX_NAMED {
                true => names.push(name),
                false => more += 1,
            }
        }
        if names.is_empty() {
            return changes;
        }
        let more = match more {
            0 => String::new(),
            more => format!("; and {}", count(more, "more file", "more files")),
        };
        changes.told = format!("[Files written: {}{more}.]", names.join("; "));
        changes
    }
}

fn bytes(size: u64) -> String {
    match size {
        0..1024 => format!("{size} bytes"),
        1024..1_048_576 => format!("{} KB", size / 1024),
        _ => format!("{} MB", size / 1_048_576),
    }
}

/// The picture in a file, if it is one that can be shown.
fn picture(path: &Path) -> Option<ContentBlock> {
    let mut file = open(path)?;
    let size = file
        .metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)?
        .len();
    if size > MAX_PICTURE_BYTES {
        return None;
    }
    let mut data = Vec::new();
    file.by_ref()
        .take(MAX_PICTURE_BYTES)
        .read_to_end(&mut data)
        .ok()?;
    // What it is shows in how it begins, whatever it is called.
    let mime_type = match data.as_slice() {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        _ => return None,
    };
    Some(ContentBlock::Image {
        mime_type: mime_type.to_owned(),
        data: BASE64_STANDARD.encode(&data),
    })
}

/// Opens a file, but neither through a link nor one that opening would wait for.
fn open(path: &Path) -> Option<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    options.open(path).ok()
}
