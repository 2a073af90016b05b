//! Whatever models send, the turn is one that can be stored, shown and gone on with.
use aside_llm::{Chunk, ModelErrorKind, Place, StopReason};

use super::faults::check_next;
use super::retries::at_once;
use super::{Played, check_files, world};
use crate::editing::{EditDialect, EditMode};
use crate::item::ItemRecord;
use crate::testing::{
    Reply, call, calls_end, check_events, end, model_error, opaque, show_messages, text, usage,
};

/// A small generator: the same numbers in each run, so that a failure can be seen again.
struct Dice {
    seed: u64,
    /// Marks given out.
    marks: usize,
}

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).unwrap_or_default() % sides
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    /// A text that is never given out again, and whose number grows.
    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("§{}§", self.marks)
    }

    fn said(&mut self) -> String {
        let words = [
            "\n",
            "",
            "```",
            "a.rs\n<<<<<<< SEARCH\nold\n",
            "=======\nnew\n>>>>>>> REPLACE\n",
        ];
        match self.roll(2) {
            0 => self.mark(),
            _ => self.pick(&words).to_owned(),
        }
    }

    fn chunk(&mut self) -> Chunk {
        let names = ["read", "edit", "sh", "nope", ""];
        let raws = [
            "{}",
            "{\"a\":1}",
            "{\"a\"",
            "[",
            "",
            "null",
            "\"",
            "1}",
            " ",
        ];
        match self.roll(9) {
            0 | 1 => text(&self.said()),
            2 => Chunk::Reasoning(self.said()),
            3 => Chunk::ToolCall {
                index: self.roll(4),
                id: self.pick(&[None, Some("id".to_owned())]),
                name: [None, Some(self.pick(&names).to_owned())][self.roll(2)].clone(),
                arguments: self.pick(&raws).to_owned(),
            },
            4 => call(self.roll(4), self.pick(&names), self.pick(&raws[..3])),
            5 => {
                let place = self.pick(&[Place::Part, Place::Alone]);
                Chunk::Opaque(place, opaque(&self.mark()))
            }
            // It stands with its call, which may have come long before.
            6 => Chunk::Opaque(Place::Call(self.roll(4)), opaque("of a call")),
            7 => Chunk::Note("a note".to_owned()),
            _ => usage(1, 1),
        }
    }

    fn answer(&mut self) -> Reply {
        let mut reads = Vec::new();
        for _ in 0..self.roll(12) {
            reads.push(Ok(vec![self.chunk()]));
        }
        let mut refused = model_error(ModelErrorKind::Auth);
        refused.retryable = false;
        let stop = |reason| Ok(vec![Chunk::Stop(reason)]);
        match self.roll(14) {
            0 | 1 => reads.push(Err(model_error(ModelErrorKind::Network))),
            2 => reads.push(Err(refused)),
            3 => {}
            4 => reads.push(stop(StopReason::MaxTokens)),
            5 => reads.push(stop(StopReason::Filtered)),
            6 | 7 => reads.push(stop(StopReason::Paused)),
            _ => reads.push(Ok(vec![calls_end()])),
        }
        Reply::Streams(reads)
    }

    fn answers(&mut self) -> Vec<Reply> {
        let mut answers: Vec<Reply> = (0..6).map(|_| self.answer()).collect();
        answers.push(Reply::chunks(vec![end()]));
        answers
    }
}

/// The numbers of the marks in a text.
fn marks(text: &str) -> Vec<usize> {
    let parts = text.split('§').skip(1).step_by(2);
    parts.map(|number| number.parse().unwrap()).collect()
}

/// Parts are sent in the order in which they came, each at most once, and none of an answer that
/// was asked for again.
fn check_marks(played: &Played, records: &[ItemRecord]) {
    let hidden = records.iter().filter(|record| {
        let replay = record.replay.as_ref();
        replay.is_some_and(|replay| replay.superseded)
    });
    let hidden = hidden.map(|record| format!("{record:?}"));
    let hidden = hidden.flat_map(|shown| marks(&shown)).collect::<Vec<_>>();
    for request in &played.requests {
        let shown = show_messages(&request.messages);
        let sent = marks(&shown);
        assert!(sent.is_sorted_by(|a, b| a < b), "{sent:?}:\n{shown}");
        let seen = sent.iter().find(|mark| hidden.contains(mark));
        assert_eq!(seen, None, "{shown}");
    }
}

#[tokio::test]
async fn whatever_a_model_sends_leaves_a_valid_turn() {
    let mut dice = Dice { seed: 7, marks: 0 };
    let (mut retried, mut sent) = (0, 0);
    for _ in 0..600 {
        let (mut world, _) = world(dice.answers());
        world.others = vec![dice.answers()];
        if dice.roll(3) > 0 {
            world.limits.retry = at_once();
        }
        if dice.roll(2) == 0 {
            world.sink.cancel_at = Some((dice.roll(40), world.cancel.clone()));
        }
        if dice.roll(2) == 0 {
            world.limits.max_iterations = 2;
        }
        if dice.roll(4) == 0 {
            world.edit_mode = EditMode::Propose;
        }
        if dice.roll(2) == 0 {
            world.dialect = EditDialect::SearchReplace;
        }
        for name in ["a", "b"] {
            if dice.roll(3) == 0 {
                let typed = dice.pick(&["mine", "new", "old"]).to_owned();
                let mut all = world.files.typed.lock().unwrap();
                all.insert(name.to_owned(), typed);
            }
        }
        world.notes.add("The user rejected c.".to_owned());
        // Two questions are answered; a third one is withdrawn by the cancel.
        world.approver.on_ask = world.cancel.clone();
        let files = std::sync::Arc::clone(&world.files);
        let played = world.play().await;
        let completed = check_events(&played.events);
        check_marks(&played, &completed);
        let shown = played.shown();
        retried += usize::from(shown.contains("\nretrying"));
        sent += marks(&played.last_request()).len();
        check_next(completed);
        check_files(&files, &played.events);
    }
    // The numbers are such that much was tried.
    assert!(retried > 100 && sent > 300, "{retried} {sent}");
}
