//! What became of an edit, as told by the document's texts and not by the editor's answer.
use std::sync::Arc;

use aside_edit::merge::merge;
use ropey::Rope;
use tower_lsp::lsp_types::TextEdit;

use crate::lsp::documents::{History, PositionEncoding, Reached};
use crate::lsp::text_edits::{apply_blindly, final_ending, is_ending};

/// How many of the latest states are looked at for an edit among what the user typed.
pub const MAX_MERGED_STATES: usize = 4;

/// An edit as it was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// In the client's positions.
    pub edits: Vec<TextEdit>,
    /// What these count.
    pub encoding: PositionEncoding,
    /// The whole text that it was to make.
    pub meant: Arc<str>,
}

/// What became of an edit.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The document was exactly what was meant; what came later is the user's.
    Made {
        /// The editor's number for that state.
        version: Option<i32>,
        /// The number here.
        revision: Option<u64>,
    },
    /// The document holds the edit together with what the user typed meanwhile.
    Merged,
    /// The editor applied it by position to a text for which it was not computed.
    Misplaced {
        /// The text right before.
        before: Rope,
        /// The text right after.
        after: Rope,
    },
    /// The document is what was meant and one line ending more: editors are known that end the
    /// last line of every text (Neovim), also where it is not to have an ending, and of a text
    /// that they take to be a blank line where it is empty.
    Ended,
    /// The document never held it.
    Nothing,
}

/// Tells what became of an edit from the texts that the document had since it was sent.
pub fn judge(history: &History, sent: &Sent) -> Verdict {
    let first = history.first.to_string();
    if let Some(Reached { before, state }) = &history.reached {
        if overwrote(&first, before, sent) {
            let whole = blindly_applied(history, sent);
            let (before, after) = whole.unwrap_or_else(|| (before.clone(), state.text.clone()));
            return Verdict::Misplaced { before, after };
        }
        return Verdict::Made {
            version: state.version,
            revision: state.revision,
        };
    }
    if is_ended(history, &sent.meant) {
        return Verdict::Ended;
    }
    if let Some((before, after)) = blindly_applied(history, sent) {
        // It may have landed where it belongs all the same.
        if is_merge(&first, &before, &sent.meant, &after) {
            return Verdict::Merged;
        }
        return Verdict::Misplaced { before, after };
    }
    let mut latest = history.later.iter().rev().take(MAX_MERGED_STATES);
    if latest.any(|state| is_merge(&first, &state.text, &sent.meant, &state.text)) {
        return Verdict::Merged;
    }
    Verdict::Nothing
}

/// Whether the text is what was meant and a line ending, which is the editor's and not the user's.
fn is_ended(history: &History, meant: &str) -> bool {
    let last = history.last();
    // Lengths first: nearly always they differ.
    let more = last.len_bytes().checked_sub(meant.len());
    if !matches!(more, Some(1 | 2)) || *last == history.first {
        return false;
    }
    let is_editors = history.first == "" || final_ending(meant).is_empty();
    let last = last.to_string();
    let rest = last.strip_prefix(meant);
    is_editors && rest.is_some_and(is_ending)
}

/// Whether the edit made what was meant of a text that held more: the user typed in the very lines
/// that it replaced. What is only a part of the edit is nothing of the user's.
fn overwrote(first: &str, before: &Rope, sent: &Sent) -> bool {
    if *before == first {
        return false;
    }
    let is_part =
        merge(first, &before.to_string(), &sent.meant).is_ok_and(|merged| merged == *sent.meant);
    let made = || apply_blindly(before, &sent.edits, sent.encoding);
    !is_part && made().is_some_and(|made| made == *sent.meant)
}

/// Whether `text` is what the user's text and ours make together.
fn is_merge(first: &str, users: &Rope, meant: &str, text: &Rope) -> bool {
    if *users == first {
        return false;
    }
    merge(first, &users.to_string(), meant).is_ok_and(|merged| *text == merged.as_str())
}

/// The text that the editor applied the edit to though it was not made for it, and what came of
/// it. What comes after the first such place is the user's.
fn blindly_applied(history: &History, sent: &Sent) -> Option<(Rope, Rope)> {
    let later = &history.later;
    let made: Vec<Option<Rope>> = later
        .iter()
        .map(|state| made_of(&state.text, history, sent))
        .collect();
    let is_made = |index: usize, after: &Rope| {
        made[index]
            .as_ref()
            .is_some_and(|made| made.len_bytes() == after.len_bytes() && made == after)
    };
    let (mut index, after) = later.iter().enumerate().find_map(|(end, state)| {
        let index = (0..end).rev().find(|index| is_made(*index, &state.text))?;
        Some((index, &state.text))
    })?;
    // An editor may tell of one edit in several changes: then the edit began before them.
    while index > 0 && is_made(index - 1, after) {
        let (before, part) = (&later[index - 1].text, &later[index].text);
        let whole = after.to_string();
        if !merge(&before.to_string(), &part.to_string(), &whole).is_ok_and(|all| all == whole) {
            break;
        }
        index -= 1;
    }
    Some((later[index].text.clone(), after.clone()))
}

