//! Random edits, typing, reviews, rewinds and crashes: nothing that the user typed is ever lost,
//! and what is taken back is as if it had never been made.
use aside_script::{Gate, Reply};
use aside_tests::editor::{ApplyEdit, Sync, Typing, When};
use serde_json::{Value, json};

use crate::common::{call, patiently, say};
use crate::desk::{Desk, hunks, id};

const TURNS: usize = 6;
const LINES: usize = 40;

/// Numbers that are the same for a seed on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // The constants are Knuth's for MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        match list.len() {
            0 => None,
            count => Some(list[self.below(count)]),
        }
    }
}

/// A line as it is known here.
#[derive(Debug, Clone)]
enum Line {
    /// Only the user changes it.
    User(String),
    /// Only the agent changes it, once.
    Agent { number: usize, made: Option<Made> },
}

/// What the agent made of a line, and in which turn.
#[derive(Debug, Clone)]
struct Made {
    text: String,
    turn: usize,
}

fn old(number: usize) -> String {
    format!("agent {number}\n")
}

/// The document as it must be.
#[derive(Debug, Clone)]
struct Model(Vec<Line>);

impl Model {
    /// Every other line is the agent's.
    fn new() -> Self {
        let line = |number| match number % 2 {
            0 => Line::User(format!("user {number}\n")),
            _ => Line::Agent { number, made: None },
        };
        Self((0..LINES).map(line).collect())
    }

    fn text(&self) -> String {
        let text = |line: &Line| match line {
            Line::User(text) => text.clone(),
            Line::Agent {
                made: Some(made), ..
            } => made.text.clone(),
            Line::Agent { number, made: None } => old(*number),
        };
        self.0.iter().map(text).collect()
    }

    /// The user types, deletes or inserts a line.
    fn type_in(&mut self, dice: &mut Dice, nth: usize) {
        let own: Vec<usize> = (0..self.0.len())
            .filter(|at| matches!(self.0[*at], Line::User(_)))
            .collect();
        let Some(at) = dice.pick(&own) else {
            return;
        };
        // Where the agent removed a line, it is open on which side of it a new one is, and whether
        // it went with the lines around it.
        let is_removed = |at: Option<usize>| {
            matches!(
                at.and_then(|at| self.0.get(at)),
                Some(Line::Agent { made: Some(made), .. }) if made.text.is_empty()
            )
        };
        let is_open = is_removed(Some(at + 1));
        let is_beside = is_open || is_removed(at.checked_sub(1));
        match dice.below(4) {
            0 if own.len() > 4 && !is_beside => {
                self.0.remove(at);
            }
            1 | 2 if !is_open => {
                let line = Line::User(format!("typed {nth}\n"));
                self.0.insert(at + 1, line);
            }
            _ => self.0[at] = Line::User(format!("changed {nth}\n")),
        }
    }

    /// The user types a line just before the edit arrives, below one of their own.
    fn type_as_edit_comes(&mut self, desk: &Desk, dice: &mut Dice, nth: usize) {
        let own = (0..self.0.len()).filter(|at| {
            let next = self.0.get(at + 1);
            matches!(self.0[*at], Line::User(_))
                && matches!(next, Some(Line::User(_) | Line::Agent { made: None, .. }))
        });
        let Some(at) = dice.pick(&own.collect::<Vec<_>>()) else {
            return;
        };
        let Line::User(above) = self.0[at].clone() else {
            return;
        };
        let line = format!("typed as it came {nth}\n");
        self.0.insert(at + 1, Line::User(line.clone()));
        let typing = Typing {
            when: When::BeforeEdit,
            path: desk.path("a.txt"),
            new: above.clone() + &line,
            old: above,
        };
        desk.editor
            .set_habits(|client| client.typing = vec![typing]);
    }

