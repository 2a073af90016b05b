//! Which checkers fit a file, or a workspace: those of the settings, else those that a project's
//! own files tell of.
use std::path::{Path, PathBuf};

use aside_agent::host::WorkspacePath;
use globset::GlobBuilder;

use super::{Checker, CheckerSpec, MAX_RUN};

/// How many folders above a file are looked into for its project.
const MAX_PARENTS: usize = 64;

/// A language, the ends of its files' names, the files that say that a folder is a project of it,
/// and what checks one.
struct Language {
    name: &'static str,
    extensions: &'static [&'static str],
    projects: &'static [&'static str],
    command: &'static str,
}

const LANGUAGES: &[Language] = &[
    Language {
        name: "rust",
        extensions: &["rs"],
        projects: &["Cargo.toml"],
        command: "cargo check --message-format=json",
    },
    Language {
        name: "typescript",
        extensions: &["ts", "tsx", "mts", "cts"],
        projects: &["tsconfig.json"],
        command: TSC,
    },
    Language {
        name: "python",
        extensions: &["py", "pyi"],
        projects: &["pyproject.toml", "ruff.toml", ".ruff.toml"],
        command: "ruff check --output-format=json",
    },
    Language {
        name: "go",
        extensions: &["go"],
        projects: &["go.mod"],
        command: "go vet ./...",
    },
    // Languages that settings may name; nothing is known to check them everywhere.
    Language {
        name: "javascript",
        extensions: &["js", "jsx", "mjs", "cjs"],
        projects: &[],
        command: "",
    },
    Language {
        name: "c",
        extensions: &["c", "h"],
        projects: &[],
        command: "",
    },
    Language {
        name: "cpp",
        extensions: &["cc", "cpp", "cxx", "hh", "hpp", "hxx"],
        projects: &[],
        command: "",
    },
    Language {
        name: "ruby",
        extensions: &["rb"],
        projects: &[],
        command: "",
    },
    Language {
        name: "shell",
        extensions: &["sh", "bash"],
        projects: &[],
        command: "",
    },
];

const TSC: &str = "tsc --noEmit --pretty false";
/// Where a project has a compiler of its own.
const OWN_TSC: &str = "npx --no-install tsc --noEmit --pretty false";
const OWN_TSC_FILE: &str = "node_modules/.bin/tsc";

/// What is to be checked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// One file.
    File(&'a WorkspacePath),
    /// All that is in the workspace.
    All,
}

/// The checkers to run, the user's own first; `roots` are the workspace's folders.
pub(crate) fn find(specs: &[CheckerSpec], asked: Asked<'_>, roots: &[PathBuf]) -> Vec<Checker> {
    let mut found = match asked {
        Asked::File(path) => of_file(specs, path, roots),
        Asked::All => of_all(specs, roots),
    };
    found.truncate(MAX_RUN);
    found
}

fn of_file(specs: &[CheckerSpec], path: &WorkspacePath, roots: &[PathBuf]) -> Vec<Checker> {
    let fitting = specs
        .iter()
        .filter(|spec| fits(&spec.files, path.display()));
    let own = in_root(fitting, roots);
    if !own.is_empty() {
        return own;
    }
    let file = path.absolute();
    let Some(language) = LANGUAGES.iter().find(|one| one.has(file)) else {
        return Vec::new();
    };
    let parents = file.ancestors().skip(1).take(MAX_PARENTS);
    let mut inside = parents.take_while(|folder| roots.iter().any(|root| folder.starts_with(root)));
    let project = inside.find_map(|folder| language.checker(folder));
    project.into_iter().collect()
}

fn of_all(specs: &[CheckerSpec], roots: &[PathBuf]) -> Vec<Checker> {
    let mut found = in_root(specs.iter(), roots);
    for language in LANGUAGES {
        let is_covered = specs.iter().any(|spec| language.is_named(&spec.files));
        if !is_covered {
            found.extend(roots.iter().filter_map(|root| language.checker(root)));
        }
    }
    found
}

/// Checkers of the settings run in the workspace's first folder.
fn in_root<'a>(specs: impl Iterator<Item = &'a CheckerSpec>, roots: &[PathBuf]) -> Vec<Checker> {
    let Some(root) = roots.first() else {
        return Vec::new();
    };
    let allowed = specs.filter(|spec| spec.is_allowed());
    let checkers = allowed.map(|spec| Checker {
        command: spec.command.clone(),
        cwd: root.clone(),
    });
    checkers.collect()
}

impl Language {
    fn has(&self, file: &Path) -> bool {
        let extension = file.extension().and_then(|end| end.to_str());
        extension.is_some_and(|end| self.extensions.contains(&end))
    }

    /// Whether a checker of the settings, which is for these files, is for this language.
    fn is_named(&self, files: &str) -> bool {
        let mut names = self.extensions.iter().map(|end| format!("x.{end}"));
        names.any(|name| fits(files, &name))
    }

