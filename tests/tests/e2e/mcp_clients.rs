//! `aside mcp serve` under a client that nobody here wrote: that of the `mcp` package of PyPI.
//!
//! It runs where `ASIDE_MCP_SERVERS` names the folder in which the package is installed, which is
//! what `cargo xtask mcp` and `cargo xtask test` see to.
use std::path::PathBuf;

use aside_tests::process::{binary, finish, settle};
use tokio::process::Command;

use crate::common::Stage;

/// Names the folder.
const VARIABLE: &str = "ASIDE_MCP_SERVERS";

/// In each way in which it can shake hands, or not at all.
#[tokio::test]
async fn a_client_of_pypi_reads_and_edits() {
    let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) else {
        eprintln!("not asked: {VARIABLE} names no folder of MCP servers");
        return;
    };
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/e2e/mcp_clients/client.py"
    );
    for mode in ["legacy", "auto", "2026-07-28"] {
        let mut stage = Stage::new([]);
        stage.world.set("ASIDE_PERMISSION_MODE", "acceptEdits");
        stage.world.write("a.txt", "one\n");
        let mut command = Command::new(folder.join("pypi/bin/python"));
        command
            .args([script, mode])
            .arg(binary())
            .args(["mcp", "serve"]);
        settle(&mut command, &stage.world);
        let mut child = command.spawn().unwrap();
        drop(child.stdin.take());
        let done = finish(child).await.expect_code(0);
        for part in [
            "tools apply_patch definition",
            "read False 1\tone",
            "edited False",
        ] {
            assert!(done.stdout.contains(part), "{mode}: {}", done.stdout);
        }
        assert_eq!(stage.world.read("a.txt"), "two\n");
    }
}
