//! The committed schema and types are those that the wire types give.
use std::path::Path;

use aside_protocol::generate::generated_files;

#[test]
fn committed_files_are_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, text) in generated_files().unwrap() {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            committed.replace("\r\n", "\n") == text,
            "protocol/{name} is stale: run `cargo xtask codegen` and commit what it writes"
        );
    }
}

#[test]
fn generation_is_repeatable() {
    assert_eq!(generated_files().unwrap(), generated_files().unwrap());
}

#[test]
fn every_method_is_in_every_file() {
    use aside_protocol::methods::{CLIENT_REQUESTS, SERVER_NOTIFICATIONS, SERVER_REQUESTS};
    let methods = [CLIENT_REQUESTS, SERVER_REQUESTS, SERVER_NOTIFICATIONS].concat();
    for (name, text) in generated_files().unwrap() {
        for method in &methods {
            assert!(
                text.contains(&format!("\"{method}\"")),
                "{method} in {name}"
            );
        }
    }
}
