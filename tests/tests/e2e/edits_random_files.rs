//! Random patches that make, change, move and delete files, among typing and crashes: going back
//! and forth gives every file as it was, with what the user typed.
use std::collections::BTreeMap;

use aside_tests::editor::ApplyEdit;
use serde_json::{Value, json};

use crate::common::{call, say};
use crate::desk::{Desk, stage};
use crate::edits_random::{Dice, seeds};

const TURNS: usize = 5;
const FILES: usize = 4;
const LINES: usize = 4;

/// What happens to a file, which is known by a number whatever it is called.
#[derive(Debug, Clone)]
enum Step {
    /// The agent makes it.
    Create { file: usize, name: String },
    /// The agent changes one of its lines.
    Update { file: usize, line: usize },
    /// The agent moves it.
    Move { file: usize, name: String },
    /// The agent deletes it.
    Delete { file: usize },
    /// The user types a line at its beginning.
    Type { file: usize, line: String },
}

/// A file as it must be.
#[derive(Debug, Clone)]
struct File {
    name: String,
    typed: Vec<String>,
    changed: [bool; LINES],
}

impl File {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            typed: Vec::new(),
            changed: [false; LINES],
        }
    }

    fn line(&self, file: usize, line: usize) -> String {
        match self.changed[line] {
            false => format!("file {file}, line {line}\n"),
            true => format!("file {file}, changed {line}\n"),
        }
    }

    fn text(&self, file: usize) -> String {
        let own = (0..LINES).map(|line| self.line(file, line));
        self.typed.iter().rev().cloned().chain(own).collect()
    }
}

/// All steps with their turns; the user's have none.
#[derive(Debug, Clone, Default)]
struct Story(Vec<(Option<usize>, Step)>);

impl Story {
    /// The files after all steps but those of turns from `from` on.
    fn files(&self, from: usize) -> BTreeMap<usize, File> {
        let mut files: BTreeMap<usize, File> = (0..FILES)
            .map(|file| (file, File::new(&name(file))))
            .collect();
        let steps = self.0.iter();
        for (_, step) in steps.filter(|(turn, _)| turn.is_none_or(|turn| turn < from)) {
            match step {
                Step::Create { file, name } => {
                    files.insert(*file, File::new(name));
                }
                Step::Update { file, line } => {
                    let file = files.get_mut(file).expect("a file");
                    file.changed[*line] = true;
                }
                Step::Move { file, name } => {
                    files.get_mut(file).expect("a file").name.clone_from(name);
                }
                Step::Delete { file } => {
                    files.remove(file);
                }
                // What the user typed in a file that is not to be there is asked about elsewhere.
                Step::Type { file, line } => {
                    if let Some(file) = files.get_mut(file) {
                        file.typed.push(line.clone());
                    }
                }
            }
        }
        files
    }
}

fn name(file: usize) -> String {
    format!("folder {}/file {file}.txt", file % 3)
}

/// What the agent does in a turn, as steps and as a patch. Each file is in it once.
fn turn(dice: &mut Dice, files: &BTreeMap<usize, File>, turn: usize) -> (Vec<Step>, String) {
    let mut free: Vec<usize> = files.keys().copied().collect();
    let mut steps = Vec::new();
    let mut patch = "*** Begin Patch\n".to_owned();
    for nth in 0..=dice.below(2) {
        let mut create = |patch: &mut String| {
            let file = FILES + 10 * turn + nth;
            let name = name(file);
            patch.push_str(&format!("*** Add File: {name}\n"));
            for line in File::new(&name).text(file).lines() {
                patch.push_str(&format!("+{line}\n"));
            }
            steps.push(Step::Create { file, name });
        };
        if free.is_empty() || dice.below(5) == 0 {
            create(&mut patch);
            continue;
        }
        let file = free.swap_remove(dice.below(free.len()));
        let known = &files[&file];
        let open = (0..LINES).find(|line| !known.changed[*line]);
        let hunk = |line: usize| {
            let old = known.line(file, line);
            format!("@@\n-{old}+file {file}, changed {line}\n")
        };
        let old_name = &known.name;
        match (dice.below(4), open) {
            (0, _) => {
                patch += &format!("*** Delete File: {old_name}\n");
                steps.push(Step::Delete { file });
            }
            (1, Some(line)) => {
                let name = format!("moved {turn}/{nth}.txt");
                patch += &format!(
                    "*** Update File: {old_name}\n*** Move to: {name}\n{}",
                    hunk(line)
                );
                steps.push(Step::Move { file, name });
                steps.push(Step::Update { file, line });
            }
            (_, Some(line)) => {
                patch += &format!("*** Update File: {old_name}\n{}", hunk(line));
                steps.push(Step::Update { file, line });
            }
            (_, None) => {
                patch += &format!("*** Delete File: {old_name}\n");
                steps.push(Step::Delete { file });
            }
        }
    }
    (steps, patch + "*** End Patch\n")
}