    /// Makes of lines what the agent planned.
    fn make(&mut self, plan: &[Vec<(usize, String)>], which: &[usize]) {
        for line in &mut self.0 {
            let Line::Agent { number, made } = line else {
                continue;
            };
            if !which.contains(number) {
                continue;
            }
            for (turn, changes) in plan.iter().enumerate() {
                if let Some((_, text)) = changes.iter().find(|(other, _)| other == number) {
                    let text = text.clone();
                    *made = Some(Made { text, turn });
                }
            }
        }
    }

    /// Takes back what the agent made of lines.
    fn take_back(&mut self, which: impl Fn(usize, &Made) -> bool) {
        for line in &mut self.0 {
            if let Line::Agent { number, made } = line
                && made.as_ref().is_some_and(|made| which(*number, made))
            {
                *made = None;
            }
        }
    }
}

/// What the agent does in each turn: lines by their numbers, and what becomes of them.
fn plan(dice: &mut Dice) -> Vec<Vec<(usize, String)>> {
    let mut free: Vec<usize> = (0..LINES).filter(|number| number % 2 == 1).collect();
    let mut turns = Vec::new();
    for turn in 0..TURNS {
        let mut changes = Vec::new();
        for _ in 0..=dice.below(3) {
            let at = dice.below(free.len());
            let number = free.swap_remove(at);
            let text = match dice.below(4) {
                0 => String::new(),
                1 => format!("made {number}\n"),
                2 => format!("made {number}\nand more in turn {turn}\n"),
                _ => format!("{}and more than {number}\n", old(number)),
            };
            changes.push((number, text));
        }
        turns.push(changes);
    }
    turns
}

fn reply(turn: usize, changes: &[(usize, String)], gate: &Gate) -> Reply {
    let edits: Vec<Value> = changes
        .iter()
        .map(|(number, text)| json!({"old_text": old(*number), "new_text": text}))
        .collect();
    let arguments = json!({"path": "a.txt", "edits": edits});
    call(&format!("edit-{turn}"), "edit_file", arguments).gate_before_head(gate)
}

/// The agent's lines that a hunk is about.
fn lines_of(hunk: &Value) -> Vec<usize> {
    let texts = format!("{}{}", hunk["oldText"], hunk["newText"]);
    let is_there = |number: &usize| {
        texts.contains(&format!("agent {number}\\n"))
            || texts.contains(&format!("than {number}\\n"))
    };
    (0..LINES).filter(is_there).collect()
}

async fn pending(desk: &Desk) -> Vec<Value> {
    let all: Vec<Value> = desk.edits().await.iter().flat_map(hunks).collect();
    all.into_iter()
        .filter(|hunk| hunk["status"] == "pending")
        .collect()
}

