//! `git`: which subcommands read, write, and talk to other hosts.
use std::path::Path;

use super::network::host_of_url;
use super::options::{Given, Order, Spec, sort};
use crate::danger::Danger;
use crate::effect::{Effect, Name, Scope};
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// Subcommands that only read, unless an option below says otherwise.
const READING: &[&str] = &[
    "blame",
    "cat-file",
    "check-ignore",
    "cherry",
    "count-objects",
    "describe",
    "diff",
    "diff-index",
    "diff-tree",
    "for-each-ref",
    "grep",
    "log",
    "ls-files",
    "ls-tree",
    "merge-base",
    "name-rev",
    "rev-list",
    "rev-parse",
    "shortlog",
    "show",
    "show-branch",
    "show-ref",
    "status",
    "symbolic-ref",
    "var",
    "version",
    "whatchanged",
    "check-attr",
    "diff-files",
    "annotate",
];

/// Options of these that run programs or write files.
const RISKY: &[&str] = &[
    "output",
    "ext-diff",
    "textconv",
    "open-files-in-pager",
    "O",
    "filters",
    "exec",
    "upload-pack",
    "output-directory",
    "paginate",
    "show-signature",
    "contents",
    "alternate-refs",
];

/// Options that begin like a risky one and are harmless.
const HARMLESS: &[&str] = &[
    "oneline",
    "others",
    "one",
    "ext",
    "text",
    "exclude-standard",
    "exclude",
    "only",
];

/// Subcommands that change the files of the workspace.
const CHANGING: &[&str] = &[
    "add",
    "am",
    "apply",
    "checkout",
    "cherry-pick",
    "clean",
    "commit",
    "merge",
    "mv",
    "pull",
    "rebase",
    "reset",
    "restore",
    "revert",
    "rm",
    "stash",
    "submodule",
    "switch",
    "worktree",
    "bisect",
    "read-tree",
    "checkout-index",
    "sparse-checkout",
    "filter-branch",
    "lfs",
    "init",
];

/// What `git` does.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    if name != "git" {
        return None;
    }
    let spec = Spec {
        short: "Cc",
        long: &[
            "git-dir",
            "work-tree",
            "namespace",
            "exec-path",
            "config-env",
            "super-prefix",
            "attr-source",
        ],
    };
    let given = sort(arguments, spec, Order::Strict);
    let before = walker.state.clone();
    for folder in given.values(&["C", "work-tree", "git-dir"]) {
        let folders = walker.folders(&folder);
        walker.state.enter(folders);
        walker.state.failed.clear();
    }
    // Settings name programs, and another repository has settings of its own.
    let is_plain = given.names().all(|name| {
        matches!(
            name,
            "C" | "no-pager" | "P" | "version" | "v" | "no-optional-locks"
        )
    });
    let scope = match given.operands.split_first() {
        Some((subcommand, rest)) => subcommand_of(walker, subcommand, rest),
        None => Scope::Reads,
    };
    let is_here_inside = walker.folders(&Word::known(".")).iter().all(|folder| {
        folder
            .as_ref()
            .is_some_and(|folder| is_inside(walker, folder))
    });
    walker.state = before;
    let is_certain = is_plain && is_here_inside && given.is_certain;
    Some(if is_certain { scope } else { Scope::Anything })
}

fn is_inside(walker: &Walker<'_>, folder: &Path) -> bool {
    walker
        .place
        .roots
        .iter()
        .any(|root| folder.starts_with(root))
}

fn subcommand_of(walker: &mut Walker<'_>, subcommand: &Word, rest: &[Word]) -> Scope {
    let Some(name) = subcommand.literal() else {
        return Scope::Anything;
    };
    let given = sort(
        rest,
        Spec {
            short: "",
            long: &[],
        },
        Order::Mixed,
    );
    if READING.contains(&name.as_str()) {
        return reading(walker, &name, &given);
    }
    match name.as_str() {
        "branch" | "tag" | "remote" | "stash" | "worktree" | "config" | "reflog" | "notes"
        | "submodule"
            if only_lists(&name, &given) =>
        {
            if matches!(name.as_str(), "stash" | "reflog") {
                walker.read_here(Reach::Beneath);
            }
            return Scope::Reads;
        }
        "clone" | "fetch" | "pull" | "push" | "ls-remote" | "remote" | "submodule" | "archive" => {
            online(walker, &name, &given);
        }
        _ => {}
    }
    warn(walker, &name, &given);
    match name.as_str() {
        "clone" => clone(walker, &given),
        "config" => {
            if given.has(&["system"]) {
                walker.write(&Word::known("/etc/gitconfig"), Reach::Itself);
            }
            if let Some(home) = walker
                .state
                .value("HOME")
                .filter(|_| given.has(&["global"]))
            {
                walker.write(&Word::known(&(home + "/.gitconfig")), Reach::Itself);
            }
            walker.write_here(Reach::Beneath);
        }
        "rm" => {
            for word in &given.operands {
                walker.remove(word, Reach::Beneath);
            }
            walker.write_here(Reach::Beneath);
        }
        "format-patch" | "bundle" | "archive" => walker.write_here(Reach::Beneath),
        _ => walker.write_here(Reach::Beneath),
    }
    // Hooks, filters, editors and helpers run, and most subcommands that are left change files.
    if CHANGING.contains(&name.as_str()) || matches!(name.as_str(), "clone" | "push" | "fetch") {
        let runs = given.has(&[
            "exec",
            "x",
            "upload-pack",
            "receive-pack",
            "u",
            "i",
            "interactive",
            "c",
            "config",
            "template",
        ]) || given.has(&["unsafe-paths"])
            || matches!(
                name.as_str(),
                "bisect" | "filter-branch" | "submodule" | "lfs" | "am" | "rebase" | "pull"
            );
        let is_certain = given.is_certain && !runs;
        return if is_certain
            && matches!(
                name.as_str(),
                "add" | "rm" | "mv" | "reset" | "restore" | "apply" | "init" | "clean"
            ) {
            Scope::Listed
        } else {
            Scope::Anything
        };
    }
    Scope::Anything
}

