//! Package managers and build tools: they run code of the project, and download more.
use crate::effect::{Effect, Name, Scope};
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// Programs, and the subcommands with which they talk to a registry.
const MANAGERS: &[(&str, &[&str])] = &[
    (
        "npm",
        &[
            "install",
            "i",
            "ci",
            "add",
            "update",
            "up",
            "publish",
            "audit",
            "view",
            "info",
            "exec",
            "x",
            "init",
            "create",
            "login",
            "search",
            "outdated",
            "uninstall",
            "un",
            "rm",
            "install-test",
            "it",
            "dlx",
        ],
    ),
    (
        "pnpm",
        &[
            "install", "i", "add", "update", "up", "publish", "audit", "dlx", "create", "import",
            "outdated",
        ],
    ),
    (
        "yarn",
        &[
            "install", "add", "upgrade", "up", "publish", "audit", "dlx", "create", "info", "",
        ],
    ),
    (
        "bun",
        &["install", "i", "add", "update", "x", "create", "publish"],
    ),
    ("npx", &["*"]),
    ("bunx", &["*"]),
    (
        "pip",
        &["install", "download", "search", "index", "wheel", "list"],
    ),
    (
        "pip3",
        &["install", "download", "search", "index", "wheel", "list"],
    ),
    ("pipx", &["*"]),
    ("uv", &["*"]),
    ("uvx", &["*"]),
    (
        "poetry",
        &["install", "add", "update", "lock", "publish", "self"],
    ),
    ("conda", &["install", "create", "update", "search"]),
    (
        "cargo",
        &[
            "install",
            "add",
            "update",
            "fetch",
            "publish",
            "search",
            "login",
            "yank",
            "generate-lockfile",
            "vendor",
        ],
    ),
    ("rustup", &["*"]),
    ("go", &["get", "install", "mod", "generate"]),
    ("gem", &["install", "update", "push", "search", "fetch"]),
    ("bundle", &["install", "update", "add", ""]),
    (
        "composer",
        &["install", "update", "require", "create-project"],
    ),
    ("mvn", &["*"]),
    ("gradle", &["*"]),
    ("apt", &["*"]),
    ("apt-get", &["*"]),
    ("aptitude", &["*"]),
    ("dnf", &["*"]),
    ("yum", &["*"]),
    ("pacman", &["*"]),
    ("apk", &["*"]),
    ("zypper", &["*"]),
    ("brew", &["*"]),
    ("snap", &["*"]),
    ("flatpak", &["*"]),
    ("nix", &["*"]),
    ("nix-shell", &["*"]),
    ("nix-env", &["*"]),
    (
        "dotnet",
        &[
            "restore", "add", "build", "run", "test", "publish", "tool", "nuget",
        ],
    ),
];

/// What a package manager does, as far as it is known.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    let (_, subcommands) = MANAGERS.iter().find(|(known, _)| *known == name)?;
    if let [word] = arguments
        && matches!(word.literal().as_deref(), Some("--version" | "-V"))
    {
        return Some(Scope::Reads);
    }
    let subcommand = arguments
        .iter()
        .find(|word| !word.prefix().starts_with(['-', '+']));
    let is_online = match subcommand.map(|word| word.literal()) {
        None => subcommands.contains(&""),
        Some(None) => true,
        Some(Some(text)) => subcommands.contains(&text.as_str()),
    };
    if is_online || subcommands.contains(&"*") {
        walker.effect(Effect::Network {
            host: Name::Unknown("registry".to_owned()),
        });
    }
    walker.write_here(Reach::Beneath);
    Some(Scope::Anything)
}
