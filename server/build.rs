//! Puts what every turn runs side by side in the released program.
//!
//! The kernel maps a program's code in pieces of many pages around each one that is touched. With
//! the functions in the order in which crates happen to be linked, what is used lies among what
//! hardly ever is (databases, containers, certificates), and nearly all of the program ends up in
//! memory. `link/order.txt` lists the functions that a turn runs, by the linker's names, and the
//! linker puts them first; `cargo xtask order` writes it.
//!
//! A name has hashes of the compiler, of the features and versions of crates, and of the profile. A name
//! that is not found is passed over: a list that is out of date costs nothing but memory. Of functions of
//! which there are several, the compiler numbers the names anew each time; all of them are put first.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "this is how a build script speaks to cargo, and where it writes is cargo's"
)]
use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

/// The list, in the order of the first calls.
const ORDER: &str = "link/order.txt";

/// `off` leaves the functions where they are; `record` does so too, and keeps their names.
const MODE: &str = "ASIDE_LINK_ORDER";

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ORDER}");
    println!("cargo:rerun-if-env-changed={MODE}");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_OS", "linux") || is(MODE, "record") {
        return Ok(());
    }
    // By the linker and not by the profile, of which the names have a hash.
    link("-Wl,--strip-all");
    // The compiler's own linker for this target is LLD, unless somebody chose another.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_chosen = env::var_os("RUSTC_LINKER").is_some() || flags.contains("link");
    if is("TARGET", "x86_64-unknown-linux-gnu") && !is_chosen && !is(MODE, "off") {
        let order = env::current_dir()?.join(ORDER);
        let folder = env::var_os("OUT_DIR").unwrap_or_default();
        let script = Path::new(&folder).join("first.ld");
        fs::write(&script, numbered(&fs::read_to_string(&order)?))?;
        link(&format!("-Wl,--symbol-ordering-file={}", order.display()));
        link("-Wl,--no-warn-symbol-ordering");
        link(&format!("-Wl,-T,{}", script.display()));
    }
    Ok(())
}

/// A linker script with a section before the others, for the functions whose names are numbered.
fn numbered(order: &str) -> String {
    let is_number = |end: &str| !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit());
    let names: BTreeSet<&str> = order
        .lines()
        .filter_map(|name| {
            let (base, end) = name.rsplit_once('.')?;
            is_number(end).then_some(base)
        })
        .collect();
    let mut script = "SECTIONS {\n  .text.first : {\n".to_owned();
    for name in names {
        script.push_str(&format!("    *(.text.{name} .text.{name}.*)\n"));
    }
    script.push_str("  }\n}\nINSERT BEFORE .text;\n");
    script
}

fn link(argument: &str) {
    println!("cargo:rustc-link-arg-bin=aside={argument}");
}
