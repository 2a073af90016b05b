//! Which editors were seen last, and what they can do: for `aside doctor`.
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lsp::ClientProfile;
use crate::settings::Dirs;

/// How many editors are remembered.
const MAX_EDITORS: usize = 16;

/// The largest file that is read back, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// An editor as it was seen last.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// RFC 3339, UTC.
    pub at: String,
    /// What it announced.
    pub profile: Value,
}

fn file(dirs: &Dirs) -> PathBuf {
    dirs.data.join("editors.json")
}

/// The editors seen, by name. None if none was, or the file cannot be read.
pub fn editors(dirs: &Dirs) -> BTreeMap<String, Seen> {
    let path = file(dirs);
    let small = path
        .metadata()
        .is_ok_and(|metadata| metadata.len() <= MAX_FILE_BYTES);
    if !small {
        return BTreeMap::new();
    }
    std::fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Remembers an editor. Failing costs only a line of `aside doctor`.
pub fn remember(dirs: &Dirs, profile: &ClientProfile) {
    let mut editors = editors(dirs);
    let seen = Seen {
        at: crate::clock::now(),
        profile: profile.describe(),
    };
    editors.insert(profile.name.clone(), seen);
    while editors.len() > MAX_EDITORS {
        let oldest = editors
            .iter()
            .min_by(|a, b| a.1.at.cmp(&b.1.at))
            .map(|(name, _)| name.clone());
        match oldest {
            Some(name) => editors.remove(&name),
            None => break,
        };
    }
    let json = crate::wire::to_json(&editors);
    let path = file(dirs);
    let written = std::fs::create_dir_all(&dirs.data).and_then(|()| {
        #[allow(
            clippy::disallowed_methods,
            reason = "Aside's own data, not the user's files"
        )]
        std::fs::write(&path, json)
    });
    if let Err(error) = written {
        tracing::warn!(%error, "the editor's capabilities are not remembered");
    }
}
