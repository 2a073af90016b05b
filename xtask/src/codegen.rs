//! Writes the files that are generated from the wire types.
use std::path::Path;

use anyhow::Context;

/// Brings the generated files in `protocol/` up to date, and says which it changed.
pub(crate) fn run() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("protocol");
    for (name, text) in aside_protocol::generate::generated_files()? {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
        report(name);
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "these are the repository's own files, not a user's"
)]
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

#[allow(clippy::print_stdout, reason = "a command's output")]
fn report(name: &str) {
    println!("wrote protocol/{name}");
}