/// What the edit makes of a text that it was not made for; `None` where it changes nothing.
fn made_of(text: &Rope, history: &History, sent: &Sent) -> Option<Rope> {
    if *text == history.first {
        return None;
    }
    let made = apply_blindly(text, &sent.edits, sent.encoding)?;
    (made != *text).then_some(made)
}

/// The text without a misplaced edit: what the user typed since stays. `None` where the user typed
/// in what the edit changed.
pub fn without(before: &Rope, after: &Rope, now: &Rope) -> Option<String> {
    merge(&after.to_string(), &now.to_string(), &before.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::documents::State;
    use crate::lsp::text_edits::text_edits;

    const FIRST: &str = "one\ntwo\nthree\nfour\nfive\n";
    const MEANT: &str = "one\nTWO\nthree\nfour\nfive\n";

    fn history(first: &str, meant: &str, later: &[&str]) -> History {
        let mut history = History::new(Rope::from_str(first));
        for (index, text) in later.iter().enumerate() {
            let number = u64::try_from(index).unwrap() + 1;
            let state = State {
                version: i32::try_from(number).ok(),
                revision: Some(number * 10),
                text: Rope::from_str(text),
            };
            history.push(state, meant);
        }
        history
    }

    fn sent(first: &str, meant: &str) -> Sent {
        let encoding = PositionEncoding::Utf16;
        Sent {
            edits: text_edits(first, meant, encoding),
            encoding,
            meant: meant.into(),
        }
    }

    #[track_caller]
    fn check(later: &[&str], expect: Verdict) {
        let verdict = judge(&history(FIRST, MEANT, later), &sent(FIRST, MEANT));
        assert_eq!(verdict, expect, "{later:?}");
    }

    fn made(number: u64) -> Verdict {
        Verdict::Made {
            version: i32::try_from(number).ok(),
            revision: Some(number * 10),
        }
    }

    fn misplaced(before: &str, after: &str) -> Verdict {
        Verdict::Misplaced {
            before: Rope::from_str(before),
            after: Rope::from_str(after),
        }
    }

    #[test]
    fn a_state_that_is_what_was_meant_is_it_whatever_comes_later() {
        check(&[MEANT], made(1));
        check(&[MEANT, "all gone"], made(1));
        check(&[MEANT, FIRST], made(1));
        check(&["one\n", FIRST, MEANT, "x"], made(3));
    }

    #[test]
    fn nothing_came_of_it() {
        check(&[], Verdict::Nothing);
        check(&[FIRST], Verdict::Nothing);
        check(&["typed\none\ntwo\nthree\nfour\nfive\n"], Verdict::Nothing);
        check(&["one\ntwo!\nthree\nfour\nfive\n"], Verdict::Nothing);
        check(&["", FIRST], Verdict::Nothing);
    }

    #[test]
    fn it_is_there_among_what_the_user_typed() {
        // Together in one change.
        check(&["typed\none\nTWO\nthree\nfour\nfive\n"], Verdict::Merged);
        check(&["one\nTWO\nthree\nfour\nfive\nsix\n"], Verdict::Merged);
        // Typed first, where it does not move the lines.
        check(
            &[
                "one\ntwo\nthree\nfour\nfive!\n",
                "one\nTWO\nthree\nfour\nfive!\n",
            ],
            Verdict::Merged,
        );
        // The same, and then the user typed in the agent's line.
        check(
            &[
                "one\ntwo\nthree\nfour\nfive!\n",
                "one\nTWO\nthree\nfour\nfive!\n",
                "one\nTWO?\nthree\nfour\nfive!\n",
            ],
            Verdict::Merged,
        );
    }

    #[test]
    fn it_landed_where_it_does_not_belong() {
        let typed = "typed\none\ntwo\nthree\nfour\nfive\n";
        let wrong = "typed\nTWO\ntwo\nthree\nfour\nfive\n";
        check(&[typed, wrong], misplaced(typed, wrong));
        check(
            &["t\none\ntwo\nthree\nfour\nfive\n", typed, wrong],
            misplaced(typed, wrong),
        );
        check(
            &[typed, wrong, "typed\nTWO\ntwo\nthree\nfour\nfive\nmore\n"],
            misplaced(typed, wrong),
        );
        // Over what the user typed in the same line.
        let same_line = "one\ntwo, typed\nthree\nfour\nfive\n";
        check(&[same_line], Verdict::Nothing);
        // The user typed in it, and took that back.
        check(
            &[typed, wrong, "typed\nTWO?\ntwo\nthree\nfour\nfive\n", wrong],
            misplaced(typed, wrong),
        );
    }

    #[test]
    fn a_misplaced_edit_told_of_in_parts_is_found_from_its_beginning() {
        let (first, meant) = ("a\nb\nc\nd\n", "A\nb\nC\nd\n");
        let typed = "typed\na\nb\nc\nd\n";
        let (part, wrong) = ("typed\na\nC\nc\nd\n", "A\na\nC\nc\nd\n");
        let history = super::tests::history(first, meant, &["t\na\nb\nc\nd\n", typed, part, wrong]);
        let expect = misplaced(typed, wrong);
        assert_eq!(judge(&history, &sent(first, meant)), expect);
    }

    #[test]
    fn an_edit_told_of_in_parts_is_one_edit() {
        let (first, meant) = ("a\nb\nc\nd\n", "A\nb\nC\nc2\nd\n");
        for part in ["a\nb\nC\nc2\nd\n", "A\nb\nc\nd\n"] {
            let history = history(first, meant, &[part, meant]);
            assert_eq!(judge(&history, &sent(first, meant)), made(2));
            let started = super::tests::history(first, meant, &[part]);
            assert_eq!(judge(&started, &sent(first, meant)), Verdict::Nothing);
        }
    }

    #[test]
    fn what_the_user_typed_in_the_very_line_is_not_overwritten() {
        // By position it makes exactly what was meant, and the user's words are gone.
        let typed = "one\ntwo, typed\nthree\nfour\nfive\n";
        check(&[typed, MEANT], misplaced(typed, MEANT));
        check(&[typed, MEANT, "x"], misplaced(typed, MEANT));
        let elsewhere = "one\ntwo, typed\nthree\nfour\nfive!\n";
        let over = "one\nTWO\nthree\nfour\nfive!\n";
        check(&[elsewhere, over], misplaced(elsewhere, over));
        // The user took it back before the edit came.
        check(&[typed, FIRST, MEANT], made(3));
    }

    #[test]
    fn the_editor_ended_the_last_line() {
        fn check(first: &str, meant: &str, later: &[&str], expect: &Verdict) {
            let history = history(first, meant, later);
            let verdict = judge(&history, &sent(first, meant));
            assert_eq!(&verdict, expect, "{first:?} {meant:?} {later:?}");
        }
        let ended = &Verdict::Ended;
        check("", "a\nb\n", &["a\nb\n\n"], ended);
        check("", "a\nb\n", &["\n", "a\nb\n\n"], ended);
        check("", "a\r\n", &["a\r\n\r\n"], ended);
        check("", "a", &["a\n"], ended);
        check("a\nb\n", "a\nB", &["a\nB\n"], ended);
        check("a\n", "", &["\n"], ended);
        // The user's own line, and nothing at all.
        check("a\nx\n", "b\nx\n", &["b\nx\n\n"], &Verdict::Merged);
        check("a\n", "a", &[], &Verdict::Nothing);
        check("a\n", "a", &["b\n", "a\n"], &Verdict::Nothing);
    }

    #[test]
    fn what_is_taken_back_leaves_what_was_typed_since() {
        let typed = "typed\none\ntwo\n";
        let wrong = "typed\nTWO\ntwo\n";
        for (now, expect) in [
            (wrong, Some(typed)),
            (typed, Some(typed)),
            ("typed\nTWO\ntwo\nmore\n", Some("typed\none\ntwo\nmore\n")),
            ("typed\nTWO!\ntwo\n", None),
        ] {
            let [before, after, now] = [typed, wrong, now].map(Rope::from_str);
            assert_eq!(without(&before, &after, &now).as_deref(), expect);
        }
    }

    #[test]
    fn many_states_are_judged_by_the_latest() {
        let typed: Vec<String> = (0..1000)
            .map(|index| format!("{}\n{FIRST}", "x".repeat(index)))
            .collect();
        let mut later: Vec<&str> = typed.iter().map(String::as_str).collect();
        check(&later, Verdict::Nothing);
        let wrong = typed[999].replacen("one", "TWO", 1);
        later.push(&wrong);
        check(&later, misplaced(&typed[999], &wrong));
    }
}
