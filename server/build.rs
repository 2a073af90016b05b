//! Puts what every turn runs side by side in the released program.
//!
//! The kernel maps a program's code in pieces of many pages around each one that is touched. With
//! the functions in the order in which crates happen to be linked, what is used lies among what
//! hardly ever is (databases, containers, certificates), and nearly all of the program ends up in
//! memory. `link/order.txt` lists the functions that a turn runs, by the linker's names, and the
//! linker puts them first; `cargo xtask order` writes it.
//!
//! A name has hashes of the compiler, of the features and versions of crates, and of the profile. A name that
//! is not found is passed over: a list that is out of date costs nothing but memory.
#![allow(
    clippy::print_stdout,
    reason = "this is how a build script speaks to cargo"
)]
use std::env;

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
        link(&format!("-Wl,--symbol-ordering-file={}", order.display()));
        link("-Wl,--no-warn-symbol-ordering");
    }
    Ok(())
}

fn link(argument: &str) {
    println!("cargo:rustc-link-arg-bin=aside={argument}");
}
