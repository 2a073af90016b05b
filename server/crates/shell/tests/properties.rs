//! What holds for every text: no panic, bounds, and nothing that is left out.
use std::path::{Path, PathBuf};

use aside_shell::{Analysis, Effect, Place, Target, analyse};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::RngSeed;
use proptest::{collection, sample};

/// Parts of commands that mean something to a shell.
const PARTS: &[&str] = &[
    "ls",
    "echo",
    "rm",
    "cd",
    "a",
    "x=1",
    "$x",
    "${x}",
    "${x:-y}",
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "\\",
    "\n",
    ";",
    " ; ",
    "&",
    "&&",
    "||",
    "|",
    "(",
    "{ ",
    "; }",
    "<",
    ">",
    ">>",
    "<<E\n",
    "\nE\n",
    "<<<",
    "<(",
    "#",
    " # ",
    "!",
    "*",
    "~",
    "{a,b}",
    "$((",
    "))",
    "[[ ",
    " ]]",
    "if ",
    "then ",
    "; fi",
    "for i in ",
    "do ",
    "; done",
    "case x in ",
    "esac",
    ";;",
    "f() ",
    "-rf",
    "--",
    "$'",
    "eval ",
    "sh -c ",
    "env ",
    "xargs ",
    "find . -exec ",
    "\\;",
    "git ",
    "sed ",
    "é",
    "\u{a0}",
    "\r",
    "\u{1b}[2K",
    "\u{202e}",
    "\0",
    "\t",
    " ",
    " ",
    " ",
    " ",
];

fn analyse_here(command: &str) -> Analysis {
    let roots = [PathBuf::from("/project")];
    let place = Place {
        cwd: Path::new("/project"),
        home: Some(Path::new("/home/me")),
        roots: &roots,
    };
    analyse(command, &place)
}

fn writes(analysis: &Analysis, name: &str) -> bool {
    analysis.effects.iter().any(|effect| match effect {
        Effect::Write { path } => match path {
            Target::At(path) | Target::Beneath(path) => path.ends_with(name),
            Target::Unknown(text) => text == name,
        },
        Effect::Read { .. } | Effect::Run { .. } | Effect::Network { .. } => false,
    })
}

fn commands() -> impl Strategy<Value = String> {
    collection::vec(sample::select(PARTS), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    // The cases are the same in every run.
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(20_260_701),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let analysis = analyse_here(&text);
        prop_assert!(analysis.effects.len() <= 256);
    }

    #[test]
    fn no_command_panics_and_each_gives_the_same_again(command in commands()) {
        let analysis = analyse_here(&command);
        prop_assert_eq!(&analysis, &analyse_here(&command));
        prop_assert!(analysis.effects.len() <= 256);
    }

    #[test]
    fn what_follows_a_command_is_not_left_out(command in commands()) {
        let whole = analyse_here(&command).is_whole;
        let longer = analyse_here(&format!("{command}\nrm -rf zz"));
        prop_assert!(!whole || !longer.is_whole || writes(&longer, "zz"), "{:?}", command);
        prop_assert!(!whole || !longer.reads_only(), "{:?}", command);
    }

    #[test]
    fn what_precedes_a_command_does_not_hide_it(command in commands()) {
        let longer = analyse_here(&format!("rm -rf zz; {command}"));
        prop_assert!(!longer.is_whole || writes(&longer, "zz"), "{:?}", command);
        prop_assert!(!longer.reads_only(), "{:?}", command);
    }

    #[test]
    fn what_is_within_a_command_is_not_left_out(command in commands(), at in any::<sample::Index>()) {
        let places: Vec<usize> = command
            .char_indices()
            .filter(|(_, c)| *c == ' ')
            .map(|(place, _)| place)
            .collect();
        if !places.is_empty() {
            let (before, after) = command.split_at(*at.get(&places));
            let longer = format!("{before} $(rm -rf zz) {after}");
            let analysis = analyse_here(&longer);
            let is_text = is_text_there(before, after);
            prop_assert!(is_text || !analysis.reads_only(), "{:?}", longer);
        }
    }
}

/// Whether what is put between is text: in a comment, in single quotes, or behind a backslash.
fn is_text_there(before: &str, after: &str) -> bool {
    before.contains(['#', '\'', '\\']) || after.contains('\'') || before.contains("<<E")
}

#[test]
fn wide_characters_behind_braces_are_not_given_to_the_grammar() {
    for wide in ["\u{100}", "日", "\u{10ffff}"] {
        for start in ["{", "{1", "{1..", "{1..23", "${", "a{", "{日{", "'{", "\"{"] {
            let analysis = analyse_here(&format!("rm -rf /; echo {start}{wide}"));
            assert!(!analysis.is_whole, "{start}{wide}");
            assert_eq!(analysis.denials().count(), 1, "{start}{wide}");
        }
        assert!(
            analyse_here(&format!("echo {{a{wide}}} {wide}")).is_whole,
            "{wide}"
        );
    }
}

#[test]
fn long_and_deep_commands_are_not_whole() {
    let deep =
        |start: &str, end: &str, count: usize| start.repeat(count) + "ls" + &end.repeat(count);
    let scripts = (0..12).fold("ls".to_owned(), |script, _| {
        format!("eval {}", script.replace('\\', "\\\\").replace(' ', "\\ "))
    });
    for command in [
        "ls ".repeat(30_000),
        "ls;".repeat(21_000) + &"a".repeat(3_000),
        deep("(", ")", 3_000),
        deep("$(", ")", 3_000),
        deep("{ ", "; }", 3_000),
        deep("if ", "; then :; fi", 2_000),
        deep("nice ", "", 3_000),
        deep("[[ ! ", " ]]", 2_000),
        (0..300).map(|n| format!("touch {n};")).collect(),
        (0..200)
            .map(|n| format!("f{n}() {{ f{}; f{}; }};", n + 1, n + 1))
            .collect::<String>()
            + "f0",
        scripts,
    ] {
        let analysis = analyse_here(&command);
        assert!(!analysis.is_whole, "{}", &command[..40]);
        assert!(!analysis.reads_only(), "{}", &command[..40]);
        assert!(analysis.effects.len() <= 256);
    }
}

#[test]
fn what_is_known_survives_being_written_down() {
    let analysis = analyse_here("curl https://example.com/$X -o \"$Y\" | tee a; rm -rf ~; $Z");
    let text = toml::to_string(&analysis).unwrap();
    assert_eq!(toml::from_str::<Analysis>(&text).unwrap(), analysis);
}
