//! Turns the table of providers in `catalog/` into static Rust, so that nothing of it is read or
//! allocated at run time.
#[path = "build/table.rs"]
mod table;

use std::path::{Path, PathBuf};

fn main() -> Result<(), String> {
    let folder = Path::new("catalog");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build/table.rs");
    let rust = table::rust(&files(folder)?)?;
    let out = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    let file = Path::new(&out).join("providers.rs");
    #[allow(
        clippy::disallowed_methods,
        reason = "what is built here is no file of the user"
    )]
    std::fs::write(&file, rust).map_err(|error| format!("{}: {error}", file.display()))
}

/// The names and texts of all files there.
fn files(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let why = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let entries = std::fs::read_dir(folder).map_err(|error| why(folder, error))?;
    let mut paths = entries
        .map(|entry| Ok(entry.map_err(|error| why(folder, error))?.path()))
        .collect::<Result<Vec<PathBuf>, String>>()?;
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .map(|path| {
            let text = std::fs::read_to_string(path).map_err(|error| why(path, error))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Ok((name.into_owned(), text))
        })
        .collect()
}