/// The user types a line at the beginning of a file. Not of one that the agent will delete: it
/// is refused that, since it has not seen the line.
fn type_in(desk: &Desk, planned: &Story, story: &mut Story, dice: &mut Dice, nth: usize) {
    let files = story.files(TURNS);
    let stay = planned.files(TURNS);
    let all: Vec<usize> = files
        .keys()
        .filter(|file| stay.contains_key(file))
        .copied()
        .collect();
    let Some(file) = dice.pick(&all) else {
        return;
    };
    let line = format!("typed {nth}\n");
    let name = &files[&file].name;
    let text = line.clone() + &files[&file].text(file);
    story.0.push((None, Step::Type { file, line }));
    let path = desk.path(name);
    match desk.editor.read(|state| state.buffers.contains_key(&path)) {
        true => desk.editor.change(&path, &text),
        false => {
            desk.stage.world.write(name, text);
        }
    }
}

/// Every file is there with its text, and no other.
fn check(desk: &Desk, files: &BTreeMap<usize, File>, shown: &str) {
    let buffers = desk.editor.read(|state| state.buffers.clone());
    let mut expected: Vec<String> = Vec::new();
    for (file, known) in files {
        let path = desk.path(&known.name);
        let text = match buffers.get(&path) {
            Some(buffer) => buffer.text.clone(),
            None => std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{shown}: {} {error}", known.name)),
        };
        assert_eq!(text, known.text(*file), "{shown}: {}", known.name);
        expected.push(known.name.clone());
    }
    expected.sort();
    assert_eq!(there(desk), expected, "{shown}");
}

/// The names of all files on disk.
fn there(desk: &Desk) -> Vec<String> {
    let root = desk.stage.world.workspace();
    let mut names = Vec::new();
    for folder in std::fs::read_dir(&root).unwrap() {
        for entry in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = entry.unwrap().path();
            names.push(
                path.strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    names.sort();
    names
}

/// Everything that the user sees, whatever it is called.
fn all_text(desk: &Desk) -> String {
    let buffers = desk.editor.read(|state| state.buffers.clone());
    let open = buffers.values().map(|buffer| buffer.text.clone());
    let closed = there(desk).into_iter().map(|name| desk.path(&name));
    let closed = closed
        .filter(|path| !buffers.contains_key(path))
        .map(|path| std::fs::read_to_string(path).unwrap());
    open.chain(closed).collect()
}

async fn play(seed: u64) {
    let mut dice = Dice::new(seed);
    // What the agent does depends on nothing that the user does but where lines begin.
    let mut planned = Story::default();
    let mut plans = Vec::new();
    let mut replies = Vec::new();
    for number in 0..TURNS {
        let (steps, patch) = turn(&mut dice, &planned.files(TURNS), number);
        replies.push(call(
            &format!("edit-{number}"),
            "apply_patch",
            json!({"patch": patch}),
        ));
        replies.push(say("Done."));
        let steps: Vec<_> = steps.into_iter().map(|step| (Some(number), step)).collect();
        planned.0.extend(steps.clone());
        plans.push(steps);
    }
    let stage = stage(replies);
    let mut story = Story::default();
    for (file, known) in story.files(0) {
        stage.world.write(&known.name, known.text(file));
    }
    let habit = [ApplyEdit::Apply, ApplyEdit::Unsupported][dice.below(2)];
    let desk = Desk::on(stage, &[], |client| client.apply_edit = habit).await;
    let session = desk.editor.create(json!({"permissionMode": "full"})).await;
    let mut desk = Desk { session, ..desk };
    let shown = format!("seed {seed}, {habit:?}");
    let mut turns = Vec::new();
    for (number, plan) in plans.iter().enumerate() {
        turns.push(desk.turn().await);
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "completed", "{shown}, turn {number}: {told}");
        story.0.extend(plan.clone());
        check(
            &desk,
            &story.files(TURNS),
            &format!("{shown}, turn {number}"),
        );
        if dice.below(2) == 0 {
            type_in(&desk, &planned, &mut story, &mut dice, number);
        }
        if dice.below(4) == 0 {
            desk = desk.killed().await;
        }
    }
    let from = dice.below(TURNS);
    let before = all_text(&desk);
    let rewound = desk.rewind(&turns[from], json!({})).await;
    let shown = format!("{shown}, from {from}");
    if rewound["conflicts"] == json!([]) {
        check(&desk, &story.files(from), &format!("{shown}: {rewound:#}"));
    }
    check_typed(&before, &all_text(&desk), &shown);
    if let Some(rewind) = rewound.get("rewindId") {
        let back = json!({"rewindId": rewind});
        let back = desk.editor.request("session/unrewind", back).await;
        assert_eq!(back["conflicts"], json!([]), "{shown}: {back:#}");
        check(&desk, &story.files(TURNS), &format!("{shown}, and back"));
    }
    finish(desk, &rewound).await;
}

/// Where something was refused, it was for what the user typed in a file that was to go.
async fn finish(desk: Desk, rewound: &Value) {
    for edit in rewound["conflicts"].as_array().into_iter().flatten() {
        assert_ne!(edit["status"], "reverted", "{edit:#}");
    }
    desk.editor.is_alive().await;
    desk.editor.close().await;
}

/// No line that the user typed is gone.
fn check_typed(before: &str, after: &str, shown: &str) {
    for line in before.lines().filter(|line| line.starts_with("typed")) {
        assert!(
            after.lines().any(|other| other == line),
            "{shown}: {line} is lost"
        );
    }
}

#[tokio::test]
async fn some_games_with_files() {
    let (first, count) = seeds();
    for seed in first..first + count {
        play(seed).await;
    }
}
