//! Puts what every turn runs side by side in the released program.
//!
//! The kernel maps a program's code in pieces of many pages around each one that is touched. With
//! the functions in the order in which crates happen to be linked, what is used lies among what
//! hardly ever is (databases, containers, certificates), and nearly all of the program ends up in
//! memory. `link/order.txt` lists the functions that a turn runs, by the linker's names, and the
//! linker puts them first; `cargo xtask order` writes it.
//!
//! A name has a hash of the compiler and of its crate's version. With another compiler the list's
//! names without their hashes still say which functions are to lie together, with others of the
//! same name among them. What is not found is left where it was: the list costs nothing but memory
//! when it is out of date.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "this is how a build script speaks to cargo, and where it writes is cargo's"
)]
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The list, in the order of the first calls.
const ORDER: &str = "link/order.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ORDER}");
    println!("cargo:rerun-if-env-changed=ASIDE_LINK_ORDER");
    if !is_ordered() {
        return Ok(());
    }
    let order = env::current_dir()?.join(ORDER);
    let script = Path::new(&env::var("OUT_DIR")?).join("first.ld");
    fs::write(&script, linker_script(&fs::read_to_string(&order)?))?;
    for argument in [
        format!("-Wl,--symbol-ordering-file={}", order.display()),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
        format!("-Wl,-T,{}", script.display()),
    ] {
        println!("cargo:rustc-link-arg-bin=aside={argument}");
    }
    Ok(())
}

/// Whether this is a release for a target whose linker is LLD unless somebody says otherwise.
fn is_ordered() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    is("TARGET", "x86_64-unknown-linux-gnu")
        && is("PROFILE", "release")
        && !is("ASIDE_LINK_ORDER", "off")
        && env::var_os("RUSTC_LINKER").is_none()
        && !flags.contains("link")
}

/// A section before the others for what has a name of the list, hashes aside.
fn linker_script(order: &str) -> String {
    let patterns: BTreeSet<String> = order.lines().filter_map(pattern).collect();
    let mut script = "SECTIONS {\n  .text.first : {\n".to_owned();
    for pattern in patterns {
        script.push_str(&format!("    *(.text.{pattern})\n"));
    }
    script.push_str("  }\n}\nINSERT BEFORE .text;\n");
    script
}

/// The name without what the compiler makes of it.
fn pattern(name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.$".contains(c);
    if name.is_empty() || !name.chars().all(is_plain) {
        return None;
    }
    // Names end in a hash: `17h` and 16 digits.
    Some(match name.find("17h") {
        Some(hash) if name.starts_with("_ZN") => format!("{}*", &name[..hash + 3]),
        Some(_) | None => name.to_owned(),
    })
}
