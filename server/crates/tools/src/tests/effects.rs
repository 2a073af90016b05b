//! What commands are asked about, and what is refused unasked.
use std::path::{Path, PathBuf};

use super::workspace::Workspace;
use crate::command::effects::{Looked, Surroundings, look};

fn looked(command: &str) -> Result<Looked, String> {
    let workspace = Workspace::new(&[("src/a.txt", "a"), ("b.txt", "b")]);
    let root = workspace.root();
    let surroundings = Surroundings {
        cwd: &root,
        home: Some(Path::new("/home/me")),
        private: &[PathBuf::from("/private"), std::env::temp_dir()],
    };
    let looked = look(command, surroundings, &*workspace.context().files);
    let mut looked = looked.map_err(|error| error.to_string())?;
    // The folder has another name each time.
    let text = serde_json::to_string(&looked.effects).expect("JSON");
    let text = text.replace(&*root.to_string_lossy(), "/project");
    looked.effects = serde_json::from_str(&text).expect("effects");
    Ok(looked)
}

/// The effects of a command: `path`, `program arguments`, or `host:`.
#[track_caller]
fn check(command: &str, expect: &[&str]) {
    use aside_agent::permission::Effect;
    let looked = looked(command).unwrap_or_else(|error| panic!("{command}: {error}"));
    let effects = looked.effects.iter().map(|effect| match effect {
        Effect::ReadPath { path } => format!("read {path}"),
        Effect::WritePath { path } => format!("write {path}"),
        Effect::RunProgram { program, arguments } => {
            format!("run {program} {}", arguments.join(" "))
        }
        Effect::Network { host } => format!("talk {host}"),
        Effect::McpTool { .. } => panic!("no command calls tools"),
    });
    let effects = effects.collect::<Vec<_>>();
    let effects = effects.iter().map(|effect| effect.trim_end());
    assert_eq!(effects.collect::<Vec<_>>(), expect, "{command}");
}

#[track_caller]
fn refused(command: &str, part: &str) {
    match looked(command) {
        Ok(looked) => panic!("{command}: {looked:?}"),
        Err(error) => assert!(error.contains(part), "{command}: {error}"),
    }
}

#[test]
fn commands_that_only_read_do_nothing_else() {
    check(
        "ls -la && cat b.txt | head -3",
        &["read /project", "read /project/b.txt"],
    );
    check("grep -rn x src", &["read /project/src/**"]);
    check("cat /private/output.txt", &[]);
    check("pwd", &[]);
}

#[test]
fn programs_and_writes_are() {
    check("make test", &["run make test"]);
    check(
        "cat b.txt | python3 x.py",
        &[
            "read /project/b.txt",
            "run python3 x.py",
            "read /project/x.py",
        ],
    );
    check("rm -rf src", &["run rm -rf src", "write /project/src/**"]);
    check("echo hi > src/new.txt", &["write /project/src/new.txt"]);
    check("echo hi > /private/x", &[]);
    check("cat /usr/share/x", &["read /usr/share/x"]);
}

#[test]
fn hosts_are_and_ask_for_the_network() {
    let looked = looked("curl https://example.com/x").expect("allowed");
    assert!(looked.network, "{looked:?}");
    let text = format!("{:?}", looked.effects);
    assert!(text.contains("example.com"), "{text}");
}

#[test]
fn what_is_not_understood_is_asked_about_as_a_whole() {
    check("echo 'not closed", &["run ? echo 'not closed"]);
    check("echo x > $UNKNOWN", &["run ? echo x > $UNKNOWN"]);
}

#[test]
fn reads_whose_path_is_known_only_when_they_run_are_asked_about() {
    let asked = |command: &str| check(command, &[&format!("run ? {command}")]);
    asked("cat \"$X\"");
    asked("cat $X/b.txt");
    asked("wc -l < \"$X\"");
    asked("echo b.txt | xargs cat");
    asked("cat $(printf /etc/%s hosts)");
    let command = "cat $(cat b.txt)";
    check(
        command,
        &["read /project/b.txt", &format!("run ? {command}")],
    );
}

#[test]
fn reads_whose_path_the_command_says_itself_are_not() {
    check("f=b.txt; cat $f", &["read /project/b.txt"]);
    check("cat \"$PWD/b.txt\" $(pwd)/b.txt", &["read /project/b.txt"]);
    check(
        "for f in src/*.txt; do head -3 \"$f\"; done",
        &["read /project/src/**"],
    );
    check(
        "cd src && cat $(dirname src/x)/a.txt",
        &["read /project/src/src/a.txt"],
    );
}

/// Looks at a command in a workspace with these files.
fn effects_with(files: &[(&str, &str)], command: &str) -> (usize, Vec<String>) {
    effects_in(&Workspace::new(files), command)
}

fn effects_in(workspace: &Workspace, command: &str) -> (usize, Vec<String>) {
    let root = workspace.root();
    let surroundings = Surroundings {
        cwd: &root,
        home: None,
        private: &[],
    };
    let looked = look(command, surroundings, &*workspace.context().files).expect("allowed");
    let runs = looked.effects.iter().filter(|effect| {
        matches!(effect, aside_agent::permission::Effect::RunProgram { program, .. } if program == "git")
    });
    (runs.count(), looked.warnings)
}