async fn play(seed: u64) {
    let mut dice = Dice::new(seed);
    let plan = plan(&mut dice);
    let gates: Vec<Gate> = (0..TURNS).map(|_| Gate::new()).collect();
    let replies =
        (0..TURNS).flat_map(|turn| [reply(turn, &plan[turn], &gates[turn]), say("Done.")]);
    let mut model = Model::new();
    let sync = [Sync::Incremental, Sync::Whole, Sync::Split, Sync::Batched][dice.below(4)];
    let habit = [ApplyEdit::Apply, ApplyEdit::AnswerFirst, ApplyEdit::Blind][dice.below(3)];
    let mut desk = Desk::with(replies, &[("a.txt", &model.text())], |client| {
        client.sync = sync;
        client.apply_edit = habit;
    })
    .await;
    // Otherwise what the user did is known only by comparing texts, and among neighbouring
    // changes it may be open whose a line is: then a hunk is left alone.
    let mut is_exact = sync != Sync::Whole;
    let mut has_rejected = false;
    let path = desk.path("a.txt");
    let mut turns = Vec::new();
    for turn in 0..TURNS {
        let running = desk.prompt().await;
        let requests = desk.stage.model.wait_for_requests(2 * turn + 1);
        patiently("the turn's request", requests).await;
        for step in 0..dice.below(5) {
            model.type_in(&mut dice, turn * 100 + step);
            desk.editor.change(&path, &model.text());
        }
        if dice.below(2) == 0 {
            model.type_as_edit_comes(&desk, &mut dice, turn);
        }
        gates[turn].open();
        desk.completed(&running).await;
        turns.push(running);
        let (status, told) = desk.last_call().await;
        // A line that came back by a rejection may be right where the agent has a new one.
        let is_refused = status == "failed" && told.contains("changed the same lines");
        assert!(
            status == "completed" || is_refused && has_rejected,
            "seed {seed}, turn {turn}: {told}"
        );
        if !is_refused {
            let made: Vec<usize> = plan[turn].iter().map(|(number, _)| *number).collect();
            model.make(&plan, &made);
        }
        assert_eq!(
            desk.buffer("a.txt"),
            model.text(),
            "seed {seed}, turn {turn}, {sync:?}, {habit:?}: {told}"
        );
        for step in 50..50 + dice.below(4) {
            model.type_in(&mut dice, turn * 100 + step);
            desk.editor.change(&path, &model.text());
        }
        if dice.below(3) == 0 {
            desk = desk.killed().await;
            is_exact = false;
        }
        let waiting = pending(&desk).await;
        if let (0, Some(hunk)) = (
            dice.below(2),
            dice.pick(&waiting.iter().collect::<Vec<_>>()),
        ) {
            let which = json!({"hunkIds": [id(hunk)]});
            if dice.below(2) == 0 {
                desk.accept(which).await;
            } else {
                has_rejected = true;
                let shown = format!("seed {seed}, turn {turn}, {sync:?}, exact: {is_exact}");
                reject(&desk, &mut model, which, is_exact, &shown).await;
            }
            assert_eq!(
                desk.buffer("a.txt"),
                model.text(),
                "seed {seed}, turn {turn}: {hunk:#}"
            );
        }
    }
    let shown = format!("seed {seed}, {sync:?}, exact: {is_exact}");
    match dice.below(4) {
        0 => {
            desk.accept(json!({"sessionId": desk.session})).await;
            assert!(pending(&desk).await.is_empty(), "{shown}");
        }
        1 => {
            let all = json!({"sessionId": desk.session});
            reject(&desk, &mut model, all, is_exact, &shown).await;
        }
        then => {
            let from = dice.below(TURNS);
            rewind(
                &desk,
                &mut model,
                (&turns[from], from),
                then == 3,
                is_exact,
                &shown,
            )
            .await;
        }
    }
    desk.check("a.txt", &model.text()).await;
    desk.editor.close().await;
}

/// Rejects hunks: those that are then rejected are as if they had never been made, and all
/// others are as they were.
async fn reject(desk: &Desk, model: &mut Model, which: Value, is_exact: bool, shown: &str) {
    let before = pending(desk).await;
    let answered = desk.editor.try_request("edit/reject", which).await;
    match &answered {
        Ok(_) => {}
        Err(error) => {
            assert!(
                !is_exact && error.kind() == "conflict",
                "{shown}: {error:?}"
            );
        }
    }
    let after: Vec<String> = pending(desk).await.iter().map(id).collect();
    let gone = before.iter().filter(|hunk| !after.contains(&id(hunk)));
    let lines: Vec<usize> = gone.flat_map(lines_of).collect();
    model.take_back(|number, _| lines.contains(&number));
    let buffer = desk.buffer("a.txt");
    assert_eq!(
        buffer,
        model.text(),
        "{shown}, rejected {lines:?}: {answered:#?}"
    );
}

