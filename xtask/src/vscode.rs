//! VS Code itself, as a server for browsers, and the tests that drive the extension in it.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clap::Args;

use crate::clients;
use crate::node;
use crate::programs::{
    cargo, fetch, find_or_install, install, once, root, run as run_program, target,
};
use crate::steps::Outcome;

/// The package of npm that has VS Code's server built, and its version.
const SERVER: (&str, &str) = ("code-server", "4.139.1");

/// Where in that package the server is.
const INSIDE: &str = "package/lib/vscode";

/// Where the tests are.
const TESTS: &str = "editors/vscode/e2e";

/// The servers of tools that the tests use.
const TOOLS: &[&str] = &["@modelcontextprotocol/server-everything@2026.8.31"];

/// What `cargo xtask vscode` takes.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Only runs the tests whose names have this in them.
    filter: Option<String>,
    /// Only makes the screenshots.
    #[arg(long, conflicts_with = "filter")]
    screenshots: bool,
    /// Copies the screenshots to where the README shows them.
    #[arg(long)]
    update_images: bool,
    /// Only measures streaming into a long transcript, and prints the figures.
    #[arg(long, conflicts_with_all = ["filter", "screenshots"])]
    bench: bool,
}

/// What the tests need, and where it is.
struct Programs {
    node: PathBuf,
    chromium: PathBuf,
    server: PathBuf,
    tools: PathBuf,
}

/// Gets VS Code and a browser, builds the extension, installs it and runs the tests.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let programs = match get() {
        Ok(programs) => programs,
        Err(error) => return Outcome::NotRun(format!("{error:#}")),
    };
    if arguments.bench {
        return bench(&programs).into();
    }
    build()
        .and_then(|package| drive(&programs, &package, arguments))
        .into()
}

/// Installs what is missing.
fn get() -> anyhow::Result<Programs> {
    let node = node::pinned()?;
    let chromium = find_or_install(
        &["chromium", "chromium-browser", "google-chrome"],
        "chromium",
    )?;
    if !Path::new("/usr/share/fonts/truetype/dejavu").is_dir() {
        install("fonts-dejavu-core")?;
    }
    let server = server()?;
    let tools = tools()?;
    clients::install()?;
    Ok(Programs {
        node,
        chromium,
        server,
        tools,
    })
}

/// VS Code's server: unpacked, with the packages that it needs.
fn server() -> anyhow::Result<PathBuf> {
    let (name, version) = SERVER;
    let folder = target().join(format!("vscode/server-{version}"));
    once(&folder, version, || {
        println!("VS Code is installed into {}", folder.display());
        unpack(&format!("{name}@{version}"), &folder)
    })?;
    Ok(folder)
}

/// Unpacks the server that is inside a package, and gets what it needs itself.
fn unpack(package: &str, folder: &Path) -> anyhow::Result<()> {
    let packed = target().join("vscode/packed");
    std::fs::create_dir_all(&packed)
        .with_context(|| format!("cannot create {}", packed.display()))?;
    let mut pack = clients::npm()?;
    pack.args(["pack", "--silent", "--pack-destination"])
        .arg(&packed)
        .arg(package);
    fetch(&mut pack)?;
    let archive = packed.join(format!("{}.tgz", package.replace('@', "-")));
    let mut unpack = Command::new("tar");
    unpack
        .arg("xzf")
        .arg(&archive)
        .arg("-C")
        .arg(folder)
        .args(["--strip-components", "3", INSIDE]);
    run_program(&mut unpack)?;
    let mut packages = clients::npm()?;
    packages
        .args(["install", "--omit=dev", "--ignore-scripts", "--no-audit"])
        .args(["--no-fund", "--loglevel", "error", "--prefix"])
        .arg(folder);
    fetch(&mut packages)?;
    std::fs::remove_dir_all(&packed).with_context(|| format!("cannot remove {}", packed.display()))
}

/// The MCP servers that the tests use.
fn tools() -> anyhow::Result<PathBuf> {
    let folder = target().join("vscode/tools");
    once(&folder, &TOOLS.join("\n"), || node::install(&folder, TOOLS))?;
    Ok(folder)
}

/// Builds the server, the scripted model, the chat view and the extension. Gives the package of
/// the last.
fn build() -> anyhow::Result<PathBuf> {
    cargo(&["build", "--package", "aside", "--package", "aside-script"])?;
    clients::script("editors/webview", "test")?;
    clients::script("editors/vscode", "test")?;
    // It builds the chat view and the extension first.
    clients::script("editors/vscode", "package")?;
    let folder = root().join("editors/vscode");
    let entries = std::fs::read_dir(&folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut packages = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "vsix")
        {
            packages.push((path.metadata()?.modified()?, path));
        }
    }
    // One of an older version may lie beside it.
    packages.sort();
    let (_, package) = packages
        .pop()
        .context("`npm run package` made no .vsix in editors/vscode")?;
    Ok(package)
}

/// Measures the chat view by itself, in the browser.
fn bench(programs: &Programs) -> anyhow::Result<()> {
    clients::script("editors/webview", "build")?;
    let mut bench = Command::new(&programs.node);
    bench
        .arg(root().join("editors/webview/bench/run.mjs"))
        .env("PATH", node::path(&programs.node)?)
        .env("ASIDE_CHROMIUM", &programs.chromium);
    run_program(&mut bench)
}

/// Runs the tests, which start and end all else.
fn drive(programs: &Programs, package: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let mut tests = Command::new(&programs.node);
    tests.arg(root().join(TESTS).join("run.ts"));
    if arguments.screenshots {
        tests.arg("--screenshots");
    }
    if arguments.update_images {
        tests.arg("--update-images");
    }
    tests.args(&arguments.filter);
    tests
        .env("PATH", node::path(&programs.node)?)
        .env("ASIDE_E2E_VSCODE", &programs.server)
        .env("ASIDE_E2E_CHROMIUM", &programs.chromium)
        .env("ASIDE_E2E_TOOLS", &programs.tools)
        .env("ASIDE_E2E_VSIX", package)
        .env("ASIDE_E2E_OUT", target().join("vscode/out"))
        .env("ASIDE_E2E_ASIDE", target().join("debug/aside"))
        .env("ASIDE_E2E_SCRIPT", target().join("debug/aside-script"));
    run_program(&mut tests)
}
