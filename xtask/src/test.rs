//! `cargo xtask test`: everything that can run, in order, and a table of it.
use std::process::Command;

use crate::clients;
#[cfg(unix)]
use crate::containers;
use crate::databases;
use crate::house;
use crate::mcp;
use crate::mocks;
use crate::neovim;
use crate::node;
use crate::programs::{cargo, find_or_install, root, run as run_program, target};
use crate::steps::{Outcome, Steps};
use crate::vscode;

/// The version of the compiler that checks the generated TypeScript.
const TYPESCRIPT: &str = "typescript@5.9.3";

/// Makes a bubblewrap that does not work a failure.
const REQUIRE_BWRAP: &str = "ASIDE_REQUIRE_BWRAP";

/// Names a server with a real model for the tests that need one.
const MODEL_URL: &str = "ASIDE_TEST_MODEL_URL";

/// Runs all steps, also after one that failed, so that one run shows all there is to do.
pub(crate) fn run() -> anyhow::Result<()> {
    let mut steps = Steps::default();
    steps.run("layout of the source", || house::check().into());
    steps.run("format", || cargo(&["fmt", "--all", "--check"]).into());
    steps.run("lints", || {
        let lints = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny=warnings",
            "--deny=clippy::allow_attributes_without_reason",
        ];
        cargo(&lints).into()
    });
    let is_built = steps.run("build", || cargo(&["build", "--package", "aside"]).into());
    steps.run("tests of all crates, end to end too", || {
        if !is_built {
            return Outcome::Failed("the build failed".to_owned());
        }
        tests()
    });
    steps.run("demo", || {
        if !is_built {
            return Outcome::Failed("the build failed".to_owned());
        }
        run_program(Command::new(target().join("debug/aside")).arg("demo")).into()
    });
    steps.run("independent mock servers", || {
        if !is_built {
            return Outcome::Failed("the build failed".to_owned());
        }
        mocks::run()
    });
    steps.run("independent servers of tools", mcp::run);
    steps.run("servers of databases", databases::run);
    #[cfg(unix)]
    steps.run("an engine of containers", containers::run);
    steps.run("generated TypeScript", typescript);
    steps.run("generated Lua", lua);
    steps.run("lints and types of the clients' TypeScript", clients::check);
    steps.run("VS Code", || {
        if !is_built {
            return Outcome::Failed("the build failed".to_owned());
        }
        vscode::run(&vscode::Arguments::default())
    });
    steps.run("lints of the Lua", neovim::lint);
    steps.run("Neovim", || {
        if !is_built {
            return Outcome::Failed("the build failed".to_owned());
        }
        neovim::test()
    });
    steps.run("a turn with a real model", || {
        match std::env::var(MODEL_URL) {
            // It is one of the end-to-end tests.
            Ok(_) => Outcome::Passed,
            Err(_) => Outcome::NotAsked(format!("{MODEL_URL} is not set")),
        }
    });
    steps.finish()
}

/// All tests of cargo; on Linux with bubblewrap, so that both ways of confining are tried.
fn tests() -> Outcome {
    let mut command = Command::new("cargo");
    command.args(["test", "--workspace"]).current_dir(root());
    if cfg!(target_os = "linux") {
        if let Err(error) = find_or_install(&["bwrap"], "bubblewrap") {
            return Outcome::NotRun(format!("{error:#}"));
        }
        command.env(REQUIRE_BWRAP, "1");
    }
    run_program(&mut command).into()
}

/// The generated types compile, in the strictest mode.
fn typescript() -> Outcome {
    let folder = target().join("typescript");
    let compiler = folder.join("node_modules/typescript/bin/tsc");
    if !compiler.is_file()
        && let Err(error) = node::install(&folder, &[TYPESCRIPT])
    {
        return Outcome::NotRun(format!("{error:#}"));
    }
    let mut check = Command::new("node");
    check
        .arg(compiler)
        .args([
            "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext",
        ])
        .arg(root().join("protocol/ts/aside.ts"));
    run_program(&mut check).into()
}

/// The generated annotations are a Lua file that loads.
fn lua() -> Outcome {
    let names = ["luac", "luac5.4", "luac5.3", "luac5.1"];
    match find_or_install(&names, "lua5.4") {
        Ok(luac) => run_program(
            Command::new(luac)
                .arg("-p")
                .arg(root().join("protocol/lua/aside.lua")),
        )
        .into(),
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    }
}