#[test]
fn git_is_asked_about_where_the_repository_names_programs() {
    let asked = |file: &str, text: &str, command: &str| {
        let head = ("HEAD", "ref: refs/heads/main\n");
        let beside = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files = [(file, text), (&*format!("{beside}/{}", head.0), head.1)];
        let (count, warnings) = effects_with(&files, command);
        assert_eq!(count, 1, "{file}: {text}: {command}");
        assert!(
            warnings[0].starts_with("Note that Git runs a program"),
            "{warnings:?}"
        );
    };
    let config = ".git/config";
    for text in [
        "[diff]\nexternal = ./x",
        "[diff \"word\"]\n\ttextconv = ./x",
        "[diff \"word\"]\n\tcommand = ./x",
        "[filter \"f\"]\n\tclean = ./x",
        "[filter \"lfs\"]\n\tprocess = ./git-lfs filter-process",
        "[gpg]\nprogram = ./x",
        "[gpg \"ssh\"]\nprogram = ./x",
        "[include]\npath = ../more",
        "[includeIf \"gitdir:/\"]\npath = ../more",
        "[core]\nworktree = /etc",
        "[core]\nnot understood",
        "[remote \"o\"]\npromisor = true\nuploadpack = ./x",
        "[extensions]\npartialClone = o\n[core]\nsshCommand = ./x",
    ] {
        for command in [
            "git diff",
            "git log -p",
            "git show",
            "git blame a",
            "git stash show",
        ] {
            asked(config, text, command);
        }
    }
    asked(
        ".git/config.worktree",
        "[diff]\nexternal = ./x",
        "git status",
    );
    asked(".git/hooks/post-index-change", "x", "git status");
    asked(
        ".git/modules/a/b/config",
        "[include]\npath = x",
        "git status",
    );
    let inner = "sub/.git/config";
    asked(inner, "[diff]\nexternal = ./x", "git -C sub diff");
    asked(inner, "[diff]\nexternal = ./x", "cd sub && git log -p");
    asked(
        inner,
        "[diff]\nexternal = ./x",
        "cd sub && git stash show -p",
    );
}

#[test]
fn git_is_asked_about_where_a_repository_inside_names_programs() {
    let asked = |config: &str, expect: usize| {
        let workspace = Workspace::new(&[
            (".git/HEAD", "ref: refs/heads/main\n"),
            ("sub/.git/HEAD", "ref: refs/heads/main\n"),
            ("sub/.git/config", config),
        ]);
        // An index of one entry, a repository inside, of which there is no `.gitmodules`.
        let mut index = b"DIRC\0\0\0\x04\0\0\0\x01".to_vec();
        index.extend([[0; 24].as_slice(), &[0, 0, 0xe0, 0], &[0; 34]].concat());
        index.extend(b"\0sub\0");
        std::fs::write(workspace.root().join(".git/index"), index).unwrap();
        assert_eq!(effects_in(&workspace, "git status").0, expect, "{config}");
    };
    asked("[filter \"f\"]\n\tclean = ./x", 1);
    asked("[core]\n\tbare = false", 0);
}

#[test]
fn git_is_not_asked_about_where_it_only_reads() {
    let usual = "[core]\n\tbare = false\n\thooksPath = .husky/_\n\tsshCommand = ssh -v\n\
        [remote \"origin\"]\n\turl = https://example.org/a\n\
        [filter \"lfs\"]\n\tprocess = git-lfs filter-process\n\trequired = true\n\
        [diff]\n\talgorithm = histogram\n[user]\n\tname = me\n";
    let partial = "[remote \"origin\"]\n\turl = https://example.org/a\n\tpromisor = true\n";
    for config in ["", usual, partial] {
        let files = [(".git/config", config), (".git/hooks/pre-commit", "x")];
        for command in ["git diff", "git log -p | head", "git status && git show"] {
            assert_eq!(
                effects_with(&files, command),
                (0, Vec::new()),
                "{config}: {command}"
            );
        }
    }
    assert_eq!(effects_with(&[], "git status"), (0, Vec::new()));
}

#[test]
fn nothing_outside_is_written() {
    refused("echo x > /etc/motd", "would write outside the workspace");
    refused("touch /home/me/x", "would write outside the workspace");
}

#[cfg(unix)]
#[test]
fn links_are_followed() {
    let workspace = Workspace::new(&[]);
    let root = workspace.root();
    std::os::unix::fs::symlink("/usr/share", root.join("link")).expect("a link");
    let surroundings = Surroundings {
        cwd: &root,
        home: None,
        private: &[],
    };
    let looked = look("echo x > link/y", surroundings, &*workspace.context().files);
    let error = looked.expect_err("it leads outside").to_string();
    assert!(
        error.contains("would write outside the workspace"),
        "{error}"
    );
}

#[test]
fn dangers_are_refused() {
    refused("cat ~/.ssh/id_rsa", "where credentials are kept");
    refused("rm -rf /", "The command was not run: it removes");
    refused(":(){ :|:& };:", "copies of itself");
    refused("echo x >> ~/.bashrc", "run by themselves later");
}