/// Goes back to before a turn, and perhaps forth again.
async fn rewind(
    desk: &Desk,
    model: &mut Model,
    (turn, from): (&str, usize),
    and_back: bool,
    is_exact: bool,
    shown: &str,
) {
    let rewound = desk.rewind(turn, json!({})).await;
    let conflicts = rewound["conflicts"].as_array().expect("a list").len();
    assert!(conflicts == 0 || !is_exact, "{shown}: {rewound:#}");
    let before = model.clone();
    if conflicts == 0 {
        model.take_back(|_, made| made.turn >= from);
    }
    assert_eq!(
        desk.buffer("a.txt"),
        model.text(),
        "{shown}, from {from}: {rewound:#}"
    );
    if let (true, Some(rewind)) = (and_back, rewound.get("rewindId")) {
        let back = json!({"rewindId": rewind});
        let back = desk.editor.request("session/unrewind", back).await;
        assert_eq!(back["conflicts"], json!([]), "{shown}: {back:#}");
        *model = before;
        assert_eq!(desk.buffer("a.txt"), model.text(), "{shown}");
    }
}

/// The same where nothing is made before the user accepts it.
async fn play_with_proposals(seed: u64) {
    let mut dice = Dice::new(seed);
    let plan = plan(&mut dice);
    let open = Gate::new();
    open.open();
    let replies = (0..TURNS).flat_map(|turn| [reply(turn, &plan[turn], &open), say("Done.")]);
    let mut model = Model::new();
    let sync = [Sync::Incremental, Sync::Whole, Sync::Split, Sync::Batched][dice.below(4)];
    let mut desk = Desk::with(replies, &[("a.txt", &model.text())], |client| {
        client.sync = sync;
        client.settings = json!({"edits": {"mode": "propose"}});
    })
    .await;
    let path = desk.path("a.txt");
    for turn in 0..TURNS {
        let shown = format!("seed {seed}, turn {turn}, {sync:?}");
        desk.turn().await;
        let (status, told) = desk.last_call().await;
        assert_eq!(status, "completed", "{shown}: {told}");
        assert_eq!(desk.buffer("a.txt"), model.text(), "{shown}");
        for step in 0..dice.below(5) {
            model.type_in(&mut dice, turn * 100 + step);
            desk.editor.change(&path, &model.text());
        }
        if dice.below(3) == 0 {
            desk = desk.killed().await;
        }
        let waiting = pending(&desk).await;
        let Some(hunk) = dice.pick(&waiting.iter().collect::<Vec<_>>()) else {
            continue;
        };
        let which = json!({"hunkIds": [id(hunk)]});
        match dice.below(3) {
            0 => {
                desk.accept(which).await;
                model.make(&plan, &lines_of(hunk));
            }
            1 => {
                desk.reject(which).await;
            }
            _ => {}
        }
        assert_eq!(desk.buffer("a.txt"), model.text(), "{shown}: {hunk:#}");
    }
    let left: Vec<usize> = pending(&desk).await.iter().flat_map(lines_of).collect();
    desk.accept(json!({"sessionId": desk.session})).await;
    model.make(&plan, &left);
    assert!(pending(&desk).await.is_empty(), "seed {seed}");
    assert_eq!(desk.buffer("a.txt"), model.text(), "seed {seed}, {sync:?}");
    desk.check("a.txt", &model.text()).await;
    desk.editor.close().await;
}

#[tokio::test]
async fn some_games_with_proposals() {
    let (first, count) = seeds();
    for seed in first..first + count {
        play_with_proposals(seed).await;
    }
}

#[tokio::test]
async fn some_games() {
    let (first, count) = seeds();
    for seed in first..first + count {
        play(seed).await;
    }
}

#[tokio::test]
async fn more_games() {
    let (first, count) = seeds();
    for seed in first + count..first + 2 * count {
        play(seed).await;
    }
}

/// The first seed and how many are played; `ASIDE_SEEDS=FIRST:COUNT` plays others.
pub(crate) fn seeds() -> (u64, u64) {
    let given = std::env::var("ASIDE_SEEDS").ok();
    let parsed = given.as_deref().and_then(|given| {
        let (first, count) = given.split_once(':')?;
        Some((first.parse().ok()?, count.parse().ok()?))
    });
    parsed.unwrap_or((1, 6))
}
