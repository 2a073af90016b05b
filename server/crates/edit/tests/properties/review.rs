//! Hunks are made and taken back exactly, whatever the user types around them.
use std::ops::Range;

use aside_edit::changes::Changes;
use aside_edit::merge::merge;
use aside_edit::review::{PlaceState, Review};
use proptest::prelude::{prop_assert, prop_assert_eq};

use crate::model::{
    LineOp, Tags, Typing, config, distinct_document, document, edit, is_users, is_within, typing,
};

/// Where a character comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It is in the base and in the new text.
    Shared,
    /// This hunk removed it; it is not in the text.
    Removed(usize),
    /// This hunk wrote it.
    Wrote(usize),
    /// The user typed it.
    User,
}

/// The base, the edit and the typing in one, character by character.
struct Oracle {
    chars: Vec<(char, Origin)>,
    /// Whether only whole lines were typed next to each hunk.
    clear: Vec<bool>,
}

impl Oracle {
    fn new(base: &str, new: &str, review: &Review<'_>) -> Self {
        let mut chars = Vec::new();
        let mut done = 0;
        let mut push = |text: &str, origin| chars.extend(text.chars().map(|char| (char, origin)));
        for (index, hunk) in review.hunks().iter().enumerate() {
            push(&base[done..hunk.old.start], Origin::Shared);
            push(&base[hunk.old.clone()], Origin::Removed(index));
            push(&new[hunk.new.clone()], Origin::Wrote(index));
            done = hunk.old.end;
        }
        push(&base[done..], Origin::Shared);
        Self {
            chars,
            clear: vec![true; review.hunks().len()],
        }
    }

    /// The text as if these hunks had never been.
    fn without(&self, which: &[usize]) -> String {
        let is_in = |origin| match origin {
            Origin::Removed(hunk) => which.contains(&hunk),
            Origin::Wrote(hunk) => !which.contains(&hunk),
            Origin::Shared | Origin::User => true,
        };
        let chars = self.chars.iter().filter(|(_, origin)| is_in(*origin));
        chars.map(|(char, _)| *char).collect()
    }

    /// What no hunk wrote or removed, without line endings: whether a new line was typed at the
    /// end of a line or at the beginning of the next is the same to a hunk.
    fn others(&self) -> impl Iterator<Item = char> {
        let chars = self.chars.iter();
        chars
            .filter(|(_, origin)| matches!(origin, Origin::Shared | Origin::User))
            .map(|(char, _)| *char)
            .filter(|char| !matches!(char, '\n' | '\r'))
    }

    fn replace(&mut self, range: &Range<usize>, typed: &str) {
        // The bytes at which the visible characters begin, and where a hunk begins and ends.
        let mut at = 0;
        let mut first = self.chars.len();
        let mut gone = Vec::new();
        let mut spans = vec![(usize::MAX, 0); self.clear.len()];
        for (index, (char, origin)) in self.chars.iter().enumerate() {
            let len = match origin {
                Origin::Removed(_) => 0,
                Origin::Shared | Origin::Wrote(_) | Origin::User => char.len_utf8(),
            };
            if let Origin::Removed(hunk) | Origin::Wrote(hunk) = origin {
                spans[*hunk] = (spans[*hunk].0.min(at), at + len);
            }
            if len > 0 && at >= range.start && first == self.chars.len() {
                first = index;
            }
            if len > 0 && at >= range.start && at < range.end {
                gone.push(index);
            }
            at += len;
        }
        let now = self.without(&[]);
        let (before, after) = now.split_at(range.start);
        let is_between = before.is_empty()
            || before.ends_with('\n')
            || before.ends_with('\r') && !after.starts_with('\n');
        let is_lines = range.is_empty() && is_between && typed.len() > 1 && typed.ends_with('\n');
        for (hunk, (start, end)) in spans.into_iter().enumerate() {
            let is_away = range.end < start || end < range.start;
            let is_next_to =
                range.start == start && start < end || range.start == end && self.was_ended(hunk);
            self.clear[hunk] &= is_away || is_lines && is_next_to;
        }

        // What is typed before what a hunk wrote is also before what it removed.
        let own = self.chars.get(first).map(|(_, origin)| *origin);
        let mut place = first;
        while let (Some(Origin::Wrote(hunk)), Some(before)) = (own, place.checked_sub(1))
            && self.chars[before].1 == Origin::Removed(hunk)
        {
            place = before;
        }
        for index in gone.into_iter().rev() {
            self.chars.remove(index);
        }
        let typed = typed.chars().map(|char| (char, Origin::User));
        self.chars.splice(place..place, typed);
    }

    /// Whether lines typed behind a hunk can follow what it removed.
    fn was_ended(&self, hunk: usize) -> bool {
        let mut was = self.chars.iter().rev();
        was.find(|(_, origin)| *origin == Origin::Removed(hunk))
            .is_none_or(|(char, _)| matches!(char, '\n' | '\r'))
    }
}

/// A text that an edit made, and the user went on with.
struct Case {
    new: String,
    now: String,
    changes: Changes,
}

impl Case {
    fn new(base: &str, ops: &[LineOp], typing: &[Typing]) -> (Self, Oracle) {
        let mut tags = Tags::default();
        let new = tags.edit(base, ops);
        let mut oracle = Oracle::new(base, &new, &Review::new(base, &new));
        let mut now = new.clone();
        let mut changes = Changes::none();
        for typing in typing {
            let (range, typed) = tags.typed(&now, typing);
            oracle.replace(&range, &typed);
            changes.replace(range.clone(), typed.len());
            now.replace_range(range, &typed);
        }
        (Self { new, now, changes }, oracle)
    }
}

