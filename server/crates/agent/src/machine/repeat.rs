//! Notices a model that makes the same call over and over.
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::limits::MAX_REPEAT_REFUSALS;

/// What a call is told apart by: the tool's name and its arguments, as far as they differ in
/// meaning. White space between arguments makes no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) arguments: String,
}

/// How often the latest call was made in a row, and with what result.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeats {
    last: Option<Signature>,
    output: u64,
    same: u32,
    refused: u32,
}

/// Whether a call is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Make it.
    Make,
    /// Refuse it and say so.
    Refuse,
    /// Refuse it and end the turn: the model does not listen.
    GiveUp,
}

/// Whether a call gave the same result when it was made last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    First,
    Before,
}

impl Repeats {
    /// To be asked before each call, in the order of the calls.
    pub(super) fn before(&mut self, signature: &Signature, limit: u32) -> Verdict {
        if self.last.as_ref() != Some(signature) {
            *self = Self {
                last: Some(signature.clone()),
                ..Self::default()
            };
            return Verdict::Make;
        }
        if self.same < limit {
            return Verdict::Make;
        }
        self.refused += 1;
        if self.refused >= MAX_REPEAT_REFUSALS {
            Verdict::GiveUp
        } else {
            Verdict::Refuse
        }
    }

    /// To be told of each result of a call that was made.
    pub(super) fn after(&mut self, signature: &Signature, output: &str) -> Seen {
        if self.last.as_ref() != Some(signature) {
            return Seen::First;
        }
        let mut hasher = DefaultHasher::new();
        output.hash(&mut hasher);
        let output = hasher.finish();
        if self.same > 0 && self.output == output {
            self.same += 1;
            return Seen::Before;
        }
        self.same = 1;
        self.output = output;
        Seen::First
    }
}

#[cfg(test)]
mod tests {
    use super::{Repeats, Signature, Verdict};

    /// Each call is its name and its output.
    fn check(calls: &[(&str, &str)], verdicts: &[Verdict]) {
        let mut repeats = Repeats::default();
        let made = calls.iter().map(|(name, output)| {
            let signature = Signature {
                name: (*name).to_owned(),
                arguments: "{}".to_owned(),
            };
            let verdict = repeats.before(&signature, 3);
            if verdict == Verdict::Make {
                repeats.after(&signature, output);
            }
            verdict
        });
        assert_eq!(made.collect::<Vec<_>>(), verdicts);
    }

    #[test]
    fn the_fourth_is_refused_and_the_sixth_ends_the_turn() {
        use Verdict::{GiveUp, Make, Refuse};
        check(
            &[("a", "x"); 6],
            &[Make, Make, Make, Refuse, Refuse, GiveUp],
        );
    }

    #[test]
    fn another_call_or_another_result_starts_again() {
        use Verdict::{Make, Refuse};
        let (a, b, other) = (("a", "x"), ("b", "x"), ("a", "y"));
        check(
            &[a, a, a, b, a, a, a, a],
            &[Make, Make, Make, Make, Make, Make, Make, Refuse],
        );
        check(
            &[a, a, other, a, a, a, a],
            &[Make, Make, Make, Make, Make, Make, Refuse],
        );
        check(&[a, a, a, a, b, a], &[Make, Make, Make, Refuse, Make, Make]);
    }
}
