//! Commands and what each would do, from `commands/*.toml`; and what must hold for any command.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aside_shell::{Analysis, Place, Severity, analyse};

const FILES: &[(&str, &str)] = &[
    ("reading", include_str!("commands/reading.toml")),
    ("writing", include_str!("commands/writing.toml")),
    ("programs", include_str!("commands/programs.toml")),
    ("folders", include_str!("commands/folders.toml")),
    ("sneaky", include_str!("commands/sneaky.toml")),
    ("words", include_str!("commands/words.toml")),
    ("dangers", include_str!("commands/dangers.toml")),
    ("broken", include_str!("commands/broken.toml")),
];

/// A command is given, and what it does, in short: the fields that are left out say nothing.
struct Expected<'t> {
    run: &'t str,
    does: Vec<&'t str>,
    dangers: Vec<&'t str>,
    reads: bool,
    whole: bool,
}

fn analyse_here(command: &str) -> Analysis {
    let roots = [PathBuf::from("/project")];
    let place = Place {
        cwd: Path::new("/project"),
        home: Some(Path::new("/home/me")),
        roots: &roots,
    };
    analyse(command, &place)
}

fn expected(table: &toml::Table) -> Expected<'_> {
    let texts = |key: &str| -> Vec<&str> {
        table
            .get(key)
            .and_then(|value| value.as_array())
            .map(|values| values.iter().filter_map(|value| value.as_str()).collect())
            .unwrap_or_default()
    };
    let flag = |key: &str, default| {
        table
            .get(key)
            .map_or(default, |value| value.as_bool() == Some(true))
    };
    Expected {
        run: table["run"].as_str().unwrap_or_default(),
        does: texts("does"),
        dangers: texts("dangers"),
        reads: flag("reads", false),
        whole: flag("whole", true),
    }
}

fn check(file: &str, expected: &Expected<'_>, wrong: &mut String) {
    let analysis = analyse_here(expected.run);
    let does: Vec<String> = analysis.effects.iter().map(ToString::to_string).collect();
    let dangers: Vec<String> = analysis
        .dangers
        .iter()
        .map(|danger| match danger.severity() {
            Severity::Deny => format!("deny: {danger}"),
            Severity::Warn => format!("warn: {danger}"),
        })
        .collect();
    let is_right = does == expected.does
        && dangers == expected.dangers
        && analysis.reads_only() == expected.reads
        && analysis.is_whole == expected.whole;
    if !is_right {
        let _ = writeln!(
            wrong,
            "{file}: {:?}\n  does {does:?}\n  dangers {dangers:?}, reads {}, whole {}",
            expected.run,
            analysis.reads_only(),
            analysis.is_whole,
        );
    }
}

#[test]
fn each_command_has_the_effects_of_the_table() {
    let mut wrong = String::new();
    let mut count = 0;
    for (file, text) in FILES {
        let table: toml::Table = text.parse().unwrap();
        let commands = table["command"].as_array().unwrap();
        assert!(!commands.is_empty(), "{file}");
        for command in commands {
            check(file, &expected(command.as_table().unwrap()), &mut wrong);
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 200, "{count}");
}

/// Whatever the table says to write, run or send is never taken for reading.
#[test]
fn nothing_that_does_more_is_taken_for_reading() {
    for (file, text) in FILES {
        let table: toml::Table = text.parse().unwrap();
        for command in table["command"].as_array().unwrap() {
            let expected = expected(command.as_table().unwrap());
            let does_more = expected.does.iter().any(|effect| {
                ["write ", "network ", "run! ", "run+ "]
                    .iter()
                    .any(|start| effect.starts_with(start))
            });
            let reads = analyse_here(expected.run).reads_only();
            assert!(!(reads && does_more), "{file}: {}", expected.run);
            // In a longer command it is what it is alone.
            let longer = format!("ls && pwd\n{}", expected.run);
            let reads_longer = analyse_here(&longer).reads_only();
            assert!(!reads_longer || reads, "{file}: {longer}");
        }
    }
}
