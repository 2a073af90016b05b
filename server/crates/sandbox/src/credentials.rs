//! Where credentials usually lie, and which paths give a command power outside of the sandbox.
use std::path::{Path, PathBuf};

/// How many submodules of a repository are protected.
pub(crate) const MAX_SUBMODULES: usize = 256;

/// In the user's home folder.
const HOME: &[&str] = &[
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".oci",
    ".netrc",
    "_netrc",
    ".authinfo",
    ".authinfo.gpg",
    ".git-credentials",
    ".pgpass",
    ".my.cnf",
    ".mylogin.cnf",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    ".gradle/gradle.properties",
    ".nuget/NuGet/NuGet.Config",
    ".composer/auth.json",
    ".docker/config.json",
    ".terraform.d/credentials.tfrc.json",
    ".terraformrc",
    ".vault-token",
    ".databrickscfg",
    ".snowflake",
    ".boto",
    ".s3cfg",
    ".password-store",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".node_repl_history",
    ".psql_history",
    ".mysql_history",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".local/share/fish/fish_history",
    ".local/share/containers/auth.json",
    ".mozilla",
    ".thunderbird",
    ".config/gh",
    ".config/glab-cli",
    ".config/hub",
    ".config/git/credentials",
    ".config/gcloud",
    ".config/doctl",
    ".config/flyctl",
    ".config/heroku",
    ".config/netlify",
    ".config/op",
    ".config/Bitwarden",
    ".config/Bitwarden CLI",
    ".config/rclone",
    ".config/containers/auth.json",
    ".config/pip/pip.conf",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".claude/.credentials.json",
    ".codex/auth.json",
    "Library/Keychains",
    "Library/Cookies",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Firefox",
    "Library/Application Support/gcloud",
];

/// On the machine.
const MACHINE: &[&str] = &[
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ssl/private",
    "/etc/krb5.keytab",
    "/etc/NetworkManager/system-connections",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/spool/cron",
    "/var/run/secrets",
    "/run/secrets",
];

/// The files and folders where programs usually keep secrets, for [`crate::Profile::hidden`]. They
/// need not exist. Aside's own folders are the caller's to add.
pub fn credentials(home: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = HOME.iter().map(|name| home.join(name)).collect();
    paths.extend(MACHINE.iter().map(PathBuf::from));
    paths
}

/// What inside a workspace folder makes other programs run code outside of the sandbox, or tells
/// Aside what it may do, for [`crate::Profile::protected`]: the hooks and the configuration of
/// the git repository (and of its submodules), and `.aside`.
pub fn protected_in(root: &Path) -> Vec<PathBuf> {
    let mut paths = vec![root.join(".aside")];
    let repository = root.join(".git");
    for name in ["hooks", "config", "config.worktree", "commondir"] {
        paths.push(repository.join(name));
    }
    let Ok(modules) = std::fs::read_dir(repository.join("modules")) else {
        return paths;
    };
    for module in modules.flatten().take(MAX_SUBMODULES) {
        for name in ["hooks", "config"] {
            let path = module.path().join(name);
            if path.exists() {
                paths.push(path);
            }
        }
    }
    paths
}