fn reading(walker: &mut Walker<'_>, name: &str, given: &Given) -> Scope {
    let is_risky = given.names().any(|option| {
        !HARMLESS.contains(&option)
            && RISKY
                .iter()
                .any(|risky| option == *risky || (option.len() > 2 && risky.starts_with(option)))
    });
    let writes_ref =
        name == "symbolic-ref" && (given.operands.len() > 1 || given.has(&["d", "delete", "m"]));
    for file in given.values(&["output"]) {
        walker.write(&file, Reach::Itself);
    }
    if given.has(&["no-index"]) {
        for word in &given.operands {
            walker.read(word, Reach::Beneath);
        }
    }
    walker.read_here(Reach::Beneath);
    let is_certain = given.is_certain
        || given
            .operands
            .iter()
            .all(|word| !word.is_unknown() && !word.prefix().is_empty());
    if is_risky || writes_ref || !is_certain {
        Scope::Anything
    } else {
        Scope::Reads
    }
}

/// Whether a subcommand with two faces only shows.
fn only_lists(name: &str, given: &Given) -> bool {
    if !given.is_certain {
        return false;
    }
    let first = given.operands.first().and_then(Word::literal);
    let first = first.as_deref();
    let options_are = |allowed: &[&str]| given.names().all(|name| allowed.contains(&name));
    let show = [
        "a",
        "all",
        "l",
        "list",
        "r",
        "remotes",
        "v",
        "vv",
        "verbose",
        "show-current",
        "contains",
        "merged",
        "no-merged",
        "sort",
        "format",
        "no-color",
        "color",
        "points-at",
        "no-contains",
        "n",
        "column",
        "no-column",
        "i",
        "ignore-case",
    ];
    match name {
        "branch" | "tag" => {
            let lists =
                given.operands.is_empty() || given.names().any(|name| matches!(name, "l" | "list"));
            options_are(&show) && lists
        }
        "remote" => match first {
            None => options_are(&["v", "verbose"]),
            Some("get-url") => options_are(&["all", "push"]),
            Some(_) => false,
        },
        "stash" => {
            matches!(first, Some("list" | "show"))
                && options_are(&["p", "stat", "name-only", "oneline"])
        }
        "worktree" => first == Some("list"),
        "reflog" => matches!(first, None | Some("show")) && options_are(&["n", "all", "oneline"]),
        "notes" => matches!(first, None | Some("list" | "show")) && options_are(&[]),
        "submodule" => matches!(first, Some("status")) && options_are(&[]),
        "config" => {
            let gets = given
                .names()
                .any(|name| matches!(name, "get" | "get-all" | "list" | "l" | "get-regexp"));
            (gets || matches!(first, Some("get" | "list")))
                && options_are(&[
                    "get",
                    "get-all",
                    "list",
                    "l",
                    "get-regexp",
                    "global",
                    "local",
                    "system",
                    "show-origin",
                    "show-scope",
                    "name-only",
                    "z",
                    "bool",
                    "int",
                    "path",
                    "default",
                    "all",
                ])
        }
        _ => false,
    }
}

fn online(walker: &mut Walker<'_>, name: &str, given: &Given) {
    let first = match name {
        "submodule" | "archive" => None,
        "remote" => given.operands.get(2),
        _ => given.operands.first(),
    };
    let host = match first {
        Some(word) if word.prefix().contains("://") || word.prefix().contains(':') => {
            host_of_url(word)
        }
        Some(word) => Name::Unknown(word.raw().to_owned()),
        None => Name::Unknown("remote".to_owned()),
    };
    walker.effect(Effect::Network { host });
}

fn clone(walker: &mut Walker<'_>, given: &Given) {
    let folder = match given.operands.as_slice() {
        [_, folder] => Some(folder.clone()),
        [url] => url.literal().and_then(|text| {
            let text = text.trim_end_matches('/');
            let name = text.rsplit(['/', ':']).next()?;
            let name = name.strip_suffix(".git").unwrap_or(name);
            (!name.is_empty() && !name.starts_with('.')).then(|| Word::known(name))
        }),
        _ => None,
    };
    match folder {
        Some(folder) => walker.write(&folder, Reach::Beneath),
        None => walker.write_here(Reach::Beneath),
    }
}

fn warn(walker: &mut Walker<'_>, name: &str, given: &Given) {
    let is_forced = given.has(&[
        "f",
        "force",
        "force-with-lease",
        "mirror",
        "delete",
        "d",
        "prune",
    ]) || given
        .operands
        .iter()
        .any(|word| word.prefix().starts_with(['+', ':']));
    let discards = match name {
        "push" if is_forced => {
            walker.danger(Danger::ForcePush);
            false
        }
        "reset" => given.has(&["hard", "merge", "keep"]),
        "clean" => given.has(&["f", "force"]),
        "checkout" | "switch" => {
            given.has(&["f", "force", "discard-changes"])
                || given.operands.iter().any(|word| word.is("."))
        }
        "restore" => !given.has(&["S", "staged"]) || given.has(&["W", "worktree"]),
        "stash" => given
            .operands
            .iter()
            .any(|word| word.is("drop") || word.is("clear")),
        _ => false,
    };
    if discards {
        walker.danger(Danger::DiscardsChanges);
    }
}
