//! What was typed in one document, for as long as it is remembered.
use std::collections::VecDeque;

use aside_agent::host::Replaced;

/// How many replacements are remembered of one document; the oldest are forgotten first.
pub const MAX_JOURNAL: usize = 4096;

/// The latest replacements in one document, in order.
#[derive(Debug)]
pub(super) struct Journal {
    /// All that changed after this revision is remembered.
    since: u64,
    /// The latest revision.
    latest: u64,
    entries: VecDeque<(u64, Replaced)>,
}

impl Journal {
    /// Of a document that is opened at `revision`.
    pub(super) fn new(revision: u64) -> Self {
        Self {
            since: revision,
            latest: revision,
            entries: VecDeque::new(),
        }
    }

    /// The text became another one at `revision`, by these replacements one after the other.
    pub(super) fn record(&mut self, revision: u64, replaced: Vec<Replaced>) {
        self.latest = revision;
        for one in replaced {
            if self.entries.len() >= MAX_JOURNAL
                && let Some((oldest, _)) = self.entries.pop_front()
            {
                self.since = oldest;
            }
            self.entries.push_back((revision, one));
        }
        // What is left of a revision of which some is forgotten is of no use.
        while let Some((oldest, _)) = self.entries.front()
            && *oldest <= self.since
        {
            self.entries.pop_front();
        }
    }

    /// The text became another one at `revision`, and it is not known how.
    pub(super) fn lose(&mut self, revision: u64) {
        *self = Self::new(revision);
    }

    /// What changed after revision `from` until `to`; `None` where not all of it is known.
    pub(super) fn between(&self, from: u64, to: u64) -> Option<Vec<Replaced>> {
        if from < self.since || from > to || to > self.latest {
            return None;
        }
        let first = self.entries.partition_point(|(at, _)| *at <= from);
        let last = self.entries.partition_point(|(at, _)| *at <= to);
        let between = self.entries.range(first..last);
        Some(between.map(|(_, replaced)| replaced.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(byte: usize) -> Replaced {
        Replaced {
            bytes: byte..byte,
            len: 1,
        }
    }

    fn check(journal: &Journal, from: u64, to: u64, expect: Option<&[usize]>) {
        let got = journal.between(from, to);
        let expect = expect.map(|bytes| bytes.iter().map(|byte| at(*byte)).collect());
        assert_eq!(got, expect, "{from}..{to}");
    }

    #[test]
    fn what_is_asked_for_is_given_or_nothing() {
        let mut journal = Journal::new(3);
        journal.record(5, vec![at(1), at(2)]);
        journal.record(6, Vec::new());
        journal.record(9, vec![at(3)]);
        check(&journal, 3, 9, Some(&[1, 2, 3]));
        check(&journal, 3, 5, Some(&[1, 2]));
        check(&journal, 5, 9, Some(&[3]));
        check(&journal, 6, 9, Some(&[3]));
        check(&journal, 5, 6, Some(&[]));
        check(&journal, 9, 9, Some(&[]));
        check(&journal, 2, 9, None);
        check(&journal, 9, 5, None);
        check(&journal, 3, 10, None);
        journal.lose(11);
        check(&journal, 9, 11, None);
        check(&journal, 11, 11, Some(&[]));
        journal.record(11, vec![at(4)]);
        check(&journal, 11, 11, Some(&[]));
        journal.record(12, vec![at(5)]);
        check(&journal, 11, 12, Some(&[5]));
    }

    #[test]
    fn the_oldest_are_forgotten_by_whole_revisions() {
        let mut journal = Journal::new(0);
        journal.record(1, vec![at(0), at(1), at(2)]);
        for revision in 2..=MAX_JOURNAL as u64 {
            journal.record(revision, vec![at(7)]);
        }
        check(&journal, 0, 4096, None);
        check(&journal, 1, 2, Some(&[7]));
        assert_eq!(journal.entries.len(), MAX_JOURNAL - 1);
        journal.record(5000, vec![at(8); MAX_JOURNAL + 1]);
        assert!(journal.entries.is_empty());
        check(&journal, 4096, 5000, None);
        check(&journal, 5000, 5000, Some(&[]));
    }
}