/// The lines of a text without their endings, in no order.
fn sorted(text: &str) -> Vec<&str> {
    let lines = aside_edit::lines::lines(text).map(aside_edit::lines::content);
    let mut lines = lines.collect::<Vec<_>>();
    lines.sort_unstable();
    lines
}

proptest::proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn rejecting_restores_what_the_user_has(base in document(), ops in edit(), typing in typing(4)) {
        let (case, oracle) = Case::new(&base, &ops, &typing);
        let Case { new, now, changes } = &case;
        prop_assert_eq!(&oracle.without(&[]), now);
        let review = Review::new(&base, new);
        let places = review.places(now, changes);
        let all = (0..review.hunks().len()).collect::<Vec<_>>();
        let clear = all.iter().copied().filter(|&hunk| oracle.clear[hunk]).collect::<Vec<_>>();
        for &hunk in &clear {
            prop_assert_eq!(places[hunk].state, PlaceState::Intact);
        }
        prop_assert_eq!(review.undo(now, changes, &clear), Ok(oracle.without(&clear)));
        prop_assert_eq!(review.undo(now, changes, &[]), Ok(now.clone()));
        match review.undo(now, changes, &all) {
            Ok(text) => {
                prop_assert!(is_within(oracle.others(), &text), "{:?} lost some", text);
                prop_assert_eq!(review.without(now, changes, &all).0, text);
            }
            Err(blocked) => {
                for one in blocked {
                    prop_assert!(!oracle.clear[one.hunk]);
                    let lines = aside_edit::lines::lines(now).skip(one.lines.start);
                    prop_assert_eq!(one.now_text, lines.take(one.lines.len()).collect::<String>());
                }
                let (text, lines) = review.without(now, changes, &all);
                prop_assert!(is_within(oracle.others(), &text), "{:?} lost some", text);
                prop_assert_eq!(lines.len(), all.len());
            }
        }
    }

    #[test]
    fn places_hold_what_they_say(base in document(), ops in edit(), typing in typing(4), other in document()) {
        let (case, _) = Case::new(&base, &ops, &typing);
        let review = Review::new(&base, &case.new);
        let between = Changes::between(&case.new, &other);
        // Changes to another text must do no harm either.
        for (now, changes) in [(&case.now, &case.changes), (&other, &between), (&other, &case.changes)] {
            for (place, hunk) in review.places(now, changes).iter().zip(review.hunks()) {
                match place.state {
                    PlaceState::Intact => prop_assert_eq!(now.get(place.bytes.clone()), case.new.get(hunk.new.clone())),
                    PlaceState::Undone => prop_assert_eq!(now.get(place.bytes.clone()), base.get(hunk.old.clone())),
                    PlaceState::Changed => {}
                }
                let lines = aside_edit::lines::lines(now).skip(place.lines.start);
                let text = lines.take(place.lines.len()).collect::<String>();
                if let Some(bytes) = now.get(place.bytes.clone()) {
                    prop_assert!(text.contains(bytes), "{:?} is not in {:?}", bytes, text);
                }
            }
        }
    }

    #[test]
    fn accepting_makes_what_the_edit_meant(base in document(), ops in edit(), mask in 0..256_usize) {
        let new = Tags::default().edit(&base, &ops);
        let review = Review::new(&base, &new);
        let all = (0..review.hunks().len()).collect::<Vec<_>>();
        prop_assert_eq!(&review.make(&all), &new);
        prop_assert_eq!(&review.make(&[]), &base);
        let none = Changes::none();
        prop_assert_eq!(review.undo(&new, &none, &all), Ok(base.clone()));
        // Some hunks made are the same as the others taken back.
        let (made, undone) = all.iter().partition::<Vec<usize>, _>(|&&hunk| mask >> hunk & 1 == 1);
        prop_assert_eq!(review.undo(&new, &none, &undone), Ok(review.make(&made)));
    }

    #[test]
    fn an_edit_of_a_text_that_moved_on_is_as_one_before(base in distinct_document(), ops in edit(), typing in typing(3)) {
        // An empty line that both add in the same place is added once.
        let typing = typing.into_iter().filter(|typing| !typing.is_bare()).collect::<Vec<_>>();
        let (case, oracle) = Case::new(&base, &ops, &typing);
        let review = Review::new(&base, &case.new);
        let all = (0..review.hunks().len()).collect::<Vec<_>>();
        let users = oracle.without(&all);
        match merge(&base, &users, &case.new) {
            // Lines that both put between the same two may come in either order.
            Ok(merged) if oracle.clear.iter().all(|clear| *clear) => prop_assert_eq!(sorted(&merged), sorted(&case.now)),
            Ok(merged) => prop_assert!(is_within(users.chars().filter(|char| is_users(*char)), &merged)),
            Err(conflicts) => prop_assert!(!conflicts.is_empty()),
        }
    }

    #[test]
    fn an_amendment_changes_one_hunk(base in document(), ops in edit(), typing in typing(3), text in document()) {
        let (case, oracle) = Case::new(&base, &ops, &typing);
        let review = Review::new(&base, &case.new);
        for hunk in 0..review.hunks().len() {
            let place = review.places(&case.now, &case.changes).swap_remove(hunk);
            match review.amend(&case.now, &case.changes, hunk, &text) {
                Ok(now) => {
                    prop_assert!(now.starts_with(&case.now[..place.bytes.start]));
                    prop_assert!(now[place.bytes.start..].starts_with(&text));
                    prop_assert!(now.ends_with(&case.now[place.bytes.end..]));
                }
                Err(_) => prop_assert!(!oracle.clear[hunk]),
            }
        }
    }
}