    /// What checks a folder, if it is a project of this language.
    fn checker(&self, folder: &Path) -> Option<Checker> {
        let mut projects = self.projects.iter();
        projects.find(|name| folder.join(name).is_file())?;
        let command = match self.command {
            TSC if folder.join(OWN_TSC_FILE).exists() => OWN_TSC,
            command => command,
        };
        Some(Checker {
            command: command.to_owned(),
            cwd: folder.to_owned(),
        })
    }
}

/// Whether a file is of this language or fits this pattern; `file` has `/` between its parts. A
/// pattern without one is about the name alone.
fn fits(files: &str, file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    if let Some(language) = LANGUAGES.iter().find(|one| one.name == files) {
        return language.has(Path::new(name));
    }
    let is_pattern = files.contains(['*', '?', '.', '/', '[', '{']);
    if !is_pattern {
        return Path::new(name).extension().is_some_and(|end| end == files);
    }
    let subject = match files.contains('/') {
        true => file,
        false => name,
    };
    let glob = GlobBuilder::new(files).literal_separator(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(subject))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Asked, CheckerSpec, find, fits};
    use crate::tests::Workspace;

    #[test]
    fn what_files_a_checker_is_for() {
        for (files, file, expect) in [
            ("rust", "src/a.rs", true),
            ("rust", "a.rsx", false),
            ("typescript", "a.tsx", true),
            ("lua", "init.lua", true),
            ("lua", "lua", false),
            ("*.py", "deep/in/a.py", true),
            ("*.py", "a.pyc", false),
            ("web/**/*.ts", "web/x/y/a.ts", true),
            ("web/**/*.ts", "other/a.ts", false),
            ("web/*.ts", "web/x/a.ts", false),
            ("Makefile.*", "Makefile.inc", true),
            ("[", "[", false),
            ("*.{c,h}", "a.h", true),
            ("", "a", false),
        ] {
            assert_eq!(fits(files, file), expect, "{files} {file}");
        }
    }

    fn spec(files: &str, command: &str, guard: Option<bool>) -> CheckerSpec {
        CheckerSpec {
            files: files.to_owned(),
            command: command.to_owned(),
            guard: guard.map(|holds| Arc::new(move || holds) as _),
        }
    }

    /// The checkers for a file, or for all, as `FOLDER: COMMAND`.
    #[track_caller]
    fn check(there: &[&str], specs: &[CheckerSpec], file: Option<&str>, expect: &[&str]) {
        let there = there.iter().map(|name| (*name, "")).collect::<Vec<_>>();
        let workspace = Workspace::new(&there);
        let context = workspace.context();
        let roots = context.files.roots();
        let path = file.map(|file| context.files.resolve(file).expect("a path"));
        let asked = path.as_ref().map_or(Asked::All, Asked::File);
        let found = find(specs, asked, &roots);
        let shown = found.iter().map(|one| {
            let folder = one.cwd.strip_prefix(&roots[0]).expect("inside");
            format!("{}: {}", folder.display(), one.command)
        });
        assert_eq!(shown.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn a_projects_files_tell_what_checks_it() {
        let cargo = "cargo check --message-format=json";
        let at_root = format!(": {cargo}");
        let in_b = format!("b: {cargo}");
        let there = [
            "Cargo.toml",
            "src/a.rs",
            "b/Cargo.toml",
            "b/src/x/y.rs",
            "z.py",
        ];
        check(&there, &[], Some("src/a.rs"), &[&at_root]);
        check(&there, &[], Some("b/src/x/y.rs"), &[&in_b]);
        check(&there, &[], Some("b/new.rs"), &[&in_b]);
        check(&there, &[], Some("z.py"), &[]);
        check(&there, &[], Some("Cargo.toml"), &[]);
        check(&there, &[], None, &[&at_root]);
        let there = [
            "tsconfig.json",
            "a.ts",
            "w/tsconfig.json",
            "w/a.ts",
            "w/node_modules/.bin/tsc",
            "go.mod",
            "ruff.toml",
        ];
        check(
            &there,
            &[],
            Some("a.ts"),
            &[": tsc --noEmit --pretty false"],
        );
        check(
            &there,
            &[],
            Some("w/a.ts"),
            &["w: npx --no-install tsc --noEmit --pretty false"],
        );
        check(
            &there,
            &[],
            None,
            &[
                ": tsc --noEmit --pretty false",
                ": ruff check --output-format=json",
                ": go vet ./...",
            ],
        );
        check(&["a.rs"], &[], Some("a.rs"), &[]);
        check(&["a.rs"], &[], None, &[]);
    }

    #[test]
    fn settings_come_first_and_the_workspaces_only_where_trusted() {
        let there = ["Cargo.toml", "a.rs", "b.py"];
        let own = [
            spec("*.py", "lint b", None),
            spec("rust", "clip", Some(true)),
        ];
        check(&there, &own, Some("a.rs"), &[": clip"]);
        check(&there, &own, Some("b.py"), &[": lint b"]);
        check(&there, &own, None, &[": lint b", ": clip"]);
        let strange = [spec("rust", "clip", Some(false))];
        check(
            &there,
            &strange,
            Some("a.rs"),
            &[": cargo check --message-format=json"],
        );
        let many = vec![spec("*.rs", "x", None); 20];
        check(&there, &many, Some("a.rs"), &[": x"; 8]);
    }
}
