//! Turns the table of providers in `catalog/` into static Rust, and the tables of tokenizers into
//! files that are used as they are, so that nothing of them is read or allocated at run time.
#[path = "build/table.rs"]
mod table;
#[path = "build/tokens.rs"]
mod tokens;

use std::path::{Path, PathBuf};

fn main() -> Result<(), String> {
    let folder = Path::new("catalog");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/tokens/hash.rs");
    let out = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    let out = Path::new(&out);
    write(
        &out.join("providers.rs"),
        table::rust(&files(folder)?)?.as_bytes(),
    )?;
    for (file, tokenizer) in [
        ("cl100k.bin", tiktoken_rs::cl100k_base()),
        ("o200k.bin", tiktoken_rs::o200k_base()),
    ] {
        let tokenizer = tokenizer.map_err(|error| format!("{file}: {error}"))?;
        write(&out.join(file), &tokens::table(&tokenizer)?)?;
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "what is built here is no file of the user"
)]
fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))
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
