//! Searching 50,000 files: `grep` and `glob` of the built program beside ripgrep, in turns.
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::place::Place;

/// How many files there are.
const FILES: usize = 50_000;
/// How many of them are in one folder.
const IN_FOLDER: usize = 100;
/// Every so manyth file has the word that is looked for.
const NEEDLE_EVERY: usize = 125;
/// What is looked for.
const NEEDLE: &str = "quokka_[0-9]+";
/// The names that are looked for: one file in a hundred.
const NAMES: &str = "*_42.txt";
/// How often each is done before it is measured, so that the files are in memory.
const WARM_UPS: usize = 2;

/// Measures and renders a table of medians.
pub(crate) fn table(rounds: u32) -> String {
    let place = Place::new();
    plant(&place.workspace());
    let grep = serde_json::json!({"pattern": NEEDLE, "limit": 1000}).to_string();
    let glob = serde_json::json!({"pattern": NAMES, "limit": 1000}).to_string();
    let aside = |tool: &str, arguments: &str| {
        let mut command = place.command_with(&[]);
        command.args(["tools", "call", tool, arguments]);
        command
    };
    let rg = |arguments: &[&str]| {
        let mut command = Command::new("rg");
        command.args(arguments).current_dir(place.workspace());
        command
    };
    let mut table =
        String::from("| 50,000 files | aside | rg | ratio |\n| --- | ---: | ---: | ---: |\n");
    for (name, ours, theirs) in [
        (
            "text (`grep`)",
            &(|| aside("grep", &grep)) as &dyn Fn() -> Command,
            &(|| rg(&["-n", NEEDLE, "."])) as &dyn Fn() -> Command,
        ),
        ("names (`glob`)", &|| aside("glob", &glob), &|| {
            rg(&["--files", "-g", NAMES, "."])
        }),
    ] {
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for round in 0..WARM_UPS + usize::try_from(rounds).expect("few rounds") {
            let (one, found) = timed(ours());
            let (two, expected) = timed(theirs());
            assert_eq!(
                found, expected,
                "{name}: both find the same number of lines"
            );
            if round >= WARM_UPS {
                own.push(one);
                other.push(two);
            }
        }
        let (own, other) = (median(own), median(other));
        table += &format!(
            "| {name} | {:.0} ms | {:.0} ms | {:.2} |\n",
            own.as_secs_f64() * 1e3,
            other.as_secs_f64() * 1e3,
            own.as_secs_f64() / other.as_secs_f64()
        );
    }
    table
}

/// How long a command takes, and how many lines that name a file it prints.
fn timed(mut command: Command) -> (Duration, usize) {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let started = Instant::now();
    let output = command.output().expect("the program runs");
    let took = started.elapsed();
    assert!(output.status.success(), "{command:?} failed");
    let text = String::from_utf8_lossy(&output.stdout);
    (
        took,
        text.lines().filter(|line| line.contains(".txt")).count(),
    )
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn plant(root: &Path) {
    for number in 0..FILES {
        let folder = root.join(format!("d{}", number / IN_FOLDER));
        if number % IN_FOLDER == 0 {
            std::fs::create_dir_all(&folder).expect("a folder");
        }
        let mut text = String::new();
        for line in 0..40 {
            text += &format!("line {line} of file {number}: some words about nothing at all\n");
        }
        if number % NEEDLE_EVERY == 0 {
            text += &format!("here is quokka_{number}\n");
        }
        let name = format!("f_{}.txt", number % IN_FOLDER);
        std::fs::write(folder.join(name), text).expect("a file");
    }
}
