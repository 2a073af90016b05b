//! Random edits of the agent between random typing of the user: nothing of the user's is lost.
use std::sync::Arc;

use aside_protocol::EditResolveParams;

use super::bench::Bench;
use super::buffers::Buffers;

const ROUNDS: u64 = 60;
const STEPS: usize = 8;
const LINES: usize = 12;

/// A small generator of numbers, the same ones for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

struct Story {
    buffers: Arc<Buffers>,
    bench: Bench,
    turn: String,
    random: Random,
    count: usize,
}

impl Story {
    /// Lines `old N`, which the agent replaces, removes and adds to, while the user adds lines.
    async fn new(seed: u64) -> Self {
        let buffers = Arc::new(Buffers::default());
        let text: String = (0..LINES).map(|n| format!("old {n:02}\n")).collect();
        buffers.open("a", &text);
        let bench = Bench::on(Arc::clone(&buffers) as _).await;
        let turn = bench.turn().await;
        let mut story = Self {
            buffers,
            bench,
            turn,
            random: Random(seed),
            count: 0,
        };
        for _ in 0..STEPS {
            story.step().await;
        }
        story
    }

    async fn step(&mut self) {
        self.count += 1;
        if self.random.below(3) == 0 {
            self.type_a_line();
            return;
        }
        let text = self.buffers.text("a");
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        for _ in 0..=self.random.below(2) {
            self.count += 1;
            let at = self.random.below(lines.len());
            let new = format!("agent {:02}\n", self.count);
            // The agent leaves the user's lines alone.
            let is_users = lines[at].starts_with("user");
            match self.random.below(3) {
                0 if !is_users => lines[at] = new,
                1 if !is_users && lines.len() > 2 => drop(lines.remove(at)),
                _ => lines.insert(at, new),
            }
        }
        self.bench.text(&self.turn, "a", &lines.concat()).await;
    }

    fn type_a_line(&mut self) {
        let text = self.buffers.text("a");
        let starts: Vec<usize> = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let at = starts[self.random.below(starts.len())];
        let line = format!("user {:02}\n", self.count);
        self.buffers.replace("a", at..at, &line);
    }

    fn lines(&self, begin: &str) -> Vec<String> {
        let text = self.buffers.text("a");
        let lines = text.lines().filter(|line| line.starts_with(begin));
        lines.map(str::to_owned).collect()
    }

    fn check_restored(&self, seed: u64) {
        let old: Vec<String> = (0..LINES).map(|n| format!("old {n:02}")).collect();
        assert_eq!(self.lines("old"), old, "{seed}");
        assert_eq!(self.lines("agent"), [""; 0], "{seed}");
    }
}

#[tokio::test]
async fn rejecting_all_leaves_the_users_lines() {
    let mut whole = 0;
    for seed in 0..ROUNDS {
        let story = Story::new(seed).await;
        let before = story.lines("user");
        let all = EditResolveParams {
            session_id: Some(story.bench.session.clone()),
            ..Default::default()
        };
        let answer = story.bench.reject(all).await;
        assert_eq!(story.lines("user"), before, "{seed}: {answer}");
        if answer.split(' ').all(|status| status == "rejected") {
            story.check_restored(seed);
            whole += 1;
        }
    }
    assert!(whole > ROUNDS / 2, "{whole}");
}

#[tokio::test]
async fn a_rewind_restores_or_refuses_and_can_be_taken_back() {
    let mut whole = 0;
    for seed in 0..ROUNDS {
        let story = Story::new(seed).await;
        let (text, users) = (story.buffers.text("a"), story.lines("user"));
        let (id, done) = story.bench.rewind(&story.turn, false, false).await;
        if done.ends_with("left []") {
            story.check_restored(seed);
            whole += 1;
        } else {
            assert!(done.starts_with("back []"), "{seed}: {done}");
            assert_eq!(story.buffers.text("a"), text, "{seed}");
        }
        assert_eq!(story.lines("user"), users, "{seed}");
        let id = id.unwrap_or_else(|| panic!("{seed}: {done}"));
        let back = story.bench.unrewind(&id).await;
        assert!(back.starts_with("back"), "{seed}: {back}");
        assert_eq!(story.buffers.text("a"), text, "{seed}");
    }
    assert!(whole > ROUNDS / 2, "{whole}");
}
