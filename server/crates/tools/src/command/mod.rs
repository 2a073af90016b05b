//! What all tools that run programs share: what a command would do, what it prints, how that is
//! told, and which files it changed.
pub(crate) mod clean;
pub(crate) mod effects;
pub(crate) mod explained;
pub(crate) mod files;
pub(crate) mod follow;
pub(crate) mod repository;
pub(crate) mod told;
pub(crate) mod touched;
pub(crate) mod transcript;

/// The first of these programs that is on the `PATH`.
pub(crate) fn on_path(programs: &[&'static str]) -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).collect::<Vec<_>>();
    let is_there = |program: &&&str| folders.iter().any(|folder| folder.join(program).is_file());
    programs.iter().find(is_there).copied()
}

/// The shell that commands are read by.
pub(crate) fn shell() -> &'static str {
    on_path(&["bash", "sh"]).unwrap_or("bash")
}
